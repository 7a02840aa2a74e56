"""PostgreSQL as the store: any number of processes, each with a few connections; the server groups commits.

Only where the extra `postgres` is installed; wiring imports this module when a URL asks for it.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, event

from sop_engine.application.ports import Clock, Transaction
from sop_engine.storage import postgres_schema
from sop_engine.storage.shelf import Run, Shelf
from sop_engine.storage.store import SqlStore

T = TypeVar("T")
psycopg: Any = import_module("psycopg")

# A process that hangs with the office's row must not hold the office up for long.
_WRITING = "-c search_path=public -c lock_timeout=15s -c idle_in_transaction_session_timeout=60s"
_READING = _WRITING + r" -c default_transaction_read_only=on -c default_transaction_isolation=repeatable\ read"


class SpokenTo:
    """A psycopg connection that is spoken to as an SQLite one: `?` for a parameter, `execute` gives a cursor."""

    lock = " FOR UPDATE"

    def __init__(self, driver_connection: Any, pipeline: Any = None) -> None:
        self._driver, self._pipeline = driver_connection, pipeline

    def execute(self, statement: str, parameters: Iterable[Any] = ()) -> Any:
        """Run a statement."""
        cursor = psycopg.RawCursor(self._driver).execute(_numbered(statement), parameters)
        self._send()
        return cursor

    def executemany(self, statement: str, parameters: list[Any]) -> None:
        """Run a statement for each list of parameters."""
        psycopg.RawCursor(self._driver).executemany(_numbered(statement), parameters)
        self._send()

    def _send(self) -> None:
        # After this psycopg (3.3.9) waits in a pipeline for answers only: of a file larger than the socket's buffer the
        # rest would stay here, and both sides would wait for ever.
        line = self._driver.pgconn
        while line.flush():
            with DefaultSelector() as ways:
                ways.register(line.socket, EVENT_READ | EVENT_WRITE)
                if any(ready & EVENT_READ for _, ready in ways.select()):
                    line.consume_input()

    def settle(self) -> None:
        """Wait for the answers to all that was said."""
        self._pipeline.sync()

    def now(self) -> datetime:
        """Ask the server what time it is."""
        at: datetime = self.execute("SELECT clock_timestamp()").fetchone()[0]
        return at.astimezone(UTC)


@cache
def _numbered(statement: str) -> str:
    first, *rest = statement.split("?")
    return first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))


class PostgresStore(SqlStore):
    """A PostgreSQL database as the store of one installation; without a clock its own time counts."""

    skip_locked = f"{SpokenTo.lock} SKIP LOCKED"

    def __init__(self, url: str, clock: Clock | None, shelf: Shelf, salt: Callable[[], str]) -> None:
        super().__init__(shelf, salt)
        self._given, self.clock = clock, clock or self._server_time
        self._turns: dict[int, Lock] = {}
        # Apart, so that who writes may also read: one pool for both could run dry in a circle.
        self._writers, self._readers = _pool(url, _WRITING), _pool(url, _READING)

    def write(self, office_id: int, work: Callable[[Transaction], T]) -> T:
        # Who waits here, and not for the office's row, leaves the connections to other offices.
        with self._turns.setdefault(office_id, Lock()):
            return super().write(office_id, work)

    def _commit(self, work: Callable[[Any], T]) -> T:
        borrowed = self._writers.raw_connection()
        driver: Any = borrowed.driver_connection
        try:
            with driver.pipeline() as pipeline:  # nobody waits for what nobody reads: 30 % less time
                answer = work(SpokenTo(driver, pipeline))
            driver.commit()  # where this fails nobody knows whether it was kept: never again by itself
        finally:
            borrowed.close()  # undoes what was not committed
        return answer

    def _clock_of(self, connection: Any) -> Clock:
        return self._given or connection.now

    def _server_time(self) -> datetime:
        with self.reading() as session:
            return SpokenTo(session.connection().connection.driver_connection).now()

    def _run_of(self, driver_connection: Any) -> Run:
        return SpokenTo(driver_connection).execute

    def check_schema(self) -> None:
        with postgres_schema.reached(), self.snapshot() as run:
            postgres_schema.check(run)

    def close(self) -> None:
        self._writers.dispose()
        super().close()


def _pool(url: str, options: str) -> Engine:
    told = {"options": options, "prepare_threshold": 1}
    engine = create_engine(url, connect_args=told, pool_size=8, max_overflow=0, pool_use_lifo=True, pool_pre_ping=True)
    event.listen(engine, "connect", _set_up)
    return engine


def _set_up(driver: Any, _record: Any) -> None:
    driver.prepared_max = 500  # a statement is prepared once for each pattern of NULLs among its parameters
    driver.adapters.register_dumper(int, psycopg.types.numeric.Int8Dumper)  # one type, one prepared statement
