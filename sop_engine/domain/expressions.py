"""Words of time in a definition: how long, which date, which reminder level.

Each value keeps its `text` as written. The parsers raise ValueError with a sentence that says what to write.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

MONTHS = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)

Unit = Literal["menit", "jam", "hari", "hari kalender", "bulan"]
_LONGEST: dict[Unit, int] = {"menit": 10_000, "jam": 1_000, "hari": 400, "hari kalender": 800, "bulan": 24}
_FURTHEST_LEVEL = 90  # working days before or after a due date
_FURTHEST_AFTER = 400  # working days after a stage's completion
_MOST_WORKING_DAYS = 23  # of a month
_YEARS = range(2000, 2101)

_NUMBER = r"[1-9][0-9]{0,5}"
_DURATION = re.compile(rf"({_NUMBER})(?: ?[-\u2013] ?({_NUMBER}))? (menit|jam|hari kalender|hari|bulan)")
_LEVEL = re.compile(rf"({_NUMBER}) hari (sebelum|sesudah)")
_FIXED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEARLY = re.compile(rf"(akhir|{_NUMBER}) ([A-Za-z]+)")
_MONTHLY = re.compile(rf"tanggal ({_NUMBER})( bulan berikutnya)?")
_WORKDAY = re.compile(rf"hari kerja (?:pertama|ke-({_NUMBER})) ([A-Za-z]+)( (?:tahun )?berikutnya)?")
_AFTER = re.compile(rf"(?:({_NUMBER}) hari )?sesudah ([a-z][a-z0-9_]{{0,39}})")


@dataclass(frozen=True, slots=True)
class Duration:
    """How long work may take; `hari` is working days, the two counts differ only in a range."""

    text: str
    unit: Unit
    shortest: int
    longest: int


@dataclass(frozen=True, slots=True)
class Level:
    """When to remind: working days before (negative) or after the due day, or 0 at the due instant."""

    text: str
    days: int


@dataclass(frozen=True, slots=True)
class FixedDate:
    """One date, `2027-01-25`."""

    text: str
    day: date


@dataclass(frozen=True, slots=True)
class YearlyDate:
    """A date without a year, `31 Januari`; `akhir Februari` has no day: the month's last."""

    text: str
    month: int
    day: int | None


@dataclass(frozen=True, slots=True)
class MonthlyDate:
    """A day of the current month or of the next; a shorter month ends it earlier."""

    text: str
    day: int
    next_month: bool


@dataclass(frozen=True, slots=True)
class WorkdayDate:
    """The n-th working day of a named month, or without a name of this month or the next."""

    text: str
    nth: int
    month: int | None
    following: bool  # `berikutnya`: the next year of a named month, else the next month


@dataclass(frozen=True, slots=True)
class AfterStage:
    """So many working days after a stage's completion; 0 is the day of completion."""

    text: str
    stage: str
    days: int


DateRule = FixedDate | YearlyDate | MonthlyDate | WorkdayDate | AfterStage


def stage_counted_from(rule: DateRule | None) -> str | None:
    """Give the stage whose completion a date counts from, if it counts from one."""
    return rule.stage if isinstance(rule, AfterStage) else None


def parse_duration(text: str) -> Duration:
    """Read `30 menit`, `2 jam`, `1-3 hari`, `5 hari kalender` or `1 bulan`."""
    match = _DURATION.fullmatch(text)
    if not match:
        raise ValueError(
            "tulis bilangan bulat dan satuannya, misalnya `30 menit`, `2 jam`, `1 hari` (hari kerja), "
            "`1-3 hari`, `5 hari kalender` atau `1 bulan`"
        )
    unit: Unit = match[3]  # type: ignore[assignment]  # the pattern knows no other word
    shortest = int(match[1])
    longest = int(match[2] or shortest)
    if match[2] and longest <= shortest:
        raise ValueError(f"rentang ditulis dari yang kecil ke yang besar, misalnya `1-3 {unit}`")
    if longest > _LONGEST[unit]:
        raise ValueError(f"waktu terlalu lama; tulis paling banyak {_LONGEST[unit]} {unit}")
    return Duration(text, unit, shortest, longest)


def parse_level(text: str) -> Level:
    """Read `3 hari sebelum`, `saat tenggat` or `1 hari sesudah`."""
    if text == "saat tenggat":
        return Level(text, 0)
    match = _LEVEL.fullmatch(text)
    if not match:
        raise ValueError("tulis `3 hari sebelum`, `saat tenggat` atau `1 hari sesudah` (hari kerja)")
    days = _bounded(match[1], _FURTHEST_LEVEL, "hari sebelum atau sesudah tenggat")
    return Level(text, -days if match[2] == "sebelum" else days)


def parse_date_rule(text: str) -> DateRule:
    """Read a date as `jadwal` and `tidak_sebelum` write it; what it means on a calendar is in `deadlines`."""
    if _FIXED.fullmatch(text):
        return FixedDate(text, _fixed_day(text))
    if match := _MONTHLY.fullmatch(text):
        return MonthlyDate(text, _bounded(match[1], 31, "tanggal"), bool(match[2]))
    if match := _AFTER.fullmatch(text):
        days = _bounded(match[1], _FURTHEST_AFTER, "hari sesudah suatu tahap") if match[1] else 0
        return AfterStage(text, match[2], days)
    if match := _WORKDAY.fullmatch(text):
        nth = _bounded(match[1] or "1", _MOST_WORKING_DAYS, "hari kerja dalam satu bulan")
        month = None if match[2] == "bulan" else _month(match[2])
        if month is None and match[3] == " tahun berikutnya":
            raise ValueError("sebut bulannya, misalnya `hari kerja pertama Januari tahun berikutnya`")
        return WorkdayDate(text, nth, month, bool(match[3]))
    if match := _YEARLY.fullmatch(text):
        return _yearly(text, match[1], _month(match[2]))
    raise ValueError(
        "tulis tanggal sebagai `31 Januari`, `akhir Februari`, `2027-01-25`, `tanggal 5 bulan berikutnya`, "
        "`hari kerja pertama Januari tahun berikutnya`, `hari kerja ke-5 bulan berikutnya`, `sesudah ID` "
        "atau `1 hari sesudah ID`"
    )


def _fixed_day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"tanggal «{text}» tidak ada di kalender; periksa bulan dan tanggalnya") from None
    if day.year not in _YEARS:
        raise ValueError(f"tahun {day.year} di luar jangkauan; tulis tahun {_YEARS[0]} sampai {_YEARS[-1]}")
    return day


def _yearly(text: str, word: str, month: int) -> YearlyDate:
    if word == "akhir":
        return YearlyDate(text, month, None)
    day, last = int(word), calendar.monthrange(2027, month)[1]
    if day > last:
        name = MONTHS[month - 1]
        raise ValueError(f"«{text}» tidak ada setiap tahun; tulis tanggal 1 sampai {last} {name} atau `akhir {name}`")
    return YearlyDate(text, month, day)


def _month(name: str) -> int:
    for number, month in enumerate(MONTHS, 1):
        if month.casefold() == name.casefold():
            return number
    raise ValueError(f"«{name}» bukan nama bulan; tulis Januari, Februari, … atau Desember")


def _bounded(number: str, most: int, what: str) -> int:
    if int(number) > most:
        raise ValueError(f"{number} terlalu besar; tulis 1 sampai {most} untuk {what}")
    return int(number)
