"""Revising a running SOP: propose with a ground, see the consequences, sign or withdraw."""

import hashlib
from datetime import date
from pathlib import Path
from typing import Annotated

from sop_engine.application.ports import Who
from sop_engine.application.revise_edition import preview_revision, propose_revision, sign_revision
from sop_engine.cli.call import Answer, Call
from sop_engine.cli.documents import File, checked_sop
from sop_engine.cli.edition import EditionNo, agreed, edition_of
from sop_engine.cli.people import ProposalNo
from sop_engine.cli.proof import proven
from sop_engine.cli.verbs import day, option, verb
from sop_engine.cli.views import shown
from sop_engine.domain.adopting import CATEGORIES, EFFECT, Ground
from sop_engine.wiring import parse_definition

Reason = Annotated[str, option("--dasar", "TEKS", "Uraian alasan perubahan.")]


@verb(
    "revise",
    "Usulkan revisi SOP yang berlaku, dengan dasar keadaan kahar; tampilkan akibatnya bagi setiap kasus.",
    "sop revise 396/ORT.06/3601/2023 revisi.yaml --kategori bencana_alam --dasar 'Banjir 12 Januari'"
    " --tanggal 2027-01-12 --bukti surat-bpbd.pdf --sebagai admin@contoh.invalid",
)
def revise(
    call: Call,
    who: Who,
    edition: EditionNo,
    file: File,
    dasar: Reason,
    kategori: Annotated[str, option("--kategori", "KATEGORI", f"Salah satu: {', '.join(CATEGORIES)}.")] = "",
    tanggal: Annotated[date | None, option("--tanggal", "TANGGAL", "Kapan keadaan itu terjadi.", day)] = None,
    bukti: Annotated[Path | None, option("--bukti", "BERKAS", "Bukti keadaan itu; sidiknya dicatat.")] = None,
    diantisipasi: Annotated[bool, option("--diantisipasi", "", "Keadaan itu belum terjadi.")] = False,
    keep_completed: Annotated[
        bool, option("--keep-completed", "", "Perubahan atas tahap yang selesai dibiarkan tanpa akibat.")
    ] = False,
) -> Answer:
    """Propose a revision and show what it would do."""
    evidence = hashlib.sha256(bukti.read_bytes()).hexdigest() if bukti else ""
    ground = Ground(dasar, kategori, tanggal, evidence, not diantisipasi)
    return _propose(call, who, edition, file, ground, keep_completed, "")


@verb(
    "ralat",
    "Usulkan ralat: salah ketik dan nomor lampiran, tanpa perubahan isi.",
    "sop ralat 396/ORT.06/3601/2023 ralat.yaml --nomor 1/RALAT/2027 --dasar 'Nomor lampiran' --sebagai 12",
)
def ralat(
    call: Call,
    who: Who,
    edition: EditionNo,
    file: File,
    nomor: Annotated[str, option("--nomor", "NOMOR", "Nomor ralat itu sendiri.")],
    dasar: Reason,
) -> Answer:
    """Propose a correction."""
    return _propose(call, who, edition, file, Ground(dasar), False, nomor)


def _propose(call: Call, who: Who, edition: str, file: Path, ground: Ground, keep: bool, number: str) -> Answer:
    found, sound = edition_of(call, edition), checked_sop(call, file, file.read_bytes())
    answer = propose_revision(
        call.store, who, found.id, file.read_text("utf-8"), lambda _: sound, ground,
        keep_completed=keep, correction_number=number,
    )  # fmt: skip
    call.say(f"Usulan {answer['proposal']} dicatat dan disampaikan kepada pejabat yang mengesahkan.")
    preview = preview_revision(call.store, who, answer["proposal"], parse_definition)
    _say_consequences(call, preview)
    call.say(f"Berikutnya: `sop adopt {answer['proposal']}` oleh pejabat yang mengesahkan.")
    return answer | {"consequences": preview}


@verb("adopt", "Tanda tangani usulan perubahan SOP sesudah melihat akibatnya.", "sop adopt 31 --sebagai 1")
def adopt(
    call: Call,
    who: Who,
    proposal: ProposalNo,
    ya: Annotated[bool, option("--ya", "", "Tanda tangani tanpa ditanya lagi.")] = False,
) -> Answer:
    """Show the consequences, ask, and sign."""
    preview = preview_revision(call.store, who, proposal, parse_definition)
    _say_consequences(call, preview)
    agreed(ya, "Tanda tangani perubahan ini? Ketik ya")
    digest = next(made.arguments["digest"] for made in call.reading.proposals() if made.id == proposal)
    answer = sign_revision(call.store, proven(call, who, signing=True), proposal, digest, parse_definition)
    call.carry_on()
    call.say(f"Ditandatangani: {EFFECT[answer['verdict']]}.", style="red" if answer["verdict"] == "void" else "green")
    return answer


def _say_consequences(call: Call, preview: Answer) -> None:
    call.say(f"Akibat: {EFFECT[preview['verdict']]}. Kasus berjalan: {preview['running']}.")
    for change in preview["changes"]:
        clause = f" (angka {change['clause']})" if change["clause"] else ""
        call.say(f"  {change['path']}{clause}: {change['before']} → {change['after']}")
    for case in preview["cases"]:
        follows = "mengikuti" if case["follows"] else f"tetap pada naskah lama, karena {case['first_misfit']}"
        call.say(f"  Kasus {case['case']} {follows}.")
        for due in case["due"]:
            before, after = (shown(due[when], call.zone) for when in ("before", "after"))
            call.say(f"    Tenggat {due['stage']}: {before} → {after}")
        for stage in case["returned"]:
            call.say(f"    {stage} dikembalikan kepada pelaksananya karena tahapnya sendiri berubah.")
