"""SOPs of other offices, and a made-up one with every form they leave out: from their YAML alone to the end."""

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from sop_engine.application.answer_sign_off import approve
from sop_engine.application.appoint import appoint
from sop_engine.application.claim_task import claim_task
from sop_engine.application.complete_task import complete_task
from sop_engine.application.fire_reminders import fire_reminders
from sop_engine.errors import NotAuthorised, Refusal
from sop_engine.files.check import check_file
from sop_engine.simulation import Choices, simulate
from tests.invariants import check
from tests.office import Office, Place
from tests.strategies import LATER
from tests.web.conftest import browser

FOLDER = Path(__file__).parent.parent / "sop_lain"
MADE_UP = "segala-bentuk"
WARNINGS = {  # of published SOPs most say less than an office needs
    "surat-masuk-pengadilan": {"KELUARAN_TAK_TERPAKAI": 1},
    "pengaduan-puskesmas": {"TANPA_WAKTU": 7},
    "izin-prinsip-dpmptsp": {"TANPA_WAKTU": 1},
    "bantuan-sosial-dinas-sosial": {"TANPA_WAKTU": 1, "KALENDER_BELUM_DITETAPKAN": 1},
    "cuti-akademik-universitas": {"TANPA_WAKTU": 6},
    MADE_UP: {"BATAS_TERLAMPAUI": 1},  # on purpose: the limit cuts what the stage may take
}
PUBLISHED = [name for name in WARNINGS if name != MADE_UP]


@cache
def ran(name: str, said: str = "") -> dict[str, Any]:
    """A simulated case; what is said as `ID=a,b;ID=c`, with `start:DATE` and `late:ID=N` among it."""
    start, late, outcomes = None, dict[str, int](), dict[str, list[str]]()
    for part in filter(None, said.split(";")):
        word, _, rest = part.rpartition(":")
        stage, _, value = rest.partition("=")
        if word == "start":
            start = date.fromisoformat(rest)
        elif word == "late":
            late[stage] = int(value)
        else:
            outcomes[stage] = value.split(",")
    return simulate(FOLDER / f"{name}.yaml", start=start, choices=Choices(late, outcomes))


def way(found: dict[str, Any]) -> str:
    """The stages a case went through, in order; a pass or slot of the one before is not named again."""
    stages = [stage["id"] for stage in found["stages"] if stage["status"] == "completed"]
    return " ".join(stage for stage, before in zip(stages, [None, *stages], strict=False) if stage != before)


def dues(found: dict[str, Any]) -> dict[str, str]:
    """The due instant of each stage's last run, to the minute."""
    return {stage["id"]: (stage["due_at"] or "")[:16] for stage in found["stages"]}


def mails(found: dict[str, Any], stage: str, *kinds: str) -> list[str]:
    """Which position was written to about a stage, `kind position`, in order."""
    about = [mail for mail in found["messages"] if mail["stage"] == stage and mail["kind"] in kinds]
    return [f"{mail['kind']} {mail['to_position']}" for mail in about]


# -- the files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WARNINGS)
def test_the_file_is_sound_and_has_only_its_known_warnings(name: str) -> None:
    found = check_file(FOLDER / f"{name}.yaml").require()

    assert Counter(problem.code for problem in found.problems) == WARNINGS[name]


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_row_says_whether_the_document_or_we_wrote_it(name: str) -> None:
    found = check_file(FOLDER / f"{name}.yaml").require()

    assert found.definition.provenance == "dokumen"
    assert found.definition.source
    assert found.organisation.provenance == "rekonstruksi"
    assert {stage.provenance for stage in found.definition.stages()} == {"dokumen"}
    assert any(stage.reconstructed for stage in found.definition.stages())


# -- every way through --------------------------------------------------------------------------------

CORRECTED = "verifikasi=tidak,ya;peninjauan_lokasi=tidak"
PUT_OFF = "start:2025-06-02;wawancara=tidak;pajak=ya;penilaian=tunda,bersyarat"
WAYS = [
    ("surat-masuk-pengadilan", "", "penerimaan penyortiran pencatatan pengajuan penyampaian"),
    (
        "pengaduan-puskesmas",
        "",
        "penerimaan telaah verifikasi mediasi cek_lokasi tindak_lanjut penyampaian_hasil",
    ),
    (
        "izin-prinsip-dpmptsp",
        CORRECTED,
        "informasi pengisian penerimaan verifikasi pengisian penerimaan verifikasi rapat peninjauan_lokasi"
        " pembayaran penerbitan",
    ),
    (
        "bantuan-sosial-dinas-sosial",
        "",
        "pemberitahuan pengusulan verifikasi penetapan berkas_pencairan pencairan penyerahan pendampingan"
        " pelaporan pertanggungjawaban",
    ),
    ("cuti-akademik-universitas", "", "konsultasi formulir pengajuan penerbitan penyerahan pemasukan_data"),
    ("cuti-akademik-universitas", "konsultasi=tidak", "konsultasi"),
    (
        MADE_UP,
        "",
        "pengajuan pemeriksaan foto_lokasi wawancara pajak pendapat penilaian naskah_hibah pencairan pendampingan",
    ),
    (MADE_UP, "pemeriksaan=bukan_wewenang", "pengajuan pemeriksaan"),
    (
        MADE_UP,
        "pemeriksaan=kurang,mendesak;penilaian=tidak_layak",
        "pengajuan pemeriksaan pengajuan pemeriksaan penilaian penolakan",
    ),
    (
        MADE_UP,
        PUT_OFF,
        "pengajuan pemeriksaan foto_lokasi wawancara pajak pendapat tagihan penilaian"
        " pemeriksaan foto_lokasi wawancara pajak pendapat penilaian naskah_bersyarat pencairan pendampingan",
    ),
]


@pytest.mark.parametrize(("name", "said", "stages"), WAYS)
def test_a_case_goes_through_the_stages_its_outcomes_lead_to(name: str, said: str, stages: str) -> None:
    found = ran(name, said)

    assert way(found) == stages
    assert found["case"]["status"] == "completed"
    assert {mail["status"] for mail in found["messages"]} == {"sent"}
    assert found["audit"]["verified"]


def test_two_runs_are_byte_identical() -> None:
    outcomes = "pemeriksaan=kurang,mendesak;penilaian=tidak_layak"

    assert json.dumps(ran.__wrapped__(MADE_UP, outcomes)) == json.dumps(ran(MADE_UP, outcomes))


# -- dates --------------------------------------------------------------------------------------------

DUES = [
    (  # five rows of one working day each; Friday closes at 16.30
        "surat-masuk-pengadilan",
        "",
        "penerimaan 2014-03-10T16:00, penyortiran 2014-03-11T16:00, pencatatan 2014-03-12T16:00,"
        " pengajuan 2014-03-13T16:00, penyampaian 2014-03-14T16:30",
    ),
    (  # begun before Nyepi and Lebaran, eleven years after the file's own year
        "surat-masuk-pengadilan",
        "start:2025-03-27",
        "penerimaan 2025-03-27T16:00, penyortiran 2025-04-08T16:00, pencatatan 2025-04-09T16:00",
    ),
    (  # minutes, days, a limit after a stage, a range at its top
        "izin-prinsip-dpmptsp",
        CORRECTED,
        "informasi 2024-01-02T07:45, pengisian 2024-01-05T15:40, penerimaan 2024-01-05T16:05,"
        " verifikasi 2024-01-10T16:00, rapat 2024-01-15T16:00, peninjauan_lokasi 2024-01-15T16:00,"
        " pembayaran 2024-01-15T15:45, penerbitan 2024-01-24T16:00",
    ),
    (  # Lebaran in the middle; five calendar days
        "bantuan-sosial-dinas-sosial",
        "",
        "pengusulan 2024-04-04T16:00, verifikasi 2024-04-16T16:00, penetapan 2024-04-19T16:30,"
        " pelaporan 2024-04-25T16:00, pertanggungjawaban 2024-04-30T16:00",
    ),
    (  # Saturday 8 March rolls back; 2 days after `penilaian` cut five; 5 April lies in Lebaran; a month
        MADE_UP,
        "",
        "pengajuan 2025-03-07T16:30, pemeriksaan 2025-03-10T08:00, wawancara 2025-03-10T11:00,"
        " pendapat 2025-03-12T16:00, penilaian 2025-03-17T16:00, naskah_hibah 2025-03-19T16:00,"
        " pencairan 2025-03-27T16:00, pendampingan 2025-05-08T16:00",
    ),
    (MADE_UP, PUT_OFF, "pencairan 2025-07-01T08:00, pendampingan 2025-08-01T16:30"),
]


@pytest.mark.parametrize(("name", "said", "golden"), DUES)
def test_stages_fall_due_when_their_words_of_time_say(name: str, said: str, golden: str) -> None:
    expected = dict(due.split() for due in golden.split(","))
    found = dues(ran(name, said))

    assert {stage: found[stage] for stage in expected} == expected


def test_a_stage_is_not_ended_before_its_day() -> None:
    for found in (ran(MADE_UP), ran(MADE_UP, PUT_OFF)):
        [run] = [stage for stage in found["stages"] if stage["id"] == "pencairan"]
        assert run["activated_at"] < run["completed_at"]
        assert run["completed_at"][:10] in ("2025-04-08", "2025-07-01")  # the first working day of the next month


def test_late_work_is_cut_by_the_limit_that_counts_from_a_stage() -> None:
    run = ran("bantuan-sosial-dinas-sosial", "late:verifikasi=2")["stages"][-1]

    assert run["due_at"][:10] == "2024-04-30"
    assert "dibatasi batas jangka waktu 30 April 2024" in run["due"]


@pytest.mark.parametrize(
    ("name", "offset"),
    [
        ("surat-masuk-pengadilan", "+08:00"),
        ("bantuan-sosial-dinas-sosial", "+07:00"),
        ("cuti-akademik-universitas", "+09:00"),
    ],
)
def test_an_office_works_by_the_clocks_of_its_own_zone(name: str, offset: str) -> None:
    first = ran(name)["stages"][0]

    assert first["activated_at"][11:] == f"07:30:00{offset}"


def test_without_waktu_there_is_no_due_date_and_nobody_is_reminded() -> None:
    found = ran("pengaduan-puskesmas")

    assert {stage["due_at"] for stage in found["stages"]} == {None}
    assert not {mail["kind"] for mail in found["messages"]} & {"pengingat", "terlambat", "eskalasi"}


def test_without_clause_6_a_case_begins_no_earlier_than_the_effective_date() -> None:
    assert ran("surat-masuk-pengadilan")["stages"][0]["activated_at"][:10] == "2014-03-10"

    with pytest.raises(Refusal, match="baru berlaku Senin, 10 Maret 2014"):
        ran("surat-masuk-pengadilan", "start:2014-01-06")


# -- who is told --------------------------------------------------------------------------------------


def test_a_stage_tells_its_tembusan_once_however_many_slots_it_has() -> None:
    assert mails(ran(MADE_UP), "pendapat", "selesai") == ["selesai sekretaris"]


def test_an_outside_party_is_told_through_whoever_records_its_acts() -> None:
    assert mails(ran(MADE_UP), "pengajuan", "penugasan") == ["penugasan petugas_loket"]
    assert mails(ran(MADE_UP), "pemeriksaan", "selesai") == ["selesai petugas_loket"]
    assert "pemohon" not in {mail["to_position"] for mail in ran(MADE_UP)["messages"]}


LATE = [
    (  # waiting for an outside party climbs from the stage's responsible
        "pengajuan",
        "terlambat petugas_loket, eskalasi kabid_koperasi, terlambat petugas_loket, eskalasi kepala_dinas,"
        " terlambat petugas_loket, eskalasi kepala_dinas",
    ),
    (  # of a list each climbs its own way, and nobody is told twice of one level
        "pemeriksaan",
        "terlambat staf_layanan, eskalasi sekretaris, terlambat petugas_loket, eskalasi kabid_usaha,"
        " terlambat staf_layanan, eskalasi kepala_dinas, terlambat petugas_loket",
    ),
    (  # a body climbs from its first member
        "penilaian",
        "terlambat bendahara, eskalasi kepala_dinas, terlambat kabid_usaha, terlambat kabid_koperasi",
    ),
]


@pytest.mark.parametrize(("stage", "told"), LATE)
def test_lateness_climbs_to_whom_the_file_says(stage: str, told: str) -> None:
    slow = "late:pengajuan=4;late:pemeriksaan=2;late:penilaian=1"
    found = ran(MADE_UP, f"pemeriksaan=mendesak;penilaian=tidak_layak;{slow}")

    assert ", ".join(mails(found, stage, "terlambat", "eskalasi")) == told


# -- quorum, sign-offs --------------------------------------------------------------------------------


def test_at_quorum_the_slower_slot_and_branch_become_void_with_what_was_nested_in_them() -> None:
    void = [(stage["id"], stage["position"]) for stage in ran(MADE_UP)["stages"] if stage["status"] == "void"]

    assert void == [("pendapat", "wilayah_timur"), ("ringkasan", "analis_usaha")]


def test_signers_sign_in_order_or_as_many_as_are_needed() -> None:
    found = [(asked["stage"], asked["position"], asked["status"]) for asked in ran(MADE_UP)["sign_offs"]]

    assert found == [
        ("penilaian", "kepala_dinas", "given"),
        ("naskah_hibah", "kabid_usaha", "given"),
        ("naskah_hibah", "sekretaris", "given"),
        ("naskah_hibah", "kepala_dinas", "given"),
        ("pencairan", "sekretaris", "given"),
        ("pencairan", "kabid_usaha", "given"),
        ("pencairan", "kabid_koperasi", "withdrawn"),
    ]


def copied(tmp_path: Path, name: str, *changes: tuple[str, str]) -> Path:
    """A file with its organisations in a folder of its own, some words of either replaced."""
    shutil.copytree(FOLDER, tmp_path / "sop")
    for file in (tmp_path / "sop").rglob("*.yaml"):
        text = file.read_text("utf-8")
        for old, new in changes:
            text = text.replace(old, new)
        file.write_text(text, "utf-8")
    return tmp_path / "sop" / f"{name}.yaml"


def test_a_body_may_be_one_of_those_for_each_of_whom_a_stage_runs(tmp_path: Path) -> None:
    all_of_them = ("koordinator_mutu]", "koordinator_mutu, pengadu]\n    kuorum: 2")
    slots = ("kejadian\n    pelaksana: unit_terkait", "kejadian\n    untuk_setiap: [tim_komplain, unit_terkait]")

    found = simulate(copied(tmp_path, "pengaduan-puskesmas", all_of_them, slots))

    assert [s["position"] for s in found["stages"] if s["id"] == "cek_lokasi"] == ["tim_komplain", "unit_terkait"]
    assert found["case"]["status"] == "completed"
    assert "pengadu" not in {mail["to_position"] for mail in found["messages"]}  # a member, but of no account


def test_people_wait_for_a_day_that_another_branch_settles_while_they_work(tmp_path: Path) -> None:
    beside = ("kepala_dinas\n            waktu: 1 hari", "kepala_dinas\n            waktu: 2 hari")
    day = (beside[1], f"{beside[1]}\n            tidak_sebelum: 3 hari sesudah penyerahan")

    found = simulate(copied(tmp_path, "bantuan-sosial-dinas-sosial", beside, day))

    assert [s["completed_at"][:16] for s in found["stages"] if s["id"] == "pendampingan"] == ["2024-04-30T15:00"]


def test_the_shortest_file_runs(tmp_path: Path) -> None:
    (tmp_path / "organisasi").mkdir()
    (tmp_path / "organisasi" / "pos.yaml").write_text(
        "format: organisasi/1\nid: pos\nnama: Pos\nunit: {}\njabatan: {penjaga: {nama: Penjaga}}\n", "utf-8"
    )
    file = tmp_path / "jaga.yaml"
    file.write_text(
        "format: sop/1\nsop: jaga\nidentitas: {nomor: 1/2027, nama: Jaga, disahkan_oleh: {jabatan: penjaga}}\n"
        "penanggungjawab: penjaga\norganisasi: pos\n"
        "tahapan:\n  - {id: jaga, kegiatan: Berjaga, pelaksana: penjaga}\n",
        "utf-8",
    )

    found = simulate(file)

    assert (found["case"]["status"], found["edition"]["status"]) == ("completed", "in_execution")


def test_the_unit_that_performs_nothing_must_know_of_it(tmp_path: Path) -> None:
    found = check_file(copied(tmp_path, MADE_UP, ("mengetahui: [arsip]\n", "")))

    assert [(p.code, p.clause) for p in found.problems if p.severity == "error"] == [("UNIT_TANPA_TUGAS", 2)]


# -- the made-up SOP, act by act ----------------------------------------------------------------------

STRUCTURE = FOLDER / "organisasi" / "dinas-usaha-rekaan.yaml"
INSIDE = [
    *("kepala_dinas", "sekretaris", "bendahara", "staf_layanan", "petugas_loket", "kabid_usaha", "analis_usaha"),
    *("kabid_koperasi", "analis_koperasi", "wilayah_barat", "wilayah_tengah", "wilayah_timur", "arsiparis"),
]
PEOPLE = {position: [f"Pegawai {position}"] for position in INSIDE} | {"bendahara": ["Pegawai Satu", "Pegawai Dua"]}


@pytest.fixture
def made_up(place: Place) -> Iterator[Office]:
    """An office with the made-up SOP in force, everybody in post, nothing started."""
    office = Office(place).settle(STRUCTURE, PEOPLE)
    office.person["edisi"] = office.in_force((FOLDER / f"{MADE_UP}.yaml").read_text("utf-8"), "kepala_dinas")
    yield office
    check(office)
    office.close()


def begin(office: Office, limits: dict[str, date] | None = None) -> int:
    """Start a case for another applicant."""
    return office.start(office.person["edisi"], year=None, limits=limits)


def everybody(office: Office) -> tuple[int, ...]:
    """Who is behind the open task of the assessing body."""
    return tuple(person for _, person, _ in office.open_tasks("penilaian"))


def to_handing_over(office: Office) -> None:
    """Lead a case to the stage that may not end before its day."""
    office.done("pengajuan")
    office.done("pemeriksaan", outcome="mendesak")
    office.done("penilaian", outcome="layak", present=everybody(office))
    office.approve("kepala_dinas")
    office.done("naskah_hibah")
    for signer in ("kabid_usaha", "sekretaris", "kepala_dinas"):
        assert [position for _, position, _ in office.asked()] == [signer]  # each in turn
        office.approve(signer)


def test_any_number_of_cases_of_one_edition_run_side_by_side(made_up: Office) -> None:
    cases = [begin(made_up) for _ in range(6)]
    assert len(made_up.open_tasks("pengajuan")) == 6
    for _ in cases:
        made_up.done("pengajuan")
    for outcome in ("bukan_wewenang", "mendesak", "lengkap", "kurang", "bukan_wewenang", "lengkap"):
        made_up.done("pemeriksaan", outcome=outcome, note="Lihat lembar pemeriksaan.")

    states = {case.id: case.state for case in made_up.engine.reading.cases()}
    assert [states[case] for case in cases] == ["completed", *["running"] * 3, "completed", "running"]
    assert {case.year for case in made_up.engine.reading.cases()} == {None}
    assert [edition.state for edition in made_up.engine.reading.editions()] == ["in_execution"]


def test_of_a_list_the_first_to_claim_does_it(made_up: Office) -> None:
    begin(made_up)
    made_up.done("pengajuan")
    tasks = {position: (task, person) for task, person, position in made_up.open_tasks("pemeriksaan")}
    assert tasks.keys() == {"petugas_loket", "staf_layanan"}
    task, person = tasks["staf_layanan"]
    claim_task(made_up.store, made_up.who(person), task)

    with pytest.raises(Refusal, match="sudah diambil Pegawai staf_layanan"):
        claim_task(made_up.store, made_up.who(tasks["petugas_loket"][1]), tasks["petugas_loket"][0])
    complete_task(made_up.store, made_up.who(person), task, outcome="bukan_wewenang")

    assert made_up.open_tasks("pemeriksaan") == []


def test_nobody_holds_an_outside_party_and_its_vacant_recorder_is_told_of(tmp_path: Path) -> None:
    office = Office(tmp_path).settle(STRUCTURE, {p: names for p, names in PEOPLE.items() if p != "petugas_loket"})
    edition = office.in_force((FOLDER / f"{MADE_UP}.yaml").read_text("utf-8"), "kepala_dinas")

    office.start(edition, year=None)

    [told] = [mail for mail in office.engine.reading.messages() if "Jabatan kosong" in mail.subject]
    assert (told.to_position, "Petugas Loket" in told.subject) == ("kabid_usaha", True)
    office.close()


def test_lateness_is_laid_to_the_body_or_outside_party_not_to_whoever_records_for_it(made_up: Office) -> None:
    begin(made_up)
    made_up.at += timedelta(days=14)
    fire_reminders(made_up.store, made_up.at)
    made_up.done("pengajuan")
    made_up.done("pemeriksaan", outcome="mendesak")
    made_up.at += timedelta(days=14)
    fire_reminders(made_up.store, made_up.at)

    told = made_up.store.query("SELECT context FROM messages WHERE kind = 'eskalasi' ORDER BY id")
    late = [(json.loads(text)["pelaksana_jabatan"], json.loads(text)["pelaksana_nama"]) for (text,) in told]
    assert late == [("Pemohon", ""), ("Tim Penilai", "")]


def test_fewer_than_a_quorum_decide_nothing(made_up: Office) -> None:
    begin(made_up)
    made_up.done("pengajuan")
    made_up.done("pemeriksaan", outcome="mendesak")

    with pytest.raises(Refusal, match="Kuorum Tim Penilai adalah 3 orang; yang disebut hadir 2"):
        made_up.done("penilaian", outcome="layak", present=everybody(made_up)[:2])


def test_a_member_who_was_absent_signs_off_nothing_either(made_up: Office) -> None:
    begin(made_up)
    made_up.done("pengajuan")
    made_up.done("pemeriksaan", outcome="mendesak")
    absent = made_up.person["bendahara1"]
    present = tuple(person for person in everybody(made_up) if person != absent)
    appoint(made_up.store, made_up.who(0), absent, "kepala_dinas", "plt", "SP 1", made_up.at, LATER)
    made_up.done("penilaian", outcome="layak", present=present)

    with pytest.raises(NotAuthorised, match="asas dua orang"):
        approve(made_up.store, made_up.who(absent), made_up.asked()[0][0])


def test_a_stage_that_is_not_needed_is_skipped_with_a_reason(made_up: Office) -> None:
    begin(made_up)
    made_up.done("pengajuan")
    made_up.done("pemeriksaan", outcome="lengkap")
    made_up.done("foto_lokasi")

    with pytest.raises(Refusal, match="memerlukan alasan"):
        made_up.done("wawancara", outcome="dilewati")
    made_up.done("wawancara", outcome="dilewati", note="Usaha tanpa tetangga.")

    assert ("ringkasan", 1, "", "active") in made_up.runs()


def test_before_its_day_a_stage_may_be_worked_on_but_not_ended(made_up: Office) -> None:
    begin(made_up)
    to_handing_over(made_up)
    assert made_up.open_tasks("pencairan")

    with pytest.raises(Refusal, match="tidak dapat diselesaikan sebelum 01-02-2027"):
        made_up.done("pencairan")
    made_up.at = made_up.calendar.opening(date(2027, 2, 1))
    made_up.done("pencairan")

    assert [position for _, position, _ in made_up.asked()] == ["sekretaris", "kabid_usaha", "kabid_koperasi"]


def test_any_two_of_three_signers_are_enough(made_up: Office) -> None:
    begin(made_up)
    to_handing_over(made_up)
    made_up.at = made_up.calendar.opening(date(2027, 2, 1))
    made_up.done("pencairan")

    approve(made_up.store, made_up.who("kabid_koperasi"), made_up.asked()[2][0])
    approve(made_up.store, made_up.who("sekretaris"), made_up.asked()[0][0])

    assert made_up.asked() == []
    assert ("pendampingan", 1, "", "active") in made_up.runs()


def test_a_limit_is_entered_at_the_start_where_the_file_says_so(made_up: Office) -> None:
    for limits, due in ((None, "3 hari kerja"), ({"rapat": date(2027, 1, 6)}, "dibatasi batas rapat 6 Januari 2027")):
        begin(made_up, limits)
        made_up.done("pengajuan")
        made_up.done("pemeriksaan", outcome="mendesak")
        run = made_up.store.query("SELECT due_text FROM stage_runs WHERE stage = 'penilaian' ORDER BY id DESC")[0]
        assert due in run[0]

    with pytest.raises(Refusal, match="«naskah» tidak dapat diisi saat mulai"):
        begin(made_up, {"naskah": date(2027, 1, 6)})


# -- what people read ---------------------------------------------------------------------------------

PRINTED = """
12/SOP/DUM/2025; Hibah Peralatan Usaha; Dinas Usaha Mikro; 2025-01; 10 Februari 2025; 3 Maret 2025;
Kepala Dinas, Pejabat Rekaan; Peraturan Bupati rekaan tentang hibah; Memahami usaha mikro; SOP Pengadaan rekaan;
Buku agenda; Hibah tanpa pemeriksaan dapat salah sasaran; Disimpan sebagai arsip hibah;
Permohonan tidak dipungut biaya.; H-01; Mengajukan permohonan; Foto lokasi; 5 hari kalender; Lembar pemeriksaan;
Sekurang-kurangnya dua kali kunjungan; Penanggung jawab: Sekretaris Dinas; pelaksana masing-masing; Tim Penilai;
Pengesahan: Kepala Dinas; Tembusan: Pemohon; Bagaimana berkasnya?; Perlu wawancara?; Rekaan baris pertama;
Batas menurut surat: 2027-12-30; Batas: 2 hari sesudah penilaian; Rekonstruksi: tidak tertulis dalam dokumen SOP
"""


def test_what_the_file_prints_stands_on_the_page(made_up: Office) -> None:
    raw = browser(made_up).get(f"/edisi/{made_up.person['edisi']}").text
    page = " ".join(unescape(re.sub(r"<[^>]+>", " ", raw)).replace("\u200b", "").split())
    titles = " ".join(re.findall(r'title="([^"]+)"', raw))

    assert [words for words in map(str.strip, PRINTED.split(";")) if words not in f"{page} {titles}"] == []


def test_the_office_names_itself_in_its_mails(made_up: Office) -> None:
    begin(made_up)
    [[context]] = made_up.store.query("SELECT context FROM messages WHERE kind = 'penugasan'")

    assert json.loads(context)["instansi"] == "Pemerintah Kabupaten Teluk Rekaan"


def test_each_units_head_is_told_that_the_sop_is_in_force(made_up: Office) -> None:
    told = {mail.to_position for mail in made_up.engine.reading.messages() if "telah disahkan" in mail.subject}

    assert told >= {"kepala_dinas", "kabid_usaha", "kabid_koperasi", "wilayah_barat", "arsiparis"}
    assert not told & {"petugas_loket", "analis_usaha", "bendahara", "pemohon"}
