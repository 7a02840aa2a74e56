"""The store: transactions to write, connections to read."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import create_engine, event
from sqlalchemy.pool import NullPool
from sqlmodel import Session

from sop_engine.application.ports import Clock, Transaction
from sop_engine.domain.state import instant_text
from sop_engine.storage import sqlite
from sop_engine.storage.shelf import Shelf
from sop_engine.storage.transaction import SqlTransaction
from sop_engine.storage.writer import Writer

T = TypeVar("T")


class SqliteStore:
    """An SQLite file as the store of one installation."""

    def __init__(self, path: str, clock: Clock, shelf: Shelf, salt: Callable[[], str]) -> None:
        self.path, self.clock, self.shelf, self._salt = path, clock, shelf, salt
        self.writer = Writer(sqlite.connect(path, writing=True))
        self._engine = create_engine(
            "sqlite://",
            creator=lambda: sqlite.connect(path, writing=False),
            module=sqlite.driver,
            poolclass=NullPool,
        )
        event.listen(self._engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
        self._local = threading.local()

    def write(self, office_id: int, work: Callable[[Transaction], T]) -> T:
        """Run work on an office in one transaction; give its answer after COMMIT."""
        answer: T = self.writer.run(
            lambda connection: work(SqlTransaction(connection, office_id, self.clock, self.shelf, self._salt))
        )
        return answer

    def statement(self, statement: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """Run one small writing statement of the outbox or ticker in a transaction of its own."""
        found: list[tuple[Any, ...]] = self.writer.run(lambda c: c.execute(statement, parameters).fetchall())
        return found

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a short read-only session."""
        with Session(self._engine) as session:
            yield session

    def query(self, statement: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Read rows on this thread's own read-only connection."""
        if not hasattr(self._local, "connection"):
            self._local.connection = sqlite.connect(self.path, writing=False)
        found: list[tuple[Any, ...]] = self._local.connection.execute(statement, parameters).fetchall()
        return found

    def due_cases(self, now: datetime, limit: int) -> list[tuple[int, int]]:
        """List (office, case) that have an armed reminder whose moment has come, the earliest first."""
        rows = self.query(
            "SELECT office_id, case_id FROM reminders WHERE state = 'armed' AND at <= ?"
            " GROUP BY office_id, case_id ORDER BY MIN(at), office_id, case_id LIMIT ?",
            (instant_text(now), limit),
        )
        return [(office, case) for office, case in rows]

    def close(self) -> None:
        """Let go of the file."""
        self.writer.connection.close()
        if hasattr(self._local, "connection"):
            self._local.connection.close()
            del self._local.connection
        self._engine.dispose()
