"""Every page of an office in every shape it takes: crawled as each person, forms sent empty, each shape judged once."""

import re
from collections import Counter
from html import unescape
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urlsplit

from fastapi.testclient import TestClient
from httpx2 import Response
from playwright.sync_api import Page
from starlette.routing import compile_path

from sop_engine.web.access import ACCESS
from tests.office import Office
from tests.web import browsing
from tests.web.conftest import browser, token_on

ROUTES = [(route, compile_path(route[1])[0]) for route in ACCESS]
STARTS = [path for method, path in ACCESS if method == "GET" and "{" not in path]
OFTEN = 30  # pages of one kind that one person looks at


class Shape(HTMLParser):
    """What a page is built of: every element in its parent, by tag, class and kind; words and numbers don't count."""

    VOID = ("meta", "link", "input", "br", "col", "wbr", "img")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.pieces: set[tuple[str, ...]] = set()
        self._inside: list[str] = [""]
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        kind = f"{tag}.{said.get('class', '')}.{said.get('type', '')}.{said.get('role', '')}"
        self.pieces.add((*self._inside[-2:], kind))
        if tag not in self.VOID:
            self._inside.append(kind)

    def handle_endtag(self, tag: str) -> None:
        while len(self._inside) > 1 and self._inside.pop().partition(".")[0] != tag:
            pass


def route_of(method: str, path: str) -> tuple[str, str]:
    """The row of the table of access that an address falls under; ("", "") for none."""
    return next((route for route, known in ROUTES if route[0] == method and known.match(path)), ("", ""))


class Gallery:
    """What the pages of one office look like, and what is wrong with them."""

    def __init__(self, office: Office, page: Page, widths: tuple[int, ...], demo: str = "") -> None:
        self._office, self._page, self._widths, self._demo = office, page, widths, demo
        self.reached: dict[tuple[str, str], set[int]] = {}  # route: the statuses it answered
        self.faults: list[str] = []
        self.judged: list[str] = []
        self._shapes: set[tuple[str, ...]] = set()

    def walk(self, person: int, *also: str) -> "Sender":
        """See all a person can reach by links (0: who has not signed in); gives who sends the forms seen."""
        visitor = browser(self._office, self._demo)
        if person:
            visitor.cookies.set("sop", self._office.engine.sessions.open(person, "sandi+totp"), domain="127.0.0.1")
        forms: dict[tuple[str, str], str] = {}
        counts: Counter[tuple[str, str]] = Counter()
        waiting = list(dict.fromkeys([*STARTS, *also]))
        for address in waiting:
            route = route_of("GET", urlsplit(address).path)
            counts[route] += 1
            if counts[route] > OFTEN:
                continue
            answer = visitor.get(address)
            self._keep(route, f"{person} {address}", answer)
            forms |= {(action, address): answer.text for action in _actions(answer.text)}
            found = [answer.headers["location"]] if answer.is_redirect else re.findall(r'href="(/[^"]*)"', answer.text)
            plain = dict.fromkeys(unescape(link).partition("#")[0] for link in found)
            waiting += [link for link in plain if link not in waiting and not link.startswith("/statis/")]
        return Sender(person, visitor, forms)

    def sent(self, sender: "Sender") -> None:
        """Send every form a person has seen as it stands, with nothing filled in."""
        for (action, address), shown in sender.forms.items():
            answer = sender.visitor.post(action, data={"_tanda": token_on(shown), **hidden(shown, action)})
            self._keep(route_of("POST", action), f"{sender.person} POST {action} on {address}", answer)

    def _keep(self, route: tuple[str, str], name: str, answer: Response) -> None:
        self.reached.setdefault(route, set()).add(answer.status_code)
        if answer.is_redirect or not answer.headers.get("content-type", "").startswith("text/html"):
            return
        pieces = Shape(answer.text).pieces | {(*route, str(answer.status_code))}
        if pieces <= self._shapes:
            return  # built of what has been judged already
        self._shapes |= pieces
        self.judged.append(name)
        self._page.set_content(answer.text)
        for closed in self._page.locator("details").all():
            closed.evaluate("one => one.open = true")
        self.faults += [f"{name}: {fault}" for fault in browsing.faults(self._page, *self._widths)]


class Sender(NamedTuple):
    """A person at a browser, and the forms they came by: by address and page, the page as it was."""

    person: int
    visitor: TestClient
    forms: dict[tuple[str, str], str]


def _actions(html: str) -> list[str]:
    """Where the forms of a page lead, but out."""
    return [unescape(action) for action in re.findall(r'(?:form)?action="(/[^"]*)"', html) if action != "/keluar"]


def hidden(html: str, action: str) -> dict[str, str]:
    """What the form of an address bears unseen, but its token."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', html, re.DOTALL)
    found = re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form[0]) if form else []
    return {name: unescape(value) for name, value in found if name != "_tanda"}
