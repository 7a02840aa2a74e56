"""Whoever signs off, by HTTP alone: one request with both choices, several at once, with a fresh proof."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from tests.office import Office
from tests.web.conftest import PASSWORD, browser, everything, give_password, sign_in
from tests.web.test_staff import form_on


@pytest.fixture
def asked(running: Office) -> Office:
    """SOP 396 where its second stage waits for the Sekretaris, who has a password."""
    running.done("disposisi")
    running.done("persiapan", result="SK tim")
    give_password(running, running.person["sekretaris"])
    return running


def signer(office: Office) -> tuple[TestClient, str]:
    visitor = browser(office, demo="")
    assert sign_in(visitor, "sekretaris@contoh.invalid").status_code == 303
    return visitor, f"/pengesahan/{office.asked()[0][0]}"


def test_a_sign_off_asks_for_a_fresh_proof_and_a_double_click_does_it_once(asked: Office) -> None:
    visitor, page = signer(asked)
    asked.at += timedelta(minutes=6)
    form = form_on(visitor.get(page).text, f"{page}/sahkan") | {"catatan": "Baik <b>"}
    before = [state for *_, state in asked.runs()]

    refused = visitor.post(f"{page}/sahkan", data=form | {"sandi": "salah"})
    assert refused.status_code == 422
    assert "Baik &lt;b&gt;</textarea>" in refused.text
    assert [state for *_, state in asked.runs()] == before
    asked.at += timedelta(minutes=2)
    form = form_on(refused.text, f"{page}/sahkan") | {"sandi": PASSWORD}
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
    assert "SK tim dan jadwal" in again


def test_several_are_approved_each_by_itself_and_each_is_told(asked: Office) -> None:
    visitor, page = signer(asked)
    number, before = page.split("/")[-1], everything(asked)
    form = form_on(visitor.get("/pengesahan").text, "/pengesahan")
    assert visitor.post("/pengesahan", data=form).status_code == 422
    assert everything(asked) == before
    told = visitor.post("/pengesahan", data=form | {"sahkan": [number, "999"]}).text
    assert f"Pengesahan {number}: <b>disahkan.</b>" in told
    assert "belum disahkan" in told
