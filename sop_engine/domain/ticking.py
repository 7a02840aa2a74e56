"""What time does to a case: reminders, lateness, and the way up the superiors (design §6)."""

from collections.abc import Iterable

from sop_engine.domain.casefile import CaseFile
from sop_engine.domain.indonesian import count_days
from sop_engine.domain.mails import mail_run, task_path
from sop_engine.domain.opening import asked_of, ratifier, way_up
from sop_engine.domain.people import Acting
from sop_engine.domain.state import Reminder, Run, SignOff


def remind(file: CaseFile, due: Iterable[Reminder]) -> None:
    """Fire what is due of one case; of several levels past, each holder gets only the highest."""
    highest: dict[tuple[int, int], Reminder] = {}
    for reminder in sorted(due, key=lambda r: (r.at, r.rank)):
        key = (reminder.run_id, reminder.person_id)
        if key in highest:
            file.out.superseded_reminders.append(highest[key])
        highest[key] = reminder
    for reminder in highest.values():
        file.out.fired.append(reminder)
    for run_id, level in dict.fromkeys((r.run_id, r.level) for r in highest.values()):
        group = [r for r in highest.values() if (r.run_id, r.level) == (run_id, level)]
        file.tell("reminder.sent", run=run_id, level=level, to=[r.person_id for r in group])
        _mail_level(file, file.runs[run_id], group)


def _mail_level(file: CaseFile, run: Run, group: list[Reminder]) -> None:
    for reminder in group:
        sign_off = asked_of(file, run, reminder.person_id) if run.state == "submitted" else None
        holder = Acting(reminder.person_id, reminder.position)
        extra = f"{reminder.level}#{reminder.deadline_no}"
        path = f"/pengesahan/{sign_off.id}" if sign_off else task_path(file, run, reminder.person_id)
        due_at = sign_off.due_at if sign_off else run.due_at
        if due_at is None:
            continue
        if reminder.kind == "pengingat":
            left = count_days(file.plan.calendar.working_days_between(file.now, due_at)) if due_at > file.now else ""
            mail_run(file, "pengingat", holder, run, path, extra, sign_off, sisa=left)
            continue
        late = count_days(file.plan.calendar.working_days_between(due_at, file.now))
        mail_run(file, "terlambat", holder, run, path, extra, sign_off, lewat=late)
        _escalate(file, run, reminder, sign_off, late, extra)


def _escalate(file: CaseFile, run: Run, reminder: Reminder, sign_off: SignOff | None, late: str, extra: str) -> None:
    """Tell the k-th superior; past the root the root again, and of a root's own lateness the ratifier."""
    if sign_off:
        position, above = sign_off.position, file.plan.organisation.superiors_of(sign_off.position)
    else:
        position, above = way_up(file, run, reminder.position)
    told = above[min(reminder.rank, len(above)) - 1] if above else ratifier(file)
    itself = position == reminder.position  # no body, no outside party: the late person can be named
    late_themselves = {task.person_id for task in file.tasks_of(run)} | {reminder.person_id}
    for superior in file.acting_in(told):
        if superior.person_id in late_themselves:
            continue  # nobody is told of their own lateness twice
        mail_run(
            file,
            "eskalasi",
            superior,
            run,
            "",
            extra,
            sign_off,
            pelaksana_nama=file.people.person(reminder.person_id).name if itself else "",
            pelaksana_jabatan=file.plan.organisation.name_of(position),
            lewat=late,
            sifat="atasan" if above else "informasi",
        )
