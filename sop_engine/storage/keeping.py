"""What a transaction keeps beside cases and editions: documents, persons, posts, absences, receipts, answers."""

import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sop_engine.application.ports import Answer, Who
from sop_engine.domain.identity import Credential, Token
from sop_engine.domain.people import Absence, Holder
from sop_engine.domain.state import Person, instant_text
from sop_engine.errors import KeyReused
from sop_engine.storage import rows
from sop_engine.storage.shelf import Office


class Keeping:
    """The part of a transaction that writes what changes rarely; people and calendars are read anew after it."""

    _run: Callable[..., Any]
    office: Office
    now: datetime

    def keep_document(self, kind: str, name: str, body: str, seq: int) -> str:
        """Keep a document under the digest of its text, as the one in use under its name."""
        digest = hashlib.sha256(body.encode()).hexdigest()
        self._run(
            "INSERT INTO documents (office_id, digest, kind, name, body, loaded_seq) VALUES (?, ?, ?, ?, ?, ?)",
            (self.office.id, digest, kind, name, body, seq),
        )
        self._setup_changed()
        return digest

    def add_person(self, person: Person, nip: str | None) -> None:
        """Write down a person."""
        self._run(rows.INSERT_PERSON, (*rows.PERSONS.values(self.office.id, person), nip))
        self._setup_changed()

    def add_holder(self, holder: Holder) -> None:
        """Write down who holds a position from when, by which letter."""
        self._run(rows.HOLDERS.insert, rows.HOLDERS.values(self.office.id, holder))
        self._setup_changed()

    def end_holder(self, holder: Holder, until: datetime) -> None:
        """Write down when somebody stopped holding a position."""
        changed = (instant_text(until), self.office.id, holder.id)
        self._run("UPDATE holders SET until_at = ? WHERE office_id = ? AND id = ?", changed)
        self._setup_changed()

    def add_absence(self, absence: Absence) -> None:
        """Write down who is away and who stands in."""
        self._run(rows.ABSENCES.insert, rows.ABSENCES.values(self.office.id, absence))
        self._setup_changed()

    def end_absence(self, absence: Absence, until: datetime) -> None:
        """Write down when somebody came back."""
        changed = (instant_text(until), self.office.id, absence.id)
        self._run("UPDATE absences SET until_at = ? WHERE office_id = ? AND id = ?", changed)
        self._setup_changed()

    def hand_over_at(self, number: int, at: datetime, person_id: int, position: str) -> None:
        """Note that open work must follow the people at an instant."""
        self._run(
            "INSERT INTO handovers (office_id, id, at, person_id, position, cursor) VALUES (?, ?, ?, ?, ?, 0)",
            (self.office.id, number, instant_text(at), person_id, position),
        )

    def handed_over(self, handover_id: int, last_case: int | None) -> None:
        """Note how far a hand-over came; None when it is done."""
        self._run(
            "UPDATE handovers SET cursor = ? WHERE office_id = ? AND id = ?",
            (-1 if last_case is None else last_case, self.office.id, handover_id),
        )

    def keep_receipt(self, edition_id: int, unit: str, person_id: int, seq: int) -> None:
        """Keep that a unit has received an edition."""
        self._run(
            "INSERT INTO receipts (office_id, edition_id, unit, person_id, seq) VALUES (?, ?, ?, ?, ?)",
            (self.office.id, edition_id, unit, person_id, seq),
        )

    def keep_file(self, number: int, body: bytes) -> None:
        """Keep the bytes of an attachment."""
        self._run("INSERT INTO files (office_id, id, body) VALUES (?, ?, ?)", (self.office.id, number, body))

    def drop_file(self, number: int) -> None:
        """Forget the bytes of an attachment that was taken back."""
        self._run("UPDATE files SET body = NULL WHERE office_id = ? AND id = ?", (self.office.id, number))

    def credential(self, person_id: int) -> Credential | None:
        """Give what proves who a person is, if anything does yet."""
        found = self._run(rows.CREDENTIAL, (self.office.id, person_id)).fetchone()
        return rows.CREDENTIALS.read(found) if found else None

    def keep_credential(self, credential: Credential) -> None:
        """Write down what proves who a person is from now on."""
        self._run(rows.KEEP_CREDENTIAL, rows.CREDENTIALS.values(self.office.id, credential))

    def spend_code(self, person_id: int, step: int) -> bool:
        """Use up the codes up to a time step; False where that was done before."""
        return self._run(rows.SPEND_CODE, (step, self.office.id, person_id, step)).fetchone() is not None

    def add_token(self, token: Token) -> None:
        """Keep the digest of a one-time token; earlier ones of the person end."""
        self.end_tokens(token.person_id)
        self._run(rows.TOKENS.insert, rows.TOKENS.values(self.office.id, token))

    def spend_token(self, digest: str) -> Token | None:
        """Use up a token; None where there is none, it was used, or its time is over."""
        now = instant_text(self.now)
        found = self._run(rows.SPEND_TOKEN, (now, self.office.id, digest, now)).fetchone()
        return rows.TOKENS.read(found) if found else None

    def end_tokens(self, person_id: int) -> None:
        """Use up whatever tokens a person still has."""
        self._run(rows.END_TOKENS, (instant_text(self.now), self.office.id, person_id))

    def _setup_changed(self) -> None:
        # By chance, not counted on: a number rolled back would come again, and with it what was kept under it.
        self.office = replace(self.office, setup_version=secrets.randbits(62))
        self._run("UPDATE offices SET setup_version = ? WHERE id = ?", (self.office.setup_version, self.office.id))

    def answer_to(self, who: Who, request_hash: str) -> Answer | None:
        """Give the first answer to a repeated request; another request under its key is refused."""
        if who.key is None:
            return None
        found = self._run(
            "SELECT request_hash, answer FROM answers WHERE office_id = ? AND person_id = ? AND idempotency_key = ?",
            (self.office.id, who.person_id, who.key),
        ).fetchone()
        if found and found[0] != request_hash:
            raise KeyReused("Kunci permintaan ini sudah dipakai untuk permintaan lain; ulangi dengan kunci baru.")
        return json.loads(found[1]) if found else None

    def keep_answer(self, who: Who, request_hash: str, answer: Answer) -> None:
        """Keep the answer for whoever repeats the request."""
        self._run(
            "INSERT INTO answers (office_id, person_id, idempotency_key, request_hash, answer, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (self.office.id, who.person_id, who.key, request_hash, json.dumps(answer), instant_text(self.now)),
        )
