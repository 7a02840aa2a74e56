"""The whole of SOP 396 by mail links and pages alone, from its upload to its last stage, in a real browser.

Nobody is told where to go but by mail or by what a page shows. There is rework that one subbagian does, work that
the Sekretaris returns, and every sign-off with password and authenticator.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.invariants import check
from tests.office import PEOPLE, SOP_396, Office
from tests.web import browsing
from tests.web.at_work import AtWork, until_nothing_is_left
from tests.web.serving import in_a_thread

RETURNED = "Jadwal belum memuat rapat pleno."
REWORK = "Data dukung belum lengkap."


@contextmanager
def at_work(office: Office, browser: Browser, width: int, scripts: bool) -> Iterator[AtWork]:
    with in_a_thread(office) as address:
        work = AtWork(office, browser, address, width, scripts)
        work.give(*PEOPLE, "admin")
        try:
            yield work
        finally:
            work.close()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def put_in_force(work: AtWork, text: Path) -> str:
    """The admin loads a file, the Sekretaris signs it; gives where the edition is."""
    page = work.follow("admin", "/edisi")
    page.get_by_role("link", name="Muat SOP baru").click()
    page.get_by_label("Unggah berkas YAML").set_input_files(text)
    press(page, "Muat sebagai rancangan")
    edition = re.search(r"/edisi/\d+", page.url)
    assert edition, page.inner_text("main")
    signer = work.follow("sekretaris", edition[0])
    work.prove(signer, "sekretaris")
    press(signer, "Tanda tangani naskah ini")
    assert "SOP ini berlaku" in signer.get_by_role("status").inner_text()
    return edition[0]


def start(work: AtWork, edition: str, year: str) -> str:
    """The admin starts a case; gives where it is."""
    page = work.follow("admin", f"{edition}/mulai")
    page.get_by_label("Tahun kasus").fill(year)
    press(page, "Mulai kasus")
    case = re.search(r"/kasus/\d+", page.url)
    assert case, page.inner_text("main")
    return case[0]


def do(work: AtWork, position: str, page: Page) -> None:
    """Do what a page asks for: sign off, or complete a task; a link whose work is done leads to the case."""
    work.office.at += timedelta(minutes=20)
    if "/pengesahan/" in page.url:
        sign_off(work, position, page)
    elif "/tugas/" in page.url:
        complete(work, page)
    else:
        assert re.search(r"/kasus/\d+(#|$)", page.url), page.url


def sign_off(work: AtWork, position: str, page: Page) -> None:
    if not work.acts.count("dikembalikan"):
        press(page, "Kembalikan")
        assert page.get_by_role("alert").is_visible()  # not without a reason
        page.get_by_label("Catatan").fill(RETURNED)
        press(page, "Kembalikan")
        work.acts.append("dikembalikan")
    else:
        work.prove(page, position)
        press(page, "Sahkan")
        if page.get_by_role("alert").count():  # who signed in and read for longer than five minutes is asked again
            assert "lima menit" in page.get_by_role("alert").inner_text()
            work.prove(page, position)
            press(page, "Sahkan")
        work.acts.append("disahkan")
    assert re.search(rf"/pengesahan\?kabar={work.acts[-1]}", page.url), page.inner_text("main")


def complete(work: AtWork, page: Page) -> None:
    stage = re.search(r"tahap (S\d\d)", page.inner_text("main"))
    assert stage
    done = work.acts.count(stage[1])
    for tick in page.get_by_role("group", name=re.compile("Kelengkapan|Yang hadir")).get_by_role("checkbox").all():
        tick.check()
    yes, no = (page.get_by_role("radio", name=re.compile(f"^{word}\\b", re.I)) for word in ("ya", "tidak"))
    if yes.count() and (stage[1], done) == ("S05", 0):
        no.check()
        page.get_by_role("checkbox", name=re.compile("Keuangan")).check()  # only this subbagian
        page.get_by_label("Catatan").fill(REWORK)
    elif yes.count():
        yes.check()
    if (stage[1], done) == ("S02", 1):
        assert RETURNED in page.inner_text("main")
    if (stage[1], done) == ("S04", 4):
        assert REWORK in page.inner_text("main")
    page.get_by_label("Hasil kerja").fill(f"Keluaran {stage[1]}")
    page.get_by_role("button", name=re.compile("Kirim putusan|Ajukan untuk disahkan|Selesaikan")).click()
    work.acts.append(stage[1])
    assert re.search(r"kabar=(selesai|diajukan|tamat)", page.url), page.inner_text("main")


@pytest.mark.parametrize(
    ("width", "scripts"),
    [
        (browsing.PHONE, False),
        pytest.param(browsing.DESK, True, marks=pytest.mark.long),
        pytest.param(browsing.PHONE, True, marks=pytest.mark.long),
        pytest.param(browsing.DESK, False, marks=pytest.mark.long),
    ],
)
def test_the_whole_sop_by_mail_links_and_pages_alone(
    office: Office, chromium: Browser, width: int, scripts: bool
) -> None:
    with at_work(office, chromium, width, scripts) as work:
        opened = start(work, put_in_force(work, SOP_396), "2026")
        mails = until_nothing_is_left(work, lambda position, page: do(work, position, page))
        case = work.follow("sekretaris", opened)
        assert "selesai" in case.inner_text("main").lower()
        work.look(case)
    counts = Counter(work.acts)
    assert counts == {
        **{f"S{number:02}": 1 for number in range(1, 14)},
        **{"S02": 2, "S04": 5, "S05": 2, "dikembalikan": 1, "disahkan": 3},
    }
    redone = [
        slot for stage, no, slot, state in office.runs() if (stage, no, state) == ("data_capaian", 2, "completed")
    ]
    assert "ksb_kul" in redone
    assert office.store.query("SELECT state FROM cases") == [("completed",)]
    assert office.store.query("SELECT state FROM editions") == [("expired",)]
    told = " ".join(mail.subject for mail in mails)
    for kind in ("Penugasan: ", "Permintaan pengesahan: ", "Pengembalian ", "Disahkan: ", "Selesai: ", "tidak berlaku"):
        assert kind in told, kind
    assert not work.faults, "\n".join(work.faults)
    check(office)
