"""The queue of mail as the worker sees it: a batch claimed under a lease, with a fencing number.

A write with an old fence changes nothing: whoever was overtaken learns it.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sop_engine.application.outbox_port import OutgoingMessage
from sop_engine.domain.state import instant_of, instant_text
from sop_engine.storage.store import SqlStore

_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT office_id AS office, id AS number FROM messages m WHERE state IN ('queued', 'claimed') AND next_at <= ?
    AND NOT (state = 'queued' AND kind <> 'batal' AND EXISTS (SELECT 1 FROM cases c JOIN editions e
        ON e.office_id = c.office_id AND e.id = c.edition_id
        WHERE c.office_id = m.office_id AND c.id = m.case_id AND e.state = 'void'))
    ORDER BY next_at, id LIMIT ?{lock})
UPDATE messages SET state = 'claimed', owner = ?, next_at = ?, fence = fence + 1
FROM due WHERE office_id = office AND id = number
RETURNING office_id, id, kind, to_name, to_address, subject, context, body, attempts, fence, created_at
"""
_MINE = " WHERE office_id = ? AND id = ? AND state = 'claimed' AND fence = ? RETURNING id"


class SqlOutbox:
    """The store's side of `application.outbox_port.Outbox`."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self._claim = _CLAIM.format(lock=store.skip_locked)

    def claim(self, now: datetime, *, owner: str, limit: int, lease_seconds: int) -> list[OutgoingMessage]:
        """Take the messages that are due, or whose lease has lapsed, for `lease_seconds`."""
        lease = instant_text(now + timedelta(seconds=lease_seconds))
        found = self._store.statement(self._claim, (instant_text(now), limit, owner, lease))
        return [
            OutgoingMessage(*(*row[:6], json.loads(row[6]), *row[7:10], instant_of(row[10])))
            for row in sorted(found, key=lambda row: (row[0], row[1]))
        ]

    def head(self, office_id: int) -> tuple[int, str]:
        """Give the head of an office's record: its number and hash."""
        row = self._store.query("SELECT head_seq, head_hash FROM offices WHERE id = ?", (office_id,))[0]
        return row[0], row[1]

    def freeze(self, message: OutgoingMessage, body: bytes) -> bool:
        """Keep the bytes as they will be sent, now and ever."""
        return self._mark(message, "body = ?", [body])

    def sent(self, message: OutgoingMessage, now: datetime) -> bool:
        """Record that the server took the message."""
        tried = "state = 'sent', sent_at = ?, attempts = attempts + 1, error = NULL"
        return self._mark(message, tried, [instant_text(now)])

    def defer(self, message: OutgoingMessage, until: datetime, error: str) -> bool:
        """Put a message back until later, with what went wrong."""
        tried = "state = 'queued', next_at = ?, attempts = attempts + 1, error = ?"
        return self._mark(message, tried, [instant_text(until), error])

    def failed(self, message: OutgoingMessage, error: str) -> bool:
        """Give a message up, with what went wrong."""
        return self._mark(message, "state = 'failed', attempts = attempts + 1, error = ?", [error])

    def _mark(self, message: OutgoingMessage, sets: str, values: Sequence[Any]) -> bool:
        mine = (message.office_id, message.id, message.fence)
        return bool(self._store.statement(f"UPDATE messages SET {sets}{_MINE}", (*values, *mine)))
