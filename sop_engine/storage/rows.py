"""Rows and values: both directions side by side, with the statements of the write path.

Statements are text, made once from the declared tables: the ORM costs 28× the bare row on this
path, compiled text 1.5× (measured; see docs/benchmarks.md).
"""

import json
from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any

from pydantic_core import from_json

from sop_engine.domain.identity import Credential, Token
from sop_engine.domain.people import Absence, Holder
from sop_engine.domain.state import ENTITIES, Entity, Message, Person, Reminder, Written, instant_of, instant_text
from sop_engine.storage.columns import InstantText, JsonText, to_json
from sop_engine.storage.guards import GUARDS, Guard
from sop_engine.storage.tables import TABLES


def _encoder(name: str, kind: object) -> Callable[[Any], Any]:
    get = attrgetter(name)
    if isinstance(kind, InstantText):
        return lambda thing: None if (at := get(thing)) is None else instant_text(at)
    if isinstance(kind, JsonText):
        return lambda thing: to_json(value) if (value := get(thing)) else ("{}" if value == {} else "[]")
    return get


def _decoder(kind: object, as_tuple: bool) -> Callable[[Any], Any] | None:
    if isinstance(kind, InstantText):
        return lambda value: None if value is None else instant_of(value)
    if isinstance(kind, JsonText):
        return (lambda value: () if value == "[]" else tuple(json.loads(value))) if as_tuple else json.loads
    return None


class Codec:
    """One class of value and its table: how to insert, update, select and read back."""

    def __init__(self, cls: type[Any], table: str) -> None:
        columns, self.table = TABLES.tables[table].columns, table
        self.names = [f.name for f in fields(cls)]
        types = {name: columns[name].type for name in self.names}
        self._encoders = [_encoder(name, types[name]) for name in self.names]
        tuples = {f.name for f in fields(cls) if str(f.type).startswith("tuple")}
        decoders = [_decoder(types[name], name in tuples) for name in self.names]
        self._decoders = [(place, decode) for place, decode in enumerate(decoders) if decode]
        self._json = [place for place, name in enumerate(self.names) if isinstance(types[name], JsonText)]
        self._cls = cls
        self.selected = ", ".join(f"{table}.{name}" for name in self.names)
        self.insert = (
            f"INSERT INTO {table} (office_id, {', '.join(self.names)}) "
            f"VALUES ({', '.join('?' * (len(self.names) + 1))})"
        )
        guard = GUARDS.get(table, Guard((("office_id", "id"),)))
        fixed = {column for key in guard.keys for column in key} | set(guard.fixed)
        changing = [name for name in self.names if name not in fixed]
        self._changing = [_encoder(name, types[name]) for name in changing]
        versioned = " AND version = ?" if "version" in self.names else ""
        self.versioned = bool(versioned)
        self.update = (
            f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in changing)} "
            f"WHERE office_id = ? AND id = ? AND state = ?{versioned}"
        )

    def values(self, office_id: int, thing: Any) -> list[Any]:
        """Give the parameters of `insert`."""
        return [office_id, *[encode(thing) for encode in self._encoders]]

    def changes(self, office_id: int, thing: Any, state: str, version: int) -> list[Any]:
        """Give the parameters of `update`; it applies only to the row as it was loaded."""
        where = [office_id, thing.id, state, version] if self.versioned else [office_id, thing.id, state]
        return [*[encode(thing) for encode in self._changing], *where]

    def read(self, row: tuple[Any, ...]) -> Any:
        """Build the value from the columns of `selected`."""
        values = list(row)
        for place, decode in self._decoders:
            values[place] = decode(values[place])
        return self._cls(*values)

    def image(self, row: tuple[Any, ...]) -> dict[str, Any]:
        """Give the columns of `selected` as an event records them; ValueError for JSON not written as we write it."""
        values = list(row)
        for place in self._json:
            value = from_json(values[place])
            if values[place] != (to_json(value) if value else "{}" if value == {} else "[]"):
                raise ValueError(self.names[place])
            values[place] = value
        return dict(zip(self.names, values, strict=True))


CODECS: dict[type[Entity], Codec] = {cls: Codec(cls, cls.table) for cls in ENTITIES}
PERSONS, HOLDERS, ABSENCES = Codec(Person, "persons"), Codec(Holder, "holders"), Codec(Absence, "absences")
INSERT_PERSON = PERSONS.insert.replace(") VALUES (", ", nip) VALUES (").replace("?)", "?, ?)")
REMINDERS = Codec(Reminder, "reminders")
INSERT_REMINDER = REMINDERS.insert.replace(") VALUES (", ", state) VALUES (").replace("?)", "?, 'armed')")
TEXTS = Codec(Written, "texts")
MESSAGES = Codec(Message, "messages")
INSERT_MESSAGE = MESSAGES.insert.replace(") VALUES (", ", state, next_at, attempts, fence) VALUES (").replace(
    "?)", "?, 'queued', ?, 0, 0)"
)
CREDENTIALS, TOKENS = Codec(Credential, "credentials"), Codec(Token, "tokens")
CREDENTIAL = f"SELECT {CREDENTIALS.selected} FROM credentials WHERE office_id = ? AND person_id = ?"
KEEP_CREDENTIAL = f"{CREDENTIALS.insert} ON CONFLICT (office_id, person_id) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}" for name in CREDENTIALS.names[1:]
)
SPEND_CODE = (
    "UPDATE credentials SET totp_step = ? WHERE office_id = ? AND person_id = ? AND totp_step < ? RETURNING person_id"
)
SPEND_TOKEN = (
    "UPDATE tokens SET used_at = ? WHERE office_id = ? AND hash = ? AND used_at IS NULL AND expires_at > ?"
    f" RETURNING {TOKENS.selected.replace('tokens.', '')}"
)
END_TOKENS = "UPDATE tokens SET used_at = ? WHERE office_id = ? AND person_id = ? AND used_at IS NULL"
ENTRIES = "SELECT seq, kind, case_id, body, prev_hash, hash FROM events WHERE office_id = ?"
INSERT_EVENT = "INSERT INTO events (office_id, seq, kind, case_id, body, prev_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?)"
SUPERSEDE_REMINDERS = "UPDATE reminders SET state = 'superseded' WHERE office_id = ? AND run_id = ? AND state = 'armed'"
SUPERSEDE_MESSAGES = (
    "UPDATE messages SET state = 'superseded' WHERE office_id = ? AND run_id = ? AND state = 'queued'"
    " AND kind IN ('penugasan', 'permintaan_pengesahan', 'pengingat', 'terlambat', 'eskalasi')"
)
SILENCE_CASE = (
    "UPDATE messages SET state = 'superseded' WHERE office_id = ? AND case_id = ? AND state = 'queued'"
    " AND kind <> 'batal'"
)
OF_ONE = " AND person_id = ?"  # ends either of these two, for one person only
FIRE_REMINDER = (
    "UPDATE reminders SET state = ? WHERE office_id = ? AND run_id = ? AND person_id = ? AND level = ?"
    " AND deadline_no = ? AND state = 'armed'"
)
