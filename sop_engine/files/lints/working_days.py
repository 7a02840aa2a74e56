"""How many working days an SOP takes when every run uses all its time (design §10)."""

import calendar
from datetime import date, timedelta

from sop_engine.domain.definition import Definition, Stage
from sop_engine.domain.expressions import Duration
from sop_engine.domain.planning import through

_DAY = 450  # working minutes; time below is working minutes since a Monday's opening
_MONDAY = date(2001, 1, 1)
_ERA = 146_097  # days after which months fall on the same weekdays again


def working_days(definition: Definition) -> tuple[int, int]:
    """The shortest way through and the longest without rework, in five-day weeks without holidays."""
    shortest, longest = (through(definition.steps, 0, pick, _ended) for pick in (min, max))
    return -(-shortest // _DAY), -(-longest // _DAY)


def _ended(stage: Stage, at: int) -> int:
    return at if stage.duration is None else _due(stage.duration, at)


def _due(duration: Duration, at: int) -> int:
    """When a run activated at a moment is due, a range at its top."""
    count = duration.longest
    if duration.unit in ("menit", "jam"):
        return at + count * (1 if duration.unit == "menit" else 60)
    begun = -(-at // _DAY)  # working days begun; an activation at opening counts that day as the first
    if duration.unit == "hari":
        return (begun + count) * _DAY
    today = max(begun - 1, 0)
    day = today // 5 * 7 + today % 5
    last = day + count if duration.unit == "hari kalender" else _months_after(day, count)
    last = last // 7 * 5 + min(last % 7, 4)  # a weekend rolls back to its Friday
    return (max(last, today + 1) + 1) * _DAY


def _months_after(day: int, count: int) -> int:
    since = _MONDAY + timedelta(days=day % _ERA)
    years, month = divmod(since.month - 1 + count, 12)
    year = since.year + years
    end = date(year, month + 1, min(since.day, calendar.monthrange(year, month + 1)[1]))
    return day + (end - since).days
