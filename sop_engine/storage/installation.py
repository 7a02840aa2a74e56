"""Setting up a store: its offices, each with a chain of its own that names the installation."""

from sop_engine.domain.record import genesis
from sop_engine.domain.state import instant_text
from sop_engine.storage.store import SqlStore

SYSTEM = 0  # the chain for users, calendars, the installation


def create_office(store: SqlStore, office_id: int, slug: str, name: str, installation: str) -> None:
    """Make an office unless it is there; `installation` seeds the first link of its chain."""
    start = genesis(f"{installation}/{office_id}/{slug}")
    store.statement(
        "INSERT INTO offices (id, slug, name, genesis, head_seq, head_hash, head_at, next_id, setup_version)"
        " SELECT ?, ?, ?, ?, 0, ?, ?, 1, 1 WHERE NOT EXISTS (SELECT 1 FROM offices WHERE id = ?) RETURNING id",
        (office_id, slug, name, start, start, instant_text(store.clock()), office_id),
    )


def office_named(store: SqlStore, slug: str) -> int | None:
    """Give an office's number by its slug."""
    found = store.query("SELECT id FROM offices WHERE slug = ?", (slug,))
    return int(found[0][0]) if found else None
