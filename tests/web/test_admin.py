"""An admin's path by HTTP: load, revise and see what follows, people, calendar, record, a case's start and end."""

import re
from datetime import timedelta
from html import unescape

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from sop_engine.web.access import ACCESS, May
from tests.office import KPU, SOP_396, WORKFLOWS, Office
from tests.web.conftest import be, browser, everything, token_on
from tests.web.test_staff import form_on

TEXT = SOP_396.read_text("utf-8")
EVIL = "<script>alert('x')</script>{{7*7}}"
GROUND = {"dasar": "Banjir 12 Januari", "kategori": "bencana_alam", "tanggal": "2027-01-04"}
EVIDENCE = {"bukti": ("surat.pdf", b"%PDF surat BPBD", "application/pdf")}


def admin(office: Office) -> TestClient:
    return be(browser(office), office.person["admin"])


def send(visitor: TestClient, path: str, page: str, files: object = None, **said: str) -> Response:
    """Send a form as the page shows it: with its token and one-time number."""
    shown = visitor.get(page)
    assert shown.status_code == 200, shown.text
    key = re.search(r'name="_kunci" value="(\w+)"', shown.text)
    assert key
    data = {"_tanda": token_on(shown.text), "_kunci": key[1], **said}
    return visitor.post(path, data=data, files=files)  # type: ignore[arg-type]


def words(answer: Response) -> str:
    """What a page says, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def changed(stage: str, old: str, new: str) -> str:
    """SOP 396 with one line of a stage changed."""
    before, _, after = TEXT.partition(f"- id: {stage}")
    assert old in after
    return f"{before}- id: {stage}{after.replace(old, new, 1)}"


def time_changed(stage: str) -> str:
    """SOP 396 with another time for a stage."""
    after = TEXT.partition(f"- id: {stage}")[2]
    found = re.search(r"waktu: .*", after)
    assert found
    return changed(stage, found[0], "waktu: 9 hari")


# -- a new text ----------------------------------------------------------------------------------------


def test_a_faulty_text_is_shown_with_line_and_what_to_write_and_a_sound_one_is_loaded(office: Office) -> None:
    visitor = admin(office)
    faulty = TEXT.replace("penanggungjawab: sekretaris", "penangungjawab: sekretaris", 1)
    line = faulty[: faulty.index("penangungjawab")].count("\n") + 1

    for path in ("/muat/periksa", "/muat"):
        shown = send(visitor, path, "/muat", {"berkas": ("sop.yaml", faulty.encode(), "text/yaml")})
        assert f"Baris {line}" in words(shown)
        assert "`penanggungjawab`" in words(shown)
        assert "penangungjawab: sekretaris" in shown.text
    assert not office.engine.reading.editions()

    answer = send(visitor, "/muat", "/muat", {"berkas": ("kosong", b"", "")}, naskah=TEXT.replace("\n", "\r\n"))
    [edition] = office.engine.reading.editions()
    assert (answer.status_code, answer.headers["location"]) == (303, f"/edisi/{edition.id}?kabar=dimuat")
    assert edition.state == "draft"
    revision = office.engine.reading.revision(edition.revision_id)
    assert revision
    assert revision.body == TEXT
    assert edition.number in visitor.get("/edisi").text


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe\x00\x01",
        b"PK\x03\x04 arsip",
        b"a: &a [x]\nb: [*a, *a]\n",
        b"x" * 1_000_001,
        b"\x00\x00\x00",
        b"[" * 5000,
        b"!!python/object:os.system x",
        b"\xc3\x28",
        b"- {{7*7}}\n",
    ],
)
def test_a_hostile_upload_is_refused_in_words(office: Office, data: bytes) -> None:
    visitor = admin(office)
    for path, page in (("/muat", "/muat"), ("/kalender", "/kalender")):
        answer = send(visitor, path, page, {"berkas": ("x.yaml", data, "text/yaml")})
        assert answer.status_code == 422, path
        assert "Traceback" not in answer.text
        assert 'role="alert"' in answer.text


def test_the_next_edition_starts_from_this_one_without_number_and_dates(office: Office) -> None:
    edition = office.in_force()
    page = admin(office).get(f"/edisi/{edition}/ulang").text
    assert "  nomor:\n" in unescape(page)
    assert "nomor: 396/" not in page


# -- a revision ----------------------------------------------------------------------------------------


def test_a_revision_from_comparison_to_its_consequences_for_a_running_case(running: Office) -> None:
    running.done("disposisi")
    [case] = running.engine.reading.cases()
    page, visitor = f"/edisi/{case.edition_id}/ubah", admin(running)
    open_now = next(run[0] for run in running.runs() if run[3] == "active")
    new = time_changed(open_now)
    before = everything(running)

    shown = send(visitor, f"/edisi/{case.edition_id}/banding", page, EVIDENCE, naskah=new, **GROUND)
    assert shown.status_code == 200
    assert "9 hari" in words(shown)
    assert "angka 2" in words(shown)
    assert "Banjir 12 Januari" in shown.text
    assert everything(running) == before

    refused = send(visitor, f"/edisi/{case.edition_id}/usulkan", page, naskah=new, dasar="Banjir")
    assert refused.status_code == 422
    assert "keadaan kahar" in words(refused)
    answer = send(visitor, f"/edisi/{case.edition_id}/usulkan", page, EVIDENCE, naskah=new, **GROUND)
    assert answer.status_code == 303, words(answer)
    [made] = running.engine.reading.proposals()
    assert answer.headers["location"] == f"/akibat/{made.id}?kabar=diusulkan"

    before = everything(running)
    said = words(visitor.get(f"/akibat/{made.id}"))
    assert f"Kasus {case.id}" in said
    assert "Mengikuti naskah baru" in said
    assert " menjadi " in said
    assert everything(running) == before


def test_a_change_of_what_is_done_is_refused_with_its_clause_and_left_without_effect_on_demand(running: Office) -> None:
    running.done("disposisi")
    while running.asked():
        running.approve()
    [case] = running.engine.reading.cases()
    page, visitor = f"/edisi/{case.edition_id}/ubah", admin(running)
    send_to = f"/edisi/{case.edition_id}/banding"

    assert "Ditolak" in words(send(visitor, send_to, page, naskah=time_changed("disposisi")))
    kept = words(send(visitor, send_to, page, naskah=time_changed("disposisi"), biarkan="ya"))
    assert "Ditolak" not in kept
    assert "tidak berlaku (sudah selesai)" in kept


# -- people --------------------------------------------------------------------------------------------


def test_a_signing_position_waits_for_a_second_person_and_any_other_does_not(running: Office) -> None:
    visitor, new = admin(running), running.add("Lestari Contoh", "lestari@contoh.invalid")
    said = {"orang": str(new), "kapasitas": "plh", "surat": "SP 3/2027", "mulai": "", "sampai": "2027-02-01"}

    answer = send(visitor, "/orang/tunjuk", "/orang", jabatan="sekretaris", **said)
    assert answer.headers["location"] == "/orang?kabar=orang-kedua"
    [made] = running.engine.reading.proposals()
    assert "1 usulan menunggu orang kedua" in words(visitor.get("/orang"))
    assert f'action="/usulan/{made.id}/setuju"' not in visitor.get("/usulan").text
    own = send(visitor, f"/usulan/{made.id}/setuju", "/usulan")
    assert own.status_code == 422
    assert "orang kedua" in words(own)

    superior = be(browser(running), running.person["ketua"])  # no admin
    shown = words(superior.get("/usulan"))
    assert "1 menunggu Saudara" in shown
    assert "Penunjukan pemegang jabatan Lestari Contoh, Sekretaris" in shown
    assert "plh, SP 3/2027" in shown
    form = form_on(superior.get("/usulan").text, f"/usulan/{made.id}/setuju")
    for _ in range(2):
        agreed = superior.post(f"/usulan/{made.id}/setuju", data=form)
        assert agreed.headers["location"] == "/usulan?kabar=disetujui"
    assert running.engine.reading.people().holds_any(new, ["sekretaris"], running.at)

    answer = send(visitor, "/orang/tunjuk", "/orang", jabatan="staf_rendatin", **said)
    assert answer.headers["location"] == "/orang?kabar=tercatat"
    held = next(one for one in running.engine.reading.people().holders if one.position == "staf_rendatin")
    running.at += timedelta(minutes=1)
    assert send(visitor, "/orang/akhiri", "/orang", nomor=str(held.id), sampai="").status_code == 303


def test_in_a_large_office_work_follows_the_people_by_itself_and_the_page_counts(
    running: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sop_engine.wiring.QUICK", 0)
    visitor, fajar = admin(running), running.person["staf_rendatin"]
    said = {"orang": str(fajar), "jabatan": "ksb_kul", "kapasitas": "plh", "surat": "SP 4/2027", "sampai": "2027-02-01"}
    running.engine.tick()
    assert send(visitor, "/orang/tunjuk", "/orang", **said).headers["location"] == "/orang?kabar=tercatat"
    assert "Tugas pada 1 kasus masih menyesuaikan" in words(visitor.get("/orang"))
    running.engine.tick()
    assert "masih menyesuaikan" not in words(visitor.get("/orang"))


def test_somebody_is_written_down_gets_a_token_and_goes_away(running: Office) -> None:
    visitor = admin(running)
    assert send(visitor, "/orang", "/orang", nama="Mira Contoh", surel="mira@contoh.invalid").status_code == 303
    again = send(visitor, "/orang", "/orang", nama="Mira Contoh", surel="mira@contoh.invalid")
    assert again.status_code == 422
    assert "sudah terdaftar" in again.text
    mira = running.engine.reading.people().named("mira@contoh.invalid").id

    shown = send(visitor, f"/orang/{mira}/pulihkan", "/orang")
    token = re.search(r'class="secret">([^<]+)<', shown.text)
    assert token
    assert token[1] not in visitor.get("/orang").text
    assert token[1] not in str(everything(running))
    signer = send(visitor, f"/orang/{running.person['sekretaris']}/pulihkan", "/orang")
    assert "harus menyetujuinya lebih dahulu" in words(signer)

    away = {"orang": str(running.person["ksb_kul"]), "pengganti": str(mira), "surat": "SC 1", "sampai": "2027-01-08"}
    assert send(visitor, "/orang/absen", "/orang", **away).status_code == 303
    [absence] = running.engine.reading.people().absences
    assert send(visitor, "/orang/hadir", "/orang", nomor=str(absence.id)).status_code == 303
    assert not [one for one in running.engine.reading.people().absences if one.lasts(running.at)]


# -- books and cases -----------------------------------------------------------------------------------


def test_decrees_and_organisations_are_loaded_by_what_they_say_they_are(office: Office) -> None:
    visitor = admin(office)
    decree = next((WORKFLOWS / "kalender").glob("*.yaml")).read_bytes()
    for data, told in ((decree, "kalender"), (KPU.read_bytes(), "organisasi")):
        answer = send(visitor, "/kalender", "/kalender", {"berkas": ("x", data, "")})
        assert answer.headers["location"] == f"/kalender?kabar={told}"
    faulty = send(visitor, "/kalender", "/kalender", {"berkas": ("x", b"format: kalender/1\nid: x\n", "")})
    assert faulty.status_code == 422
    assert "Baris" in faulty.text
    assert "Sabtu dan Minggu" in visitor.get("/kalender?tahun=2026").text


def test_the_record_is_read_back_in_pages_and_verified(running: Office) -> None:
    visitor, head = admin(running), running.engine.reading.office().head_seq
    newest, oldest = visitor.get("/catatan").text, visitor.get("/catatan?dari=1").text
    assert f'<li value="{head}">' in newest
    assert "didaftarkan" in visitor.get("/catatan?dari=40").text
    assert "Peristiwa «" not in newest + oldest
    assert '<li value="2">' not in oldest
    assert "Catatan utuh" in send(visitor, "/catatan/periksa", "/catatan").text
    assert "surel menunggu" in visitor.get("/antrean").text


def test_a_case_is_started_by_an_admin_and_cancelled_by_who_answers_for_the_sop(office: Office) -> None:
    edition, visitor = office.in_force(), admin(office)
    page = f"/edisi/{edition}/mulai"
    assert send(visitor, page, page).status_code == 422
    answer = send(visitor, page, page, **{"tahun": "2026", "batas.surat": "2027-01-29"})
    [case] = office.engine.reading.cases()
    assert answer.headers["location"] == f"/kasus/{case.id}?kabar=dimulai"
    assert dict(case.limits) == {"surat": "2027-01-29"}

    page = f"/kasus/{case.id}/batal"
    refused = send(visitor, page, page, alasan="Salah tahun")
    assert refused.status_code == 422
    assert "Salah tahun" in refused.text
    signer = be(browser(office), office.person["sekretaris"])
    assert send(signer, page, page, alasan="Salah tahun").status_code == 303
    assert office.engine.reading.cases()[0].state == "cancelled"


# -- whoever else --------------------------------------------------------------------------------------


def test_nobody_but_an_admin_gets_in(running: Office) -> None:
    visitor, before = be(browser(running), running.person["sekretaris"]), everything(running)
    token = {"_tanda": token_on(visitor.get("/tugas").text)}
    before = everything(running)
    mine = [key for key, may in ACCESS.items() if may is May.ADMIN]
    assert len(mine) >= 20
    for method, path in mine:
        address = path.replace("{number}", "1")
        answer = visitor.get(address) if method == "GET" else visitor.post(address, data=token)
        assert answer.status_code == 403, path
        assert "hanya untuk admin" in answer.text
    assert everything(running) == before


def test_what_people_wrote_is_shown_as_words(running: Office) -> None:
    visitor, [case] = admin(running), running.engine.reading.cases()
    running.add(EVIL, "jahat@contoh.invalid")
    jahat = running.engine.reading.people().named("jahat@contoh.invalid").id
    said = {"orang": str(jahat), "jabatan": "staf_rendatin", "kapasitas": "definitif", "surat": EVIL}
    assert send(visitor, "/orang/tunjuk", "/orang", **said).status_code == 303
    away = {"orang": str(jahat), "pengganti": str(running.person["ksb_kul"]), "surat": EVIL, "sampai": "2027-01-08"}
    assert send(visitor, "/orang/absen", "/orang", **away).status_code == 303
    new = changed("penyampaian", "kegiatan: ", f"kegiatan: {EVIL.replace('{{7*7}}', '')} ")
    page = f"/edisi/{case.edition_id}/ubah"
    shown = [
        send(visitor, f"/edisi/{case.edition_id}/banding", page, naskah=new, dasar=EVIL, ralat=EVIL),
        send(visitor, "/muat/periksa", "/muat", naskah=f"{EVIL}: {EVIL}\n</textarea><script>"),
        send(visitor, f"/kasus/{case.id}/batal", f"/kasus/{case.id}/batal", alasan=EVIL),
        send(visitor, "/orang/tunjuk", "/orang", surat=EVIL),
        send(visitor, f"/orang/{jahat}/pulihkan", "/orang"),
        *(visitor.get(path) for path in ("/orang", "/catatan", "/antrean", "/edisi", "/kalender")),
    ]
    for answer in shown:
        assert answer.status_code in (200, 422), answer.url
        assert "<script" not in answer.text, answer.url
    assert sum("&lt;script&gt;" in answer.text for answer in shown) >= 7
