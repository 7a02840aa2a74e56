"""Finishing a run: the flow moves on, and with its last stage the case and the edition end."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sop_engine.domain.casefile import CaseFile
from sop_engine.domain.flow import ON, Move, Position, replay
from sop_engine.domain.indonesian import instant
from sop_engine.domain.lifecycle import CASE, EDITION, SIGN_OFF, STAGE_RUN, TASK, next_state
from sop_engine.domain.mails import mail_case, mail_run
from sop_engine.domain.opening import acting_behind, move_deadlines, open_visit
from sop_engine.domain.organisation import Organisation
from sop_engine.domain.people import Acting, People
from sop_engine.domain.record import seal_of
from sop_engine.domain.state import Run, SignOff
from sop_engine.errors import StoreUnfit


def withdraw_tasks(file: CaseFile, run: Run) -> None:
    """Take back what is still offered of a run."""
    for task in file.tasks_of(run):
        file.change(task, state=next_state(TASK, task.state, "withdraw"), ended_at=file.now)


def withdraw_requests(file: CaseFile, run: Run) -> None:
    """Take back the sign-offs of a run that are still asked for."""
    for sign_off in file.sign_offs_of(run):
        if sign_off.state == "requested":
            withdraw_sign_off(file, sign_off)


def withdraw_sign_off(file: CaseFile, sign_off: SignOff) -> None:
    """Take back one sign-off."""
    file.change(sign_off, state=next_state(SIGN_OFF, sign_off.state, "withdraw"), answered_at=file.now)


def end_run(file: CaseFile, run: Run, act: str) -> None:
    """Take a run to its last state; its unsent reminders and mails are superseded."""
    file.change(run, state=next_state(STAGE_RUN, run.state, act), ended_at=file.now, ended_seq=file.next_seq)
    if run.state != "void":
        file.change(run, seal=seal_of(run.image(), file.plan.stage_digest(run.stage)))
    file.out.superseded.append((run.id,))


def void_run(file: CaseFile, run: Run) -> None:
    """Make an open run void: tasks and requests are withdrawn, its work stays on record."""
    withdraw_tasks(file, run)
    withdraw_requests(file, run)
    end_run(file, run, "void")


def void_case(file: CaseFile) -> None:
    """Follow a void edition: the case and its open runs are void, their work stays on record."""
    for run in [run for run in file.runs.values() if run.open]:
        void_run(file, run)
    file.change(file.case, state=next_state(CASE, file.case.state, "void"), ended_at=file.now)
    file.tell("case.voided", edition=file.edition.id)


def finish_run(file: CaseFile, run: Run, act: str, **facts: Any) -> None:
    """Complete a run and lead its token on: the next runs open, or the case ends."""
    position = replay(file.plan.flow, file.history())
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
        move_deadlines(file, file.plan.flow.present(run.stage))
    _go_on(file, run, move)


def _go_on(file: CaseFile, run: Run, move: Move) -> None:
    note = " ".join(file.words(run.note)) if file.plan.flow.goes_back(run.stage, run.outcome or ON) else ""
    for visit in move.opened:
        open_visit(file, visit, note)
    if move.ended:
        end_case(file)


def _drop(file: CaseFile, stage: str, slot: str) -> None:
    """Quorum was reached: the open run of another slot or branch becomes void, its work kept."""
    for run in file.runs.values():
        if run.open and (file.plan.flow.present(run.stage), run.slot) == (stage, slot):
            void_run(file, run)
            file.tell("run.voided", stage=stage, run=run.id, why="kuorum")


def end_case(file: CaseFile) -> None:
    """The last stage has ended: the case is completed, and with clause 5 the edition expires."""
    definition = file.plan.definition
    file.change(file.case, state=next_state(CASE, file.case.state, "complete"), ended_at=file.now)
    file.tell("case.completed")
    ended = instant(file.now, file.plan.zone)
    responsible = file.acting_in(definition.responsible)
    mail_case(file, "selesai", responsible, lingkup="sop", selesai_pada=ended, **NO_STAGE)
    clause = definition.clause_for("tidak_berlaku_saat_berakhir")
    if clause and file.edition.single_case:
        file.change(file.edition, state=next_state(EDITION, file.edition.state, "expire"), ended_at=file.now)
        file.tell("edition.expired", edition=file.edition.id, clause=clause.number)
        took_part = [*file.took_part(), *((task.person_id, task.position) for task in file.tasks.values())]
        told = everyone(file.people, file.plan.organisation, took_part, file.now)
        mail_case(file, "berakhir", told, selesai_pada=ended, butir=str(clause.number), bunyi=clause.text)


NO_STAGE: dict[str, Any] = {
    "tahap_no": "",
    "kegiatan": "",
    "keluaran": [],
    "kelengkapan": [],
    "tenggat": "",
    "tenggat_iso": "",
    "penjelasan_tenggat": "",
}


def everyone(
    people: People, organisation: Organisation, took_part: Iterable[tuple[int, str]], now: datetime
) -> list[Acting]:
    """All who held a task in the edition, and each unit's head (design §8), one entry a person."""
    found = {person: Acting(person, position) for person, position in took_part}
    for name in filter(organisation.is_head, organisation.positions):
        for acting in people.acting_in(name, now):
            found.setdefault(acting.person_id, acting)
    return [found[person] for person in sorted(found)]


def _tell_informed(file: CaseFile, run: Run) -> None:
    ended = instant(file.now, file.plan.zone)
    for position in file.plan.stage(run.stage).informed:
        for holder in acting_behind(file, position):
            mail_run(file, "selesai", holder, run, lingkup="tahap", selesai_pada=ended)
