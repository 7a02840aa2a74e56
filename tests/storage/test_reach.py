"""How far statements reach: what an act or an inbox asks of SQLite is found by an index, not by reading the office."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sop_engine.application.answer_sign_off import return_work
from sop_engine.application.ratify_edition import void_edition
from sop_engine.application.revise_edition import follow_revisions
from sop_engine.storage import sqlite
from sop_engine.storage.store import SqliteStore
from tests.attachments import attach, detach_last
from tests.office import Office
from tests.revisions import of_stage, revise

# These don't grow with the cases: an office's whole part of them may be read. All other tables do, from year to year.
SMALL = {"offices", "persons", "holders", "absences", "handovers", "documents", "editions", "revisions", "receipts"}
_WRITTEN = re.compile(
    "SELECT|UPDATE|DELETE|WITH"
)  # what INSERT explains is of foreign keys, passed over where none waits
_ASKED_BY_THE_TEST = ("SELECT t.id, t.person_id, t.position FROM", "SELECT id, position, run_id FROM sign_offs")
_VALUE = re.compile(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b")


def a_life(office: Office) -> None:
    """Everything that happens to a case, from its start to the end of its edition."""
    edition = office.in_force()
    case = office.start(edition)
    attach(office, "disposisi", "Surat.txt", b"Isi surat")
    office.engine.reading.file(attach(office, "disposisi", "Keliru.txt", b"Bukan ini"))
    detach_last(office, "disposisi")
    office.done("disposisi")
    office.done("persiapan")
    return_work(office.store, office.who("sekretaris"), office.asked()[0][0], "Perbaiki.")
    office.done("persiapan")
    revise(office, edition, of_stage("verifikasi", "waktu: 2 hari", "waktu: 5 hari"))
    follow_revisions(office.store)
    for person in set(office.person.values()):
        office.engine.reading.taken(office.engine.reading.inbox(person, ["sekretaris"]))
        office.engine.reading.handed(person)
    office.engine.reading.case(case)
    office.engine.tick()
    office.approve()
    void_edition(office.store, office.who("sekretaris"), edition, "Salah ruang lingkup.")
    office.engine.tick()


def asked_in(life: Callable[[], None], monkeypatch: pytest.MonkeyPatch, office: Office) -> list[str]:
    """Every kind of statement that reached SQLite, with the values it had once."""
    asked: dict[str, str] = {}
    connect = sqlite.connect

    def note(statement: str) -> None:
        if _WRITTEN.match(statement.strip()) and not statement.startswith(_ASKED_BY_THE_TEST):
            asked[_VALUE.sub("?", statement)] = statement

    def traced(*where: Any, **how: Any) -> Any:
        connection = connect(*where, **how)
        connection.set_trace_callback(note)
        return connection

    monkeypatch.setattr(sqlite, "connect", traced)
    assert isinstance(office.store, SqliteStore)
    office.store.writer.connection.set_trace_callback(note)
    with office.store.asking() as run:  # this thread's reading connection is open already
        run.__self__.set_trace_callback(note)  # type: ignore[attr-defined]
    life()
    return list(asked.values())


def far(plan: list[tuple[Any, ...]], statement: str) -> list[str]:
    """The steps of a query plan that read a growing table, or an office's whole part of it."""
    steps = [str(step[-1]) for step in plan]
    names = {step: step.split()[1] for step in steps if step.startswith(("SCAN", "SEARCH"))}
    of = {alias: table for table, alias in re.findall(r"(?:FROM|JOIN|,) (\w+) (?:AS )?(\w+)", statement)}
    growing = {step for step, name in names.items() if not {name, of.get(name, name)} & SMALL}
    whole = [step for step in growing if step.startswith("SCAN") or step.endswith("(office_id=?)")]
    return [step for step in whole if not re.search(r"SCAN (due|CONSTANT|\w+ VIRTUAL)", step)]


def test_no_act_reads_the_whole_office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office(tmp_path).settle()  # on SQLite only: PostgreSQL plans by the statistics it keeps itself
    statements = asked_in(lambda: a_life(office), monkeypatch, office)

    plans = {statement: office.store.query(f"EXPLAIN QUERY PLAN {statement}") for statement in statements}
    reaching = {statement: found for statement, plan in plans.items() if (found := far(plan, statement))}
    assert len(statements) > 40
    assert reaching == {}
    office.close()
