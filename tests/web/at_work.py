"""An office that works by mail and pages alone: people read their mails, follow the links and use what is shown."""

import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Browser, BrowserContext, Page
from pyotp import TOTP

from notifications.sink import ReceivedMail
from tests.office import Office
from tests.web import browsing
from tests.web.conftest import PASSWORD, deliver, give_password, give_second_factor

SIGNERS = ("sekretaris",)


class AtWork:
    """People of an office, each with a browser of their own and a password; who signs has an authenticator too."""

    def __init__(self, office: Office, browser: Browser, address: str, width: int, scripts: bool) -> None:
        self.office, self.address = office, address
        self._browser, self._width, self._scripts = browser, width, scripts
        self._pages: dict[str, Page] = {}
        self._codes: dict[str, str] = {}
        self.acts: list[str] = []  # what was done, in order: stage or act
        self.faults: list[str] = []

    def give(self, *positions: str) -> None:
        """Let people have a password, and signers an authenticator."""
        for position in positions:
            if position in SIGNERS:
                self._codes[position] = give_second_factor(self.office, self.office.person[position])
            else:
                give_password(self.office, self.office.person[position])

    def mails(self) -> list[ReceivedMail]:
        """Send every mail that waits through a mail server, and give what arrived."""
        return deliver(self.office, self.address)

    def page_of(self, position: str) -> Page:
        """The page somebody looks at."""
        if position not in self._pages:
            opened: BrowserContext = browsing.window(self._browser, self.address, self._width, self._scripts)
            self._pages[position] = opened.new_page()
        return self._pages[position]

    def follow(self, position: str, link: str) -> Page:
        """Follow a link of a mail; who is not signed in is asked who they are, then is where the link leads."""
        page = self.page_of(position)
        page.goto(link)
        if "/masuk" in page.url:
            self.sign_in(page, position)
        return page

    def sign_in(self, page: Page, position: str) -> None:
        """Fill in the sign-in form."""
        page.get_by_label("Alamat surel").fill(f"{position}@contoh.invalid")
        page.get_by_label("Kata sandi").fill(PASSWORD)
        if position in self._codes:
            page.get_by_label("Kode autentikator").fill(self.code(position))
        page.get_by_role("button", name="Masuk").click()

    def prove(self, page: Page, position: str) -> None:
        """Prove anew who one is, where a page asks for it."""
        if page.get_by_label("Kata sandi Saudara").count():
            page.get_by_label("Kata sandi Saudara").first.fill(PASSWORD)
            page.get_by_label("Kode autentikator").first.fill(self.code(position))

    def code(self, position: str) -> str:
        """The authenticator's next code, a moment later: each is good once."""
        self.office.at += timedelta(minutes=1)
        return TOTP(self._codes[position]).at(self.office.at)

    def look(self, page: Page) -> None:
        """Judge a page as it stands; axe is a script itself, so that it can't where there are none."""
        if self._scripts:
            self.faults += [f"{page.url}: {fault}" for fault in browsing.faults(page, self._width)]

    def close(self) -> None:
        """Close every browser."""
        for page in self._pages.values():
            page.context.close()


def link_in(mail: ReceivedMail) -> str:
    """The link of ours that a mail bears; '' where it has none."""
    found = re.search(r"https?://127\.0\.0\.1:\d+/\S+", mail.text)
    return found[0].rstrip(".,)") if found else ""


def position_of(mail: ReceivedMail) -> str:
    """Whose letterbox it lies in."""
    return mail.recipients[0].partition("@")[0]


def until_nothing_is_left(work: AtWork, act: Callable[[str, Page], None]) -> list[ReceivedMail]:
    """Let each mail be read in the order of arrival and its link be followed, until no more mails come."""
    read: list[ReceivedMail] = []
    while fresh := work.mails():
        late: set[str] = set()
        for mail in fresh:
            read.append(mail)
            if mail.subject not in late and re.search(r"/(tugas|pengesahan)/\d+$", link_in(mail)):
                page = work.follow(position_of(mail), link_in(mail))
                act(position_of(mail), page)
                late |= {mail.subject} if "/kasus/" in page.url else set()  # a colleague has done it
    return read
