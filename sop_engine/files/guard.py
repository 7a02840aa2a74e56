"""What a file must be before anything is built from it: UTF-8 text without hidden characters."""

import unicodedata

from sop_engine.errors import Problem

LARGEST = 1_000_000  # bytes
BOM = "\ufeff"
_FOREIGN = {
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"{\\rtf": "RTF (dokumen pengolah kata)",
    b"PK\x03\x04": "arsip atau dokumen pengolah kata",
    b"%PDF": "PDF",
}
_HIDDEN = {"Cc": "kendali", "Cf": "tak terlihat", "Zl": "pemisah baris", "Zp": "pemisah alinea"}
_UNKNOWN = {"Co", "Cn", "Cs"}


def decode(data: bytes) -> tuple[str | None, list[Problem]]:
    """Give a file's text without its byte order mark; None where it is no text of ours."""
    if len(data) > LARGEST:
        return None, [Problem("TERLALU_BESAR", "berkas lebih besar dari 1 MB; perkecil atau bagi menjadi beberapa SOP")]
    for start, what in _FOREIGN.items():
        if data.startswith(start):
            return None, [Problem("BUKAN_UTF8", f"berkas ini {what}; simpan ulang sebagai teks UTF-8")]
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


def hidden_characters(lines: list[str]) -> list[Problem]:
    """List the first hidden or unnormalised character of every line that has one."""
    problems = []
    for number, line in enumerate(lines, 1):
        if line.isascii() and line.replace("\t", "").isprintable():
            continue
        found = fault_of(line)
        if found:
            column, message = found
            problems.append(Problem("KARAKTER_TERLARANG", message, line=number, column=column))
    return problems


def fault_of(text: str) -> tuple[int, str] | None:
    """Find the first character (column from 1) that a reader can't see or that has two spellings."""
    for column, character in enumerate(text, 1):
        message = _fault(character)
        if message:
            return column, message
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
    if category in _HIDDEN:
        return f"ada karakter {_HIDDEN[category]} {code}; hapus karakter itu"
    if category == "Zs":
        return f"ada spasi tak biasa {code}; ganti dengan spasi biasa"
    if character == "\ufffd" or category in _UNKNOWN:
        return f"ada karakter rusak atau tak dikenal {code}; ketik ulang bagian ini"
    return ""
