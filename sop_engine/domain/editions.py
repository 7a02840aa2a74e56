"""The life of an edition: loaded as a draft, ratified by a signature (design §3, §5)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sop_engine.domain.casefile import Desk
from sop_engine.domain.definition import Definition
from sop_engine.domain.lifecycle import EDITION, next_state
from sop_engine.domain.organisation import Organisation
from sop_engine.domain.rules import refusal
from sop_engine.domain.state import Edition, Revision
from sop_engine.errors import NotAuthorised, Refusal


@dataclass(frozen=True, slots=True)
class OnPaper:
    """A wet signature: its day, the SHA-256 of the scan, the person who witnessed it."""

    signed_on: date
    evidence: str
    witness: int


def draft(desk: Desk, definition: Definition, body: str, organisation: str) -> Edition:
    """Bring a checked definition in as a draft edition with its first revision."""
    edition = Edition(
        desk.new_id(),
        definition.sop,
        definition.identity.number,
        organisation,
        loaded_by=desk.actor.person_id,
        single_case=int(definition.clause_for("tidak_berlaku_saat_berakhir") is not None),
    )
    revision = Revision(desk.new_id(), edition.id, 0, digest_of(body), desk.actor.person_id, desk.now, body)
    edition.revision_id = revision.id
    desk.add(edition)
    desk.add(revision)
    desk.tell("edition.loaded", edition=edition.id, number=edition.number, digest=revision.digest)
    return edition


def digest_of(body: str) -> str:
    """Give the digest of a definition's text: what is shown is what is signed."""
    return hashlib.sha256(body.encode()).hexdigest()


def sign(
    desk: Desk,
    edition: Edition,
    definition: Definition,
    organisation: Organisation,
    revision_digest: str,
    shown_digest: str,
    wet: OnPaper | None = None,
) -> None:
    """Ratify a draft: in force from this instant, or from 00.00 of a wet signature's day (clause 6)."""
    position = definition.identity.ratified_by.position
    _check_signer(desk, edition, definition, organisation, position)
    if shown_digest != revision_digest:
        raise Refusal(
            "Naskah yang ditandatangani bukan naskah yang tersimpan.",
            instead="Tampilkan kembali naskahnya, lalu tanda tangani yang ditampilkan.",
        )
    from_at = desk.now
    if wet:
        if wet.witness == edition.loaded_by:
            raise Refusal("Saksi tanda tangan basah tidak boleh orang yang memuat SOP.", instead="Tunjuk saksi lain.")
        from_at = _midnight(definition, wet.signed_on)
        if from_at > desk.now:
            raise Refusal("Tanggal tanda tangan basah belum tiba.", instead="Periksa tanggalnya.")
    desk.change(
        edition,
        state=next_state(EDITION, edition.state, "sign"),
        signed_by=desk.actor.person_id,
        signed_position=position,
        signed_capacity=desk.actor.capacity,
        signature="basah" if wet else "elektronik",
        signed_at=desk.now,
        in_force_at=max(from_at, _effective(definition, from_at)),
        evidence=wet.evidence if wet else None,
        witness=wet.witness if wet else None,
    )
    clause = definition.clause_for("berlaku_saat_ditandatangani")
    desk.tell("edition.signed", edition=edition.id, digest=revision_digest, clause=clause.number if clause else None)
    _tell_office(desk, edition, definition, organisation)


def _midnight(definition: Definition, day: date) -> datetime:
    """00.00 of a day in the SOP's zone."""
    return datetime.combine(day, time(), ZoneInfo(definition.schedule.zone)).astimezone(UTC)


def _effective(definition: Definition, signed: datetime) -> datetime:
    """Without clause 6 an edition is in force from `tanggal_efektif`, not before its signature."""
    printed = definition.identity.effective_on
    if definition.clause_for("berlaku_saat_ditandatangani") or not printed or len(printed) < 10:
        return signed
    return _midnight(definition, date.fromisoformat(printed))


def _check_signer(
    desk: Desk, edition: Edition, definition: Definition, organisation: Organisation, position: str
) -> None:
    if desk.actor.position != position:
        raise NotAuthorised(
            f"SOP ini disahkan oleh {organisation.name_of(position)}.",
            instead="Mintalah pemegang jabatan itu menandatanganinya.",
        )
    if desk.actor.capacity == "plh":
        raise NotAuthorised(
            "Plh. tidak dapat mengesahkan SOP (UU 30/2014 Pasal 14).",
            instead="Mintalah Plt. atau pejabat definitif.",
        )
    if desk.actor.person_id == edition.loaded_by:
        raise NotAuthorised(
            "Yang memuat SOP tidak dapat mengesahkannya sendiri (asas dua orang).",
            instead="Mintalah admin lain memuatnya, atau pejabat lain mengesahkannya.",
        )
    outside = sorted(set(_positions_named(definition)) - set(organisation.positions) - set(organisation.bodies))
    if outside and definition.clause_for("dilaksanakan_setiap_bagian"):
        raise refusal(
            definition,
            "dilaksanakan_setiap_bagian",
            f"Jabatan {', '.join(outside)} tidak ada dalam struktur organisasi.",
        )


def _positions_named(definition: Definition) -> Iterable[str]:
    yield definition.responsible
    for stage in definition.stages():
        yield from stage.performers or stage.for_each or ()
        if stage.sign_off:
            yield from stage.sign_off.by


def _tell_office(desk: Desk, edition: Edition, definition: Definition, organisation: Organisation) -> None:
    """Tell each unit's head that the SOP is in force (clause 1: carried out in every unit)."""
    for name, place in organisation.positions.items():
        superior = organisation.positions.get(place.superior or "")
        if place.outside or (superior and superior.unit == place.unit):
            continue
        for holder in desk.people.holders_of(name, desk.now):
            context = {
                "instansi": definition.identity.institution or organisation.name,
                "sop_nama": definition.identity.name,
                "sop_nomor": edition.number,
                "penerima_nama": desk.people.person(holder.person_id).name,
                "penerima_jabatan": place.name,
                "kasus": "",
                "tahun": "",
                "tautan": f"/edisi/{edition.id}",
                "perihal": "SOP telah disahkan dan berlaku",
                "paragraf": [
                    f"SOP Nomor {edition.number} tentang {definition.identity.name} telah ditandatangani "
                    f"{organisation.name_of(definition.identity.ratified_by.position)} dan berlaku.",
                    "SOP ini dilaksanakan di setiap bagian; tugas disampaikan melalui surel pada waktunya.",
                ],
            }
            subject = f"[SOP {edition.number}] SOP telah disahkan dan berlaku"
            desk.mail("pemberitahuan", holder, subject, context, about=edition.id)
