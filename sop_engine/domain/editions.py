"""The life of an edition: loaded as a draft, ratified by a signature (design §3, §5)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sop_engine.domain.authority import check_admin, check_proof, check_ratifier
from sop_engine.domain.casefile import Desk, refer
from sop_engine.domain.definition import Clause, Definition, RuleName
from sop_engine.domain.finishing import everyone
from sop_engine.domain.indonesian import instant
from sop_engine.domain.lifecycle import EDITION, next_state
from sop_engine.domain.mails import mail_edition
from sop_engine.domain.organisation import Organisation
from sop_engine.domain.people import Acting, Holder
from sop_engine.domain.rules import refusal
from sop_engine.domain.state import Actor, Edition, Revision
from sop_engine.errors import NotAuthorised, Refusal


@dataclass(frozen=True, slots=True)
class WetSignature:
    """A signature on paper: whose, on which day, the SHA-256 of the scan, and who witnessed it."""

    signatory: int
    signed_on: date
    evidence: str
    witness: int


@dataclass(frozen=True, slots=True)
class Paper:
    """An edition with what it says and the structure it is carried out in."""

    edition: Edition
    definition: Definition
    organisation: Organisation

    @property
    def ratifier(self) -> str:
        """The position that ratifies it."""
        return self.definition.identity.ratified_by.position

    def clause(self, rule: RuleName) -> int | None:
        """The number of the clause that carries a rule, or None."""
        found = self.definition.clause_for(rule)
        return found.number if found else None


def draft(desk: Desk, definition: Definition, body: str, organisation: str) -> Edition:
    """Bring a checked definition in as a draft edition with its first revision: an act of an admin."""
    check_admin(desk.people, desk.actor, "memuat SOP")
    edition = Edition(
        desk.new_id(),
        definition.sop,
        definition.identity.number,
        organisation,
        loaded_by=desk.actor.person_id,
        single_case=int(definition.clause_for("tidak_berlaku_saat_berakhir") is not None),
    )
    revision = Revision(desk.new_id(), edition.id, 0, digest_of(body), desk.actor.person_id, desk.now, None, body)
    edition.revision_id = edition.followed = revision.id
    desk.add(edition)
    desk.add(revision)
    desk.tell("edition.loaded", edition=edition.id, number=edition.number, digest=revision.digest)
    return edition


def digest_of(body: str) -> str:
    """Give the digest of a definition's text: what is shown is what is signed."""
    return hashlib.sha256(body.encode()).hexdigest()


def sign(
    desk: Desk, paper: Paper, digest: str, shown_digest: str, others: Iterable[Edition], wet: WetSignature | None = None
) -> None:
    """Ratify a draft: in force from this instant, or from 00.00 of a wet signature's day (clause 6).

    `others` are the editions of the same SOP; those it replaces are no longer in force.
    """
    edition = paper.edition
    next_state(EDITION, edition.state, "sign")
    check_structure(paper)
    signer, from_at = _wet(desk, paper, wet) if wet else _electronic(desk, paper)
    if signer.person_id == edition.loaded_by:
        raise NotAuthorised(
            "Yang memuat SOP tidak dapat mengesahkannya sendiri (asas dua orang).",
            instead="Mintalah admin lain memuatnya, atau pejabat lain mengesahkannya.",
        )
    if shown_digest != digest:
        raise Refusal(
            "Naskah yang ditandatangani bukan naskah yang tersimpan.",
            instead="Tampilkan kembali naskahnya, lalu tanda tangani yang ditampilkan.",
        )
    for other in others:
        _replace(desk, other, edition)
    desk.change(
        edition,
        state="in_force",
        signed_by=signer.person_id,
        signed_position=paper.ratifier,
        signed_capacity=signer.capacity,
        signature="basah" if wet else "elektronik",
        signed_at=desk.now,
        in_force_at=max(from_at, _effective(paper.definition, from_at)),
        evidence=wet.evidence if wet else None,
        witness=wet.witness if wet else None,
    )
    desk.tell("edition.signed", edition=edition.id, digest=digest, clause=paper.clause("berlaku_saat_ditandatangani"))
    _tell_in_force(desk, paper)


def _electronic(desk: Desk, paper: Paper) -> tuple[Acting, datetime]:
    check_ratifying(desk, paper, "disahkan")
    return Acting(desk.actor.person_id, paper.ratifier, desk.actor.capacity), desk.now


def _wet(desk: Desk, paper: Paper, wet: WetSignature) -> tuple[Acting, datetime]:
    """The signatory as they held the position on that day, and its 00.00; somebody records it, another witnessed it."""
    if desk.actor.person_id != wet.signatory:
        check_admin(desk.people, desk.actor, "mencatat tanda tangan basah")
    if wet.witness in (paper.edition.loaded_by, wet.signatory):
        raise Refusal(
            "Saksi tanda tangan basah tidak boleh orang yang memuat SOP atau yang menandatanganinya.",
            instead="Tunjuk saksi lain.",
        )
    desk.people.person(wet.witness)
    from_at = _midnight(paper.definition, wet.signed_on)
    if from_at > desk.now:
        raise Refusal("Tanggal tanda tangan basah belum tiba.", instead="Periksa tanggalnya.")
    day = Holder(0, wet.signatory, paper.ratifier, "", "", from_at, from_at + timedelta(days=1))
    held = [
        h for h in desk.people.holders if (h.person_id, h.position) == (wet.signatory, paper.ratifier) and h.meets(day)
    ]
    signer = Actor(wet.signatory, held[0].position if held else "", held[0].capacity if held else "", "")
    check_ratifier(signer, paper.ratifier, paper.organisation.name_of(paper.ratifier), "disahkan")
    return Acting(signer.person_id, signer.position, signer.capacity), from_at


def _replace(desk: Desk, other: Edition, by: Edition) -> None:
    """With clause 5 an edition in execution finishes beside its successor; any other gives way to it (design §3)."""
    if other.id == by.id or other.state not in ("in_force", "in_execution"):
        return
    if other.single_case and other.state == "in_execution":
        return
    desk.change(other, state=next_state(EDITION, other.state, "replace"), ended_at=desk.now)
    desk.tell("edition.replaced", edition=other.id, by=by.id)


def void(desk: Desk, paper: Paper, ground: str, took_part: Iterable[tuple[int, str]]) -> None:
    """Declare an edition void entirely, on a legal ground (`void --dasar`): from this instant nothing of it goes on."""
    next_state(EDITION, paper.edition.state, "void")
    check_ratifying(desk, paper, "dibatalkan")
    if not ground.strip():
        raise Refusal("Pembatalan SOP memerlukan dasar hukum.", instead="Tuliskan dasarnya, misalnya nomor keputusan.")
    declare_void(desk, paper, ground, None, took_part)


def check_ratifying(desk: Desk, paper: Paper, act: str) -> None:
    """Refuse an electronic act on an SOP to whoever is not its ratifying official, or did not prove it."""
    check_ratifier(desk.actor, paper.ratifier, paper.organisation.name_of(paper.ratifier), act)
    check_proof(desk.actor, "sandi+totp")


def declare_void(
    desk: Desk, paper: Paper, ground: str, clause: Clause | None, took_part: Iterable[tuple[int, str]]
) -> None:
    """Make an edition void, and tell everybody; its state is the gate everything looks at, its cases follow."""
    edition, written = paper.edition, desk.write(ground)
    desk.change(edition, state=next_state(EDITION, edition.state, "void"), ended_at=desk.now)
    number = clause.number if clause else None
    desk.tell("edition.voided", edition=edition.id, clause=number, ground=refer(written))
    told = everyone(desk.people, paper.organisation, took_part, desk.now)
    since = instant(desk.now, paper.definition.schedule.zone)
    said = {"alasan": ground.strip(), "berlaku_sejak": since, "butir": str(number or "")}
    said["bunyi"] = clause.text if clause else ""
    mail_edition(desk, "batal", told, paper.definition, paper.organisation, edition, **said)


def receive(desk: Desk, paper: Paper, unit: str, received: set[str]) -> None:
    """Record that a unit has received an SOP in force: an act of its head (rule 1)."""
    organisation = paper.organisation
    if paper.edition.state not in ("in_force", "in_execution"):
        next_state(EDITION, paper.edition.state, "void")  # refuses in the words of the life cycle
    place = organisation.positions.get(desk.actor.position)
    if unit in received:
        raise Refusal(f"Penerimaan SOP oleh {organisation.units[unit].name} sudah dicatat.")
    if place is None or place.unit != unit or not organisation.is_head(desk.actor.position):
        raise NotAuthorised("Penerimaan SOP dicatat oleh kepala unit yang bersangkutan.")
    desk.tell("edition.received", edition=paper.edition.id, unit=unit)


def _midnight(definition: Definition, day: date) -> datetime:
    """00.00 of a day in the SOP's zone."""
    return datetime.combine(day, time(), ZoneInfo(definition.schedule.zone)).astimezone(UTC)


def _effective(definition: Definition, signed: datetime) -> datetime:
    """Without clause 6 an edition is in force from `tanggal_efektif`, not before its signature."""
    printed = definition.identity.effective_on
    if definition.clause_for("berlaku_saat_ditandatangani") or not printed or len(printed) < 10:
        return signed
    return _midnight(definition, date.fromisoformat(printed))


def check_structure(paper: Paper) -> None:
    """Rule 1: every position named stands in the structure, every unit performs a stage or is told (`mengetahui`)."""
    definition, organisation = paper.definition, paper.organisation
    outside = sorted(set(_positions_named(definition)) - set(organisation.positions) - set(organisation.bodies))
    if outside and definition.clause_for("dilaksanakan_setiap_bagian"):
        raise refusal(
            definition,
            "dilaksanakan_setiap_bagian",
            f"Jabatan {', '.join(outside)} tidak ada dalam struktur organisasi.",
            "Perbaiki naskahnya, atau muat struktur organisasi yang memuat jabatan itu.",
        )
    idle = sorted(set(organisation.units) - _units_involved(definition, organisation))
    if idle and definition.clause_for("dilaksanakan_setiap_bagian"):
        raise refusal(
            definition,
            "dilaksanakan_setiap_bagian",
            f"Unit {', '.join(organisation.units[unit].name for unit in idle)} tidak melaksanakan satu tahap pun.",
            f"Beri unit itu tahap, atau sebutkan di `mengetahui: [{', '.join(idle)}]`.",
        )


def _units_involved(definition: Definition, organisation: Organisation) -> set[str]:
    performing = [p for stage in definition.stages() for p in stage.performers or stage.for_each or ()]
    members = {member for performer in performing for member in organisation.members_of(performer)}
    units = {organisation.positions[member].unit for member in members if member in organisation.positions}
    outside = {place.unit for place in organisation.positions.values() if place.outside}
    return {unit for unit in units | outside if unit} | set(definition.informed_units)


def _positions_named(definition: Definition) -> Iterable[str]:
    yield definition.responsible
    for stage in definition.stages():
        yield from stage.performers or stage.for_each or ()
        if stage.sign_off:
            yield from stage.sign_off.by


def _tell_in_force(desk: Desk, paper: Paper) -> None:
    """Tell each unit's head that the SOP is in force and ask for a receipt (rule 1: carried out in every unit)."""
    definition, organisation, edition = paper.definition, paper.organisation, paper.edition
    heads = everyone(desk.people, organisation, (), desk.now)
    said: dict[str, Any] = {
        "perihal": "SOP telah disahkan dan berlaku",
        "paragraf": [
            f"SOP Nomor {edition.number} tentang {definition.identity.name} telah ditandatangani "
            f"{organisation.name_of(paper.ratifier)} dan berlaku.",
            "SOP ini dilaksanakan di setiap bagian; tugas disampaikan melalui surel pada waktunya.",
            "Mohon mencatat penerimaan SOP ini bagi unit Saudara melalui tautan di bawah.",
        ],
    }
    mail_edition(desk, "pemberitahuan", heads, definition, organisation, edition, **said)
