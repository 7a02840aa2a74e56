"""Staff in a real browser: from a mail's link to the work done in two steps; a scanner's browser gets nowhere."""

import pytest
from playwright.sync_api import Browser

from tests.office import Office
from tests.web import browsing
from tests.web.at_work import AtWork, link_in, position_of
from tests.web.browsing import DESK, PHONE
from tests.web.conftest import everything
from tests.web.serving import in_a_thread


@pytest.mark.parametrize(
    ("width", "scripts"),
    [
        (DESK, True),
        (PHONE, False),
        pytest.param(PHONE, True, marks=pytest.mark.long),
        pytest.param(DESK, False, marks=pytest.mark.long),
    ],
)
def test_from_a_mail_to_the_work_done_in_two_steps(
    running: Office, chromium: Browser, width: int, scripts: bool
) -> None:
    running.done("disposisi", result="Susun <b>sekarang</b>")
    with in_a_thread(running) as address:
        work = AtWork(running, chromium, address, width, scripts)
        work.give("ksb_rendatin")
        [link] = [link_in(mail) for mail in work.mails() if "Penugasan: Menyusun jadwal" in mail.subject]
        page = work.page_of("ksb_rendatin")
        page.goto(link)  # a mail's link asks who you are …
        work.sign_in(page, "ksb_rendatin")
        assert page.url == link  # … then opens the task
        assert "Susun <b>sekarang</b>" in page.inner_text("main")
        page.get_by_label("Hasil kerja").fill("Surat keputusan tim")  # step one: say what came of it
        page.get_by_role("button", name="Ajukan untuk disahkan").click()  # step two
        assert page.url == f"{address}/tugas?kabar=diajukan"
        assert "menunggu pengesahan" in page.get_by_role("status").inner_text()
        work.close()
    [(run,)] = running.store.query("SELECT id FROM stage_runs WHERE stage = 'persiapan' AND state = 'submitted'")
    case = running.engine.reading.case(running.engine.reading.cases()[0].id)
    assert case
    assert [case.words[one.result] for one in case.runs if one.id == run and one.result] == ["Surat keputusan tim"]


def test_a_browser_without_cookies_follows_every_link_and_changes_nothing(running: Office, chromium: Browser) -> None:
    running.done("disposisi")
    running.done("persiapan")
    running.send_back("Belum lengkap.")
    running.done("persiapan")
    with in_a_thread(running) as address:
        mails = AtWork(running, chromium, address, DESK, True).mails()
        before = everything(running)
        links = sorted({link_in(mail) for mail in mails if position_of(mail)} - {""})
        assert {link.removeprefix(address).split("/")[1] for link in links} == {"edisi", "tugas", "pengesahan"}
        for link in links:
            with browsing.window(chromium, address) as window:
                page = window.new_page()
                page.goto(link)
                assert page.url == f"{address}/masuk?ke={link.removeprefix(address)}"
    assert everything(running) == before
    assert before["sessions"] == []
