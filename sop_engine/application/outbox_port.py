"""What the mail worker asks of the outbox: rows of outgoing mail, claimed by lease and fence.

A claim hands a row to one worker until its lease lapses. Every later write carries the fence number of
that claim; a write with an old number changes nothing and answers False.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One mail to one recipient, as claimed.

    `context` holds plain strings and lists of plain strings only. `body` is the frozen bytes, None
    before the first claim was rendered. `attempts` counts the tries before this claim.
    """

    office_id: int
    id: int
    kind: str
    to_name: str
    to_address: str
    subject: str
    context: Mapping[str, Any]
    body: bytes | None
    attempts: int
    fence: int
    created_at: datetime  # aware UTC


class Outbox(Protocol):
    """The queue of outgoing mail as its worker sees it."""

    def claim(self, now: datetime, *, owner: str, limit: int, lease_seconds: int) -> list[OutgoingMessage]:
        """Claim messages queued and due, or whose lease lapsed, oldest first; each gets its next fence."""

    def head(self, office_id: int) -> tuple[int, str]:
        """Give the head of an office's audit chain: sequence number, hash in hex."""

    def freeze(self, message: OutgoingMessage, body: bytes) -> bool:
        """Keep the bytes every attempt will send; False when the fence is old."""

    def sent(self, message: OutgoingMessage, now: datetime) -> bool:
        """Record that the mail server took the message; False when the fence is old."""

    def defer(self, message: OutgoingMessage, until: datetime, error: str) -> bool:
        """Put the message back until an instant and count the attempt; False when the fence is old."""

    def failed(self, message: OutgoingMessage, error: str) -> bool:
        """Give the message up for good, with the reason; False when the fence is old."""
