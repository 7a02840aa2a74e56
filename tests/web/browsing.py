"""A real browser for tests: the Chromium of the system, driven by Playwright, and axe-core to judge pages with."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text("utf-8")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PICTURES = os.environ.get("SOP_PICTURES", "")  # the folder that README's pictures are written to, if any
PHONE, DESK = 360, 1280  # pixels wide
_QUIET = (  # nothing of the browser's own goes out, and no display is needed
    *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)


def missing() -> str:
    """Why no browser can be driven here; '' if one can."""
    return "" if CHROMIUM else "no Chromium on this machine"


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    flags = [*_QUIET, *(["--no-sandbox"] if root else [])]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, headless=True, args=flags)
        try:
            yield browser
        finally:
            browser.close()


def window(browser: Browser, address: str, width: int = DESK, scripts: bool = True) -> BrowserContext:
    """A person's window, so many pixels wide, with or without JavaScript."""
    opened = browser.new_context(
        base_url=address, viewport={"width": width, "height": 800}, java_script_enabled=scripts, locale="id-ID"
    )
    opened.set_default_timeout(20_000)
    return opened


def violations(page: Page) -> list[str]:
    """What axe has against a page as it stands: rule, and where."""
    if not page.evaluate("() => typeof axe === 'object'"):
        page.evaluate(f"() => {{ {AXE} }}")
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})", RULES
    )
    return [
        f"{fault['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


def faults(page: Page, *widths: int) -> list[str]:
    """What is wrong with a page as it stands: what axe says, and where it is wider than its window."""
    found = []
    for width in widths or (PHONE,):
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"{width} px: {fault}" for fault in violations(page)]
        if too_wide := overflow(page):
            found.append(f"{width} px: {too_wide} px wider than its window")
    return found


def overflow(page: Page) -> int:
    """How many pixels a page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def picture(page: Page, name: str, width: int, height: int, at: str) -> None:
    """Take README's picture of a page from some element on, if pictures are asked for."""
    page.set_viewport_size({"width": width, "height": height})
    page.locator(at).first.evaluate("one => one.scrollIntoView({behavior: 'instant'})")
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"))
