"""What waits for a signature: the ratifying official sees a change and its effect on every case, and signs it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from sop_engine.application.appoint import appoint
from sop_engine.application.revise_edition import follow_revisions
from tests.office import Office
from tests.revisions import FLOOD, TEXT, of_stage, propose, revise
from tests.web import hostile
from tests.web.conftest import be, browser, everything, give_password, sign_in
from tests.web.test_admin import words
from tests.web.test_hostile import calm
from tests.web.test_staff import form_on

LONGER = of_stage("pleno", "waktu: 1 hari", "waktu: 2 hari")
OTHER_BOSS = TEXT.replace("\npenanggungjawab: sekretaris", "\npenanggungjawab: ketua")


def signer(office: Office) -> TestClient:
    return be(browser(office), office.person["sekretaris"])


def edition_of(office: Office) -> int:
    return office.engine.reading.editions()[0].id


def test_a_revision_is_found_read_and_signed_once_and_its_cases_are_counted_along(running: Office) -> None:
    edition = edition_of(running)
    proposed = propose(running, edition, LONGER)
    page, visitor = f"/akibat/{proposed['proposal']}", signer(running)
    [(mailed,)] = running.store.query("SELECT context FROM messages WHERE subject LIKE '%menunggu tanda tangan'")
    assert f'"tautan":"{page}"' in mailed
    listed = words(visitor.get("/usulan"))
    for said in ("1 menunggu Saudara", "Revisi SOP", "Banjir merendam kantor.", "bencana alam", "Admin Contoh"):
        assert said in listed
    assert f'href="{page}"' in visitor.get("/usulan").text
    assert "Revisi SOP menunggu tanda tangan" in words(visitor.get(f"/edisi/{edition}"))

    shown = visitor.get(page)
    assert proposed["digest"] in shown.text
    for said in ("S10", "1 hari 2 hari", "Mengikuti naskah baru", "Banjir merendam kantor."):
        assert said in words(shown), said
    form, before = form_on(shown.text, f"{page}/sahkan"), everything(running)
    assert visitor.post(f"{page}/sahkan", data=form | {"sidik": "ab" * 32}).status_code == 422
    assert everything(running) == before

    for _ in range(2):
        signed = visitor.post(f"{page}/sahkan", data=form)
        assert signed.headers["location"] == f"/edisi/{edition}?kabar=direvisi"
    [now] = running.engine.reading.editions()
    assert "0 dari 1 kasus sudah menyesuaikan" in words(visitor.get(f"/edisi/{edition}"))
    running.engine.tick()
    assert "kasus sudah menyesuaikan" not in words(visitor.get(f"/edisi/{edition}"))
    assert running.engine.reading.cases()[0].revision_id == now.revision_id
    assert "Usulan ini sudah ditandatangani Rahayu Contoh" in words(visitor.get(page))
    assert "Tidak ada yang menunggu" in words(visitor.get("/usulan"))


def test_how_far_the_cases_have_come_is_read_from_the_store_whoever_drives_them(office: Office) -> None:
    text = TEXT.replace("aturan: tidak_berlaku_saat_berakhir", "")
    edition = office.in_force(text)
    for _ in range(3):
        office.start(edition)
    office.engine.tick()
    revise(office, edition, of_stage("pleno", "waktu: 1 hari", "waktu: 2 hari", text))
    visitor = signer(office)
    for come in (0, 1, 2):
        assert f"{come} dari 3 kasus sudah menyesuaikan" in words(visitor.get(f"/edisi/{edition}"))
        assert f'<progress value="{come}" max="3"' in visitor.get(f"/edisi/{edition}").text
        assert follow_revisions(office.store, limit=1) == 1
    assert "<progress" not in visitor.get(f"/edisi/{edition}").text


def test_who_may_not_sign_is_told_for_whom_it_waits_and_who_proposed_may_withdraw(running: Office) -> None:
    proposed = propose(running, edition_of(running), LONGER)
    page = f"/akibat/{proposed['proposal']}"
    for person in ("ksb_kul", "admin"):
        visitor = be(browser(running), running.person[person])
        shown = visitor.get(page)
        assert "Menunggu tanda tangan Sekretaris (Rahayu Contoh)" in words(shown)
        form = form_on(shown.text, "/keluar") | {"sidik": proposed["digest"]}
        assert visitor.post(f"{page}/sahkan", data=form).status_code == 422
    assert running.engine.reading.editions()[0].revision_id != 0
    withdrawn = visitor.post(f"/usulan/{proposed['proposal']}/tarik", data=form)
    assert withdrawn.headers["location"] == "/usulan?kabar=usulan-ditarik"
    assert "Usulan ini sudah ditarik Admin Contoh" in words(visitor.get(page))
    assert f"{page}/sahkan" not in signer(running).get(page).text


def test_a_change_that_voids_shows_what_ends_and_who_is_told_and_is_signed_with_a_fresh_proof(running: Office) -> None:
    running.done("disposisi")
    [case] = running.engine.reading.cases()
    proposed = propose(running, case.edition_id, OTHER_BOSS)
    give_password(running, running.person["sekretaris"])
    visitor, page = browser(running, demo=""), f"/akibat/{proposed['proposal']}"
    sign_in(visitor, "sekretaris@contoh.invalid", ke=page)
    before = everything(running)
    shown = visitor.get(page)
    for said in ("membatalkan SOP seluruhnya", "angka 4", f"Kasus {case.id} Terhenti pada S02", "1 hasil kerja"):
        assert said in words(shown).replace("4 SOP batal", "angka 4"), said
    for name in ("Rahayu Contoh", "Bayu Contoh", "Gita Contoh"):
        assert name in words(shown).partition("Yang diberi tahu")[2]
    assert everything(running) == before
    form = form_on(shown.text, f"{page}/sahkan")
    refused = visitor.post(f"{page}/sahkan", data=form)  # signed in with a password alone
    assert refused.status_code == 422
    assert "kode autentikator" in words(refused)
    assert running.engine.reading.editions()[0].state == "in_execution"

    form = form_on((by_demo := signer(running)).get(page).text, f"{page}/sahkan")
    signed = by_demo.post(f"{page}/sahkan", data=form)
    assert signed.headers["location"] == f"/edisi/{case.edition_id}?kabar=batal"
    assert running.engine.reading.editions()[0].state == "void"
    assert "0 dari 1 kasus sudah dihentikan" in words(by_demo.get(f"/edisi/{case.edition_id}"))
    running.engine.tick()
    assert running.engine.reading.cases()[0].state == "void"
    assert "sudah dihentikan" not in words(by_demo.get(f"/edisi/{case.edition_id}"))


@pytest.mark.parametrize("ask", [lambda n: f"/akibat/{n}", lambda n: f"/edisi/{n}/batal"], ids=["change", "void"])
def test_consequences_are_a_rehearsal_that_leaves_nothing(running: Office, ask: Callable[[int], str]) -> None:
    proposed = propose(running, edition_of(running), OTHER_BOSS)
    visitor = be(browser(running), running.person["ksb_kul"])
    before = everything(running)
    number = proposed["proposal"] if "akibat" in ask(0) else edition_of(running)
    for _ in range(3):
        assert visitor.get(ask(number)).status_code == 200
    assert everything(running) == before


def test_a_draft_waits_on_the_same_page(office: Office) -> None:
    edition = office.load(TEXT)["edition"]
    listed = signer(office).get("/usulan")
    assert "SOP baru" in words(listed)
    assert "1 menunggu Saudara" in words(listed)
    assert f'href="/edisi/{edition}#sahkan"' in listed.text
    assert "Menunggu Rahayu Contoh" in words(be(browser(office), office.person["ksb_kul"]).get("/usulan"))


def test_a_ground_and_a_letter_are_shown_as_words(running: Office) -> None:
    evil = hostile.TOGETHER
    made = propose(running, edition_of(running), LONGER, replace(FLOOD, description=evil))["proposal"]
    appoint(running.store, running.who("admin"), running.person["ketua"], "sekretaris", "plh", evil, *running.days(9))
    for path in ("/usulan", f"/akibat/{made}"):
        page = signer(running).get(path)
        calm(page, path)
        assert hostile.MARK in page.text
