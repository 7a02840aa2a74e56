"""The life of an edition: list them, sign one, let it be received, declare it void, prepare the next."""

import hashlib
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from sop_engine.application.ports import Who
from sop_engine.application.ratify_edition import receive_edition, sign_edition, void_edition
from sop_engine.cli.call import Answer, Call, Misused
from sop_engine.cli.proof import proven
from sop_engine.cli.verbs import argument, day, option, verb
from sop_engine.cli.views import listing, local, picked, shown
from sop_engine.domain.editions import WetSignature
from sop_engine.domain.state import Edition
from sop_engine.errors import NotFound
from sop_engine.files.reissue import emptied

EditionNo = Annotated[str, argument("EDISI", "Nomor edisi atau Nomor SOP; lihat `sop editions`.")]


def edition_of(call: Call, text: str) -> Edition:
    """Find an edition by its number here or its SOP number."""
    for edition in call.reading.editions():
        if text.strip() in (str(edition.id), edition.number):
            return edition
    raise NotFound(f"Tidak ada edisi «{text}».", instead="Lihat `sop editions`.")


def _digest(call: Call, edition: Edition) -> str:
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
    if found.state == "draft":
        agreed(ya, "Tanda tangani naskah dengan sidik ini? Ketik ya")
    signer = who if on_paper else proven(call, who, signing=True)
    answer = sign_edition(call.store, signer, found.id, digest, on_paper)
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


@verb(
    "void",
    "Nyatakan sebuah SOP batal seluruhnya berdasarkan dasar hukum. Tidak dapat dibatalkan.",
    "sop void 396/ORT.06/3601/2023 --dasar 'Keputusan KPU Nomor 9 Tahun 2027' --sebagai rahayu@contoh.invalid",
)
def void(
    call: Call,
    who: Who,
    edition: EditionNo,
    dasar: Annotated[str, option("--dasar", "TEKS", "Dasar hukum pembatalan.")],
    ya: Annotated[bool, option("--ya", "", "Batalkan tanpa ditanya lagi.")] = False,
) -> Answer:
    """Show what becomes void, ask, and declare it."""
    found = edition_of(call, edition)
    running = [case.id for case in call.reading.cases() if case.edition_id == found.id and case.state == "running"]
    call.say(f"SOP Nomor {found.number} menjadi batal seluruhnya sejak saat ini, beserta {len(running)} kasus.")
    call.say("Semua tugas terbuka ditarik; hasil yang sudah selesai tetap tersimpan. Tidak ada jalan kembali.")
    agreed(ya, "Nyatakan batal? Ketik ya")
    answer = void_edition(call.store, proven(call, who, signing=True), found.id, dasar)
    call.carry_on()
    call.say(f"SOP Nomor {found.number} dinyatakan batal; semua yang terlibat diberi tahu.", style="red")
    return answer | {"cases": running}


@verb("receive", "Catat bahwa unit Saudara telah menerima SOP yang berlaku.", "sop receive 3 --sebagai 5")
def receive(call: Call, who: Who, edition: EditionNo) -> Answer:
    """Record a unit's receipt, as the position of the person that heads a unit."""
    found = edition_of(call, edition)
    organisation = call.reading.plan(found.revision_id, found.organisation).organisation
    heads = [position for position in organisation.positions if organisation.is_head(position)]
    answer = receive_edition(call.store, who, found.id, call.acting_in(who.person_id, heads))
    call.say(f"Penerimaan SOP Nomor {found.number} oleh {organisation.units[answer['unit']].name} dicatat.")
    return answer


@verb(
    "reissue",
    "Siapkan naskah edisi berikutnya: sama, dengan nomor dan tanggal dikosongkan.",
    "sop reissue 396/ORT.06/3601/2023 --ke sop-2028.yaml",
)
def reissue(
    call: Call, edition: EditionNo, ke: Annotated[Path, option("--ke", "BERKAS", "Berkas baru yang ditulis.")]
) -> Answer:
    """Write the next edition's draft."""
    found = edition_of(call, edition)
    revision = call.reading.revision(found.revision_id)
    assert revision is not None  # an edition always has one
    with ke.open("x", encoding="utf-8") as file:
        file.write(emptied(revision.body))
    call.say(f"Naskah ditulis ke {ke}. Isi `nomor` dan tanggal-tanggalnya, lalu `sop check {ke}` dan `sop load {ke}`.")
    return {"file": str(ke), "from": found.number}


def agreed(yes: bool, question: str) -> None:
    """Ask for a typed `ya` unless it was given; at no terminal it must have been."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Misused("Tindakan ini memerlukan persetujuan: jalankan di terminal, atau tambahkan `--ya`.")
    if typer.prompt(question, "tidak", err=True).strip().lower() != "ya":
        raise typer.Abort


@verb("editions", "Tampilkan semua edisi SOP dan keadaannya, atau satu edisi dengan naskahnya.", "sop editions")
def editions(
    call: Call, edition: Annotated[str | None, argument("EDISI", "Satu edisi saja, dengan naskahnya.")] = None
) -> Answer:
    """List the editions, or show one: its text, who has received it."""
    found = [edition_of(call, edition)] if edition else call.reading.editions()
    items = []
    for each in found:
        plan = call.reading.plan(each.revision_id, each.organisation)
        facts = {"name": plan.definition.identity.name, "digest": _digest(call, each)}
        items.append(picked(each, plan.zone, "id sop number status=state in_force_at") | facts)
    columns = "Edisi=id, SOP Nomor=number, Nama=name, Keadaan=status, Berlaku sejak=in_force_at"
    answer = listing(call, "editions", columns, items, "Belum ada SOP; muat dengan `sop load BERKAS`.")
    return answer | _shown_whole(call, found[0]) if edition else answer


def _shown_whole(call: Call, edition: Edition) -> Answer:
    revision = call.reading.revision(edition.revision_id)
    assert revision is not None  # an edition always has one
    organisation = call.reading.plan(edition.revision_id, edition.organisation).organisation
    received = {unit: person for unit, (person, _) in call.reading.received(edition.id).items()}
    people = call.reading.people()
    call.say(revision.body)
    call.say("Penerimaan oleh unit:")
    for unit, named in organisation.units.items():
        by = people.person(received[unit]).name if unit in received else "belum dicatat"
        call.say(f"  {named.name}: {by}")
    return {"text": revision.body, "received": {unit: received.get(unit) for unit in organisation.units}}
