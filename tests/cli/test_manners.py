"""How every verb behaves: sentences instead of tracebacks, exit codes, one JSON object, help with an example."""

import json
import os
import re
import stat
from pathlib import Path

import pytest

from sop_engine import wiring
from sop_engine.cli.call import clean
from sop_engine.cli.main import main
from tests.cli.conftest import Terminal
from tests.office import SOP_396, WORKFLOWS

VERBS = (
    *("demo", "simulate", "check", "diff", "load", "sign", "editions", "start", "cases", "show", "tasks", "claim"),
    *("release", "complete", "decide", "approve", "return", "cancel", "people", "people add", "holders"),
    *("holders appoint", "holders end", "audit", "audit verify", "calendar", "calendar due"),
    *("init", "migrate", "serve", "worker", "doctor"),
)
ENGLISH = re.compile(r"\b(Usage|Options|Arguments|Commands|Show this|required|Missing|Invalid|Error)\b")


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself_in_indonesian_with_an_example(sop: Terminal, verb: str) -> None:
    shown = sop(*verb.split(), "--help")

    assert shown.code == 0
    assert f"Contoh:\n  sop {verb}" in shown.out
    assert "--json" in shown.out
    assert not ENGLISH.search(shown.out)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["claim"], "'TUGAS' wajib ditulis"),
        (["claim", "dua belas"], "bukan bilangan bulat"),
        (["claim", "3"], "--sebagai"),
        (["clam", "3"], "Mungkin yang dimaksud: 'claim'"),
        (["show", "3", "--nope"], "Tidak ada pilihan --nope"),
        (["show", "3", "4"], "Terlalu banyak argumen"),
        (["start", "1", "--year"], "Pilihan --year"),
        (["start", "1", "--batas", "surat", "--sebagai", "1"], "surat=2027-01-29"),
        (["calendar", "due", "lima hari"], "tulis bilangan bulat dan satuannya"),
        (["calendar", "--year", "dua"], "bukan tahun"),
        (["sign", "1", "--saksi", "1", "--sebagai", "1"], "hanya dipakai bersama `--basah`"),
        (["holders", "appoint", "1", "ketua", "--sebagai", "1"], "'--surat' wajib ditulis"),
    ],
)
def test_a_misused_verb_says_what_to_type_and_exits_2(installed: Terminal, words: list[str], sentence: str) -> None:
    told, answered = installed(*words), installed(*words, "--json")

    assert (told.code, answered.code) == (2, 2)
    assert sentence in told.err
    assert not ENGLISH.search(told.err)
    assert told.out == ""
    assert (answered.answer["ok"], answered.answer["code"]) == (False, "pemakaian")
    assert "--help" in answered.answer["instead"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["show", "99"], "Tidak ada kasus nomor 99"),
        (["sign", "99", "--ya", "--sebagai", "1"], "Tidak ada edisi «99»"),
        (["approve", "99", "--sebagai", "1"], "Tidak ada permintaan pengesahan nomor 99"),
        (["complete", "99", "--sebagai", "1"], "Tidak ada tugas nomor 99"),
        (["tasks", "--sebagai", "siapa"], "tidak ada orang"),
        (["people", "add", "Ani", "bukan alamat", "--sebagai", "1"], "bukan alamat surel"),
        (["people", "add", "Ani", "ADMIN@contoh.invalid", "--sebagai", "1"], "sudah terdaftar"),
        (["holders", "appoint", "1", "sekertaris", "--surat", "SK", "--sebagai", "1"], "dimaksud: sekretaris"),
        (["holders", "appoint", "1", "ketua", "--surat", " ", "--sebagai", "1"], "nomor surat"),
        (["holders", "end", "99", "--sebagai", "1"], "Tidak ada penunjukan nomor 99"),
        (["init", "--admin-nama", "B", "--admin-surel", "b@c.id"], "sudah disiapkan"),
        (["load", "tidak-ada.yaml", "--sebagai", "1"], "tidak-ada.yaml"),
    ],
)
def test_a_refused_verb_says_why_and_exits_1(installed: Terminal, words: list[str], sentence: str) -> None:
    told, answered = installed(*words), installed(*words, "--json")

    assert (told.code, answered.code) == (1, 1)
    assert sentence in told.err
    assert "Traceback" not in told.err
    answer = answered.answer
    assert answer["ok"] is False
    assert answer.keys() >= {"code", "message", "clause", "instead"}
    assert sentence in f"{answer['message']} {answer['instead']}"


def test_an_unexpected_fault_is_one_sentence_and_a_log_file(
    installed: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("of our own making")

    monkeypatch.setattr(wiring, "verify_record", broken)

    told, answered = installed("audit", "verify"), installed("audit", "verify", "--json")

    assert (told.code, answered.code) == (1, 1)
    assert len(told.err.splitlines()) == 1
    assert "tidak terduga" in told.err
    log = Path(answered.answer["log"])
    assert "of our own making" in log.read_text("utf-8")
    for written in (log, Path(re.findall(r"\S+\.log", told.err)[0])):
        written.unlink()


def test_without_a_verb_the_help_is_shown(sop: Terminal) -> None:
    shown = sop()

    assert shown.code == 2
    assert "Pemakaian: sop" in shown.out
    assert "Pelaksanaan:" in shown.out


def test_the_environment_can_name_who_acts(installed: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOP_SEBAGAI", "Ani Contoh")

    assert installed.json("tasks")["tasks"] == []


def test_the_operating_systems_user_is_on_record(installed: Terminal) -> None:
    import sqlite3

    installed.json("people", "add", "Budi Contoh", "budi@contoh.invalid", sebagai="admin")

    with sqlite3.connect("data/sop.db") as database:
        (body,) = database.execute("SELECT body FROM events ORDER BY seq DESC LIMIT 1").fetchone()
    database.close()
    assert re.fullmatch(r"cli:.+", json.loads(body)["actor"]["channel"])


def test_init_keeps_its_configuration_to_its_owner(installed: Terminal) -> None:
    text = Path("sop.env").read_text("utf-8")

    assert stat.S_IMODE(os.stat("sop.env").st_mode) == 0o600
    assert "SOP_OFFICE='uji'" in text
    assert f"SOP_WORKFLOWS='{WORKFLOWS}'" in text


def test_an_interrupted_init_can_be_repeated(installed: Terminal) -> None:
    Path("sop.env").unlink()
    person = ("--admin-nama", "Ani Contoh", "--admin-surel", "admin@contoh.invalid")

    again = installed.json("init", "--naskah", WORKFLOWS, "--kantor", "uji", *person)

    assert [found["id"] for found in installed.json("people")["people"]] == [again["admin"]]


@pytest.mark.parametrize("value", ["postgres://nowhere", "sqlite:///"])
def test_a_wrong_setting_is_named(sop: Terminal, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SOP_DATABASE_URL", value)

    told = sop("cases")

    assert told.code == 1
    assert "SOP_DATABASE_URL" in told.err


def test_without_an_installation_the_way_to_one_is_told(sop: Terminal) -> None:
    for verb in (["cases"], ["migrate"], ["doctor"]):
        shown = sop(*verb)

        assert shown.code == 1
        assert "sop init" in shown.out + shown.err


def test_migrate_accepts_an_installation_that_is_up_to_date(installed: Terminal) -> None:
    assert installed.json("migrate")["database"] == "data/sop.db"


def test_what_people_wrote_can_not_steer_a_terminal() -> None:
    assert clean("a\x1b[2Jb\u202ec\r\nd") == "a�[2Jb�c�\nd"


def test_colours_are_for_terminals_alone(loaded: Terminal) -> None:
    assert "\x1b" not in loaded("editions").out


def test_check_answers_in_its_promised_shape(sop: Terminal) -> None:
    answer = sop.json("check", SOP_396)

    assert answer["ok"] is True
    assert answer["working_days"].keys() == {"shortest", "longest_without_rework"}
    keys = {"severity", "code", "path", "line", "column", "message", "clause"}
    assert all(problem.keys() >= keys for problem in answer["problems"])
    assert "identitas.nomor_lampiran" in [problem["path"] for problem in answer["problems"]]


def test_check_quotes_the_faulty_line(sop: Terminal) -> None:
    body = SOP_396.read_text("utf-8").replace("penanggungjawab: sekretaris", "penanggungjwab: sekretaris", 1)
    Path("salah.yaml").write_text(body, "utf-8")

    shown, answered = sop("check", "salah.yaml"), sop("check", "salah.yaml", "--json")

    assert (shown.code, answered.code) == (1, 1)
    assert re.search(r"│ penanggungjwab: sekretaris\n +│ \^", shown.out)
    assert "penanggungjawab" in shown.out
    assert answered.answer["ok"] is False


def test_a_faulty_file_is_not_loaded(installed: Terminal) -> None:
    Path("salah.yaml").write_text("format: sop/1\nsop: x\n", "utf-8")

    told, answered = (
        installed("load", "salah.yaml", sebagai="admin"),
        installed("load", "salah.yaml", "--json", sebagai="admin"),
    )

    assert (told.code, answered.code) == (1, 1)
    assert "salah.yaml:1:1" in told.err
    assert answered.answer["code"] == "naskah_bermasalah"
    assert answered.answer["problems"]
    assert installed.json("editions")["editions"] == []


def test_load_recognises_an_organisation_and_a_decree(installed: Terminal) -> None:
    Path("kpu-kab-pandeglang.yaml").write_bytes((WORKFLOWS / "organisasi" / "kpu-kab-pandeglang.yaml").read_bytes())
    decree = (
        "format: kalender/1\nid: pilkada\ndasar: Keppres 9/2027\nlibur:\n  - tanggal: 2027-01-13\n    nama: Pilkada\n"
    )
    Path("pilkada.yaml").write_text(decree, "utf-8")

    assert installed.json("load", "kpu-kab-pandeglang.yaml", sebagai="admin")["name"] == "kpu-kab-pandeglang"
    installed.json("load", "pilkada.yaml", sebagai="admin")

    days = {off["date"]: off["name"] for off in installed.json("calendar", "--year", 2027)["days_off"]}
    assert days["2027-01-13"] == "Pilkada"
    assert "2027-01-05" in days  # what was known before stays


def test_a_due_date_explains_itself(installed: Terminal) -> None:
    due = installed.json("calendar", "due", "1 hari", "--sejak", "2027-01-04T15.00")

    assert due["due_at"] == "2027-01-06T16:00:00+07:00"
    assert "Isra Mikraj" in due["explanation"]


def test_holders_end_after_their_last_day(staffed: Terminal) -> None:
    held = next(each for each in staffed.json("holders")["holders"] if each["position"] == "ketua")

    early = staffed("holders", "end", held["id"], "--sampai", "2020-01-01", sebagai="admin")
    staffed.json("holders", "end", held["id"], "--sampai", "2099-12-31", sebagai="admin")

    ended = next(each for each in staffed.json("holders")["holders"] if each["id"] == held["id"])
    assert "mendahului mulainya" in early.err
    assert (ended["until"], ended["current"]) == ("2100-01-01T00:00:00+07:00", True)


@pytest.mark.parametrize("verb", ["cases", "migrate", "doctor"])
def test_a_file_that_is_no_database_is_told_in_a_sentence(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sop.db").write_bytes(b"bukan basis data" * 200)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOP_DATABASE_URL", f"sqlite:///{tmp_path}/sop.db")

    assert main([verb]) == 1

    assert "bukan basis data SQLite yang utuh" in "".join(capsys.readouterr())
