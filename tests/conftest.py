"""Fixtures every floor shares."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import postgres
from tests.office import Office, Place, SqliteFile
from tests.web import browsing

OVER_BOTH = ("application", "storage", "acceptance")  # these folders run over both stores


def pytest_report_header() -> list[str]:
    """Tell whether PostgreSQL and a real browser are tested, and why not."""
    reasons = {"PostgreSQL": postgres.missing(), "Browser": browsing.missing()}
    return [f"{what}: {f'skipped, {reason}' if reason else 'tested'}" for what, reason in reasons.items()]


def pytest_generate_tests(metafunc: Any) -> None:
    """Run over both stores what needs a place; a module that says STORES knows why."""
    if "place" in metafunc.fixturenames and metafunc.module.__name__.split(".")[1] in OVER_BOTH:
        metafunc.parametrize("place", getattr(metafunc.module, "STORES", ["sqlite", "postgres"]), indirect=True)


@pytest.fixture(scope="session")
def databases() -> Iterator[postgres.Databases]:
    """A PostgreSQL with a migrated database to copy."""
    if reason := postgres.missing():
        pytest.skip(f"PostgreSQL: {reason}")
    with postgres.databases() as made:
        yield made


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Where the test's store is: a file, or a PostgreSQL database of its own."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield SqliteFile(tmp_path)
        return
    made: postgres.Databases = request.getfixturevalue("databases")
    database = made.copy_of(made.template)
    yield database
    database.remove()


@pytest.fixture
def office(place: Place) -> Iterator[Office]:
    """An office with people in every position, nothing loaded."""
    made = Office(place).settle()
    yield made
    made.close()


@pytest.fixture
def running(office: Office) -> Office:
    """An office with SOP 396 in execution, its first stage open."""
    office.start(office.in_force())
    return office
