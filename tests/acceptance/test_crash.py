"""Killed at every statement, and at random: nothing is ever half done, nothing acknowledged is lost."""

import os
import random
import re
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sop_engine.storage.store import SqliteStore
from tests.invariants import check, stored
from tests.office import SOP_396, Office

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kill -9 and fork are POSIX")


def in_child(work) -> int:
    """Run work in a forked child; gives how it ended. The parent holds no connection meanwhile."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1]


def die_at(office: Office, number: int) -> None:
    """Let the next act begin, and die right before its `number`-th statement."""
    seen = 0

    def count(_statement: str) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            os.kill(os.getpid(), signal.SIGKILL)

    act = office.next_act()
    before_each_statement(office, count)
    if act:
        act[2]()
    else:
        office.start(max(edition.id for edition in office.engine.reading.editions()))


def before_each_statement(office: Office, tell: Callable[[str], None]) -> None:
    """Have each writing statement, COMMIT too, told before it runs; there is no way back from this."""
    if isinstance(office.store, SqliteStore):
        office.store.writer.connection.set_trace_callback(tell)
        return
    from sop_engine.storage.postgres import SpokenTo, psycopg

    for cls, name in ((SpokenTo, "execute"), (SpokenTo, "executemany"), (psycopg.Connection, "commit")):
        run = getattr(cls, name)

        def told(self, *arguments, name=name, run=run):
            tell(name)
            return run(self, *arguments)

        setattr(cls, name, told)


def prepared(office: Office, verb: str) -> None:
    """Bring an office to where the next act is of a kind."""
    edition = office.in_force()
    if verb != "start":
        office.start(edition)
    if verb == "approve":
        office.done("disposisi")
        office.done("persiapan")


@pytest.mark.parametrize("verb", ["start", "complete", "approve"])
def test_killed_at_every_statement_nothing_is_half_done(tmp_path: Path, office: Office, verb: str) -> None:
    prepared(office, verb)
    before = stored(office)
    killed = 0
    for number in range(1, 200):
        copy = office.reopened(tmp_path / f"{number}")
        copy.close()

        ended = in_child(lambda copy=copy, number=number: die_at(copy.reopened(), number))

        after = copy.reopened()
        check(after)
        if os.WIFSIGNALED(ended):
            assert stored(after) == before, f"statement {number} left something behind"
            killed += 1
        else:
            assert ended == 0
            assert stored(after) != before
        after.close()
        after.place.remove()
        if not os.WIFSIGNALED(ended):
            break
    assert killed >= 15, "the act has fewer statements than it must have"


def work_until_killed(office: Office, answers: int) -> None:
    """Act on and on; tell the parent after each answer, which takes a moment to leave."""
    edition = office.engine.reading.editions()[-1].id
    while True:
        act = office.next_act()
        if act is None:
            office.start(edition)
            continue
        act[2]()
        time.sleep(0.005)
        os.write(answers, f"{act[0]} {act[1]}\n".encode())


def killed_once(office: Office, chance: random.Random) -> tuple[set[str], set[str]]:
    """Let a child work, kill it at a random moment; what it acknowledged, and what is in the store."""
    office.close()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            work_until_killed(office.reopened(), writing)
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        first = pipe.readline()
        time.sleep(chance.uniform(0.0, 0.03))
        os.kill(child, signal.SIGKILL)
        said = (first + pipe.read()).decode()
    os.waitpid(child, 0)
    return {line for line in said.split("\n")[:-1] if line}, set()


def committed(office: Office) -> set[str]:
    """Every act in the store, in the words the child tells them."""
    done = office.store.query("SELECT id FROM tasks WHERE state = 'done'")
    given = office.store.query("SELECT id FROM sign_offs WHERE state = 'given'")
    return {f"complete {number}" for (number,) in done} | {f"approve {number}" for (number,) in given}


def kill_many(office: Office, times: int) -> None:
    office.in_force(re.sub("aturan: tidak_berlaku_saat_berakhir", "", SOP_396.read_text("utf-8")))
    chance, acknowledged, in_between = random.Random(396), set(), 0
    for number in range(5 * times):
        if number >= times and in_between >= times / 10:  # on a busy machine fewer kills land there
            break
        known = committed(office)
        said, _ = killed_once(office, chance)
        office = office.reopened()
        now = committed(office)
        acknowledged |= said
        assert acknowledged <= now, "an acknowledged act is lost"
        unsaid = now - known - said
        assert len(unsaid) <= 1, "more than the act under way was written"
        in_between += len(unsaid)
    check(office)
    office.close()
    assert in_between >= times / 10, f"only {in_between} kills landed between commit and answer"


def test_killed_at_random_nothing_acknowledged_is_lost(office: Office) -> None:
    kill_many(office, 50 if isinstance(office.store, SqliteStore) else 20)


@pytest.mark.long
def test_killed_at_random_a_thousand_times(office: Office) -> None:
    kill_many(office, 1000)
