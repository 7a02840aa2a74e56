"""The database refuses what nobody may do, whoever asks; and each guard is what refuses it."""

import contextlib
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import CheckConstraint

from sop_engine.application.absence import add_absence
from sop_engine.application.appoint import appoint
from sop_engine.application.decide_proposal import withdraw
from sop_engine.application.ratify_edition import receive_edition
from sop_engine.application.start_case import cancel_case
from sop_engine.errors import StoreUnfit
from sop_engine.storage import schema, sqlite
from sop_engine.storage.guards import GUARDS, sqlite_triggers
from sop_engine.storage.rows import CODECS
from sop_engine.storage.tables import TABLES
from tests.attachments import attach, detach_last
from tests.office import SOP_396, Office

STORES = ["sqlite"]  # these attacks speak SQLite; test_postgres_attacks.py has the others
DONE = "(SELECT MIN(id) FROM stage_runs WHERE stage = 'disposisi')"
OF_DONE = "run_id IN (SELECT id FROM stage_runs WHERE state = 'completed')"
ACTIVE = "(SELECT id FROM stage_runs WHERE state = 'active')"
COPY = "SELECT office_id, id, case_id, stage, pass_no, slot, revision_id, activated_at, activated_seq"
REBORN = (
    f"INTO stage_runs {COPY}, due_at, due_text, deadline_no, 'active', version, outcome, redo, performed_by,"
    " performed_position, performed_capacity, performed_for, performed_at, evidence, present, result, note,"
    " submitted_at, NULL, NULL, NULL FROM stage_runs"
    f" WHERE id = {DONE}"
)

# what an attacker with the file might try → the guards that stop it (all must be gone for it to work)
ATTACKS = {
    "change the outcome of a completed run": (
        f"UPDATE stage_runs SET outcome = 'tidak' WHERE id = {DONE}", ["stage_runs_frozen"]),
    "reopen a completed run": (
        f"UPDATE stage_runs SET state = 'active', ended_at = NULL, ended_seq = NULL, seal = NULL WHERE id = {DONE}",
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
        f" outcome = 'lanjut', seal = 'ee' WHERE id = {ACTIVE}", ["stage_runs_life"]),
    "undo a finished task": ("UPDATE tasks SET state = 'offered', ended_at = NULL WHERE state = 'done'",
                             ["tasks_frozen"]),
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
        " WHERE seq = 3", ["events_next", "events_no_delete"]),
    "fork the record": (
        "INSERT INTO events SELECT office_id, seq + 9999, kind, case_id, body, hash, 'ff' FROM events WHERE seq = 3",
        ["events_next"]),
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
                                  ["reminders_frozen"]),
    "delete a reminder": ("DELETE FROM reminders", ["reminders_no_delete"]),
    "change a delivered file": ("UPDATE files SET body = x'00'", ["files_frozen"]),
    "empty a delivered file": ("UPDATE files SET body = NULL", ["files_frozen"]),
    "delete a delivered file": ("DELETE FROM files", ["files_no_delete"]),
    "replace a delivered file": (
        "INSERT OR REPLACE INTO files SELECT office_id, id, x'00' FROM files", ["files_key_taken", "files_no_delete"]),
    "say that a delivered file is another": ("UPDATE attachments SET digest = 'ee'", ["attachments_fixed",
        "attachments_update_in_time"]),
    "take back what was delivered with a completed run": (
        f"UPDATE attachments SET state = 'withdrawn', ended_at = attached_at WHERE {OF_DONE}",
        ["attachments_update_in_time"]),
    "deliver something more with a completed run": (
        "INSERT INTO attachments SELECT office_id, id + 9999, case_id, run_id, person_id, name, kind, size, digest,"
        f" attached_at, state, ended_at FROM attachments WHERE {OF_DONE}", ["attachments_insert_in_time"]),
    "delete a case": ("DELETE FROM cases", ["cases_no_delete"]),
    "give a case another year": ("UPDATE cases SET year = 2030", ["cases_fixed"]),
}  # fmt: skip
# constraints stand beside the triggers
CHECKED = {"raise an expired or draft edition", "send a mail twice", "fork the record"}


@pytest.fixture
def attacked(running: Office):
    """A connection of somebody with the file in hand, without our pragmas."""
    attach(running, "disposisi", "Surat.txt", b"Isi surat")
    running.done("disposisi")
    running.done("persiapan")
    running.send_back("Perbaiki jadwal.")
    running.done("persiapan")  # a sign-off is asked for
    running.start(running.in_force(_numbered(998)))
    running.done("disposisi")  # in a second case a run is active
    set_apart(running)
    running.load(_numbered(999))
    running.close()
    connection = sqlite.driver.connect(running.settings.database_path, isolation_level=None)
    yield connection
    connection.close()


def set_apart(office: Office) -> None:
    """Leave what part 3 keeps beside cases: a receipt, an absence, a proposal made and one withdrawn."""
    edition = next(e.id for e in office.engine.reading.editions() if e.state == "in_execution")
    receive_edition(office.store, office.who("ketua"), edition, "ketua")
    day, away, admin = timedelta(days=1), office.person["ksb_kul"], office.who("admin")
    add_absence(office.store, admin, away, office.person["ksb_tekhum"], "ST 1", office.at, office.at + day)
    named = (office.store, admin, away, "sekretaris", "plh", "SP 1", office.at + day, office.at + 2 * day)
    withdraw(office.store, admin, appoint(*named)["proposal"])
    appoint(*named)


def two_files(office: Office) -> None:
    """Leave a file with a stage that is worked on, and one that was taken back."""
    attach(office, "disposisi", "Surat.txt", b"Isi surat lain")
    attach(office, "disposisi", "Keliru.txt", b"Bukan ini")
    detach_last(office, "disposisi")


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


FROZEN = {  # one change of a row that has ended, for each table that freezes rows
    "editions": "UPDATE editions SET version = version + 1 WHERE state = 'void'",
    "cases": "UPDATE cases SET version = version + 1 WHERE state = 'cancelled'",
    "stage_runs": "UPDATE stage_runs SET note = 1 WHERE state = 'completed'",
    "tasks": "UPDATE tasks SET capacity = 'plt' WHERE state = 'done'",
    "sign_offs": "UPDATE sign_offs SET note = 1 WHERE state = 'returned'",
    "proposals": "UPDATE proposals SET decided_at = NULL WHERE state = 'withdrawn'",
    "attachments": "UPDATE attachments SET ended_at = 'x' WHERE state = 'withdrawn'",
    "files": "UPDATE files SET body = x'00'",
    "texts": "UPDATE texts SET body = 'lain'",
    "reminders": "UPDATE reminders SET rank = 9 WHERE state = 'superseded'",
    "messages": "UPDATE messages SET error = 'x' WHERE state = 'superseded'",
    "offices": "UPDATE offices SET head_seq = head_seq - 1 WHERE id = 1",
}
LIFE = {
    "editions": "UPDATE editions SET state = 'replaced', signed_by = 1, in_force_at = '' WHERE state = 'draft'",
    "stage_runs": "UPDATE stage_runs SET state = 'returned', performed_by = 1, outcome = '', ended_at = '',"
    " ended_seq = 1, seal = 'ee' WHERE state = 'active'",
    "messages": "UPDATE messages SET state = 'sent', body = x'00', sent_at = '' WHERE state = 'queued'",
}
OF_ACTIVE = "run_id IN (SELECT id FROM stage_runs WHERE state = 'active')"
ONCE = {
    "attachments_key_taken": f"INSERT INTO attachments SELECT * FROM attachments WHERE {OF_ACTIVE}",
    "files_fixed": "UPDATE files SET id = 77777, body = NULL",
    "attachments_insert_in_time": ATTACKS["deliver something more with a completed run"][0],
    "attachments_update_in_time": ATTACKS["take back what was delivered with a completed run"][0],
    "texts_fixed": "UPDATE texts SET salt = '77', body = NULL",
    "sign_offs_four_eyes": ATTACKS["sign off one's own work"][0],
    "events_next": ATTACKS["append what is bound to nothing"][0],
}


def statement_against(trigger: str) -> str:
    """A statement that breaks the rule of one trigger and of no other."""
    if trigger in ONCE:
        return ONCE[trigger]
    table = next(name for name in sorted(GUARDS, key=len, reverse=True) if trigger.startswith(f"{name}_"))
    kind = trigger.removeprefix(f"{table}_")
    first = GUARDS[table].fixed[0] if GUARDS[table].fixed else GUARDS[table].keys[0][-1]
    return {
        "key_taken": f"INSERT INTO {table} SELECT * FROM {table}",
        "no_delete": f"DELETE FROM {table}",
        "no_update": f"UPDATE {table} SET {first} = {first}",
        "fixed": f"UPDATE {table} SET {first} = '77' WHERE {ALIVE.get(table, '1')}",
        "frozen": FROZEN.get(table, ""),
        "life": LIFE.get(table, ""),
    }[kind]


ALIVE = {
    "editions": "state = 'draft'",
    "cases": "state = 'running'",
    "stage_runs": "state = 'active'",
    "tasks": "state = 'offered'",
    "sign_offs": "state = 'requested'",
    "proposals": "state = 'proposed'",
    "attachments": f"state = 'attached' AND {OF_ACTIVE}",
    "files": "1",
    "reminders": "state = 'armed'",
    "messages": "state = 'queued'",
    "texts": "1",
}


@pytest.fixture
def lived_in(office: Office, tmp_path: Path):
    """A store with a row in every state a trigger looks at."""
    office.start(office.in_force(_numbered(990)))
    cancelled = office.engine.reading.cases()[0].id
    cancel_case(office.store, office.who("sekretaris"), cancelled, "sekretaris", "Salah.")
    office.close()
    connection = sqlite.driver.connect(office.settings.database_path, isolation_level=None)
    connection.execute("UPDATE editions SET state = 'void'")
    connection.close()
    again = Office(office.place, office.at, new=False)
    again.person |= office.person
    again.start(again.in_force())
    attach(again, "disposisi", "Surat.txt", b"Isi surat")
    again.done("disposisi")
    again.done("persiapan")
    again.send_back("Perbaiki.")
    again.done("persiapan")
    again.start(again.in_force(_numbered(998)))
    two_files(again)
    set_apart(again)
    again.load(_numbered(999))
    again.close()
    connection = sqlite.driver.connect(again.settings.database_path, isolation_level=None)
    yield connection
    connection.close()


TRIGGERS = [name for name, _ in sqlite_triggers()]


def test_each_trigger_speaks_up_and_without_it_nobody_says_so(lived_in) -> None:
    lived_in.execute("PRAGMA foreign_keys=OFF")
    says = dict(sqlite_triggers())
    for trigger in TRIGGERS:
        words = says[trigger].split("RAISE(ABORT, '")[1].split("'")[0]
        statement = statement_against(trigger)
        lived_in.execute("BEGIN")
        with pytest.raises(sqlite.driver.IntegrityError, match=words):
            lived_in.execute(statement)
        lived_in.execute(f"DROP TRIGGER {trigger}")
        said = ""
        with contextlib.suppress(sqlite.driver.IntegrityError):
            touched = lived_in.execute(statement).rowcount
            said = "" if touched else f"{trigger}: its statement touches nothing"
        assert not said
        if lived_in.in_transaction:
            lived_in.execute("ROLLBACK")


BAD_ROWS = {  # constraint → a row that breaks it
    "offices_counters": "UPDATE offices SET next_id = 0",
    "holders_capacity": "UPDATE holders SET capacity = 'raja'",
    "holders_period": "UPDATE holders SET until_at = '2000-01-01T00:00:00.000000Z'",
    "absences_period": "UPDATE absences SET until_at = '2000-01-01T00:00:00.000000Z'",
    "attachments_state": "UPDATE attachments SET state = 'hilang', ended_at = attached_at",
    "attachments_end": "UPDATE attachments SET ended_at = attached_at",
    "proposals_state": "UPDATE proposals SET state = 'hilang', decided_by = 1 WHERE state = 'proposed'",
    "proposals_end": "UPDATE proposals SET decided_by = 1 WHERE state = 'proposed'",
    "proposals_second_person": "UPDATE proposals SET state = 'confirmed', decided_by = proposed_by"
    " WHERE state = 'proposed'",
    "documents_kind": "UPDATE documents SET kind = 'lain'",
    "editions_state": "UPDATE editions SET state = 'hilang'",
    "editions_four_eyes": "UPDATE editions SET signed_by = loaded_by WHERE state = 'draft'",
    "editions_signed": "UPDATE editions SET state = 'in_force' WHERE state = 'draft'",
    "editions_signature": "UPDATE editions SET signature = 'cap' WHERE state = 'draft'",
    "editions_wet": "UPDATE editions SET signature = 'basah', evidence = NULL WHERE state = 'in_execution'",
    "cases_state": "UPDATE cases SET state = 'hilang'",
    "cases_version": "UPDATE cases SET version = 0",
    "cases_end": "UPDATE cases SET ended_at = started_at WHERE state = 'running'",
    "stage_runs_state": "UPDATE stage_runs SET state = 'hilang'",
    "stage_runs_counters": "UPDATE stage_runs SET pass_no = 0",
    "stage_runs_end": "UPDATE stage_runs SET ended_at = activated_at, ended_seq = 1 WHERE state = 'active'",
    "stage_runs_record": "UPDATE stage_runs SET ended_seq = 1 WHERE state = 'active'",
    "stage_runs_paper": "UPDATE stage_runs SET performed_at = activated_at WHERE state = 'completed'",
    "stage_runs_seal": "UPDATE stage_runs SET seal = NULL WHERE state = 'completed'",
    "stage_runs_performed": "UPDATE stage_runs SET performed_by = NULL WHERE state = 'completed'",
    "tasks_state": "UPDATE tasks SET state = 'hilang', ended_at = offered_at WHERE state = 'offered'",
    "tasks_end": "UPDATE tasks SET ended_at = offered_at WHERE state = 'offered'",
    "tasks_claim": "UPDATE tasks SET state = 'claimed', claimed_at = NULL WHERE state = 'offered'",
    "sign_offs_state": "UPDATE sign_offs SET state = 'hilang'",
    "sign_offs_end": "UPDATE sign_offs SET answered_at = requested_at WHERE state = 'requested'",
    "sign_offs_person": "UPDATE sign_offs SET person_id = NULL WHERE state = 'returned'",
    "reminders_state": "UPDATE reminders SET state = 'hilang'",
    "reminders_kind": "UPDATE reminders SET kind = 'lain'",
    "messages_state": "UPDATE messages SET state = 'hilang'",
    "messages_sent": "UPDATE messages SET state = 'sent', sent_at = created_at WHERE state = 'queued'",
}
BAD_VALUES = {  # types and unique indexes
    "text where a number stands": "UPDATE cases SET version = 'abc'",
    "a second case of an edition with clause 5": "INSERT INTO cases SELECT office_id, id + 9999, edition_id,"
    " revision_id, year, started_at, limits, single, state, version, ended_at, reason, judged FROM cases",
    "one person offered a run twice": "INSERT INTO tasks SELECT office_id, id + 9999, case_id, run_id, person_id,"
    " position, capacity, offered_at, stands_for, handed_by, state, claimed_at, ended_at FROM tasks"
    " WHERE state = 'offered'",
    "two claims of one run": "INSERT INTO tasks SELECT office_id, id + n, case_id, run_id, person_id + n, position,"
    " capacity, offered_at, stands_for, handed_by, 'claimed', offered_at, NULL FROM (SELECT * FROM tasks LIMIT 1),"
    " (SELECT 7777 n UNION ALL SELECT 8888)",
    "the same number for two editions": "UPDATE editions SET number = 'x'",
    "a mail twice": "UPDATE messages SET dedupe = 'x'",
    "the same link twice": "UPDATE events SET prev_hash = 'x'",
    "a run twice in one place": "UPDATE stage_runs SET stage = 'a', pass_no = 1, slot = '', case_id = 1",
    "one address for two persons": "UPDATE persons SET email = 'x'",
}


def unguarded(connection):
    """The connection with every trigger gone: constraints alone must hold."""
    for name, _ in sqlite_triggers():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("PRAGMA foreign_keys=OFF")
    return connection


@pytest.mark.parametrize("constraint", BAD_ROWS)
def test_a_row_that_makes_no_sense_is_refused_by_its_check(attacked, constraint: str) -> None:
    with pytest.raises(sqlite.driver.IntegrityError, match=f"CHECK constraint failed: {constraint}$"):
        unguarded(attacked).execute(BAD_ROWS[constraint])


def test_every_check_has_its_bad_row() -> None:
    checks = {
        str(constraint.name)
        for table in TABLES.sorted_tables
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }

    assert checks == set(BAD_ROWS)


@pytest.mark.parametrize("fault", BAD_VALUES)
def test_types_and_unique_indexes_hold(attacked, fault: str) -> None:
    with pytest.raises(sqlite.driver.IntegrityError, match=r"UNIQUE|cannot store"):
        unguarded(attacked).execute(BAD_VALUES[fault])


def test_codecs_and_tables_agree_on_columns() -> None:
    for cls, codec in CODECS.items():
        declared = [column.name for column in TABLES.tables[cls.table].columns if column.name != "office_id"]
        assert list(codec.names) == [name for name in declared if name in codec.names]
        assert set(declared) == set(codec.names), cls.table


def test_guards_name_real_columns() -> None:
    for table, guard in GUARDS.items():
        columns = set(TABLES.tables[table].columns.keys())
        assert {column for key in guard.keys for column in key} | set(guard.fixed) <= columns


_REBUILT = (  # as a migration in batches does it: the triggers of the old table go with it
    "PRAGMA foreign_keys=OFF; PRAGMA legacy_alter_table=ON; CREATE TABLE fresh AS SELECT * FROM {0}; DROP TABLE {0};"
    " ALTER TABLE fresh RENAME TO {0}"
)
_SAME_BUT_TRIGGERS = (
    "PRAGMA foreign_keys=OFF; PRAGMA writable_schema=ON;"
    " DELETE FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'events'; PRAGMA writable_schema=OFF"
)
CHANGES = {  # what somebody with the file may do to the schema → what is named
    "drop a trigger": ("DROP TRIGGER events_no_update", "trigger events_no_update"),
    "put a trigger that does nothing in its place": (
        "DROP TRIGGER tasks_frozen; CREATE TRIGGER tasks_frozen BEFORE UPDATE ON tasks BEGIN SELECT 1; END",
        "trigger tasks_frozen"),
    "rebuild a table in a batch": (_REBUILT.format("stage_runs"), "stage_runs"),
    "rebuild the record in a batch": (_REBUILT.format("events"), "events"),
    "take triggers out of the catalogue": (_SAME_BUT_TRIGGERS, "trigger events_no_"),
    "add a trigger of one's own": (
        "CREATE TRIGGER sly AFTER INSERT ON events BEGIN UPDATE offices SET name = 'x'; END", "trigger sly"),
    "drop an index that keeps keys apart": ("DROP INDEX tasks_one_claim", "index tasks_one_claim"),
    "add a column": ("ALTER TABLE events ADD COLUMN sly TEXT", "table events"),
    "rename a column": ("ALTER TABLE texts RENAME COLUMN salt TO sly", "texts"),
    "add a table": ("CREATE TABLE sly (id INTEGER)", "table sly"),
    "put a view before a table": (
        "PRAGMA legacy_alter_table=ON; ALTER TABLE persons RENAME TO people; CREATE VIEW persons AS SELECT * FROM"
        " people", "persons"),
    "loosen a check in the catalogue": (
        "PRAGMA writable_schema=ON; UPDATE sqlite_master SET sql = replace(sql, 'CHECK (', 'CHECK (1 OR ')"
        " WHERE name = 'tasks'",
        "table tasks"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_schema_is_recognised(change: str, office: Office) -> None:
    statements, named = CHANGES[change]
    office.close()
    connection = sqlite.driver.connect(office.settings.database_path, isolation_level=None)
    connection.executescript(statements)
    connection.close()

    with pytest.raises(StoreUnfit, match=named):
        Office(office.place, new=False)


def test_migrating_again_heals_a_lost_trigger(office: Office) -> None:
    office.close()
    connection = sqlite.driver.connect(office.settings.database_path, isolation_level=None)
    connection.execute("DROP TRIGGER events_no_update")
    connection.close()

    schema.migrate(office.settings.database_path)

    Office(office.place, new=False).close()
