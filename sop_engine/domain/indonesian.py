"""Dates, instants and counts in Indonesian words, as letters and screens of an office write them."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from sop_engine.domain.expressions import MONTHS

_DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_SHORT_MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
_TO = "\N{EN DASH}"


def long_date(day: date) -> str:
    """Write `4 Januari 2027`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def day_date(day: date) -> str:
    """Write `Senin, 4 Januari 2027`."""
    return f"{_DAYS[day.weekday()]}, {long_date(day)}"


def short_date(day: date) -> str:
    """Write `26 Mar`."""
    return f"{day.day} {_SHORT_MONTHS[day.month - 1]}"


def date_range(first: date, last: date) -> str:
    """Write one day `26 Mar`, or several as `28-30 Mar` and `31 Mar-2 Apr`, with an en dash."""
    if first == last:
        return short_date(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}{_TO}{short_date(last)}"
    return f"{short_date(first)}{_TO}{short_date(last)}"


@lru_cache(maxsize=4096)
def instant(at: datetime, zone: str) -> str:
    """Write an aware instant in a zone: `Senin, 4 Januari 2027 pukul 16.00 WIB`."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{day_date(local.date())} pukul {local:%H.%M} {local.tzname()}"


def count_days(days: int) -> str:
    """Write a number of working days: `3 hari kerja`."""
    return f"{days} hari kerja"
