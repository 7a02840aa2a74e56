"""One moment of an office's store, for verifying its record: entries, rows and texts of one snapshot."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sop_engine.domain.plan import Plan
from sop_engine.domain.record import Entry, canonical
from sop_engine.domain.state import Entity, Written
from sop_engine.domain.state import Run as StageRun
from sop_engine.storage.rows import CODECS, ENTRIES
from sop_engine.storage.shelf import Run, Shelf
from sop_engine.storage.store import SqlStore


class SqlRecord:
    """The store's side of `application.verify_record.RecordView`."""

    def __init__(self, run: Run, office_id: int, shelf: Shelf) -> None:
        self._run, self._office, self._shelf = run, office_id, shelf
        self._plans: dict[int, Plan] = {}

    def _rows(self, statement: str, *parameters: int) -> Iterator[tuple[Any, ...]]:
        yield from self._run(statement, (self._office, *parameters))

    def head(self) -> tuple[str, int, str]:
        """Give the chain's first hash, the number of its last entry and that entry's hash."""
        genesis, seq, digest = next(self._rows("SELECT genesis, head_seq, head_hash FROM offices WHERE id = ?"))
        return genesis, seq, digest

    def entries(self) -> Iterator[Entry]:
        """Read every entry in the order of its number."""
        yield from (Entry(*row) for row in self._rows(f"{ENTRIES} ORDER BY seq"))

    def entities(self) -> Iterator[Entity]:
        """Read every row that has a life; ValueError for one that is not written as we write."""
        for cls, codec in CODECS.items():
            for row in self._rows(f"SELECT {codec.selected} FROM {cls.table} WHERE office_id = ? ORDER BY id"):
                entity = codec.read(row)
                if codec.values(self._office, entity)[1:] != list(row):
                    raise ValueError(cls.table)
                yield entity

    def texts(self) -> Iterator[Written]:
        """Read every kept text; an erased one has an empty body."""
        statement = "SELECT id, salt, COALESCE(body, ''), digest FROM texts WHERE office_id = ? ORDER BY id"
        yield from (Written(*row) for row in self._rows(statement))

    def file(self, number: int) -> bytes | None:
        """Give the bytes of an attachment, none of one that was taken back; None where their row is gone."""
        found = list(self._rows("SELECT body FROM files WHERE office_id = ? AND id = ?", number))
        return bytes(found[0][0] or b"") if len(found) == 1 else None

    def stage_text(self, run: StageRun) -> tuple[str, str]:
        """Give the canonical text of a run's stage in the revision it ended under, and its digest."""
        if run.revision_id not in self._plans:
            ask = (
                "SELECT e.organisation FROM revisions r JOIN editions e ON e.office_id = r.office_id"
                " AND e.id = r.edition_id WHERE r.office_id = ? AND r.id = ?"
            )
            structure = self._run(ask, (self._office, run.revision_id)).fetchone()[0]
            office = self._shelf.office(self._run, self._office)
            self._plans[run.revision_id] = self._shelf.plan(self._run, office, run.revision_id, structure)
        plan = self._plans[run.revision_id]
        return canonical(plan.stage(run.stage).dump()).decode(), plan.stage_digest(run.stage)


@contextmanager
def recorded(store: SqlStore, office_id: int) -> Iterator[SqlRecord]:
    """Hold one read transaction open on an office's record."""
    with store.snapshot() as run:
        yield SqlRecord(run, office_id, store.shelf)
