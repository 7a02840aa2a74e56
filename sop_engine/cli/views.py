"""How things look on a terminal: tables, instants, and the Indonesian words of states."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich import box
from rich.table import Table
from rich.text import Text

from sop_engine.cli.call import Answer, Call, clean
from sop_engine.domain.indonesian import day_date, instant

STATES = {  # in words and colour
    "draft": ("rancangan", ""),
    "in_force": ("berlaku", "green"),
    "in_execution": ("sedang dilaksanakan", "cyan"),
    "expired": ("berakhir", ""),
    "replaced": ("diganti", ""),
    "void": ("batal", "red"),
    "running": ("berjalan", "cyan"),
    "completed": ("selesai", "green"),
    "cancelled": ("dibatalkan", ""),
    "active": ("dikerjakan", "cyan"),
    "submitted": ("menunggu pengesahan", "yellow"),
    "returned": ("dikembalikan", "magenta"),
    "offered": ("belum diambil", ""),
    "claimed": ("sedang dikerjakan", "cyan"),
    "requested": ("diminta", "yellow"),
    "given": ("disahkan", "green"),
    "withdrawn": ("ditarik", ""),
    "proposed": ("menunggu orang kedua", "yellow"),
    "confirmed": ("disetujui", "green"),
    "ahead": ("belum dimulai", "dim"),
}


def said(state: str) -> str:
    """Give a state in Indonesian."""
    return STATES[state][0]


def local(at: datetime | None, zone: str) -> datetime | None:
    """Give an instant in a zone: ISO 8601 in JSON answers, words on a terminal."""
    return at.astimezone(ZoneInfo(zone)) if at else None


def picked(thing: Any, zone: str, names: str) -> Answer:
    """Take attributes of a row as an answer has them: `id status=state …`, instants in a zone."""
    pairs = (name.partition("=") for name in names.split())
    found = {name: getattr(thing, other or name) for name, _, other in pairs}
    return {name: local(value, zone) if isinstance(value, datetime) else value for name, value in found.items()}


def shown(at: datetime | None, zone: str) -> str:
    """Give an instant in words, or a dash."""
    return instant(at, zone) if at else "–"


def table(columns: str, items: Iterable[Answer]) -> Table:
    """Lay items out; `columns` is `Heading=key, …`. States, instants, lists and empty cells become words."""
    keys = dict(column.split("=") for column in columns.split(", "))
    made = Table(*keys, box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for item in items:
        made.add_row(*(Text(*STATES[item[key]]) if key == "status" else _cell(item.get(key)) for key in keys.values()))
    return made


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return shown(value, str(value.tzinfo))
    if isinstance(value, date):
        return day_date(value)
    text = ", ".join(value) if isinstance(value, list) else value
    return clean(text) if text not in (None, "") else "–"


def listing(call: Call, name: str, columns: str, items: list[Answer], empty: str) -> Answer:
    """Print items as a table, or the sentence for none; answer them under their name."""
    call.say(table(columns, items) if items else empty)
    return {name: items}
