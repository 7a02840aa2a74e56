"""What holds at every committed moment (design §7, reliability §3), checked on a real store."""

import json
from typing import Any

from sop_engine.domain.flow import Position, replay
from sop_engine.domain.record import fold, verify
from sop_engine.domain.state import ENTITIES, Case, Edition, Run, plain
from sop_engine.storage.rows import CODECS
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
    assert query("PRAGMA integrity_check") == [("ok",)]
    entries = list(office.engine.reading.entries())
    head = office.engine.reading.office()
    assert verify(entries, head.genesis, head.head_seq, head.head_hash).ok  # I16
    state = stored(office)
    assert json.loads(json.dumps(fold(entry.body for entry in entries))) == json.loads(json.dumps(state))  # I17
    _cases(office, state)
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


def _cases(office: Office, state: dict[str, dict[str, Any]]) -> None:
    for case_id, edition_id in office.store.query("SELECT id, edition_id FROM cases"):
        case, edition = state[f"{Case.table}/{case_id}"], state[f"{Edition.table}/{edition_id}"]
        rows = office.store.query(f"SELECT {CODECS[Run].selected} FROM stage_runs WHERE case_id = ?", (case_id,))
        runs = [CODECS[Run].read(row) for row in rows]
        plan = office.engine.reading.plan(case["revision_id"], edition["organisation"])
        done = sorted((run for run in runs if run.state == "completed"), key=lambda run: run.ended_seq)
        position = replay(plan.flow, done)
        assert isinstance(position, Position), f"run {position} does not fit"
        waiting = {(visit.stage, slot) for visit in position.visits.values() for slot in visit.pending}
        is_open = {(run.stage, run.slot) for run in runs if run.state in ("active", "submitted")}
        assert is_open == (waiting if case["state"] == "running" else set())  # I8
        events = office.engine.reading.events(case_id)
        commands = {event["sets"].get(f"cases/{case_id}", {}).get("version") for event in events} - {None}
        assert commands == set(range(1, case["version"] + 1))  # I13: version = committed commands
        if case["state"] == "completed":
            assert edition["state"] in ("expired", "in_execution", "in_force", "replaced")
        if edition["single_case"] and case["state"] == "completed":
            assert edition["state"] == "expired"
