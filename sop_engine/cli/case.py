"""Acts on a case: start it, work on it, sign it off, cancel it."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from sop_engine.application.answer_sign_off import approve as give_sign_off
from sop_engine.application.answer_sign_off import return_work
from sop_engine.application.claim_task import claim_task, release_task
from sop_engine.application.complete_task import complete_task
from sop_engine.application.ports import Who
from sop_engine.application.start_case import cancel_case, start_case
from sop_engine.cli.call import Answer, Call, Misused
from sop_engine.cli.case_view import CaseNo, found_case
from sop_engine.cli.edition import EditionNo, edition_of
from sop_engine.cli.proof import proven
from sop_engine.cli.verbs import argument, day, moment, option, pairs, verb, whole
from sop_engine.domain.decisions import OnPaper

TaskNo = Annotated[int, argument("TUGAS", "Nomor tugas; lihat `sop tasks`.", whole)]
SignOffNo = Annotated[int, argument("PENGESAHAN", "Nomor permintaan pengesahan; lihat `sop tasks`.", whole)]
Outcome = Annotated[str, argument("HASIL", "Nama hasil, misalnya ya, tidak atau tidak(ksb_kul).")]
Note = Annotated[str, option("--catatan", "TEKS", "Catatan atau alasan.")]
Texts = list[str] | None
Results = Annotated[Texts, option("--hasil", "TEKS", "Keluaran yang dihasilkan; dapat diulang.")]
Present = Annotated[Texts, option("--hadir", "ORANG,…", "Anggota yang hadir: nomor atau surel.")]
Limits = Annotated[Texts, option("--batas", "ID=TANGGAL", "Batas yang diisi saat mulai; dapat diulang.")]
DoneAt = Annotated[
    datetime | None,
    option("--dilaksanakan", "TANGGAL[TJAM]", "Bila dikerjakan di atas kertas: kapan selesainya.", moment),
]
Evidence = Annotated[Path | None, option("--bukti", "BERKAS", "Pindaian bukti pekerjaan di atas kertas.")]
Year = Annotated[int | None, option("--year", "TAHUN", "Tahun anggaran kasus ini.", whole)]


@verb(
    "start",
    "Mulai sebuah kasus: satu pelaksanaan SOP untuk satu tahun atau satu permohonan.",
    "sop start 396/ORT.06/3601/2023 --year 2026 --batas surat=2027-01-29 --sebagai rahayu@contoh.invalid",
)
def start(call: Call, who: Who, edition: EditionNo, year: Year = None, batas: Limits = None) -> Answer:
    """Start a case."""
    limits = pairs(batas, "surat=2027-01-29", day)
    answer = start_case(call.store, who, edition_of(call, edition).id, year=year, limits=limits)
    call.say(f"Kasus {answer['case']} dimulai; penugasan disampaikan melalui surel.")
    call.say(f"Lihat `sop show {answer['case']}`.")
    return answer


@verb("claim", "Ambil tugas yang ditawarkan kepada beberapa orang.", "sop claim 14 --sebagai fajar@contoh.invalid")
def claim(call: Call, who: Who, task: TaskNo) -> Answer:
    """Claim a task."""
    answer = claim_task(call.store, who, task)
    call.say(f"Tugas {task} Saudara ambil. Selesaikan dengan `sop complete {task}`.")
    return answer


@verb("release", "Lepaskan tugas yang sudah diambil.", "sop release 14 --sebagai fajar@contoh.invalid")
def release(call: Call, who: Who, task: TaskNo) -> Answer:
    """Release a task."""
    answer = release_task(call.store, who, task)
    call.say(f"Tugas {task} dilepaskan dan ditawarkan kembali.")
    return answer


@verb(
    "complete",
    "Selesaikan tugas. Tahap yang memutuskan diselesaikan dengan `sop decide`.",
    "sop complete 14 --hasil 'Notula rapat' --hadir 3,4,5,6 --sebagai bayu@contoh.invalid",
)
def complete(
    call: Call,
    who: Who,
    task: TaskNo,
    hasil: Results = None,
    catatan: Note = "",
    hadir: Present = None,
    dilaksanakan: DoneAt = None,
    bukti: Evidence = None,
) -> Answer:
    """Complete a task."""
    return _complete(call, who, task, "", hasil, catatan, hadir, (dilaksanakan, bukti))


@verb(
    "decide",
    "Selesaikan tugas dengan sebuah hasil; dalam kurung, jabatan yang harus mengulang pekerjaannya.",
    "sop decide 31 'tidak(ksb_kul)' --catatan 'Data belum lengkap' --sebagai bayu@contoh.invalid",
)
def decide(
    call: Call,
    who: Who,
    task: TaskNo,
    outcome: Outcome,
    hasil: Results = None,
    catatan: Note = "",
    hadir: Present = None,
    dilaksanakan: DoneAt = None,
    bukti: Evidence = None,
) -> Answer:
    """Complete a task with an outcome."""
    return _complete(call, who, task, outcome, hasil, catatan, hadir, (dilaksanakan, bukti))


def _complete(
    call: Call,
    who: Who,
    task: int,
    said: str,
    results: Texts,
    note: str,
    present: Texts,
    paper: tuple[datetime | None, Path | None],
) -> Answer:
    outcome, _, slots = said.partition("(")
    names = [name for listed in present or [] for name in listed.split(",") if name.strip()]
    answer = complete_task(
        call.store,
        who,
        task,
        outcome=outcome.strip() or None,
        redo=tuple(slot.strip() for slot in slots.rstrip(") ").split(",") if slot.strip()),
        result="\n".join(results or []),
        note=note,
        present=tuple(call.person(name).id for name in names),
        on_paper=_on_paper(call, *paper),
    )
    _say_progress(call, f"Tugas {task} selesai", answer)
    return answer


def _on_paper(call: Call, done_at: datetime | None, evidence: Path | None) -> OnPaper | None:
    if not done_at and not evidence:
        return None
    if not (done_at and evidence):
        raise Misused("Pekerjaan di atas kertas memerlukan `--dilaksanakan` dan `--bukti` bersama-sama.")
    scan = hashlib.sha256(evidence.read_bytes()).hexdigest()
    return OnPaper(done_at.replace(tzinfo=ZoneInfo(call.zone)).astimezone(UTC), scan)


def _say_progress(call: Call, done: str, answer: Answer) -> None:
    if answer["case_status"] == "completed":
        call.say(f"{done}. Semua tahap kasus {answer['case']} telah selesai.")
    elif answer["status"] == "submitted":
        call.say(f"{done}; tahap ini menunggu pengesahan.")
    else:
        call.say(f"{done}. Kasus {answer['case']} berlanjut; lihat `sop show {answer['case']}`.")


@verb("approve", "Sahkan pekerjaan yang diminta pengesahannya.", "sop approve 27 --sebagai rahayu@contoh.invalid")
def approve(call: Call, who: Who, sign_off: SignOffNo, catatan: Note = "") -> Answer:
    """Give a sign-off."""
    answer = give_sign_off(call.store, proven(call, who), sign_off, catatan)
    _say_progress(call, f"Pengesahan {sign_off} diberikan", answer)
    return answer


@verb("return", "Kembalikan pekerjaan untuk diperbaiki.", "sop return 27 --catatan 'Lampiran belum ada' --sebagai 7")
def send_back(call: Call, who: Who, sign_off: SignOffNo, catatan: Note = "") -> Answer:
    """Return work with a reason."""
    answer = return_work(call.store, who, sign_off, catatan)
    call.say(f"Pekerjaan dikembalikan kepada pelaksana; putaran {answer['pass']} dibuka.")
    return answer


@verb(
    "cancel",
    "Batalkan kasus yang berjalan, dengan alasan; tidak ada yang dihapus.",
    "sop cancel 12 --catatan 'Salah tahun' --sebagai rahayu@contoh.invalid",
)
def cancel(call: Call, who: Who, case: CaseNo, catatan: Note = "") -> Answer:
    """Cancel a case as whichever allowed position the person holds."""
    definition = found_case(call, case).plan.definition
    allowed = (definition.responsible, definition.identity.ratified_by.position)
    answer = cancel_case(call.store, who, case, call.acting_in(who.person_id, allowed), catatan)
    call.say(f"Kasus {case} dibatalkan; tugas yang terbuka ditarik.")
    return answer
