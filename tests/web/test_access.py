"""The access matrix: every route, for every role, on what is theirs, somebody else's, and nothing at all."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from fastapi.testclient import TestClient

from sop_engine.web.access import ACCESS, May
from tests.attachments import PDF, attach
from tests.office import OPENING, SOP_396, Office, SqliteFile
from tests.revisions import of_stage, propose
from tests.web.conftest import browser, cheap_prover, everything, token_on

ROLES = ("nobody", "idle", "performer", "signer", "admin")
DEMO_ONLY = ("/surel", "/jadi")
MISSING = 999_999


class Row(NamedTuple):
    """What a route answers to a bare request, with nothing filled in but `said`."""

    whose: str = ""  # whose thing `{number}` names: a key of `things`
    own: int = 200  # to whom it belongs, or where it belongs to nobody
    others: int = 200  # to anybody else who has signed in
    nobody: int = 0  # before signing in, where the table of access lets anybody in
    said: tuple[tuple[str, str], ...] = ()


EXPECTED = {
    ("GET", "/"): Row(),
    ("GET", "/ikhtisar"): Row(),
    ("GET", "/kasus/{number}"): Row("case"),
    ("GET", "/edisi/{number}"): Row("edition"),
    ("GET", "/edisi/{number}/cetak"): Row("edition"),
    ("GET", "/berkas/{number}"): Row("file"),
    ("GET", "/surel"): Row(nobody=200),
    ("GET", "/surel/{number}"): Row("mail", nobody=404, own=404, others=404),  # none was sent here
    ("POST", "/jadi/{number}"): Row("person", own=303, others=303, nobody=303),
    ("GET", "/masuk"): Row(own=303, nobody=200),
    ("POST", "/masuk"): Row(own=422, nobody=422),
    ("POST", "/keluar"): Row(own=303, nobody=303),
    ("GET", "/sandi"): Row(nobody=200),
    ("POST", "/sandi"): Row(own=422, nobody=422),
    ("GET", "/akun"): Row(),
    ("POST", "/akun/sandi"): Row(own=422),
    ("POST", "/akun/kode"): Row(own=422),
    ("GET", "/tugas"): Row(),
    ("GET", "/tugas/{number}"): Row("task", 200, 303),  # of somebody else's: to its stage on the case's page
    ("POST", "/tugas/{number}/ambil"): Row("task", 303, 422),
    ("POST", "/tugas/{number}/lepas"): Row("task", 422, 422),  # nobody has taken it
    ("POST", "/tugas/{number}/simpan"): Row("task", 303, 422),
    ("POST", "/tugas/{number}/lampirkan"): Row("task", 422, 422),  # nothing is chosen
    ("POST", "/tugas/{number}/tarik-berkas"): Row("task", 422, 422),
    ("POST", "/tugas/{number}/selesai"): Row("task", 303, 422, said=(("hasil", "Ada."),)),
    ("POST", "/tugas/{number}/alihkan"): Row("task", 303, 422, said=(("kepada", "{idle}"), ("pesan", "Tolong."))),
    ("POST", "/tugas/{number}/tarik"): Row("task", 422, 422),  # nobody has handed it over
    ("GET", "/tugas/{number}/pindahkan"): Row("task"),
    ("POST", "/tugas/{number}/pindahkan"): Row("task", 422, 422),  # to nobody
    # cases: begun and cancelled by those who may, which the act decides
    ("GET", "/edisi/{number}/mulai"): Row("edition"),
    ("POST", "/edisi/{number}/mulai"): Row("edition", 422, 422),
    ("GET", "/kasus/{number}/batal"): Row("case"),
    ("POST", "/kasus/{number}/batal"): Row("case", 422, 422),
    # an admin
    ("GET", "/edisi"): Row(),
    ("GET", "/muat"): Row(),
    ("POST", "/muat"): Row(own=422),
    ("POST", "/muat/periksa"): Row(),
    ("GET", "/edisi/{number}/ulang"): Row("edition"),
    ("GET", "/edisi/{number}/ubah"): Row("edition"),
    ("POST", "/edisi/{number}/banding"): Row("edition"),
    ("POST", "/edisi/{number}/usulkan"): Row("edition", 422, 422),
    ("GET", "/orang"): Row(),
    ("POST", "/orang"): Row(own=422),
    ("POST", "/orang/{number}/pulihkan"): Row("person", 200, 200),
    ("POST", "/orang/tunjuk"): Row(own=422),
    ("POST", "/orang/akhiri"): Row(own=422),
    ("POST", "/orang/absen"): Row(own=422),
    ("POST", "/orang/hadir"): Row(own=422),
    ("GET", "/kalender"): Row(),
    ("POST", "/kalender"): Row(own=422),
    ("GET", "/catatan"): Row(),
    ("POST", "/catatan/periksa"): Row(),
    ("GET", "/antrean"): Row(),
    # whoever signs off
    ("GET", "/pengesahan"): Row(),
    ("POST", "/pengesahan"): Row(own=422),
    ("GET", "/pengesahan/{number}"): Row("sign_off", 200, 303),  # of another: to its stage on the case's page
    ("POST", "/pengesahan/{number}/sahkan"): Row("sign_off", 303, 422),
    ("POST", "/pengesahan/{number}/kembalikan"): Row("sign_off", 422, 422),
    ("POST", "/edisi/{number}/sahkan"): Row("edition", 422, 422),
    ("POST", "/edisi/{number}/basah"): Row("edition", 422, 422),
    ("POST", "/edisi/{number}/terima"): Row("edition", 422, 422),
    ("GET", "/edisi/{number}/batal"): Row("edition"),
    ("POST", "/edisi/{number}/batal"): Row("edition", 422, 422),
    # what waits for a second person or a signature
    ("GET", "/usulan"): Row(),
    ("POST", "/usulan/{number}/setuju"): Row("proposal", 422, 422),  # of a text: it is signed
    ("POST", "/usulan/{number}/tarik"): Row("proposal", 303, 422),
    ("GET", "/akibat/{number}"): Row("proposal"),
    ("POST", "/akibat/{number}/sahkan"): Row("proposal", 422, 422),  # not with the digest it shows
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office at work: a stage to be done by the performer, one to be done and one to be signed by the signer."""
    folder = tmp_path_factory.mktemp("kantor")
    office = Office(folder).settle()
    office.add("Nita Contoh", "nita@contoh.invalid")
    text = SOP_396.read_text("utf-8").replace("aturan: tidak_berlaku_saat_berakhir", "")
    edition = office.in_force(text)
    for _ in range(3):
        office.start(edition)
    attach(office, "disposisi", "Surat.pdf", PDF)
    for stage in ("disposisi", "disposisi", "persiapan"):
        office.done(stage)
    propose(office, edition, of_stage("pleno", "waktu: 1 hari", "waktu: 2 hari", text))
    office.close()
    return folder


@pytest.fixture
def at_work(prepared: Path, tmp_path: Path) -> Iterator[Office]:
    shutil.copy(prepared / "sop.db", tmp_path / "sop.db")
    office = Office(SqliteFile(tmp_path), OPENING, new=False)
    office.engine.prover = cheap_prover()
    yield office
    office.close()


def people(office: Office) -> dict[str, int]:
    """Who plays each role; each by their own address."""
    addresses = {
        "idle": "nita@contoh.invalid",
        "performer": "ksb_rendatin@contoh.invalid",
        "signer": "sekretaris@contoh.invalid",
        "admin": "admin@contoh.invalid",
    }
    known = dict(office.store.query("SELECT email, id FROM persons"))
    return {role: known[address] for role, address in addresses.items()}


def things(office: Office, kind: str) -> dict[int, int]:
    """The things of a kind, each with whose it is (0: everybody's)."""
    owned = {
        "task": "SELECT id, person_id FROM tasks WHERE state = 'offered'",
        "sign_off": "SELECT s.id, h.person_id FROM sign_offs s JOIN holders h ON h.position = s.position",
        "case": "SELECT id, 0 FROM cases",
        "edition": "SELECT id, 0 FROM editions",
        "file": "SELECT id, 0 FROM attachments",
        "mail": "SELECT id, person_id FROM messages",
        "person": "SELECT id, 0 FROM persons",
        "proposal": "SELECT id, proposed_by FROM proposals",
    }
    return dict(office.store.query(owned[kind])) if kind else {0: 0}


def come(office: Office, visitor: TestClient, role: str) -> dict[str, str]:
    """Let a visitor be in a role; gives the token their forms bear."""
    visitor.cookies.clear()
    if role != "nobody":
        secret = office.engine.sessions.open(people(office)[role], "sandi+totp")
        visitor.cookies.set("sop", secret, domain="127.0.0.1", path="/")
    return {"_tanda": token_on(visitor.get("/sandi").text)}


def wanted(route: tuple[str, str], role: str, whose: str) -> int:
    """The status a role gets on its own thing, another's or a missing one."""
    row, may = EXPECTED[route], ACCESS[route]
    open_to_all = may is May.ANYBODY
    if role == "nobody" and not open_to_all:
        return 303 if route[0] == "GET" else 403
    if may is May.ADMIN and role != "admin":
        return 403
    if whose == "missing":
        return 404
    return row.nobody if role == "nobody" else row.own if whose == "own" or not row.whose else row.others


def tries(office: Office, route: tuple[str, str]) -> Iterator[tuple[str, str, int]]:
    """(role, whose, number) for a route; what is one's own comes last, so that it is still as it was."""
    found, who = things(office, EXPECTED[route].whose), people(office)
    for whose in ("missing", "others", "own"):
        for role in ROLES:
            mine = [n for n, owner in found.items() if owner == who.get(role, -1)]
            theirs = [n for n, owner in found.items() if owner != who.get(role, -1)]
            numbers = {"missing": [MISSING], "others": theirs, "own": mine}[whose]
            if numbers and (whose != "missing" or found != {0: 0}):
                yield role, whose, numbers[0]


@pytest.mark.parametrize("route", sorted(ACCESS), ids=" ".join)
def test_a_route_answers_each_role_as_the_table_says(at_work: Office, route: tuple[str, str]) -> None:
    method, path = route
    assert route in EXPECTED, f"{method} {path} has no row: say here what each role gets"
    said = {name: value.format(**people(at_work)) for name, value in EXPECTED[route].said}
    visitor = browser(at_work) if path.startswith(DEMO_ONLY) else browser(at_work, demo="")
    tried = 0
    for role, whose, number in tries(at_work, route):
        form = come(at_work, visitor, role)
        before = everything(at_work)
        answer = visitor.request(method, path.replace("{number}", str(number)), data=form | said)
        assert answer.status_code == wanted(route, role, whose), (role, whose)
        if method == "GET" or (answer.status_code >= 400 and role != "nobody"):
            assert everything(at_work) == before or path in SECRETS, (role, whose)
        tried += 1
    assert tried >= len(ROLES)


SECRETS = ("/masuk", "/sandi", "/akun/sandi", "/akun/kode")  # a failed proof is counted


def test_no_row_is_about_a_route_that_is_gone() -> None:
    assert not set(EXPECTED) - set(ACCESS)


def test_before_signing_in_what_exists_looks_like_what_does_not(at_work: Office) -> None:
    visitor = browser(at_work, demo="")
    form = come(at_work, visitor, "nobody")
    before = everything(at_work)
    for (method, path), row in EXPECTED.items():
        if not row.whose or path.startswith(DEMO_ONLY):
            continue
        answers = set()
        for number in (next(iter(things(at_work, row.whose))), MISSING):
            answer = visitor.request(method, path.replace("{number}", str(number)), data=form)
            shown = (answer.text + answer.headers.get("location", "")).replace(f"/{number}", "/N")
            answers.add((answer.status_code, shown))
        assert len(answers) == 1, (method, path)
    assert everything(at_work) == before


def test_other_ways_of_asking_are_refused_and_a_real_office_has_no_demo(at_work: Office) -> None:
    visitor = browser(at_work, demo="")
    for role in ("nobody", "performer", "admin"):
        form = come(at_work, visitor, role)
        before = everything(at_work)
        for method, path in ACCESS:
            address = path.replace("{number}", "1")
            for other in ("PUT", "PATCH", "DELETE", "OPTIONS", "SELESAI"):
                assert visitor.request(other, address).status_code in (404, 405), (other, address)
            if path.startswith(DEMO_ONLY):
                assert visitor.request(method, address, data=form).status_code == 404
        assert everything(at_work) == before
