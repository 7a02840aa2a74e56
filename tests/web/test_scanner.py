"""A mail scanner follows every link of every mail, by every harmless method: nothing changes and nothing is told."""

import re
from datetime import timedelta
from itertools import cycle, islice, product
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient

from notifications.sink import read_mail
from sop_engine.application.ratify_edition import void_edition
from tests.office import Office
from tests.revisions import EXTRA, TEXT, revise, with_stage
from tests.web.conftest import HERE, browser, deliver, everything, give_password, sign_in, token_on

METHODS = ("GET", "HEAD", "OPTIONS")
WRITTEN = {  # every kind the engine writes so far
    *("penugasan", "permintaan_pengesahan", "disahkan", "pengembalian", "pengingat", "terlambat", "eskalasi"),
    *("selesai", "revisi", "berakhir", "batal", "pemberitahuan"),
}
AGENTS = ("Mozilla/5.0 (compatible; SafeLinks)", "Barracuda Sentinel (EE)", "facebookexternalhit/1.1", "WhatsApp/2.23")


@pytest.fixture
def written(office: Office) -> Office:
    """An office whose SOP ran to its end, late, returned and revised, while another was voided; the mail is out."""
    edition = office.in_force()
    office.start(edition)
    for _ in range(14 * 24):  # the ticker every hour, past all reminders of the first stage
        office.at += timedelta(hours=1)
        office.engine.tick()
    deliver(office)  # what is answered is not sent any more
    office.done("disposisi", result="RAHASIA-HASIL")
    office.done("persiapan")
    deliver(office)
    office.send_back("RAHASIA-CATATAN")
    revise(office, edition, with_stage("pleno", EXTRA))
    office.engine.tick()
    while act := office.next_act():
        deliver(office)
        act[2]()
    other = office.in_force(TEXT.replace("396/ORT.06/3601/2023", "12/ORT.06/3601/2028"))
    office.start(other)
    void_edition(office.store, office.who("sekretaris"), other, "Diganti.")
    office.start(office.in_force(TEXT.replace("396/ORT.06/3601/2023", "13/ORT.06/3601/2028")))  # work left to do
    office.engine.tick()
    deliver(office)
    return office


def links(office: Office) -> list[str]:
    """Every address of ours in the frozen bytes of every mail, in either part."""
    found: set[str] = set()
    for (body,) in office.store.query("SELECT body FROM messages WHERE state = 'sent'"):
        parts = read_mail("", [], body)
        found |= set(re.findall(r"https?://[^\s\"'<>]+", f"{parts.text}\n{parts.html}"))
    assert all(link.startswith(f"{HERE}/") for link in found), found
    return sorted(link.rstrip(".,)") for link in found)


def secrets_of(office: Office) -> set[str]:
    """Words that only somebody signed in may read: what people wrote, who they are, and what is done."""
    names = {name for (name,) in office.store.query("SELECT name FROM persons")}
    return names | {"RAHASIA", "Menerima surat", "persiapan", "Sekretaris", "LKj"}


def scan(office: Office, visitor: TestClient, requests: int) -> int:
    """Ask for every link again and again; gives the number of different ones."""
    addresses, secret = links(office), secrets_of(office)
    looks = cycle(product(addresses, METHODS))
    for number, (address, method) in enumerate(islice(looks, requests)):
        visitor.cookies.clear()
        answer = visitor.request(method, address, headers={"user-agent": AGENTS[number % len(AGENTS)]})
        if method == "OPTIONS":
            assert answer.status_code == 405
        else:
            to = f"/masuk?ke={urlsplit(address).path}"
            assert (answer.status_code, answer.headers["location"]) == (303, to)
        told = f"{answer.text}{answer.headers.get('location')}"
        assert not [word for word in secret if word in told], address
    return len(addresses)


def scanned(office: Office, requests: int) -> None:
    kinds = {kind for (kind,) in office.store.query("SELECT DISTINCT kind FROM messages WHERE state = 'sent'")}
    assert kinds == WRITTEN
    give_password(office, office.person["sekretaris"])
    before = everything(office)
    scanner = browser(office, demo="")

    assert scan(office, scanner, requests) >= 20

    assert everything(office) == before
    assert before["sessions"] == []
    form = scanner.get(f"/masuk?ke={urlsplit(links(office)[0]).path}").text  # where each answer leads
    assert 'name="sandi"' in form
    assert not [word for word in secrets_of(office) if word in form]
    assert everything(office) == before
    task = f"/tugas/{office.open_tasks('disposisi')[-1][0]}"
    assert HERE + task in links(office)
    person = browser(office, demo="")
    assert sign_in(person, "sekretaris@contoh.invalid", ke=task).headers["location"] == task
    page = person.get(task).text
    version = re.search(r'name="_versi" value="(\d+)"', page)
    assert version
    said = {"_tanda": token_on(page), "_versi": version[1], "hasil": "Sungguh"}
    assert person.post(f"{task}/selesai", data=said).status_code == 303


def test_scanners_change_nothing_and_learn_nothing(written: Office) -> None:
    scanned(written, 600)


@pytest.mark.long
def test_scanners_change_nothing_and_learn_nothing_in_ten_thousand_requests(written: Office) -> None:
    scanned(written, 10_000)
