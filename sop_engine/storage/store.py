"""The stores: transactions to write, connections to read. What SQLite alone needs; `postgres.py` stands beside it."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import NullPool
from sqlmodel import Session

from sop_engine.application.ports import Clock, Transaction
from sop_engine.domain.identity import Credential
from sop_engine.domain.state import instant_of, instant_text
from sop_engine.storage import rows, schema, sqlite
from sop_engine.storage.shelf import Office, Run, Shelf
from sop_engine.storage.transaction import SqlTransaction
from sop_engine.storage.writer import Writer

T = TypeVar("T")
# CROSS JOIN: SQLite goes from the few editions to their cases. A later revision has a higher number.
_BEHIND = (
    "SELECT c.office_id, c.id FROM editions e CROSS JOIN cases c WHERE c.office_id = e.office_id"
    " AND c.edition_id = e.id AND e.followed <> e.revision_id AND e.state <> 'void' AND c.state = 'running'"
    " AND c.judged < e.revision_id LIMIT ?"
)
# All of them: a post may belong to a body whose other members have the work, an absence may lengthen a chain.
_TO_HAND_OVER = """
SELECT c.id FROM handovers h JOIN cases c ON c.office_id = h.office_id AND c.id > h.cursor AND c.state = 'running'
WHERE h.office_id = ? AND h.id = ? AND h.cursor >= 0 ORDER BY c.id LIMIT ?
"""


class SqlStore(ABC):
    """The store of one installation, whatever database it is."""

    skip_locked = ""  # what a SELECT adds to hold its rows, leaving out those that others hold
    clock: Clock
    _readers: Engine

    def __init__(self, shelf: Shelf, salt: Callable[[], str]) -> None:
        self.shelf, self._salt = shelf, salt

    def write(self, office_id: int, work: Callable[[Transaction], T]) -> T:
        """Run work on an office in one transaction; give its answer after COMMIT."""

        def whole(connection: Any) -> T:
            tx = SqlTransaction(connection, office_id, self._clock_of(connection), self.shelf, self._salt)
            answer = work(tx)
            tx.confirm()
            return answer

        return self._commit(whole)

    def statement(self, statement: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """Run one small writing statement that returns rows, in a transaction of its own."""
        return self._commit(lambda connection: list(connection.execute(statement, parameters)))

    @abstractmethod
    def _commit(self, work: Callable[[Any], T]) -> T: ...

    def _clock_of(self, connection: Any) -> Clock:
        return self.clock

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a short read-only session."""
        with Session(self._readers) as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Run]:
        """Hold one moment of the store, to ask it several things."""
        with self.reading() as session:
            yield self._run_of(session.connection().connection.driver_connection)

    def _run_of(self, driver_connection: Any) -> Run:
        return driver_connection.execute  # type: ignore[no-any-return]

    def asking(self) -> AbstractContextManager[Run]:
        """Give a way to ask the store quick questions."""
        return self.snapshot()

    def query(self, statement: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Read rows."""
        with self.asking() as run:
            return list(run(statement, parameters))

    def shelved(self, office_id: int, ask: Callable[[Run, Office], T]) -> T:
        """Give what the shelf builds for an office from stored texts, without a lock."""
        with self.asking() as run:
            return ask(run, self.shelf.office(run, office_id))

    def credential(self, office_id: int, person_id: int) -> Credential | None:
        """Give what proves who a person is, if anything does yet."""
        found = self.query(rows.CREDENTIAL, (office_id, person_id))
        return rows.CREDENTIALS.read(found[0]) if found else None

    def due_cases(self, now: datetime, limit: int) -> list[tuple[int, int]]:
        """List (office, case) that have an armed reminder whose moment has come, the earliest first."""
        statement = (
            "SELECT office_id, case_id FROM reminders WHERE state = 'armed' AND at <= ?"
            " GROUP BY office_id, case_id ORDER BY MIN(at), office_id, case_id LIMIT ?"
        )
        return [(office, case) for office, case in self.query(statement, (instant_text(now), limit))]

    def last_checkpoint(self, office_id: int) -> datetime | None:
        """Tell when the last checkpoint of an office was queued."""
        statement = "SELECT MAX(created_at) FROM messages WHERE office_id = ? AND kind = 'checkpoint'"
        [(at,)] = self.query(statement, (office_id,))
        return instant_of(at) if at else None

    def void_cases(self, limit: int) -> list[tuple[int, int]]:
        """List (office, case) of running cases whose edition is void."""
        statement = (
            "SELECT c.office_id, c.id FROM editions e CROSS JOIN cases c WHERE c.office_id = e.office_id"
            " AND c.edition_id = e.id AND e.state = 'void' AND c.state = 'running' LIMIT ?"
        )
        return [(office, case) for office, case in self.query(statement, (limit,))]

    def cases_behind(self, limit: int) -> list[tuple[int, int]]:
        """List (office, case) of running cases that have not followed their edition's last revision."""
        return [(office, case) for office, case in self.query(_BEHIND, (limit,))]

    def editions_behind(self) -> list[tuple[int, int]]:
        """List (office, edition) still alive, whose last revision all cases have followed and nobody was told of."""
        statement = (
            "SELECT e.office_id, e.id FROM editions e WHERE e.followed <> e.revision_id"
            " AND e.state IN ('in_force', 'in_execution')"
            " AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.office_id = e.office_id AND c.edition_id = e.id"
            " AND c.state = 'running' AND c.judged < e.revision_id)"
        )
        return [(office, edition) for office, edition in self.query(statement)]

    def due_handovers(self, now: datetime) -> list[tuple[int, int]]:
        """List (office, hand-over) whose moment has come and that are not done, the earliest first."""
        statement = "SELECT office_id, id FROM handovers WHERE cursor >= 0 AND at <= ? ORDER BY at, office_id, id"
        return [(office, number) for office, number in self.query(statement, (instant_text(now),))]

    def cases_to_hand_over(self, office_id: int, handover_id: int, limit: int) -> list[int]:
        """List the running cases after those a hand-over has done: whom it concerns stands in no row, as with a list
        of positions of which one was vacant, or a substitute's substitute."""
        return [case for (case,) in self.query(_TO_HAND_OVER, (office_id, handover_id, limit))]

    def forget_answers(self, before: datetime) -> None:
        """Delete the answers to repeatable requests that were given before an instant."""
        self.statement("DELETE FROM answers WHERE created_at < ? RETURNING office_id", (instant_text(before),))

    def beat(self, name: str) -> None:
        """Write down that a kind of background work has just run."""
        statement = (
            "INSERT INTO heartbeats (name, at) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET at = excluded.at"
            " RETURNING name"
        )
        self.statement(statement, (name, instant_text(self.clock())))

    @abstractmethod
    def check_schema(self) -> None:
        """Refuse with StoreUnfit a store out of reach or unlike what this version ships."""

    def close(self) -> None:
        """Let go of the database."""
        self._readers.dispose()


class SqliteStore(SqlStore):
    """An SQLite file as the store of one installation."""

    def __init__(self, path: str, clock: Clock, shelf: Shelf, salt: Callable[[], str]) -> None:
        super().__init__(shelf, salt)
        self.path, self.clock = path, clock
        self.writer = Writer(sqlite.connect(path, writing=True))
        reader = partial(sqlite.connect, path, writing=False)
        self._readers = create_engine("sqlite://", creator=reader, module=sqlite.driver, poolclass=NullPool)
        event.listen(self._readers, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
        self._local = threading.local()

    def _commit(self, work: Callable[[Any], T]) -> T:
        return self.writer.run(work)  # type: ignore[no-any-return]

    @contextmanager
    def asking(self) -> Iterator[Run]:  # each thread has its own read-only connection
        if not hasattr(self._local, "connection"):
            self._local.connection = sqlite.connect(self.path, writing=False)
        yield self._local.connection.execute

    def check_schema(self) -> None:
        schema.check(self.writer.connection)

    def close(self) -> None:
        self.writer.connection.close()
        if hasattr(self._local, "connection"):
            self._local.connection.close()
            del self._local.connection
        super().close()
