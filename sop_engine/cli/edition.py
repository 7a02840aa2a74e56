"""The life of an edition: sign it, list them."""

import hashlib
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from sop_engine.application.load_edition import sign_edition
from sop_engine.application.ports import Who
from sop_engine.cli.call import Answer, Call, Misused
from sop_engine.cli.verbs import day, verb
from sop_engine.cli.views import local, shown, table, word
from sop_engine.domain.editions import OnPaper
from sop_engine.errors import NotFound
from sop_engine.storage.tables import EditionRow

EditionNo = Annotated[str, typer.Argument(metavar="EDISI", help="Nomor edisi atau Nomor SOP; lihat `sop editions`.")]


def edition_of(call: Call, text: str) -> EditionRow:
    """Find an edition by its number here or its SOP number."""
    for edition in call.reading.editions():
        if text.strip() in (str(edition.id), edition.number):
            return edition
    raise NotFound(f"Tidak ada edisi «{text}».", instead="Lihat `sop editions`.")


@verb(
    "sign",
    "Tanda tangani sebuah edisi: SOP berlaku sejak saat itu. `--basah` mencatat tanda tangan di atas kertas.",
    "sop sign 396/ORT.06/3601/2023 --sebagai rahayu@contoh.invalid",
)
def sign(
    call: Call,
    who: Who,
    edition: EditionNo,
    ya: Annotated[bool, typer.Option("--ya", help="Tanda tangani tanpa ditanya lagi.")] = False,
    basah: Annotated[bool, typer.Option("--basah", help="Naskah telah ditandatangani basah di atas kertas.")] = False,
    tanggal: Annotated[
        date | None, typer.Option("--tanggal", metavar="TANGGAL", parser=day, help="Tanggal tanda tangan basah.")
    ] = None,
    bukti: Annotated[
        Path | None, typer.Option("--bukti", metavar="BERKAS", help="Pindaian lembar bertanda tangan; sidiknya dicatat.")
    ] = None,
    saksi: Annotated[
        str | None, typer.Option("--saksi", metavar="ORANG", help="Saksi, bukan orang yang memuat SOP.")
    ] = None,
) -> Answer:
    """Show number and digest, ask, and sign what was shown."""
    on_paper = _on_paper(call, basah, tanggal, bukti, saksi)
    found = edition_of(call, edition)
    revision = call.reading.revision(found.revision_id)
    assert revision is not None  # an edition always has one
    plan = call.reading.plan(found.revision_id, found.organisation)
    call.say(f"SOP Nomor {found.number}\n{plan.definition.identity.name}\nSidik naskah: {revision.digest}")
    if not ya and found.state == "draft":
        if not sys.stdin.isatty():
            raise Misused("Tanda tangan memerlukan persetujuan: jalankan di terminal, atau tambahkan `--ya`.")
        typer.confirm("Tanda tangani naskah dengan sidik ini?", abort=True, err=True)
    answer = sign_edition(call.store, who, found.id, revision.digest, on_paper)
    signed = edition_of(call, str(found.id))
    call.say(f"Ditandatangani. SOP berlaku sejak {shown(signed.in_force_at, plan.zone)}.", style="green")
    return {**answer, "digest": revision.digest, "in_force_at": local(signed.in_force_at, plan.zone)}


def _on_paper(
    call: Call, basah: bool, signed_on: date | None, evidence: Path | None, witness: str | None
) -> OnPaper | None:
    if not basah:
        if signed_on or evidence or witness:
            raise Misused("`--tanggal`, `--bukti` dan `--saksi` hanya dipakai bersama `--basah`.")
        return None
    if not (signed_on and evidence and witness):
        raise Misused("Tanda tangan basah memerlukan `--tanggal`, `--bukti` dan `--saksi`.")
    return OnPaper(signed_on, hashlib.sha256(evidence.read_bytes()).hexdigest(), call.person(witness).id)


@verb("editions", "Tampilkan semua edisi SOP dan keadaannya.", "sop editions")
def editions(call: Call) -> Answer:
    """List the editions."""
    found = call.reading.editions()
    plans = {edition.id: call.reading.plan(edition.revision_id, edition.organisation) for edition in found}
    revisions = {edition.id: call.reading.revision(edition.revision_id) for edition in found}
    listed = [
        {
            "id": edition.id,
            "sop": edition.sop,
            "number": edition.number,
            "name": plans[edition.id].definition.identity.name,
            "status": edition.state,
            "digest": revision.digest if (revision := revisions[edition.id]) else None,
            "in_force_at": local(edition.in_force_at, plans[edition.id].zone),
        }
        for edition in found
    ]
    rows = (
        (e.id, e.number, each["name"], word(e.state), shown(e.in_force_at, plans[e.id].zone))
        for e, each in zip(found, listed, strict=True)
    )
    headings = ("Edisi", "SOP Nomor", "Nama", "Keadaan", "Berlaku sejak")
    call.say(table(*headings, rows=rows) if listed else "Belum ada SOP; muat dengan `sop load BERKAS`.")
    return {"editions": listed}
