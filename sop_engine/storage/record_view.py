"""One moment of an office's store, for verifying its record: entries, rows and texts of one snapshot."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sop_engine.application.verify_record import Row
from sop_engine.domain.plan import Plan
from sop_engine.domain.record import Entry, canonical
from sop_engine.domain.state import Written
from sop_engine.storage.rows import CODECS, ENTRIES
from sop_engine.storage.shelf import Run, Shelf
from sop_engine.storage.store import SqlStore


class SqlRecord:
    """The store's side of `application.verify_record.RecordView`."""

    def __init__(self, run: Run, office_id: int, shelf: Shelf) -> None:
        self._run, self._office, self._shelf = run, office_id, shelf
        self._plans: dict[int, Plan] = {}

    def _rows(self, statement: str, *parameters: int) -> Iterator[tuple[Any, ...]]:
        return iter(self._run(statement, (self._office, *parameters)))

    def head(self) -> tuple[str, int, str]:
        """Give the chain's first hash, the number of its last entry and that entry's hash."""
        genesis, seq, digest = next(self._rows("SELECT genesis, head_seq, head_hash FROM offices WHERE id = ?"))
        return genesis, seq, digest

    def entries(self) -> Iterator[Entry]:
        """Read every entry in the order of its number."""
        return map(Entry._make, self._rows(f"{ENTRIES} ORDER BY seq"))

    def images(self) -> Iterator[Row]:
        """Read every row that has a life; ValueError for one that is not written as we write."""
        for cls, codec in CODECS.items():
            for row in self._rows(f"SELECT {codec.selected} FROM {cls.table} WHERE office_id = ? ORDER BY id"):
                image = codec.image(row)
                yield Row(cls, image.pop("id"), image, image.pop("body", ""))

    def texts(self) -> Iterator[Written]:
        """Read every kept text; an erased one has an empty body."""
        statement = "SELECT id, salt, COALESCE(body, ''), digest FROM texts WHERE office_id = ? ORDER BY id"
        yield from (Written(*row) for row in self._rows(statement))

    def file(self, number: int) -> bytes | None:
        """Give the bytes of an attachment, none of one that was taken back; None where their row is gone."""
        found = list(self._rows("SELECT body FROM files WHERE office_id = ? AND id = ?", number))
        return bytes(found[0][0] or b"") if len(found) == 1 else None

    def stage_text(self, revision_id: int, stage: str) -> str:
        """Give the canonical text of a stage in a revision."""
        return canonical(self._plan(revision_id).stage(stage).dump()).decode()

    def stage_digest(self, revision_id: int, stage: str) -> str:
        """Give the digest of that text."""
        return self._plan(revision_id).stage_digest(stage)

    def _plan(self, revision_id: int) -> Plan:
        if revision_id not in self._plans:
            ask = (
                "SELECT e.organisation FROM revisions r JOIN editions e ON e.office_id = r.office_id"
                " AND e.id = r.edition_id WHERE r.office_id = ? AND r.id = ?"
            )
            structure = self._run(ask, (self._office, revision_id)).fetchone()[0]
            office = self._shelf.office(self._run, self._office)
            self._plans[revision_id] = self._shelf.plan(self._run, office, revision_id, structure)
        return self._plans[revision_id]


@contextmanager
def recorded(store: SqlStore, office_id: int) -> Iterator[SqlRecord]:
    """Hold one read transaction open on an office's record."""
    with store.snapshot() as run:
        yield SqlRecord(run, office_id, store.shelf)
