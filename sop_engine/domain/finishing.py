"""Finishing a run: the flow moves on, and with its last stage the case and the edition end."""

from typing import Any

from sop_engine.domain.casefile import CaseFile
from sop_engine.domain.flow import ON, Move, Position, replay
from sop_engine.domain.indonesian import instant
from sop_engine.domain.lifecycle import CASE, EDITION, SIGN_OFF, STAGE_RUN, TASK, next_state
from sop_engine.domain.mails import mail_case, mail_run
from sop_engine.domain.opening import holders_behind, move_deadlines, open_visit
from sop_engine.domain.people import Holder
from sop_engine.domain.state import Run
from sop_engine.errors import StoreUnfit


def withdraw_tasks(file: CaseFile, run: Run) -> None:
    """Take back what is still offered of a run."""
    for task in file.tasks_of(run):
        file.change(task, state=next_state(TASK, task.state, "withdraw"), ended_at=file.now)


def withdraw_requests(file: CaseFile, run: Run) -> None:
    """Take back the sign-offs of a run that are still asked for."""
    for sign_off in file.sign_offs_of(run):
        if sign_off.state == "requested":
            after = next_state(SIGN_OFF, sign_off.state, "withdraw")
            file.change(sign_off, state=after, answered_at=file.now)


def end_run(file: CaseFile, run: Run, act: str) -> None:
    """Take a run to its last state; its unsent reminders and mails are superseded."""
    file.change(run, state=next_state(STAGE_RUN, run.state, act), ended_at=file.now, ended_seq=file.next_seq)
    file.out.superseded.append((run.id,))


def void_run(file: CaseFile, run: Run) -> None:
    """Make an open run void: tasks and requests are withdrawn, its work stays on record."""
    withdraw_tasks(file, run)
    withdraw_requests(file, run)
    end_run(file, run, "void")


def finish_run(file: CaseFile, run: Run, act: str, **facts: Any) -> None:
    """Complete a run and lead its token on: the next runs open, or the case ends."""
    position = replay(file.plan.flow, file.completed_runs())
    move = (
        position.complete(run.stage, run.slot, run.outcome or ON, run.redo) if isinstance(position, Position) else None
    )
    if move is None:
        raise StoreUnfit(
            f"Kasus {file.case.id} tidak cocok dengan alurnya pada tahap {run.stage}; jalankan `sop doctor`."
        )
    end_run(file, run, act)
    file.tell("run.completed", stage=run.stage, run=run.id, outcome=run.outcome, **facts)
    if move.completed:
        _tell_informed(file, run)
    for stage, slot in move.dropped:
        _drop(file, stage, slot)
    if move.completed:
        move_deadlines(file, run.stage)
    _go_on(file, run, move)


def _go_on(file: CaseFile, run: Run, move: Move) -> None:
    note = " ".join(file.words(run.note)) if file.plan.flow.goes_back(run.stage, run.outcome or ON) else ""
    for visit in move.opened:
        open_visit(file, visit, note)
    if move.ended:
        _end_case(file)


def _drop(file: CaseFile, stage: str, slot: str) -> None:
    """Quorum was reached: the open run of another slot or branch becomes void, its work kept."""
    for run in file.runs.values():
        if run.open and (run.stage, run.slot) == (stage, slot):
            void_run(file, run)
            file.tell("run.voided", stage=stage, run=run.id, why="kuorum")


def _end_case(file: CaseFile) -> None:
    """The last stage has ended: the case is completed, and with clause 5 the edition expires."""
    definition = file.plan.definition
    file.change(file.case, state=next_state(CASE, file.case.state, "complete"), ended_at=file.now)
    file.tell("case.completed")
    ended = instant(file.now, file.plan.zone)
    responsible = file.holders_of(definition.responsible)
    mail_case(file, "selesai", responsible, lingkup="sop", selesai_pada=ended, **NO_STAGE)
    clause = definition.clause_for("tidak_berlaku_saat_berakhir")
    if clause and file.edition.single_case:
        file.change(file.edition, state=next_state(EDITION, file.edition.state, "expire"), ended_at=file.now)
        file.tell("edition.expired", edition=file.edition.id, clause=clause.number)
        mail_case(file, "berakhir", everyone(file), selesai_pada=ended, butir=str(clause.number), bunyi=clause.text)


NO_STAGE: dict[str, Any] = {
    "tahap_no": "",
    "kegiatan": "",
    "keluaran": [],
    "kelengkapan": [],
    "tenggat": "",
    "tenggat_iso": "",
    "penjelasan_tenggat": "",
}


def everyone(file: CaseFile) -> list[Holder]:
    """All who held a task in the edition, and each unit's head (design §8), one entry a person."""
    organisation = file.plan.organisation
    found = {
        person: Holder(0, person, position, "", "", file.now)
        for person, position in [*file.took_part(), *((t.person_id, t.position) for t in file.tasks.values())]
    }
    for name, position in organisation.positions.items():
        superior = organisation.positions.get(position.superior or "")
        if not position.outside and (superior is None or superior.unit != position.unit):
            for holder in file.holders_of(name):
                found.setdefault(holder.person_id, holder)
    return [found[person] for person in sorted(found)]


def _tell_informed(file: CaseFile, run: Run) -> None:
    ended = instant(file.now, file.plan.zone)
    for position in file.plan.stage(run.stage).informed:
        for holder in holders_behind(file, position):
            mail_run(file, "selesai", holder, run, lingkup="tahap", selesai_pada=ended)
