"""Fixtures every floor shares."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office with people in every position, nothing loaded."""
    made = Office(tmp_path).settle()
    yield made
    made.close()


@pytest.fixture
def running(office: Office) -> Office:
    """An office with SOP 396 in execution, its first stage open."""
    office.start(office.in_force())
    return office
