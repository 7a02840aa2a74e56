"""What somebody with a connection might try: the app role, the owner, one who plays a replica; and what stops each."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from sop_engine.application.start_case import cancel_case
from sop_engine.storage.guards import postgresql_triggers
from tests.attachments import attach
from tests.office import Office
from tests.postgres import Database, Databases
from tests.storage.test_guards import BAD_ROWS, BAD_VALUES, _numbered, set_apart, statement_against, two_files

STORES = ["postgres"]
DONE = "(SELECT MIN(id) FROM stage_runs WHERE stage = 'disposisi' AND state = 'completed')"
ACTIVE = "(SELECT MIN(id) FROM stage_runs WHERE state = 'active')"
BOUND_TO_NOTHING = "SELECT office_id, seq + 9999, kind, case_id, body, 'ee', 'ff' FROM public.events WHERE seq = 3"
AGAIN = (
    f"INSERT INTO stage_runs SELECT * FROM stage_runs WHERE id = {DONE} ON CONFLICT (office_id, id)"
    " DO UPDATE SET outcome = 'tidak'"
)
NO_TRUNCATE = [name for name, _ in postgresql_triggers() if name.endswith("_no_truncate")]
HAK = "hak"  # the app role has no right to it

# what somebody might try → the guards that stop it: all must be gone for it to work
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
    "change a returned run": ("UPDATE stage_runs SET note = NULL WHERE state = 'returned'", ["stage_runs_frozen"]),
    "delete a reminder's run": (f"DELETE FROM reminders WHERE run_id = {ACTIVE}", [HAK, "reminders_no_delete"]),
    "put a run in place of a completed one": (AGAIN, ["stage_runs_frozen"]),
    "merge into a completed run": (
        f"MERGE INTO stage_runs r USING (SELECT {DONE} AS id) d ON r.id = d.id"
        " WHEN MATCHED THEN UPDATE SET outcome = 'tidak'", ["stage_runs_frozen"]),
    "update through a WITH": (
        f"WITH x AS (UPDATE stage_runs SET note = 1 WHERE id = {DONE} RETURNING 1) SELECT * FROM x",
        ["stage_runs_frozen"]),
    "let a run stand for another stage": (
        f"UPDATE stage_runs SET stage = 'publikasi' WHERE id = {ACTIVE}", [HAK, "stage_runs_fixed"]),
    "give a run another number": (
        f"UPDATE stage_runs SET activated_seq = 1 WHERE id = {ACTIVE}", [HAK, "stage_runs_fixed"]),
    "skip the sign-off by hand": (
        "UPDATE stage_runs SET state = 'returned', ended_at = activated_at, ended_seq = 1, performed_by = 1,"
        f" outcome = 'lanjut', seal = 'ee' WHERE id = {ACTIVE}", ["stage_runs_life"]),
    "undo a finished task": (
        "UPDATE tasks SET state = 'offered', ended_at = NULL WHERE state = 'done'", ["tasks_frozen"]),
    "give a finished task to another": (
        "UPDATE tasks SET person_id = 99 WHERE state = 'done'", [HAK, "tasks_frozen", "tasks_fixed"]),
    "delete a task": ("DELETE FROM tasks WHERE state = 'done'", [HAK, "tasks_no_delete"]),
    "change a returned sign-off": ("UPDATE sign_offs SET note = NULL WHERE state = 'returned'", ["sign_offs_frozen"]),
    "sign off one's own work": (
        "UPDATE sign_offs SET state = 'given', answered_at = requested_at, person_id = (SELECT performed_by FROM"
        " stage_runs r WHERE r.id = run_id) WHERE state = 'requested'", ["sign_offs_four_eyes"]),
    "sign off one's own work behind a table of the same name": (
        "CREATE TEMPORARY TABLE stage_runs AS SELECT * FROM public.stage_runs WHERE false;"
        " UPDATE sign_offs SET state = 'given', answered_at = requested_at, person_id = (SELECT performed_by FROM"
        " public.stage_runs r WHERE r.id = run_id) WHERE state = 'requested'", ["sign_offs_four_eyes"]),
    "rewrite an audit entry": ("UPDATE events SET body = '{}' WHERE seq = 3", [HAK, "events_no_update"]),
    "rewrite an audit entry by inserting it again": (
        "INSERT INTO events SELECT * FROM events WHERE seq = 3 ON CONFLICT (office_id, seq) DO UPDATE SET body = '{}'",
        [HAK, "events_next", "events_no_update"]),
    "delete an audit entry": ("DELETE FROM events WHERE seq = 2", [HAK, "events_no_delete"]),
    "cut the tail of the record": (
        "DELETE FROM events WHERE seq = (SELECT MAX(seq) FROM events)", [HAK, "events_no_delete"]),
    "empty the record": ("TRUNCATE events CASCADE", [HAK, "events_no_truncate", "messages_no_truncate"]),
    "empty everything": ("TRUNCATE offices CASCADE", [HAK, *NO_TRUNCATE]),
    "append what is bound to nothing": (f"INSERT INTO events {BOUND_TO_NOTHING}", ["events_next"]),
    "append it behind a table of the same name": (
        "CREATE TEMPORARY TABLE events AS SELECT office_id, CAST(9998 AS BIGINT) AS seq, 'ee' AS hash"
        f" FROM public.events WHERE seq = 3; INSERT INTO public.events {BOUND_TO_NOTHING.replace('seq +', '')}",
        ["events_next"]),
    "fork the record": (
        "INSERT INTO events SELECT office_id, seq + 1, kind, case_id, body, 'dd', 'ff' FROM events ORDER BY seq DESC"
        " LIMIT 1", ["events_next"]),
    "turn the head back": ("UPDATE offices SET head_seq = 1 WHERE id = 1", ["offices_frozen"]),
    "name another beginning": ("UPDATE offices SET genesis = 'ff' WHERE id = 1", [HAK, "offices_fixed"]),
    "invent an office": (
        "INSERT INTO offices SELECT 9, 'lain', name, genesis, 0, head_hash, head_at, 1, 1 FROM offices WHERE id = 1",
        [HAK]),
    "give a person another address": ("UPDATE persons SET email = 'lain@contoh.invalid' WHERE id = 1", [HAK]),
    "take a position from somebody without a trace": ("DELETE FROM holders WHERE id = 2", [HAK]),
    "backdate a letter of appointment": ("UPDATE holders SET letter = 'SK 0', from_at = '2020'", [HAK]),
    "change a signed text": ("UPDATE revisions SET body = 'x'", [HAK, "revisions_no_update"]),
    "replace a structure": ("UPDATE documents SET body = 'x'", [HAK, "documents_no_update"]),
    "change what a person wrote": ("UPDATE texts SET body = 'lain'", ["texts_frozen"]),
    "change a mail before it goes": (
        "UPDATE messages SET subject = 'lain' WHERE state = 'queued'", [HAK, "messages_fixed"]),
    "send a mail elsewhere": (
        "UPDATE messages SET to_address = 'x@contoh.invalid' WHERE state = 'queued'", [HAK, "messages_fixed"]),
    "withhold a mail": (
        "UPDATE messages SET state = 'failed', error = 'x' WHERE state = 'queued'", ["messages_life"]),
    "arm a sent reminder again": (
        "UPDATE reminders SET state = 'armed' WHERE state = 'superseded'", ["reminders_frozen"]),
    "change a delivered file": (r"UPDATE files SET body = '\x00'", ["files_frozen"]),
    "take back what was delivered with a completed run": (
        "UPDATE attachments SET state = 'withdrawn', ended_at = attached_at WHERE state = 'attached' AND run_id IN"
        " (SELECT id FROM stage_runs WHERE state = 'completed')", ["attachments_update_in_time"]),
    "give a case another year": ("UPDATE cases SET year = 2030 WHERE state = 'running'", [HAK, "cases_fixed"]),
    "put back a replaced edition": (
        "UPDATE editions SET state = 'replaced', signed_by = 1, in_force_at = '' WHERE state = 'draft'",
        ["editions_life"]),
}  # fmt: skip


@pytest.fixture(scope="module")
def lived_in(databases: Databases) -> Iterator[Database]:
    """A database with a row in every state a trigger looks at; tests leave it as it was."""
    place = databases.copy_of(databases.template)
    office = Office(place).settle()
    office.start(office.in_force(_numbered(990)))
    cancel_case(office.store, office.who("sekretaris"), office.engine.reading.cases()[0].id, "sekretaris", "Salah.")
    with place.connect(databases.owner) as connection:
        connection.execute("UPDATE editions SET state = 'void'")
    office.start(office.in_force())
    attach(office, "disposisi", "Surat.txt", b"Isi surat")
    office.done("disposisi")
    office.done("persiapan", result="Rencana kerja.")
    office.send_back("Perbaiki.")
    office.done("persiapan")
    office.start(office.in_force(_numbered(998)))
    two_files(office)
    set_apart(office)
    office.load(_numbered(999))
    office.close()
    yield place
    place.remove()


@contextmanager
def acting(place: Database, role: str, without: list[str] | tuple[str, ...] = ()) -> Iterator[Any]:
    """Somebody in a role, once some guards are gone; all of it is undone."""
    with place.connect() as connection:
        connection.autocommit = False
        connection.execute(f"SET LOCAL ROLE {place.on.owner}")
        for guard in without:
            connection.execute(f"DROP FUNCTION {guard} CASCADE")
        connection.execute(f"SET LOCAL ROLE {role or 'NONE'}")
        yield connection
        connection.rollback()


def rows_changed(connection: Any, statements: str) -> int:
    """Run statements; how many rows the last one touched (a TRUNCATE does not tell: 1)."""
    *before, last = statements.split("; ")
    for statement in before:
        connection.execute(statement)
    touched = connection.execute(last.strip()).rowcount
    return 1 if last.startswith("TRUNCATE") else int(touched)


def refused(connection: Any, statements: str, because: type[Exception]) -> None:
    with pytest.raises(because):
        rows_changed(connection, statements)


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_database_refuses_the_role_that_works(lived_in: Database, attack: str) -> None:
    from psycopg.errors import InsufficientPrivilege, IntegrityConstraintViolation

    statement, guards = ATTACKS[attack]
    with acting(lived_in, lived_in.on.app) as connection:
        refused(connection, statement, InsufficientPrivilege if HAK in guards else IntegrityConstraintViolation)


@pytest.mark.parametrize("attack", [name for name, (_, guards) in ATTACKS.items() if guards != [HAK]])
def test_it_refuses_the_owner_and_who_plays_a_replica(lived_in: Database, attack: str) -> None:
    from psycopg.errors import IntegrityConstraintViolation

    statement, _ = ATTACKS[attack]
    with acting(lived_in, lived_in.on.owner) as connection:
        refused(connection, statement, IntegrityConstraintViolation)
    with acting(lived_in, "") as connection:
        connection.execute("SET LOCAL session_replication_role = replica")
        refused(connection, statement, IntegrityConstraintViolation)


@pytest.mark.parametrize("attack", ATTACKS)
def test_without_its_guards_the_attack_would_work(lived_in: Database, attack: str) -> None:
    statement, guards = ATTACKS[attack]
    role = lived_in.on.owner if HAK in guards else lived_in.on.app
    with acting(lived_in, role, [guard for guard in guards if guard != HAK]) as connection:
        assert rows_changed(connection, statement) > 0


@pytest.mark.parametrize("attack", [name for name in ATTACKS if "table of the same name" in name])
def test_it_is_the_search_path_that_keeps_a_guard_from_looking_elsewhere(lived_in: Database, attack: str) -> None:
    statement, [guard] = ATTACKS[attack]
    with acting(lived_in, lived_in.on.owner) as connection:
        connection.execute(f"ALTER FUNCTION {guard} RESET search_path")
        connection.execute(f"SET LOCAL ROLE {lived_in.on.app}")

        assert rows_changed(connection, statement) > 0


def test_guards_that_are_not_always_on_let_a_replica_pass(lived_in: Database) -> None:
    with acting(lived_in, lived_in.on.owner) as connection:
        connection.execute("ALTER TABLE events ENABLE TRIGGER events_no_update")
        connection.execute("SET LOCAL ROLE NONE")
        connection.execute("SET LOCAL session_replication_role = replica")

        assert rows_changed(connection, ATTACKS["rewrite an audit entry"][0]) > 0


FORBIDDEN = [  # what only an owner, or the server's own role, may do
    "ALTER TABLE stage_runs DISABLE TRIGGER stage_runs_frozen",
    "ALTER TABLE stage_runs DISABLE TRIGGER ALL",
    "ALTER TABLE stage_runs DISABLE TRIGGER USER",
    "DROP TRIGGER stage_runs_frozen ON stage_runs",
    "DROP FUNCTION stage_runs_frozen() CASCADE",
    "CREATE OR REPLACE FUNCTION stage_runs_frozen() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "ALTER FUNCTION sign_offs_four_eyes() RESET search_path",
    "CREATE FUNCTION sly() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "CREATE TRIGGER sly BEFORE UPDATE ON stage_runs FOR EACH ROW EXECUTE FUNCTION stage_runs_frozen()",
    "CREATE RULE sly AS ON UPDATE TO stage_runs DO INSTEAD NOTHING",
    "CREATE TABLE sly (id BIGINT)",
    "CREATE SCHEMA sly",
    "CREATE INDEX sly ON events (kind)",
    "DROP TABLE events CASCADE",
    "DROP INDEX tasks_one_claim",
    "ALTER TABLE tasks DROP CONSTRAINT tasks_state",
    "ALTER TABLE events ADD COLUMN sly TEXT",
    "ALTER TABLE events RENAME TO other",
    "ALTER TABLE events OWNER TO CURRENT_USER",
    "ALTER TABLE events DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE reminders SET UNLOGGED",
    "COMMENT ON TABLE events IS 'sly'",
    "CLUSTER events USING events_pkey",
    "BEGIN; LOCK TABLE offices IN ACCESS EXCLUSIVE MODE",
    "SET session_replication_role = replica",
    "SET ROLE {owner}",
    "SET SESSION AUTHORIZATION {owner}",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "ALTER SYSTEM SET fsync = off",
    "COPY events TO PROGRAM 'cat'",
    "COPY events FROM '/etc/hostname'",
    "SELECT pg_read_file('/etc/hostname')",
    "SELECT lo_import('/etc/hostname')",
    "UPDATE pg_trigger SET tgenabled = 'D'",
    "DELETE FROM pg_trigger",
    "UPDATE alembic_version SET version_num = 'x'",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_role_that_works_has_no_say_in_what_guards_it(lived_in: Database, statement: str) -> None:
    from psycopg.errors import InsufficientPrivilege

    with lived_in.connect(lived_in.on.app) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(statement.format(owner=lived_in.on.owner))


def test_copying_rows_in_meets_the_same_guards(lived_in: Database) -> None:
    from psycopg.errors import IntegrityConstraintViolation

    with lived_in.connect(lived_in.on.app) as connection:
        cursor = connection.cursor()
        with (
            pytest.raises(IntegrityConstraintViolation, match="bersambung"),
            cursor.copy("COPY events FROM STDIN") as rows,
        ):
            rows.write_row((1, 9999, "sly", None, "{}", "ee", "ff"))


def test_each_trigger_speaks_up_and_without_it_nobody_says_so(lived_in: Database) -> None:
    import psycopg

    for trigger, makes in postgresql_triggers():
        words = makes.split("MESSAGE = '")[1].split("'")[0]
        statement = spoken_to_postgres(trigger)
        with acting(lived_in, lived_in.on.owner) as connection, pytest.raises(psycopg.IntegrityError, match=words):
            connection.execute(statement)
        with acting(lived_in, lived_in.on.owner, [trigger]) as connection:
            found = said_to(connection, statement)
            assert words not in found
            assert found != "0", f"{trigger}: its statement touches nothing"


def said_to(connection: Any, statement: str) -> str:
    """What one hears on a statement: how many rows it touched, or why not."""
    try:
        return str(rows_changed(connection, statement))
    except Exception as why:
        return str(why)


def spoken_to_postgres(trigger: str) -> str:
    """The statement that breaks one trigger's rule, in the words of PostgreSQL."""
    if trigger.endswith("_no_truncate"):
        return f"TRUNCATE {trigger.removesuffix('_no_truncate')} CASCADE"
    return statement_against(trigger).replace("x'00'", r"'\x00'").removesuffix(" WHERE 1")


@pytest.mark.parametrize("constraint", BAD_ROWS)
def test_a_row_that_makes_no_sense_is_refused_by_its_check(lived_in: Database, constraint: str) -> None:
    from psycopg.errors import CheckViolation

    every = [name for name, _ in postgresql_triggers()]
    with acting(lived_in, lived_in.on.owner, every) as connection:
        with pytest.raises(CheckViolation) as found:
            connection.execute(BAD_ROWS[constraint])

        assert found.value.diag.constraint_name == constraint


@pytest.mark.parametrize("fault", BAD_VALUES)
def test_types_and_unique_indexes_hold(lived_in: Database, fault: str) -> None:
    from psycopg.errors import InvalidTextRepresentation, UniqueViolation

    every = [name for name, _ in postgresql_triggers()]
    with (
        acting(lived_in, lived_in.on.owner, every) as connection,
        pytest.raises((UniqueViolation, InvalidTextRepresentation)),
    ):
        connection.execute(BAD_VALUES[fault])
