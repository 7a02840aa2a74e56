"""One writer at a time, many commands a commit: whoever finds the turn free commits for all who wait.

A lone caller pays no thread hop. Each command of a group stands in a SAVEPOINT: a refusal rolls back
only itself. A database error rolls the whole group back, and its commands run again one by one.
Answers leave after COMMIT, refusals too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sop_engine.errors import SopError

GROUP = 64


@dataclass(eq=False)
class _Job:
    work: Callable[[Any], Any]
    done: bool = False
    answer: Any = None
    error: BaseException | None = None

    def attempt(self, connection: Any) -> None:
        """Run the work; a refusal is its answer, anything else ends the transaction."""
        self.answer, self.error = None, None
        try:
            self.answer = self.work(connection)
        except SopError as refusal:
            self.error = refusal


class Writer:
    """The only way to the writing connection."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self._waiting: list[_Job] = []
        self._list, self._turn = Lock(), Lock()

    def run(self, work: Callable[[Any], Any]) -> Any:
        """Run work in a transaction and give its answer once that is committed."""
        job = _Job(work)
        with self._list:
            self._waiting.append(job)
        with self._turn:
            if not job.done:
                with self._list:
                    group, self._waiting = self._waiting[:GROUP], self._waiting[GROUP:]
                self._commit(group)
                if not job.done:  # more than a group was waiting before us
                    with self._list:
                        self._waiting.remove(job)
                    self._commit([job])
        if job.error is not None:
            raise job.error
        return job.answer

    def _commit(self, group: list[_Job]) -> None:
        try:
            self._attempt(group)
        except BaseException as error:
            self._roll_back()
            if len(group) == 1 or not isinstance(error, Exception):  # a process told to stop tries nothing again
                for job in group:
                    job.error, job.done = error, True
                return
            for job in group:
                self._commit([job])

    def _attempt(self, group: list[_Job]) -> None:
        execute = self.connection.execute
        execute("BEGIN IMMEDIATE")
        if len(group) == 1:
            group[0].attempt(self.connection)
            execute("ROLLBACK" if group[0].error else "COMMIT")
        else:
            for job in group:
                execute("SAVEPOINT command")
                job.attempt(self.connection)
                if job.error:
                    execute("ROLLBACK TO command")
                execute("RELEASE command")
            execute("COMMIT")
        for job in group:
            job.done = True

    def _roll_back(self) -> None:
        if self.connection.in_transaction:  # a full disk has rolled back by itself
            self.connection.execute("ROLLBACK")
