"""Files delivered with a stage: judged by content, kept byte for byte, taken back in time, frozen afterwards."""

import hashlib
from typing import Any

import pytest

from sop_engine.application.attach_file import attach_files, detach_file
from sop_engine.application.claim_task import claim_task, release_task
from sop_engine.application.hand_task import delegate_task
from sop_engine.domain.attaching import LARGEST, MOST, Offered
from sop_engine.domain.file_kinds import kind_of, label_of
from sop_engine.errors import NotFound, Refusal
from tests import attachments as files
from tests.attachments import archive, attach
from tests.invariants import check
from tests.office import Office

HTML = b"<!doctype html><script>alert(1)</script>"
REFUSED = {
    "nothing": b"",
    "a page": HTML,
    "a page after a mark and blanks": b"\xef\xbb\xbf \n" + HTML,
    "a page below words": b"Laporan kinerja\n" + HTML,
    "a drawing": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "a drawing declared": b'<?xml version="1.0"?><svg/>',
    "a shell script": b"#!/bin/sh\nrm -rf /\n",
    "a Windows program": b"MZ\x90\0\3\0\0\0",
    "a Linux program": b"\x7fELF\2\1\1",
    "a gif": b"GIF89a\1\0\1\0",
    "an old Word document": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "a PDF behind other bytes": b"x" + files.PDF,
    "Latin-1": "Café".encode("latin-1"),
    "UTF-16": "Laporan".encode("utf-16"),
    "text with a zero": b"Laporan\0",
    "a plain archive": archive("Laporan.txt"),
    "a document with macros": archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
    "an ODF document with macros": archive(
        "content.xml", "Basic/script-lc.xml", first=b"application/vnd.oasis.opendocument.text"
    ),
    "two documents in one": archive("[Content_Types].xml", "word/document.xml", "xl/workbook.xml"),
    "a cut-off archive": files.DOCX[: len(files.DOCX) // 2],
    "an archive whose directory is elsewhere": files.DOCX.replace(b"PK\1\2", b"PK\1\3"),
    "an archive of too many parts": archive("[Content_Types].xml", "word/document.xml", *map(str, range(5001))),
    "an ODF drawing": archive("content.xml", first=b"application/vnd.oasis.opendocument.graphics"),
}
KNOWN = {
    "pdf": files.PDF, "png": files.PNG, "jpeg": files.JPEG, "docx": files.DOCX, "xlsx": files.XLSX,
    "pptx": files.PPTX, "odt": files.ODT, "ods": files.ODS, "text": "Capaian;Ω\r\n1;2 < 3\r\n".encode(),
}  # fmt: skip
LABELS = {
    ("Laporan Kinerja.PDF", "pdf"): "Laporan Kinerja.PDF",
    ("../../../../etc/passwd", "text"): "passwd.txt",
    ("C:\\Users\\x\\Data.csv", "text"): "Data.csv",
    ("laporan.pdf.exe", "pdf"): "laporan.pdf.exe.pdf",
    ("foto\x00.php\x00.png", "png"): "foto .php.png",
    ("\u202egpj.exe", "jpeg"): "gpj.exe.jpg",
    ("a\r\nSet-Cookie: x=y", "text"): "a Set-Cookie_ x=y.txt",
    ('"><svg onload=alert(1)>', "png"): "___svg onload=alert(1)_.png",
    ("...", "pdf"): "berkas.pdf",
    ("", "docx"): "berkas.docx",
    (".pdf", "pdf"): "pdf.pdf",
    ("x" * 500 + ".pdf", "pdf"): "x" * 95 + ".pdf",
    ("Cafe\u0301.txt", "text"): "Café.txt",
}


@pytest.mark.parametrize("kind", KNOWN)
def test_a_kind_is_known_by_its_content(kind: str) -> None:
    assert kind_of(KNOWN[kind]) == kind


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_document_is_known_by_its_content(what: str) -> None:
    assert kind_of(REFUSED[what]) is None


@pytest.mark.parametrize(("name", "kind"), LABELS)
def test_a_name_is_only_a_label(name: str, kind: str) -> None:
    assert label_of(name, kind) == LABELS[name, kind]
    assert label_of(label_of(name, kind), kind) == label_of(name, kind)


def bodies(office: Office) -> list[tuple[str, Any]]:
    rows = office.store.query(
        "SELECT a.state, f.body FROM attachments a JOIN files f ON f.id = a.id AND f.office_id = a.office_id"
        " ORDER BY a.id"
    )
    return [(state, body and bytes(body)) for state, body in rows]


def test_files_are_kept_byte_for_byte_and_stand_in_the_record(running: Office) -> None:
    task, person, _ = running.open_tasks("disposisi")[0]
    offered = [Offered("Surat.pdf", files.PDF), Offered("Foto", files.PNG)]
    done = attach_files(running.store, running.who(person, "satu"), task, offered)
    assert attach_files(running.store, running.who(person, "satu"), task, offered) == done  # sent twice, kept once

    assert bodies(running) == [("attached", files.PDF), ("attached", files.PNG)]
    told = [event for event in running.engine.reading.events() if event["kind"] == "file.attached"]
    images = [event["sets"][f"attachments/{event['facts']['attachment']}"] for event in told]
    assert [(one["kind"], one["size"], one["digest"]) for one in images] == [
        (kind, len(body), hashlib.sha256(body).hexdigest()) for kind, body in (("pdf", files.PDF), ("png", files.PNG))
    ]
    found = running.engine.reading.file(done["attachments"][1])
    assert found
    assert found[1:] == ("Foto.png", files.PNG)
    assert running.engine.verdict().ok
    check(running)


def test_a_file_taken_back_is_forgotten_but_not_that_it_was_there(running: Office) -> None:
    task, person, _ = running.open_tasks("disposisi")[0]
    number = attach(running, "disposisi", "Keliru.txt", b"Bukan ini.")
    detach_file(running.store, running.who(person), task, number)

    assert bodies(running) == [("withdrawn", None)]
    assert running.engine.reading.file(number) is None
    assert "file.withdrawn" in [event["kind"] for event in running.engine.reading.events()]
    with pytest.raises(Refusal):
        detach_file(running.store, running.who(person), task, number)
    attach(running, "disposisi", "Keliru.txt", b"Bukan ini.")  # and may come again
    assert running.engine.verdict().ok
    check(running)


def test_nothing_is_attached_or_taken_back_once_the_work_is_submitted(running: Office) -> None:
    running.done("disposisi")
    number = attach(running, "persiapan", "SK.pdf", files.PDF)
    task, person, _ = running.open_tasks("persiapan")[0]
    running.done("persiapan")
    for after in (lambda: None, running.approve, running.to_the_end):
        after()
        with pytest.raises(Refusal):
            detach_file(running.store, running.who(person), task, number)
        with pytest.raises(Refusal):
            attach_files(running.store, running.who(person), task, [Offered("x.txt", b"x")])
    assert bodies(running) == [("attached", files.PDF)]
    check(running)


def test_returned_work_keeps_its_files_and_the_next_pass_begins_with_none(running: Office) -> None:
    running.done("disposisi")
    number = attach(running, "persiapan", "SK.pdf", files.PDF)
    running.done("persiapan")
    running.send_back("Belum ditandatangani.")
    task, person, _ = running.open_tasks("persiapan")[0]
    with pytest.raises(NotFound):
        detach_file(running.store, running.who(person), task, number)
    attach(running, "persiapan", "SK.pdf", files.PDF)
    assert len(bodies(running)) == 2
    check(running)


@pytest.mark.parametrize(
    ("offered", "says"),
    [
        ([], "Belum ada berkas"),
        ([("a.txt", b"baik"), ("b.pdf", HTML)], "«b.pdf» bukan jenis"),
        ([("a.txt", b"x" * (LARGEST + 1))], "lebih besar dari 10 MB"),
        ([("a.txt", b"sama"), ("b.txt", b"sama")], "sudah terlampir"),
        ([(str(n), str(n).encode()) for n in range(MOST + 1)], "paling banyak 20"),
    ],
    ids=["nothing", "a page", "too large", "the same twice", "too many"],
)
def test_of_several_files_all_are_attached_or_none(running: Office, offered: Any, says: str) -> None:
    task, person, _ = running.open_tasks("disposisi")[0]
    with pytest.raises(Refusal, match=says):
        attach_files(running.store, running.who(person), task, [Offered(*one) for one in offered])
    assert bodies(running) == []


def test_the_largest_file_is_taken(running: Office) -> None:
    attach(running, "disposisi", "a.txt", b"x" * LARGEST)
    assert len(bodies(running)[0][1]) == LARGEST


def test_only_who_has_the_task_attaches_and_work_goes_with_it(running: Office) -> None:
    running.done("disposisi")
    running.done("persiapan")
    running.approve()
    (first, one, _), (second, other, _) = running.open_tasks("rapat_persiapan")[:2]
    store, offered = running.store, [Offered("Notula.txt", b"Hadir semua.")]
    with pytest.raises(NotFound):
        attach_files(store, running.who("staf_rendatin"), first, offered)
    claim_task(store, running.who(one), first)
    with pytest.raises(Refusal, match="sudah diambil"):
        attach_files(store, running.who(other), second, offered)
    [number] = attach_files(store, running.who(one), first, offered)["attachments"]
    release_task(store, running.who(one), first)
    handed = delegate_task(store, running.who(other), second, running.person["staf_rendatin"])["task"]
    detach_file(store, running.who("staf_rendatin"), handed, number)  # the run's files are whoever's who does it
    assert bodies(running) == [("withdrawn", None)]
    check(running)
