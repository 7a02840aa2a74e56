"""The worker against a real SMTP conversation: what arrives, what is tried again, what is given up."""

import socket
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from notifications import mailer
from notifications.mailer import SmtpServer
from notifications.outbox import LEASE_SECONDS, MOST_ATTEMPTS, Drained, Worker
from notifications.render import KEYS
from notifications.sink import Sink
from sop_engine.errors import SopError
from tests.notifications.letters import BASE_ADDRESS, CREATED, HEAD, SENDER, full, message
from tests.notifications.memory_outbox import MemoryOutbox
from tests.notifications.scripted_server import CUT, CUT_BEFORE_DOT, SILENT, ScriptedServer

NOW = CREATED + timedelta(minutes=1)


def queued(count: int = 3, **changed: Any) -> MemoryOutbox:
    return MemoryOutbox(message("uji", number=number, **changed) for number in range(1, count + 1))


def worker(outbox: MemoryOutbox, port: int, *, user: str = "", **options: Any) -> Worker:
    server = SmtpServer("127.0.0.1", port, username=user, password="rahasia" if user else "")
    return Worker(outbox, server, SENDER, base_address=BASE_ADDRESS, owner="uji", **{"connections": 1, **options})


def closed_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        return int(listening.getsockname()[1])


def test_every_kind_is_sent_in_the_order_it_was_queued() -> None:
    outbox = MemoryOutbox(message(kind, number=number) for number, kind in enumerate(KEYS))
    with Sink() as sink:
        done = worker(outbox, sink.port).drain_once(NOW)

    assert done == Drained(sent=len(KEYS))
    assert [mail.subject for mail in sink.mails] == [row.subject for row in outbox.rows.values()]
    assert [mail.raw for mail in sink.mails] == [row.body for row in outbox.rows.values()]
    assert set(outbox.states.values()) == {"sent"}


def test_one_connection_carries_many_mails_and_many_batches() -> None:
    outbox = queued(25)
    with ScriptedServer() as server:
        done = worker(outbox, server.port, batch=10).drain_once(NOW)

    assert done.sent == len(server.accepted) == 25
    assert server.seen["GREETING"] == server.seen["QUIT"] == 1


def test_several_connections_send_each_mail_once() -> None:
    outbox = queued(40)
    with ScriptedServer() as server:
        done = worker(outbox, server.port, connections=4).drain_once(NOW)

    assert done.sent == 40
    assert len(set(server.accepted)) == len(server.accepted) == 40
    assert server.seen["GREETING"] == 4


def test_nothing_due_opens_no_connection() -> None:
    with ScriptedServer() as server:
        assert worker(queued(), server.port).drain_once(CREATED - timedelta(seconds=1)) == Drained()
    assert not server.seen


def test_now_may_be_a_clock() -> None:
    outbox = queued(1)
    with Sink() as sink:
        worker(outbox, sink.port).drain_once(lambda: NOW)
    assert outbox.due[1] == NOW


@pytest.mark.parametrize("phase", ["RCPT", "DATA", "DOT", "MAIL"])
def test_a_passing_refusal_defers_that_mail_alone_longer_each_time(phase: str) -> None:
    outbox, now = queued(2), NOW
    waited = []
    with ScriptedServer(**{phase: ["451 4.7.1 Greylisted", "250 ok"]}) as server:
        if phase in ("DATA", "MAIL"):
            server.script[phase] = ["451 4.7.1 Greylisted"]
        done = worker(outbox, server.port).drain_once(now)
        assert (done.sent, done.deferred) == (1, 1)
        for _ in range(5):
            waited.append((outbox.due[1] - now) / timedelta(minutes=1))
            now = outbox.due[1]
            server.script[phase] = ["451 4.7.1 Greylisted"] * 99
            worker(outbox, server.port).drain_once(now)

    assert waited == [5, 10, 20, 40, 66]
    assert outbox.states == {1: "queued", 2: "sent"}
    assert "451 4.7.1 Greylisted" in outbox.reasons[1]


@pytest.mark.parametrize(("phase", "words"), [("RCPT", "alamat penerima"), ("DOT", "isi surel"), ("DATA", "isi surel")])
def test_a_lasting_refusal_gives_up_that_mail_alone_with_its_reason(phase: str, words: str) -> None:
    outbox = queued(3)
    with ScriptedServer(**{phase: ["550 5.1.1 No such user\x1b[31m"]}) as server:
        done = worker(outbox, server.port).drain_once(NOW)

    assert done == Drained(sent=2, failed=1)
    assert outbox.states == {1: "failed", 2: "sent", 3: "sent"}
    assert words in outbox.reasons[1]
    assert "550 5.1.1 No such user" in outbox.reasons[1]
    assert outbox.reasons[1].isprintable()
    assert server.seen["GREETING"] == server.seen["RSET"] == 1


REFUSALS_OF_US = [
    ("GREETING", "554 5.7.1 not welcome", "kantor"),
    ("EHLO", "550 5.7.1 bad name", ""),
    ("AUTH", "535 5.7.8 authentication failed", "kantor"),
    ("MAIL", "553 5.7.1 sender rejected", "kantor"),
]


@pytest.mark.parametrize(("phase", "answer", "user"), REFUSALS_OF_US)
def test_a_refusal_of_us_pauses_the_whole_queue_and_fails_nothing(phase: str, answer: str, user: str) -> None:
    outbox = queued(30)
    with ScriptedServer(**{phase: [answer]}) as server:
        at_work = worker(outbox, server.port, user=user, batch=10)
        done = at_work.drain_once(NOW)
        seen, reason = server.seen.copy(), outbox.reasons[10]
        meanwhile = at_work.drain_once(NOW + timedelta(minutes=14))
        seen_meanwhile = server.seen.copy()
        after = at_work.drain_once(NOW + timedelta(minutes=15))

    assert (done.sent, done.failed, done.deferred) == (0, 0, 10)
    assert answer in done.trouble
    assert answer in reason
    assert (meanwhile, seen_meanwhile) == (Drained(trouble=done.trouble), seen)
    assert after == Drained(sent=30)


def test_a_password_the_server_can_not_take_pauses_the_queue() -> None:
    with ScriptedServer(EHLO=["250 uji"] * 9) as server:
        done = worker(queued(2), server.port, user="kantor").drain_once(NOW)

    assert (done.deferred, done.failed) == (2, 0)
    assert done.trouble


def test_without_the_encryption_asked_for_nothing_is_sent() -> None:
    outbox = queued(2)
    with Sink() as sink:
        insisting = Worker(
            outbox,
            SmtpServer("127.0.0.1", sink.port, security="starttls"),
            SENDER,
            base_address=BASE_ADDRESS,
            owner="uji",
        )
        done = insisting.drain_once(NOW)

    assert (done.deferred, done.failed) == (2, 0)
    assert done.trouble
    assert sink.mails == []


def test_a_password_never_leaves_the_machine_unencrypted() -> None:
    with pytest.raises(SopError, match="enkripsi"):
        SmtpServer("surel.contoh.invalid", username="kantor", password="rahasia")
    assert "rahasia" not in repr(SmtpServer("localhost", username="kantor", password="rahasia"))


@pytest.mark.parametrize("phase", ["GREETING", "EHLO"])
@pytest.mark.parametrize("answer", ["421 4.3.2 shutting down", CUT])
def test_a_server_that_is_not_there_for_us_defers_what_was_claimed(phase: str, answer: str) -> None:
    outbox = queued(5)
    with ScriptedServer(**{phase: [answer]}) as server:
        at_work = worker(outbox, server.port)
        done = at_work.drain_once(NOW)
        later = at_work.drain_once(NOW + timedelta(minutes=5))

    assert (done.deferred, done.sent, done.failed) == (5, 0, 0)
    assert done.trouble
    assert later == Drained(sent=5)


def test_three_days_without_a_server_lose_nothing() -> None:
    outbox, now = queued(20), NOW
    nowhere = closed_port()
    while now < NOW + timedelta(hours=72):
        worker(outbox, nowhere, batch=50).drain_once(now)
        now = min(outbox.due.values())
    attempts = max(row.attempts for row in outbox.rows.values())
    with Sink() as sink:
        done = worker(outbox, sink.port).drain_once(now + timedelta(minutes=66))

    assert attempts <= 75
    assert done == Drained(sent=20)
    assert len({mail.headers["Message-ID"] for mail in sink.mails}) == 20


def test_after_five_days_of_refusals_a_mail_is_given_up() -> None:
    outbox, now = queued(1), NOW
    with ScriptedServer(RCPT=["451 later"] * 999) as server:
        while outbox.states[1] == "queued":
            now = max(now, outbox.due[1])
            worker(outbox, server.port).drain_once(now)

    assert timedelta(days=5) - timedelta(minutes=66) < now - NOW <= timedelta(days=5)
    assert outbox.states[1] == "failed"
    assert "lima hari" in outbox.reasons[1]
    assert "451 later" in outbox.reasons[1]


def test_no_number_of_tries_without_a_server_gives_a_mail_up() -> None:
    outbox = queued(1, attempts=MOST_ATTEMPTS + 50)
    worker(outbox, closed_port()).drain_once(NOW)

    assert outbox.states[1] == "queued"


@pytest.mark.parametrize(("script", "taken"), [({"DOT": [CUT]}, 1), ({"DATA": [CUT_BEFORE_DOT]}, 0)])
def test_a_cut_line_means_the_very_same_bytes_again(script: dict[str, list[str]], taken: int) -> None:
    outbox = queued(1)
    with ScriptedServer(**script) as server:
        at_work = worker(outbox, server.port)
        first = at_work.drain_once(NOW)
        assert len(server.accepted) == taken
        outbox.current_head = (500, "f" * 64)
        second = at_work.drain_once(outbox.due[1])

    assert (first.deferred, second.sent) == (1, 1)
    assert "jawabannya tidak diterima" in outbox.reasons[1] or outbox.states[1] == "sent"
    assert len(server.accepted) == taken + 1
    assert len(set(server.accepted)) == 1
    assert HEAD[1][:12].encode() in server.accepted[0]


@pytest.mark.parametrize("phase", ["MAIL", "RCPT", "DOT"])
def test_a_silent_server_is_not_waited_for_for_ever(phase: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailer, "COMMAND_SECONDS", 0.1)
    monkeypatch.setattr(mailer, "FINAL_DOT_SECONDS", 0.1)
    outbox = queued(2)
    with ScriptedServer(**{phase: [SILENT]}) as server:
        done = worker(outbox, server.port).drain_once(NOW)

    assert (done.sent, done.deferred) == (1, 1)
    assert outbox.states == {1: "queued", 2: "sent"}
    assert "Timed out" in outbox.reasons[1]


def test_a_mail_as_a_whole_has_its_limit_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailer, "WHOLE_SECONDS", 0.1)
    outbox = queued(1)
    with ScriptedServer(RCPT=[SILENT]) as server:
        assert worker(outbox, server.port).drain_once(NOW).deferred == 1
    assert "waktu tunggu habis" in outbox.reasons[1]


@pytest.mark.parametrize("answer", ["421 4.7.0 enough for one connection", CUT])
def test_a_server_that_hangs_up_between_mails_is_called_again(answer: str) -> None:
    with ScriptedServer(MAIL=["250 ok", "250 ok", answer]) as server:
        done = worker(queued(4), server.port).drain_once(NOW)

    assert done == Drained(sent=4)
    assert server.seen["GREETING"] == 2


BROKEN: dict[str, dict[str, Any]] = {
    "unknown kind": {"kind": "undangan"},
    "missing key": {"context": {}},
    "value of another type": {"context": full("uji") | {"waktu": 7}},
    "two addresses": {"to_address": "a@contoh.invalid, b@contoh.invalid"},
    "no address": {"to_address": ""},
    "context is no mapping": {"context": None},
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_mail_that_can_not_be_written_fails_with_its_reason_and_blocks_nobody(
    broken: dict[str, Any],
) -> None:
    outbox = queued(3)
    outbox.rows[2] = replace(outbox.rows[2], **broken)
    with Sink() as sink:
        done = worker(outbox, sink.port).drain_once(NOW)

    assert done == Drained(sent=2, failed=1)
    assert outbox.states == {1: "sent", 2: "failed", 3: "sent"}
    assert outbox.reasons[2]
    assert len(sink.mails) == 2


def test_a_claim_that_was_taken_over_is_not_sent() -> None:
    outbox = queued(1)
    outbox.freeze = lambda message, body: False  # type: ignore[method-assign]
    with Sink() as sink:
        assert worker(outbox, sink.port).drain_once(NOW) == Drained()
    assert sink.mails == []


def test_what_a_dead_worker_had_claimed_is_sent_by_the_next_with_its_bytes() -> None:
    outbox = queued(1)
    dying = outbox.claim(NOW, owner="mati", limit=1, lease_seconds=LEASE_SECONDS)[0]
    with Sink() as sink:
        at_work = worker(outbox, sink.port)
        at_work._frozen(dying, {}, Drained())
        during = at_work.drain_once(NOW + timedelta(seconds=LEASE_SECONDS - 1))
        outbox.current_head = (500, "f" * 64)
        after = at_work.drain_once(NOW + timedelta(seconds=LEASE_SECONDS))

    assert (during.sent, after.sent) == (0, 1)
    assert HEAD[1][:12] in sink.mails[0].text
    assert not outbox.sent(dying, NOW)


def test_what_would_outlast_its_lease_waits_for_a_new_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    outbox = queued(4)
    ticks = iter(range(0, 100_000, LEASE_SECONDS // 10))
    monkeypatch.setattr("notifications.outbox.monotonic", lambda: next(ticks))
    with Sink() as sink:
        done = worker(outbox, sink.port).drain_once(NOW)

    assert done.sent == len(sink.mails) == 4
    assert done.deferred > 0


class Full(dict[int, str]):
    """States that can be claimed but not marked sent."""

    def __setitem__(self, number: int, state: str) -> None:
        if state == "sent":
            raise RuntimeError("disk full")
        super().__setitem__(number, state)


def test_a_fault_of_the_database_is_not_swallowed() -> None:
    outbox = queued(1)

    outbox.states = Full(outbox.states)
    with Sink() as sink, pytest.raises(RuntimeError, match="disk full"):
        worker(outbox, sink.port).drain_once(NOW)
