"""Working time: hours, breaks, days off, and arithmetic across them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sop_engine.domain.calendar import CalendarData, Ramadan, WorkCalendar
from sop_engine.domain.indonesian import count_days, date_range, day_date, instant, long_date, short_date

RAMADAN = Ramadan(first=date(2027, 2, 8), last=date(2027, 3, 9), decree="Keputusan Menteri Agama (contoh)")
DATA = CalendarData(
    days_off={
        date(2027, 1, 1): "Tahun Baru Masehi",
        date(2027, 1, 5): "Isra Mikraj",
        date(2027, 2, 5): "Cuti bersama Imlek",
    },
    confirmed={2026: "SKB 2026", 2027: "SKB 2027"},
)
CALENDAR = WorkCalendar(DATA, "Asia/Jakarta")
FASTING = WorkCalendar(DATA.model_copy(update={"ramadan": (RAMADAN,)}), "Asia/Jakarta")
FIRST = datetime(2026, 12, 1, tzinfo=UTC)
instants = st.integers(0, 120 * 86_400).map(lambda seconds: FIRST + timedelta(seconds=seconds))


def wib(month: int, day: int, clock: str) -> datetime:
    """An instant of 2027 by the clocks of Pandeglang."""
    hour, minute = clock.split(".")
    return datetime(2027, month, day, int(hour), int(minute), tzinfo=UTC) - timedelta(hours=7)


def test_days_off_and_weekends_are_not_worked_and_say_why() -> None:
    assert CALENDAR.is_working_day(date(2027, 1, 4))
    assert [CALENDAR.reason_off(date(2027, 1, day)) for day in (2, 4, 5)] == [
        "akhir pekan",
        "",
        "Isra Mikraj",
    ]
    assert not CALENDAR.is_working_day(date(2027, 1, 5))
    assert not CALENDAR.is_working_day(date(2027, 1, 9))


def test_a_friday_closes_half_an_hour_later() -> None:
    assert CALENDAR.opening(date(2027, 1, 7)) == wib(1, 7, "07.30")
    assert CALENDAR.closing(date(2027, 1, 7)) == wib(1, 7, "16.00")
    assert CALENDAR.closing(date(2027, 1, 8)) == wib(1, 8, "16.30")


def test_every_working_day_has_450_minutes_and_390_in_ramadan() -> None:
    for calendar, minutes in ((CALENDAR, 450), (FASTING, 390)):
        for day in (date(2027, 2, 11), date(2027, 2, 12)):
            assert calendar.working_minutes(calendar.opening(day), calendar.closing(day)) == minutes


def test_ramadan_hours_hold_from_its_first_to_its_last_day_only() -> None:
    assert FASTING.opening(date(2027, 2, 8)) == wib(2, 8, "08.00")
    assert FASTING.closing(date(2027, 3, 9)) == wib(3, 9, "15.00")
    assert FASTING.closing(date(2027, 2, 12)) == wib(2, 12, "15.30")
    assert FASTING.opening(date(2027, 3, 10)) == wib(3, 10, "07.30")


def test_no_ramadan_is_known_without_a_decree() -> None:
    assert CALENDAR.closing(date(2027, 2, 10)) == wib(2, 10, "16.00")


@pytest.mark.parametrize(
    ("zone", "hours"),
    [("Asia/Jakarta", 7), ("Asia/Pontianak", 7), ("Asia/Makassar", 8), ("Asia/Jayapura", 9)],
)
def test_offices_open_by_the_clocks_of_their_zone(zone: str, hours: int) -> None:
    opening = WorkCalendar(DATA, zone).opening(date(2027, 1, 4))
    assert opening == datetime(2027, 1, 4, 7, 30, tzinfo=UTC) - timedelta(hours=hours)


def test_the_local_day_turns_at_local_midnight() -> None:
    assert CALENDAR.local_day(datetime(2027, 1, 3, 17, 0, tzinfo=UTC)) == date(2027, 1, 4)
    assert CALENDAR.local_day(datetime(2027, 1, 3, 16, 59, tzinfo=UTC)) == date(2027, 1, 3)


@pytest.mark.parametrize(
    ("start", "n", "expected"),
    [
        (date(2027, 1, 4), 1, date(2027, 1, 6)),
        (date(2027, 1, 2), 1, date(2027, 1, 4)),
        (date(2027, 1, 4), 4, date(2027, 1, 11)),
        (date(2027, 1, 6), -1, date(2027, 1, 4)),
        (date(2027, 1, 4), -1, date(2026, 12, 31)),
    ],
)
def test_the_nth_working_day_passes_over_days_off(start: date, n: int, expected: date) -> None:
    assert CALENDAR.nth_working_day(start, n) == expected


def test_a_day_off_rolls_back_and_a_working_day_stays() -> None:
    assert CALENDAR.on_or_before(date(2027, 1, 31)) == date(2027, 1, 29)
    assert CALENDAR.on_or_before(date(2027, 1, 29)) == date(2027, 1, 29)
    assert CALENDAR.on_or_after(date(2027, 1, 31)) == date(2027, 2, 1)
    assert CALENDAR.next_working_day(date(2027, 1, 29)) == date(2027, 2, 1)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        (wib(1, 7, "11.30"), 30, wib(1, 7, "12.00")),
        (wib(1, 7, "11.30"), 31, wib(1, 7, "13.01")),
        (wib(1, 7, "12.20"), 15, wib(1, 7, "13.15")),
        (wib(1, 8, "11.20"), 30, wib(1, 8, "13.20")),
        (wib(1, 8, "16.20"), 30, wib(1, 11, "07.50")),
        (wib(1, 4, "15.00"), 120, wib(1, 6, "08.30")),
        (wib(1, 9, "10.00"), 60, wib(1, 11, "08.30")),
        (wib(1, 6, "05.00"), 60, wib(1, 6, "08.30")),
        (wib(1, 6, "16.00"), 1, wib(1, 7, "07.31")),
        (wib(1, 6, "16.00"), -240, wib(1, 6, "11.00")),
        (wib(1, 6, "08.00"), -60, wib(1, 4, "15.30")),
        (wib(1, 10, "08.00"), -30, wib(1, 8, "16.00")),
    ],
)
def test_minutes_are_counted_across_breaks_nights_and_days_off(start: datetime, minutes: int, end: datetime) -> None:
    assert CALENDAR.add_minutes(start, minutes) == end


def test_minutes_cross_the_shorter_break_of_ramadan() -> None:
    assert FASTING.add_minutes(wib(2, 10, "11.30"), 60) == wib(2, 10, "13.00")
    assert FASTING.add_minutes(wib(2, 12, "11.00"), 60) == wib(2, 12, "13.00")


def test_no_working_minutes_lie_in_a_night_or_backward() -> None:
    assert CALENDAR.working_minutes(wib(1, 8, "16.30"), wib(1, 11, "07.30")) == 0
    assert CALENDAR.working_minutes(wib(1, 11, "12.00"), wib(1, 11, "09.00")) == 0


def test_working_days_between_leave_out_the_first_day_and_count_the_last() -> None:
    assert CALENDAR.working_days_between(wib(1, 4, "16.00"), wib(1, 6, "07.30")) == 1
    assert CALENDAR.working_days_between(wib(1, 8, "07.30"), wib(1, 13, "16.00")) == 3
    assert CALENDAR.working_days_between(wib(1, 8, "16.30"), wib(1, 10, "16.00")) == 0
    assert CALENDAR.working_days_between(wib(1, 8, "07.30"), wib(1, 6, "07.30")) == 0


def test_years_no_decree_settles_are_named() -> None:
    assert CALENDAR.unconfirmed_years(date(2026, 12, 31), date(2027, 2, 1)) == []
    assert CALENDAR.unconfirmed_years(date(2025, 12, 1), date(2029, 1, 1)) == [2025, 2028, 2029]


def test_calendar_data_comes_back_from_its_json() -> None:
    data = CalendarData.model_validate_json(FASTING.data.model_dump_json())

    assert data == FASTING.data
    assert WorkCalendar(data, "Asia/Jakarta").closing(date(2027, 2, 12)) == wib(2, 12, "15.30")


def test_an_office_may_have_hours_of_its_own() -> None:
    hours = {"biasa": ["08.00-12.00", "13.00-16.30"]}
    own = WorkCalendar(CalendarData.model_validate({"jam_kerja": hours}), "Asia/Jakarta")

    assert own.opening(date(2027, 1, 4)) == wib(1, 4, "08.00")
    assert own.closing(date(2027, 1, 8)) == wib(1, 8, "16.30")


@pytest.mark.parametrize("period", ["7", "16.00-07.30", "07.30-25.00", "pagi"])
def test_hours_of_another_shape_are_refused(period: str) -> None:
    with pytest.raises(ValidationError, match=r"tulis jam kerja sebagai `07.30-12.00`"):
        CalendarData.model_validate({"jam_kerja": {"biasa": [period]}})


def test_overlapping_hours_are_refused() -> None:
    with pytest.raises(ValidationError, match="tidak bertumpang tindih"):
        CalendarData.model_validate({"jam_kerja": {"biasa": ["07.30-12.00", "11.00-16.00"]}})


@settings(deadline=None)
@given(at=instants, minutes=st.integers(0, 5000))
def test_working_minutes_undo_added_minutes(at: datetime, minutes: int) -> None:
    assert FASTING.working_minutes(at, FASTING.add_minutes(at, minutes)) == minutes
    assert FASTING.working_minutes(FASTING.add_minutes(at, -minutes), at) == minutes


@settings(deadline=None)
@given(at=instants, minutes=st.integers(1, 2000))
def test_added_minutes_end_within_working_hours(at: datetime, minutes: int) -> None:
    end = FASTING.add_minutes(at, minutes)
    day = FASTING.local_day(end)

    assert FASTING.is_working_day(day)
    assert any(first < end <= last for first, last in FASTING.periods(day))


def test_dates_and_instants_are_written_as_in_letters() -> None:
    assert long_date(date(2027, 1, 4)) == "4 Januari 2027"
    assert day_date(date(2027, 8, 15)) == "Minggu, 15 Agustus 2027"
    assert short_date(date(2027, 5, 26)) == "26 Mei"
    assert count_days(3) == "3 hari kerja"
    assert instant(wib(1, 4, "16.05"), "Asia/Jakarta") == "Senin, 4 Januari 2027 pukul 16.05 WIB"
    assert instant(wib(1, 4, "23.30"), "Asia/Jayapura") == "Selasa, 5 Januari 2027 pukul 01.30 WIT"


def test_ranges_of_days_name_a_month_once() -> None:
    dash = "\N{EN DASH}"
    assert date_range(date(2027, 3, 9), date(2027, 3, 9)) == "9 Mar"
    assert date_range(date(2027, 3, 9), date(2027, 3, 15)) == f"9{dash}15 Mar"
    assert date_range(date(2027, 3, 31), date(2027, 4, 2)) == f"31 Mar{dash}2 Apr"
