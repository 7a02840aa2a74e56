"""Calendars from the holiday package and decree files, the shipped ones among them."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from sop_engine.domain.calendar import WorkCalendar
from sop_engine.errors import DefinitionInvalid
from sop_engine.files.calendars import Decree, amended, national_calendar, read_decrees
from sop_engine.files.reader import read

KALENDER = Path(__file__).parents[2] / "workflows" / "kalender"
SHIPPED = read_decrees(KALENDER)
CUTI_BERSAMA = {2024: 10, 2025: 11, 2026: 8, 2027: 8}


def decree(body: str) -> Decree:
    """A decree file with a head and the given rest."""
    head = "format: kalender/1\nid: uji\ndasar: Keputusan Nomor 1 Tahun 2027\n"
    return read((head + body).encode(), "uji.yaml", Decree)


def problem_of(body: str) -> str:
    """What a faulty decree file is told."""
    with pytest.raises(DefinitionInvalid) as caught:
        decree(body)
    return str(caught.value)


def test_every_shipped_decree_says_honestly_that_it_is_a_reconstruction() -> None:
    assert [shipped.years for shipped in SHIPPED] == [(2024,), (2025,), (2026,), (2027,)]
    assert all(shipped.provenance == "rekonstruksi" and shipped.source for shipped in SHIPPED)


def test_no_ramadan_range_is_shipped() -> None:
    assert not any(shipped.ramadan for shipped in SHIPPED)


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda shipped: shipped.id)
def test_shipped_days_agree_with_the_package_and_list_all_cuti_bersama(shipped: Decree) -> None:
    year = shipped.years[0]
    of_package = national_calendar(year, year, ()).days_off
    joint = {off.day for off in shipped.days_off if off.kind == "cuti_bersama"}

    assert joint == {day for day, name in of_package.items() if name.startswith("Cuti Bersama")}
    assert len(joint) == CUTI_BERSAMA[year]
    assert {off.day for off in shipped.days_off} <= set(of_package)


@pytest.mark.parametrize(
    ("first", "until", "days"),
    [
        (date(2024, 1, 1), date(2024, 2, 1), 22),
        (date(2024, 1, 1), date(2024, 3, 1), 40),
        (date(2025, 1, 1), date(2025, 2, 1), 19),
        (date(2025, 1, 1), date(2025, 3, 1), 39),
        (date(2026, 1, 1), date(2026, 2, 1), 20),
        (date(2026, 1, 1), date(2026, 3, 1), 38),
        (date(2027, 1, 1), date(2027, 2, 1), 19),
        (date(2027, 1, 1), date(2027, 3, 1), 38),
    ],
)
def test_the_first_months_have_the_working_days_of_the_decrees(first: date, until: date, days: int) -> None:
    calendar = WorkCalendar(national_calendar(2024, 2027, SHIPPED), "Asia/Jakarta")
    span = [first + timedelta(days=number) for number in range((until - first).days)]

    assert sum(calendar.is_working_day(day) for day in span) == days


def test_election_days_and_cuti_bersama_are_off() -> None:
    days_off = national_calendar(2024, 2027, SHIPPED).days_off

    assert days_off[date(2024, 2, 14)] == "Hari Pemilihan Umum"
    assert days_off[date(2024, 11, 27)] == "Hari Pemilihan Kepala Daerah"
    assert days_off[date(2027, 3, 9)] == "Cuti bersama Idulfitri"


def test_estimates_lose_their_mark_but_their_year_stays_unconfirmed() -> None:
    data = national_calendar(2027, 2029, SHIPPED)
    calendar = WorkCalendar(data, "Asia/Jakarta")

    assert not any("perkiraan" in name or "Hari kedua" in name for name in data.days_off.values())
    assert data.days_off[date(2028, 2, 28)] == "Hari Raya Idul Fitri"
    assert calendar.unconfirmed_years(date(2027, 6, 1), date(2028, 1, 3)) == [2028]
    assert "2027" in data.confirmed[2027]


def test_a_decree_in_mid_year_adds_a_day_and_takes_one_back() -> None:
    change = decree(
        "libur:\n  - {tanggal: 2027-08-18, nama: Cuti bersama tambahan, jenis: cuti_bersama}\nhapus:\n  - 2027-12-24\n"
    )

    data = national_calendar(2027, 2027, [*SHIPPED, change])

    assert data.days_off[date(2027, 8, 18)] == "Cuti bersama tambahan"
    assert date(2027, 12, 24) not in data.days_off
    assert list(data.days_off) == sorted(data.days_off)


def test_a_decree_laid_over_a_calendar_keeps_the_rest_and_does_so_once() -> None:
    calendar = national_calendar(2026, 2027, SHIPPED)
    change = decree(
        "tahun: [2027]\nramadan:\n  - {mulai: 2027-02-08, akhir: 2027-03-09, dasar: Keputusan Menteri Agama Nomor 1}\n"
    )

    once = amended(calendar, [change])

    assert once == amended(once, [change])
    assert once.days_off == calendar.days_off
    assert [month.decree for month in once.ramadan] == ["Keputusan Menteri Agama Nomor 1"]
    assert once.confirmed[2027] == calendar.confirmed[2027] + "; Keputusan Nomor 1 Tahun 2027"


def test_a_decree_may_set_hours() -> None:
    data = national_calendar(2027, 2027, [decree("jam_kerja:\n  jumat: [07.00-11.00, 13.00-16.00]\n")])
    friday = WorkCalendar(data, "Asia/Jakarta").periods(date(2027, 1, 8))

    assert sum((end - start for start, end in friday), timedelta()) == timedelta(hours=7)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (
            "tahun: [2027]\nlibur:\n  - {tanggal: 2026-08-18, nama: Salah tahun}\n",
            "2026-08-18 di luar `tahun`",
        ),
        ("libur:\n  - {tanggal: 18 Agustus, nama: Tanpa tahun}\n", "tulis tanggal sebagai `2027-03-09`"),
        ("libur:\n  - {tanggal: 2027-02-30, nama: Tidak ada}\n", "tulis tanggal sebagai `2027-03-09`"),
        ("libur:\n  - {tanggal: 2027-08-18, nama: A}\nhapus: [2027-08-18]\n", "ditulis dua kali"),
        ("ramadan:\n  - {mulai: 2027-02-08, akhir: 2027-05-09, dasar: KMA}\n", "29 atau 30 hari"),
        ("ramadan:\n  - {mulai: 2027-02-08, akhir: 2027-03-09}\n", "dasar"),
        ("tahun: [20277]\n", "tulis tahun dengan empat angka, misalnya `2027`"),
        ("hapus: [2027-08-18, 2027-08-18]\n", "ditulis dua kali"),
    ],
)
def test_a_faulty_decree_is_refused_with_its_place(body: str, sentence: str) -> None:
    told = problem_of(body)

    assert sentence in told
    assert told.startswith("uji.yaml:")
