"""A simulation as a timeline: day by day who was to do what by when, and who was mailed what."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sop_engine.cli.call import clean
from sop_engine.cli.views import said
from sop_engine.domain.indonesian import day_date
from sop_engine.web.mail_page import KINDS

_LOUD = {"terlambat": "red", "eskalasi": "red", "pengingat": "yellow", "pengembalian": "magenta"}
Line = tuple[datetime, int, Text]  # when, rank within one instant, words


def timeline(report: dict[str, Any]) -> Group:
    """Draw what `simulate` reports."""
    year = f" tahun {report['case']['year']}" if report["case"]["year"] else ""
    parts: list[RenderableType] = [
        Text(clean(f"Simulasi SOP Nomor {report['edition']['number']}{year}"), style="bold"),
        *(Text(clean(f"Peringatan: {warning}"), style="yellow") for warning in report["warnings"]),
    ]
    lines = sorted([*_stages(report), *_sign_offs(report), *_mails(report)], key=lambda line: line[:2])
    for day, of_day in groupby(lines, key=lambda line: line[0].date()):
        grid, hour = Table.grid(padding=(0, 2)), ""
        for at, _, words in of_day:
            grid.add_row(Text("" if hour == f"{at:%H.%M}" else f"{at:%H.%M}", style="dim"), words)
            hour = f"{at:%H.%M}"
        parts += [Text(f"\n{day_date(day)}", style="bold"), Padding(grid, (0, 0, 0, 2))]
    return Group(*parts, Text(), *_summary(report))


def _named(report: dict[str, Any], positions: list[str]) -> str:
    """Name positions, each once, with how many mails where one got several."""
    counted = {position: positions.count(position) for position in positions}
    names = ((report["positions"].get(position, position), count) for position, count in counted.items())
    return "; ".join(name if count == 1 else f"{name} ({count} surel)" for name, count in names)


def _stages(report: dict[str, Any]) -> Iterator[Line]:
    """One line for all slots of a stage that begin, or end, at one instant."""
    begun: dict[tuple[Any, ...], list[str]] = {}
    ended: dict[tuple[Any, ...], list[str]] = {}
    for stage in report["stages"]:
        again = f" (putaran {stage['pass']})" if stage["pass"] > 1 else ""
        called = f"{stage['no'] or stage['id']} {stage['activity']}{again}"
        due, done = stage["due_at"] or "", stage["completed_at"] or ""
        positions = stage["position"].split(",")
        begun.setdefault((stage["activated_at"], called, due, stage["due"]), []).extend(positions)
        if done:
            late = bool(due) and datetime.fromisoformat(done) > datetime.fromisoformat(due)
            key = (done, called, stage["status"], stage["outcome"], late)
            ended.setdefault(key, []).extend(positions)
    for (at, called, due, reason), positions in begun.items():
        words = Text("▶ ", style="cyan").append(clean(f"{called} — {_named(report, positions)}"))
        if due:
            until = datetime.fromisoformat(due)
            words.append(f"; tenggat {day_date(until.date())} pukul {until:%H.%M}", style="bold")
            words.append(clean(f" ({reason})"), style="dim")
        yield datetime.fromisoformat(at), 2, words
    for (at, called, status, outcome, late), positions in ended.items():
        result = f": {outcome}" if outcome not in (None, "lanjut") else ""
        told = f"{called} — {said(status)}{result} — {_named(report, positions)}"
        mark = ("✗ ", "dim") if status == "void" else ("✓ ", "green")
        words = Text.assemble(mark, clean(told))
        yield (datetime.fromisoformat(at), 0, words.append("; melewati tenggat", style="red") if late else words)


def _sign_offs(report: dict[str, Any]) -> Iterator[Line]:
    for asked in report["sign_offs"]:
        number = next(stage["no"] or stage["id"] for stage in report["stages"] if stage["id"] == asked["stage"])
        told = f"{number} {said(asked['status'])} — {_named(report, [asked['position']])}"
        yield datetime.fromisoformat(asked["at"]), 1, Text("✎ ", style="green").append(clean(told))


def _mails(report: dict[str, Any]) -> Iterator[Line]:
    """One line for the same mail to several at one instant."""
    numbers = {stage["id"]: stage["no"] or stage["id"] for stage in report["stages"]}
    mails: dict[tuple[str, str, str], list[str]] = {}
    for mail in report["messages"]:
        mails.setdefault((mail["at"], mail["kind"], mail["stage"]), []).append(mail["to_position"])
    for (at, kind, stage), to in mails.items():
        about = f" {numbers[stage]}" if stage in numbers else ""
        words = Text("✉ ", style="dim").append(KINDS.get(kind, kind) + about, style=_LOUD.get(kind, "dim"))
        yield datetime.fromisoformat(at), 3, words.append(clean(f" → {_named(report, to)}"), style="dim")


def _summary(report: dict[str, Any]) -> Iterator[Text]:
    audit, mails = report["audit"], [mail["kind"] for mail in report["messages"]]
    yield Text(f"Kasus {said(report['case']['status'])}; SOP {said(report['edition']['status'])}.", style="bold")
    yield Text(f"{len(report['stages'])} tahap dijalani, {len(report['sign_offs'])} pengesahan.")
    counted = ", ".join(f"{KINDS.get(kind, kind)} {mails.count(kind)}" for kind in dict.fromkeys(mails))
    yield Text(f"{len(mails)} surel: {counted}.")
    whole = "utuh" if audit["verified"] else "TIDAK utuh"
    yield Text(f"Catatan {whole}: {audit['entries']} entri, kepala rantai {audit['head'][:16]}….")
