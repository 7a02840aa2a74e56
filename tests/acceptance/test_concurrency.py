"""Many at once: threads, processes, tickers. One wins, the others are refused, and nothing is done twice."""

import json
import os
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import pytest

from sop_engine.application.complete_task import complete_task
from sop_engine.application.fire_reminders import fire_reminders
from sop_engine.application.set_up import add_person
from sop_engine.domain.state import ENTITIES, Person, instant_text
from sop_engine.errors import Refusal
from sop_engine.storage.store import SqliteStore
from tests.invariants import Watch, check
from tests.office import SOP_396, Office, Place
from tests.strategies import FailingStore

WITHOUT_5 = re.sub(r"aturan: tidak_berlaku_saat_berakhir", "", SOP_396.read_text("utf-8"))


@pytest.fixture
def busy(office: Office) -> Office:
    """An office whose edition holds any number of cases."""
    office.in_force(WITHOUT_5)
    return office


def started(office: Office, cases: int) -> list[int]:
    """Start cases; gives the first task of each."""
    edition = office.engine.reading.editions()[0].id
    for _ in range(cases):
        office.start(edition)
    return [task for task, *_ in office.open_tasks("disposisi")][-cases:]


def crowd(size: int, act: Callable[[int], Any]) -> list[Any]:
    """Let so many act at the same moment; gives each one's answer, or what it was refused with."""
    gate = Barrier(size)

    def one(number: int) -> Any:
        gate.wait()
        try:
            return act(number)
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(size) as pool:
        return list(pool.map(one, range(size)))


def mails(office: Office, case: int) -> Counter[tuple[str, str, str]]:
    """How often each mail of a case was written."""
    found = office.store.query("SELECT kind, to_address, stage FROM messages WHERE case_id = ?", (case,))
    return Counter(tuple(row) for row in found)


def completions(office: Office) -> Counter[int]:
    """How often the record says of each task that its run was completed or submitted."""
    events = office.engine.reading.events()
    told = [event["facts"] for event in events]
    return Counter(facts["task"] for facts in told if {"task", "outcome"} <= facts.keys())


def case_of(office: Office, task: int) -> int:
    return int(office.store.query("SELECT case_id FROM tasks WHERE id = ?", (task,))[0][0])


# -- one task, many hands ----------------------------------------------------------------------------


def attempt(office: Office, task: int, _number: int) -> Any:
    return complete_task(office.store, office.who("sekretaris"), task)


def fifty_complete_one(office: Office, rounds: int) -> None:
    (quiet, *contested) = started(office, 1 + rounds)
    complete_task(office.store, office.who("sekretaris"), quiet)
    expected = mails(office, case_of(office, quiet))
    for task in contested:
        answers = crowd(50, partial(attempt, office, task))
        assert sum(isinstance(answer, dict) for answer in answers) == 1
        assert sum(isinstance(answer, Refusal) for answer in answers) == 49
        assert mails(office, case_of(office, task)) == expected
    assert completions(office) == Counter([quiet, *contested])
    check(office)


def test_of_fifty_threads_one_completes(busy: Office) -> None:
    fifty_complete_one(busy, 5)


@pytest.mark.long
def test_of_fifty_threads_one_completes_each_of_twenty_times(busy: Office) -> None:
    fifty_complete_one(busy, 20)


def test_of_all_who_are_offered_a_run_one_does_it(busy: Office) -> None:
    started(busy, 1)
    for stage in ("disposisi", "persiapan"):
        busy.done(stage)
    busy.approve()
    offered = busy.open_tasks("rapat_persiapan")
    assert len(offered) == 4

    def act(number: int) -> Any:
        task, person, _ = offered[number % 4]
        return complete_task(busy.store, busy.who(person), task)

    answers = crowd(40, act)

    assert sum(isinstance(answer, dict) for answer in answers) == 1
    assert sum(completions(busy)[task] for task, *_ in offered) == 1
    assert len(busy.open_tasks("data_capaian")) == 4
    check(busy)


def test_a_click_repeated_by_twenty_is_done_once_and_answered_twenty_times(busy: Office) -> None:
    (task,) = started(busy, 1)

    answers = crowd(20, lambda _: complete_task(busy.store, busy.who("sekretaris", "satu-klik"), task))

    assert answers == [answers[0]] * 20
    assert completions(busy) == Counter([task])
    check(busy)


def test_who_reads_checks_and_then_writes_wins_more_than_once(busy: Office) -> None:
    """The negative control: without load, decide and save in one transaction several believe they won."""
    (task,) = started(busy, 1)
    all_have_read = Barrier(20)

    def naive(_: int) -> bool:
        with busy.store.snapshot() as run:
            ((state,),) = run("SELECT state FROM tasks WHERE office_id = ? AND id = ?", (busy.id, task)).fetchall()
        all_have_read.wait()
        return state == "offered" and bool(
            busy.store.statement(
                "UPDATE tasks SET state = 'claimed', claimed_at = ? WHERE office_id = ? AND id = ? RETURNING id",
                (instant_text(busy.at), busy.id, task),
            )
        )

    assert sum(crowd(20, naive)) > 1


# -- many processes ----------------------------------------------------------------------------------


def work_in_a_child(place: Place, at: datetime, number: int, go: int, told: int) -> None:
    """Once all are there, try every open task in an order of one's own; tell which were won."""
    office = Office(place, at, new=False)
    tasks = office.open_tasks()
    random.Random(number).shuffle(tasks)
    os.write(told, b"\n")
    os.read(go, 1)
    won = []
    for task, person, _ in tasks:
        try:
            complete_task(office.store, office.who(person), task)
            won.append(task)
        except Refusal:
            pass
    os.write(told, json.dumps(won).encode() + b"\n")
    office.close()


def raced_by_processes(office: Office, processes: int) -> list[int]:
    """Let processes race for every open task; gives the tasks won, once for each that won one."""
    office.close()
    ready, go = os.pipe()
    reading, told = os.pipe()
    children = []
    for number in range(processes):
        child = os.fork()
        if child == 0:
            try:
                os.close(go)
                work_in_a_child(office.place, office.at, number, ready, told)
                os._exit(0)
            finally:
                os._exit(1)
        children.append(child)
    os.close(told)
    with os.fdopen(reading) as lines:
        assert [next(lines) for _ in children] == ["\n"] * processes
        os.write(go, b"x" * processes)
        won = [task for line in lines for task in json.loads(line)]
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * processes
    os.close(ready)
    os.close(go)
    return won


def race(office: Office, rounds: int, processes: int = 8) -> None:
    for _ in range(rounds):
        quiet, *contested = started(office, 7)
        complete_task(office.store, office.who("sekretaris"), quiet)
        expected, done = mails(office, case_of(office, quiet)), completions(office)

        won = raced_by_processes(office, processes)

        office = office.reopened()
        assert set(won) >= set(contested)
        assert len(set(won)) == len(won), "a task was won twice"
        assert completions(office) - done == Counter(won)
        assert [mails(office, case_of(office, task)) for task in contested] == [expected] * 6
    check(office)
    office.close()


@pytest.mark.skipif(sys.platform == "win32", reason="fork is POSIX")
def test_of_eight_processes_one_completes_each_task(busy: Office) -> None:
    race(busy, 2)


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="fork is POSIX")
def test_of_eight_processes_one_completes_each_task_twenty_times(busy: Office) -> None:
    race(busy, 20)


# -- two tickers -------------------------------------------------------------------------------------


def spread(office: Office) -> None:
    """Bring cases to different stages, so that ticks find much to remind of."""
    edition = office.engine.reading.editions()[0].id
    for acts in (0, 1, 2, 3, 5, 9):
        office.start(edition)
        for _ in range(acts):
            act = office.next_act()
            assert act
            act[2]()
        office.at += timedelta(hours=5)


def reminded(office: Office) -> tuple[Counter[str], list[Any]]:
    """Every reminding mail with how often it was written, and how each reminder ended."""
    kinds = ("pengingat", "terlambat", "eskalasi")
    written = Counter(m.dedupe for m in office.engine.reading.messages() if m.kind in kinds)
    rows = office.store.query("SELECT run_id, person_id, level, deadline_no, state FROM reminders")
    return written, sorted(rows)


def test_two_tickers_side_by_side_double_nothing_and_miss_nothing(busy: Office, tmp_path: Path) -> None:
    spread(busy)
    alone = busy.reopened(tmp_path / "alone")
    pair = [Office(busy.place, busy.at, new=False) for _ in range(2)]
    for _ in range(20):
        alone.at += timedelta(hours=7)
        fire_reminders(alone.store, alone.at)
        for office in pair:
            office.at = alone.at
        crowd(4, lambda number: fire_reminders(pair[number % 2].store, alone.at))

    assert reminded(pair[0]) == reminded(alone)
    assert len(reminded(alone)[0]) > 30
    check(pair[0])
    for office in (alone, *pair):
        office.close()
    alone.place.remove()


# -- one commit for many -----------------------------------------------------------------------------


class Broken(Exception):
    """What no command expects."""


@contextmanager
def held_up(office: Office) -> Iterator[Event]:
    """Keep the writer busy until the event is set, so that whoever comes meanwhile waits together."""
    begun, go = Event(), Event()

    def wait(_tx: Any) -> None:
        begun.set()
        go.wait(20)

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(office.store.write, office.id, wait)
        begun.wait(20)
        yield go
        go.set()
        slow.result()


def together(office: Office, acts: list[Callable[[], Any]]) -> tuple[list[Any], int]:
    """Let acts wait for the writer in their order, then go; gives their answers, and how many commits SQLite made."""
    commits = 0

    def count(statement: str) -> None:
        nonlocal commits
        commits += statement == "COMMIT"

    def outcome(act: Callable[[], Any]) -> Any:
        try:
            return act()
        except Exception as error:
            return error

    if isinstance(office.store, SqliteStore):
        office.store.writer.connection.set_trace_callback(count)
    with ThreadPoolExecutor(len(acts)) as pool, held_up(office) as go:
        waiting = []
        for act in acts:
            waiting.append(pool.submit(outcome, act))
            time.sleep(0.01)
        go.set()
        answers = [waited.result() for waited in waiting]
    if isinstance(office.store, SqliteStore):
        office.store.writer.connection.set_trace_callback(None)
    return answers, commits


def numbers_in_use(office: Office) -> list[int]:
    """Every running number of the office, from whatever it was given to."""
    tables = ["persons", "holders", "absences", "handovers", "texts", "messages", *(cls.table for cls in ENTITIES)]
    every = " UNION ALL ".join(f"SELECT id FROM {table} WHERE office_id = {office.id}" for table in tables)
    return sorted(number for (number,) in office.store.query(every))


def completing(office: Office, task: int, words: str, error: Exception | None = None) -> Callable[[], Any]:
    store: Any = FailingStore(office.store, error) if error else office.store
    return lambda: complete_task(store, office.who("sekretaris"), task, result=words)


def test_of_thirty_two_together_the_refused_leave_nothing(busy: Office) -> None:
    tasks = started(busy, 16)
    refused = Refusal("Belum waktunya.")
    acts = [
        act
        for task in tasks
        for act in (completing(busy, task, "Ditolak.", refused), completing(busy, task, "Naskah."))
    ]
    watch = Watch(busy)

    answers, commits = together(busy, acts)

    assert answers[::2] == [refused] * 16
    assert [answer["status"] for answer in answers[1::2]] == ["completed"] * 16
    assert commits < 16, "nobody waited together"
    assert watch.look(busy) > 0
    assert busy.store.query("SELECT body FROM texts") == [("Naskah.",)] * len(tasks)
    assert numbers_in_use(busy) == list(range(1, busy.engine.reading.office().next_id)), "a refusal took a number"
    check(busy)


@pytest.mark.parametrize("fault", ["after it has written", "in the database"])
def test_who_fails_among_many_does_not_harm_the_others(busy: Office, fault: str) -> None:
    tasks = started(busy, 12)
    acts = [completing(busy, task, "Naskah.") for task in tasks]
    forbidden = "UPDATE events SET body = '{}' RETURNING seq"
    failing = (
        completing(busy, tasks[5], "Hilang.", Broken())
        if "written" in fault
        else (lambda: busy.store.statement(forbidden, ()))
    )
    watch = Watch(busy)

    answers, _ = together(busy, [*acts[:5], failing, *acts[5:]])

    assert isinstance(answers.pop(5), Exception)
    assert [answer["status"] for answer in answers] == ["completed"] * 12
    assert completions(busy) == Counter(tasks)
    assert watch.look(busy) > 0
    assert busy.store.query("SELECT body FROM texts") == [("Naskah.",)] * len(tasks)
    assert numbers_in_use(busy) == list(range(1, busy.engine.reading.office().next_id))
    check(busy)


def test_what_a_failed_command_saw_is_not_remembered(office: Office) -> None:
    """Found here: persons were kept at hand under a number that somebody else was given after the roll-back."""

    def half(tx: Any) -> None:
        desk = tx.desk(office.who(0))
        tx.add_person(Person(desk.new_id(), "Hantu Contoh", "hantu@contoh.invalid"), None)
        assert "Hantu Contoh" in {person.name for person in tx.people.persons.values()}
        raise Broken

    other = Office(office.place, office.at, new=False)
    with pytest.raises(Broken):
        office.store.write(office.id, half)
    real = add_person(other.store, other.who(0), "Nyata Contoh", "nyata@contoh.invalid")["person"]
    other.close()

    assert office.store.write(office.id, lambda tx: tx.people.person(real).name) == "Nyata Contoh"
