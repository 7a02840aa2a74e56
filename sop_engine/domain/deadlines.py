"""Due dates: what a definition's words of time mean on a calendar, and when people are reminded.

Pure: the same words, calendar and instants give the same answer. Instants are aware UTC.
"""

import calendar as months
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Literal

from sop_engine.domain.calendar import WorkCalendar
from sop_engine.domain.definition import Schedule
from sop_engine.domain.expressions import (
    AfterStage,
    DateRule,
    Duration,
    FixedDate,
    MonthlyDate,
    WorkdayDate,
    YearlyDate,
)
from sop_engine.domain.indonesian import date_range, long_date, short_date

MINUTES_PER_DAY = 450  # Perpres 21/2023: 37 h 30 m in five days
_WORKING_DAY = Duration("1 hari", "hari", 1, 1)

LevelKind = Literal["pengingat", "eskalasi"]


@dataclass(frozen=True, slots=True)
class Due:
    """A due instant, how it came about in Indonesian, and the limit that cut it, if one did."""

    at: datetime
    explanation: str
    limit_id: str | None = None


def duration_minutes(duration: Duration, longest: bool = True) -> int:
    """Give a duration in working minutes, a day of 450; calendar days by five in seven, a month as 22."""
    count = duration.longest if longest else duration.shortest
    match duration.unit:
        case "menit":
            return count
        case "jam":
            return count * 60
        case "hari":
            return count * MINUTES_PER_DAY
        case "hari kalender":
            return -(-count * 5 // 7) * MINUTES_PER_DAY
        case "bulan":
            return count * 22 * MINUTES_PER_DAY


def planned_start(schedule: Schedule, year: int | None, calendar: WorkCalendar) -> date | None:
    """The working day a case of a fiscal year is planned to start on; None where `mulai` does not tell.

    A date of this kind on a day off moves forward: work can't begin before the office opens.
    """
    match schedule.begins:
        case FixedDate(day=day):
            return calendar.on_or_after(day)
        case YearlyDate(month=month, day=day_no) if year is not None:
            return calendar.on_or_after(_day_of(year, month, day_no))
        case WorkdayDate(nth=nth, month=int(month), following=following) if year is not None:
            return _working_day(calendar, date(year + following, month, 1), nth)
    return None  # none given, or told from the month or stage a case happens to be in


def not_before_day(
    rule: DateRule,
    base: date,
    calendar: WorkCalendar,
    completed: Mapping[str, datetime],
    year: int | None = None,
) -> date | None:
    """The day `tidak_sebelum` means, as written even where it is off; None until its stage has completed.

    `base` is the planned start; `tahun berikutnya` follows the case's `year`, or that of `base`.
    """
    return _date_of(rule, base, year, calendar, completed)


def limit_instants(
    schedule: Schedule,
    calendar: WorkCalendar,
    start_on: date,
    year: int | None,
    given: Mapping[str, date],
    completed: Mapping[str, datetime],
) -> dict[str, datetime]:
    """When each limit falls: closing time of its day, or of the last working day before it.

    Dates `given` at the start override; a limit `sesudah ID` is there once that stage has completed.
    """
    base = planned_start(schedule, year, calendar) or start_on
    found: dict[str, datetime] = {}
    for limit in schedule.limits:
        day = given.get(limit.id) or _date_of(limit.date, base, year, calendar, completed)
        if day:
            found[limit.id] = calendar.closing(calendar.on_or_before(day))
    return found


def due_of(
    duration: Duration | None,
    activated_at: datetime,
    calendar: WorkCalendar,
    *,
    not_before: date | None = None,
    limits: Sequence[tuple[str, datetime]] = (),
) -> Due | None:
    """When work is due: `waktu` counted from activation, cut by the earliest limit; None without either.

    A limit already past is the due date itself.
    """
    limit = min(limits, key=itemgetter(1), default=None)
    if duration is None:
        return limit and Due(limit[1], _limit_words(limit, calendar), limit[0])
    since = activated_at if not_before is None else max(activated_at, calendar.opening(not_before))
    at = _counted(duration, since, calendar)
    if limit and limit[1] < at:
        past = " (sudah lewat)" if limit[1] < since else ""
        words = f"{_explained(duration, since, at, calendar)}; dibatasi {_limit_words(limit, calendar)}{past}"
        return Due(limit[1], words, limit[0])
    return Due(at, _explained(duration, since, at, calendar))


def sign_off_due(requested_at: datetime, calendar: WorkCalendar) -> Due:
    """When a sign-off is due: one working day of its own."""
    at = _counted(_WORKING_DAY, requested_at, calendar)
    return Due(at, _explained(_WORKING_DAY, requested_at, at, calendar))


def levels_of(
    schedule: Schedule, due_at: datetime, activated_at: datetime, calendar: WorkCalendar
) -> list[tuple[str, LevelKind, int, datetime]]:
    """Every level still ahead of an activation: (as written, kind, rank, instant).

    The k-th `eskalasi` has rank k, a `pengingat` 0.
    """
    due_day = calendar.local_day(due_at)

    def instant_of(days: int) -> datetime:
        return calendar.opening(calendar.nth_working_day(due_day, days)) if days else due_at

    found: list[tuple[str, LevelKind, int, datetime]] = [
        (level.text, "pengingat", 0, instant_of(level.days)) for level in schedule.reminders
    ]
    for rank, level in enumerate(sorted(schedule.escalations, key=lambda level: level.days), 1):
        found.append((level.text, "eskalasi", rank, instant_of(level.days)))
    once = {level[0]: level for level in found}  # a level in both lists is the escalation
    return [level for level in once.values() if level[3] > activated_at]


def _counted(duration: Duration, since: datetime, calendar: WorkCalendar) -> datetime:
    """The instant a duration ends, a range at its top."""
    count, unit = duration.longest, duration.unit
    if unit in ("menit", "jam"):
        return calendar.add_minutes(since, count if unit == "menit" else count * 60)
    day = calendar.local_day(since)
    if unit == "hari":
        return calendar.closing(calendar.nth_working_day(_eve(day, since, calendar), count))
    # a day off at the end rolls back, but never leaves less than the next working day
    end = calendar.on_or_before(_calendar_end(duration, day))
    return calendar.closing(max(end, calendar.next_working_day(day)))


def _calendar_end(duration: Duration, day: date) -> date:
    """The day `hari kalender` and `bulan` end on by the almanac, worked or not."""
    if duration.unit == "bulan":
        return _months_after(day, duration.longest)
    return day + timedelta(days=duration.longest)


def _eve(day: date, since: datetime, calendar: WorkCalendar) -> date:
    """The last day not counted: the day itself, or the one before where work began by its opening."""
    if calendar.is_working_day(day) and since <= calendar.opening(day):
        return day - timedelta(days=1)
    return day


def _date_of(
    rule: DateRule, base: date, year: int | None, calendar: WorkCalendar, completed: Mapping[str, datetime]
) -> date | None:
    """The day a rule means: without a year, the first on or after `base`."""
    match rule:
        case FixedDate(day=day):
            return day
        case YearlyDate(month=month, day=day_no):
            this = _day_of(base.year, month, day_no)
            return this if this >= base else _day_of(base.year + 1, month, day_no)
        case MonthlyDate(day=day_no, next_month=next_month):
            this = _day_of(base.year, base.month, day_no)
            if next_month or this < base:
                following = _months_after(base.replace(day=1), 1)
                return _day_of(following.year, following.month, day_no)
            return this
        case WorkdayDate():
            return _nth_of_month(rule, base, year, calendar)
        case AfterStage(stage=stage, days=days):
            done = completed.get(stage)
            return done and calendar.nth_working_day(calendar.local_day(done), days)


def _nth_of_month(rule: WorkdayDate, base: date, year: int | None, calendar: WorkCalendar) -> date:
    if rule.month is None:
        first = base.replace(day=1)
        this = _working_day(calendar, first, rule.nth)
        passed = rule.following or this < base
        return _working_day(calendar, _months_after(first, 1), rule.nth) if passed else this
    if rule.following:
        return _working_day(calendar, date((year or base.year) + 1, rule.month, 1), rule.nth)
    this = _working_day(calendar, date(base.year, rule.month, 1), rule.nth)
    return this if this >= base else _working_day(calendar, date(base.year + 1, rule.month, 1), rule.nth)


def _working_day(calendar: WorkCalendar, first: date, nth: int) -> date:
    """The n-th working day of a month, the last where it has fewer."""
    day = calendar.nth_working_day(first - timedelta(days=1), nth)
    return min(day, calendar.on_or_before(_day_of(first.year, first.month, None)))


def _day_of(year: int, month: int, day: int | None) -> date:
    """A day of a month; the month's last where the day is None or beyond it."""
    last = months.monthrange(year, month)[1]
    return date(year, month, min(day or last, last))


def _months_after(day: date, count: int) -> date:
    years, month = divmod(day.month - 1 + count, 12)
    return _day_of(day.year + years, month + 1, day.day)


def _limit_words(limit: tuple[str, datetime], calendar: WorkCalendar) -> str:
    doubled = re.sub(r"([a-z]+)_\1(?![a-z])", r"\1-\1", limit[0])  # undang_undang is one word
    name = doubled.replace("_", " ")
    return f"batas {name} {long_date(calendar.local_day(limit[1]))}"


def _explained(duration: Duration, since: datetime, until: datetime, calendar: WorkCalendar) -> str:
    """Say what was counted, from when, and which named days off mattered on the way."""
    first, last = calendar.local_day(since), calendar.local_day(until)
    words = f"{duration.text} kerja sejak {short_date(first)}"
    if duration.unit in ("hari kalender", "bulan"):
        end = _calendar_end(duration, first)
        words = f"{duration.text} sejak {short_date(first)}"
        return words if end == last else f"{words}; {_moved(end, last, calendar)}"
    if duration.unit != "hari":
        words += f" pukul {calendar.local(since):%H.%M}"
    spans = []
    for name, days in groupby(calendar.days_off_between(first, last), key=itemgetter(1)):
        span = [day for day, _ in days]
        spans.append(f"{date_range(span[0], span[-1])} ({name})")
    return f"{words}; dilewati: {', '.join(spans)}" if spans else words


def _moved(end: date, last: date, calendar: WorkCalendar) -> str:
    """Say why a count of calendar days does not end where the almanac has it."""
    reason = calendar.reason_off(end)
    if last < end:
        return f"{short_date(end)} libur ({reason}), jatuh pada hari kerja sebelumnya"
    return f"paling cepat akhir hari kerja berikutnya, {short_date(last)}"
