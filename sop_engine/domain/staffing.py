"""Open work follows the people: hand-over, absence, delegation, reassignment (design §3, §5).

Whoever acts for a position now has its open work, and nobody else; `restaff` makes it so and changes
nothing where it is so. A delegate represents the person whose task it was, for as long as that person
is entitled to it.
"""

from sop_engine.domain.casefile import CaseFile, refer
from sop_engine.domain.decisions import check_gates
from sop_engine.domain.finishing import withdraw_sign_off
from sop_engine.domain.lifecycle import TASK, next_state
from sop_engine.domain.mails import acting_on, mail_assignment, mail_run
from sop_engine.domain.opening import (
    able_position,
    arm,
    eligible_signers,
    entitled,
    mail_signers,
    offer,
    ratifier,
    request,
    tell_vacancy,
)
from sop_engine.domain.people import DELEGATE, Acting
from sop_engine.domain.state import Run, SignOff, Task
from sop_engine.errors import NotAuthorised, Refusal


def restaff(file: CaseFile) -> bool:
    """Offer every open run to who acts for it now, take it back from who does not; False where nothing changed."""
    before = file.counters.seq
    for run in [run for run in file.runs.values() if run.open]:
        if run.state == "active":
            _restaff_run(file, run)
        else:
            _restaff_signing(file, run)
    return file.counters.seq > before


def delegate(file: CaseFile, task: Task, to: int, note: str) -> Task:
    """Hand one's own task to a colleague who does it on one's behalf; it can be taken back until it is done."""
    check_gates(file, task.position)
    if task.stands_for is not None:  # UU 30/2014 Pasal 13; and four eyes knows one person behind a performer
        raise Refusal(
            "Tugas yang Saudara kerjakan atas nama orang lain tidak dapat didelegasikan lagi.",
            instead="Kerjakan sendiri, atau mintalah yang diwakili atau atasannya mengalihkannya.",
        )
    return _hand(file, task, to, note, "task.delegated")


def reassign(file: CaseFile, task: Task, to: int, reason: str) -> Task:
    """Take a task from who has it and give it to another: an act of a superior, the responsible or the ratifier."""
    check_gates(file, file.actor.position)
    stage = file.plan.stage(file.runs[task.run_id].stage)
    above = file.plan.organisation.superiors_of(task.position)
    if file.actor.position not in {*above, file.plan.definition.responsible_of(stage, task.position), ratifier(file)}:
        raise NotAuthorised(
            "Tugas hanya dapat dialihkan atasan, penanggung jawab tahap, atau pejabat yang mengesahkan SOP.",
            instead="Pelaksana sendiri dapat mendelegasikan tugasnya.",
        )
    if not reason.strip():
        raise Refusal("Pengalihan tugas memerlukan alasan.", instead="Tuliskan alasannya.")
    return _hand(file, task, to, reason, "task.reassigned")


def take_back(file: CaseFile, task: Task) -> None:
    """Take back a task one has delegated or reassigned: it is offered again to who is entitled to it."""
    check_gates(file, task.position)
    if task.handed_by != file.actor.person_id:
        raise NotAuthorised(
            "Tugas hanya dapat ditarik oleh yang mendelegasikan atau mengalihkannya.",
            instead="Mintalah yang bersangkutan menariknya, atau atasan mengalihkannya.",
        )
    run = file.runs[task.run_id]
    _withdraw(file, task)
    file.tell("task.taken_back", task=task.id, run=run.id)
    _tell_relieved(file, run, [task])
    _restaff_run(file, run)


def _hand(file: CaseFile, task: Task, to: int, note: str, kind: str) -> Task:
    run, person = file.runs[task.run_id], file.people.person(to)
    if not task.open:
        next_state(TASK, task.state, "withdraw")  # refuses in the words of the life cycle
    if any(other.person_id == to for other in file.tasks_of(run)):
        raise Refusal(f"{person.name} sudah mempunyai tugas ini.", instead="Pilih orang lain.")
    for_whom = task.stands_for or task.person_id
    _withdraw(file, task)
    written = file.write(note)
    file.change(run, deadline_no=run.deadline_no + 1)
    [new] = offer(file, run, [Acting(to, task.position, DELEGATE, for_whom)], file.actor.person_id)
    file.tell(kind, task=task.id, run=run.id, to=to, note=refer(written))
    arm(file, run, to, new.position, run.due_at)
    mail_assignment(file, run, new, note)
    if task.person_id != file.actor.person_id:
        _tell_relieved(file, run, [task])
    if task.capacity == DELEGATE and task.person_id in entitled(file, run):
        _restaff_run(file, run)  # the delegate relieved of another's task may have one of their own
    return new


def _withdraw(file: CaseFile, task: Task) -> None:
    file.change(task, state=next_state(TASK, task.state, "withdraw"), ended_at=file.now)
    file.out.superseded.append((task.run_id, task.person_id))


def _restaff_run(file: CaseFile, run: Run) -> None:
    may = entitled(file, run)
    tasks = file.tasks_of(run)
    stale = [task for task in tasks if not _still_good(task, may)]
    kept = [task for task in tasks if task not in stale]
    delegated = {task.stands_for for task in kept if task.capacity == DELEGATE}  # whose work a delegate does
    taken = {task.person_id for task in kept} | delegated
    fresh = [one for person, one in may.items() if person not in taken and one.stands_for not in delegated]
    if not stale and not fresh:
        return
    for task in stale:
        _withdraw(file, task)
    file.change(run, deadline_no=run.deadline_no + 1)
    offered = offer(file, run, fresh)
    file.tell(
        "run.restaffed",
        stage=run.stage,
        run=run.id,
        withdrawn=[task.person_id for task in stale],
        offered_to=[[task.person_id, task.position] for task in offered],
    )
    for task in offered:
        arm(file, run, task.person_id, task.position, run.due_at)
        mail_assignment(file, run, task, "")
    _tell_relieved(file, run, stale)
    if not kept and not offered:
        tell_vacancy(file, run)


def _still_good(task: Task, may: dict[int, Acting]) -> bool:
    """Whether whose task it is still acts in its position, and as the same."""
    if task.capacity == DELEGATE:
        acting = may.get(task.stands_for or 0)
        return acting is not None and acting.position == task.position
    acting = may.get(task.person_id)
    return acting is not None and (acting.position, acting.stands_for) == (task.position, task.stands_for)


def _tell_relieved(file: CaseFile, run: Run, tasks: list[Task]) -> None:
    for task in tasks:
        mail_run(
            file,
            "pemberitahuan",
            acting_on(task),
            run,
            perihal="Tugas dialihkan",
            paragraf=[
                f"Tahap «{file.plan.stage(run.stage).activity}» tidak lagi menjadi tugas Saudara; tugas ini "
                "dialihkan kepada pejabat atau pelaksana lain.",
                "Pekerjaan yang sudah disimpan tetap ada dan dilanjutkan penerusnya.",
            ],
        )


def _restaff_signing(file: CaseFile, run: Run) -> None:
    """Ask who may sign now; whoever is asked of several sign-offs is reminded once, as long as of one."""
    before = {person for sign_off in _requested(file, run) for person in sign_off.asked}
    reminded = set(before)
    for sign_off in _requested(file, run):
        _restaff_sign_off(file, run, sign_off, reminded)
    after = {person for sign_off in _requested(file, run) for person in sign_off.asked}
    file.out.superseded += [(run.id, person) for person in sorted(before - after)]


def _requested(file: CaseFile, run: Run) -> list[SignOff]:
    return [sign_off for sign_off in file.sign_offs_of(run) if sign_off.state == "requested"]


def _restaff_sign_off(file: CaseFile, run: Run, sign_off: SignOff, reminded: set[int]) -> None:
    signers = eligible_signers(file, run, sign_off.position)
    if not signers and able_position(file, run, sign_off.position) != sign_off.position:
        withdraw_sign_off(file, sign_off)
        file.change(run, deadline_no=run.deadline_no + 1)
        above = request(file, run, sign_off.position, sign_off.turn, sign_off.due_at)
        file.tell("sign_off.passed_up", stage=run.stage, run=run.id, position=above.position)
        mail_signers(file, run, above, eligible_signers(file, run, above.position), reminded)
        return
    now = tuple(signer.person_id for signer in signers)
    if now == sign_off.asked:
        return
    fresh = [signer for signer in signers if signer.person_id not in sign_off.asked]
    file.change(sign_off, asked=now)
    if fresh:
        file.change(run, deadline_no=run.deadline_no + 1)
    file.tell("sign_off.restaffed", stage=run.stage, run=run.id, sign_off=sign_off.id, asked=list(now))
    if fresh or not signers:
        mail_signers(file, run, sign_off, fresh, reminded)
