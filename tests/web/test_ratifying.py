"""The ratifying official signs what is shown, and nothing else."""

import hashlib
import re
from datetime import date, timedelta
from html import unescape

from pyotp import TOTP

from sop_engine.application.ratify_edition import sign_edition
from sop_engine.domain.editions import WetSignature
from sop_engine.wiring import parse_definition
from tests.office import SOP_396, Office
from tests.web.conftest import PASSWORD, be, browser, everything, give_second_factor, sign_in
from tests.web.test_staff import form_on


def test_a_draft_is_signed_with_the_digest_that_was_shown(office: Office) -> None:
    loaded = office.load(SOP_396.read_text("utf-8"))
    page = f"/edisi/{loaded['edition']}"
    visitor = be(browser(office), office.person["sekretaris"])
    shown = visitor.get(page).text
    assert loaded["digest"] in shown
    form, before = form_on(shown, f"{page}/sahkan"), everything(office)

    other = visitor.post(f"{page}/sahkan", data=form | {"sidik": "ab" * 32})
    assert other.status_code == 422
    assert "bukan naskah yang tersimpan" in other.text
    assert everything(office) == before

    for _ in range(2):
        signed = visitor.post(f"{page}/sahkan", data=form)
        assert signed.headers["location"] == f"{page}?kabar=berlaku"
    assert office.engine.reading.editions()[0].state == "in_force"


def test_who_does_not_ratify_is_not_offered_the_form_and_refused_by_the_command(office: Office) -> None:
    page = f"/edisi/{office.load(SOP_396.read_text('utf-8'))['edition']}"
    visitor = be(browser(office), office.person["ksb_kul"])
    shown = visitor.get(page).text
    assert "Tanda tangani naskah ini" not in shown
    form = form_on(shown, "/keluar") | {"sidik": "x"}
    assert visitor.post(f"{page}/sahkan", data=form).status_code == 422
    assert office.engine.reading.editions()[0].state == "draft"


def test_a_wet_signature_is_recorded_with_day_scan_and_witness(office: Office) -> None:
    edition = office.load(SOP_396.read_text("utf-8"))["edition"]
    page, visitor = f"/edisi/{edition}", be(browser(office), office.person["admin"])
    form = form_on(visitor.get(page).text, f"{page}/basah")
    said = {"penandatangan": str(office.person["sekretaris"]), "saksi": str(office.person["ketua"])}

    refused = visitor.post(f"{page}/basah", data=form | said)
    assert refused.status_code == 422
    assert "tanggal dan pindaian" in refused.text
    assert f'value="{said["saksi"]}" selected' in refused.text
    said |= {"tanggal": "2027-01-04"}
    signed = visitor.post(f"{page}/basah", data=form | said, files={"bukti": b"scan"})
    assert signed.headers["location"] == f"{page}?kabar=berlaku"
    [now] = office.engine.reading.editions()
    assert (now.signature, now.witness, now.evidence) == (
        "basah",
        office.person["ketua"],
        hashlib.sha256(b"scan").hexdigest(),
    )


def test_a_unit_confirms_receipt_by_its_head_and_everybody_sees_who_has(office: Office) -> None:
    page = f"/edisi/{office.in_force()}"
    visitor = be(browser(office), office.person["sekretaris"])
    shown = visitor.get(page).text
    assert shown.count("belum dicatat") > 1
    form = form_on(shown, f"{page}/terima")
    for _ in range(2):
        assert visitor.post(f"{page}/terima", data=form).headers["location"] == f"{page}?kabar=diterima"
    shown = visitor.get(page).text
    assert "Rahayu Contoh, Senin, 4 Januari 2027" in shown
    assert f"{page}/terima" not in shown

    staff = be(browser(office), office.person["staf_rendatin"])
    assert f"{page}/terima" not in staff.get(page).text
    form = form_on(staff.get(page).text, "/keluar") | {"jabatan": "staf_rendatin"}
    refused = staff.post(f"{page}/terima", data=form)
    assert refused.status_code == 422
    assert "kepala unit" in refused.text


def test_voiding_shows_its_consequences_first_and_takes_a_ground_and_a_proof_with_two_factors(running: Office) -> None:
    [case] = running.engine.reading.cases()
    page, sekretaris = f"/edisi/{case.edition_id}/batal", running.person["sekretaris"]
    other = be(browser(running), running.person["admin"]).get(page).text
    assert f"Kasus {case.id}" in other
    assert "Nyatakan batal seluruhnya" not in other
    secret = give_second_factor(running, sekretaris)
    visitor = browser(running, demo="")
    sign_in(visitor, "sekretaris@contoh.invalid", kode=TOTP(secret).at(running.at))
    running.at += timedelta(minutes=6)
    form, before = form_on(visitor.get(page).text, page), running.runs()

    wrong = visitor.post(page, data=form | {"dasar": "Keputusan 9/2027", "sandi": PASSWORD, "kode": "000000"})
    assert wrong.status_code == 422
    assert "Keputusan 9/2027</textarea>" in wrong.text
    assert running.runs() == before
    running.at += timedelta(minutes=2)
    form = form_on(wrong.text, page) | {"sandi": PASSWORD, "kode": TOTP(secret).at(running.at)}
    assert visitor.post(page, data=form | {"dasar": " "}).status_code == 422
    form |= form_on(visitor.get(page).text, page) | {"dasar": "Keputusan 9/2027"}
    assert visitor.post(page, data=form).headers["location"] == f"/edisi/{case.edition_id}?kabar=batal"
    assert running.engine.reading.editions()[0].state == "void"
    assert "batal" in visitor.get(page).text
    assert "Nyatakan batal seluruhnya" not in visitor.get(page).text


def words_of(page: str) -> str:
    """What a reader of a page sees, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.partition("<main")[2])).split())


def test_the_page_for_paper_is_the_whole_document_and_says_how_it_was_signed(office: Office) -> None:
    loaded = office.load(SOP_396.read_text("utf-8"))
    page = f"/edisi/{loaded['edition']}"
    visitor = browser(office)
    assert f'href="{page}/cetak"' in visitor.get(page).text

    draft = words_of(visitor.get(f"{page}/cetak").text)
    assert "RANCANGAN: belum ditandatangani dan belum berlaku." in draft
    assert "Pada tanggal …" in draft
    assert "Disetujui secara elektronik" not in draft
    assert "Nomor pada dokumen tidak sama" in draft
    assert "NOMOR: 346/ORT.06/3601/2023" in draft
    assert "Nomor SOP 396/ORT.06/3601/2023" in draft
    for clause in parse_definition(SOP_396.read_text("utf-8")).clauses:
        assert clause.text in draft
    sign_edition(office.store, office.who("sekretaris"), loaded["edition"], loaded["digest"])

    shown = visitor.get(f"{page}/cetak").text
    signed = words_of(shown)
    assert "RANCANGAN" not in signed
    assert "Disahkan di Pandeglang Pada tanggal 4 Januari 2027 Sekretaris," in signed
    assert "Disetujui secara elektronik dalam sistem oleh Rahayu Contoh" in signed
    assert "(bukan tanda tangan elektronik tersertifikasi)" in signed
    assert loaded["digest"] in signed
    assert shown.count('<tr role="row" id="tahap-') == 13
    assert '<details class="clauses">' not in shown  # paper can't be opened


def test_the_page_for_paper_tells_a_signature_on_paper_by_its_scan(office: Office) -> None:
    loaded = office.load(SOP_396.read_text("utf-8"))
    office.at += timedelta(days=2)
    wet = WetSignature(office.person["sekretaris"], date(2027, 1, 5), "ab" * 32, office.person["ketua"])
    sign_edition(office.store, office.who("admin"), loaded["edition"], loaded["digest"], wet)
    signed = words_of(browser(office).get(f"/edisi/{loaded['edition']}/cetak").text)
    assert "Pada tanggal 5 Januari 2027" in signed
    assert "Ditandatangani di atas kertas" in signed
    assert "ab" * 32 in signed
