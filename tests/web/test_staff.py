"""Staff at work by HTTP alone, without JavaScript: from the mail's link to the work done."""

import hashlib
import re
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from sop_engine.application.hand_task import delegate_task, take_task_back
from tests.office import Office
from tests.web.conftest import be, browser, everything, give_password, sign_in, token_on


def form_on(page: str, action: str) -> dict[str, Any]:
    """What the form with this address would send as it stands."""
    found = re.search(rf'<form[^>]*action="{action}".*?</form>', page, re.DOTALL)
    assert found, f"no form {action}"
    form = found[0]
    said: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        box = 'type="checkbox"' in tag or 'type="radio"' in tag
        if name and 'type="file"' not in tag and (not box or " checked" in tag):
            said.setdefault(name[1], []).append(unescape(value[1]) if value else "")
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        said[name] = unescape(text)
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected>', options)
        said[name] = unescape(chosen[1]) if chosen else ""
    return said


def mine(office: Office, position: str, stage: str) -> tuple[TestClient, str]:
    """A holder at their browser, and the address of their task."""
    person = office.person[position]
    task = next(task for task, whose, _ in office.open_tasks(stage) if whose == person)
    return be(browser(office), person), f"/tugas/{task}"


def send(visitor: TestClient, task: str, act: str = "selesai", **said: Any) -> Response:
    """Open a task, fill its form in and send it."""
    return visitor.post(f"{task}/{act}", data=form_on(visitor.get(task).text, f"{task}/{act}") | said)


def state_of(office: Office, stage: str) -> str:
    return str([state for name, _, _, state in office.runs() if name == stage][-1])


@pytest.fixture
def second(running: Office) -> Office:
    """SOP 396 at its second stage, which is signed off."""
    running.done("disposisi")
    return running


def test_a_stage_from_the_inbox_to_the_sign_off_and_back(second: Office) -> None:
    visitor, task = mine(second, "ksb_rendatin", "persiapan")
    inbox = visitor.get("/tugas").text
    assert f'href="{task}"' in inbox
    assert "hari kerja sejak 4 Jan" in inbox
    page = visitor.get(task).text
    assert "Ajukan untuk disahkan" in page

    saved = visitor.post(
        f"{task}/simpan", data=form_on(page, f"{task}/selesai") | {"hasil": "SK <b>tim</b>", "kelengkapan": ["1"]}
    )
    assert saved.headers["location"] == f"{task}?kabar=disimpan"
    page = visitor.get(task).text
    assert "SK &lt;b&gt;tim&lt;/b&gt;</textarea>" in page
    assert 'name="kelengkapan" value="1" checked' in page

    answer = send(visitor, task)
    assert answer.headers["location"] == "/tugas?kabar=diajukan"
    assert "menunggu pengesahan" in visitor.get("/tugas?kabar=diajukan").text
    assert state_of(second, "persiapan") == "submitted"

    second.send_back("Jadwal belum memuat rapat pleno.")
    again = be(visitor, second.person["ksb_rendatin"]).get("/tugas").text
    new = re.search(r'href="(/tugas/\d+)"', again)
    assert new
    page = visitor.get(new[1]).text
    assert "Jadwal belum memuat rapat pleno." in page
    assert "putaran ke-2" in page
    assert "SK &lt;b&gt;tim&lt;/b&gt;</textarea>" in page  # what was delivered stands there to be mended


def test_a_decision_sends_back_whom_it_names(second: Office) -> None:
    while not second.open_tasks("verifikasi"):
        second.next_act()[2]()  # type: ignore[index]
    visitor, task = mine(second, "ksb_rendatin", "verifikasi")
    assert "Lengkap dan benar?" in visitor.get(task).text
    assert send(visitor, task).status_code == 422  # nothing chosen
    said: dict[str, Any] = {"putusan": "tidak", "ulang.tidak": ["ksb_kul"], "catatan": "Data kurang."}
    assert send(visitor, task, **said).status_code == 303
    again = [(slot, state) for stage, no, slot, state in second.runs() if (stage, no) == ("data_capaian", 2)]
    assert ("ksb_kul", "active") in again
    assert [slot for slot, state in again if state == "active"] == ["ksb_kul"]


def test_a_body_decides_with_those_present_and_not_below_its_quorum(second: Office) -> None:
    while not second.open_tasks("pleno"):
        second.next_act()[2]()  # type: ignore[index]
    visitor, task = mine(second, "ketua", "pleno")
    alone = send(visitor, task, hasil="Berita acara", putusan="ya")
    assert alone.status_code == 422
    assert "Kuorum Rapat Pleno KPU Kabupaten Pandeglang adalah 4 orang" in alone.text
    assert "Berita acara</textarea>" in alone.text
    members = re.findall(r'name="hadir" value="(\d+)"', alone.text)
    assert len(members) == 5
    assert send(visitor, task, hasil="Berita acara", putusan="ya", hadir=members).status_code == 303


def test_a_double_click_gives_the_first_answer_and_does_it_once(running: Office) -> None:
    visitor, task = mine(running, "sekretaris", "disposisi")
    said = form_on(visitor.get(task).text, f"{task}/selesai") | {"hasil": "Disposisi"}
    first = visitor.post(f"{task}/selesai", data=said)
    before = everything(running)

    second = visitor.post(f"{task}/selesai", data=said)

    assert (first.status_code, first.headers["location"]) == (second.status_code, second.headers["location"])
    assert everything(running) == before
    other = visitor.post(f"{task}/selesai", data=said | {"hasil": "Lain sama sekali"})
    assert other.status_code == 409
    assert "Lain sama sekali</textarea>" in other.text
    assert everything(running) == before


def test_a_stale_page_is_told_so_and_keeps_what_was_typed(running: Office) -> None:
    visitor, task = mine(running, "sekretaris", "disposisi")
    said = form_on(visitor.get(task).text, f"{task}/selesai") | {"hasil": "Tulisan panjang"}
    me = running.who("sekretaris")
    handed = delegate_task(running.store, me, int(task.split("/")[-1]), running.person["ksb_kul"])
    refused = visitor.post(f"{task}/selesai", data=said)
    assert refused.status_code == 409
    assert "berubah sejak halaman Saudara dibuka" in refused.text
    assert "Tulisan panjang</textarea>" in refused.text
    take_task_back(running.store, me, handed["task"])
    assert state_of(running, "disposisi") == "active"


def test_what_was_typed_survives_a_lost_session(running: Office) -> None:
    give_password(running, running.person["sekretaris"])
    visitor = browser(running, demo="")
    task = f"/tugas/{running.open_tasks()[0][0]}"
    asked = visitor.get(task).headers["location"]
    assert asked == f"/masuk?ke={task}"
    assert sign_in(visitor, "sekretaris@contoh.invalid", ke=task).headers["location"] == task
    said = form_on(visitor.get(task).text, f"{task}/selesai") | {"hasil": "Tulisan\npanjang", "catatan": '"<i>'}
    visitor.cookies.clear()

    lost = visitor.post(f"{task}/selesai", data=said)
    assert lost.status_code == 403
    assert state_of(running, "disposisi") == "active"
    wrong = visitor.post(
        "/masuk", data=form_on(lost.text, "/masuk") | {"surel": "sekretaris@contoh.invalid", "sandi": "x"}
    )
    assert wrong.status_code == 422
    back = visitor.post(
        "/masuk",
        data=form_on(wrong.text, "/masuk")
        | {"surel": "sekretaris@contoh.invalid", "sandi": "payung hijau tujuh kelinci"},
    )
    assert "Periksa, lalu kirim lagi" in back.text
    assert state_of(running, "disposisi") == "active"

    answer = visitor.post(f"{task}/selesai", data=form_on(back.text, f"{task}/selesai"))
    assert answer.status_code == 303
    assert ("Tulisan\npanjang",) in running.store.query("SELECT body FROM texts")
    assert ('"<i>',) in running.store.query("SELECT body FROM texts")


def test_a_tab_from_before_signing_in_again_shows_its_form_once_more(running: Office) -> None:
    visitor, task = mine(running, "sekretaris", "disposisi")
    said = form_on(visitor.get(task).text, f"{task}/selesai") | {"hasil": "Dari tab lama"}
    visitor.cookies.clear()
    be(visitor, running.person["sekretaris"])

    stale = visitor.post(f"{task}/selesai", data=said)

    assert stale.status_code == 403
    assert "Dari tab lama" in stale.text
    assert visitor.post(f"{task}/selesai", data=form_on(stale.text, f"{task}/selesai")).status_code == 303


def test_claim_release_hand_over_and_take_back(second: Office) -> None:
    second.done("persiapan")
    second.approve()
    visitor, task = mine(second, "ksb_kul", "rapat_persiapan")
    other, theirs = mine(second, "ksb_tekhum", "rapat_persiapan")
    assert send(visitor, task, "ambil").headers["location"] == f"{task}?kabar=diambil"
    assert "sedang dikerjakan Citra Contoh" in other.get("/tugas").text
    late = other.post(f"{theirs}/ambil", data={"_tanda": token_on(other.get(theirs).text)})
    assert late.status_code == 422
    assert "sudah diambil Citra Contoh" in late.text
    assert send(visitor, task, "lepas").headers["location"] == "/tugas?kabar=dilepas"

    assert send(visitor, task, "alihkan", kepada="").status_code == 422
    handed = send(visitor, task, "alihkan", kepada=str(second.person["staf_rendatin"]), pesan="Tolong wakili.")
    assert handed.headers["location"] == "/tugas?kabar=dialihkan"
    inbox = visitor.get("/tugas").text
    back = re.search(r'action="(/tugas/\d+)/tarik"', inbox)
    assert back
    assert "Fajar Contoh" in inbox
    assert "atas nama Citra Contoh" in be(other, second.person["staf_rendatin"]).get(back[1]).text
    assert visitor.post(f"{back[1]}/tarik", data={"_tanda": token_on(inbox)}).status_code == 303
    assert "Yang saya alihkan" not in visitor.get("/tugas").text


def test_work_done_on_paper_needs_its_time_and_its_proof(running: Office) -> None:
    visitor, task = mine(running, "sekretaris", "disposisi")
    said = form_on(visitor.get(task).text, f"{task}/selesai") | {"dilaksanakan": "2027-01-04T07:30"}

    assert "Isi keduanya" in visitor.post(f"{task}/selesai", data=said).text
    early = visitor.post(f"{task}/selesai", data=said | {"dilaksanakan": "2027-01-03T07:30"}, files={"bukti": b"scan"})
    assert early.status_code == 422
    assert 'value="2027-01-03T07:30"' in early.text
    done = visitor.post(f"{task}/selesai", data=said, files={"bukti": b"scan"})

    assert done.status_code == 303
    [(evidence,)] = running.store.query("SELECT evidence FROM stage_runs WHERE stage = 'disposisi'")
    assert evidence == hashlib.sha256(b"scan").hexdigest()


def test_a_task_of_somebody_else_opens_its_stage_and_nothing_can_be_done_to_it(running: Office) -> None:
    task = running.open_tasks()[0][0]
    visitor = be(browser(running), running.person["ketua"])
    assert visitor.get(f"/tugas/{task}").headers["location"].endswith("#tahap-disposisi")
    said = {"_tanda": token_on(visitor.get("/tugas").text), "hasil": "Bukan tugasku"}
    before = everything(running)
    for act in ("ambil", "lepas", "simpan", "selesai", "tarik"):
        answer = visitor.post(f"/tugas/{task}/{act}", data=said)
        assert answer.status_code == 422, act
        assert 'role="alert"' in answer.text
    assert everything(running) == before


def test_a_superior_moves_a_stuck_task_on_with_a_reason_and_nobody_else_does(second: Office) -> None:
    case = second.engine.reading.cases()[0].id
    task = f"/tugas/{second.open_tasks('persiapan')[0][0]}"
    sekretaris = be(browser(second), second.person["sekretaris"])
    assert f'href="{task}/pindahkan"' in sekretaris.get(f"/kasus/{case}").text
    form = form_on(sekretaris.get(f"{task}/pindahkan").text, f"{task}/pindahkan")
    said = {"kepada": str(second.person["staf_rendatin"])}
    refused = sekretaris.post(f"{task}/pindahkan", data=form | said)
    assert refused.status_code == 422
    assert "memerlukan alasan" in refused.text
    assert f'value="{said["kepada"]}" selected' in refused.text

    colleague = be(browser(second), second.person["ksb_kul"])
    assert "pindahkan" not in colleague.get(f"/kasus/{case}").text
    theirs = form_on(colleague.get(f"{task}/pindahkan").text, "/keluar") | said | {"pesan": "Saya saja."}
    assert colleague.post(f"{task}/pindahkan", data=theirs).status_code == 422

    moved = sekretaris.post(f"{task}/pindahkan", data=form | said | {"pesan": "Sakit."})
    assert moved.headers["location"] == f"/kasus/{case}?kabar=dialihkan"
    assert [whose for _, whose, _ in second.open_tasks("persiapan")] == [second.person["staf_rendatin"]]
