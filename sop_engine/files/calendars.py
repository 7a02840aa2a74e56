"""Calendars from holiday data: the package `holidays`, corrected and confirmed by decree files.

The package knows the national holidays and, as its category `government`, cuti bersama. It also holds
estimates, and no cuti bersama for years to come: only a decree file confirms a year.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import holidays
from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from sop_engine.domain.calendar import CalendarData, Day, Ramadan, WorkHours
from sop_engine.domain.definition import FileModel, Slug, Sourced, Text
from sop_engine.files.reader import read

_ESTIMATE = " (perkiraan)"
_SECOND_DAY = "Hari kedua dari "
_AND = "; "
_YEARS = frozenset(map(str, range(2000, 2101)))


def parse_year(value: Any) -> int:
    """Read a year of four digits, 2000 to 2100; ValueError with what to write otherwise."""
    if str(value) not in _YEARS:
        raise ValueError("tulis tahun dengan empat angka, misalnya `2027`")
    return int(value)


Year = Annotated[int, BeforeValidator(parse_year)]


class DayOff(FileModel):
    """A day a decree takes from work."""

    day: Day = Field(alias="tanggal")
    name: Text = Field(alias="nama", max_length=120)
    kind: Literal["libur_nasional", "cuti_bersama", "libur_daerah"] = Field("libur_nasional", alias="jenis")


class Decree(Sourced):
    """A calendar file (`format: kalender/1`): what one decree adds, takes back or confirms."""

    format: Literal["kalender/1"]
    id: Slug
    name: Text = Field(alias="dasar")
    years: tuple[Year, ...] = Field((), alias="tahun")
    days_off: tuple[DayOff, ...] = Field((), alias="libur")
    worked: tuple[Day, ...] = Field((), alias="hapus")
    ramadan: tuple[Ramadan, ...] = Field((), alias="ramadan")
    hours: WorkHours | None = Field(None, alias="jam_kerja")

    @field_validator("days_off", "worked")
    @classmethod
    def _once_and_in_years(cls, value: tuple[Any, ...], info: ValidationInfo) -> tuple[Any, ...]:
        days = [off.day if isinstance(off, DayOff) else off for off in value]
        years = info.data.get("years")
        stray = next((day for day in days if years and day.year not in years), None)
        if stray:
            raise ValueError(f"tanggal {stray} di luar `tahun` keputusan ini; periksa tahunnya")
        listed = [off.day for off in info.data.get("days_off", ())] + days
        if len(set(listed)) < len(listed):
            raise ValueError("satu tanggal ditulis dua kali pada `libur` atau `hapus`; hapus salah satu")
        return value


def read_decrees(folder: Path) -> list[Decree]:
    """Read every `*.yaml` of a folder in the order of names; DefinitionInvalid where one is at fault."""
    return [read(path.read_bytes(), str(path), Decree) for path in sorted(folder.glob("*.yaml"))]


def national_calendar(first_year: int, last_year: int, decrees: Iterable[Decree]) -> CalendarData:
    """The calendar of Indonesia for a span of years; of two decrees on the same day the later one holds."""
    return amended(CalendarData(days_off=_package_days(first_year, last_year)), decrees)


def amended(calendar: CalendarData, decrees: Iterable[Decree]) -> CalendarData:
    """A calendar with decrees laid over it, the later over the earlier."""
    days, confirmed, hours = dict(calendar.days_off), dict(calendar.confirmed), calendar.hours
    ramadan = list(calendar.ramadan)
    for decree in decrees:
        for day in decree.worked:
            days.pop(day, None)
        days.update({off.day: off.name for off in decree.days_off})
        for year in decree.years:
            known = confirmed.get(year, "")
            if decree.name not in known:
                confirmed[year] = f"{known}; {decree.name}" if known else decree.name
        ramadan += [month for month in decree.ramadan if month not in ramadan]
        hours = decree.hours or hours
    return CalendarData(
        days_off=dict(sorted(days.items())),
        confirmed=dict(sorted(confirmed.items())),
        ramadan=tuple(sorted(ramadan, key=lambda month: month.first)),
        hours=hours,
    )


def _package_days(first_year: int, last_year: int) -> dict[date, str]:
    found = holidays.country_holidays(
        "ID", years=range(first_year, last_year + 1), categories=("public", "government"), language="id"
    )
    return {day: _plain(name) for day, name in found.items()}


def _plain(name: str) -> str:
    """A holiday's name alone: that a date is an estimate is told by its unconfirmed year."""
    return _AND.join(part.removesuffix(_ESTIMATE).removeprefix(_SECOND_DAY) for part in name.split(_AND))
