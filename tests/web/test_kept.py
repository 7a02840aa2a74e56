"""What was typed survives whatever happens to the session, the page or the finger on the button."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pyotp import TOTP

from tests.office import Office
from tests.revisions import TEXT
from tests.web.conftest import HERE, PASSWORD, browser, everything, give_second_factor, sign_in
from tests.web.test_admin import words
from tests.web.test_staff import form_on

LONG = "Baris satu\nbaris «dua» & <tiga>\n\n  menjorok"


def to_pleno(office: Office) -> str:
    while not office.open_tasks("pleno"):
        office.next_act()[2]()  # type: ignore[index]
    task = next(task for task, whose, _ in office.open_tasks("pleno") if whose == office.person["ketua"])
    return f"/tugas/{task}"


def to_sign_off(office: Office) -> str:
    office.done("disposisi")
    office.done("persiapan")
    return f"/pengesahan/{office.asked()[0][0]}"


def edition(office: Office) -> str:
    return f"/edisi/{office.engine.reading.editions()[0].id}"


# who, what leads to the page, the form's address there, what is typed, and what shows that it was done
Form = tuple[str, Callable[[Office], str], str, dict[str, Any]]
FORMS: dict[str, Form] = {
    "task": (
        "ketua",
        to_pleno,
        "/selesai",
        {"hasil": LONG, "putusan": "ya", "catatan": "Disetujui.", "kelengkapan": ["1"], "hadir": "everybody"},
    ),
    "sign-off": ("sekretaris", to_sign_off, "/sahkan", {"catatan": LONG}),
    "void": ("sekretaris", lambda office: f"{edition(office)}/batal", "", {"dasar": LONG}),
    "revision": (
        "admin",
        lambda office: f"{edition(office)}/ubah",
        "/../usulkan",
        {"naskah": TEXT.replace("kegiatan: Menerima", "kegiatan: Menerima dan mencatat", 1), "dasar": LONG},
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_sent_after_the_session_lapsed_is_shown_again_and_then_done(running: Office, name: str) -> None:
    who, lead, act, typed = FORMS[name]
    page = lead(running)
    action = page.rpartition("/")[0] + "/usulkan" if name == "revision" else f"{page}{act}"
    secret = give_second_factor(running, running.person[who])
    visitor = browser(running, demo="")

    def enter(**said: Any) -> Any:
        running.at += timedelta(seconds=60)
        return visitor.post(
            "/masuk",
            data=said | {"surel": f"{who}@contoh.invalid", "sandi": PASSWORD, "kode": TOTP(secret).at(running.at)},
        )

    assert sign_in(visitor, f"{who}@contoh.invalid", kode=TOTP(secret).at(running.at)).status_code == 303
    shown = visitor.get(page).text
    said = form_on(
        shown, page if name == "void" else f"{page.rpartition('/')[0]}/banding" if name == "revision" else action
    )
    said |= typed
    if said.get("hadir") == "everybody":
        said["hadir"] = [str(running.person[f"anggota{number}"]) for number in range(4)] + [
            str(running.person["ketua"])
        ]
    running.at += timedelta(hours=2)
    before = everything(running)

    lost = visitor.post(action, data=said)

    assert lost.status_code == 403
    assert "yang sudah Saudara tulis tetap ada" in lost.text
    assert everything(running) == before
    wrong = visitor.post("/masuk", data=form_on(lost.text, "/masuk") | {"surel": "x@contoh.invalid", "sandi": "x"})
    assert wrong.status_code == 422
    back = enter(**form_on(wrong.text, "/masuk"))
    assert back.status_code == 200, back.headers
    assert "Periksa, lalu kirim lagi" in back.text
    again = form_on(back.text, action)
    for field, value in said.items():
        if field != "_tanda":
            assert again[field] == (value if isinstance(value, list) else [value]), field
    done = visitor.post(action, data=again)
    if name == "revision":  # evidence is a file: it has to be attached again, and all else still stands there
        assert done.status_code == 422
        assert "keadaan kahar" in words(done)
        assert form_on(done.text, f"{page.rpartition('/')[0]}/banding")["naskah"].strip() == said["naskah"].strip()
    else:
        assert done.status_code == 303, words(done)
        first = visitor.post(action, data=again)  # a double click
        assert first.headers["location"].partition("?")[0] == done.headers["location"].partition("?")[0]
    assert any(LONG in (body or "") for (body,) in running.store.query("SELECT body FROM texts")) == (
        name != "revision"
    )


def test_a_field_sent_from_a_tab_of_somebody_else_is_not_done_in_their_name(running: Office) -> None:
    task = f"/tugas/{running.open_tasks()[0][0]}"
    secret = give_second_factor(running, running.person["sekretaris"])
    visitor = browser(running, demo="")
    sign_in(visitor, "sekretaris@contoh.invalid", kode=TOTP(secret).at(running.at))
    said = form_on(visitor.get(task).text, f"{task}/selesai") | {"hasil": LONG}
    visitor.cookies.clear()
    other = give_second_factor(running, running.person["ketua"])
    running.at += timedelta(minutes=1)
    sign_in(visitor, "ketua@contoh.invalid", kode=TOTP(other).at(running.at))
    stale = visitor.post(f"{task}/selesai", data=said)
    assert stale.status_code == 403
    refused = visitor.post(f"{task}/selesai", data=form_on(stale.text, f"{task}/selesai"))
    assert refused.status_code == 422
    assert [state for *_, state in running.runs()] == ["active"]


def test_an_account_is_slowed_down_from_wherever_it_is_tried_and_its_owner_is_told_why(running: Office) -> None:
    secret = give_second_factor(running, running.person["sekretaris"])
    me = "sekretaris@contoh.invalid"
    for number in range(3):
        app, here = browser(running, demo="").app, {"sec-fetch-site": "same-origin"}
        visitor = TestClient(app, base_url=HERE, headers=here, follow_redirects=False, client=(f"10.0.0.{number}", 1))
        assert "tidak cocok" in sign_in(visitor, me, "salah sama sekali").text
    right = {"kode": TOTP(secret).at(running.at)}
    slowed = sign_in(visitor, me, **right)
    assert slowed.status_code == 422
    assert "sudah 3 kali salah" in slowed.text
    assert visitor.get("/akun").status_code == 303
    running.at += timedelta(seconds=61)
    assert "sudah" not in words(sign_in(visitor, me, kode=TOTP(secret).at(running.at)))
    assert visitor.get("/akun").status_code == 200
