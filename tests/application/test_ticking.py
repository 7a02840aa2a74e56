"""What the ticker does beside reminders and mail: old answers go, and each work leaves its heartbeat."""

import threading
from datetime import timedelta

import pytest

from sop_engine.application.set_up import add_person
from sop_engine.errors import Refusal
from sop_engine.scheduler import Ticker
from tests.office import Office


def test_an_answer_is_given_again_for_thirty_days_and_no_longer(office: Office) -> None:
    def add() -> dict[str, object]:
        return add_person(office.store, office.who("admin", "kunci-1"), "Lina Contoh", "lina@contoh.invalid")

    first = add()
    office.at += timedelta(days=30)
    office.engine.ticker().tick()
    assert add() == first

    office.at += timedelta(microseconds=1)
    office.engine.ticker().tick()

    with pytest.raises(Refusal, match="sudah terdaftar"):
        add()


def test_a_heartbeat_tells_when_a_work_last_ran(office: Office) -> None:
    assert office.engine.reading.heartbeats() == {}
    for name in ("reminders", "outbox", "reminders"):
        office.at += timedelta(minutes=1)
        office.store.beat(name)

    last = {"outbox": office.at - timedelta(minutes=1), "reminders": office.at}
    assert office.engine.reading.heartbeats() == last


def test_only_what_ran_to_its_end_leaves_a_heartbeat() -> None:
    beats: list[str] = []
    ran, beaten = threading.Event(), threading.Event()

    def broken() -> None:
        ran.set()
        raise OSError

    def beat(name: str) -> None:
        beats.append(name)
        beaten.set()

    ticker = Ticker({"broken": broken, "sound": lambda: None}, 3600, beat)
    ticker.start()
    assert ran.wait(60)
    assert beaten.wait(60)
    ticker.stop()

    assert beats == ["sound"]
