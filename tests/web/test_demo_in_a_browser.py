"""The demo as a newcomer sees it, one click to be anybody; README's pictures are taken here, into SOP_PICTURES."""

import re
import subprocess

from playwright.sync_api import Browser, Page

from tests.web import browsing
from tests.web.browsing import DESK, PHONE
from tests.web.test_demo import running_demo

__all__ = ["running_demo"]


def be(page: Page, name: str) -> None:
    """Become somebody, by one click."""
    page.goto("/masuk")
    if page.get_by_role("button", name="Keluar").count():
        page.get_by_role("button", name="Keluar").click()
        page.goto("/masuk")
    page.get_by_role("button", name=re.compile(name)).click()


def test_each_persons_first_page_in_the_demo(
    running_demo: tuple[subprocess.Popen[str], str], chromium: Browser
) -> None:
    address = re.search(r"Mulai di sini +(http://[^/\s]+)", running_demo[1])
    assert address, running_demo[1]
    faults: list[str] = []

    def shown(name: str, width: int, height: int = 900, at: str = "header") -> None:
        faults.extend(f"{name}: {fault}" for fault in browsing.faults(page, width))
        browsing.picture(page, name, width, height, at)

    with browsing.window(chromium, address[1]) as window:
        page = window.new_page()
        page.goto("/")
        page.get_by_role("link", name=re.compile("^Kotak surel")).first.click()
        page.locator("a[href^='/surel/']").first.click()
        shown("surel", DESK)
        be(page, "Hendra Rekaan")
        faults.extend(browsing.faults(page, PHONE, DESK))
        page.locator(".work a[href^='/tugas/']").first.click()
        shown("tugas", PHONE, 740, "h1")
        be(page, "Rahayu Contoh")
        page.goto("/pengesahan")
        shown("pengesahan", PHONE, 740, "h1")
        page.goto("/ikhtisar")
        faults.extend(browsing.faults(page, PHONE, DESK))
        page.locator("main a[href^='/kasus/']").first.click()
        shown("kasus", DESK, at="#alur")
        be(page, "Wulan Peraga")
        page.goto("/edisi")
        page.get_by_role("row", name="396/ORT").get_by_role("link", name="Ubah").click()
        page.locator("a[href$='?contoh=ya']").click()
        page.get_by_role("button", name="Bandingkan").click()
        shown("banding", DESK, at="#banding")
    assert not faults, "\n".join(faults)
