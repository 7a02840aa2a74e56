"""How things look on a terminal: tables, instants, and the Indonesian words of states and kinds."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich import box
from rich.table import Table
from rich.text import Text

from sop_engine.cli.call import clean
from sop_engine.domain.indonesian import instant

WORDS = {
    "draft": "rancangan",
    "in_force": "berlaku",
    "in_execution": "sedang dilaksanakan",
    "expired": "berakhir",
    "replaced": "diganti",
    "void": "batal",
    "running": "berjalan",
    "completed": "selesai",
    "cancelled": "dibatalkan",
    "active": "dikerjakan",
    "submitted": "menunggu pengesahan",
    "returned": "dikembalikan",
    "offered": "belum diambil",
    "claimed": "sedang dikerjakan",
    "requested": "diminta",
    "given": "disahkan",
    "withdrawn": "ditarik",
}
KINDS = {
    "penugasan": "Penugasan",
    "permintaan_pengesahan": "Permintaan pengesahan",
    "disahkan": "Pemberitahuan pengesahan",
    "pengembalian": "Pengembalian",
    "pengingat": "Pengingat",
    "terlambat": "Pemberitahuan terlambat",
    "eskalasi": "Laporan keterlambatan",
    "selesai": "Pemberitahuan selesai",
    "berakhir": "SOP berakhir",
    "pemberitahuan": "Pemberitahuan",
}
_STYLES = {
    "completed": "green",
    "given": "green",
    "in_force": "green",
    "in_execution": "cyan",
    "running": "cyan",
    "active": "cyan",
    "claimed": "cyan",
    "submitted": "yellow",
    "requested": "yellow",
    "returned": "magenta",
    "void": "red",
}


def word(state: str) -> Text:
    """Give a state in Indonesian, in its colour."""
    return Text(WORDS.get(state, state), style=_STYLES.get(state, ""))


def table(*headings: str, rows: Iterable[tuple[Any, ...]]) -> Table:
    """Lay rows out under headings; empty cells show a dash."""
    made = Table(*headings, box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Text) else clean("–" if cell in (None, "") else cell) for cell in row))
    return made


def shown(at: datetime | None, zone: str) -> str:
    """Give an instant in words, or a dash."""
    return instant(at, zone) if at else "–"


def local(at: datetime | None, zone: str) -> str | None:
    """Give an instant as ISO 8601 in a zone, as JSON answers carry it."""
    return at.astimezone(ZoneInfo(zone)).isoformat() if at else None
