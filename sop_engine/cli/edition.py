"""The life of an edition: list them, sign one."""

import hashlib
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from sop_engine.application.ports import Who
from sop_engine.application.ratify_edition import sign_edition
from sop_engine.cli.call import Answer, Call, Misused
from sop_engine.cli.verbs import argument, day, option, verb
from sop_engine.cli.views import listing, local, picked, shown
from sop_engine.domain.editions import WetSignature
from sop_engine.errors import NotFound
from sop_engine.storage.tables import EditionRow

EditionNo = Annotated[str, argument("EDISI", "Nomor edisi atau Nomor SOP; lihat `sop editions`.")]


def edition_of(call: Call, text: str) -> EditionRow:
    """Find an edition by its number here or its SOP number."""
    for edition in call.reading.editions():
        if text.strip() in (str(edition.id), edition.number):
            return edition
    raise NotFound(f"Tidak ada edisi «{text}».", instead="Lihat `sop editions`.")


def _digest(call: Call, edition: EditionRow) -> str:
    revision = call.reading.revision(edition.revision_id)
    assert revision is not None  # an edition always has one
    return revision.digest


@verb(
    "sign",
    "Tanda tangani sebuah edisi: SOP berlaku sejak saat itu. `--basah` mencatat tanda tangan di atas kertas.",
    "sop sign 396/ORT.06/3601/2023 --sebagai rahayu@contoh.invalid",
)
def sign(
    call: Call,
    who: Who,
    edition: EditionNo,
    ya: Annotated[bool, option("--ya", "", "Tanda tangani tanpa ditanya lagi.")] = False,
    basah: Annotated[bool, option("--basah", "", "Naskah telah ditandatangani di atas kertas.")] = False,
    penandatangan: Annotated[str | None, option("--penandatangan", "ORANG", "Siapa yang menandatangani.")] = None,
    tanggal: Annotated[date | None, option("--tanggal", "TANGGAL", "Tanggal tanda tangan basah.", day)] = None,
    bukti: Annotated[Path | None, option("--bukti", "BERKAS", "Pindaian lembar bertanda tangan.")] = None,
    saksi: Annotated[str | None, option("--saksi", "ORANG", "Saksi, bukan orang yang memuat SOP.")] = None,
) -> Answer:
    """Show number and digest, ask, and sign what was shown."""
    on_paper = _on_paper(call, basah, penandatangan, tanggal, bukti, saksi)
    found = edition_of(call, edition)
    digest, plan = _digest(call, found), call.reading.plan(found.revision_id, found.organisation)
    call.say(f"SOP Nomor {found.number}\n{plan.definition.identity.name}\nSidik naskah: {digest}")
    if not ya and found.state == "draft":
        if not sys.stdin.isatty():
            raise Misused("Tanda tangan memerlukan persetujuan: jalankan di terminal, atau tambahkan `--ya`.")
        if typer.prompt("Tanda tangani naskah dengan sidik ini? Ketik ya", "tidak", err=True).strip().lower() != "ya":
            raise typer.Abort
    answer = sign_edition(call.store, who, found.id, digest, on_paper)
    since = edition_of(call, str(found.id)).in_force_at
    call.say(f"Ditandatangani. SOP berlaku sejak {shown(since, plan.zone)}.", style="green")
    return {**answer, "digest": digest, "in_force_at": local(since, plan.zone)}


def _on_paper(
    call: Call, wet: bool, signatory: str | None, signed_on: date | None, evidence: Path | None, witness: str | None
) -> WetSignature | None:
    if not wet and (signatory or signed_on or evidence or witness):
        raise Misused("`--penandatangan`, `--tanggal`, `--bukti` dan `--saksi` hanya dipakai bersama `--basah`.")
    if not wet:
        return None
    if not (signatory and signed_on and evidence and witness):
        raise Misused("Tanda tangan basah memerlukan `--penandatangan`, `--tanggal`, `--bukti` dan `--saksi`.")
    scan = hashlib.sha256(evidence.read_bytes()).hexdigest()
    return WetSignature(call.person(signatory).id, signed_on, scan, call.person(witness).id)


@verb("editions", "Tampilkan semua edisi SOP dan keadaannya.", "sop editions")
def editions(call: Call) -> Answer:
    """List the editions."""
    items = []
    for edition in call.reading.editions():
        plan = call.reading.plan(edition.revision_id, edition.organisation)
        facts = {"name": plan.definition.identity.name, "digest": _digest(call, edition)}
        items.append(picked(edition, plan.zone, "id sop number status=state in_force_at") | facts)
    columns = "Edisi=id, SOP Nomor=number, Nama=name, Keadaan=status, Berlaku sejak=in_force_at"
    return listing(call, "editions", columns, items, "Belum ada SOP; muat dengan `sop load BERKAS`.")
