"""What is mailed to whom about a case: subjects and plain contexts (design §8).

The words around these values stand in `notifications/templates`; here is only what an event knows.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sop_engine.domain.casefile import CaseFile
from sop_engine.domain.indonesian import instant
from sop_engine.domain.people import Holder
from sop_engine.domain.state import Run, SignOff, Task, instant_text

SUBJECTS = {
    "penugasan": "Penugasan: {kegiatan}{tenggat}",
    "permintaan_pengesahan": "Permintaan pengesahan: {kegiatan}{tenggat}",
    "disahkan": "Disahkan: {kegiatan}",
    "pengembalian": "Pengembalian untuk diperbaiki: {kegiatan}",
    "pengingat": "Pengingat: {kegiatan}{tenggat}",
    "terlambat": "Melewati tenggat: {kegiatan}",
    "eskalasi": "Laporan keterlambatan: {kegiatan}",
    "selesai": "Selesai: {kegiatan}",
    "berakhir": "SOP dinyatakan tidak berlaku karena tahapan telah berakhir",
    "batal": "SOP dinyatakan batal seluruhnya",
    "pemberitahuan": "{perihal}",
}


def base_context(file: CaseFile, holder: Holder, path: str) -> dict[str, Any]:
    """Give what every mail about a case says: office, SOP, recipient, case, link."""
    definition, organisation = file.plan.definition, file.plan.organisation
    prefix = {"plt": "Plt. ", "plh": "Plh. "}.get(holder.capacity, "")
    return {
        "instansi": definition.identity.institution or organisation.name,
        "sop_nama": definition.identity.name,
        "sop_nomor": definition.identity.number,
        "penerima_nama": file.people.person(holder.person_id).name,
        "penerima_jabatan": prefix + organisation.name_of(holder.position),
        "kasus": str(file.case.id),
        "tahun": str(file.case.year or ""),
        "tautan": path,
    }


def stage_context(file: CaseFile, run: Run, due_at: datetime | None, due_text: str) -> dict[str, Any]:
    """Give what a mail about a stage adds: the row of the activity table and its due date."""
    stage = file.plan.stage(run.stage)
    return {
        "tahap_no": stage.number or "",
        "kegiatan": stage.activity,
        "keluaran": list(stage.outputs),
        "kelengkapan": list(stage.requirements),
        "tenggat": instant(due_at, file.plan.zone) if due_at else "",
        "tenggat_iso": instant_text(due_at) if due_at else "",
        "penjelasan_tenggat": due_text,
    }


def mail_run(
    file: CaseFile,
    kind: str,
    holder: Holder,
    run: Run,
    path: str = "",
    extra: str = "",
    sign_off: SignOff | None = None,
    **said: Any,
) -> None:
    """Queue a mail about a run; for a sign-off its own due date is told."""
    due_at, due_text = (run.due_at, run.due_text) if sign_off is None else (sign_off.due_at, SIGN_OFF_DUE)
    context = base_context(file, holder, path or f"/kasus/{file.case.id}")
    context |= stage_context(file, run, due_at, due_text) | said
    until = f" — tenggat {context['tenggat']}" if due_at else ""
    subject = SUBJECTS[kind].format(kegiatan=context["kegiatan"], tenggat=until, perihal=said.get("perihal", ""))
    file.mail(kind, holder, _numbered(file, subject), context, about=run.id, extra=extra, run=run)


SIGN_OFF_DUE = "1 hari kerja sejak permintaan pengesahan"


def mail_case(file: CaseFile, kind: str, holders: Iterable[Holder], extra: str = "", **said: Any) -> None:
    """Queue the same mail about the whole case to several holders."""
    for holder in holders:
        context = base_context(file, holder, f"/kasus/{file.case.id}") | said
        subject = SUBJECTS[kind].format(kegiatan=context["sop_nama"], tenggat="", perihal=said.get("perihal", ""))
        file.mail(kind, holder, _numbered(file, subject), context, about=file.case.id, extra=extra)


def mail_assignment(file: CaseFile, run: Run, task: Task, note: str) -> None:
    """Tell a holder that a task was offered to them."""
    mail_run(
        file,
        "penugasan",
        holder_of_task(file, task),
        run,
        f"/tugas/{task.id}",
        sebagai="pelaksana",
        catatan=note,
        putaran=str(run.pass_no),
    )


def holder_of_task(file: CaseFile, task: Task) -> Holder:
    """Give the holder a task was offered to, as they hold the position now or held it then."""
    for holder in file.people.holders:
        if (holder.person_id, holder.position) == (task.person_id, task.position) and holder.holds(file.now):
            return holder
    return Holder(0, task.person_id, task.position, task.capacity, "", task.offered_at)


def performer_names(file: CaseFile, run: Run) -> tuple[str, str]:
    """Name who performed a run and their position, as a mail says it; ('', '') before anybody did."""
    if run.performed_by is None:
        return "", ""
    return file.people.person(run.performed_by).name, file.plan.organisation.name_of(run.performed_position or "")


def _numbered(file: CaseFile, subject: str) -> str:
    return f"[SOP {file.plan.definition.identity.number}] {subject}"
