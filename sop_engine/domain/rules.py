"""The validity rules: which clause forbids an act, in the clause's own words (design §5).

Each gate is one function; `GATES` lists them in the order they are asked: signed and in force (6),
not void (4), not expired (5), position in the structure (1).
"""

from datetime import datetime

from sop_engine.domain.definition import Clause, Definition, RuleName
from sop_engine.domain.indonesian import instant
from sop_engine.domain.organisation import Organisation
from sop_engine.domain.state import Edition
from sop_engine.errors import Refusal


def refusal(definition: Definition, rule: RuleName, message: str, instead: str = "") -> Refusal:
    """Refuse by a rule, quoting the clause that carries it where the SOP has one."""
    clause: Clause | None = definition.clause_for(rule)
    if clause is None:
        return Refusal(message, instead=instead)
    return Refusal(message, clause=clause.number, clause_text=clause.text, instead=instead)


def in_force(edition: Edition, definition: Definition, _org: Organisation, _pos: str, now: datetime) -> None:
    """Rule 6: nothing happens before the signature."""
    if edition.state == "draft":
        raise refusal(
            definition,
            "berlaku_saat_ditandatangani",
            f"SOP Nomor {edition.number} belum ditandatangani, jadi belum berlaku.",
            "Mintalah pejabat yang mengesahkan menandatanganinya terlebih dahulu.",
        )
    if edition.in_force_at and now < edition.in_force_at:
        raise refusal(
            definition,
            "berlaku_saat_ditandatangani",
            f"SOP Nomor {edition.number} baru berlaku {instant(edition.in_force_at, definition.schedule.zone)}.",
        )


def not_void(edition: Edition, definition: Definition, _org: Organisation, _pos: str, _now: datetime) -> None:
    """Rule 4: a void edition is void entirely."""
    if edition.state == "void":
        raise refusal(
            definition,
            "batal_bila_berubah",
            f"SOP Nomor {edition.number} telah dinyatakan batal seluruhnya.",
            "Pelaksanaan menunggu SOP pengganti ditandatangani.",
        )


def not_expired(edition: Edition, definition: Definition, _org: Organisation, _pos: str, _now: datetime) -> None:
    """Rule 5: with the end of its stages the SOP is no longer in force."""
    if edition.state == "expired":
        raise refusal(
            definition,
            "tidak_berlaku_saat_berakhir",
            f"SOP Nomor {edition.number} telah berakhir.",
            "Terbitkan edisi berikutnya dengan `sop reissue`.",
        )


def in_structure(
    edition: Edition, definition: Definition, organisation: Organisation, position: str, _now: datetime
) -> None:
    """Rule 1: who acts stands in the structure the SOP was signed with."""
    if position and definition.clause_for("dilaksanakan_setiap_bagian") and position not in organisation.positions:
        raise refusal(
            definition,
            "dilaksanakan_setiap_bagian",
            f"Jabatan «{position}» tidak ada dalam struktur organisasi SOP Nomor {edition.number}.",
        )


GATES = (in_force, not_void, not_expired, in_structure)


def pass_gates(
    edition: Edition, definition: Definition, organisation: Organisation, position: str, now: datetime
) -> None:
    """Ask every gate in order; the first that forbids the act refuses it."""
    for gate in GATES:
        gate(edition, definition, organisation, position, now)


def may_start_another(edition: Edition, definition: Definition, cases_not_cancelled: int) -> None:
    """Rule 5: one edition is one cycle; of a replaced edition no case begins any more, running ones go on."""
    if edition.state == "replaced":
        raise Refusal(
            f"SOP Nomor {edition.number} telah diganti edisi berikutnya.",
            instead="Mulai kasus dari edisi yang berlaku.",
        )
    if edition.single_case and cases_not_cancelled:
        raise refusal(
            definition,
            "tidak_berlaku_saat_berakhir",
            f"SOP Nomor {edition.number} sudah dilaksanakan; satu edisi hanya untuk satu siklus.",
            "Terbitkan edisi berikutnya dengan `sop reissue`, lalu mulai kasus dari edisi itu.",
        )
