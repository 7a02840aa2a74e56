"""Whoever signs off, by HTTP alone: one request with both choices, several at once, with a fresh proof."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from pyotp import TOTP

from tests.office import SOP_396, Office
from tests.web.conftest import PASSWORD, be, browser, everything, give_second_factor, sign_in
from tests.web.test_staff import form_on


@pytest.fixture
def asked(running: Office) -> Office:
    """SOP 396 where its second stage waits for the Sekretaris, who has a password and an authenticator."""
    running.done("disposisi")
    running.done("persiapan", result="SK tim")
    give_second_factor(running, running.person["sekretaris"])
    return running


def code(office: Office) -> str:
    kept = office.store.credential(office.id, office.person["sekretaris"])
    assert kept
    assert kept.totp_secret
    return TOTP(kept.totp_secret).at(office.at)


def signer(office: Office) -> tuple[TestClient, str]:
    visitor = browser(office, demo="")
    assert sign_in(visitor, "sekretaris@contoh.invalid", kode=code(office)).status_code == 303
    return visitor, f"/pengesahan/{office.asked()[0][0]}"


def test_a_sign_off_asks_for_a_fresh_proof_and_a_double_click_does_it_once(asked: Office) -> None:
    visitor, page = signer(asked)
    asked.at += timedelta(minutes=6)
    form = form_on(visitor.get(page).text, f"{page}/sahkan") | {"catatan": "Baik <b>"}
    before = [state for *_, state in asked.runs()]

    refused = visitor.post(f"{page}/sahkan", data=form | {"sandi": PASSWORD, "kode": "000000"})
    assert refused.status_code == 422
    assert "Baik &lt;b&gt;</textarea>" in refused.text
    assert [state for *_, state in asked.runs()] == before
    asked.at += timedelta(minutes=2)
    form = form_on(refused.text, f"{page}/sahkan") | {"sandi": PASSWORD, "kode": code(asked)}
    first = visitor.post(f"{page}/sahkan", data=form)
    form["_tanda"] = form_on(visitor.get("/pengesahan").text, "/keluar")["_tanda"]  # the session has a new id
    assert first.headers["location"] == "/pengesahan?kabar=disahkan"
    assert ("persiapan", 1, "", "completed") in asked.runs()
    after = asked.runs()
    assert visitor.post(f"{page}/sahkan", data=form).headers["location"] == first.headers["location"]
    assert asked.runs() == after


def test_work_is_returned_with_a_reason_and_shown_beside_the_next_pass(asked: Office) -> None:
    visitor, page = signer(asked)
    form = form_on(visitor.get(page).text, f"{page}/sahkan")
    assert visitor.post(f"{page}/kembalikan", data=form).status_code == 422
    sent = visitor.post(f"{page}/kembalikan", data=form | {"catatan": "Jadwal kurang."})
    assert sent.headers["location"] == "/pengesahan?kabar=dikembalikan"
    asked.done("persiapan", result="SK tim dan jadwal")
    again = visitor.get(f"/pengesahan/{asked.asked()[0][0]}").text
    assert "Jadwal kurang." in again
    assert 'SK tim <ins><span class="unseen">ditambah: </span>dan jadwal </ins>' in again


def test_several_are_approved_each_by_itself_and_each_is_told(asked: Office) -> None:
    visitor, page = signer(asked)
    number, before = page.split("/")[-1], everything(asked)
    form = form_on(visitor.get("/pengesahan").text, "/pengesahan")
    assert visitor.post("/pengesahan", data=form).status_code == 422
    assert everything(asked) == before
    told = visitor.post("/pengesahan", data=form | {"sahkan": [number, "999"]}).text
    assert f"Pengesahan {number}: <b>disahkan.</b>" in told
    assert "belum disahkan" in told


def test_whoever_has_no_authenticator_signs_nothing_and_is_told_what_to_do(asked: Office) -> None:
    asked.store.statement("UPDATE credentials SET totp_secret = NULL RETURNING person_id", ())
    visitor, page = browser(asked, demo=""), f"/pengesahan/{asked.asked()[0][0]}"
    assert sign_in(visitor, "sekretaris@contoh.invalid").status_code == 303
    shown, before = visitor.get(page).text, asked.runs()
    assert 'href="/akun">Pasang dahulu' in shown
    for address in (f"{page}/sahkan", "/pengesahan"):
        said = form_on(shown, f"{page}/sahkan") | {"sandi": PASSWORD, "sahkan": [page.split("/")[-1]]}
        refused = visitor.post(address, data=said)
        assert refused.status_code == 422
        assert "Pasang dahulu di halaman Akun" in refused.text
        shown = visitor.get(page).text
    assert asked.runs() == before
    returned = visitor.post(f"{page}/kembalikan", data=form_on(shown, f"{page}/sahkan") | {"catatan": "Kurang."})
    assert returned.status_code == 303  # returning is no signature


def test_those_of_one_stage_come_together_already_ticked(office: Office) -> None:
    text = SOP_396.read_text("utf-8").replace("aturan: tidak_berlaku_saat_berakhir", "")
    edition = office.in_force(text)
    for _ in range(3):
        office.start(edition)
    for stage in ("disposisi",) * 3 + ("persiapan",) * 3:
        office.done(stage)
    visitor = be(browser(office), office.person["sekretaris"])
    everything_asked = visitor.get("/pengesahan").text
    assert 'href="/pengesahan?tahap=persiapan">' in everything_asked
    assert "(3)" in everything_asked
    assert not form_on(everything_asked, "/pengesahan").get("sahkan")
    form = form_on(visitor.get("/pengesahan?tahap=persiapan").text, "/pengesahan")
    assert len(form["sahkan"]) == 3
    told = visitor.post("/pengesahan", data=form).text
    assert told.count("<b>disahkan.</b>") == 3
    assert "sahkan" not in form_on(visitor.get("/pengesahan?tahap=pleno").text, "/keluar")
    assert visitor.get("/pengesahan?tahap=<b>").status_code == 404
