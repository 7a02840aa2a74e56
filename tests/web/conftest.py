"""The web over a real office; its mail is delivered to a local mail server."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from playwright.sync_api import Browser
from pwdlib.hashers.argon2 import Argon2Hasher
from pyotp import TOTP

from notifications.mailer import SmtpServer
from notifications.mime import Sender
from notifications.outbox import Worker
from notifications.sink import ReceivedMail, Sink
from sop_engine.application.reset import reset
from sop_engine.application.set_password import enrol_totp, redeem
from sop_engine.credentials import Credentials
from sop_engine.web.app import create_app
from tests.office import Office
from tests.web import browsing

HERE = "http://127.0.0.1:8000"
DEMO = "export SOP_DATABASE_URL=sqlite:////tmp/demo.db\npython3 start.py"


def browser(office: Office, demo: str = DEMO) -> TestClient:
    """A visitor of an office's web."""
    app = create_app(office.engine, demo)
    here = {"sec-fetch-site": "same-origin"}
    return TestClient(app, base_url=HERE, raise_server_exceptions=False, follow_redirects=False, headers=here)


def token_on(page: str) -> str:
    """The token every form of a page bears."""
    return page.partition('name="_tanda" value="')[2].partition('"')[0]


def be(visitor: TestClient, person: int) -> TestClient:
    """Let a visitor of a demo be somebody."""
    said = {"_tanda": token_on(visitor.get("/").text)}
    assert visitor.post(f"/jadi/{person}", data=said).status_code == 303
    return visitor


PASSWORD = "payung hijau tujuh kelinci"


def cheap_prover() -> Credentials:
    """Passwords hashed in no time."""
    return Credentials(Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))


def give_password(office: Office, person: int) -> None:
    """Let somebody have the password of these tests, hashed cheaply."""
    office.engine.prover = cheap_prover()
    token = reset(office.store, office.engine.prover, office.who(0), person)["token"]
    redeem(office.store, office.engine.prover, office.who(person), token, PASSWORD)


def give_second_factor(office: Office, person: int) -> str:
    """Let somebody have that password and an authenticator; gives its secret."""
    give_password(office, person)
    secret = office.engine.prover.new_secret()
    code = TOTP(secret).at(office.at - timedelta(seconds=30))
    who = replace(office.who(person), proof="sandi")
    enrol_totp(office.store, office.engine.prover, who, secret, code)
    return secret


def sign_in(visitor: TestClient, address: str, password: str = PASSWORD, **said: str) -> Response:
    """Send the sign-in form."""
    token = token_on(visitor.get("/masuk").text)
    return visitor.post("/masuk", data={"_tanda": token, "surel": address, "sandi": password, **said})


def everything(office: Office) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    tables = office.store.query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return {name: office.store.query(f"SELECT * FROM {name}") for (name,) in tables}


def deliver(office: Office, base_address: str = HERE) -> list[ReceivedMail]:
    """Send every mail that waits, as the worker does; gives what arrived."""
    with Sink() as sink:
        sender = Sender("Kantor Uji", "sop@contoh.invalid")
        server = SmtpServer("127.0.0.1", sink.port)
        worker = Worker(office.engine.outbox, server, sender, base_address=base_address, owner="uji", connections=1)
        with ThreadPoolExecutor(1) as other:  # where Playwright is, no other event loop can run in its thread
            assert not other.submit(worker.drain_once, office.at).result().trouble
        return sink.mails


@pytest.fixture
def visitor(running: Office) -> TestClient:
    """A visitor while SOP 396 is in execution, its first stage open, its mails delivered."""
    deliver(running)
    return browser(running)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real browser, or the reason why there is none."""
    if reason := browsing.missing():
        pytest.skip(f"browser tests: {reason}")
    with browsing.chromium() as browser:
        yield browser
