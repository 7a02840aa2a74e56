"""A case follows a revision: what is done stays, what is open is carried over (design §5, "Applying a revision").

Whether a case can follow is judged before (`verdicts`); this only carries it out. The open runs must
then be the tokens that a replay of the case's own completed runs leaves in the new flow.
"""

from datetime import datetime

from sop_engine.domain.casefile import CaseFile
from sop_engine.domain.definition import Stage
from sop_engine.domain.finishing import end_case, end_run, void_run, withdraw_requests
from sop_engine.domain.flow import Position, replay
from sop_engine.domain.opening import due_at, limits_of, move_deadline, not_before, open_run
from sop_engine.domain.plan import Plan
from sop_engine.domain.staffing import restaff
from sop_engine.domain.state import Run
from sop_engine.errors import StoreUnfit

NOTE = "Dikembalikan karena SOP direvisi; pekerjaan sebelumnya tersimpan dan dapat dilanjutkan."


def follow(file: CaseFile, plan: Plan) -> None:
    """Let a case go on under a revision that it can follow."""
    position = replay(plan.flow, file.completed_runs())
    if not isinstance(position, Position):
        raise StoreUnfit(f"Kasus {file.case.id} tidak dapat mengikuti revisi ini; jalankan `sop doctor`.")
    before = {run.id: _dates(file, run) for run in file.runs.values() if run.open}
    old, file.plan = file.plan, plan
    wanted = {(visit.stage, slot) for visit in position.visits.values() for slot in visit.pending}
    places = {run.id: (plan.flow.present(run.stage), run.slot) for run in file.runs.values() if run.open}
    kept = [file.runs[number] for number, place in places.items() if place in wanted]
    for run in kept:
        file.change(run, revision_id=plan.revision_id)
    file.change(file.case, revision_id=plan.revision_id, judged=plan.revision_id)
    file.tell("case.revised", revision=plan.revision_id, before=old.revision_id)
    for run in [file.runs[number] for number, place in places.items() if place not in wanted]:
        void_run(file, run)
        file.tell("run.voided", stage=run.stage, run=run.id, why="revisi")
    for run in kept:
        _carry_over(file, run, old.stage(run.stage), before[run.id])
    wanted -= set(places.values())
    for stage_id, slot in sorted(wanted, key=lambda place: (plan.flow.order[place[0]], place[1])):
        open_run(file, plan.stage(stage_id), slot, _pass_of(file, stage_id))
    restaff(file)
    if not position.visits:
        end_case(file)


def stay(file: CaseFile, revision_id: int, step: str, clause: int | None) -> None:
    """Let a case that can't follow a revision finish under its own; `step` is the first that does not fit."""
    file.change(file.case, judged=revision_id)
    file.tell("case.kept_revision", revision=revision_id, step=step, clause=clause)


def _dates(file: CaseFile, run: Run) -> tuple[object, ...]:
    stage = file.plan.stage(run.stage)
    return stage.duration, not_before(file, stage), tuple(limits_of(file, stage)), stage.performers


def _carry_over(file: CaseFile, run: Run, was: Stage, dates: tuple[object, ...]) -> None:
    """Work is kept; a submitted run whose own stage changed is returned, an active one may get another due date."""
    stage = file.plan.stage(run.stage)
    if run.state == "submitted":
        if _normative(was) != _normative(stage):
            _return_for_revision(file, run, stage)
        return
    due = due_at(file, stage, run.activated_at)
    if _dates(file, run) == dates or (due is None and run.due_at is None):
        return
    at = max(due.at, _end_of_next_working_day(file)) if due else None
    if at != run.due_at:
        move_deadline(file, run, at, due.explanation if due else "", revision=file.plan.revision_id)


def _normative(stage: Stage) -> dict[str, object]:
    notes = ("asal", "sumber", "rekonstruksi", "dahulu", "id")
    return {key: value for key, value in stage.dump().items() if key not in notes}


def _return_for_revision(file: CaseFile, run: Run, stage: Stage) -> None:
    withdraw_requests(file, run)
    end_run(file, run, "return")
    file.tell("run.returned", stage=run.stage, run=run.id, why="revisi", note=None)
    again = open_run(file, stage, run.slot, run.pass_no + 1, NOTE, run.performed_by)
    file.change(again, result=run.result, note=run.note)
    file.tell("run.prefilled", stage=again.stage, run=again.id, **{"from": run.id})


def _end_of_next_working_day(file: CaseFile) -> datetime:
    calendar = file.plan.calendar
    return calendar.closing(calendar.next_working_day(calendar.local_day(file.now)))


def _pass_of(file: CaseFile, stage_id: str) -> int:
    """A slot added to a stage that is open joins its pass; anything else opens the next one."""
    runs = [run for run in file.runs.values() if file.plan.flow.present(run.stage) == stage_id]
    latest = max((run.pass_no for run in runs), default=0)
    return latest if any(run.open for run in runs if run.pass_no == latest) else latest + 1
