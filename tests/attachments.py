"""Files for tests, made here byte by byte, and an office's people who attach them."""

import io
import zipfile

from sop_engine.application.attach_file import attach_files, detach_file
from sop_engine.domain.attaching import Offered
from tests.office import Office

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89"
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xd9"


def archive(*parts: str, first: bytes | None = None) -> bytes:
    """A zip with these parts; `first` is what a first part «mimetype» says, uncompressed."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        if first is not None:
            packed.writestr(zipfile.ZipInfo("mimetype"), first)
        for part in parts:
            packed.writestr(part, "<x/>" * 50)
    return made.getvalue()


DOCX = archive("[Content_Types].xml", "_rels/.rels", "word/document.xml")
XLSX = archive("xl/workbook.xml", "[Content_Types].xml")  # another order, as LibreOffice writes it
PPTX = archive("[Content_Types].xml", "ppt/presentation.xml")
ODS = archive("content.xml", first=b"application/vnd.oasis.opendocument.spreadsheet")
ODT = archive("content.xml", first=b"application/vnd.oasis.opendocument.text")


def attach(office: Office, stage: str, name: str, body: bytes) -> int:
    """Let the first holder of a stage attach a file; gives its number."""
    task, person, _ = office.open_tasks(stage)[0]
    return int(attach_files(office.store, office.who(person), task, [Offered(name, body)])["attachments"][0])


def detach_last(office: Office, stage: str) -> None:
    """Let them take back what was attached last."""
    task, person, _ = office.open_tasks(stage)[0]
    [(number,)] = office.store.query("SELECT MAX(id) FROM attachments")
    detach_file(office.store, office.who(person), task, number)
