"""The record in words: each kind of event as one Indonesian sentence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sop_engine.domain.definition import Stage
from sop_engine.domain.indonesian import instant
from sop_engine.domain.people import TITLES

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Names:
    """How to call what an event refers to by number or id."""

    person: Callable[[int], str]
    position: Callable[[str], str]
    stages: Mapping[str, Stage]
    stage_of_run: Mapping[int, str]

    def stage(self, facts: Facts) -> str:
        """Name the stage an event is about, from its id or that of its run; '' for none."""
        stage = self.stages.get(facts.get("stage") or self.stage_of_run.get(facts.get("run", 0)) or "")
        return f"tahap {stage.number or stage.id} «{stage.activity}»" if stage else ""


def entry_words(event: Mapping[str, Any], names: Names, zone: str) -> dict[str, Any]:
    """Put one entry into words: its number, when, what, and who."""
    at = instant(datetime.fromisoformat(event["at"]), zone)
    return {
        "seq": event["seq"],
        "at": at,
        "case": event["case"],
        "says": sentence(event, names),
        "who": actor_words(event["actor"], names),
    }


def sentence(event: Mapping[str, Any], names: Names) -> str:
    """Say what happened; a kind this version does not know is named as it stands."""
    facts, kind = event["facts"], event["kind"]
    if kind in _TOLD:
        return _TOLD[kind](facts, names)
    words = _SENTENCES.get(kind, f"Peristiwa «{kind}».")
    said = words.replace("{stage}", names.stage(facts)).replace("{clause}", str(facts.get("clause")))
    return said[:1].upper() + said[1:]


def actor_words(actor: Mapping[str, Any], names: Names) -> str:
    """Say who did it, in which position and capacity; the system where nobody did."""
    if not actor["person"]:
        return "Sistem"
    position = f", {TITLES.get(actor['capacity'], '')}{names.position(actor['position'])}" if actor["position"] else ""
    return names.person(actor["person"]) + position


def _started(facts: Facts, names: Names) -> str:
    return f"Pelaksanaan tahun {facts['year']} dimulai." if facts["year"] else "Pelaksanaan dimulai."


def _opened(facts: Facts, names: Names) -> str:
    offered = ", ".join(dict.fromkeys(names.person(person) for person, _ in facts["offered_to"]))
    again = f" putaran ke-{facts['pass']}" if facts["pass"] > 1 else ""
    slot = f" untuk {names.position(facts['slot'])}" if facts["slot"] else ""
    then = f"tugas ditawarkan kepada {offered}" if offered else "jabatan pelaksananya masih kosong"
    return f"Dibuka {names.stage(facts)}{again}{slot}; {then}."


def _ended(facts: Facts, names: Names) -> str:
    outcome = facts["outcome"]
    result = {"lanjut": "", "dilewati": " (dilewati)"}.get(outcome, f" dengan hasil «{outcome}»")
    return f"Selesai {names.stage(facts)}{result}."


def _requested(facts: Facts, names: Names) -> str:
    asked = "; ".join(names.position(position) for position in facts["positions"])
    return f"Pengesahan {names.stage(facts)} dimintakan kepada {asked}."


def _reminded(facts: Facts, names: Names) -> str:
    told = ", ".join(names.person(person) for person in facts["to"])
    return f"Pengingat «{facts['level']}» tentang {names.stage(facts)} untuk {told}."


def _restaffed(facts: Facts, names: Names) -> str:
    gone = ", ".join(names.person(person) for person in facts["withdrawn"])
    new = ", ".join(names.person(person) for person, _ in facts["offered_to"])
    parts = [f"ditawarkan kepada {new}"] * bool(new) + [f"ditarik dari {gone}"] * bool(gone)
    return f"Tugas {names.stage(facts)} mengikuti pemegang jabatannya: {'; '.join(parts)}."


def _handed(facts: Facts, names: Names) -> str:
    return f"Tugas {names.stage(facts)} diserahkan kepada {names.person(facts['to'])}."


def _passed_up(facts: Facts, names: Names) -> str:
    return f"Pengesahan {names.stage(facts)} beralih kepada {names.position(facts['position'])}."


def _appointed(facts: Facts, names: Names) -> str:
    title = TITLES.get(facts["capacity"], "")
    return f"{names.person(facts['person'])} ditunjuk sebagai {title}{names.position(facts['position'])}."


def _away(facts: Facts, names: Names) -> str:
    return f"{names.person(facts['person'])} tidak hadir; penggantinya {names.person(facts['substitute'])}."


_TOLD: dict[str, Callable[[Facts, Names], str]] = {
    "case.started": _started,
    "run.activated": _opened,
    "run.completed": _ended,
    "sign_off.requested": _requested,
    "reminder.sent": _reminded,
    "run.restaffed": _restaffed,
    "holder.appointed": _appointed,
    "absence.began": _away,
    "person.added": lambda facts, names: f"{names.person(facts['person'])} didaftarkan.",
    "task.delegated": _handed,
    "task.reassigned": _handed,
    "sign_off.passed_up": _passed_up,
}
_SENTENCES = {
    "case.completed": "Seluruh tahapan selesai; kasus ditutup.",
    "case.cancelled": "Kasus dibatalkan.",
    "edition.expired": "SOP dinyatakan tidak berlaku (angka {clause}).",
    "case.revised": "Kasus mengikuti naskah yang direvisi.",
    "case.kept_revision": "Kasus tetap menurut naskah lama, karena sudah melewati bagian yang diubah.",
    "edition.loaded": "Naskah SOP dimuat sebagai rancangan.",
    "edition.signed": "SOP ditandatangani dan berlaku.",
    "edition.revised": "Perubahan SOP ditandatangani dan berlaku.",
    "edition.followed": "Semua kasus sudah mengikuti perubahan SOP.",
    "edition.received": "Penerimaan SOP oleh sebuah unit dicatat.",
    "edition.replaced": "SOP digantikan edisi berikutnya.",
    "edition.voided": "SOP dinyatakan batal seluruhnya.",
    "revision.proposed": "Perubahan SOP diusulkan kepada pejabat yang mengesahkan.",
    "organisation.loaded": "Struktur organisasi dimuat.",
    "calendar.loaded": "Kalender kerja dimuat.",
    "holder.ended": "Masa seorang pemegang jabatan diakhiri.",
    "absence.ended": "Masa ketidakhadiran diakhiri.",
    "proposal.made": "Sebuah tindakan diusulkan; menunggu orang kedua.",
    "proposal.withdrawn": "Sebuah usulan ditarik.",
    "credential.reset": "Kode pemulihan kata sandi dibuat.",
    "credential.refused": "Kata sandi atau kode yang salah dimasukkan.",
    "run.prefilled": "Isi putaran sebelumnya {stage} disalin untuk diperbaiki.",
    "run.submitted": "Pekerjaan {stage} diajukan untuk disahkan.",
    "run.returned": "Pekerjaan {stage} dikembalikan untuk diperbaiki.",
    "run.deadline_moved": "Tenggat {stage} dihitung kembali.",
    "run.voided": "{stage} tidak diperlukan lagi; pekerjaannya tetap tersimpan.",
    "sign_off.given": "Pengesahan {stage} diberikan.",
    "case.voided": "Kasus batal karena SOP-nya dinyatakan batal.",
    "sign_off.restaffed": "Yang berwenang mengesahkan {stage} berganti.",
    "task.taken_back": "Tugas {stage} ditarik kembali oleh yang menyerahkannya.",
    "file.attached": "Berkas dilampirkan pada {stage}.",
    "file.withdrawn": "Sebuah berkas pada {stage} ditarik kembali.",
    "task.claimed": "Tugas {stage} diambil.",
    "task.released": "Tugas {stage} dilepaskan kembali.",
}
