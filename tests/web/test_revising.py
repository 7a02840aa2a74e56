"""A revision in a real browser, from the upload to what it does to two running cases; and a voiding."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.invariants import check
from tests.office import PEOPLE, SOP_396, Office
from tests.revisions import of_stage
from tests.web.at_work import AtWork, link_in, position_of
from tests.web.browsing import DESK, PHONE
from tests.web.serving import in_a_thread

MANY = SOP_396.read_text("utf-8").replace("aturan: tidak_berlaku_saat_berakhir", "")
BOTH_WIDTHS = pytest.mark.parametrize("width", [DESK, pytest.param(PHONE, marks=pytest.mark.long)])


def press(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("button", name=name).click()


def signed(work: AtWork, kind: str, button: str | re.Pattern[str]) -> Page:
    """The Sekretaris follows the mail about a proposal, proves who he is and signs."""
    [link] = [link_in(mail) for mail in work.mails() if position_of(mail) == "sekretaris" and kind in mail.subject]
    page = work.follow("sekretaris", link)
    work.look(page)
    work.prove(page, "sekretaris")
    press(page, button)
    return page


@BOTH_WIDTHS
def test_a_revision_from_upload_to_consequence_to_signature_with_two_running_cases(
    office: Office, chromium: Browser, tmp_path: Path, width: int
) -> None:
    edition = office.in_force(MANY)
    behind, ahead = office.start(edition), office.start(edition)
    for _ in range(2):
        office.done("disposisi", result="Disposisi")
    task = office.open_tasks("persiapan")[1]
    office.done("persiapan")  # the first case waits for its sign-off, the second is still at work
    revised = tmp_path / "revisi.yaml"
    revised.write_text(of_stage("persiapan", "waktu: 1 hari", "waktu: 5 hari", MANY), "utf-8")
    evidence = tmp_path / "surat-bpbd.pdf"
    evidence.write_bytes(b"%PDF-1.4 surat")
    with in_a_thread(office) as address:
        work = AtWork(office, chromium, address, width, True)
        work.give(*PEOPLE, "admin")
        page = work.follow("admin", f"/edisi/{edition}/ubah")
        page.get_by_label("Unggah berkas YAML").set_input_files(revised)
        press(page, "Bandingkan")
        work.look(page)
        told = page.inner_text("main")
        assert "1 hari" in told
        assert "5 hari" in told
        press(page, "Usulkan untuk ditandatangani")  # without a ground
        assert page.get_by_role("alert").is_visible()
        work.look(page)
        page.get_by_label("Uraian").fill("Banjir merendam kantor.")
        page.get_by_label("Kategori").select_option("bencana_alam")
        page.get_by_label("Tanggal terjadinya").fill("2027-01-04")
        page.get_by_label("Bukti").set_input_files(evidence)
        press(page, "Usulkan untuk ditandatangani")
        assert re.search(r"/akibat/\d+", page.url), page.inner_text("main")
        work.look(page)
        assert {f"Kasus {behind}", f"Kasus {ahead}"} <= set(page.get_by_role("heading").all_inner_texts())
        before = office.store.query("SELECT due_at FROM stage_runs WHERE stage = 'persiapan' ORDER BY id")
        page = signed(work, "Usulan perubahan SOP", "Tanda tangani perubahan ini")
        work.look(page)
        office.engine.tick()
        after = office.store.query("SELECT due_at FROM stage_runs WHERE stage = 'persiapan' ORDER BY id")
        assert after != before
        told_of = [position_of(mail) for mail in work.mails() if "SOP direvisi" in mail.subject]
        assert "ksb_rendatin" in told_of
        case = work.follow("ksb_rendatin", f"/tugas/{task[0]}")
        assert "5 hari" in case.inner_text("main")
        work.close()
    assert not work.faults, "\n".join(work.faults)
    check(office)


@BOTH_WIDTHS
def test_a_voiding_with_its_consequences_before_and_after(office: Office, chromium: Browser, width: int) -> None:
    edition = office.in_force(MANY)
    cases = [office.start(edition), office.start(edition)]
    office.done("disposisi", result="Disposisi")
    task = office.open_tasks("persiapan")[0][0]
    with in_a_thread(office) as address:
        work = AtWork(office, chromium, address, width, True)
        work.give(*PEOPLE, "admin")
        work.mails()
        page = work.follow("sekretaris", f"/edisi/{edition}")
        page.get_by_role("link", name="Nyatakan batal").click()
        work.look(page)
        assert "beserta 2 kasus" in page.inner_text("main")
        page.get_by_label("Dasar hukum").fill("Keputusan KPU 12/2027 mencabut SOP ini.")
        work.prove(page, "sekretaris")
        press(page, "Nyatakan batal seluruhnya")
        assert "kabar=batal" in page.url, page.inner_text("main")
        work.look(page)
        staff = work.follow("ksb_rendatin", f"/tugas/{task}")  # at once, before the sweep
        if "/tugas/" in staff.url:
            staff.get_by_label("Hasil kerja").fill("Terlambat")
            press(staff, "Ajukan untuk disahkan")
            assert "batal" in staff.get_by_role("alert").inner_text()
        work.look(staff)
        office.engine.tick()
        [told] = [link_in(mail) for mail in work.mails() if position_of(mail) == "ksb_rendatin"]
        work.look(work.follow("ksb_rendatin", told))
        work.close()
    assert office.store.query("SELECT id, state FROM cases ORDER BY id") == [(case, "void") for case in cases]
    assert not work.faults, "\n".join(work.faults)
    check(office)
