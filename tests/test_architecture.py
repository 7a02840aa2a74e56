"""The shape of the house: floors, sizes, names and manners that a reader may rely on."""

import ast
import graphlib
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.sizes import BUDGETS, ROOT, lines_of

HOUSE = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in ("sop_engine", "notifications")
    for path in sorted((ROOT / package).rglob("*.py"))
}
TESTS = sorted((ROOT / "tests").rglob("*.py"))
PYTHON = [ROOT / "start.py", *HOUSE.values(), *TESTS]
TREES = {path: ast.parse(path.read_text("utf-8")) for path in PYTHON}

ADAPTERS, APPLICATION = 4, 3  # floors, counted from the ground
# The first two lead to the doors and stand on no floor; the last stands alone, and is copied into every export.
ENTRANCES = {"sop_engine", "sop_engine.__main__", "sop_engine.periksa"}

OUTSIDE_WORLD = {
    *("asyncio", "getpass", "glob", "http", "io", "logging", "os", "pathlib", "sched", "shutil", "signal"),
    *("smtplib", "socket", "socketserver", "sqlite3", "ssl", "subprocess", "tempfile", "threading", "time"),
    *("urllib", "aiosmtpd", "aiosmtplib", "alembic", "apscheduler", "fastapi", "holidays", "httpx"),
    *("icalendar", "jinja2", "psycopg", "pydantic_settings", "pysqlite3", "rich", "sqlalchemy", "sqlmodel"),
    *("starlette", "typer", "uvicorn", "yaml"),
}
ASKING = {"open", "print", "input", "datetime.now", "datetime.utcnow", "datetime.today", "date.today"}

SKIPPING = re.compile(r"pytest\.(skip|importorskip|mark\.(skip|skipif|xfail))")
LOCKS = ["requirements.lock", "requirements-test.lock"]
DRAWERS = {"util", "helper", "manager", "service", "base", "common", "misc"}


def floors() -> dict[str, int]:
    """Read the table of ARCHITECTURE.md: the floor of every room."""
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d) \w+ \| ([^|]+) \|", text, re.MULTILINE)
    return {room: int(floor) for floor, rooms in rows for room in re.findall(r"`([\w.]+)`", rooms)}


FLOORS = floors()


def room_of(module: str) -> str | None:
    """Return the room a module stands in; None for what is not of this house."""
    return next((room for room in FLOORS if module == room or module.startswith(room + ".")), None)


PURE = [module for module in HOUSE if (room := room_of(module)) and FLOORS[room] <= APPLICATION]


def imports_of(path: Path) -> Iterator[str]:
    """Yield what a file imports as dotted names, `from a import b` as `a.b`."""
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def tracked() -> Iterator[tuple[str, str]]:
    """Yield name and text of every text file that is or would be committed."""
    # `safe.directory`: the checkout may belong to another user than the one who tests.
    git = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listed = subprocess.run(
        [*git, "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and b"\0" not in (content := (ROOT / name).read_bytes()):
            yield name, content.decode("utf-8")


def test_the_map_has_six_floors_and_every_module_stands_on_one() -> None:
    homeless = [module for module in HOUSE if module not in ENTRANCES and not room_of(module)]

    assert set(FLOORS.values()) == set(range(1, 7))
    assert not homeless, f"put them in the table of ARCHITECTURE.md: {homeless}"


@pytest.mark.parametrize("module", [module for module in HOUSE if room_of(module)])
def test_imports_point_down(module: str) -> None:
    here = room_of(module) or ""

    for imported in imports_of(HOUSE[module]):
        there = room_of(imported) or here
        assert FLOORS[there] <= FLOORS[here], f"{module} imports {imported} from a floor above it"
        assert there == here or FLOORS[here] != ADAPTERS or FLOORS[there] != ADAPTERS, (
            f"{module} imports {imported}: one adapter knows another"
        )


def test_no_module_imports_itself_in_a_circle() -> None:
    imported = {module: set(imports_of(path)) for module, path in HOUSE.items()}
    modules = {
        module: HOUSE.keys() & {name if name in HOUSE else name.rpartition(".")[0] for name in names}
        for module, names in imported.items()
    }

    graphlib.TopologicalSorter(modules).prepare()  # raises CycleError, which names the circle


@pytest.mark.parametrize("module", PURE)
def test_the_floors_that_decide_do_no_input_or_output(module: str) -> None:
    path = HOUSE[module]
    calls = {ast.unparse(node.func) for node in ast.walk(TREES[path]) if isinstance(node, ast.Call)}

    assert not OUTSIDE_WORLD & {name.split(".")[0] for name in imports_of(path)}
    assert not ASKING & calls


@pytest.mark.parametrize("name", BUDGETS)
def test_no_part_grows_unnoticed(name: str) -> None:
    _, bound, rooms = BUDGETS[name]

    assert sum(map(lines_of, rooms)) <= bound


def test_no_file_is_too_long_to_read() -> None:
    longest = {path.relative_to(ROOT): 700 if path in TESTS else 400 for path in PYTHON}
    sizes = {path: lines_of(str(path)) for path in longest}

    assert not {path: size for path, size in sizes.items() if size > longest[path]}


def test_nothing_is_named_like_a_drawer() -> None:
    nodes = (node for tree in TREES.values() for node in ast.walk(tree))
    classes = {node.name for node in nodes if isinstance(node, ast.ClassDef)}
    files = {part for path in PYTHON for part in path.relative_to(ROOT).with_suffix("").parts}

    for name in classes | files:
        words = {word.lower().removesuffix("s") for word in re.findall(r"[A-Z]?[a-z]+", name)}
        assert not words & DRAWERS, f"{name} says nothing about what is in it"


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(?:TO[D]O|FIX[M]E|XX[X])\b")

    assert not [path for path in PYTHON if later.search(path.read_text("utf-8"))]


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_whatever_is_skipped_says_why(path: Path) -> None:
    calls = {node.func: node for node in ast.walk(TREES[path]) if isinstance(node, ast.Call)}

    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Attribute) and SKIPPING.fullmatch(name := ast.unparse(node)):
            call = calls.get(node)
            by_name = call and "reason" in {keyword.arg for keyword in call.keywords}
            assert by_name or (call and call.args and name == "pytest.skip"), f"{path}:{node.lineno}"


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="only git knows what is committed")
def test_no_committed_file_names_a_folder_of_one_machine_or_the_address_of_a_registry() -> None:
    machine = r"(?<![\w.~/-])/(?:home|root|work|Users|opt)/\w"
    registry = r"pypi\.org|python[h]osted|npmjs\.org|deb\.debian|conda\.org|proxy\.golang|crates\.io"
    private = re.compile(f"{machine}|{registry}")

    found = [f"{name}: {match[0]}" for name, text in tracked() for match in private.finditer(text)]

    assert not found


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_pin_version_and_hash_and_nothing_else(lock: str) -> None:
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("    --hash=sha256:")]

    assert not [line for line in pins if not re.fullmatch(r"[a-z0-9-]+==[\w.]+( ; [\w .'=<>!()]+)? \\", line)]
    assert not [first for first, second in pairwise(lines) if first in pins and second in pins]


def test_the_test_lock_holds_what_runs_at_the_office() -> None:
    run, test = (set((ROOT / lock).read_text("utf-8").splitlines()) for lock in LOCKS)

    assert run <= test


@pytest.mark.parametrize("tool", [["ruff", "check"], ["mypy"]], ids=lambda tool: tool[0])
def test_the_checkers_find_nothing(tool: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", *tool], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
