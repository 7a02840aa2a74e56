"""Due dates: golden dates of the document, limits, levels and the sentence that explains each."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_engine.domain.calendar import CalendarData, Ramadan, WorkCalendar
from sop_engine.domain.deadlines import (
    Due,
    due_of,
    duration_minutes,
    levels_of,
    limit_instants,
    not_before_day,
    planned_start,
    sign_off_due,
)
from sop_engine.domain.definition import Schedule
from sop_engine.domain.expressions import parse_date_rule, parse_duration
from sop_engine.files.calendars import national_calendar

CALENDAR = WorkCalendar(national_calendar(2023, 2028, ()), "Asia/Jakarta")
DAYS = (1, 1, 1, 4, 2, 3, 1, 1, 1, 1, 1, 1, 1)  # `waktu` of S01 to S13
SUBMISSION = 11  # S12 carries the limits
SCHEDULE = Schedule.model_validate(
    {
        "mulai": "hari kerja pertama Januari tahun berikutnya",
        "batas": [
            {"id": "surat", "tahap": "penyampaian", "tanggal": "31 Januari", "diisi_saat_mulai": "ya"},
            {"id": "undang_undang", "tahap": "penyampaian", "tanggal": "akhir Februari"},
        ],
        "pengingat": ["3 hari sebelum", "1 hari sebelum", "saat tenggat"],
        "eskalasi": ["1 hari sesudah", "3 hari sesudah"],
    }
)
FIRST = datetime(2026, 12, 1, tzinfo=UTC)
instants = st.integers(0, 120 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))
durations = st.sampled_from(
    ["45 menit", "7 jam", "1 hari", "1-4 hari", "1 hari kalender", "9 hari kalender", "1 bulan", "2 bulan"]
).map(parse_duration)


def wib(year: int, month: int, day: int, clock: str) -> datetime:
    """An instant by the clocks of Pandeglang."""
    hour, minute = clock.split(".")
    return datetime(year, month, day, int(hour), int(minute), tzinfo=UTC) - timedelta(hours=7)


def due(waktu: str, since: datetime, calendar: WorkCalendar = CALENDAR) -> Due:
    """The due date of work that has a `waktu`."""
    found = due_of(parse_duration(waktu), since, calendar)
    assert found is not None
    return found


def limits(schedule: dict[str, object], start_on: date, **facts: object) -> dict[str, datetime]:
    """The limits of a schedule; facts are `year`, `given` and `completed`."""
    facts = {"year": None, "given": {}, "completed": {}} | facts
    return limit_instants(Schedule.model_validate(schedule), CALENDAR, start_on, **facts)  # type: ignore[arg-type]


def limit_of(text: str, start_on: date, **facts: object) -> datetime | None:
    """The one limit of a schedule without a plan."""
    return limits({"batas": [{"id": "b", "tahap": "t", "tanggal": text}]}, start_on, **facts).get("b")


GOLDEN = {
    2023: (2, 3, 4, 10, 12, 17, 18, 19, 22, 23, 24, 25, 26),
    2024: (2, 3, 6, 10, 14, 17, 20, 21, 22, 23, 24, 30, 31),
    2025: (2, 5, 6, 12, 14, 20, 21, 22, 23, 26, 27, 28, 29),
    2026: (4, 6, 7, 13, 15, 20, 21, 22, 25, 26, 27, 28, 29),
}


@pytest.mark.parametrize("hours_before", [0, 4])
@pytest.mark.parametrize("year", GOLDEN)
def test_the_thirteen_stages_fall_due_on_the_golden_dates(year: int, hours_before: int) -> None:
    start = planned_start(SCHEDULE, year, CALENDAR)
    assert start == date(year + 1, 1, GOLDEN[year][0])
    ends = list(limit_instants(SCHEDULE, CALENDAR, start, year, {}, {}).items())
    at, found = CALENDAR.opening(start), []
    for number, days in enumerate(DAYS):
        due_date = due_of(parse_duration(f"{days} hari"), at, CALENDAR, limits=ends if number == SUBMISSION else ())
        assert due_date is not None
        found.append(due_date.at)
        at = CALENDAR.add_minutes(due_date.at, -60 * hours_before)

    days_of_january = [date(year + 1, 1, day) for day in GOLDEN[year]]
    closing = ["16.30" if day.weekday() == 4 else "16.00" for day in days_of_january]
    assert found == [wib(day.year, 1, day.day, clock) for day, clock in zip(days_of_january, closing, strict=True)]


@pytest.mark.parametrize(
    ("begins", "year", "expected"),
    [
        ("hari kerja pertama Januari tahun berikutnya", 2026, date(2027, 1, 4)),
        ("hari kerja pertama Januari", 2027, date(2027, 1, 4)),
        ("hari kerja ke-3 Januari", 2027, date(2027, 1, 7)),
        ("1 Januari", 2027, date(2027, 1, 4)),
        ("akhir Februari", 2028, date(2028, 2, 29)),
        ("2027-01-25", None, date(2027, 1, 25)),
        ("hari kerja pertama Januari", None, None),
        ("31 Januari", None, None),
        ("hari kerja pertama bulan berikutnya", 2027, None),
        ("tanggal 5", 2027, None),
        ("sesudah pleno", 2027, None),
    ],
)
def test_the_planned_start_follows_the_fiscal_year(begins: str, year: int | None, expected: date | None) -> None:
    assert planned_start(Schedule.model_validate({"mulai": begins}), year, CALENDAR) == expected


def test_without_a_beginning_there_is_no_plan() -> None:
    assert planned_start(Schedule.model_validate({}), 2026, CALENDAR) is None


@pytest.mark.parametrize(
    ("year", "letter", "law"),
    [
        (2023, wib(2024, 1, 31, "16.00"), wib(2024, 2, 29, "16.00")),
        (2025, wib(2026, 1, 30, "16.30"), wib(2026, 2, 27, "16.30")),
        (2026, wib(2027, 1, 29, "16.30"), wib(2027, 2, 26, "16.30")),
    ],
)
def test_limits_on_a_day_off_roll_back_to_closing_time(year: int, letter: datetime, law: datetime) -> None:
    found = limit_instants(SCHEDULE, CALENDAR, date(year + 1, 6, 1), year, {}, {})

    assert found == {"surat": letter, "undang_undang": law}


def test_a_date_given_at_the_start_overrides_and_rolls_back_too() -> None:
    given_date = {"surat": date(2027, 1, 24)}

    found = limit_instants(SCHEDULE, CALENDAR, date(2027, 1, 4), 2026, given_date, {})

    assert found["surat"] == wib(2027, 1, 22, "16.30")
    assert found["undang_undang"] == wib(2027, 2, 26, "16.30")


@pytest.mark.parametrize(
    ("text", "start_on", "expected"),
    [
        ("31 Januari", date(2027, 1, 31), wib(2027, 1, 29, "16.30")),
        ("30 Januari", date(2027, 1, 31), wib(2028, 1, 28, "16.30")),
        ("2027-03-10", date(2027, 1, 4), wib(2027, 3, 5, "16.30")),
        ("tanggal 5 bulan berikutnya", date(2026, 12, 3), wib(2027, 1, 4, "16.00")),
        ("tanggal 31 bulan berikutnya", date(2027, 1, 31), wib(2027, 2, 26, "16.30")),
        ("tanggal 5", date(2027, 4, 5), wib(2027, 4, 5, "16.00")),
        ("tanggal 5", date(2027, 4, 6), wib(2027, 5, 5, "16.00")),
        ("hari kerja ke-2 bulan", date(2027, 1, 6), wib(2027, 1, 6, "16.00")),
        ("hari kerja ke-2 bulan", date(2027, 1, 7), wib(2027, 2, 2, "16.00")),
        ("hari kerja pertama bulan berikutnya", date(2026, 12, 15), wib(2027, 1, 4, "16.00")),
        ("hari kerja ke-23 Februari", date(2027, 1, 4), wib(2027, 2, 26, "16.30")),
        ("hari kerja pertama Januari", date(2027, 1, 6), wib(2028, 1, 3, "16.00")),
        ("hari kerja pertama Januari tahun berikutnya", date(2026, 6, 1), wib(2027, 1, 4, "16.00")),
    ],
)
def test_a_date_without_a_year_is_the_first_from_the_start(text: str, start_on: date, expected: datetime) -> None:
    assert limit_of(text, start_on) == expected


def test_a_limit_after_a_stage_exists_once_that_stage_has_completed() -> None:
    done = {"pleno": wib(2027, 1, 4, "10.00")}

    assert limit_of("2 hari sesudah pleno", date(2027, 1, 4)) is None
    assert limit_of("2 hari sesudah pleno", date(2027, 1, 4), completed=done) == wib(2027, 1, 7, "16.00")
    assert limit_of("sesudah pleno", date(2027, 1, 4), completed=done) == wib(2027, 1, 4, "16.00")


def test_the_plan_not_the_late_start_decides_which_january_is_meant() -> None:
    found = limit_instants(SCHEDULE, CALENDAR, date(2027, 4, 1), 2026, {}, {})

    assert found["surat"] == wib(2027, 1, 29, "16.30")


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (wib(2027, 1, 6, "05.00"), wib(2027, 1, 6, "16.00")),
        (wib(2027, 1, 6, "07.30"), wib(2027, 1, 6, "16.00")),
        (wib(2027, 1, 6, "07.31"), wib(2027, 1, 7, "16.00")),
        (wib(2027, 1, 6, "16.00"), wib(2027, 1, 7, "16.00")),
        (wib(2027, 1, 7, "16.00"), wib(2027, 1, 8, "16.30")),
        (wib(2027, 1, 8, "17.00"), wib(2027, 1, 11, "16.00")),
        (wib(2027, 1, 9, "07.00"), wib(2027, 1, 11, "16.00")),
        (wib(2027, 1, 5, "07.00"), wib(2027, 1, 6, "16.00")),
    ],
)
def test_a_day_ends_at_the_next_closing_unless_work_began_by_opening(since: datetime, expected: datetime) -> None:
    assert due("1 hari", since).at == expected


@pytest.mark.parametrize(
    ("waktu", "since", "expected"),
    [
        ("1-3 hari", wib(2027, 1, 6, "09.00"), wib(2027, 1, 11, "16.00")),
        ("2 jam", wib(2027, 1, 6, "11.00"), wib(2027, 1, 6, "14.00")),
        ("30 menit", wib(2027, 1, 8, "16.15"), wib(2027, 1, 11, "07.45")),
        ("10 hari kalender", wib(2027, 1, 6, "09.00"), wib(2027, 1, 15, "16.30")),
        ("1 hari kalender", wib(2027, 1, 8, "09.00"), wib(2027, 1, 11, "16.00")),
        ("2 hari kalender", wib(2027, 1, 6, "07.00"), wib(2027, 1, 8, "16.30")),
        ("5 hari kalender", wib(2027, 3, 6, "09.00"), wib(2027, 3, 16, "16.00")),
        ("1 bulan", wib(2027, 1, 6, "09.00"), wib(2027, 2, 4, "16.00")),
        ("1 bulan", wib(2027, 1, 29, "09.00"), wib(2027, 2, 26, "16.30")),
        ("2 bulan", wib(2026, 12, 31, "09.00"), wib(2027, 2, 26, "16.30")),
    ],
)
def test_each_unit_is_counted_its_own_way(waktu: str, since: datetime, expected: datetime) -> None:
    assert due(waktu, since).at == expected


def test_cuti_bersama_is_not_worked() -> None:
    assert due("1 hari", wib(2026, 12, 23, "16.00")).at == wib(2026, 12, 28, "16.00")
    assert due("5 hari", wib(2025, 3, 26, "07.30")).at == wib(2025, 4, 10, "16.00")


def test_in_ramadan_work_falls_due_at_its_earlier_closing() -> None:
    fasting = Ramadan(first=date(2027, 2, 8), last=date(2027, 3, 9), decree="Keputusan (contoh)")
    calendar = WorkCalendar(CalendarData(ramadan=(fasting,)), "Asia/Jakarta")

    assert due("1 hari", wib(2027, 2, 8, "08.00"), calendar).at == wib(2027, 2, 8, "15.00")
    assert due("1 hari", wib(2027, 2, 8, "08.01"), calendar).at == wib(2027, 2, 9, "15.00")


def test_work_that_may_not_end_before_a_day_is_counted_from_its_opening() -> None:
    one_day, activated = parse_duration("1 hari"), wib(2027, 1, 6, "10.00")

    for not_before, expected in (
        (date(2027, 1, 13), wib(2027, 1, 13, "16.00")),
        (date(2027, 1, 16), wib(2027, 1, 18, "16.00")),
        (date(2027, 1, 4), wib(2027, 1, 7, "16.00")),
    ):
        found = due_of(one_day, activated, CALENDAR, not_before=not_before)
        assert found is not None
        assert found.at == expected


def test_not_before_is_the_day_as_written_and_waits_for_its_stage() -> None:
    def day(text: str, **completed: datetime) -> date | None:
        return not_before_day(parse_date_rule(text), date(2027, 1, 4), CALENDAR, completed, 2026)

    assert day("31 Januari") == date(2027, 1, 31)
    assert day("hari kerja pertama Februari tahun berikutnya") == date(2027, 2, 1)
    assert day("1 hari sesudah pleno") is None
    assert day("1 hari sesudah pleno", pleno=wib(2027, 1, 4, "11.00")) == date(2027, 1, 6)


def test_the_earliest_limit_cuts_a_due_date_and_is_named() -> None:
    ends = list(limit_instants(SCHEDULE, CALENDAR, date(2027, 1, 4), 2026, {}, {}).items())

    found = due_of(parse_duration("5 hari"), wib(2027, 1, 27, "16.00"), CALENDAR, limits=ends)

    assert found == Due(
        wib(2027, 1, 29, "16.30"),
        "5 hari kerja sejak 27 Jan; dibatasi batas surat 29 Januari 2027",
        "surat",
    )


def test_a_limit_later_than_the_work_changes_nothing() -> None:
    ends = [("surat", wib(2027, 1, 29, "16.30"))]

    found = due_of(parse_duration("1 hari"), wib(2027, 1, 27, "16.00"), CALENDAR, limits=ends)

    assert found == Due(wib(2027, 1, 28, "16.00"), "1 hari kerja sejak 27 Jan", None)


def test_a_limit_already_past_is_the_due_date() -> None:
    ends = [("undang_undang", wib(2027, 2, 26, "16.30"))]

    found = due_of(parse_duration("1 hari"), wib(2027, 3, 1, "09.00"), CALENDAR, limits=ends)

    assert found is not None
    assert (found.at, found.limit_id) == (wib(2027, 2, 26, "16.30"), "undang_undang")
    assert found.explanation.endswith("dibatasi batas undang-undang 26 Februari 2027 (sudah lewat)")


def test_work_without_waktu_is_due_at_its_limit_or_never() -> None:
    ends = [("surat_masuk", wib(2027, 1, 29, "16.30"))]

    assert due_of(None, wib(2027, 1, 4, "07.30"), CALENDAR) is None
    assert due_of(None, wib(2027, 1, 4, "07.30"), CALENDAR, limits=ends) == Due(
        wib(2027, 1, 29, "16.30"), "batas surat masuk 29 Januari 2027", "surat_masuk"
    )


@pytest.mark.parametrize(
    ("waktu", "since", "words"),
    [
        ("1 hari", wib(2027, 1, 6, "16.00"), "1 hari kerja sejak 6 Jan"),
        (
            "5 hari",
            wib(2025, 3, 26, "07.30"),
            "5 hari kerja sejak 26 Mar; dilewati: 28 Mar (Cuti Bersama Hari Suci Nyepi), 31 Mar–1 Apr "
            "(Hari Raya Idul Fitri), 2–7 Apr (Cuti Bersama Hari Raya Idul Fitri)",
        ),
        ("2 jam", wib(2027, 1, 6, "16.00"), "2 jam kerja sejak 6 Jan pukul 16.00"),
        (
            "2 jam",
            wib(2027, 1, 4, "15.00"),
            "2 jam kerja sejak 4 Jan pukul 15.00; dilewati: 5 Jan (Isra Mikraj Nabi Muhammad)",
        ),
        ("2 hari kalender", wib(2027, 1, 6, "07.00"), "2 hari kalender sejak 6 Jan"),
        (
            "10 hari kalender",
            wib(2027, 1, 6, "09.00"),
            "10 hari kalender sejak 6 Jan; 16 Jan libur (akhir pekan), jatuh pada hari kerja sebelumnya",
        ),
        (
            "1 hari kalender",
            wib(2027, 1, 8, "09.00"),
            "1 hari kalender sejak 8 Jan; paling cepat akhir hari kerja berikutnya, 11 Jan",
        ),
    ],
)
def test_every_due_date_explains_itself(waktu: str, since: datetime, words: str) -> None:
    assert due(waktu, since).explanation == words


def test_a_sign_off_has_one_working_day_of_its_own() -> None:
    found = sign_off_due(wib(2027, 1, 4, "14.00"), CALENDAR)

    assert found.at == wib(2027, 1, 6, "16.00")
    assert "5 Jan" in found.explanation


def test_levels_fire_at_openings_and_at_the_due_instant() -> None:
    levels = levels_of(SCHEDULE, wib(2027, 1, 13, "16.00"), wib(2027, 1, 7, "16.00"), CALENDAR)

    assert levels == [
        ("3 hari sebelum", "pengingat", 0, wib(2027, 1, 8, "07.30")),
        ("1 hari sebelum", "pengingat", 0, wib(2027, 1, 12, "07.30")),
        ("saat tenggat", "pengingat", 0, wib(2027, 1, 13, "16.00")),
        ("1 hari sesudah", "eskalasi", 1, wib(2027, 1, 14, "07.30")),
        ("3 hari sesudah", "eskalasi", 2, wib(2027, 1, 18, "07.30")),
    ]


def test_levels_at_or_before_activation_are_dropped() -> None:
    due_at = wib(2027, 1, 13, "16.00")

    exactly_at = levels_of(SCHEDULE, due_at, wib(2027, 1, 12, "07.30"), CALENDAR)
    after_the_limit = levels_of(SCHEDULE, due_at, wib(2027, 1, 14, "09.00"), CALENDAR)

    assert [level[0] for level in exactly_at] == ["saat tenggat", "1 hari sesudah", "3 hari sesudah"]
    assert [level[:3] for level in after_the_limit] == [("3 hari sesudah", "eskalasi", 2)]


def test_escalations_rank_by_time_and_a_level_named_twice_fires_once() -> None:
    schedule = Schedule.model_validate(
        {"pengingat": ["1 hari sesudah"], "eskalasi": ["3 hari sesudah", "1 hari sesudah"]}
    )

    levels = levels_of(schedule, wib(2027, 1, 13, "16.00"), wib(2027, 1, 12, "16.00"), CALENDAR)

    assert sorted(level[:3] for level in levels) == [
        ("1 hari sesudah", "eskalasi", 1),
        ("3 hari sesudah", "eskalasi", 2),
    ]


def test_without_levels_nobody_is_reminded() -> None:
    no_levels = Schedule.model_validate({})

    assert levels_of(no_levels, wib(2027, 1, 13, "16.00"), wib(2027, 1, 4, "07.30"), CALENDAR) == []


@pytest.mark.parametrize(
    ("waktu", "shortest", "longest"),
    [
        ("30 menit", 30, 30),
        ("2 jam", 120, 120),
        ("1-3 hari", 450, 1350),
        ("7 hari kalender", 2250, 2250),
        ("8 hari kalender", 2700, 2700),
        ("1 bulan", 9900, 9900),
    ],
)
def test_durations_are_measured_in_days_of_450_minutes(waktu: str, shortest: int, longest: int) -> None:
    duration = parse_duration(waktu)

    assert (duration_minutes(duration, longest=False), duration_minutes(duration)) == (shortest, longest)


@settings(deadline=None)
@given(waktu=durations, earlier=instants, later=instants)
def test_work_begun_later_is_never_due_earlier(waktu: object, earlier: datetime, later: datetime) -> None:
    earlier, later = sorted((earlier, later))

    assert due_of(waktu, earlier, CALENDAR).at <= due_of(waktu, later, CALENDAR).at  # type: ignore[arg-type, union-attr]


@settings(deadline=None)
@given(waktu=durations, since=instants)
def test_work_is_due_after_it_began_within_working_hours(waktu: object, since: datetime) -> None:
    found = due_of(waktu, since, CALENDAR)  # type: ignore[arg-type]

    assert found is not None
    day = CALENDAR.local_day(found.at)
    assert since < found.at
    assert CALENDAR.is_working_day(day)
    assert CALENDAR.opening(day) < found.at <= CALENDAR.closing(day)
