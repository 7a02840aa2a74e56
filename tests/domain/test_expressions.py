"""Words of time: what may be written, what it means, and what the sentence of a refusal says."""

from datetime import date

import pytest

from sop_engine.domain.expressions import (
    AfterStage,
    Duration,
    FixedDate,
    Level,
    MonthlyDate,
    WorkdayDate,
    YearlyDate,
    parse_date_rule,
    parse_duration,
    parse_level,
)


@pytest.mark.parametrize(
    ("text", "unit", "shortest", "longest"),
    [
        ("30 menit", "menit", 30, 30),
        ("2 jam", "jam", 2, 2),
        ("1 hari", "hari", 1, 1),
        ("1-3 hari", "hari", 1, 3),
        ("1 - 3 hari", "hari", 1, 3),
        ("1\N{EN DASH}3 hari", "hari", 1, 3),
        ("5 hari kalender", "hari kalender", 5, 5),
        ("2 bulan", "bulan", 2, 2),
        ("400 hari", "hari", 400, 400),
    ],
)
def test_a_duration_keeps_its_text_and_range(text: str, unit: str, shortest: int, longest: int) -> None:
    assert parse_duration(text) == Duration(text, unit, shortest, longest)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hari",
        "0 hari",
        "-1 hari",
        "1,5 jam",
        "1.5 jam",
        "1 minggu",
        "satu hari",
        "1 hari kerja",
        "1hari",
        "\u0661 hari",
    ],
)
def test_a_duration_of_another_shape_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match=r"tulis bilangan bulat dan satuannya, misalnya `30 menit`"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["3-1 hari", "3-3 hari"])
def test_a_range_that_does_not_rise_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="dari yang kecil ke yang besar, misalnya `1-3 hari`"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("401 hari", "400 hari"),
        ("1-999999 hari", "400 hari"),
        ("25 bulan", "24 bulan"),
        ("10001 menit", "10000 menit"),
    ],
)
def test_an_absurd_duration_is_refused(text: str, most: str) -> None:
    with pytest.raises(ValueError, match=f"terlalu lama; tulis paling banyak {most}"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "days"),
    [("3 hari sebelum", -3), ("saat tenggat", 0), ("1 hari sesudah", 1), ("90 hari sesudah", 90)],
)
def test_a_level_counts_days_from_the_due_day(text: str, days: int) -> None:
    assert parse_level(text) == Level(text, days)


@pytest.mark.parametrize("text", ["3 hari", "sebelum", "0 hari sebelum", "2 jam sebelum", "tenggat"])
def test_a_level_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="tulis `3 hari sebelum`, `saat tenggat` atau `1 hari sesudah`"):
        parse_level(text)


def test_an_absurd_level_is_refused() -> None:
    with pytest.raises(ValueError, match="91 terlalu besar; tulis 1 sampai 90"):
        parse_level("91 hari sebelum")


@pytest.mark.parametrize(
    "rule",
    [
        FixedDate("2027-01-25", date(2027, 1, 25)),
        YearlyDate("31 Januari", 1, 31),
        YearlyDate("akhir Februari", 2, None),
        YearlyDate("1 maret", 3, 1),
        MonthlyDate("tanggal 5", 5, False),
        MonthlyDate("tanggal 5 bulan berikutnya", 5, True),
        WorkdayDate("hari kerja pertama Januari", 1, 1, False),
        WorkdayDate("hari kerja pertama Januari tahun berikutnya", 1, 1, True),
        WorkdayDate("hari kerja ke-10 Juli", 10, 7, False),
        WorkdayDate("hari kerja ke-5 bulan", 5, None, False),
        WorkdayDate("hari kerja pertama bulan berikutnya", 1, None, True),
        AfterStage("sesudah pleno", "pleno", 0),
        AfterStage("3 hari sesudah rapat_persiapan", "rapat_persiapan", 3),
    ],
    ids=lambda rule: rule.text,
)
def test_every_form_of_a_date_is_read(rule: FixedDate) -> None:
    assert parse_date_rule(rule.text) == rule


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("30 Februari", "tulis tanggal 1 sampai 28 Februari atau `akhir Februari`"),
        ("29 Februari", "tidak ada setiap tahun"),
        ("31 April", "tulis tanggal 1 sampai 30 April"),
        ("2027-02-30", "tidak ada di kalender"),
        ("2027-13-01", "tidak ada di kalender"),
        ("9999-01-01", "tulis tahun 2000 sampai 2100"),
        ("5 Pebruari", "«Pebruari» bukan nama bulan"),
        ("tanggal 32", "tulis 1 sampai 31"),
        ("hari kerja ke-24 Juni", "tulis 1 sampai 23"),
        ("hari kerja pertama bulan tahun berikutnya", "sebut bulannya"),
        ("401 hari sesudah pleno", "tulis 1 sampai 400"),
        ("kapan saja", "tulis tanggal sebagai `31 Januari`"),
        ("31 januari 2027", "tulis tanggal sebagai"),
        ("sesudah Pleno", "tulis tanggal sebagai"),
    ],
)
def test_a_date_that_can_not_be_is_refused_with_what_to_write(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_date_rule(text)
