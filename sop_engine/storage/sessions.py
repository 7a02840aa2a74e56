"""Who is signed in at which browser, and the unfinished work they put aside; no part of the record."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sop_engine.domain.state import instant_of, instant_text
from sop_engine.storage.columns import to_json
from sop_engine.storage.store import SqlStore

IDLE, ABSOLUTE, NOTED = timedelta(hours=1), timedelta(hours=12), timedelta(minutes=5)
Said = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Session:
    """A person signed in; what was asked for to prove it, and when last."""

    person_id: int
    proof: str
    proven_at: datetime


class Sessions:
    """The sessions and drafts of one office. An id is 256 random bits; only its digest is kept."""

    def __init__(self, store: SqlStore, office_id: int) -> None:
        self._store, self._office_id = store, office_id

    def open(self, person_id: int, proof: str) -> str:
        """Sign somebody in under a new id, and forget sessions that have lapsed."""
        now, secret = self._store.clock(), secrets.token_urlsafe(32)
        lapsed = (instant_text(now - IDLE), instant_text(now - ABSOLUTE))
        self._write("DELETE FROM sessions WHERE seen_at < ? OR opened_at < ? RETURNING digest", *lapsed)
        at = instant_text(now)
        self._write(
            "INSERT INTO sessions (digest, office_id, person_id, opened_at, seen_at, proof, proven_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING digest",
            _digest(secret), self._office_id, person_id, at, at, proof, at,
        )  # fmt: skip
        return secret

    def find(self, secret: str) -> Session | None:
        """Give the session of an id; none once it has lapsed, or the password or second factor has changed.

        That it was seen is noted every few minutes.
        """
        found = self._store.query(
            "SELECT person_id, opened_at, seen_at, proof, proven_at FROM sessions s WHERE digest = ? AND office_id = ?"
            " AND NOT EXISTS (SELECT 1 FROM credentials c WHERE c.office_id = s.office_id"
            " AND c.person_id = s.person_id AND c.changed_at > s.opened_at)",
            (_digest(secret), self._office_id),
        )
        if not found:
            return None
        person_id, opened_at, seen_at, proof, proven_at = found[0]
        now = self._store.clock()
        if instant_of(seen_at) + IDLE <= now or instant_of(opened_at) + ABSOLUTE <= now:
            return None
        if instant_of(seen_at) + NOTED <= now:
            seen = (instant_text(now), _digest(secret))
            self._write("UPDATE sessions SET seen_at = ? WHERE digest = ? RETURNING digest", *seen)
        return Session(person_id, proof, instant_of(proven_at))

    def renew(self, secret: str, proof: str) -> str:
        """Note that the person has proven anew who they are; the session goes on under a new id."""
        new, at = secrets.token_urlsafe(32), instant_text(self._store.clock())
        self._write(
            "UPDATE sessions SET digest = ?, proof = ?, proven_at = ? WHERE digest = ? RETURNING digest",
            _digest(new), proof, at, _digest(secret),
        )  # fmt: skip
        return new

    def end(self, secret: str) -> None:
        """Sign a browser out."""
        self._write("DELETE FROM sessions WHERE digest = ? RETURNING digest", _digest(secret))

    # -- unfinished work -------------------------------------------------------------------------

    def draft(self, run_id: int) -> tuple[Said, int, datetime] | None:
        """Give what was put aside for a run, by whom and when."""
        statement = "SELECT said, person_id, saved_at FROM drafts WHERE office_id = ? AND run_id = ?"
        found = self._store.query(statement, (self._office_id, run_id))
        return (json.loads(found[0][0]), found[0][1], instant_of(found[0][2])) if found else None

    def keep_draft(self, run_id: int, person_id: int, said: Said) -> None:
        """Put unfinished work aside; the run keeps the newest."""
        self._write(
            "INSERT INTO drafts (office_id, run_id, person_id, saved_at, said) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (office_id, run_id) DO UPDATE SET person_id = excluded.person_id,"
            " saved_at = excluded.saved_at, said = excluded.said RETURNING run_id",
            self._office_id, run_id, person_id, instant_text(self._store.clock()), to_json(said),
        )  # fmt: skip

    def _write(self, statement: str, *parameters: int | str) -> None:
        self._store.statement(statement, parameters)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
