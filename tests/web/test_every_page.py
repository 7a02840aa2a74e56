"""axe has nothing against any page in any state, and none is wider than its window: as each person sees them."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from sop_engine.application.absence import add_absence
from sop_engine.application.claim_task import claim_task
from sop_engine.application.hand_task import delegate_task
from sop_engine.application.ratify_edition import void_edition
from sop_engine.application.reset import reset
from sop_engine.web.access import ACCESS
from tests.attachments import PDF, attach
from tests.office import SOP_396, Office
from tests.revisions import EXTRA, TEXT, propose, with_stage
from tests.web import browsing
from tests.web.browsing import DESK, PHONE
from tests.web.conftest import DEMO, cheap_prover, deliver, give_password
from tests.web.gallery import Gallery
from tests.web.serving import in_a_thread

DEMO_ONLY = ("/surel", "/jadi")
EITHER = pytest.mark.parametrize(
    "widths", [(PHONE,), pytest.param((DESK, PHONE), marks=pytest.mark.long)], ids=["phone", "desk-and-phone"]
)


def numbered(number: int) -> str:
    """Another SOP of the same stages, under a number of its own."""
    text = TEXT.replace("396/ORT.06/3601/2023", f"{number}/ORT.06/3601/2028")
    return text.replace("sop: penyusunan-laporan-kinerja", f"sop: laporan-{number}")


@pytest.fixture
def busy(office: Office) -> Office:
    """An office where everything is going on: work at every kind of stage, late, returned, ended, cancelled, void."""
    many = SOP_396.read_text("utf-8").replace("aturan: tidak_berlaku_saat_berakhir", "")
    office.add("Nita Contoh", "nita@contoh.invalid")
    edition = office.in_force(many)
    office.start(edition)
    office.to_the_end()  # one has ended
    office.start(edition)  # one stands at the body's decision, work sent back once and a subbagian's repeated
    office.done("disposisi", result="Susun <b>sekarang</b>")
    office.done("persiapan", result="SK tim", note="Jadwal menyusul.")
    office.send_back("Jadwal belum memuat rapat pleno.")
    office.done("persiapan", result="SK tim dan jadwal")
    office.approve()
    office.done("rapat_persiapan")
    for slot in ("ksb_kul", "ksb_tekhum", "ksb_parmas_sdm", "ksb_rendatin"):
        office.done("data_capaian", slot, result="Formulir")
    office.done("verifikasi", outcome="tidak", redo=("ksb_kul",), note="Data dukung belum lengkap.")
    office.done("data_capaian", "ksb_kul", result="Formulir lengkap")
    for stage in ("verifikasi", "penyusunan_draf", "pemeriksaan", "pembahasan", "reviu"):
        office.done(stage)
    office.start(edition)  # one waits for a decision
    for stage in ("disposisi", "persiapan"):
        office.done(stage)
    office.approve()
    office.done("rapat_persiapan")
    for slot in ("ksb_kul", "ksb_tekhum", "ksb_parmas_sdm", "ksb_rendatin"):
        office.done("data_capaian", slot, result="Formulir")
    attach(office, "verifikasi", "Rekap pengukuran.pdf", PDF)
    office.start(edition)  # one waits for several, taken, handed on
    for stage in ("disposisi", "persiapan"):
        office.done(stage)
    office.approve()
    office.done("rapat_persiapan")
    office.done("data_capaian", "ksb_kul", result="Formulir")
    task, person, _ = office.open_tasks("data_capaian", "ksb_rendatin")[0]
    claim_task(office.store, office.who(person), task)
    task, person, _ = office.open_tasks("data_capaian", "ksb_tekhum")[0]
    delegate_task(office.store, office.who(person), task, office.person["ksb_kul"], "Tolong.")
    for _ in range(14):  # all of this is late, with reminders and escalations
        office.at += timedelta(days=1)
        office.engine.tick()
    office.start(edition)  # one waits for its sign-off a second time
    office.done("disposisi")
    office.done("persiapan", result="SK tim")
    office.send_back("Belum lengkap.")
    attach(office, "persiapan", "SK tim.pdf", PDF)
    office.done("persiapan", result="SK tim lengkap")
    office.start(edition)  # one was returned
    office.done("disposisi")
    office.done("persiapan", result="SK tim")
    office.send_back("Belum lengkap.")
    office.start(edition)  # one is new
    other = office.in_force(numbered(12))
    office.start(other)
    void_edition(office.store, office.who("sekretaris"), other, "Diganti.")
    office.in_force(numbered(13))  # not begun
    office.load(numbered(14))  # to be signed
    propose(office, edition, with_stage("pleno", EXTRA, many))
    away = office.person["ksb_kul"], office.person["ksb_tekhum"]
    add_absence(office.store, office.who("admin"), *away, "SP 7/2027", *office.days(5))
    office.person["admin_kedua"] = office.add("Oki Contoh", "oki@contoh.invalid", admin=True)
    for person in set(office.person.values()):
        give_password(office, person)
    reset(office.store, office.engine.prover, office.who("admin"), office.person["sekretaris"])  # waits for another
    deliver(office)
    office.at += timedelta(minutes=10)
    return office


@EITHER
def test_axe_has_nothing_against_any_page_of_an_office_at_work(
    busy: Office, chromium: Browser, widths: tuple[int, ...]
) -> None:
    with in_a_thread(busy) as address, browsing.window(chromium, address) as window:
        page = window.new_page()
        page.goto("/masuk")
        gallery = Gallery(busy, page, widths)
        nita = int(busy.store.query("SELECT id FROM persons WHERE email LIKE 'nita%'")[0][0])
        editions = [f"/edisi/{edition.id}" for edition in busy.engine.reading.editions()]
        positions = ("ksb_rendatin", "ksb_tekhum", "ketua", "sekretaris", "admin", "admin_kedua")
        seen = [gallery.walk(person, *editions) for person in (0, nita, *(busy.person[one] for one in positions))]
        for each in seen:
            gallery.sent(each)
    assert not gallery.faults, "\n".join(gallery.faults)
    reached = {route for route, statuses in gallery.reached.items() if statuses - {303, 403, 404} or route[0] == "POST"}
    missed = {route for route in ACCESS if not route[1].startswith(DEMO_ONLY)}
    missed -= reached | {("POST", "/keluar")}
    assert not missed, missed


@EITHER
def test_axe_has_nothing_against_an_office_with_nothing_in_it(
    office: Office, chromium: Browser, widths: tuple[int, ...]
) -> None:
    office.engine.prover = cheap_prover()
    with in_a_thread(office) as address, browsing.window(chromium, address) as window:
        page = window.new_page()
        page.goto("/masuk")
        gallery = Gallery(office, page, widths)
        for person in (0, office.person["sekretaris"], office.person["admin"]):
            gallery.sent(gallery.walk(person))
    assert not gallery.faults, "\n".join(gallery.faults)


@EITHER
def test_axe_has_nothing_against_a_demo(running: Office, chromium: Browser, widths: tuple[int, ...]) -> None:
    deliver(running)
    with in_a_thread(running, DEMO) as address, browsing.window(chromium, address) as window:
        page = window.new_page()
        page.goto("/masuk")
        gallery = Gallery(running, page, widths, DEMO)
        for person in (0, running.person["sekretaris"]):
            gallery.walk(person)
    assert not gallery.faults, "\n".join(gallery.faults)
    assert {route for route in ACCESS if route[0] == "GET" and route[1].startswith(DEMO_ONLY)} <= set(gallery.reached)


def test_axe_finds_what_is_wrong(chromium: Browser) -> None:
    with chromium.new_context() as window:
        page = window.new_page()
        page.set_content("<html><body><input><img src=x><div style='width: 900px'>x</div></body></html>")
        found = {fault.split(": ")[1] for fault in browsing.faults(page, PHONE)}
    assert found >= {"label", "image-alt", "html-has-lang", "548 px wider than its window"}, found


def test_the_judge_is_the_one_its_readme_names() -> None:
    digest = hashlib.sha256(browsing.AXE.encode()).hexdigest()
    assert digest in (Path(browsing.__file__).parent / "axe" / "README.md").read_text("utf-8")
