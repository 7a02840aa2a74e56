"""Opening a run: its due date, the tasks offered, the reminders armed, the mails that say so."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sop_engine.domain.casefile import CaseFile
from sop_engine.domain.deadlines import (
    Due,
    due_of,
    limit_instants,
    not_before_day,
    planned_start,
    sign_off_due,
)
from sop_engine.domain.definition import Stage
from sop_engine.domain.expressions import stage_counted_from
from sop_engine.domain.flow import Visit
from sop_engine.domain.mails import mail_assignment, mail_case, mail_run, performer_names
from sop_engine.domain.people import Acting
from sop_engine.domain.state import Reminder, Run, SignOff, Task


def open_visit(file: CaseFile, visit: Visit, note: str = "") -> None:
    """Open one run per slot a visit still needs, in a pass of its own."""
    earlier = [run.pass_no for run in file.runs.values() if file.plan.flow.present(run.stage) == visit.stage]
    pass_no = 1 + max(earlier, default=0)
    stage = file.plan.stage(visit.stage)
    for slot in [slot for slot in stage.for_each or ("",) if slot in visit.pending]:
        open_run(file, stage, slot, pass_no, note)


def open_run(file: CaseFile, stage: Stage, slot: str, pass_no: int, note: str = "", unmailed: int | None = None) -> Run:
    """Activate a run, offer it and arm its reminders; `unmailed` gets another mail about it."""
    due = due_at(file, stage, file.now)
    run = Run(
        id=file.new_id(),
        case_id=file.case.id,
        stage=stage.id,
        pass_no=pass_no,
        slot=slot,
        revision_id=file.plan.revision_id,
        activated_at=file.now,
        activated_seq=file.next_seq,
        due_at=due.at if due else None,
        due_text=due.explanation if due else "",
    )
    file.runs[run.id] = run
    file.add(run)
    tasks = offer(file, run, entitled(file, run).values())
    file.tell(
        "run.activated",
        stage=stage.id,
        **{"pass": pass_no},
        slot=slot,
        offered_to=[[task.person_id, task.position] for task in tasks],
    )
    for task in tasks:
        arm(file, run, task.person_id, task.position, run.due_at)
        if task.person_id != unmailed:
            mail_assignment(file, run, task, note)
    if not tasks:
        tell_vacancy(file, run)
    return run


def due_at(file: CaseFile, stage: Stage, since: datetime) -> Due | None:
    """Give the due date of work on a stage that began at an instant, or None where it has none."""
    day, limits = not_before(file, stage), limits_of(file, stage)
    return due_of(stage.duration, since, file.plan.calendar, not_before=day, limits=limits)


def move_deadlines(file: CaseFile, completed: str) -> None:
    """A stage was completed: open work of other branches whose dates count from it is due by them from now on."""
    for run in [run for run in file.runs.values() if run.state == "active"]:
        stage = file.plan.stage(run.stage)
        rules = [stage.not_before, *(limit.date for limit in file.plan.limits[stage.id])]
        due = due_at(file, stage, run.activated_at) if completed in map(stage_counted_from, rules) else None
        if due and due.at != run.due_at:
            move_deadline(file, run, due.at, due.explanation, after=completed)
            for task in file.tasks_of(run):
                mail_assignment(file, run, task, f"Tenggat dihitung kembali: {due.explanation}.")


def move_deadline(file: CaseFile, run: Run, at: datetime | None, why: str, **facts: Any) -> None:
    """Give open work another due date: its reminders are armed anew for the levels still ahead."""
    file.out.superseded.append((run.id,))
    file.change(run, due_at=at, due_text=why, deadline_no=run.deadline_no + 1)
    file.tell("run.deadline_moved", stage=run.stage, run=run.id, **facts)
    for task in file.tasks_of(run):
        arm(file, run, task.person_id, task.position, run.due_at)


def offer(file: CaseFile, run: Run, to: Iterable[Acting], handed_by: int | None = None) -> list[Task]:
    """Offer a run to persons, each as who acts in a position."""
    tasks = [
        Task(
            file.new_id(),
            file.case.id,
            run.id,
            each.person_id,
            each.position,
            each.capacity,
            file.now,
            each.stands_for,
            handed_by,
        )
        for each in to
    ]
    for task in tasks:
        file.tasks[task.id] = task
        file.add(task)
    return tasks


def entitled(file: CaseFile, run: Run) -> dict[int, Acting]:
    """Give who may work on a run now, by person: all who act for its performers, once a person."""
    found: dict[int, Acting] = {}
    for performer in file.plan.performers_of(file.plan.stage(run.stage), run.slot):
        for acting in acting_behind(file, performer):
            found.setdefault(acting.person_id, acting)
    return found


def _acting_for(file: CaseFile, performer: str) -> str:
    """The position or body that acts for a performer: the recorder of an outside party, else itself."""
    place = file.plan.organisation.positions.get(performer)
    return place.recorded_by if place and place.outside and place.recorded_by else performer


def acting_behind(file: CaseFile, performer: str) -> list[Acting]:
    """List who acts for a performer: its holders, all of a body's members, an outside party's recorders."""
    return file.people.acting_behind(file.plan.organisation, _acting_for(file, performer), file.now)


def tell_vacancy(file: CaseFile, run: Run) -> None:
    """Nobody holds the position: the stage waits, and the nearest superior in post is told."""
    stage = file.plan.stage(run.stage)
    performer = _acting_for(file, file.plan.performers_of(stage, run.slot)[0])
    position = file.plan.organisation.members_of(performer)[0]
    for superior in [*file.plan.organisation.superiors_of(position), ratifier(file)]:
        holders = file.acting_in(superior)
        if holders:
            mail_case(
                file,
                "pemberitahuan",
                holders,
                perihal=f"Jabatan kosong: {file.plan.organisation.name_of(position)}",
                paragraf=[
                    f"Tahap «{stage.activity}» menunggu karena jabatan "
                    f"{file.plan.organisation.name_of(position)} belum ada pemegangnya.",
                    "Mohon menunjuk pejabat definitif, Plt. atau Plh.; tahap lain tidak terganggu.",
                ],
            )
            return


def way_up(file: CaseFile, run: Run, holder: str) -> tuple[str, list[str]]:
    """Who is late with a run that a position's holder has not done, and who is told, nearest first.

    A body is late as one and climbs from its first member; of an outside party the responsible is told first.
    """
    stage, organisation = file.plan.stage(run.stage), file.plan.organisation
    for performer in file.plan.performers_of(stage, run.slot):
        place = organisation.positions.get(performer)
        if place is None:
            return performer, organisation.superiors_of(performer)
        if place.outside and place.recorded_by == holder:
            responsible = file.plan.definition.responsible_of(stage)
            return performer, [responsible, *organisation.superiors_of(responsible)]
    return holder, organisation.superiors_of(holder)


def ratifier(file: CaseFile) -> str:
    """The position that ratifies this SOP."""
    return file.plan.definition.identity.ratified_by.position


def limits_of(file: CaseFile, stage: Stage) -> list[tuple[str, datetime]]:
    """The instants a stage must not pass: limits of the letter and of law, rolled back."""
    wanted = {limit.id for limit in file.plan.limits[stage.id]}
    if not wanted:
        return []
    found = limit_instants(
        file.plan.definition.schedule,
        file.plan.calendar,
        file.plan.calendar.local_day(file.case.started_at),
        file.case.year,
        file.given_limits(),
        file.completed_at(),
    )
    return [(name, at) for name, at in found.items() if name in wanted]


def not_before(file: CaseFile, stage: Stage) -> date | None:
    """The day a stage can't end before, if it says one (`tidak_sebelum`)."""
    if stage.not_before is None:
        return None
    schedule, calendar = file.plan.definition.schedule, file.plan.calendar
    start = planned_start(schedule, file.case.year, calendar) or calendar.local_day(file.case.started_at)
    return not_before_day(stage.not_before, start, calendar, file.completed_at(), file.case.year)


def arm(file: CaseFile, run: Run, person_id: int, position: str, due_at: datetime | None) -> None:
    """Arm every level still ahead of a due date, for one holder."""
    if due_at is None:
        return
    for name, kind, rank, at in file.levels(due_at):
        file.out.reminders.append(
            Reminder(run.id, person_id, position, name, run.deadline_no, file.case.id, kind, rank, at)
        )


def request_sign_offs(file: CaseFile, run: Run, turn: int = 1) -> None:
    """Ask the signers of a submitted run, all at once or those whose turn it is; the run has a new deadline."""
    rule = file.plan.stage(run.stage).sign_off
    assert rule is not None  # asked only where the stage has a sign-off
    file.out.superseded.append((run.id,))
    file.change(run, deadline_no=run.deadline_no + 1)
    due_at = sign_off_due(file.now, file.plan.calendar).at
    positions = [rule.by[turn - 1]] if rule.in_order else list(rule.by)
    asked = [request(file, run, position, turn, due_at) for position in positions]
    file.tell("sign_off.requested", stage=run.stage, positions=[sign_off.position for sign_off in asked])
    armed: set[int] = set()  # who is asked in two positions is reminded once
    for sign_off in asked:
        mail_signers(file, run, sign_off, eligible_signers(file, run, sign_off.position), armed)


def mail_signers(file: CaseFile, run: Run, sign_off: SignOff, signers: list[Acting], armed: set[int]) -> None:
    """Mail a request to persons who may answer it, and arm their reminders; with none, tell those above."""
    if not signers:
        _tell_no_signer(file, run, sign_off)
    for signer in signers:
        if signer.person_id not in armed:
            arm(file, run, signer.person_id, signer.position, sign_off.due_at)
        armed.add(signer.person_id)
        name, position = performer_names(file, run)
        mail_run(
            file,
            "permintaan_pengesahan",
            signer,
            run,
            f"/pengesahan/{sign_off.id}",
            sign_off=sign_off,
            penyaji_nama=name,
            penyaji_jabatan=position,
            hasil=run.outcome if file.plan.stage(run.stage).decision else "",
            hasil_keluaran=file.words(run.result),
            catatan=" ".join(file.words(run.note)),
        )


def asked_of(file: CaseFile, run: Run, person_id: int) -> SignOff | None:
    """Give a sign-off of a run that a person may still answer."""
    for sign_off in file.sign_offs_of(run):
        able = eligible_signers(file, run, sign_off.position) if sign_off.state == "requested" else []
        if any(holder.person_id == person_id for holder in able):
            return sign_off
    return None


def relieve_signers(file: CaseFile, run: Run, sign_off: SignOff) -> None:
    """One of several sign-offs was given: whom it was asked of is not reminded any more, unless asked for another."""
    for person in sign_off.asked:
        if asked_of(file, run, person) is None:
            file.out.superseded.append((run.id, person))


def request(file: CaseFile, run: Run, position: str, turn: int, due_at: datetime) -> SignOff:
    """Ask a position, or the nearest superior with somebody who did not perform the work."""
    able = able_position(file, run, position)
    signers = tuple(signer.person_id for signer in eligible_signers(file, run, able))
    sign_off = SignOff(file.new_id(), file.case.id, run.id, able, turn, file.now, due_at, signers)
    file.sign_offs[sign_off.id] = sign_off
    file.add(sign_off)
    return sign_off


def able_position(file: CaseFile, run: Run, position: str) -> str:
    """Give a position, or the nearest above it, in which somebody may sign a run off; itself where nobody may."""
    way_up = [position, *file.plan.organisation.superiors_of(position)]
    return next((place for place in way_up if eligible_signers(file, run, place)), position)


def eligible_signers(file: CaseFile, run: Run, position: str) -> list[Acting]:
    """Four eyes: who acts in a position and did not perform this run, compared as persons.

    Whoever the performer represented counts as performer, and a substitute can't sign for one either.
    """
    performers = {run.performed_by, run.performed_for, *run.present} - {None}
    for performer in file.plan.performers_of(file.plan.stage(run.stage), run.slot):
        if performer in file.plan.organisation.bodies:  # absent members count as performers too
            performers |= {acting.person_id for acting in acting_behind(file, performer)}
    return [one for one in file.acting_in(position) if not performers & {one.person_id, one.stands_for}]


def _tell_no_signer(file: CaseFile, run: Run, sign_off: SignOff) -> None:
    name = file.plan.organisation.name_of(sign_off.position)
    told = [*file.plan.organisation.superiors_of(sign_off.position), ratifier(file)]
    mail_case(
        file,
        "pemberitahuan",
        [one for position in told for one in file.acting_in(position)],
        extra=f"tanpa-pengesah/{sign_off.id}/{file.counters.seq}",  # it may happen again
        perihal=f"Pengesahan menunggu: tidak ada {name} yang berwenang",
        paragraf=[
            f"Tahap «{file.plan.stage(run.stage).activity}» menunggu pengesahan {name}, tetapi tidak ada "
            "pejabat yang dapat mengesahkan tanpa sekaligus menjadi pelaksananya.",
            "Mohon menunjuk pejabat lain untuk jabatan tersebut.",
        ],
    )
