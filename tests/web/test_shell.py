"""The shell around every page: who may, whose form it is, how long a session lasts, where a sign-in leads."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from pyotp import TOTP
from starlette.routing import Route

from sop_engine.application.reset import reset
from sop_engine.web.access import ACCESS, May
from sop_engine.web.app import create_app
from sop_engine.web.guard import Guard
from sop_engine.web.shell import Shell
from sop_engine.web.signing_in import KNOWN, WITHIN, SigningIn
from tests.office import Office
from tests.web.conftest import HERE, PASSWORD, be, browser, deliver, everything, give_password, sign_in, token_on

COOKIE = "sop"


def routes_of(app: object) -> set[tuple[str, str]]:
    assert isinstance(app, Guard)
    found = [route for route in app._app.routes if isinstance(route, Route)]  # type: ignore[attr-defined]
    return {(method, route.path) for route in found for method in route.methods or () if method != "HEAD"}


@pytest.fixture
def real(running: Office) -> TestClient:
    """A visitor of a real office's web, where the Sekretaris has a password."""
    give_password(running, running.person["sekretaris"])
    return browser(running, demo="")


# -- who may -------------------------------------------------------------------------------------------


def test_every_route_has_its_row_and_every_row_its_route(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert routes_of(create_app(office.engine, "export\nstart")) == set(ACCESS)
    monkeypatch.delitem(ACCESS, ("GET", "/tugas"))
    with pytest.raises(KeyError):
        create_app(office.engine)


def test_nobody_gets_past_the_sign_in_form(running: Office, real: TestClient) -> None:
    before = everything(running)
    for (method, path), may in ACCESS.items():
        if path.startswith(("/surel", "/jadi")) or may is May.ANYBODY:
            continue
        address = path.replace("{number}", "1")
        answer = real.request(method, address)
        if method == "GET":
            assert (answer.status_code, answer.headers["location"]) == (303, f"/masuk?ke={address}")
        else:
            assert answer.status_code == 403, path
            assert 'name="sandi"' in answer.text, path
        assert "Menerima surat" not in answer.text, path
    assert everything(running) == before


def test_an_admin_page_is_for_admins(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ACCESS, ("GET", "/tugas"), May.ADMIN)
    visitor = browser(office)

    assert be(visitor, office.person["ketua"]).get("/tugas").status_code == 403
    assert be(visitor, office.person["admin"]).get("/tugas").status_code == 200


def test_looking_changes_nothing_whoever_looks(running: Office) -> None:
    running.done("disposisi")
    running.done("persiapan")
    deliver(running)
    mails = [str(mail) for (mail,) in running.store.query("SELECT id FROM messages")]
    task, signing = running.store.query("SELECT MAX(id) FROM tasks")[0][0], running.asked()[0][0]
    numbers = {"/tugas/": task, "/pengesahan/": signing, "/surel/": mails[0]}
    case = running.engine.reading.cases()[0].id
    for person in (None, "sekretaris", "ksb_rendatin", "admin"):
        visitor = be(browser(running), running.person[person]) if person else browser(running)
        before = everything(running)
        for _, path in ACCESS:
            number = next((n for start, n in numbers.items() if path.startswith(start)), case)
            for method in ("GET", "HEAD", "OPTIONS"):
                answer = visitor.request(method, path.replace("{number}", str(number)))
                assert answer.status_code < 500, (method, path)
        assert everything(running) == before, person


# -- whose form ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "", "origin": HERE},
        {"sec-fetch-site": "cross-site", "origin": HERE},
    ],
)
def test_a_form_from_elsewhere_is_refused_even_with_its_token(
    running: Office, real: TestClient, headers: dict[str, str]
) -> None:
    sign_in(real, "sekretaris@contoh.invalid")
    task = running.open_tasks()[0][0]
    said = {"_tanda": token_on(real.get("/tugas").text)}
    before = everything(running)

    for path in (f"/tugas/{task}/ambil", "/masuk", "/keluar"):
        answer = real.post(path, data=said, headers=headers)
        assert answer.status_code == 403
        assert "tidak dikirim dari halaman kami" in answer.text
    assert everything(running) == before


@pytest.mark.parametrize(
    ("origin", "status"), [(HERE, 303), ("https://evil.example", 403), ("null", 403), ("", 403), (None, 403)]
)
def test_without_fetch_metadata_the_origin_decides(running: Office, origin: str | None, status: int) -> None:
    visitor = be(browser(running), running.person["sekretaris"])
    said = {"_tanda": token_on(visitor.get("/tugas").text)}
    del visitor.headers["sec-fetch-site"]

    headers = {} if origin is None else {"origin": origin}
    assert visitor.post(f"/tugas/{running.open_tasks()[0][0]}/ambil", data=said, headers=headers).status_code == status


def test_a_token_of_another_session_is_not_good(running: Office) -> None:
    mine, theirs = be(browser(running), running.person["sekretaris"]), be(browser(running), running.person["ketua"])
    foreign = {"_tanda": token_on(theirs.get("/tugas").text)}
    before = everything(running)

    for said in (foreign, {"_tanda": ""}, {"_tanda": "é"}, {}):
        answer = mine.post(f"/tugas/{running.open_tasks()[0][0]}/ambil", data=said)
        assert answer.status_code == 403
        assert "Periksa, lalu kirim lagi" in answer.text
    assert everything(running) == before


def test_a_form_without_end_is_refused(real: TestClient) -> None:
    assert real.post("/masuk", headers={"content-length": "99999999"}).status_code == 413


# -- sessions ------------------------------------------------------------------------------------------


def test_signing_in_takes_password_and_gives_a_new_id_of_which_only_a_digest_is_kept(
    running: Office, real: TestClient
) -> None:
    real.cookies.set(COOKIE, "chosen-by-an-attacker", domain="127.0.0.1", path="/")
    assert sign_in(real, "sekretaris@contoh.invalid", "salah salah salah").status_code == 422
    assert real.get("/tugas").status_code == 303

    answer = sign_in(real, "SEKRETARIS@contoh.invalid", ke="/akun")

    assert (answer.status_code, answer.headers["location"]) == (303, "/akun")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly; SameSite=Lax" in cookie
    secret = cookie.partition("=")[2].partition(";")[0]
    assert len(secret) >= 43
    assert secret != "chosen-by-an-attacker"
    assert secret not in str(everything(running))
    assert real.get("/akun").status_code == 200


def test_over_https_the_cookie_is_tied_to_the_host(running: Office) -> None:
    running.engine.settings = running.settings.model_copy(update={"base_url": "https://sop.example"})
    visitor = TestClient(browser(running).app, base_url="https://sop.example", follow_redirects=False)

    cookie = visitor.get("/masuk").headers["set-cookie"]

    assert cookie.startswith("__Host-sop=")
    assert "; Path=/; HttpOnly; SameSite=Lax; Secure" in cookie


def test_a_session_ends_at_sign_out_and_cannot_be_replayed(real: TestClient) -> None:
    sign_in(real, "sekretaris@contoh.invalid")
    secret, said = real.cookies[COOKIE], {"_tanda": token_on(real.get("/tugas").text)}

    assert real.post("/keluar", data=said).status_code == 303
    assert COOKIE not in real.cookies
    real.cookies.set(COOKIE, secret, domain="127.0.0.1", path="/")
    assert real.get("/tugas").status_code == 303


def test_a_session_ends_when_it_is_idle_or_old(running: Office, real: TestClient) -> None:
    sign_in(real, "sekretaris@contoh.invalid")
    running.at += timedelta(minutes=59)
    assert real.get("/tugas").status_code == 200
    running.at += timedelta(minutes=61)
    assert real.get("/tugas").status_code == 303

    sign_in(real, "sekretaris@contoh.invalid")
    for _ in range(14):
        running.at += timedelta(minutes=50)
        real.get("/tugas")
    assert real.get("/tugas").status_code == 200
    running.at += timedelta(minutes=50)
    assert real.get("/tugas").status_code == 303


def test_a_new_password_ends_the_sessions_of_every_other_browser(running: Office, real: TestClient) -> None:
    other = browser(running, demo="")
    for visitor in (real, other):
        sign_in(visitor, "sekretaris@contoh.invalid")
    running.at += timedelta(minutes=1)
    new = "lampu kuning empat gajah"
    said = {"_tanda": token_on(real.get("/akun").text), "sandi": PASSWORD, "sandi_baru": new}

    refused = real.post("/akun/sandi", data={**said, "sandi_lagi": "lain"})
    assert refused.status_code == 422
    assert PASSWORD not in refused.text
    said["_tanda"] = token_on(refused.text)
    assert real.post("/akun/sandi", data={**said, "sandi_lagi": new}).status_code == 303

    assert real.get("/tugas").status_code == 200
    assert other.get("/tugas").status_code == 303
    assert sign_in(other, "sekretaris@contoh.invalid", new).status_code == 303


def test_an_authenticator_is_added_and_then_asked_for(running: Office, real: TestClient) -> None:
    sign_in(real, "sekretaris@contoh.invalid")
    page = real.get("/akun").text
    secret = re.search(r'name="rahasia" value="(\w+)"', page)
    assert secret
    code = TOTP(secret[1]).at(running.at)
    said = {"_tanda": token_on(page), "rahasia": secret[1], "sandi": PASSWORD, "kode_baru": code}

    assert real.post("/akun/kode", data=said).status_code == 303
    real.cookies.clear()

    assert sign_in(real, "sekretaris@contoh.invalid").status_code == 422
    running.at += timedelta(minutes=2)
    assert sign_in(real, "sekretaris@contoh.invalid", kode=TOTP(secret[1]).at(running.at)).status_code == 303


def test_a_token_from_an_admin_sets_a_password_and_signs_nobody_in(running: Office, real: TestClient) -> None:
    token = reset(running.store, running.engine.prover, running.who(0), running.person["ketua"])["token"]
    new = "lampu kuning empat gajah"
    said = {"surel": "ketua@contoh.invalid", "pemulihan": token, "sandi_baru": new, "sandi_lagi": new}
    for _ in range(2):
        said["_tanda"] = token_on(real.get("/sandi").text)
        answer = real.post("/sandi", data=said)
    assert answer.status_code == 422
    assert "sudah dipakai" in answer.text
    assert real.get("/tugas").status_code == 303
    assert sign_in(real, "ketua@contoh.invalid", new).status_code == 303


def test_one_address_may_not_try_for_ever(running: Office, real: TestClient) -> None:
    for number in range(20):
        assert "tidak cocok" in sign_in(real, f"orang{number}@contoh.invalid").text
    assert "Terlalu banyak percobaan" in sign_in(real, "sekretaris@contoh.invalid").text
    running.at += timedelta(minutes=16)
    assert sign_in(real, "sekretaris@contoh.invalid").status_code == 303


def test_addresses_that_failed_long_ago_are_forgotten(running: Office) -> None:
    door = SigningIn(Shell(running.engine, ""))
    for number in range(KNOWN + 1):
        door.failed(str(number))
    running.at += WITHIN
    door.failed("another")
    assert list(door._failures) == ["another"]


def test_the_office_is_known_by_the_address_in_its_settings_and_no_other(running: Office) -> None:
    running.engine.settings = running.settings.model_copy(update={"base_url": "https://sop.example"})
    app = browser(running, demo="").app
    for host, status in (("sop.example", 200), ("www.sop.example", 400), ("sop.example.evil.example", 400)):
        visitor = TestClient(app, base_url=f"https://{host}", follow_redirects=False)
        assert visitor.get("/masuk").status_code == status, host
        for path in ("/", "/tugas", "/tugas/1"):
            assert host not in visitor.get(path).headers.get("location", "")


# -- where a sign-in leads -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "to",
    [
        *("//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "///evil.example", ""),
        *("/%2f/evil.example", "/tugas/../../evil.example", "/tugas//evil.example", "javascript:alert(1)", "/tugas#x"),
        *("/tugas/1@evil.example", "evil.example", "/tugas\r\nSet-Cookie: x=y", "/tugas?x=//evil.example", "/keluar"),
        *("/nirwana", "http:/evil.example", "/tugas/1/selesai", "/masuk@evil.example", "/.evil.example"),
        *("data:text/html,x", "HTTP://evil.example", "/%09/evil.example", "/tugas/%2e%2e/evil", "/ tugas", "//tugas"),
    ],
)  # fmt: skip
def test_a_sign_in_leads_only_to_a_page_of_ours(office: Office, to: str) -> None:
    visitor = browser(office)
    said = {"_tanda": token_on(visitor.get("/masuk", params={"ke": to}).text), "ke": to}

    answer = visitor.post(f"/jadi/{office.person['ketua']}", data=said)

    assert answer.headers["location"] == "/tugas"
    assert len(answer.headers.get_list("set-cookie")) == 1


def test_a_secret_that_no_authenticator_takes_is_replaced_by_a_new_one(office: Office) -> None:
    visitor = be(browser(office), office.person["sekretaris"])
    for act in ("sandi", "kode"):
        said = {"_tanda": token_on(visitor.get("/akun").text), "rahasia": "<b>1", "kode_baru": "000000"}
        answer = visitor.post(f"/akun/{act}", data=said)
        assert answer.status_code == 422
        assert "&lt;b&gt;1" not in answer.text
