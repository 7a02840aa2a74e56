"""The validity rules: which clause forbids an act, in the clause's own words (design §5).

One `aturan` is one function: it gets what somebody is about to do and the clause with its parameters, and refuses or
lets pass. `CATALOGUE` lists them in the order they are asked. Without its clause a rule that the engine can't do
without is the engine's own, and a rule of the SOP's alone does not hold.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sop_engine.domain.definition import Clause, Definition, RuleName
from sop_engine.domain.indonesian import instant
from sop_engine.domain.organisation import Organisation
from sop_engine.domain.state import Edition, Run
from sop_engine.errors import Refusal


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody is about to do under an edition.

    `position` of who acts, where one is asked for; `run` that is acted on; whether it `starts` a case,
    and how many `earlier_cases` of the edition were not cancelled.
    """

    edition: Edition
    definition: Definition
    organisation: Organisation
    now: datetime
    position: str = ""
    run: Run | None = None
    starts: bool = False
    earlier_cases: int = 0


Rule = Callable[[Act, Clause | None], None]


def refusal(definition: Definition, rule: RuleName, message: str, instead: str = "") -> Refusal:
    """Refuse by a rule, quoting the clause that carries it where the SOP has one."""
    return _by(definition.clause_for(rule), message, instead)


def _by(clause: Clause | None, message: str, instead: str = "") -> Refusal:
    if clause is None:
        return Refusal(message, instead=instead)
    return Refusal(message, clause=clause.number, clause_text=clause.text, instead=instead)


def in_force_once_signed(act: Act, clause: Clause | None) -> None:
    """Nothing happens before the signature, nor before the instant it is in force from."""
    edition = act.edition
    if edition.state == "draft":
        raise _by(
            clause,
            f"SOP Nomor {edition.number} belum ditandatangani, jadi belum berlaku.",
            "Mintalah pejabat yang mengesahkan menandatanganinya terlebih dahulu.",
        )
    if edition.in_force_at and act.now < edition.in_force_at:
        since = instant(edition.in_force_at, act.definition.schedule.zone)
        raise _by(clause, f"SOP Nomor {edition.number} baru berlaku {since}.")


def void_once_changed(act: Act, clause: Clause | None) -> None:
    """A void edition is void entirely."""
    if act.edition.state == "void":
        raise _by(
            clause,
            f"SOP Nomor {act.edition.number} telah dinyatakan batal seluruhnya.",
            "Pelaksanaan menunggu SOP pengganti ditandatangani.",
        )


def over_with_its_stages(act: Act, clause: Clause | None) -> None:
    """With the end of its stages the SOP is no longer in force, and one edition is one cycle.

    Of a replaced edition no case begins any more; those that run end under it (design §3).
    """
    edition = act.edition
    if edition.state == "expired":
        message = f"SOP Nomor {edition.number} telah berakhir."
        raise _by(clause, message, "Terbitkan edisi berikutnya dengan `sop reissue`.")
    if edition.state == "replaced" and act.starts:
        message = f"SOP Nomor {edition.number} telah diganti edisi berikutnya."
        raise _by(None, message, "Lakukan pada edisi yang berlaku.")
    if edition.single_case and act.earlier_cases:
        raise _by(
            clause,
            f"SOP Nomor {edition.number} sudah dilaksanakan; satu edisi hanya untuk satu siklus.",
            "Terbitkan edisi berikutnya dengan `sop reissue`, lalu mulai kasus dari edisi itu.",
        )


def carried_out_in_every_unit(act: Act, clause: Clause | None) -> None:
    """Who acts stands in the structure the SOP was signed with; only where the SOP says so."""
    if clause and act.position and act.position not in act.organisation.positions:
        message = f"Jabatan «{act.position}» tidak ada dalam struktur organisasi SOP Nomor {act.edition.number}."
        raise _by(clause, message)


def completed_stages_stay(act: Act, clause: Clause | None) -> None:
    """Nothing is done any more to what was completed."""
    if act.run and act.run.state == "completed":
        ids = {act.run.stage}
        name = next((s.activity for s in act.definition.stages() if ids & {s.id, s.former_id}), act.run.stage)
        message = f"Tahap «{name}» sudah selesai dilaksanakan dan tidak dapat diubah lagi."
        raise _by(clause, message, "Lihat hasilnya di halaman kasus.")


CATALOGUE: dict[RuleName, Rule] = {
    "berlaku_saat_ditandatangani": in_force_once_signed,
    "batal_bila_berubah": void_once_changed,
    "tidak_berlaku_saat_berakhir": over_with_its_stages,
    "dilaksanakan_setiap_bagian": carried_out_in_every_unit,
    "tahapan_selesai_terkunci": completed_stages_stay,
}
ONLY_OF_PROPOSALS: frozenset[RuleName] = frozenset({"revisi_karena_kahar"})  # no act but a revision has a ground


def pass_gates(act: Act) -> None:
    """Ask every rule in order; the first that forbids the act refuses it."""
    for name, rule in CATALOGUE.items():
        rule(act, act.definition.clause_for(name))
