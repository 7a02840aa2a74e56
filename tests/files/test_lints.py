"""What only a whole definition can be wrong about (more in tests/files); and how long an SOP takes."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_engine.domain.calendar import CalendarData, WorkCalendar, WorkHours
from sop_engine.domain.deadlines import due_of
from sop_engine.domain.definition import Definition
from sop_engine.domain.expressions import parse_duration
from sop_engine.domain.organisation import Organisation
from sop_engine.files.lints import LINTS, lint, lint_organisation
from sop_engine.files.lints.working_days import working_days

RULE_1 = {"butir": 7, "aturan": "dilaksanakan_setiap_bagian", "teks": "Di setiap bagian."}


def a_stage(name, **keys):
    who = {} if "untuk_setiap" in keys else {"pelaksana": "staf"}
    return {"id": name, "kegiatan": f"Kegiatan {name}", **who, **keys}


def an_sop(*steps, **keys):
    return Definition.model_validate(
        {
            "format": "sop/1",
            "sop": "uji",
            "identitas": {"nomor": "1", "nama": "Uji", "disahkan_oleh": {"jabatan": "kepala"}},
            "penanggungjawab": "kepala",
            "organisasi": "uji",
            "tahapan": steps,
            **keys,
        }
    )


def an_organisation(**keys):
    return Organisation.model_validate(
        {
            "format": "organisasi/1",
            "id": "uji",
            "nama": "Uji",
            "unit": {"a": {"nama": "A"}, "b": {"nama": "B"}, "c": {"nama": "C"}},
            "jabatan": {
                "kepala": {"nama": "Kepala", "unit": "a"},
                "staf": {"nama": "Staf", "unit": "b", "atasan": "kepala"},
                "warga": {"nama": "Warga", "unit": "c", "luar": "ya", "dicatat_oleh": "staf"},
            },
            **keys,
        }
    )


def branches(*lists, **keys):
    return {"paralel": {"id": "blok", "cabang": lists, **keys}}


def codes(definition, organisation=None):
    return {(problem.code, problem.path) for problem in lint(definition, organisation) if problem.severity == "error"}


def test_each_lint_has_a_sentence_of_its_own():
    assert len({check.__doc__ for check in LINTS}) == len(LINTS)


def test_without_an_organisation_only_the_definition_is_judged():
    assert codes(an_sop(a_stage("a", pelaksana="siapa"), ketentuan=[RULE_1])) == set()


def test_rule_1_counts_performers_members_of_bodies_and_those_who_are_told():
    organisation = an_organisation(kelompok={"tim": {"nama": "Tim", "anggota": ["kepala", "staf"]}})

    assert codes(an_sop(a_stage("a", pelaksana="tim"), ketentuan=[RULE_1]), organisation) == set()
    assert codes(an_sop(a_stage("a"), ketentuan=[RULE_1], mengetahui=["a"]), organisation) == set()


def test_rule_1_names_the_missing_unit_and_its_clause():
    [problem] = [p for p in lint(an_sop(a_stage("a"), ketentuan=[RULE_1]), an_organisation()) if p.severity == "error"]

    assert (problem.code, problem.clause) == ("UNIT_TANPA_TUGAS", 7)
    assert "«a»" in problem.message  # unit c holds nobody but an outside party


def test_without_rule_1_no_unit_is_missed():
    assert codes(an_sop(a_stage("a")), an_organisation()) == set()


def test_a_unit_nobody_belongs_to_is_missed_too():
    organisation = an_organisation(
        unit={"a": {"nama": "A"}, "b": {"nama": "B"}, "c": {"nama": "C"}, "d": {"nama": "D"}}
    )
    definition = an_sop(a_stage("a"), ketentuan=[RULE_1], mengetahui=["a"])

    assert codes(definition, organisation) == {("UNIT_TANPA_TUGAS", "mengetahui")}


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([a_stage("a", lalu="selesai"), a_stage("b")], {("TAK_TERCAPAI", "tahapan.b")}),
        (
            [a_stage("a", bila="Perlu?", lalu="ke c"), a_stage("b"), a_stage("c")],
            {("TAK_TERCAPAI", "tahapan.b")},
        ),
        (
            [a_stage("a"), a_stage("b", keputusan={"tanya": "?", "x": "kembali ke a", "y": "kembali ke b"})],
            {("TAK_BERUJUNG", "tahapan.a"), ("TAK_BERUJUNG", "tahapan.b")},
        ),
        (
            [branches([a_stage("a", lalu="selesai"), a_stage("b")], [a_stage("c")]), a_stage("d")],
            {("TAK_TERCAPAI", "tahapan.b")},
        ),
        (
            [branches([a_stage("a", lalu="ke d"), a_stage("b"), a_stage("d")], [a_stage("c")])],
            {("TAK_TERCAPAI", "tahapan.b")},
        ),
        (
            [branches([a_stage("a")], [a_stage("b", lalu="ke c")]), a_stage("c")],
            {("TUJUAN_LUAR_DAFTAR", "tahapan.b.lalu")},
        ),
    ],
)
def test_the_flow_reaches_every_stage_and_its_end(steps, expected):
    assert expected <= codes(an_sop(*steps))


def test_a_stage_may_repeat_itself():
    assert codes(an_sop(a_stage("a", keputusan={"tanya": "?", "ulang": "kembali ke a", "cukup": "lanjut"}))) == set()


def test_outputs_may_be_used_by_any_later_stage():
    def used(last):
        steps = [a_stage("a", keluaran="Notula rapat"), a_stage("b", kelengkapan="Undangan"), last]
        return "KELUARAN_TAK_TERPAKAI" not in {problem.code for problem in lint(an_sop(*steps))}

    assert used(a_stage("c", kelengkapan="NOTULA dan daftar hadir"))
    assert not used(a_stage("c", kelengkapan="Daftar hadir"))


@pytest.mark.parametrize(("output", "wanted", "told"), [("Bukti", "bukti", False), ("Surat", "Surat tugas", True)])
def test_an_output_called_by_a_common_word_alone_is_found_by_it(output, wanted, told):
    found = lint(an_sop(a_stage("a", keluaran=output), a_stage("b", kelengkapan=wanted)))

    assert ("KELUARAN_TAK_TERPAKAI" in {problem.code for problem in found}) is told


def test_a_circle_of_superiors_is_told_once():
    positions = {name: {"nama": name, "atasan": up} for name, up in [("x", "y"), ("y", "z"), ("z", "x"), ("w", "x")]}

    found = lint_organisation(an_organisation(jabatan=positions))

    assert [problem.code for problem in found] == ["ATASAN_BERPUTAR"]


# -- how many working days ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("waktu", "days"),
    [
        (["1 hari"], 1),
        (["1-3 hari"], 3),
        (["30 menit"], 1),
        (["450 menit"], 1),
        (["451 menit"], 2),
        (["8 jam"], 2),
        (["1 hari", "1 hari"], 2),
        (["30 menit", "1 hari"], 2),  # begun in the middle of Monday: the day after is the first
        (["30 menit", "1 hari", "30 menit"], 3),
        (["5 hari kalender"], 5),  # Monday + 5 = Saturday, back to Friday
        (["7 hari kalender"], 6),
        (["1 hari kalender", "1 hari kalender"], 3),  # never before the end of the next working day
        (["3 hari", "3 hari kalender"], 5),  # Wednesday + 3 = Saturday
        (["1 bulan"], 24),  # Monday 1 January to Thursday 1 February
        ([None, "1 hari"], 1),
    ],
)
def test_every_run_uses_all_its_time(waktu, days):
    stages = [a_stage(f"t{n}", **({"waktu": text} if text else {})) for n, text in enumerate(waktu)]

    assert working_days(an_sop(*stages)) == (days, days)


@given(st.lists(st.tuples(st.integers(1, 40), st.sampled_from(["menit", "jam", "hari", "hari kalender", "bulan"]))))
def test_the_count_agrees_with_the_due_dates_of_a_year_without_holidays(durations):
    texts = [f"{min(count, 24)} {unit}" for count, unit in durations[:6]]
    weeks = WorkCalendar(CalendarData(days_off={}, confirmed={}, ramadan=(), hours=WorkHours()), "Asia/Jakarta")
    monday = weeks.opening(date(2001, 1, 1))
    at = monday
    for text in texts:
        due = due_of(parse_duration(text), at, weeks)
        assert due
        at = due.at

    shortest, _ = working_days(an_sop(*(a_stage(f"t{n}", waktu=text) for n, text in enumerate(texts or ["1 hari"]))))

    worked = sum(weeks.is_working_day(day) for day in days_until(weeks.local_day(at))) if texts else 1
    assert shortest == worked


def days_until(last):
    return [date(2001, 1, 1) + timedelta(days=n) for n in range((last - date(2001, 1, 1)).days + 1)]


@pytest.mark.parametrize(
    ("steps", "shortest", "longest"),
    [
        ([a_stage("a", waktu="2 hari", bila="Perlu?"), a_stage("b", waktu="1 hari")], 1, 3),
        (
            [
                a_stage(
                    "a",
                    waktu="1 hari",
                    keputusan={"tanya": "?", "x": "lanjut", "y": "selesai", "z": "kembali ke a"},
                ),
                a_stage("b", waktu="5 hari"),
            ],
            1,
            6,
        ),
        (
            [
                a_stage("a", waktu="1 hari", keputusan={"tanya": "?", "x": "ke b", "y": "ke c"}),
                a_stage("b", waktu="9 hari", lalu="selesai"),
                a_stage("c", waktu="2 hari"),
            ],
            3,
            10,
        ),
        ([branches([a_stage("a", waktu="2 hari")], [a_stage("b", waktu="5 hari")])], 5, 5),
        ([branches([a_stage("a", waktu="2 hari")], [a_stage("b", waktu="5 hari")], selesai_bila="1")], 2, 2),
        ([a_stage("a", untuk_setiap=["x", "y"], waktu="4 hari", selesai_bila="1")], 4, 4),
    ],
)
def test_the_shortest_and_the_longest_way(steps, shortest, longest):
    assert working_days(an_sop(*steps)) == (shortest, longest)
