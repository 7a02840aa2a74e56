"""The working calendar: which days are worked, at which hours, and arithmetic in working time.

Hours are those of Perpres 21/2023. Days are local to the calendar's zone, instants aware UTC.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from sop_engine.domain.definition import FileModel, Text

_DAY = timedelta(days=1)
_NO_TIME = timedelta()
_MINUTE = timedelta(minutes=1)


def midnight(day: date, zone: str) -> datetime:
    """00.00 of a day in a zone."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def _parse_hours(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        first, last = (time.fromisoformat(part.strip().replace(".", ":")) for part in value.split("-"))
    except ValueError:
        first = last = time()
    if not first < last:
        raise ValueError("tulis jam kerja sebagai `07.30-12.00`")
    return (first, last)


Period = Annotated[
    tuple[time, time],
    BeforeValidator(_parse_hours),
    PlainSerializer(lambda period: f"{period[0]:%H.%M}-{period[1]:%H.%M}"),
    WithJsonSchema({"type": "string", "examples": ["07.30-12.00"]}),
]


def _in_order(periods: tuple[tuple[time, time], ...]) -> tuple[tuple[time, time], ...]:
    if any(later[0] < earlier[1] for earlier, later in pairwise(periods)):
        raise ValueError("tulis jam kerja berurutan dan tidak bertumpang tindih")
    return periods


Periods = Annotated[tuple[Period, ...], Field(min_length=1, max_length=4), AfterValidator(_in_order)]


def _hours(*texts: str) -> tuple[Any, ...]:
    return tuple(_parse_hours(text) for text in texts)


class WorkHours(FileModel):
    """The working periods of a day, breaks left out."""

    ordinary: Periods = Field(_hours("07.30-12.00", "13.00-16.00"), alias="biasa")
    friday: Periods = Field(_hours("07.30-11.30", "13.00-16.30"), alias="jumat")
    ramadan: Periods = Field(_hours("08.00-12.00", "12.30-15.00"), alias="ramadan")
    ramadan_friday: Periods = Field(_hours("08.00-11.30", "12.30-15.30"), alias="jumat_ramadan")


def _parse_day(value: Any) -> Any:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("tulis tanggal sebagai `2027-03-09`") from None


Day = Annotated[date, BeforeValidator(_parse_day)]


class Ramadan(FileModel):
    """The days of one fasting month, both ends included, by the decree that sets them."""

    first: Day = Field(alias="mulai")
    last: Day = Field(alias="akhir")
    decree: Text = Field(alias="dasar")

    @model_validator(mode="after")
    def _one_month(self) -> Self:
        if not 29 <= (self.last - self.first).days + 1 <= 30:
            raise ValueError("satu Ramadan berlangsung 29 atau 30 hari; periksa `mulai` dan `akhir`")
        return self


class CalendarData(FileModel):
    """What a calendar knows, fit to be stored as JSON; Saturdays and Sundays need no entry."""

    days_off: dict[Day, str] = Field({}, alias="libur")
    confirmed: dict[int, str] = Field({}, alias="tahun")  # year → the decree that settles its days off
    ramadan: tuple[Ramadan, ...] = Field((), alias="ramadan")
    hours: WorkHours = Field(WorkHours(), alias="jam_kerja")


class WorkCalendar:
    """Working time in one zone; never changes, and remembers what it has worked out."""

    def __init__(self, data: CalendarData, zone: str) -> None:
        self.data, self.zone = data, zone
        self._zone = ZoneInfo(zone)
        self._periods: dict[date, tuple[tuple[datetime, datetime], ...]] = {}

    def local(self, at: datetime) -> datetime:
        """An instant on the clocks of the calendar's zone."""
        return at.astimezone(self._zone)

    def local_day(self, at: datetime) -> date:
        """The date an instant falls on in the calendar's zone."""
        return at.astimezone(self._zone).date()

    def reason_off(self, day: date) -> str:
        """Why nobody works on a day: its name, `akhir pekan`, or '' for a working day."""
        name = self.data.days_off.get(day)
        return name or ("akhir pekan" if day.weekday() >= 5 else "")

    def is_working_day(self, day: date) -> bool:
        """Whether the office works on a day."""
        return day.weekday() < 5 and day not in self.data.days_off

    def periods(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """The working hours a day has by its weekday and season, also where it is off."""
        found = self._periods.get(day)
        if found is None:
            hours = self.data.hours
            fasting = any(month.first <= day <= month.last for month in self.data.ramadan)
            if day.weekday() == 4:
                local = hours.ramadan_friday if fasting else hours.friday
            else:
                local = hours.ramadan if fasting else hours.ordinary
            found = tuple((self._instant(day, first), self._instant(day, last)) for first, last in local)
            self._periods[day] = found
        return found

    def _instant(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self._zone).astimezone(UTC)

    def opening(self, day: date) -> datetime:
        """When a day begins; a day off has the hour it would have had."""
        return self.periods(day)[0][0]

    def closing(self, day: date) -> datetime:
        """When a day ends; a day off has the hour it would have had."""
        return self.periods(day)[-1][1]

    def nth_working_day(self, from_day: date, n: int) -> date:
        """The n-th working day after a day (before it where n is negative); the day itself is not counted."""
        step = _DAY if n > 0 else -_DAY
        off, day = self.data.days_off, from_day
        left = abs(n)
        while left:
            day += step
            if day.weekday() < 5 and day not in off:
                left -= 1
        return day

    def next_working_day(self, day: date) -> date:
        """The first working day after a day."""
        return self.nth_working_day(day, 1)

    def on_or_before(self, day: date) -> date:
        """The day itself where it is worked, else the last working day before it."""
        return day if self.is_working_day(day) else self.nth_working_day(day, -1)

    def on_or_after(self, day: date) -> date:
        """The day itself where it is worked, else the first working day after it."""
        return day if self.is_working_day(day) else self.nth_working_day(day, 1)

    def _working_periods(self, at: datetime, step: timedelta = _DAY) -> Iterator[tuple[datetime, datetime]]:
        """The working periods from an instant's day onward, or backward, nearest first, without end."""
        day = self.local_day(at)
        while True:
            if self.is_working_day(day):
                yield from self.periods(day)[:: 1 if step > _NO_TIME else -1]
            day += step

    def add_minutes(self, at: datetime, minutes: int) -> datetime:
        """The instant so many working minutes after another, or before it where negative."""
        left = timedelta(minutes=abs(minutes))
        for first, last in self._working_periods(at, _DAY if minutes >= 0 else -_DAY):
            begin, end = (max(first, at), last) if minutes >= 0 else (first, min(last, at))
            if end - begin >= left:
                return begin + left if minutes >= 0 else end - left
            left -= max(end - begin, _NO_TIME)
        raise AssertionError("working periods never end")

    def working_minutes(self, since: datetime, until: datetime) -> int:
        """Whole working minutes between two instants; 0 where the second is not later."""
        total = _NO_TIME
        for first, last in self._working_periods(since):
            if first >= until:
                break
            total += max(min(last, until) - max(first, since), _NO_TIME)
        return total // _MINUTE

    def working_days_between(self, since: datetime, until: datetime) -> int:
        """Working days after the first instant's day, up to and including the second's."""
        day, last = self.local_day(since), self.local_day(until)
        count = 0
        while (day := day + _DAY) <= last:
            count += self.is_working_day(day)
        return count

    def days_off_between(self, first: date, last: date) -> list[tuple[date, str]]:
        """The named days off from one day to another, both included, that are no weekend."""
        found, day = [], first
        off = self.data.days_off
        while day <= last:
            if day in off and day.weekday() < 5:
                found.append((day, off[day]))
            day += _DAY
        return found

    def unconfirmed_years(self, first: date, last: date) -> list[int]:
        """The years from one day to another whose days off no decree has settled."""
        return [year for year in range(first.year, last.year + 1) if year not in self.data.confirmed]
