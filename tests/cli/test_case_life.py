"""The early life of an installation and a case, typed at the command line."""

import io
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.cli.conftest import NUMBER, Terminal, enrol, proof_of
from tests.office import SOP_396


def task_of(sop: Terminal, person: str, kind: str = "tugas") -> int:
    found = [task["id"] for task in sop.json("tasks", sebagai=person)["tasks"] if task["kind"] == kind]
    assert found, f"nothing for {person}"
    return int(found[0])


def case_of(sop: Terminal) -> int:
    return int(sop.json("cases")["cases"][0]["id"])


def stages(sop: Terminal) -> dict[str, str]:
    shown = sop.json("show", case_of(sop))
    return {f"{stage['id']}/{stage['pass']}": stage["status"] for stage in shown["stages"]}


def test_a_case_lives_from_init_to_a_returned_and_approved_stage(running: Terminal) -> None:
    sop = running

    done = sop.json("complete", task_of(sop, "sekretaris"), "--hasil", "Disposisi", sebagai="sekretaris")
    assert (done["status"], done["case_status"]) == ("completed", "running")
    claimed = task_of(sop, "ksb_rendatin")
    assert sop.json("claim", claimed, sebagai="ksb_rendatin")["status"] == "claimed"
    assert sop.json("release", claimed, sebagai="ksb_rendatin")["status"] == "offered"
    assert sop.json("complete", claimed, sebagai="ksb_rendatin")["status"] == "submitted"
    asked = task_of(sop, "sekretaris", "pengesahan")
    assert sop.json("return", asked, "--catatan", "Tanpa jadwal", sebagai="sekretaris")["pass"] == 2
    sop.json("complete", task_of(sop, "ksb_rendatin"), sebagai="ksb_rendatin")
    asked = task_of(sop, "sekretaris", "pengesahan")
    assert sop.json("approve", asked, sebagai="sekretaris")["status"] == "completed"
    present = "ksb_kul@contoh.invalid,ksb_rendatin@contoh.invalid,ksb_tekhum@contoh.invalid"
    sop.json("complete", task_of(sop, "ksb_kul"), "--hadir", present, sebagai="ksb_kul")

    assert stages(sop) == {
        "disposisi/1": "completed",
        "persiapan/1": "returned",
        "persiapan/2": "completed",
        "rapat_persiapan/1": "completed",
        "data_capaian/1": "active",
    }


def test_a_decision_sends_back_only_the_units_that_were_named(running: Terminal) -> None:
    sop = running
    sop.json("complete", task_of(sop, "sekretaris"), sebagai="sekretaris")
    sop.json("complete", task_of(sop, "ksb_rendatin"), sebagai="ksb_rendatin")
    sop.json("approve", task_of(sop, "sekretaris", "pengesahan"), sebagai="sekretaris")
    members = ["ksb_kul", "ksb_rendatin", "ksb_tekhum", "ksb_parmas_sdm"]
    present = ",".join(f"{member}@contoh.invalid" for member in members)
    sop.json("complete", task_of(sop, "ksb_kul"), "--hadir", present, sebagai="ksb_kul")
    for member in members:
        sop.json("complete", task_of(sop, member), sebagai=member)
    verification = task_of(sop, "ksb_rendatin")

    undecided = sop("complete", verification, sebagai="ksb_rendatin")
    decided = sop.json(
        "decide", verification, "tidak(ksb_kul, ksb_tekhum)", "--catatan", "Kurang", sebagai="ksb_rendatin"
    )

    assert undecided.code == 1
    assert "memerlukan keputusan" in undecided.err
    assert decided["status"] == "completed"
    again = [stage for stage in sop.json("show", case_of(sop))["stages"] if stage["pass"] == 2]
    assert [stage["position"] for stage in again] == ["ksb_kul", "ksb_tekhum"]


def test_show_tells_stage_performer_and_the_reason_of_the_due_date(running: Terminal) -> None:
    shown = running("show", case_of(running))

    assert shown.code == 0
    assert "Rahayu Contoh (tugas" in shown.out
    assert "1 hari kerja sejak" in shown.out
    assert "belum dimulai" in shown.out
    answer = running.json("show", case_of(running))
    assert answer["stages"][0]["due_at"].endswith("+07:00")
    assert answer["stages"][0]["due"].startswith("1 hari kerja sejak")
    assert answer["ahead"][-1] == "publikasi"


def test_cancelling_asks_for_a_reason_and_the_right_person(running: Terminal) -> None:
    case = case_of(running)

    silent = running("cancel", case, sebagai="sekretaris")
    stranger = running("cancel", case, "--catatan", "Salah tahun", sebagai="ksb_kul")
    allowed = running.json("cancel", case, "--catatan", "Salah tahun", sebagai="sekretaris")

    assert (silent.code, stranger.code) == (1, 1)
    assert "memerlukan alasan" in silent.err
    assert allowed["status"] == "cancelled"
    assert running.json("editions")["editions"][0]["status"] == "in_force"


def test_a_second_start_is_refused_with_the_clause_in_its_own_words(running: Terminal) -> None:
    told = running("start", "396/ORT.06/3601/2023", sebagai="sekretaris")
    answer = running("start", "396/ORT.06/3601/2023", "--json", sebagai="sekretaris").answer

    assert told.code == 1
    assert "angka 5 «Dengan berakhirnya tahapan kegiatan" in told.err
    assert (answer["ok"], answer["code"], answer["clause"]) == (False, "ditolak", 5)
    assert answer["message"]
    assert "sop reissue" in answer["instead"]


def test_an_unsigned_sop_starts_nothing(loaded: Terminal) -> None:
    told = loaded("start", "396/ORT.06/3601/2023", sebagai="sekretaris")

    assert told.code == 1
    assert "angka 6" in told.err


def test_the_limit_of_the_letter_is_entered_at_the_start(loaded: Terminal) -> None:
    loaded.json("sign", loaded.json("editions")["editions"][0]["id"], "--ya", sebagai="sekretaris")
    number = "396/ORT.06/3601/2023"

    wrong = loaded("start", number, "--year", 2026, "--batas", "surat=besok", sebagai="sekretaris")
    loaded.json("start", number, "--year", 2026, "--batas", "surat=2027-01-25", sebagai="sekretaris")

    assert wrong.code == 2
    assert loaded.json("show", case_of(loaded))["case"]["limits"] == {"surat": "2027-01-25"}


def test_loading_tells_the_digest_that_signing_shows(loaded: Terminal) -> None:
    edition = loaded.json("editions")["editions"][0]

    shown = loaded("sign", edition["id"], "--ya", sebagai="sekretaris")

    assert shown.code == 0
    assert edition["digest"] in shown.out
    assert edition["number"] in shown.out


def test_signing_without_a_terminal_needs_an_explicit_yes(loaded: Terminal) -> None:
    told = loaded("sign", "396/ORT.06/3601/2023", sebagai="sekretaris")

    assert told.code == 2
    assert "--ya" in told.err
    assert loaded.json("editions")["editions"][0]["status"] == "draft"


class Keyboard(io.StringIO):
    """Somebody at a terminal, with what they will type."""

    def isatty(self) -> bool:
        return True


def test_at_a_terminal_only_a_typed_ya_signs(loaded: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = iter(proof_of("sekretaris").splitlines())
    monkeypatch.setattr("getpass.getpass", lambda _: next(hidden))
    hesitant = loaded("sign", NUMBER, sebagai="sekretaris", typed=Keyboard("\n"))
    resolved = loaded("sign", NUMBER, "--json", sebagai="sekretaris", typed=Keyboard("ya\n"))

    assert hesitant.code == 1
    assert "tidak ada yang diubah" in hesitant.err
    assert (resolved.code, resolved.answer["status"]) == (0, "in_force")


def test_whoever_loaded_it_does_not_sign_it(loaded: Terminal) -> None:
    held = next(h for h in loaded.json("holders")["holders"] if h["position"] == "sekretaris")
    for change in (  # the head of a unit is one person, and whoever signs needs a second person
        ("end", held["id"]), ("appoint", "admin@contoh.invalid", "sekretaris", "--surat", "SK 2")
    ):  # fmt: skip
        proposal = loaded.json("holders", *change, sebagai="admin")["proposal"]
        loaded.json("holders", "confirm", proposal, sebagai="ketua")
    enrol("admin")

    told = loaded("sign", NUMBER, "--ya", "--json", sebagai="admin")

    assert told.code == 1
    assert told.answer["code"] == "tidak_berwenang"
    assert "memuat" in told.answer["message"]


def test_a_wet_signature_needs_day_scan_and_witness(loaded: Terminal) -> None:
    scan = Path("pindaian.pdf")
    scan.write_bytes(b"%PDF kertas")
    number, yes = "396/ORT.06/3601/2023", ("--basah", "--ya")
    today = f"{datetime.now(ZoneInfo('Asia/Jakarta')):%Y-%m-%d}"  # the day on which she holds the post
    paper = ("--penandatangan", "sekretaris@contoh.invalid", "--tanggal", today, "--bukti", scan)

    bare = loaded("sign", number, *yes, sebagai="sekretaris")
    loader = loaded("sign", number, *yes, *paper, "--saksi", "admin@contoh.invalid", sebagai="sekretaris")
    signed = loaded.json("sign", number, *yes, *paper, "--saksi", "ksb_kul@contoh.invalid", sebagai="sekretaris")

    assert (bare.code, loader.code) == (2, 1)
    assert "Saksi" in loader.err
    assert signed["in_force_at"] == f"{today}T00:00:00+07:00"


def test_a_taken_number_is_refused_on_loading(loaded: Terminal) -> None:
    told = loaded("load", SOP_396, "--json", sebagai="admin")

    assert told.code == 1
    assert "sudah dipakai" in told.answer["message"]


def test_loading_tells_which_positions_nobody_holds_yet(installed: Terminal) -> None:
    told = installed("load", SOP_396, sebagai="admin")

    assert told.code == 0
    assert "«ksb_rendatin» belum dipegang siapa pun" in told.err
