"""From a kind and its context to a letter: subject, text and HTML.

The words stand in `templates/<kind>.txt.j2` and `.html.j2`. A context is plain strings and lists of
plain strings; `KEYS` says exactly which, for each kind. The templates speak to everybody as Bapak/Ibu,
since a machine can't know who outranks whom.
"""

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, select_autoescape

from notifications.plain_text import for_header, lines, one_line, shortened, unlinked
from sop_engine.errors import SopError

ALWAYS = (
    "instansi", "sop_nama", "sop_nomor", "penerima_nama", "penerima_jabatan", "kasus", "tahun", "tautan",
)  # fmt: skip
STAGE = (
    "tahap_no", "kegiatan", "keluaran", "kelengkapan", "tenggat", "tenggat_iso", "penjelasan_tenggat",
)  # fmt: skip
KEYS: dict[str, tuple[str, ...]] = {
    "penugasan": (*ALWAYS, *STAGE, "sebagai", "catatan", "putaran"),
    "permintaan_pengesahan": (
        *ALWAYS, *STAGE, "penyaji_nama", "penyaji_jabatan", "hasil", "hasil_keluaran", "catatan",
    ),
    "disahkan": (*ALWAYS, *STAGE, "oleh_nama", "oleh_jabatan", "catatan"),
    "pengembalian": (*ALWAYS, *STAGE, "oleh_nama", "oleh_jabatan", "catatan"),
    "pengingat": (*ALWAYS, *STAGE, "sisa"),
    "terlambat": (*ALWAYS, *STAGE, "lewat"),
    "eskalasi": (*ALWAYS, *STAGE, "pelaksana_nama", "pelaksana_jabatan", "lewat", "sifat"),
    "selesai": (*ALWAYS, *STAGE, "lingkup", "selesai_pada"),
    "revisi": (*ALWAYS, "paragraf", "dasar", "tahap_terkunci"),
    "berakhir": (*ALWAYS, "selesai_pada", "butir", "bunyi"),
    "batal": (*ALWAYS, "alasan", "berlaku_sejak", "butir", "bunyi"),
    "pemberitahuan": (*ALWAYS, "perihal", "paragraf"),
    "checkpoint": (*ALWAYS, "nomor", "hash"),
    "uji": (*ALWAYS, "waktu"),
}  # fmt: skip
LISTS = frozenset({"keluaran", "kelengkapan", "hasil_keluaran", "paragraf", "tahap_terkunci"})
NOTES = frozenset({"catatan", "alasan", "dasar"})  # a person's own words: they keep their line breaks

_NOTE_LIMIT, _TEXT_LIMIT, _LIST_LIMIT, _WIDTH = 600, 1500, 30, 74
_PATH = re.compile(r"/(?!/)[A-Za-z0-9/_.~?=&%-]*")
_HANGING = "\x1f"  # a template's sign for where the lines after this one begin when it is wrapped


class Unsendable(SopError):
    """A message that can never be sent as it stands; the sentence goes into its row."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail before it becomes bytes; `link` is the full address of the page it is about, or ''."""

    subject: str
    text: str
    html: str
    link: str


def render(kind: str, context: Mapping[str, Any], subject: str, *, base_address: str, head: tuple[int, str]) -> Letter:
    """Write a letter; `head` is the audit head (number, hex hash) its footer shows.

    Raises Unsendable where the kind is unknown, or the context lacks a key or holds another type.
    """
    if kind not in KEYS:
        raise Unsendable(f"Jenis surel «{kind}» tidak dikenal.")
    values = {key: _harmless(kind, key, context) for key in KEYS[kind] if key != "tautan"}
    link = _link(base_address, context)
    clean_subject = unlinked(for_header(subject, 250))
    values |= {
        "tautan": link,
        "subjek": clean_subject,
        "kepala_nomor": str(head[0]),
        "kepala_sidik": head[1][:12],
    }
    try:
        text = _environment().get_template(f"{kind}.txt.j2").render(values)
        html = _environment().get_template(f"{kind}.html.j2").render(values)
    except TemplateError as error:
        raise Unsendable(f"Surel jenis «{kind}» tidak dapat disusun: {error}") from error
    return Letter(clean_subject, _laid_out(text), html, link)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def _harmless(kind: str, key: str, context: Mapping[str, Any]) -> str | list[str]:
    value = context.get(key)
    if key in LISTS:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise Unsendable(f"Surel jenis «{kind}»: isian «{key}» harus berupa daftar teks.")
        kept = [_words(item, _TEXT_LIMIT) for item in value[:_LIST_LIMIT]]
        left = len(value) - len(kept)
        return [*kept, f"… dan {left} lainnya"] if left else kept
    if not isinstance(value, str):
        raise Unsendable(f"Surel jenis «{kind}»: isian «{key}» tidak ada atau bukan teks.")
    return unlinked(shortened(lines(value), _NOTE_LIMIT)) if key in NOTES else _words(value, _TEXT_LIMIT)


def _words(text: str, limit: int) -> str:
    return unlinked(shortened(one_line(text), limit))


def _link(base_address: str, context: Mapping[str, Any]) -> str:
    path = context.get("tautan")
    if path == "":
        return ""
    if not isinstance(path, str) or not _PATH.fullmatch(path):
        raise Unsendable("Isian «tautan» harus berupa jalur pada alamat sistem ini, misalnya «/tugas/57».")
    return base_address.rstrip("/") + path


def _laid_out(text: str) -> str:
    """Wrap long lines, and leave at most one blank line between paragraphs."""
    wrapped = (line for raw in text.splitlines() for line in _wrapped(raw.rstrip(" ")))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(wrapped)).strip("\n") + "\n"


def _wrapped(line: str) -> list[str]:
    before, mark, _ = line.partition(_HANGING)
    plain = line.replace(_HANGING, "")
    if len(plain) <= _WIDTH:
        return [plain]
    indent = " " * len(before) if mark else ""
    return textwrap.wrap(plain, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
