"""The record in words: each kind of event as one Indonesian sentence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sop_engine.domain.definition import Stage

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Names:
    """How to call what an event refers to by number or id."""

    person: Callable[[int], str]
    position: Callable[[str], str]
    stages: Mapping[str, Stage]
    stage_of_run: Mapping[int, str]

    def stage(self, facts: Mapping[str, Any]) -> str:
        """Name the stage an event is about, from its id or that of its run."""
        stage = self.stages.get(facts.get("stage") or self.stage_of_run.get(facts.get("run", 0), ""))
        return f"{stage.number or stage.id} «{stage.activity}»" if stage else "suatu tahap"


def sentence(event: Event, names: Names) -> str:
    """Say what happened; a kind this version does not know is named as it stands."""
    facts = event["facts"]
    says = _SENTENCES.get(event["kind"])
    return says(facts, names) if says else f"Peristiwa «{event['kind']}»."


def actor_words(actor: Mapping[str, Any], names: Names) -> str:
    """Say who did it, in which position and capacity; the system where nobody did."""
    if not actor["person"]:
        return "Sistem"
    prefix = {"plt": "Plt. ", "plh": "Plh. "}.get(actor["capacity"], "")
    position = f", {prefix}{names.position(actor['position'])}" if actor["position"] else ""
    return names.person(actor["person"]) + position


def _opened(facts: Mapping[str, Any], names: Names) -> str:
    offered = " dan ".join(dict.fromkeys(names.person(person) for person, _ in facts["offered_to"]))
    again = f" putaran ke-{facts['pass']}" if facts["pass"] > 1 else ""
    slot = f" untuk {names.position(facts['slot'])}" if facts["slot"] else ""
    return f"Tahap {names.stage(facts)}{again} dibuka{slot}" + (
        f"; tugas ditawarkan kepada {offered}." if offered else "; jabatan pelaksananya masih kosong."
    )


def _ended(facts: Mapping[str, Any], names: Names) -> str:
    outcome = facts.get("outcome")
    what = {"lanjut": "", "dilewati": " (dilewati)"}.get(outcome, f" dengan hasil «{outcome}»")
    return f"Tahap {names.stage(facts)} selesai{what}."


def _requested(facts: Mapping[str, Any], names: Names) -> str:
    asked = " dan ".join(names.position(position) for position in facts["positions"])
    return f"Pengesahan tahap {names.stage(facts)} dimintakan kepada {asked}."


def _reminded(facts: Mapping[str, Any], names: Names) -> str:
    told = ", ".join(names.person(person) for person in facts["to"])
    return f"Pengingat «{facts['level']}» tahap {names.stage(facts)} untuk {told}."


def _started(facts: Mapping[str, Any], _: Names) -> str:
    year = f" tahun {facts['year']}" if facts["year"] else ""
    return f"Pelaksanaan{year} dimulai."


_SENTENCES: dict[str, Callable[[Mapping[str, Any], Names], str]] = {
    "case.started": _started,
    "case.completed": lambda facts, names: "Seluruh tahapan selesai; kasus ditutup.",
    "case.cancelled": lambda facts, names: "Kasus dibatalkan.",
    "case.voided": lambda facts, names: "Kasus batal bersama SOP-nya.",
    "edition.expired": lambda facts, names: f"SOP dinyatakan tidak berlaku (angka {facts['clause']}).",
    "run.activated": _opened,
    "run.submitted": lambda facts, names: f"Pekerjaan tahap {names.stage(facts)} diajukan untuk disahkan.",
    "run.completed": _ended,
    "run.returned": lambda facts, names: f"Pekerjaan tahap {names.stage(facts)} dikembalikan untuk diperbaiki.",
    "run.voided": lambda facts, names: f"Tahap {names.stage(facts)} tidak diperlukan lagi; pekerjaannya tetap tersimpan.",
    "task.claimed": lambda facts, names: f"Tugas tahap {names.stage(facts)} diambil.",
    "task.released": lambda facts, names: f"Tugas tahap {names.stage(facts)} dilepaskan kembali.",
    "sign_off.requested": _requested,
    "sign_off.given": lambda facts, names: f"Pengesahan tahap {names.stage(facts)} diberikan.",
    "reminder.sent": _reminded,
}
