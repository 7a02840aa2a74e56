"""PostgreSQL as a store: schema and rights are what we ship, its clock counts, nothing is half done or done twice."""

import re
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.schema import CreateIndex, CreateTable

from sop_engine.application.complete_task import complete_task
from sop_engine.domain.state import instant_text
from sop_engine.errors import StoreUnfit
from sop_engine.settings import Settings
from sop_engine.storage import guards
from sop_engine.storage.installation import SYSTEM
from sop_engine.storage.tables import TABLES
from sop_engine.wiring import install, open_engine
from tests import postgres
from tests.invariants import check, stored
from tests.office import Office, settings_of
from tests.postgres import Database, Databases
from tests.storage.test_postgres_races import at_once

STORES = ["postgres"]  # SQLite has nothing like it
LISTING = Path(guards.__file__).with_name("schema.postgresql.txt")
LISTED = [tuple(line.split(" | ", 2)) for line in LISTING.read_text("utf-8").splitlines()]


# -- the schema, as far as it can be seen without a server -------------------------------------------


def test_the_listing_has_the_triggers_that_the_guards_make() -> None:
    made = dict(guards.postgresql_triggers())
    listed = {name: text for kind, name, text in LISTED if kind == "trigger"}

    assert made.keys() == listed.keys()
    assert all(listed[name].split("BEGIN", 1)[1] == made[name].split("$$")[1][5:] for name in made)


def test_what_never_changes_the_app_role_has_no_right_to_set() -> None:
    rights = {name: text for kind, name, text in LISTED if kind == "hak peran"}

    for table, guard in guards.GUARDS.items():
        found = re.search(r"UPDATE \((.*)\)", rights[table])
        may_set = set(found[1].split(", ")) if found else set()
        assert not may_set & {*guard.fixed, *(column for key in guard.keys for column in key)}
        assert not (guard.append_only and may_set)
    deleted = [table for table, text in rights.items() if "DELETE" in text or "TRUNCATE" in text]
    assert deleted == ["answers", "sessions"]


def test_every_key_of_a_guard_is_a_unique_index() -> None:
    unique = {text.split("public.")[1] for kind, _, text in LISTED if kind == "index" and "UNIQUE" in text}

    for table, guard in guards.GUARDS.items():
        assert {f"{table} USING btree ({', '.join(key)})" for key in guard.keys} <= unique


# -- the schema on a server --------------------------------------------------------------------------


def test_tables_as_declared_are_what_the_migration_makes(databases: Databases) -> None:
    from sop_engine.storage import postgres_schema

    engine = create_engine(databases.url((place := databases.empty()).name, databases.owner))
    with engine.begin() as connection:
        for table in TABLES.sorted_tables:
            connection.execute(CreateTable(table))
            for index in table.indexes:
                connection.execute(CreateIndex(index))
        for _, statements in guards.postgresql_triggers():
            for statement in statements.split(";\n"):
                connection.exec_driver_sql(statement)
    engine.dispose()
    with place.connect() as connection:
        found = postgres_schema.listed(lambda text, values: connection.execute(text.replace("?", "%s"), values))
    place.remove()

    assert [row for row in found if row[0] != "hak peran"] == [row for row in LISTED if row[0] != "hak peran"]


def test_migrating_again_changes_nothing_and_heals_a_lost_trigger(place: Database, office: Office) -> None:
    with place.connect(place.on.owner) as connection:
        connection.execute("DROP TRIGGER events_no_update ON events")
    with pytest.raises(StoreUnfit, match="trigger events_no_update"):
        office.store.check_schema()

    install(office.settings, lambda: office.at)
    install(office.settings, lambda: office.at)

    office.store.check_schema()
    assert office.store.query("SELECT COUNT(*) FROM offices") == [(2,)]


CHANGES = {  # what somebody with the owner's rights may do to the schema → what is named
    "DROP TRIGGER stage_runs_frozen ON stage_runs": "trigger stage_runs_frozen",
    "ALTER TABLE stage_runs DISABLE TRIGGER stage_runs_frozen": "trigger stage_runs_frozen",
    "ALTER TABLE stage_runs ENABLE TRIGGER stage_runs_frozen": "trigger stage_runs_frozen",
    "CREATE OR REPLACE FUNCTION events_no_update() RETURNS trigger LANGUAGE plpgsql AS"
    " $$BEGIN RETURN NEW; END$$": "trigger events_no_update",
    "ALTER FUNCTION sign_offs_four_eyes() RESET search_path": "trigger sign_offs_four_eyes",
    "CREATE FUNCTION sly() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.body := ''; RETURN NEW; END$$;"
    " CREATE TRIGGER sly BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION sly()": "trigger sly",
    "CREATE RULE sly AS ON UPDATE TO messages DO INSTEAD NOTHING": "table messages",
    "ALTER TABLE texts ENABLE ROW LEVEL SECURITY": "table texts",
    "ALTER TABLE reminders SET UNLOGGED": "table reminders",
    "ALTER TABLE tasks DROP CONSTRAINT tasks_state": "constraint tasks.tasks_state",
    "ALTER TABLE messages DROP CONSTRAINT messages_office_id_event_seq_fkey": "constraint messages.",
    "DROP INDEX tasks_one_claim": "index tasks_one_claim",
    "ALTER TABLE events ADD COLUMN sly TEXT": "column events.sly",
    "ALTER TABLE events ALTER COLUMN body DROP NOT NULL": "column events.body",
    "CREATE TABLE sly (id BIGINT)": "table sly",
    "GRANT DELETE ON events TO {app}": "hak peran events",
    "GRANT UPDATE (hash) ON events TO PUBLIC": "hak peran events",
    "GRANT TRIGGER ON events TO {app}": "hak peran events",
    "GRANT CREATE ON SCHEMA public TO {app}": "hak peran schema public",
    "GRANT {owner} TO {app}": "hak peran answers",
}


def test_a_changed_schema_or_right_is_named(place: Database, office: Office) -> None:
    as_server = {"GRANT {owner} TO {app}"}
    for change, named in CHANGES.items():
        statement = change.format(app=place.on.app, owner=place.on.owner)
        with place.connect("" if change in as_server else place.on.owner) as connection:
            connection.autocommit = False
            connection.execute(statement)
            with pytest.raises(StoreUnfit, match=re.escape(named)):
                _checked(connection, place.on.app)
            connection.rollback()
    office.store.check_schema()


def _checked(connection: Any, app: str) -> None:
    from sop_engine.storage import postgres_schema

    postgres_schema.check(lambda text, values: connection.execute(text.replace("?", "%s"), values), app)


def test_the_owner_of_the_tables_may_not_run_the_engine(place: Database, office: Office) -> None:
    settings = settings_of(place)

    with pytest.raises(StoreUnfit, match="hak peran"):
        open_engine(settings.model_copy(update={"database_url": settings.database_owner_url}))


@pytest.mark.parametrize("owner", ["", "the role that works"])
def test_installing_takes_two_roles(place: Database, owner: str) -> None:
    settings = settings_of(place)
    owner_url = settings.database_url if owner else ""

    with pytest.raises(StoreUnfit, match="dua peran"):
        install(settings.model_copy(update={"database_owner_url": owner_url}))


def test_a_server_out_of_reach_is_told_in_a_sentence_without_the_password(place: Database) -> None:
    url = settings_of(place).database_url.replace(place.name, "tiada")

    with pytest.raises(StoreUnfit, match=r"tidak dapat dipakai.*SOP_DATABASE_URL") as told:
        open_engine(Settings(database_url=url))

    assert place.on.password not in str(told.value)


def test_without_psycopg_one_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.delitem(sys.modules, "sop_engine.storage.postgres", raising=False)

    with pytest.raises(StoreUnfit, match=re.escape("sop-engine[postgres]")):
        open_engine(Settings(database_url="postgresql+psycopg://siapa@localhost/sop"))


def test_an_address_is_shown_without_who_and_which_password() -> None:
    settings = Settings(database_url="postgresql+psycopg://siapa:r@hasia@db.contoh.invalid:5433/sop?sslmode=require")

    assert settings.database_path == "db.contoh.invalid:5433/sop"


# -- living with it ----------------------------------------------------------------------------------


def test_without_a_clock_of_ours_the_servers_counts(place: Database, office: Office) -> None:
    engine = open_engine(settings_of(place))
    with place.connect() as connection:
        before = connection.execute("SELECT clock_timestamp()").fetchone()[0]
        during = engine.store.write(SYSTEM, lambda tx: tx.now)
        between = engine.store.clock()
        after = connection.execute("SELECT clock_timestamp()").fetchone()[0]
    engine.close()

    assert before <= during <= between <= after
    assert during.utcoffset() == timedelta(0)


def waiting_for_a_lock(connection: Any) -> Callable[[], bool]:
    """Whether somebody waits for somebody else's row."""
    statement = "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    return lambda: bool(connection.execute(statement).fetchone()[0])


def soon(true: Callable[[], bool]) -> None:
    """Wait until something holds."""
    for _ in range(2000):
        if true():
            return
        time.sleep(0.005)
    raise AssertionError("it never came")


def test_the_offices_row_is_the_first_lock_of_every_command(place: Database, running: Office) -> None:
    task, person, _ = running.open_tasks("disposisi")[0]
    done = threading.Thread(target=complete_task, args=(running.store, running.who(person), task))
    with place.connect() as other, place.connect() as onlooker:
        other.autocommit = False
        other.execute("SELECT id FROM offices WHERE id = %s FOR UPDATE", (running.id,))
        done.start()
        soon(waiting_for_a_lock(onlooker))
        held = onlooker.execute(
            "SELECT DISTINCT c.relname::text FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
            " JOIN pg_stat_activity a ON a.pid = l.pid WHERE a.wait_event_type = 'Lock' AND c.relkind = 'r'"
        ).fetchall()
        other.rollback()
    done.join()

    assert held == [("offices",)]
    assert ("disposisi", 1, "", "completed") in running.runs()


def test_two_workers_claim_different_mails_and_neither_waits(place: Database, running: Office) -> None:
    running.done("disposisi")
    at = running.at + timedelta(days=1)
    queued = running.store.query("SELECT COUNT(*) FROM messages WHERE state = 'queued'")[0][0]
    with place.connect() as other:
        other.autocommit = False
        first = other.execute(
            "SELECT id FROM messages WHERE state = 'queued' ORDER BY id LIMIT 1 FOR UPDATE"
        ).fetchone()
        claimed = running.engine.outbox.claim(at, owner="satu", limit=50, lease_seconds=60)
        other.rollback()
    rest = running.engine.outbox.claim(at, owner="dua", limit=50, lease_seconds=60)

    assert len(claimed) == queued - 1 > 0
    assert [message.id for message in rest] == [first[0]]


def test_a_claim_takes_no_more_than_it_asks_for(running: Office) -> None:
    running.to_the_end()
    at = running.at + timedelta(days=1)
    claims = [running.engine.outbox.claim(at, owner="satu", limit=3, lease_seconds=60) for _ in range(3)]

    assert [len(claimed) for claimed in claims] == [3, 3, 3]
    assert len({message.id for claimed in claims for message in claimed}) == 9


def test_after_the_server_let_go_of_every_connection_the_next_command_is_done(place: Database, running: Office) -> None:
    task = running.open_tasks("disposisi")[0][0]
    with place.connect() as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        left = "SELECT COUNT(*) FROM pg_stat_activity WHERE usename = %s"
        soon(lambda: other.execute(left, (place.on.app,)).fetchone()[0] == 0)

    complete_task(running.store, running.who("sekretaris"), task)

    assert ("disposisi", 1, "", "completed") in running.runs()


def test_a_commit_of_unknown_end_is_not_repeated_by_itself(running: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from sop_engine.storage.postgres import psycopg

    task, person, _ = running.open_tasks("disposisi")[0]
    who, commit = replace(running.who(person), key="sekali"), psycopg.Connection.commit

    def lost(connection: Any) -> None:
        commit(connection)
        raise psycopg.OperationalError("the answer was lost")

    monkeypatch.setattr(psycopg.Connection, "commit", lost)
    with pytest.raises(psycopg.OperationalError):
        complete_task(running.store, who, task)
    monkeypatch.undo()
    once = stored(running)

    answer = complete_task(running.store, who, task)  # the person repeats it, under the same key

    assert answer["status"] == "completed"
    assert stored(running) == once
    check(running)


def test_an_error_in_what_was_sent_ahead_undoes_the_whole(running: Office) -> None:
    from sop_engine.storage.postgres import psycopg

    before = stored(running)

    def twice(tx: Any) -> None:
        desk = tx.desk(running.who("sekretaris"))
        desk.tell("uji.dua_kali")
        tx.save(desk)
        tx._run("INSERT INTO persons SELECT * FROM persons")
        tx._run("UPDATE offices SET next_id = next_id + 1 WHERE id = ?", (running.id,))

    with pytest.raises(psycopg.errors.UniqueViolation):
        running.store.write(running.id, twice)

    assert stored(running) == before
    running.done("disposisi")
    check(running)


def test_read_then_write_without_a_condition_lets_everybody_win(place: Database, office: Office) -> None:
    with place.connect(place.on.owner) as owner:
        owner.execute("CREATE TABLE naive AS SELECT 1 AS id, 'offered' AS state")
        owner.execute(f"GRANT SELECT, UPDATE ON naive TO {place.on.app}")
    read = threading.Barrier(10)

    def naively() -> Any:
        with place.connect(place.on.app) as connection:
            connection.autocommit = False
            offered = connection.execute("SELECT state FROM naive").fetchone()[0] == "offered"
            read.wait()
            if offered:
                connection.execute("UPDATE naive SET state = 'done' WHERE id = 1")
            connection.commit()
            return offered

    assert at_once([naively] * 10).count(True) == 10


def test_reading_never_takes_a_lock(place: Database, running: Office) -> None:
    case_id = running.engine.reading.cases()[0].id
    with place.connect() as other:
        other.autocommit = False
        other.execute("SELECT id FROM offices FOR UPDATE")
        view = running.engine.reading.case(case_id)
        items = running.engine.reading.inbox(running.person["sekretaris"], ["sekretaris"])
        other.rollback()

    assert view is not None
    assert [item.kind for item in items] == ["tugas"]


def test_the_readers_connections_cannot_write(running: Office) -> None:
    from sop_engine.storage.postgres import psycopg

    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        running.store.query("UPDATE offices SET next_id = next_id + 1 RETURNING id")


def test_a_number_of_an_instant_is_kept_to_the_microsecond(running: Office) -> None:
    assert running.store.query("SELECT head_at FROM offices WHERE id = ?", (running.id,)) == [
        (instant_text(running.at),)
    ]


def test_the_listing_can_be_made_anew(databases: Databases, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from sop_engine.storage import postgres_schema

    monkeypatch.setattr(postgres_schema, "LISTING", tmp_path / "listing.txt")

    postgres.freeze()

    assert (tmp_path / "listing.txt").read_text("utf-8") == LISTING.read_text("utf-8")
