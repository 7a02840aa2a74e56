"""Files on a task's page, without JavaScript: attached, taken back, seen by the signer; and what is no file of ours."""

import io
import re
import zipfile
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from tests import attachments as files
from tests.office import Office
from tests.web.conftest import be, browser, everything
from tests.web.test_hostile import Tags, calm
from tests.web.test_staff import form_on, mine, state_of

Sent = list[tuple[str, tuple[str, bytes]]]


def upload(visitor: TestClient, task: str, *sent: tuple[str, bytes], act: str = "lampirkan", **said: Any) -> Response:
    """Open a task, choose files and press a button."""
    form = form_on(visitor.get(task).text, f"{task}/selesai") | said
    return visitor.post(f"{task}/{act}", data=form, files=[("berkas", one) for one in sent])


def shown(page: str) -> list[str]:
    """The names of the files a page offers."""
    return re.findall(r'<a href="/berkas/\d+" download>([^<]*)</a>', page)


@pytest.fixture
def second(running: Office) -> Office:
    """SOP 396 at its second stage, which is signed off."""
    running.done("disposisi")
    return running


def test_files_go_from_the_performer_to_the_signer_and_come_back_as_they_were(second: Office) -> None:
    visitor, task = mine(second, "ksb_rendatin", "persiapan")
    answer = upload(visitor, task, ("SK Tim.pdf", files.PDF), ("foto.jpeg", files.JPEG), hasil="Rancangan SK")
    assert answer.headers["location"] == f"{task}?kabar=terlampir"
    page = visitor.get(answer.headers["location"]).text
    assert "Berkas terlampir" in page
    assert shown(page) == ["SK Tim.pdf", "foto.jpeg"]
    assert "Rancangan SK</textarea>" in page  # nothing typed is lost

    photo = re.findall(r'name="tarik" value="(\d+)"', page)[1]
    assert upload(visitor, task, act="tarik-berkas", tarik=photo).headers["location"].endswith("berkas-ditarik")
    assert visitor.get(f"/berkas/{photo}").status_code == 404
    # what is chosen and not uploaded goes along with the work
    assert upload(visitor, task, ("Anggaran.xlsx", files.XLSX), act="selesai").status_code == 303
    assert state_of(second, "persiapan") == "submitted"

    number = second.asked()[0][0]
    be(visitor, second.person["sekretaris"])
    case = second.engine.reading.cases()[0].id
    for path in (f"/pengesahan/{number}", "/pengesahan", f"/kasus/{case}"):
        page = visitor.get(path).text
        assert shown(page) == ["SK Tim.pdf", "Anggaran.xlsx"], path
        assert "Bayu Contoh" in page
        assert 'name="tarik"' not in page
    got = visitor.get(re.findall(r'href="(/berkas/\d+)"', page)[0])
    assert got.content == files.PDF
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["content-disposition"] == "attachment; filename*=UTF-8''SK%20Tim.pdf"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["cache-control"] == "no-store"

    second.send_back("Lampirkan jadwal.")
    _, again = mine(second, "ksb_rendatin", "persiapan")
    page = be(visitor, second.person["ksb_rendatin"]).get(again).text
    assert shown(page) == ["SK Tim.pdf", "Anggaran.xlsx"]  # of the pass before, to look at
    assert 'name="tarik"' not in page
    number = re.findall(r'name="lagi" value="(\d+)"', page)[1]
    assert upload(visitor, again, lagi=number, hasil="Jadwal menyusul").headers["location"].endswith("terlampir")
    page = visitor.get(again).text
    assert shown(page) == ["Anggaran.xlsx", "SK Tim.pdf", "Anggaran.xlsx"]
    assert "Jadwal menyusul</textarea>" in page


def test_a_refused_completion_keeps_the_files_and_a_double_click_attaches_once(running: Office) -> None:
    visitor, task = mine(running, "sekretaris", "disposisi")
    form = form_on(visitor.get(task).text, f"{task}/selesai") | {"dilaksanakan": "2027-01-04T07:30"}
    chosen = [("berkas", ("Surat.pdf", files.PDF))]
    for _ in range(2):
        refused = visitor.post(f"{task}/selesai", data=form, files=chosen)
        assert refused.status_code == 422  # a time, and no proof
        assert shown(refused.text) == ["Surat.pdf"]
    assert upload(visitor, task, dilaksanakan="", act="selesai").status_code == 303
    assert running.store.query("SELECT COUNT(*) FROM attachments") == [(1,)]


def test_the_next_stage_finds_the_files_of_the_one_before(running: Office) -> None:
    files.attach(running, "disposisi", "Surat permintaan.pdf", files.PDF)
    running.done("disposisi")
    visitor, task = mine(running, "ksb_rendatin", "persiapan")
    assert shown(visitor.get(task).text) == ["Surat permintaan.pdf"]


def bomb() -> bytes:
    """A document that would be 100 MB unpacked."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<x/>")
        packed.writestr("word/document.xml", b"\0" * 100_000_000)
    return made.getvalue()


HTML = b"<!doctype html><script>alert('qzx')</script>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
BAD: dict[str, tuple[Sent, str]] = {
    "nothing chosen": ([], "Belum ada berkas"),
    "an empty file": ([("berkas", ("a.pdf", b""))], "bukan jenis"),
    "a page as a picture": ([("berkas", ("foto.png", HTML))], "bukan jenis"),
    "a drawing as a picture": ([("berkas", ("foto.jpg", SVG))], "bukan jenis"),
    "a program as a document": ([("berkas", ("surat.pdf", b"MZ\x90\0" + bytes(100)))], "bukan jenis"),
    "one of two is a page": ([("berkas", ("a.pdf", files.PDF)), ("berkas", ("b.pdf", HTML))], "bukan jenis"),
    "a little too large": ([("berkas", ("a.txt", b"x" * 10_000_001))], "lebih besar dari 10 MB"),
    "a name that is a page": ([("berkas", ("<script>alert(1)</script>.exe", b"MZ\0"))], "bukan jenis"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_refused_is_refused_with_a_sentence_and_nothing_is_kept(running: Office, what: str) -> None:
    visitor, task = mine(running, "sekretaris", "disposisi")
    before = everything(running)
    answer = upload(visitor, task, *(one for _, one in BAD[what][0]), hasil="Tetap ada")
    calm(answer, what)
    assert answer.status_code == 422
    assert BAD[what][1] in answer.text
    assert "Tetap ada</textarea>" in answer.text
    assert everything(running) == before


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # a cut-off upload's file is left to gc
def test_too_much_at_once_is_not_even_read(running: Office) -> None:
    visitor, task = mine(running, "sekretaris", "disposisi")
    before = everything(running)
    fifty = upload(visitor, task, *((f"{n}.txt", b"%d" % n) for n in range(50)))
    assert fifty.status_code == 400
    assert "paling banyak 8 berkas sekaligus" in fifty.text
    assert upload(visitor, task, ("a.txt", b"x" * 12_000_001)).status_code == 413
    assert everything(running) == before


@pytest.mark.parametrize(
    "name",
    ["../../../../etc/passwd", "..\\..\\app.py", "a.pdf\x00.exe", "a.pdf.exe", "/etc/passwd", "a\r\nX-Evil: ya.pdf",
     '"><svg onload=alert(1)>.pdf', "{{1337*1337}}.pdf", "\u202efdp.exe", "x" * 500, "CON", "%2e%2e%2fa"],
    ids=range(12),
)  # fmt: skip
def test_a_hostile_name_is_only_a_harmless_label(running: Office, name: str) -> None:
    visitor, task = mine(running, "sekretaris", "disposisi")
    assert upload(visitor, task, (name, files.PDF)).status_code == 303
    page = visitor.get(task)
    calm(page, name)
    [label] = shown(page.text)
    assert label.lower().endswith(".pdf")
    assert not set(label) & set('/\\<>:"|?*\r\n\x00\u202e')
    got = visitor.get(re.findall(r'href="(/berkas/\d+)"', page.text)[0])
    assert got.content == files.PDF
    assert re.fullmatch(r"attachment; filename\*=UTF-8''[\w.%~-]+", got.headers["content-disposition"], re.ASCII)
    assert "x-evil" not in got.headers


def test_a_bomb_is_kept_as_it_is_and_never_unpacked(running: Office) -> None:
    visitor, task = mine(running, "sekretaris", "disposisi")
    packed = bomb()
    assert upload(visitor, task, ("laporan.docx", packed)).status_code == 303
    page = visitor.get(task).text
    assert Tags(page).evil == []
    assert visitor.get(re.findall(r'href="(/berkas/\d+)"', page)[0]).content == packed


def test_files_of_a_task_are_nobody_elses_to_attach_or_take_back(running: Office) -> None:
    number = files.attach(running, "disposisi", "Surat.pdf", files.PDF)
    _, task = mine(running, "sekretaris", "disposisi")
    visitor = be(browser(running), running.person["ketua"])
    said = {"_tanda": form_on(visitor.get("/akun").text, "/akun/sandi")["_tanda"], "tarik": str(number)}
    before = everything(running)
    for act in ("lampirkan", "tarik-berkas", "selesai"):
        answer = visitor.post(f"{task}/{act}", data=said, files=[("berkas", ("b.pdf", files.PDF + b"b"))])
        assert answer.status_code == 422, act
    assert everything(running) == before
