"""The outbox in memory: the same promises as the tables, for tests of the worker alone."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sop_engine.application.outbox_port import OutgoingMessage
from tests.notifications.letters import HEAD


class MemoryOutbox:
    """Rows by message id: state, when due again, the reason last written."""

    def __init__(self, messages: Iterable[OutgoingMessage]) -> None:
        self.rows = {message.id: message for message in messages}
        self.states = dict.fromkeys(self.rows, "queued")
        self.due = {number: message.created_at for number, message in self.rows.items()}
        self.reasons = dict.fromkeys(self.rows, "")
        self.current_head = HEAD

    def claim(self, now: datetime, *, owner: str, limit: int, lease_seconds: int) -> list[OutgoingMessage]:
        unsent = [number for number, state in self.states.items() if state in ("queued", "claimed")]
        free = [number for number in unsent if self.due[number] <= now]
        for number in free[:limit]:
            self.states[number], self.due[number] = "claimed", now + timedelta(seconds=lease_seconds)
            self.rows[number] = replace(self.rows[number], fence=self.rows[number].fence + 1)
        return [self.rows[number] for number in free[:limit]]

    def head(self, office_id: int) -> tuple[int, str]:
        return self.current_head

    def freeze(self, message: OutgoingMessage, body: bytes) -> bool:
        if self._mine(message):
            self.rows[message.id] = replace(self.rows[message.id], body=body)
        return self._mine(message)

    def sent(self, message: OutgoingMessage, now: datetime) -> bool:
        return self._to(message, "sent", now, "")

    def defer(self, message: OutgoingMessage, until: datetime, error: str) -> bool:
        return self._to(message, "queued", until, error)

    def failed(self, message: OutgoingMessage, error: str) -> bool:
        return self._to(message, "failed", self.due[message.id], error)

    def _mine(self, message: OutgoingMessage) -> bool:
        return self.states[message.id] == "claimed" and self.rows[message.id].fence == message.fence

    def _to(self, message: OutgoingMessage, state: str, due: datetime, reason: str) -> bool:
        if not self._mine(message):
            return False
        row = self.rows[message.id]
        self.rows[message.id] = replace(row, attempts=row.attempts + 1)
        self.states[message.id], self.due[message.id], self.reasons[message.id] = state, due, reason
        return True
