"""A bare ticker: wakes up and calls. What is due stands in the tables; nothing is kept here.

APScheduler's defaults drop a late job for good and let ticks overlap, hence coalesce, no grace limit,
one instance. Two tickers side by side double nothing: the tables' unique keys decide.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.schedulers.background import BackgroundScheduler

log = logging.getLogger(__name__)


class Ticker:
    """Calls each given piece of work every so many seconds until stopped; `beat` hears of what ran to its end."""

    def __init__(self, works: dict[str, Callable[[], object]], seconds: int, beat: Callable[[str], object]) -> None:
        self._works = works
        self._scheduler = BackgroundScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        for name, work in works.items():
            self._scheduler.add_job(
                _kept_going,
                "interval",
                args=(name, work, beat),
                seconds=seconds,
                id=name,
                next_run_time=datetime.now(UTC),
            )

    def tick(self) -> None:
        """Do every piece of work once, now and in its order; for a clock that is not the machine's."""
        for work in self._works.values():
            work()

    def start(self) -> None:
        """Begin to tick, at once and then regularly."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stop, letting a tick under way end."""
        self._scheduler.shutdown(wait=True)


def _kept_going(name: str, work: Callable[[], object], beat: Callable[[str], object]) -> None:
    """Run one tick; an exception is logged and the next tick comes all the same."""
    try:
        work()
        beat(name)
    except Exception:
        log.exception("tick %s failed", name)
