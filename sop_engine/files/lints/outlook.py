"""What a calendar makes of an SOP: when its cases would end, and whether its limits are kept.

Every run uses all its time and signers sign at once, as in `working_days`; limits cut nothing here.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sop_engine.domain.calendar import CalendarData, WorkCalendar
from sop_engine.domain.deadlines import due_of, not_before_day, planned_start
from sop_engine.domain.definition import Definition, Limit, Stage
from sop_engine.domain.expressions import AfterStage, DateRule, FixedDate
from sop_engine.domain.indonesian import count_days, day_date, long_date
from sop_engine.domain.planning import through
from sop_engine.errors import Problem
from sop_engine.files.lints.subject import warning

YEARS = range(2000, 2101)
_MONTHS = {"bulanan": 1, "triwulan": 3, "semesteran": 6}
_SPAN = 4  # years looked at before and after a case begins; beyond them an excess is only known to be larger
_MOST_LIMITS = 50
_MOST_STAGES = 20_000  # of all cases of a year; nobody has 1,700 stages each month
_MONDAY = date(2001, 1, 1)

CalendarOf = Callable[[int, int], CalendarData]
Pick = Callable[[Iterable[datetime]], datetime]


@dataclass(frozen=True)
class LimitMet:
    """A limit in one case: its day as written, the working day it therefore falls on, and the excess.

    `late` = working days beyond it on the shortest and on the longest way, 0 in time; `at_least` = or more.
    """

    limit: Limit
    day: date
    falls_on: date
    late: tuple[int, int]
    at_least: bool


@dataclass(frozen=True)
class PlannedCase:
    """A case that begins on a day: when it ends on the shortest and on the longest way, and its limits."""

    start: date
    shortest: date
    longest: date
    limits: list[LimitMet]


@dataclass(frozen=True)
class Outlook:
    """The cases of a year on its calendar.

    Without a year: one case in weeks without holidays, and of the limits only those `sesudah ID`.
    """

    year: int | None
    cases: list[PlannedCase]
    calendar: WorkCalendar


def year_of(definition: Definition) -> int | None:
    """The year to look at when none is given: that of `tanggal_efektif`, where the schedule has years."""
    schedule, printed = definition.schedule, definition.identity.effective_on
    if not schedule.model_fields_set or schedule.cycle == "per_permohonan":
        return None
    year = int(printed[:4]) if printed else 0
    return year if year in YEARS else None


def outlook(definition: Definition, year: int | None, calendar_of: CalendarOf) -> Outlook:
    """Lay the cases of a year on its calendar; `calendar_of` gives the calendar of a span of years."""
    schedule = definition.schedule
    if year is None:
        calendar = WorkCalendar(CalendarData(), schedule.zone)
        return Outlook(None, [_case(definition, calendar, _MONDAY, None)], calendar)
    first = schedule.begins.day.year if isinstance(schedule.begins, FixedDate) else year
    calendar = WorkCalendar(calendar_of(first - 1, first + _SPAN + 1), schedule.zone)
    starts = _starts(definition, year, calendar)[: 1 + _MOST_STAGES // len(definition.stages())]
    return Outlook(year, [_case(definition, calendar, start, year) for start in starts], calendar)


def _starts(definition: Definition, year: int, calendar: WorkCalendar) -> list[date]:
    """The days cases of a year begin on: as planned, else the first of each period, or of the year."""
    schedule = definition.schedule
    planned = planned_start(schedule, year, calendar)
    if planned:
        return [planned]
    firsts = [date(year, month, 1) for month in range(1, 13, _MONTHS.get(schedule.cycle, 12))]
    rule = schedule.begins
    meant = [not_before_day(rule, first, calendar, {}, year) if rule else None for first in firsts]
    return [calendar.on_or_after(day or first) for day, first in zip(meant, firsts, strict=True)]


def _case(definition: Definition, calendar: WorkCalendar, start: date, year: int | None) -> PlannedCase:
    base = planned_start(definition.schedule, year, calendar) or start
    horizon = calendar.closing(start.replace(year=start.year + _SPAN, day=1))

    def day_of(rule: DateRule, completed: dict[str, datetime]) -> date:
        return not_before_day(rule, base, calendar, completed, year) or start  # lints keep the order of stages

    def ways(pick: Pick) -> tuple[date, dict[str, datetime]]:
        completed: dict[str, datetime] = {}

        def ended(stage: Stage, at: datetime) -> datetime:
            if at < horizon:
                day = day_of(stage.not_before, completed) if stage.not_before else None
                due = due_of(stage.duration, at, calendar, not_before=day)
                at = due.at if due else max(at, calendar.opening(day)) if day else at
            completed[stage.id] = at = min(at, horizon)
            return at

        return calendar.local_day(through(definition.steps, calendar.opening(start), pick, ended)), completed

    def met(limit: Limit) -> LimitMet:
        days = [day_of(limit.date, completed) for completed in (short, long)]
        falls = [calendar.on_or_before(day) for day in days]
        ends = [short[limit.stage], long[limit.stage]]
        earliest = calendar.opening(start.replace(year=start.year - _SPAN, day=1))
        late = [
            calendar.working_days_between(max(calendar.closing(day), earliest), end)
            for day, end in zip(falls, ends, strict=True)
        ]
        at_least = ends[1] == horizon or calendar.closing(falls[1]) < earliest
        return LimitMet(limit, days[1], falls[1], (late[0], late[1]), at_least)

    (first, short), (last, long) = ways(min), ways(max)
    limits = [limit for limit in definition.schedule.limits if year or isinstance(limit.date, AfterStage)]
    return PlannedCase(start, first, last, [met(limit) for limit in limits[:_MOST_LIMITS]])


def limits_kept(outlook: Outlook) -> Iterator[Problem]:
    """Every limit leaves the time that the stages before it may take."""
    for together in zip(*(case.limits for case in outlook.cases), strict=True):
        worst, case = max(zip(together, outlook.cases, strict=True), key=lambda pair: pair[0].late[1])
        if worst.late[1]:
            name = f"batas {worst.limit.id}"
            if outlook.year:
                name = f"dengan kalender {worst.falls_on.year} {name} ({long_date(worst.falls_on)})"
            when = f" dalam siklus yang mulai {long_date(case.start)}" if len(outlook.cases) > 1 else ""
            message = (
                f"{name} terlampaui {_excess(worst)} bila setiap tahap memakai waktunya penuh{when}; persingkat "
                "`waktu` tahap-tahap sebelumnya, atau mulai lebih awal"
            )
            yield warning("BATAS_TERLAMPAUI", f"jadwal.batas.{worst.limit.id}", message)


def _excess(met: LimitMet) -> str:
    shortest, longest = met.late
    words = ("lebih dari " if met.at_least else "") + count_days(longest)
    if shortest == longest:
        return words
    return f"{words} pada jalur terpanjang" + (f" dan {count_days(shortest)} pada jalur tersingkat" * bool(shortest))


def limits_on_days_off(outlook: Outlook) -> Iterator[Problem]:
    """A limit set by law that falls on a day off binds earlier: nobody may count on the day after."""
    told = set()
    for met in (met for case in outlook.cases for met in case.limits):
        if met.limit.kind == "undang_undang" and met.falls_on < met.day and met.limit.id not in told:
            told.add(met.limit.id)
            message = (
                f"batas {met.limit.id} {day_date(met.day)} jatuh pada {outlook.calendar.reason_off(met.day)}, "
                f"sehingga berlaku hari kerja sebelumnya; rencanakan dengan {day_date(met.falls_on)}"
            )
            yield warning("BATAS_HARI_LIBUR", f"jadwal.batas.{met.limit.id}", message)


def years_settled(outlook: Outlook) -> Iterator[Problem]:
    """The days off of every year a case touches are settled by decree."""
    touched = {year for case in outlook.cases for year in range(case.start.year, case.longest.year + 1)}
    touched |= {met.day.year for case in outlook.cases for met in case.limits}
    for year in sorted(touched - outlook.calendar.data.confirmed.keys()) if outlook.year else ():
        message = (
            f"kalender {year} belum ditetapkan keputusan bersama; hari liburnya masih perkiraan, tambahkan "
            "keputusan itu di folder `kalender` bila sudah terbit"
        )
        yield warning("KALENDER_BELUM_DITETAPKAN", "jadwal.mulai", message)
