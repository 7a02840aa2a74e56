"""What holds at every committed moment (design §7, reliability §3), checked on a real store."""

import hashlib
import json
from functools import partial
from typing import Any

from sop_engine.domain.flow import Flow, Position, replay, standing
from sop_engine.domain.lifecycle import LIVES
from sop_engine.domain.record import chained, fold, seal_of, verify
from sop_engine.domain.state import ENTITIES, Case, Edition, Run, plain
from sop_engine.storage.rows import CODECS
from sop_engine.storage.store import SqliteStore
from tests.office import Office


def stored(office: Office) -> dict[str, dict[str, Any]]:
    """Every entity of the office as an audit event would record it."""
    found = {}
    for cls in ENTITIES:
        rows = office.store.query(f"SELECT {CODECS[cls].selected} FROM {cls.table} WHERE office_id = ?", (office.id,))
        for entity in map(CODECS[cls].read, rows):
            found[f"{cls.table}/{entity.id}"] = {key: plain(value) for key, value in entity.image().items()}
    return found


def check(office: Office) -> None:
    """Raise AssertionError for the first invariant that does not hold."""
    query = office.store.query
    if isinstance(office.store, SqliteStore):
        assert query("PRAGMA integrity_check") == [("ok",)]
    entries = list(office.engine.reading.entries())
    head = office.engine.reading.office()
    assert verify(entries, head.genesis, head.head_seq, head.head_hash).ok  # I16
    state = stored(office)
    assert json.loads(json.dumps(fold(entry.body for entry in entries))) == json.loads(json.dumps(state))  # I17
    _cases(office, state)
    _four_eyes(office)
    _files(office, state)
    assert not query(  # I21: a mail has its audit entry
        "SELECT m.id FROM messages m LEFT JOIN events e ON e.office_id = m.office_id AND e.seq = m.event_seq"
        " WHERE e.seq IS NULL"
    )
    assert not query(  # nothing is asked of anybody about what has ended (I8, I24)
        "SELECT t.id FROM tasks t JOIN stage_runs r ON r.office_id = t.office_id AND r.id = t.run_id"
        " WHERE t.state IN ('offered', 'claimed') AND r.state <> 'active'"
        " UNION ALL SELECT s.id FROM sign_offs s JOIN stage_runs r ON r.office_id = s.office_id AND r.id = s.run_id"
        " WHERE s.state = 'requested' AND r.state <> 'submitted'"
        " UNION ALL SELECT d.run_id FROM reminders d JOIN stage_runs r ON r.office_id = d.office_id"
        " AND r.id = d.run_id WHERE d.state = 'armed' AND r.state NOT IN ('active', 'submitted')"
    )


def _flow_of(office: Office, organisation: str, run: Any) -> Flow:
    return office.engine.reading.plan(run.revision_id, organisation).flow


def _cases(office: Office, state: dict[str, dict[str, Any]]) -> None:
    for case_id, edition_id in office.store.query("SELECT id, edition_id FROM cases"):
        case, edition = state[f"{Case.table}/{case_id}"], state[f"{Edition.table}/{edition_id}"]
        rows = office.store.query(f"SELECT {CODECS[Run].selected} FROM stage_runs WHERE case_id = ?", (case_id,))
        runs = [CODECS[Run].read(row) for row in rows]
        plan = office.engine.reading.plan(case["revision_id"], edition["organisation"])
        done = sorted((run for run in runs if run.state == "completed"), key=lambda run: run.ended_seq)
        position = replay(plan.flow, standing(done, partial(_flow_of, office, edition["organisation"])))
        assert isinstance(position, Position), f"run {position} does not fit"
        for run in runs:
            under = office.engine.reading.plan(run.revision_id, edition["organisation"])
            sealed = (
                seal_of(run.image(), under.stage_digest(run.stage)) if run.state in ("completed", "returned") else None
            )
            assert run.seal == sealed, f"run {run.id} is not what was sealed"
        waiting = {(visit.stage, slot) for visit in position.visits.values() for slot in visit.pending}
        is_open = {(plan.flow.present(run.stage), run.slot) for run in runs if run.state in ("active", "submitted")}
        assert is_open == (waiting if case["state"] == "running" else set()), "open runs are not the tokens (I8)"
        events = office.engine.reading.events(case_id)
        commands = {event["sets"].get(f"cases/{case_id}", {}).get("version") for event in events} - {None}
        assert commands == set(range(1, case["version"] + 1))  # I13: version = committed commands
        if case["state"] == "completed":
            assert edition["state"] != "draft"  # void too, where it ended before
        if edition["single_case"] and case["state"] == "completed":
            assert edition["state"] == "expired"
        assert case["state"] != "void" or edition["state"] == "void"


def _four_eyes(office: Office) -> None:
    """Nobody answers a sign-off of work they did, were present at, or were represented in."""
    answered = office.store.query(
        "SELECT s.id, s.person_id, r.performed_by, r.performed_for, r.present FROM sign_offs s JOIN stage_runs r"
        " ON r.office_id = s.office_id AND r.id = s.run_id WHERE s.state IN ('given', 'returned')"
    )
    for number, person, by, on_behalf_of, present in answered:
        assert person not in (by, on_behalf_of, *json.loads(present)), f"sign-off {number} of one's own work"


def _files(office: Office, state: dict[str, dict[str, Any]]) -> None:
    """The bytes of every attached file are those whose digest is recorded; of one taken back there are none."""
    bodies = {f"attachments/{number}": body for number, body in office.store.query("SELECT id, body FROM files")}
    told = {key: fields for key, fields in state.items() if key.startswith("attachments/")}
    assert bodies.keys() == told.keys(), "files without a row, or rows without a file"
    for key, fields in told.items():
        held = bodies[key] and hashlib.sha256(bodies[key]).hexdigest()
        assert held == (fields["digest"] if fields["state"] == "attached" else None), f"{key} is not what was attached"


def nobody_idle_is_reminded(office: Office) -> None:
    """A reminder is armed only for whoever has a task of its run, or is asked for a sign-off of it (I24)."""
    tasks = "SELECT run_id, person_id FROM tasks WHERE state IN ('offered', 'claimed')"
    busy = set(office.store.query(tasks))
    for run, asked in office.store.query("SELECT run_id, asked FROM sign_offs WHERE state = 'requested'"):
        busy |= {(run, person) for person in json.loads(asked)}
    armed = set(office.store.query("SELECT DISTINCT run_id, person_id FROM reminders WHERE state = 'armed'"))
    assert armed <= busy, f"reminded of what they need not do (I24): {armed - busy}"


_LOOKED_AT = {  # beside the entities: table → its key, and what may change of it
    "reminders": ("run_id, person_id, level, deadline_no", "at, state"),
    "messages": ("id", "kind, to_address, subject, context, next_at, attempts, fence, owner, body, sent_at, state"),
    "texts": ("id", "digest, body"),
    "holders": ("id", "person_id, position, capacity, letter, from_at, until_at"),
    "absences": ("id", "person_id, substitute_id, letter, from_at, until_at"),
    "handovers": ("id", "at, person_id, position, cursor"),
    "receipts": ("edition_id, unit", "person_id, seq"),
}
_MAY_END = ("holders", "absences", "handovers")  # of these only the last column may change


class Watch:
    """Looks at an office after every step: what changed is told by the record, what has ended stays as it is."""

    def __init__(self, office: Office) -> None:
        self.seq, self.head, self.at = 0, office.engine.reading.office().genesis, ""
        self.told: dict[str, dict[str, Any]] = {}
        self.rows: dict[str, tuple[Any, ...]] = {}
        self.look(office)

    def look(self, office: Office) -> int:
        """Raise AssertionError for what must not have happened since the last look; gives the entries since."""
        with office.store.asking() as run:
            before, touched, found = self.seq, self._read_on(office, run), self._found(office, run)
        assert found.keys() >= self.rows.keys(), "rows are gone"
        changed = {key for key, row in found.items() if self.rows.get(key) != row}
        untold = {key for key in changed if key.split("/")[0] not in _LOOKED_AT} - touched
        assert not untold, f"changed without an entry (I17): {untold}"
        for key in touched:
            codec = CODECS[_ENTITY[key.split("/")[0]]]
            told = {name: plain(value) for name, value in codec.read(found[key]).image().items()}
            assert told == self.told[key], f"the record tells something else of {key} (I17)"
        for key in changed & self.rows.keys():
            self._assert_may_move(key, self.rows[key], found[key])
        self.rows = found
        return self.seq - before

    def _read_on(self, office: Office, run: Any) -> set[str]:
        """Read the entries since the last look, each bound to the one before; gives the rows they set."""
        touched: set[str] = set()
        entries = run(
            "SELECT seq, body, prev_hash, hash FROM events WHERE office_id = ? AND seq > ? ORDER BY seq",
            (office.id, self.seq),
        ).fetchall()
        for seq, body, prev, digest in entries:
            said = json.loads(body)
            assert (seq, prev, digest) == (self.seq + 1, self.head, chained(self.head, body)), "a broken chain (I16)"
            assert said["at"] >= self.at, "the record goes back in time (I19)"
            assert said["actor"]["person"] is not None, "nobody acts (I19)"
            self.seq, self.head, self.at = seq, digest, said["at"]
            for key, fields in fold([body]).items():
                self.told.setdefault(key, {}).update(fields)
                touched.add(key)
        head = run("SELECT head_seq, head_hash FROM offices WHERE id = ?", (office.id,)).fetchone()
        assert tuple(head) == (self.seq, self.head), "the head is not the last entry (I16)"
        return touched

    def _found(self, office: Office, run: Any) -> dict[str, tuple[Any, ...]]:
        selected = {cls.table: (CODECS[cls].selected, 1) for cls in ENTITIES}
        selected |= {table: (f"{key}, {rest}", key.count(",") + 1) for table, (key, rest) in _LOOKED_AT.items()}
        return {
            "/".join((table, *map(str, row[:width]))): row
            for table, (columns, width) in selected.items()
            for row in run(f"SELECT {columns} FROM {table} WHERE office_id = ?", (office.id,)).fetchall()
        }

    def _assert_may_move(self, key: str, before: tuple[Any, ...], after: tuple[Any, ...]) -> None:
        table = key.split("/")[0]
        if table in _MAY_END:
            assert before[:-1] == after[:-1], f"{key} was rewritten"
            return
        if table not in LIVES:
            raise AssertionError(f"{key} changed, and may never (I1)")
        place = -1 if table in _LOOKED_AT else CODECS[_ENTITY[table]].names.index("state")
        was, now = before[place], after[place]
        assert was not in LIVES[table].terminal, f"{key} changed after it had ended: {was} (I7, I9)"
        assert now in _reachable(table, was), f"{key} went from {was} to {now} (I23)"
        if table == "messages":
            fence, body = -5, -3
            assert after[fence] >= before[fence]
            assert before[body] in (None, after[body]), "frozen bytes changed (I22)"


def _reachable(table: str, state: str) -> set[str]:
    found = {state}
    for _ in LIVES[table].rows:
        found |= {to for _, source, to in LIVES[table].rows if source in found}
    return found


_ENTITY = {cls.table: cls for cls in ENTITIES}
