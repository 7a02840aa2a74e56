"""What people send who mean no good: every form and address answers calmly, pages show it as text, mails stay whole."""

import re
from collections.abc import Iterator
from email import message_from_bytes
from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from sop_engine.web.access import ACCESS
from tests.office import Office
from tests.web import hostile
from tests.web.conftest import HERE, be, browser, deliver, everything, token_on

NAMES = (  # every field a form of ours has, or carries
    *("hasil", "catatan", "kelengkapan", "putusan", "hadir", "dilaksanakan", "bukti", "kepada", "pesan", "surel"),
    *("berkas", "tarik", "lagi"),
    *("sandi", "kode", "ke", "_ke", "_kunci", "_versi", "isi.hasil", "ulang.ya", "pemulihan", "sandi_baru", "rahasia"),
)
HARMLESS = {"_tanda", "kode_baru", "sandi", "sandi_lagi", "pemulihan"}
ON_ITS_OWN = ("/keluar", "/jadi/{number}")  # end the visit


class Tags(HTMLParser):
    """What a browser would make of a page: scripts, handlers, addresses and foreign elements."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.evil: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "iframe" and said.get("class") == "letter" and "sandbox" in said and not said["sandbox"]:
            self.evil += Tags(said.pop("srcdoc") or "").evil  # our own frame for a mail, which may do nothing
            return
        bad = tag in ("script", "iframe", "base", "object", "embed", "math", "mglyph", "x") or (
            tag == "meta" and ("http-equiv", "refresh") in attrs
        )
        for name, value in attrs:
            target = (value or "").strip().lower()
            leads = name in ("href", "src", "action", "formaction", "srcdoc")
            bad |= name.startswith("on") or name == hostile.MARK or (leads and "evil.example" in target)
            bad |= leads and target.startswith(("javascript:", "data:"))
        if bad:
            self.evil.append(f"<{tag} {attrs}>")


def calm(answer: Response, what: object) -> None:
    """An answer that nothing got through: no fault of ours, nothing worked out, no header of theirs."""
    assert answer.status_code < 500, what
    assert Tags(answer.text).evil == [], what
    assert "1787569" not in answer.text, what
    assert "root:x:0" not in answer.text, what
    assert not {"x-evil", "bcc"} & set(answer.headers), what
    assert "default-src 'none'" in answer.headers.get("content-security-policy", ""), what
    cookies = answer.headers.get_list("set-cookie")
    assert all(re.match(r"sop=[\w-]*; Path=/; HttpOnly; SameSite=Lax", cookie) for cookie in cookies), what
    to = answer.headers.get("location", "/").removeprefix(HERE)  # a slash too many is led back by its whole address
    assert re.match(r"/(?![/\\])", to), what
    assert "evil" not in to, what


@pytest.fixture
def at_desk(running: Office) -> tuple[Office, TestClient]:
    """The Sekretaris at the browser, with one task."""
    return running, be(browser(running), running.person["sekretaris"])


def acts(office: Office) -> Iterator[str]:
    """The address of every form, on a thing that exists."""
    task = office.open_tasks()[0][0]
    for method, path in ACCESS:
        if method == "POST" and path not in ON_ITS_OWN:
            yield path.replace("{number}", str(task if path.startswith("/tugas") else 1))


def fields(page: str) -> set[str]:
    return set(re.findall(r'<(?:input|textarea|select|button)[^>]* name="([^"]*)"', page))


def test_every_field_on_a_page_is_in_the_list_of_fields(at_desk: tuple[Office, TestClient]) -> None:
    office, visitor = at_desk
    pages = [visitor.get(path).text for path in ("/akun", "/sandi", f"/tugas/{office.open_tasks()[0][0]}")]
    pages += [browser(office, demo="").get("/masuk").text]
    assert set().union(*map(fields, pages)) <= {*NAMES, *HARMLESS}


@pytest.mark.parametrize(
    "text", [hostile.TOGETHER, *(pytest.param(text, marks=pytest.mark.long) for text in hostile.TEXTS)], ids=str.__len__
)
def test_a_text_is_shown_as_text_on_every_page_and_in_every_mail(at_desk: tuple[Office, TestClient], text: str) -> None:
    office, visitor = at_desk
    task = f"/tugas/{office.open_tasks()[0][0]}"
    said = {"_tanda": token_on(visitor.get("/akun").text)}
    typed = dict.fromkeys(("hasil", "catatan", "pesan"), text)

    for act in ("simpan", "alihkan", "selesai"):  # alihkan refuses, and shows the form again
        answer = visitor.post(f"{task}/{act}", data=said | typed)
        calm(answer, act)
        calm(visitor.get(task), act)
    office.open_tasks("persiapan") or office.done("disposisi", result="Ada.")
    office.done("persiapan")
    office.send_back((text.strip() or "Ulangi.")[:500])
    case = office.engine.reading.cases()[0].id
    again = office.open_tasks("persiapan")[0]
    be(visitor, again[1])
    for path in ("/", f"/kasus/{case}", f"/tugas/{again[0]}", "/tugas", "/surel"):
        calm(visitor.get(path), path)
    deliver(office)
    check_mails(office, visitor)


def check_mails(office: Office, visitor: TestClient) -> None:
    """Every mail has the headers of one written by us, and only our own links."""
    rows = office.store.query("SELECT id, to_address, body FROM messages WHERE state = 'sent'")
    assert rows
    names = set()
    for number, address, body in rows:
        mail = message_from_bytes(body)
        names.add(tuple(name.lower() for name in mail))
        assert mail.get_all("To") is not None
        assert address in str(mail["To"])
        assert not {"bcc", "cc", "x-evil"} & set(names.copy().pop())
        for part in mail.walk():
            if part.get_content_type() == "text/html":
                assert Tags(part.get_payload(decode=True).decode()).evil == []  # type: ignore[union-attr]
        calm(visitor.get(f"/surel/{number}"), number)
    assert len(names) <= 2, names


@pytest.mark.long
@pytest.mark.parametrize("text", [*hostile.SCRIPTS[:4], *hostile.TEMPLATES[:2], *hostile.HEADERS, *hostile.NUMBERS])
def test_a_text_in_any_field_of_any_form_is_answered_calmly(at_desk: tuple[Office, TestClient], text: str) -> None:
    office, visitor = at_desk
    for path in acts(office):
        said = {"_tanda": token_on(visitor.get("/akun").text)}
        calm(visitor.post(path, data=dict.fromkeys(NAMES, text) | said), path)
        for name in ("_versi", "kepada", "dilaksanakan"):
            calm(visitor.post(path, data=said | {"hasil": "Ada.", name: text}), (path, name))


def test_addresses_lead_nowhere_else(at_desk: tuple[Office, TestClient]) -> None:
    office, visitor = at_desk
    before = everything(office)
    for pattern in hostile.ADDRESSES:
        for step in hostile.STEPS:
            answer = visitor.get(pattern.format(step))
            calm(answer, (pattern, step))
            assert answer.status_code in (303, 307, 400, 404, 405), (pattern, step)
            assert "def create_app" not in answer.text
    for number in hostile.NUMBERS:
        calm(visitor.get("/surel", params={"kepada": number}), number)
        calm(visitor.get("/tugas", params={"kabar": number}), number)
    assert everything(office) == before


@pytest.mark.parametrize(
    "to", [to if n % 6 == 0 else pytest.param(to, marks=pytest.mark.long) for n, to in enumerate(hostile.ELSEWHERE)]
)
def test_nobody_is_led_elsewhere(at_desk: tuple[Office, TestClient], to: str) -> None:
    office, visitor = at_desk
    calm(visitor.get("/masuk", params={"ke": to}), to)
    said = {"_tanda": token_on(visitor.get("/akun").text), "ke": to, "_ke": to}
    calm(visitor.post(f"/jadi/{office.person['ketua']}", data=said), to)
    stranger = browser(office, demo="")
    calm(stranger.get("/masuk", params={"ke": to}), to)
    said["_tanda"] = token_on(stranger.get("/masuk").text)
    calm(stranger.post("/masuk", data=said | {"surel": "x", "sandi": "x"}), to)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # a cut-off upload's file is left to gc
def test_bodies_that_are_no_forms_are_refused(at_desk: tuple[Office, TestClient]) -> None:
    office, visitor = at_desk
    before = everything(office)
    for path in acts(office):
        for kind, body in hostile.BODIES:
            answer = visitor.post(path, content=body, headers={"content-type": kind})
            calm(answer, (path, kind, body[:40]))
            assert answer.status_code in (400, 403, 413, 422), (path, kind)
    for method in ("GET", "HEAD"):
        assert visitor.request(method, "/tugas", content=b"x" * 100).status_code == 200
    assert everything(office) == before


def test_a_body_is_read_only_up_to_its_limit(at_desk: tuple[Office, TestClient]) -> None:
    office, visitor = at_desk
    for path in acts(office):
        for length in ("99999999999", "12000001", "-1"):
            assert visitor.post(path, headers={"content-length": length}).status_code == 413, path
        assert visitor.post(path, content=iter([b"hasil=x"])).status_code in (411, 413), path  # no length at all
    big = {"_tanda": token_on(visitor.get("/akun").text), "hasil": "x" * 2_000_000}
    calm(visitor.post(f"/tugas/{office.open_tasks()[0][0]}/simpan", data=big), "2 MB of text")
