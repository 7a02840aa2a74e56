"""One moment of an office's store, for verifying its record: entries, rows and texts of one snapshot."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from sop_engine.domain.record import Entry
from sop_engine.domain.state import Entity, Written
from sop_engine.storage.rows import CODECS
from sop_engine.storage.store import SqliteStore


class SqlRecord:
    """The store's side of `application.verify_record.RecordView`."""

    def __init__(self, connection: Connection, office_id: int) -> None:
        self._connection, self._office = connection, office_id

    def _rows(self, statement: str) -> Iterator[tuple[Any, ...]]:
        for row in self._connection.exec_driver_sql(statement, (self._office,)):
            yield tuple(row)

    def head(self) -> tuple[str, int, str]:
        """Give the chain's first hash, the number of its last entry and that entry's hash."""
        genesis, seq, digest = next(
            self._rows("SELECT genesis, head_seq, head_hash FROM offices WHERE id = ?")
        )
        return genesis, seq, digest

    def entries(self) -> Iterator[Entry]:
        """Read every entry in the order of its number."""
        for row in self._rows(
            "SELECT seq, kind, case_id, body, prev_hash, hash FROM events WHERE office_id = ? ORDER BY seq"
        ):
            yield Entry(*row)

    def entities(self) -> Iterator[Entity]:
        """Read every row that has a life."""
        for cls, codec in CODECS.items():
            for row in self._rows(
                f"SELECT {codec.selected} FROM {cls.table} WHERE office_id = ? ORDER BY id"
            ):
                yield codec.read(row)

    def texts(self) -> Iterator[Written]:
        """Read every kept text; an erased one has an empty body."""
        for row in self._rows(
            "SELECT id, salt, COALESCE(body, ''), digest FROM texts WHERE office_id = ? ORDER BY id"
        ):
            yield Written(*row)


@contextmanager
def recorded(store: SqliteStore, office_id: int) -> Iterator[SqlRecord]:
    """Hold one read transaction open on an office's record."""
    with store.reading() as session:
        yield SqlRecord(session.connection(), office_id)
