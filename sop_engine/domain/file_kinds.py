"""What a file is, judged by its bytes alone; its name is only a label, cleaned here.

Nothing is unpacked: of an archive only its list of contents is read, within bounds.
"""

import re
import unicodedata
from struct import unpack_from
from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of file that may be attached: what it is called, its media type, the endings its name may have."""

    words: str
    media_type: str
    endings: tuple[str, ...]


_OOXML, _ODF = "application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument."
KINDS = {
    "pdf": Kind("PDF", "application/pdf", (".pdf",)),
    "png": Kind("gambar PNG", "image/png", (".png",)),
    "jpeg": Kind("gambar JPEG", "image/jpeg", (".jpg", ".jpeg")),
    "docx": Kind("dokumen Word", f"{_OOXML}wordprocessingml.document", (".docx",)),
    "xlsx": Kind("lembar Excel", f"{_OOXML}spreadsheetml.sheet", (".xlsx",)),
    "pptx": Kind("paparan PowerPoint", f"{_OOXML}presentationml.presentation", (".pptx",)),
    "odt": Kind("dokumen ODF", f"{_ODF}text", (".odt",)),
    "ods": Kind("lembar ODF", f"{_ODF}spreadsheet", (".ods",)),
    "odp": Kind("paparan ODF", f"{_ODF}presentation", (".odp",)),
    "text": Kind("teks", "text/plain; charset=utf-8", (".txt", ".csv")),
}
_BEGINNINGS = {"pdf": b"%PDF-", "png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff"}
_MAIN_PARTS = {b"word/document.xml": "docx", b"xl/workbook.xml": "xlsx", b"ppt/presentation.xml": "pptx"}
_MIMETYPE = re.compile(rb"PK\x03\x04.{22}\x08\0..mimetype" + re.escape(_ODF.encode()) + rb"(\w+)PK", re.DOTALL)
_MOST_PARTS = 5000  # of an archive: a report with a picture on every page has a few hundred
_LONGEST = 100  # characters of a name
_ODD = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")  # no text has them
_PROGRAM = re.compile(rb"\s*(<[!?a-z]|#!)|.{0,4000}<(script|svg|html)\b", re.DOTALL | re.IGNORECASE)


def kind_of(body: bytes) -> str | None:
    """Name the kind of a file by its bytes; None for one that may not be attached."""
    found = next((kind for kind, beginning in _BEGINNINGS.items() if body.startswith(beginning)), None)
    if found or not body:
        return found
    return _office_kind(body) if body.startswith(b"PK\x03\x04") else "text" if _is_text(body) else None


def label_of(name: str, kind: str) -> str:
    """Make a name that is safe to show and to save under: no path, no hidden letters, an ending of its kind."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in last)
    plain = " ".join(re.sub(r'[<>:"|?*%]', "_", seen).split()).strip(". ") or "berkas"
    endings = KINDS[kind].endings
    ending = next((ending for ending in endings if plain.lower().endswith(ending)), "")
    stem = plain[: len(plain) - len(ending)][: _LONGEST - 5].strip(". ") or "berkas"
    return stem + (plain[-len(ending) :] if ending else endings[0])


def _office_kind(body: bytes) -> str | None:
    """Tell an office document from any other archive, and refuse one that brings macros."""
    parts = _parts(body)
    if any(b"vbaproject" in part.lower() or part.startswith(b"Basic/") for part in parts):
        return None
    if mimetype := _MIMETYPE.match(body):
        of = {b"text": "odt", b"spreadsheet": "ods", b"presentation": "odp"}
        return of.get(mimetype[1]) if b"content.xml" in parts else None
    found = [_MAIN_PARTS[part] for part in parts if part in _MAIN_PARTS]
    return found[0] if len(found) == 1 and b"[Content_Types].xml" in parts else None


def _parts(body: bytes) -> list[bytes]:
    """List the names in an archive's directory; nothing for one that is damaged or overlong."""
    at = body.rfind(b"PK\x05\x06", max(0, len(body) - 66_000))
    if not 0 <= at <= len(body) - 22:
        return []
    count, _, place = unpack_from("<HII", body, at + 10)
    names: list[bytes] = []
    while len(names) < min(count, _MOST_PARTS) and body[place : place + 4] == b"PK\x01\x02" and place + 46 <= at:
        named, extra, comment = unpack_from("<HHH", body, place + 28)
        names.append(body[place + 46 : place + 46 + named])
        place += 46 + named + extra + comment
    return names if len(names) == count else []


def _is_text(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not _ODD.search(body) and not _PROGRAM.match(body.removeprefix(b"\xef\xbb\xbf"))
