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
from sop_engine.cli.views import KINDS, WORDS
from sop_engine.domain.indonesian import day_date

_ENDS = {"completed": "selesai", "returned": "dikembalikan", "void": "batal"}
_LOUD = {"terlambat": "red", "eskalasi": "red", "pengingat": "yellow", "pengembalian": "magenta"}
Line = tuple[datetime, int, Text]  # when, rank within one instant, words


def timeline(report: dict[str, Any]) -> Group:
    """Draw what `simulate` reports; positions are named where the report names them."""
    names = report.get("positions", {})
    lines = sorted([*_stage_lines(report, names), *_sign_off_lines(report, names), *_mail_lines(report, names)], key=_when)
    parts: list[RenderableType] = [Text(clean(warning), style="yellow") for warning in report.get("warnings", [])]
    for day, of_day in groupby(lines, key=lambda line: line[0].date()):
        grid = Table.grid(padding=(0, 2))
        previous = ""
        for at, _, words in of_day:
            hour = f"{at:%H.%M}"
            grid.add_row(Text("" if hour == previous else hour, style="dim"), words)
            previous = hour
        parts += [Text(f"\n{day_date(day)}", style="bold"), Padding(grid, (0, 0, 0, 2))]
    return Group(*parts, Text(), *_summary(report))


def _when(line: Line) -> tuple[datetime, int]:
    return line[0], line[1]


def _called(stage: dict[str, Any]) -> str:
    again = f" (putaran {stage['pass']})" if stage["pass"] > 1 else ""
    return f"{stage.get('no') or stage['id']} {stage.get('activity', '')}".strip() + again


def _people(positions: str, names: dict[str, str]) -> str:
    return ", ".join(names.get(position, position) for position in positions.split(","))


def _stage_lines(report: dict[str, Any], names: dict[str, str]) -> Iterator[Line]:
    for stage in report["stages"]:
        begun = Text("▶ ", style="cyan").append(clean(f"{_called(stage)} — {_people(stage['position'], names)}"))
        if stage["due_at"]:
            due = datetime.fromisoformat(stage["due_at"])
            begun.append(f"; tenggat {day_date(due.date())} pukul {due:%H.%M}", style="bold")
        yield datetime.fromisoformat(stage["activated_at"]), 2, begun
        if stage["completed_at"]:
            ended = datetime.fromisoformat(stage["completed_at"])
            late = bool(stage["due_at"]) and ended > datetime.fromisoformat(stage["due_at"])
            outcome = stage.get("outcome")
            said = f": {outcome}" if outcome not in (None, "lanjut") else ""
            words = Text("✓ ", style="green").append(
                clean(f"{_called(stage)} — {_ENDS.get(stage['status'], stage['status'])}{said}")
            )
            yield ended, 0, words.append(", melewati tenggat", style="red") if late else words


def _sign_off_lines(report: dict[str, Any], names: dict[str, str]) -> Iterator[Line]:
    for asked in report["sign_offs"]:
        number = next((s.get("no") for s in report["stages"] if s["id"] == asked["stage"]), None)
        words = f"Pengesahan {number or asked['stage']} {WORDS[asked['status']]} — {_people(asked['position'], names)}"
        yield datetime.fromisoformat(asked["at"]), 1, Text("✎ ", style="green").append(clean(words))


def _mail_lines(report: dict[str, Any], names: dict[str, str]) -> Iterator[Line]:
    """One line for the same mail to several at one instant."""
    numbers = {stage["id"]: stage.get("no") or stage["id"] for stage in report["stages"]}
    mails: dict[tuple[str, str, str], list[str]] = {}
    for mail in report["messages"]:
        to = mails.setdefault((mail["at"], mail["kind"], mail["stage"]), [])
        to.append(names.get(mail["to_position"], mail["to_position"]))
    for (at, kind, stage), to in mails.items():
        about = f" {numbers[stage]}" if stage in numbers else ""
        addressees = ", ".join(f"{name} ({count})" if (count := to.count(name)) > 1 else name for name in dict.fromkeys(to))
        words = Text("✉ ", style="dim").append(KINDS.get(kind, kind) + about, style=_LOUD.get(kind, "dim"))
        yield datetime.fromisoformat(at), 3, words.append(clean(f" → {addressees}"), style="dim")


def _summary(report: dict[str, Any]) -> Iterator[Text]:
    case, audit = report["case"], report["audit"]
    year = f" tahun {case['year']}" if case["year"] else ""
    yield Text(f"Kasus{year}: {WORDS[case['status']]}. SOP: {WORDS[report['edition']['status']]}.", style="bold")
    counts = {kind: sum(mail["kind"] == kind for mail in report["messages"]) for kind in KINDS}
    listed = ", ".join(f"{KINDS[kind].lower()} {count}" for kind, count in counts.items() if count)
    yield Text(f"{len(report['stages'])} tahap dijalani, {len(report['sign_offs'])} pengesahan.")
    yield Text(f"{len(report['messages'])} surel: {listed}.")
    whole = "utuh" if audit["verified"] else "TIDAK utuh"
    yield Text(f"Catatan {whole}: {audit['entries']} entri, kepala rantai {audit['head'][:16]}.")
