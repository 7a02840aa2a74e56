"""The read-only pages: what they show of a real case, and that looking changes nothing."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.office import SOP_396, Office
from tests.web.conftest import DEMO, HERE, be, browser, deliver, everything, give_password, sign_in

SUBBAGIAN = ("ksb_kul", "ksb_tekhum", "ksb_parmas_sdm", "ksb_rendatin")


def case_page(office: Office) -> str:
    number = office.engine.reading.cases()[-1].id
    answer = browser(office).get(f"/kasus/{number}")
    assert answer.status_code == 200
    return answer.text


def row_of(page: str, stage: str) -> str:
    """The row of the activity table that is about a stage."""
    found = re.search(rf'<tr role="row" id="tahap-{stage}".*?</tr>', page, re.DOTALL)
    assert found, stage
    return found[0]


def position(page: str) -> str:
    """The section that says where the case stands."""
    return page.partition('id="posisi"')[2].partition("</section>")[0]


def words(html: str) -> str:
    """What a reader reads."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def up_to_reviu(office: Office) -> None:
    """Lead a running case to the ninth stage."""
    office.done("disposisi")
    office.done("persiapan")
    office.approve()
    office.done("rapat_persiapan")
    for slot in SUBBAGIAN:
        office.done("data_capaian", slot)
    office.done("verifikasi", outcome="ya")
    office.done("penyusunan_draf")
    office.done("pemeriksaan", outcome="ya")
    office.done("pembahasan")


# -- where a case stands -------------------------------------------------------------------------------


def test_the_open_stage_is_named_with_its_performer_due_date_and_explanation(running: Office) -> None:
    page = case_page(running)

    assert 'class="row active"' in row_of(page, "disposisi")
    assert "Sedang dikerjakan" in row_of(page, "disposisi")
    stands = words(position(page))
    assert "S01 Menerima surat permintaan LKj" in stands
    assert "Sekretaris Ditugaskan kepada Rahayu Contoh" in stands
    assert "Tenggat Senin, 4 Januari 2027 pukul 16.00 WIB hari ini 1 hari kerja sejak 4 Jan" in stands
    assert "0 dari 13 tahap selesai" in words(page)


def test_a_completed_stage_is_marked_and_the_next_one_is_open(running: Office) -> None:
    running.done("disposisi", result="Disposisi kepada KSB")

    page = case_page(running)

    assert "Selesai" in row_of(page, "disposisi")
    assert '<g class="completed"' in row_of(page, "disposisi")
    assert '<g class="active"' in row_of(page, "persiapan")
    assert '<g class="waiting"' in row_of(page, "rapat_persiapan")
    assert "1 dari 13 tahap selesai" in words(page)
    assert "Disposisi kepada KSB" in page


def test_a_stage_past_its_due_date_is_marked_late_with_the_days(running: Office) -> None:
    running.at += timedelta(days=2)

    page = case_page(running)

    assert "Terlambat" in row_of(page, "disposisi")
    assert '<g class="late"' in row_of(page, "disposisi")
    assert "lewat 1 hari kerja" in words(position(page))  # 5 January 2027 is a holiday


def test_submitted_work_says_who_did_it_and_who_is_to_sign(running: Office) -> None:
    running.done("disposisi")
    running.done("persiapan")

    page = case_page(running)

    assert '<g class="submitted"' in row_of(page, "persiapan")
    assert "diajukan 4 Jan pukul 07.30" in words(row_of(page, "persiapan"))
    assert "Diajukan Bayu Contoh; menunggu pengesahan Sekretaris (Rahayu Contoh)" in words(position(page))


def test_returned_work_shows_its_second_pass_and_the_frozen_first(running: Office) -> None:
    running.done("disposisi")
    running.done("persiapan")
    running.send_back("Jadwal belum memuat rapat pleno.")

    page = case_page(running)

    assert "Dikembalikan, sedang diperbaiki" in row_of(page, "persiapan")
    assert '<g class="returned"' in row_of(page, "persiapan")
    assert "putaran ke-2" in words(position(page))
    passes = words(page.partition('id="putaran"')[2])
    assert "Dikembalikan Sekretaris: Rahayu Contoh" in passes


def test_each_slot_has_a_mark_of_its_own(running: Office) -> None:
    running.done("disposisi")
    running.done("persiapan")
    running.approve()
    running.done("rapat_persiapan")
    running.done("data_capaian", "ksb_kul")

    row = row_of(case_page(running), "data_capaian")

    assert row.count('<g class="completed"') == 1
    assert row.count('<g class="active"') == 3
    assert "1 dari 4 jabatan selesai" in words(row)


def test_stages_the_flow_went_back_past_are_marked_to_be_repeated(running: Office) -> None:
    up_to_reviu(running)
    running.done("reviu", outcome="tidak", note="Bab III belum memuat analisis.")

    page = case_page(running)

    assert '<g class="active"' in row_of(page, "penyusunan_draf")
    for stage in ("pemeriksaan", "pembahasan", "reviu"):
        assert "Akan diulang" in row_of(page, stage), stage
    assert '<g class="completed"' in row_of(page, "verifikasi")
    assert "5 dari 13 tahap selesai" in words(page)
    assert "Catatan keputusan S09: Bab III belum memuat analisis." in words(position(page))


def test_slots_that_are_not_redone_stay_completed(running: Office) -> None:
    running.done("disposisi")
    running.done("persiapan")
    running.approve()
    running.done("rapat_persiapan")
    for slot in SUBBAGIAN:
        running.done("data_capaian", slot)
    running.done("verifikasi", outcome="tidak", redo=("ksb_kul",), note="Data dukung kurang.")

    row = row_of(case_page(running), "data_capaian")

    assert (row.count('<g class="completed"'), row.count('<g class="active"')) == (3, 1)


def test_a_finished_case_says_so_and_waits_for_nobody(running: Office) -> None:
    up_to_reviu(running)
    running.done("reviu", outcome="ya")
    running.done("pleno", outcome="ya")
    running.done("penggandaan")
    running.approve()
    running.done("penyampaian")
    running.approve()
    running.done("publikasi")

    page = case_page(running)

    assert "Kasus ini selesai sejak Senin, 4 Januari 2027" in words(position(page))
    assert "13 dari 13 tahap selesai" in words(page)
    assert "tidak berlaku lagi" in words(page)


# -- the document and the record -----------------------------------------------------------------------


def test_both_numbers_of_the_document_stand_with_their_warning(visitor: TestClient) -> None:
    for path in ("/kasus", "/edisi"):
        number = {"/kasus": _case_number(visitor), "/edisi": _edition_number(visitor)}[path]
        page = words(visitor.get(f"{path}/{number}").text)

        assert "Nomor pada dokumen tidak sama." in page
        assert "396/ORT.06/3601/2023" in page
        assert "346/ORT.06/3601/2023" in page


def _numbers(page: str, kind: str) -> list[str]:
    """The numbers a page links to: of a kasus, an edisi, a surel."""
    found: list[str] = re.findall(rf'href="/{kind}/(\d+)"', page)
    return found


def _case_number(visitor: TestClient) -> str:
    return _numbers(visitor.get("/").text, "kasus")[0]


def _edition_number(visitor: TestClient) -> str:
    mails = [visitor.get(f"/surel/{number}").text for number in _mails(visitor)]
    return next(number for mail in mails for number in _numbers(mail, "edisi"))


def _mails(visitor: TestClient) -> list[str]:
    return _numbers(visitor.get("/surel").text, "surel")


def test_what_the_document_does_not_say_is_marked_as_reconstruction(running: Office) -> None:
    page = case_page(running)

    assert all(
        "Rekonstruksi: tidak tertulis dalam dokumen SOP" in row_of(page, stage)
        for stage in ("disposisi", "data_capaian", "publikasi")
    )


def test_the_table_has_one_column_per_performing_position(running: Office) -> None:
    page = case_page(running)
    columns = [words(found) for found in re.findall(r'class="c-performer">(.*?)</th>', page)]

    assert len(columns) == 8
    assert columns[:3] == ["Ketua KPU Kabupaten Pandeglang", "Anggota KPU Kabupaten Pandeglang", "Sekretaris"]


def test_the_record_is_told_in_words_under_the_head_every_mail_bears(running: Office) -> None:
    running.done("disposisi")
    head = running.engine.reading.office()

    page = words(case_page(running))

    assert "Pelaksanaan tahun 2026 dimulai." in page
    assert "Selesai tahap S01 «Menerima surat permintaan LKj dan menugaskan penyusunan»." in page
    assert f"bernomor {head.head_seq} , sidik digital {head.head_hash[:12]}" in page
    assert "Peristiwa «" not in page  # no kind of event is left without words


# -- mail ----------------------------------------------------------------------------------------------


def test_the_inbox_lists_every_mail_the_newest_first_and_by_recipient(running: Office) -> None:
    deliver(running)
    running.done("disposisi")
    deliver(running)
    visitor = browser(running)
    sent = [mail.id for mail in running.engine.reading.messages()]

    assert [int(number) for number in _mails(visitor)] == sorted(sent, reverse=True)
    mine = visitor.get(f"/surel?kepada={running.person['ksb_rendatin']}").text
    assert "kepada Bayu Contoh" in words(mine)
    assert "kepada Rahayu Contoh" not in words(mine)


def test_a_mail_waiting_to_be_sent_is_counted_not_listed(running: Office) -> None:
    page = browser(running).get("/surel").text

    assert "/surel/" not in page
    assert "surel lain sedang menunggu dikirim" in page


def test_a_mail_is_shown_as_text_and_as_html_in_a_frame_that_may_do_nothing(visitor: TestClient) -> None:
    answer = visitor.get(f"/surel/{_mails(visitor)[0]}")

    frame = re.search(r"<iframe[^>]*>", answer.text)
    assert frame
    assert re.search(r" sandbox(?!=)", frame[0])
    assert "&lt;table" in frame[0]
    assert "S01" in words(answer.text.partition('class="plain"')[2])
    policy = answer.headers["content-security-policy"]
    assert "unsafe-inline" not in policy
    assert "'unsafe-hashes' 'sha256-" in policy


def test_the_link_of_a_task_mail_asks_who_one_is_and_then_leads_there(running: Office, visitor: TestClient) -> None:
    mail = visitor.get(f"/surel/{_mails(visitor)[0]}").text
    link = re.search(r'class="button" href="(/tugas/\d+)"', mail)
    assert link

    answer = visitor.get(link[1])

    assert (answer.status_code, answer.headers["location"]) == (303, f"/masuk?ke={link[1]}")
    own = be(visitor, running.person["sekretaris"]).get(link[1])
    assert "Menerima surat permintaan LKj" in own.text
    of_another = be(visitor, running.person["ketua"]).get(link[1])
    assert re.fullmatch(r"/kasus/\d+#tahap-disposisi", of_another.headers["location"])


def test_nobodys_mail_is_shown_outside_a_demo(running: Office) -> None:
    deliver(running)
    visitor = browser(running, demo="")

    assert visitor.get("/surel").status_code == 404
    assert visitor.get("/").headers["location"] == "/masuk?ke=/"
    assert "/surel" not in visitor.get("/masuk").text
    give_password(running, running.person["ketua"])
    sign_in(visitor, "ketua@contoh.invalid")
    assert "--sebagai" not in case_page_of(visitor)


def case_page_of(visitor: TestClient) -> str:
    return str(visitor.get(f"/kasus/{_case_number(visitor)}").text)


def test_a_demo_says_what_to_type_next(running: Office) -> None:
    task = running.open_tasks()[0][0]

    page = unescape(case_page(running))

    assert f"python3 start.py complete {task} --hasil Disposisi --sebagai sekretaris@contoh.invalid" in page
    running.done("disposisi")
    running.done("persiapan")
    signing = running.asked()[0][0]
    assert f"approve {signing} --sebagai sekretaris@contoh.invalid" in case_page(running)


# -- hostile words -------------------------------------------------------------------------------------

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"


def test_hostile_words_stand_escaped_wherever_they_came_from(tmp_path: Path) -> None:
    office = Office(tmp_path)
    people = {position: [f"{HOSTILE} {position}"] for position in ("sekretaris", "ksb_rendatin", "ketua")}
    office.settle(people=people | {"anggota": ["A Contoh", "B Contoh", "C Contoh"], "staf_rendatin": ["D Contoh"]})
    text = SOP_396.read_text("utf-8").replace("Memeriksa draf LKj", f"'{HOSTILE.replace(chr(39), chr(39) * 2)}'")
    office.start(office.in_force(text))
    office.done("disposisi", result=HOSTILE, note=HOSTILE)
    office.done("persiapan", result=HOSTILE)
    office.send_back(HOSTILE)
    deliver(office)
    visitor = browser(office)
    mails = _mails(visitor)
    pages = ["/", "/surel", f"/kasus/{_case_number(visitor)}", *(f"/surel/{mail}" for mail in mails)]

    for path in pages:
        page = visitor.get(path).text
        assert "alert(1)" in page, path
        assert "<script" not in page, path
        assert "<img" not in page, path
        assert "49" not in re.findall(r"onerror=alert\(1\)&gt;(\S\S)", page), path
    office.close()


# -- what is not there ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/kasus/999", "Tidak ada kasus nomor 999."),
        ("/edisi/999", "Tidak ada edisi SOP nomor 999."),
        ("/tugas/999", "Tidak ada tugas nomor 999."),
        ("/pengesahan/999", "Tidak ada permintaan pengesahan nomor 999."),
        ("/surel/999", "Tidak ada surel nomor 999."),
        ("/surel?kepada=999", "Tidak ada orang nomor 999 di kantor ini."),
        ("/kasus/abc", "Tulis angka saja"),
        ("/kasus/-1", "Tulis angka saja"),
        ("/kasus/99999999999999999999", "Tulis angka saja"),
        ("/surel?kepada=abc", "Tulis angka saja"),
        ("/tidak-ada", "Alamatnya mungkin salah ketik"),
        ("/docs", "Alamatnya mungkin salah ketik"),
        ("/openapi.json", "Alamatnya mungkin salah ketik"),
        ("/statis/../app.py", "Alamatnya mungkin salah ketik"),
        ("/statis/%2e%2e/app.py", "Alamatnya mungkin salah ketik"),
    ],
)
def test_what_is_not_there_is_a_page_that_says_what_to_do(
    running: Office, visitor: TestClient, path: str, says: str
) -> None:
    answer = be(visitor, running.person["ketua"]).get(path)

    assert answer.status_code == 404
    assert says in words(answer.text)
    assert "Ke beranda" in answer.text


def test_a_fault_of_ours_is_a_page_without_its_details(running: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running.engine.reading, "cases", lambda: 1 / 0)

    answer = browser(running).get("/")

    assert answer.status_code == 500
    assert "Halaman ini gagal ditampilkan" in answer.text
    assert "ZeroDivisionError" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


# -- looking changes nothing ---------------------------------------------------------------------------


def test_no_page_changes_a_row(running: Office) -> None:
    running.done("disposisi")
    running.done("persiapan")
    deliver(running)
    visitor = browser(running)
    before = everything(running)
    task, signing = running.store.query("SELECT MIN(id) FROM tasks")[0][0], running.asked()[0][0]
    paths = ["/", f"/kasus/{_case_number(visitor)}", "/surel", f"/tugas/{task}", f"/pengesahan/{signing}"]
    paths += [f"/surel/{mail}" for mail in _mails(visitor)]

    for path in paths:
        assert visitor.get(path).status_code in (200, 303), path
        assert visitor.head(path).status_code in (200, 303), path
        for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            answer = visitor.request(method, path)
            assert answer.status_code == 405, (method, path)
            assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}, (method, path)

    assert everything(running) == before


# -- headers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/surel", "/kasus/999", "/kasus/x", "/nirwana", "/statis/gaya.css", "/statis/x"])
def test_every_answer_bears_the_security_headers(visitor: TestClient, path: str) -> None:
    headers = visitor.get(path).headers

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy  # so that `default-src 'none'` holds for scripts
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == (
        "no-store" if path != "/statis/gaya.css" else "public, max-age=31536000, immutable"
    )


def test_no_page_needs_inline_style_or_script_or_anything_from_elsewhere(visitor: TestClient) -> None:
    number = _case_number(visitor)
    for path in ("/", "/surel", f"/kasus/{number}", f"/edisi/{_edition_number(visitor)}", "/kasus/999"):
        page = visitor.get(path).text
        assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", page), path
        assert not re.findall(r'(?:src|href)="(?!/|#)', page), path


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost:8000, evil.example"])
def test_a_strange_host_name_is_refused(visitor: TestClient, host: str) -> None:
    answer = visitor.get("/", headers={"host": host})

    assert answer.status_code == 400
    assert "Kantor Uji" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:9999", "[::1]:8000"])
def test_this_machine_is_known_under_all_its_names(visitor: TestClient, host: str) -> None:
    assert visitor.get("/", headers={"host": host}).status_code == 200


def test_an_office_without_a_case_has_a_home_page_too(office: Office) -> None:
    answer = TestClient(browser(office).app, base_url=HERE).get("/")

    assert answer.status_code == 200
    assert "Belum ada kasus." in answer.text
    assert DEMO.partition("\n")[0] not in answer.text
