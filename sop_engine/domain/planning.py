"""When the stages of a case are planned: all begin at once and use all the time there is. Shown, never binding."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from sop_engine.domain.deadlines import due_of, limit_instants, not_before_day, planned_start
from sop_engine.domain.definition import Stage, Step
from sop_engine.domain.flow import SKIPPED, outcomes_of
from sop_engine.domain.plan import Plan
from sop_engine.domain.state import Case

T = TypeVar("T", int, datetime)


@dataclass(slots=True)
class Planned:
    """Of each stage on the longest way without rework from when until when; of each limit its instant."""

    stages: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    limits: dict[str, datetime] = field(default_factory=dict)


def planned(plan: Plan, case: Case) -> Planned:
    """Lay the stages of a case on its calendar from the case's start on."""
    calendar, schedule, found = plan.calendar, plan.definition.schedule, Planned()
    day = calendar.local_day(case.started_at)
    base = planned_start(schedule, case.year, calendar) or day
    given = {name: date.fromisoformat(said) for name, said in case.limits.items()}
    completed: dict[str, datetime] = {}

    def ended(stage: Stage, at: datetime) -> datetime:
        rule = stage.not_before
        opens = not_before_day(rule, base, calendar, completed, case.year) if rule else None
        found.limits = limit_instants(schedule, calendar, day, case.year, given, completed)
        cut = [(limit.id, found.limits[limit.id]) for limit in plan.limits[stage.id] if limit.id in found.limits]
        due = due_of(stage.duration, at, calendar, not_before=opens, limits=cut)
        completed[stage.id] = max(at, due.at) if due else at
        found.stages[stage.id] = at, completed[stage.id]
        return completed[stage.id]

    through(plan.definition.steps, case.started_at, max, ended)
    return found


def through(steps: tuple[Step, ...], start: T, pick: Callable[[Iterable[T]], T], ended: Callable[[Stage, T], T]) -> T:
    """When a list of steps begun at `start` is left, of several ways to a step the one that `pick` takes.

    `ended` tells when a stage activated at a moment is completed; it is asked once per stage, in the file's order.
    """
    index = {step.id: number for number, step in enumerate(steps) if isinstance(step, Stage)}
    arrivals: list[list[T]] = [[start], *([] for _ in steps)]
    for number, step in enumerate(steps):
        if not arrivals[number]:
            continue
        at = pick(arrivals[number])
        if not isinstance(step, Stage):
            ends = sorted(through(branch, at, pick, ended) for branch in step.block.branches)
            arrivals[number + 1].append(ends[(step.block.done_when or len(ends)) - 1])
            continue
        done = ended(step, at)
        for outcome, target in outcomes_of(step).items():
            onward = {"next": number + 1, "end": len(steps), "forward": index.get(target.stage, len(steps))}
            if target.kind in onward:
                arrivals[onward[target.kind]].append(at if outcome == SKIPPED else done)
    return pick(arrivals[-1] or [start])
