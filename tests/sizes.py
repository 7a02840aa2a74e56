"""How big the house is: what one reads in an afternoon stays within its budget (`start.py test` shows it)."""

from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

# How many lines of Python each part was planned to have, how many it has come to at most, and the rooms it is made of.
# People with authority, the judging of revisions and their pages did not fit in the plan: the plan stays here to be
# read against, and the second figure is where the house stands, so that it can only grow by somebody's decision.
BUDGETS = {
    "engine": (4500, 7520, ("sop_engine/errors.py", "sop_engine/domain", "sop_engine/application")),
    "storage": (2000, 2720, ("sop_engine/storage",)),
    "notifications": (1500, 1500, ("notifications",)),
    "doors": (4500, 6100, ("sop_engine/cli", "sop_engine/web")),
}


def lines_of(room: str) -> int:
    """Count the lines of Python in a file, or in all files of a folder."""
    path = ROOT / room
    files = path.rglob("*.py") if path.is_dir() else [path]
    return sum(len(file.read_text("utf-8").splitlines()) for file in files)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the sizes under the test run."""
    terminalreporter.section("lines of Python")
    for name, (plan, bound, rooms) in BUDGETS.items():
        parts = {room: lines_of(room) for room in rooms}
        told = ", ".join(f"{room} {size:,}" for room, size in parts.items())
        size = sum(parts.values())
        over = f", {size - plan:,} over the plan" if size > plan else ""
        terminalreporter.write_line(f"{name:14}{size:>6,} of {bound:,}, planned {plan:,}{over}   ({told})")
