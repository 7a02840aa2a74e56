"""Many at once: one task has one winner on either store, whichever process they come from."""

import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from typing import Any

import pytest

from sop_engine.application.complete_task import complete_task
from sop_engine.errors import SopError, StaleVersion
from sop_engine.wiring import open_engine
from tests.invariants import check, stored
from tests.office import SOP_396, Office, settings_of

CALLERS = 50


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each call gave or raised, all begun at one moment."""
    found: list[Any] = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def run(number: int) -> None:
        start.wait()
        try:
            found[number] = calls[number]()
        except Exception as error:
            found[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def one_winner_each(office: Office, rounds: int) -> None:
    """Complete tasks by 50 callers through two engines that know nothing of each other."""
    edition = office.in_force(SOP_396.read_text("utf-8").replace("aturan: tidak_berlaku_saat_berakhir", ""))
    with closing(open_engine(settings_of(office.place), lambda: office.at)) as beside:
        for _ in range(rounds):
            office.start(edition)
            task, person, _ = office.open_tasks("disposisi")[0]
            entries, mails = len(list(office.engine.reading.entries())), len(office.engine.reading.messages())
            by = [partial(complete_task, store, office.who(person), task) for store in (office.store, beside.store)]

            found = at_once(by * (CALLERS // 2))

            assert [type(answer) for answer in found if not isinstance(answer, SopError)] == [dict]
            told = [entry.kind for entry in list(office.engine.reading.entries())[entries:]]
            assert told == ["task.claimed", "run.completed", "run.activated"]
            assert len(office.engine.reading.messages()) == mails + 1
    check(office)


def test_fifty_complete_one_task_and_one_does(office: Office) -> None:
    one_winner_each(office, 5)


def test_fifty_with_one_key_get_one_answer(running: Office) -> None:
    task, person, _ = running.open_tasks("disposisi")[0]
    who = running.who(person, "sekali")

    found = at_once([lambda: complete_task(running.store, who, task)] * CALLERS)

    assert all(answer == found[0] for answer in found)
    assert isinstance(found[0], dict)
    check(running)


def test_a_row_changed_since_it_was_loaded_ends_the_command(running: Office) -> None:
    task, person, _ = running.open_tasks("disposisi")[0]
    before = stored(running)

    def late(tx: Any) -> None:
        file, _ = tx.file_of_task(running.who(person), task)
        tx._run("UPDATE cases SET version = version + 1 WHERE office_id = ?", (running.id,))
        tx.save(file)

    with pytest.raises(StaleVersion):
        running.store.write(running.id, late)

    assert stored(running) == before
    running.done("disposisi")
    check(running)
