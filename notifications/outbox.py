"""The mail worker: claim a batch, freeze what is new, hand it over, mark each row.

Everything that must survive stands in the outbox; a worker may be killed anywhere. Its rows come back
when their lease lapses, and what was frozen is sent again byte for byte.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from notifications.mailer import COMMAND_SECONDS, WHOLE_SECONDS, Connection, Outcome, SmtpServer, Verdict
from notifications.mime import Sender, freeze
from notifications.plain_text import for_header
from notifications.render import render
from sop_engine.application.outbox_port import Outbox, OutgoingMessage

# Minutes before the next try, then the last one again and again, for five days in all (RFC 5321 §4.5.4.1).
BACK_OFF_MINUTES = (5, 10, 20, 40, 66)
MOST_ATTEMPTS = 1 + len(BACK_OFF_MINUTES) + (5 * 24 * 60 - sum(BACK_OFF_MINUTES)) // BACK_OFF_MINUTES[-1]
PAUSE_MINUTES = 15
UNREACHABLE_MINUTES = 1
LEASE_SECONDS = 900
# No hand-over starts so late that it could outlast the lease and meet another worker's.
_START_WITHIN_SECONDS = LEASE_SECONDS - WHOLE_SECONDS - 2 * COMMAND_SECONDS

Clock = Callable[[], datetime]


@dataclass(slots=True)
class Drained:
    """What one drain did, in messages; `trouble` says why it stopped before the queue was empty."""

    sent: int = 0
    deferred: int = 0
    failed: int = 0
    trouble: str = ""


@dataclass(slots=True)
class _Batch:
    """The claimed messages still to be handed over, with their frozen bytes."""

    waiting: deque[tuple[OutgoingMessage, bytes]]
    started: float

    def next(self) -> tuple[OutgoingMessage, bytes] | None:
        fresh = monotonic() - self.started < _START_WITHIN_SECONDS
        return self.waiting.popleft() if self.waiting and fresh else None


class Worker:
    """Sends what the outbox holds. With one connection the order is that of the claim."""

    def __init__(
        self,
        outbox: Outbox,
        server: SmtpServer,
        sender: Sender,
        *,
        base_address: str,
        owner: str,
        connections: int = 4,
        batch: int = 50,
    ) -> None:
        self._outbox, self._server, self._sender = outbox, server, sender
        self._base_address, self._owner = base_address, owner
        self._connections, self._batch_size = connections, batch
        self._rest_until: datetime | None = None
        self._trouble = ""

    def drain_once(self, now: datetime | Clock) -> Drained:
        """Send everything due and come back; for callers outside an event loop."""
        return asyncio.run(self.drain(now))

    async def drain(self, now: datetime | Clock) -> Drained:
        """Send everything due. After trouble with the server itself the worker rests a while."""
        clock: Clock = now if callable(now) else lambda: now
        done = Drained()
        if self._rest_until and clock() < self._rest_until:
            done.trouble = self._trouble
            return done
        self._rest_until, self._trouble = None, ""
        lanes = [Connection(self._server, self._sender.address) for _ in range(self._connections)]
        try:
            while not self._rest_until:
                claimed = self._outbox.claim(
                    clock(), owner=self._owner, limit=self._batch_size, lease_seconds=LEASE_SECONDS
                )
                if not claimed:
                    break
                await self._send(claimed, lanes, clock, done)
        finally:
            await asyncio.gather(*(lane.close() for lane in lanes))
        done.trouble = self._trouble
        return done

    async def _send(self, claimed: list[OutgoingMessage], lanes: list[Connection], clock: Clock, done: Drained) -> None:
        heads: dict[int, tuple[int, str]] = {}
        batch = _Batch(deque(), monotonic())
        for message in claimed:
            body = message.body or self._frozen(message, heads, done)
            if body:
                batch.waiting.append((message, body))
        await asyncio.gather(*(self._work(lane, batch, clock, done) for lane in lanes))
        for message, _ in batch.waiting:
            until = clock() + _wait(message) if self._rest_until else clock()
            self._defer(message, until, self._trouble or "Menunggu giliran pengiriman berikutnya.", done)

    def _frozen(self, message: OutgoingMessage, heads: dict[int, tuple[int, str]], done: Drained) -> bytes | None:
        """Write the bytes of a new message and keep them; None where it can't be written or isn't ours."""
        if message.office_id not in heads:
            heads[message.office_id] = self._outbox.head(message.office_id)
        try:
            letter = render(
                message.kind,
                message.context,
                message.subject,
                base_address=self._base_address,
                head=heads[message.office_id],
            )
            body = freeze(message, letter, self._sender)
        except Exception as error:  # whatever is wrong with one message, the queue goes on
            self._fail(message, str(error) or type(error).__name__, done)
            return None
        return body if self._outbox.freeze(message, body) else None

    async def _work(self, lane: Connection, batch: _Batch, clock: Clock, done: Drained) -> None:
        while not self._rest_until and (following := batch.next()):
            message, body = following
            self._mark(message, await lane.deliver(message.to_address, body), clock(), done)

    def _mark(self, message: OutgoingMessage, outcome: Outcome, now: datetime, done: Drained) -> None:
        match outcome.verdict:
            case Verdict.SENT:
                done.sent += self._outbox.sent(message, now)
            case Verdict.FAILED:
                self._fail(message, outcome.reason, done)
            case Verdict.DEFERRED if message.attempts + 1 >= MOST_ATTEMPTS:
                self._fail(message, f"Tidak terkirim setelah dicoba lima hari. {outcome.reason}", done)
            case Verdict.DEFERRED:
                self._defer(message, now + _wait(message), outcome.reason, done)
            case Verdict.UNREACHABLE:
                self._rest(now, UNREACHABLE_MINUTES, outcome.reason)
                self._defer(message, now + _wait(message), outcome.reason, done)
            case Verdict.PAUSED:
                self._rest(now, PAUSE_MINUTES, outcome.reason)
                self._defer(message, now + timedelta(minutes=PAUSE_MINUTES), outcome.reason, done)

    def _rest(self, now: datetime, minutes: int, why: str) -> None:
        until = now + timedelta(minutes=minutes)
        if self._rest_until is None or until > self._rest_until:
            self._rest_until, self._trouble = until, why

    def _defer(self, message: OutgoingMessage, until: datetime, why: str, done: Drained) -> None:
        done.deferred += self._outbox.defer(message, until, why)

    def _fail(self, message: OutgoingMessage, why: str, done: Drained) -> None:
        done.failed += self._outbox.failed(message, for_header(why, 500))


def _wait(message: OutgoingMessage) -> timedelta:
    return timedelta(minutes=BACK_OFF_MINUTES[min(message.attempts, len(BACK_OFF_MINUTES) - 1)])
