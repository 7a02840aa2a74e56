"""What the calendar of a year makes of an SOP: when its cases end, which limits they pass, what is unsettled."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_engine.domain.deadlines import due_of, limit_instants
from sop_engine.domain.definition import Definition
from sop_engine.files.calendars import national_calendar, read_decrees
from sop_engine.files.check import Checked, check_file
from sop_engine.files.lints import CALENDAR_LINTS, lint_calendar
from sop_engine.files.lints.outlook import Outlook, outlook, year_of
from tests.files.test_lints import a_stage, an_sop, branches

WORKFLOWS = Path(__file__).parents[2] / "workflows"
SOP_396 = "396-ort06-3601-2023.yaml"
DECREES = read_decrees(WORKFLOWS / "kalender")
DRAFT = "    kegiatan: Menyusun draf LKj (Bab I-IV dan lampiran)"  # the stage with `waktu: 3 hari`


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A copy of the shipped SOP with its organisation and its decrees."""
    for part in ("organisasi", "kalender"):
        shutil.copytree(WORKFLOWS / part, tmp_path / part)
    shutil.copy(WORKFLOWS / SOP_396, tmp_path)
    return tmp_path


def edited(office: Path, *changes: tuple[str, str], year: int | None = 2026) -> Checked:
    file = office / SOP_396
    text = file.read_text("utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    file.write_text(text, "utf-8")
    return check_file(file, year)


def told(checked: Checked, code: str) -> dict[str, str]:
    return {problem.path: problem.message for problem in checked.problems if problem.code == code}


def ahead(definition, year: int | None = 2026) -> Outlook:
    return outlook(definition, year, lambda first, last: national_calendar(first, last, DECREES))


def messages(definition, year: int | None = 2026) -> list[str]:
    return [problem.message for problem in lint_calendar(ahead(definition, year))]


def scheduled(*steps, **jadwal):
    return an_sop(*steps, jadwal={"mulai": "hari kerja pertama Januari tahun berikutnya", **jadwal})


def limit(stage: str, tanggal: str, **keys: str) -> dict[str, str]:
    return {"id": "surat", "tahap": stage, "tanggal": tanggal, **keys}


# -- the shipped SOP ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "start", "end"),
    [  # the golden plans of the document
        (2023, date(2024, 1, 2), date(2024, 1, 26)),
        (2024, date(2025, 1, 2), date(2025, 1, 31)),
        (2025, date(2026, 1, 2), date(2026, 1, 29)),
        (2026, date(2027, 1, 4), date(2027, 1, 29)),
    ],
)
def test_a_year_begins_and_ends_as_planned_and_keeps_its_limits(year, start, end, office):
    checked = edited(office, year=year)

    assert checked.outlook
    [case] = checked.outlook.cases
    assert (case.start, case.shortest, case.longest) == (start, end, end)
    assert told(checked, "BATAS_TERLAMPAUI") == {}
    assert told(checked, "KALENDER_BELUM_DITETAPKAN") == {}
    assert (told(checked, "BATAS_HARI_LIBUR") == {}) == (year in (2023, 2024))  # then the last of February is worked


def test_without_a_year_it_is_that_of_the_printed_date(office):
    checked = edited(office, year=None)

    assert checked.outlook
    assert checked.outlook.year == 2023


def test_a_limit_is_passed_when_a_stage_takes_longer(office):
    checked = edited(
        office, (DRAFT, DRAFT.replace("kegiatan", "waktu: 6 hari\n    kegiatan")), ("    waktu: 3 hari\n", "")
    )

    assert told(checked, "BATAS_TERLAMPAUI") == {
        "jadwal.batas.surat": "dengan kalender 2027 batas surat (29 Januari 2027) terlampaui 2 hari kerja bila "
        "setiap tahap memakai waktunya penuh; persingkat `waktu` tahap-tahap sebelumnya, atau mulai lebih awal"
    }
    assert checked.ok


def test_a_limit_by_law_on_a_day_off_says_on_which_day_it_falls(office):
    found = told(edited(office), "BATAS_HARI_LIBUR")

    assert found == {
        "jadwal.batas.undang_undang": "batas undang_undang Minggu, 28 Februari 2027 jatuh pada akhir pekan, "
        "sehingga berlaku hari kerja sebelumnya; rencanakan dengan Jumat, 26 Februari 2027"
    }


def test_other_limits_on_a_day_off_are_no_fault_but_their_day_is_known(office):
    outlook = edited(office).outlook

    assert outlook
    [letter, _] = outlook.cases[0].limits
    assert (letter.day, letter.falls_on) == (date(2027, 1, 31), date(2027, 1, 29))


def test_a_year_without_a_decree_is_an_estimate(office):
    assert told(edited(office, year=2030), "KALENDER_BELUM_DITETAPKAN") == {
        "jadwal.mulai": "kalender 2031 belum ditetapkan keputusan bersama; hari liburnya masih perkiraan, "
        "tambahkan keputusan itu di folder `kalender` bila sudah terbit"
    }


def test_a_decree_beside_the_file_counts(office):
    (office / "kalender" / "2031.yaml").write_text(
        "format: kalender/1\nid: skb-2031\ndasar: Keputusan Bersama 2031\ntahun: [2031]\n"
        "libur: [{tanggal: 2031-01-06, nama: Cuti bersama, jenis: cuti_bersama}]\n",
        "utf-8",
    )
    checked = edited(office, year=2030)

    assert told(checked, "KALENDER_BELUM_DITETAPKAN") == {}
    assert checked.outlook
    assert checked.outlook.calendar.reason_off(date(2031, 1, 6)) == "Cuti bersama"


def test_without_a_folder_of_decrees_every_year_is_an_estimate(office):
    shutil.rmtree(office / "kalender")

    assert "2027" in told(edited(office), "KALENDER_BELUM_DITETAPKAN")["jadwal.mulai"]


@pytest.mark.parametrize(
    ("written", "code"), [("format: kalender/1\nid: skb\n", "KUNCI_KURANG"), (None, "BERKAS_TAK_TERBACA")]
)
def test_a_faulty_decree_is_told_in_its_own_file(written, code, office):
    broken = office / "kalender" / "2028.yaml"
    broken.mkdir() if written is None else broken.write_text(written, "utf-8")

    checked = edited(office)

    assert (code, str(broken)) in {(problem.code, problem.file) for problem in checked.problems}
    assert not checked.ok
    assert checked.working_days is None


def test_a_file_with_errors_is_not_laid_on_a_calendar(office):
    assert (
        edited(office, ("penanggungjawab: sekretaris\norganisasi", "penanggungjawab: siapa\norganisasi")).outlook
        is None
    )


# -- which year, which cases -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("jadwal", "printed", "year"),
    [
        (None, "2026-05-04", None),
        ({"siklus": "per_permohonan"}, "2026-05-04", None),
        ({"siklus": "bulanan"}, "2026-05-04", 2026),
        ({"siklus": "bulanan"}, "2026", 2026),
        ({"siklus": "bulanan"}, "", None),
        ({"siklus": "bulanan"}, "1926-05-04", None),
    ],
)
def test_only_a_schedule_by_years_has_a_year_of_its_own(jadwal, printed, year):
    written = an_sop(a_stage("a"), **({"jadwal": jadwal} if jadwal else {})).dump()
    written["identitas"]["tanggal_efektif"] = printed

    assert year_of(Definition.model_validate(written)) == year


@pytest.mark.parametrize(
    ("siklus", "mulai", "starts"),
    [
        ("tahun_anggaran", None, [date(2026, 1, 2)]),
        ("sekali", "2027-08-14", [date(2027, 8, 16)]),
        ("per_permohonan", None, [date(2026, 1, 2)]),
        ("semesteran", None, [date(2026, 1, 2), date(2026, 7, 1)]),
        ("triwulan", "tanggal 10", [date(2026, 1, 12), date(2026, 4, 10), date(2026, 7, 10), date(2026, 10, 12)]),
    ],
)
def test_a_year_has_the_cases_of_its_cycle(siklus, mulai, starts):
    jadwal = {"siklus": siklus} | ({"mulai": mulai} if mulai else {})

    assert [case.start for case in ahead(an_sop(a_stage("a", waktu="1 hari"), jadwal=jadwal)).cases] == starts


def test_of_many_cases_the_worst_is_told():
    definition = an_sop(
        a_stage("a", waktu="15 hari"),
        jadwal={"siklus": "bulanan", "mulai": "hari kerja pertama bulan", "batas": [limit("a", "tanggal 22")]},
    )

    [message] = messages(definition)

    assert len(ahead(definition).cases) == 12
    assert message.startswith(
        "dengan kalender 2026 batas surat (17 Maret 2026) terlampaui 3 hari kerja bila"
    )  # Nyepi, Idulfitri
    assert "dalam siklus yang mulai 2 Maret 2026" in message


# -- limits ------------------------------------------------------------------------------------------


WAYS = [
    a_stage(
        "a", waktu="1 hari", keputusan={"tanya": "?", "cepat": "ke c", "lambat": "lanjut", "ulang": "kembali ke a"}
    ),
    a_stage("b", waktu="10 hari"),
    a_stage("c", waktu="1 hari"),
]


@pytest.mark.parametrize(
    ("tanggal", "words"),
    [  # from Monday 4 January 2027, the fifth is off: c ends on the 6th or the 20th
        ("2027-01-20", None),
        ("2027-01-18", "terlampaui 2 hari kerja pada jalur terpanjang bila"),
        ("2027-01-04", "terlampaui 11 hari kerja pada jalur terpanjang dan 1 hari kerja pada jalur tersingkat bila"),
    ],
)
def test_the_longest_and_the_shortest_way_are_told_apart(tanggal, words):
    found = messages(scheduled(*WAYS, batas=[limit("c", tanggal)]))

    assert (not found) if words is None else (words in found[0])


def test_a_limit_after_a_stage_needs_no_year():
    steps = [a_stage("a", waktu="1 hari"), a_stage("b", waktu="7 hari")]
    definition = an_sop(*steps, jadwal={"siklus": "per_permohonan", "batas": [limit("b", "5 hari sesudah a")]})

    [message] = messages(definition, None)

    assert message.startswith("batas surat terlampaui 2 hari kerja bila setiap tahap memakai waktunya penuh;")


def test_without_a_year_a_date_is_not_judged():
    assert messages(scheduled(a_stage("a", waktu="400 hari"), batas=[limit("a", "1 Maret")]), None) == []


@pytest.mark.parametrize(
    ("steps", "end"),
    [
        ([a_stage("a", waktu="1 hari"), a_stage("b", waktu="1 hari", tidak_sebelum="2027-01-09")], date(2027, 1, 11)),
        ([a_stage("a", waktu="2 hari"), a_stage("b", tidak_sebelum="3 hari sesudah a")], date(2027, 1, 11)),
        ([branches([a_stage("a", waktu="3 hari")], [a_stage("b", waktu="1 hari")])], date(2027, 1, 7)),
        ([a_stage("a", waktu="5 hari kalender"), a_stage("b", waktu="1 hari", bila="Perlu?")], date(2027, 1, 11)),
        ([a_stage("a")], date(2027, 1, 4)),
    ],
)
def test_the_end_counts_holidays_earliest_dates_and_branches(steps, end):
    assert ahead(scheduled(*steps)).cases[0].longest == end


def test_an_excess_beyond_the_years_looked_at_is_only_called_larger():
    steps = [a_stage(f"t{n}", waktu="24 bulan") for n in range(40)]

    [excess, *_] = messages(scheduled(*steps, batas=[limit("t39", "31 Januari")]))

    assert "terlampaui lebih dari " in excess


@given(
    st.lists(
        st.sampled_from(["1 hari", "3 hari", "5 jam", "30 menit", "9 hari kalender", "1 bulan"]), min_size=1, max_size=8
    )
)
def test_the_end_is_that_of_the_engines_own_due_dates(waktu):
    stages = [a_stage(f"t{n}", waktu=text) for n, text in enumerate(waktu)]
    definition = scheduled(*stages, batas=[limit(f"t{len(waktu) - 1}", "28 Februari")])
    found = ahead(definition)
    calendar, [case] = found.calendar, found.cases
    at = calendar.opening(case.start)
    for stage in definition.stages():
        due = due_of(stage.duration, at, calendar)
        assert due
        at = due.at
    cut = limit_instants(definition.schedule, calendar, case.start, 2026, {}, {})["surat"]

    assert case.longest == case.shortest == calendar.local_day(at)
    assert calendar.closing(case.limits[0].falls_on) == cut
    assert (case.limits[0].late[1] > 0) == (at > cut)


def test_each_lint_of_the_calendar_has_a_sentence_of_its_own():
    assert len({check.__doc__ for check in CALENDAR_LINTS}) == len(CALENDAR_LINTS)
