"""The database refuses what nobody may do, whoever asks; and each guard is what refuses it."""

from pathlib import Path

import pytest

from sop_engine.storage import sqlite
from sop_engine.storage.guards import GUARDS, sqlite_triggers
from sop_engine.storage.rows import CODECS
from sop_engine.storage.tables import TABLES
from tests.office import SOP_396, Office

DONE = "(SELECT MIN(id) FROM stage_runs WHERE stage = 'disposisi')"
ACTIVE = "(SELECT id FROM stage_runs WHERE state = 'active')"
COPY = "SELECT office_id, id, case_id, stage, pass_no, slot, revision_id, activated_at, activated_seq"
REBORN = (
    f"INTO stage_runs {COPY}, due_at, due_text, deadline_no, 'active', version, outcome, redo, performed_by,"
    " performed_position, performed_capacity, present, result, note, submitted_at, NULL, NULL FROM stage_runs"
    f" WHERE id = {DONE}"
)

# what an attacker with the file might try → the guards that stop it (all must be gone for it to work)
ATTACKS = {
    "change the outcome of a completed run": (
        f"UPDATE stage_runs SET outcome = 'tidak' WHERE id = {DONE}", ["stage_runs_frozen"]),
    "reopen a completed run": (
        f"UPDATE stage_runs SET state = 'active', ended_at = NULL, ended_seq = NULL WHERE id = {DONE}",
        ["stage_runs_frozen", "stage_runs_life"]),
    "move the end of a completed run": (
        f"UPDATE stage_runs SET ended_at = '2027-01-01T00:00:00.000000Z' WHERE id = {DONE}", ["stage_runs_frozen"]),
    "give a completed run another performer": (
        f"UPDATE stage_runs SET performed_by = 99 WHERE id = {DONE}", ["stage_runs_frozen"]),
    "change a returned run": (
        "UPDATE stage_runs SET note = NULL WHERE state = 'returned'", ["stage_runs_frozen"]),
    "delete a completed run": (f"DELETE FROM stage_runs WHERE id = {DONE}", ["stage_runs_no_delete"]),
    "replace a completed run": (
        f"INSERT OR REPLACE {REBORN}", ["stage_runs_key_taken", "stage_runs_no_delete"]),
    "let another run take a completed run's place": (
        f"UPDATE OR REPLACE stage_runs SET stage = 'disposisi', pass_no = 1 WHERE id = {ACTIVE}", ["stage_runs_fixed"]),
    "let another run take a completed run's number": (
        f"UPDATE OR REPLACE stage_runs SET id = {DONE} WHERE id = {ACTIVE}", ["stage_runs_fixed"]),
    "skip the sign-off by hand": (
        "UPDATE stage_runs SET state = 'returned', ended_at = activated_at, ended_seq = 1, performed_by = 1,"
        f" outcome = 'lanjut' WHERE id = {ACTIVE}", ["stage_runs_life"]),
    "undo a finished task": ("UPDATE tasks SET state = 'offered', ended_at = NULL WHERE state = 'done'",
                             ["tasks_frozen", "tasks_life"]),
    "give a finished task to another": ("UPDATE tasks SET person_id = 99 WHERE state = 'done'",
                                        ["tasks_frozen", "tasks_fixed"]),
    "delete a task": ("DELETE FROM tasks WHERE state = 'done'", ["tasks_no_delete"]),
    "change a returned sign-off": ("UPDATE sign_offs SET note = NULL WHERE state = 'returned'", ["sign_offs_frozen"]),
    "sign off one's own work": (
        "UPDATE sign_offs SET state = 'given', answered_at = requested_at, person_id = (SELECT performed_by FROM"
        " stage_runs r WHERE r.id = run_id) WHERE state = 'requested'", ["sign_offs_four_eyes"]),
    "rewrite an audit entry": ("UPDATE events SET body = '{}' WHERE seq = 3", ["events_no_update"]),
    "delete an audit entry": ("DELETE FROM events WHERE seq = 3", ["events_no_delete"]),
    "cut the tail of the record": ("DELETE FROM events WHERE seq > 3", ["events_no_delete"]),
    "replace an audit entry": (
        "INSERT OR REPLACE INTO events SELECT office_id, seq, kind, case_id, '{}', prev_hash, hash FROM events"
        " WHERE seq = 3", ["events_key_taken", "events_next", "events_no_delete"]),
    "fork the record": (
        "INSERT INTO events SELECT office_id, seq + 9999, kind, case_id, body, hash, 'ff' FROM events WHERE seq = 3",
        ["events_key_taken", "events_next"]),
    "append what is bound to nothing": (
        "INSERT INTO events SELECT office_id, seq + 9999, kind, case_id, body, 'ee', 'ff' FROM events WHERE seq = 3",
        ["events_next"]),
    "turn the head back": ("UPDATE offices SET head_seq = 1 WHERE id = 1", ["offices_frozen"]),
    "name another beginning": ("UPDATE offices SET genesis = 'ff' WHERE id = 1", ["offices_fixed"]),
    "change a signed text": ("UPDATE revisions SET body = 'x'", ["revisions_no_update"]),
    "replace a structure": ("UPDATE documents SET body = 'x'", ["documents_no_update"]),
    "raise an expired or draft edition": ("UPDATE editions SET state = 'in_force' WHERE state = 'in_execution'"
                                          " AND 0 = 1 OR state = 'draft'", ["editions_signed_is_checked"]),
    "change what a person wrote": ("UPDATE texts SET body = 'lain'", ["texts_frozen"]),
    "change a frozen mail": ("UPDATE messages SET subject = 'lain'", ["messages_fixed", "messages_frozen"]),
    "send a mail twice": (
        "INSERT INTO messages SELECT office_id, id + 9999, event_seq, kind, person_id, to_name, to_address,"
        " to_position, case_id, run_id, stage, dedupe, subject, context, created_at, state, next_at, attempts,"
        " fence, owner, body, error, sent_at FROM messages LIMIT 1", ["messages_key_taken", "messages_dedupe_index"]),
    "arm a sent reminder again": ("UPDATE reminders SET state = 'armed' WHERE state = 'superseded'",
                                  ["reminders_frozen", "reminders_life"]),
    "delete a reminder": ("DELETE FROM reminders", ["reminders_no_delete"]),
    "delete a case": ("DELETE FROM cases", ["cases_no_delete"]),
    "give a case another year": ("UPDATE cases SET year = 2030", ["cases_fixed"]),
}  # fmt: skip
CHECKED = {"raise an expired or draft edition", "send a mail twice", "fork the record"}  # constraints stand beside the triggers


@pytest.fixture
def attacked(running: Office):
    """A connection of somebody with the file in hand, without our pragmas."""
    running.done("disposisi")
    running.done("persiapan")
    running.send_back("Perbaiki jadwal.")
    running.done("persiapan")  # a sign-off is asked for
    running.start(running.in_force(_numbered(998)))
    running.done("disposisi")  # in a second case a run is active
    running.load(_numbered(999))
    running.close()
    connection = sqlite.driver.connect(running.settings.database_path, isolation_level=None)
    yield connection
    connection.close()


def _numbered(number: int) -> str:
    return SOP_396.read_text("utf-8").replace("nomor: 396/", f"nomor: {number}/", 1)


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_database_refuses(attacked, attack: str) -> None:
    with pytest.raises(sqlite.driver.IntegrityError):
        attacked.execute(ATTACKS[attack][0])


@pytest.mark.parametrize("attack", [name for name in ATTACKS if name not in CHECKED])
def test_without_its_guard_the_attack_would_work(attacked, attack: str) -> None:
    statement, guards = ATTACKS[attack]
    for guard in guards:
        attacked.execute(f"DROP TRIGGER {guard}")
    attacked.execute("PRAGMA foreign_keys=OFF")

    changed = attacked.execute(statement).rowcount

    assert changed > 0


def test_every_trigger_is_needed_by_an_attack_or_repeats_one_on_another_table() -> None:
    tried = {guard for _, guards in ATTACKS.values() for guard in guards}
    kinds = {"key_taken", "no_delete", "no_update", "fixed", "frozen", "life", "four_eyes", "next"}

    for name, _ in sqlite_triggers():
        kind = next(kind for kind in kinds if name.endswith(kind))
        assert any(guard.endswith(kind) for guard in tried), f"{name}: no attack needs a guard of its kind"


BAD_ROWS = {
    "an unknown state": "UPDATE tasks SET state = 'hilang' WHERE state = 'offered'",
    "an end without being ended": "UPDATE stage_runs SET ended_at = activated_at, ended_seq = 1 WHERE state = 'active'",
    "a completion nobody performed": "UPDATE stage_runs SET state = 'completed', ended_at = activated_at, ended_seq = 1,"
    " performed_by = NULL WHERE state = 'active'",
    "text where a number stands": "UPDATE cases SET version = 'abc'",
    "a version below one": "UPDATE cases SET version = 0",
    "a loader who signs": "UPDATE editions SET signed_by = loaded_by WHERE state = 'draft'",
    "an unknown capacity": "UPDATE holders SET capacity = 'raja'",
    "a holder's end before the beginning": "UPDATE holders SET until_at = '2000-01-01T00:00:00.000000Z'",
    "a second case of an edition with clause 5": "INSERT INTO cases SELECT office_id, id + 9999, edition_id, revision_id,"
    " year, started_at, limits, single, state, version, ended_at, reason FROM cases",
    "a mail sent without bytes": "UPDATE messages SET state = 'sent', sent_at = created_at WHERE state = 'queued'",
}


@pytest.mark.parametrize("fault", BAD_ROWS)
def test_a_row_that_makes_no_sense_is_refused(attacked, fault: str) -> None:
    for name, _ in sqlite_triggers():  # constraints alone must hold
        attacked.execute(f"DROP TRIGGER {name}")

    with pytest.raises(sqlite.driver.IntegrityError):
        attacked.execute(BAD_ROWS[fault])


def test_codecs_and_tables_agree_on_columns() -> None:
    for cls, codec in CODECS.items():
        declared = [column.name for column in TABLES.tables[cls.table].columns if column.name != "office_id"]
        assert [name for name in codec.names] == [name for name in declared if name in codec.names]
        assert set(declared) == set(codec.names), cls.table


def test_guards_name_real_columns() -> None:
    for table, guard in GUARDS.items():
        columns = set(TABLES.tables[table].columns.keys())
        assert {column for key in guard.keys for column in key} | set(guard.fixed) <= columns


def test_a_changed_schema_is_recognised(tmp_path: Path) -> None:
    from sop_engine.errors import StoreUnfit
    from sop_engine.storage import schema

    path = str(tmp_path / "sop.db")
    schema.migrate(path)
    connection = sqlite.connect(path, writing=True)
    schema.check(connection)

    connection.execute("DROP TRIGGER events_no_update")

    with pytest.raises(StoreUnfit):
        schema.check(connection)
    connection.close()
