"""What a file must be before anything is built from it: UTF-8 text without hidden characters."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice

from sop_engine.errors import Problem

LARGEST = 1_000_000  # bytes
MOST_PROBLEMS = 200  # nobody reads more, and a hostile file must not cost more
BOM = "\ufeff"
_FOREIGN = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"{\\rtf": "RTF (dokumen pengolah kata)",
    b"PK\x03\x04": "arsip atau dokumen pengolah kata",
    b"%PDF": "PDF",
    b"\x1f\x8b": "arsip gzip",
}
_FORMAT = re.compile(rb"^(?:\xef\xbb\xbf)?format:\s*[\"']?([a-z]+)/\d", re.MULTILINE)
_MOST_MARKS = 30  # of one letter; normalising takes the square of them
_HIDDEN = {"Cc": "kendali", "Cf": "tak terlihat", "Zl": "pemisah baris", "Zp": "pemisah alinea"}
_UNKNOWN = {"Co", "Cn", "Cs"}
# Letters, marks and symbols by category, and yet nothing to see: fillers, variation selectors, the blank of Braille.
_VOID = re.compile(r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")


def format_of(data: bytes) -> str:
    """Give the kind a file says it is (`format: kalender/1` is `kalender`); '' where it says nothing."""
    found = _FORMAT.search(data[:LARGEST])
    return found[1].decode() if found else ""


def decode(data: bytes) -> tuple[str | None, list[Problem]]:
    """Give a file's text without its byte order mark; None where it is no text of ours."""
    if len(data) > LARGEST:
        return None, [Problem("TERLALU_BESAR", "berkas lebih besar dari 1 MB; perkecil atau bagi menjadi beberapa SOP")]
    for start, what in _FOREIGN.items():
        if data.startswith(start):
            return None, [_not_ours(what)]
    if b"\x00" in data[:4]:  # so does ASCII begin in the wide encodings when nothing announces them
        return None, [_not_ours("UTF-32" if data[:4].count(0) == 3 else "UTF-16 atau bukan teks")]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message = "ada bita yang bukan UTF-8; simpan ulang berkas ini sebagai teks UTF-8"
        return None, [Problem("BUKAN_UTF8", message, line=line, column=column)]
    if text.startswith(BOM):
        message = "berkas diawali tanda BOM, yang diabaikan; sebaiknya simpan sebagai UTF-8 tanpa BOM"
        return text.removeprefix(BOM), [Problem("BOM", message, severity="warning")]
    return text, []


def _not_ours(what: str) -> Problem:
    return Problem("BUKAN_UTF8", f"berkas ini {what}; simpan ulang sebagai teks UTF-8")


def hidden_characters(lines: list[str]) -> list[Problem]:
    """List the first hidden or unnormalised character of every line that has one, up to what anybody reads."""
    return list(islice(_hidden(lines), MOST_PROBLEMS + 1))


def _hidden(lines: list[str]) -> Iterator[Problem]:
    for number, line in enumerate(lines, 1):
        if line.isascii() and line.replace("\t", "").isprintable():
            continue
        found = fault_of(line)
        if found:
            column, message = found
            yield Problem("KARAKTER_TERLARANG", message, line=number, column=column)


def fault_of(text: str) -> tuple[int, str] | None:
    """Find the first character (column from 1) that a reader can't see or that has two spellings."""
    marks = 0
    for column, character in enumerate(text, 1):
        message = _fault(character)
        if message:
            return column, message
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks > _MOST_MARKS:
            return column, "terlalu banyak tanda bertumpuk pada satu huruf; hapus tanda-tanda itu"
    composed = unicodedata.normalize("NFC", text)
    if composed != text:
        pairs = zip(text, composed, strict=False)
        column = next((n for n, (old, new) in enumerate(pairs, 1) if old != new), len(composed))
        return column, "huruf bertanda ditulis terurai; ketik ulang huruf itu (bentuk Unicode NFC)"
    return None


def _fault(character: str) -> str:
    if character in "\t\n\r " or (character.isascii() and character.isprintable()):
        return ""
    code, category = f"U+{ord(character):04X}", unicodedata.category(character)
    if category in _HIDDEN or _VOID.match(character):
        return f"ada karakter {_HIDDEN.get(category, 'tak terlihat')} {code}; hapus karakter itu"
    if category == "Zs":
        return f"ada spasi tak biasa {code}; ganti dengan spasi biasa"
    if character == "\ufffd" or category in _UNKNOWN:
        return f"ada karakter rusak atau tak dikenal {code}; ketik ulang bagian ini"
    return ""
