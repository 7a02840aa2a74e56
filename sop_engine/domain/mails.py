"""What is mailed to whom about a case: subjects and plain contexts (design §8).

The words around these values stand in `notifications/templates`; here is only what an event knows.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sop_engine.domain.casefile import CaseFile, Desk
from sop_engine.domain.definition import Definition
from sop_engine.domain.indonesian import instant
from sop_engine.domain.organisation import Organisation
from sop_engine.domain.people import TITLES, Acting
from sop_engine.domain.state import Edition, Run, SignOff, Task, instant_text

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
    "revisi": "SOP direvisi: yang berubah bagi Saudara",
    "pemberitahuan": "{perihal}",
}


def base_context(
    desk: Desk, definition: Definition, organisation: Organisation, to: Acting, path: str
) -> dict[str, Any]:
    """Give what every mail about an SOP says: office, SOP, recipient, case if any, link."""
    case = desk.case
    return {
        "instansi": definition.identity.institution or organisation.name,
        "sop_nama": definition.identity.name,
        "sop_nomor": definition.identity.number,
        "penerima_nama": desk.people.person(to.person_id).name,
        "penerima_jabatan": TITLES.get(to.capacity, "") + organisation.name_of(to.position),
        "kasus": str(case.id) if case else "",
        "tahun": str((case and case.year) or ""),
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
    to: Acting,
    run: Run,
    path: str = "",
    extra: str = "",
    sign_off: SignOff | None = None,
    **said: Any,
) -> None:
    """Queue a mail about a run; for a sign-off its own due date is told."""
    due_at, due_text = (run.due_at, run.due_text) if sign_off is None else (sign_off.due_at, SIGN_OFF_DUE)
    context = _about(file, to, path)
    context |= stage_context(file, run, due_at, due_text) | said
    until = f" — tenggat {context['tenggat']}" if due_at else ""
    subject = SUBJECTS[kind].format(kegiatan=context["kegiatan"], tenggat=until, perihal=said.get("perihal", ""))
    file.mail(kind, to, _numbered(file.plan.definition, subject), context, about=run.id, extra=extra, run=run)


SIGN_OFF_DUE = "1 hari kerja sejak permintaan pengesahan"


def mail_case(file: CaseFile, kind: str, to: Iterable[Acting], extra: str = "", **said: Any) -> None:
    """Queue the same mail about the whole case to several persons."""
    for each in to:
        context = _about(file, each) | said
        subject = SUBJECTS[kind].format(kegiatan=context["sop_nama"], tenggat="", perihal=said.get("perihal", ""))
        file.mail(kind, each, _numbered(file.plan.definition, subject), context, about=file.case.id, extra=extra)


def mail_edition(
    desk: Desk, kind: str, to: Iterable[Acting], definition: Definition, organisation: Organisation, edition: Edition,
    extra: str = "", **said: Any,
) -> None:  # fmt: skip
    """Queue the same mail about an edition to several persons."""
    for each in to:
        context = base_context(desk, definition, organisation, each, f"/edisi/{edition.id}") | said
        subject = SUBJECTS[kind].format(kegiatan=context["sop_nama"], tenggat="", perihal=said.get("perihal", ""))
        desk.mail(kind, each, _numbered(definition, subject), context, about=edition.id, extra=extra)


def mail_office(
    desk: Desk, to: Iterable[Acting], organisation: Organisation, perihal: str, paragraf: list[str]
) -> None:
    """Queue the same notice about the office itself, no SOP, to several persons."""
    for each in to:
        context = {
            "instansi": organisation.name,
            "sop_nama": "",
            "sop_nomor": "",
            "penerima_nama": desk.people.person(each.person_id).name,
            "penerima_jabatan": TITLES.get(each.capacity, "") + organisation.name_of(each.position),
            "kasus": "",
            "tahun": "",
            "tautan": "/",
            "perihal": perihal,
            "paragraf": paragraf,
        }
        desk.mail("pemberitahuan", each, perihal, context, about=desk.counters.seq)


def mail_assignment(file: CaseFile, run: Run, task: Task, note: str) -> None:
    """Tell a person that a task was offered to them."""
    mail_run(
        file,
        "penugasan",
        acting_on(task),
        run,
        f"/tugas/{task.id}",
        sebagai="pelaksana",
        catatan=note,
        putaran=str(run.pass_no),
    )


def task_path(file: CaseFile, run: Run, person_id: int) -> str:
    """Give the address of somebody's task of a run; '' where they have none."""
    return next((f"/tugas/{task.id}" for task in file.tasks_of(run) if task.person_id == person_id), "")


def acting_on(task: Task) -> Acting:
    """Give who was offered a task, in the capacity it was offered in."""
    return Acting(task.person_id, task.position, task.capacity, task.stands_for)


def performer_names(file: CaseFile, run: Run) -> tuple[str, str]:
    """Name who performed a run and their position, as a mail says it; ('', '') before anybody did."""
    if run.performed_by is None:
        return "", ""
    position = file.plan.organisation.name_of(run.performed_position or "")
    return file.people.person(run.performed_by).name, TITLES.get(run.performed_capacity or "", "") + position


def _about(file: CaseFile, to: Acting, path: str = "") -> dict[str, Any]:
    plan = file.plan
    return base_context(file, plan.definition, plan.organisation, to, path or f"/kasus/{file.case.id}")


def _numbered(definition: Definition, subject: str) -> str:
    return f"[SOP {definition.identity.number}] {subject}"
