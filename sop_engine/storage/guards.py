"""Triggers: what the database itself refuses, whoever asks (reliability findings 5, 10, 11).

Keys never change and are never inserted twice, so `REPLACE` finds nothing to replace; what has ended
never changes; states move only along the life cycles; nothing is deleted; the record only grows.
"""

from collections.abc import Iterator
from typing import NamedTuple

from sop_engine.domain.lifecycle import LIVES


class Guard(NamedTuple):
    """What never changes of a table: its keys (the first is the primary key), and whole rows."""

    keys: tuple[tuple[str, ...], ...]
    fixed: tuple[str, ...] = ()  # further columns that never change
    frozen: str = ""  # a condition on OLD under which nothing may change any more
    append_only: bool = False


_ID = ("office_id", "id")
_RUN = ("case_id", "stage", "pass_no", "slot", "activated_at", "activated_seq")
_STILL_ATTACHED = (
    "EXISTS (SELECT 1 FROM attachments a WHERE a.office_id = NEW.office_id AND a.id = NEW.id AND a.state = 'attached')"
)
GUARDS = {
    "editions": Guard(
        (_ID, ("office_id", "number")), ("sop", "loaded_by"), "OLD.state IN ('expired','replaced','void')"),
    "revisions": Guard((_ID, ("office_id", "edition_id", "number")), append_only=True),
    "documents": Guard((("office_id", "digest", "loaded_seq"),), append_only=True),
    "cases": Guard(
        (_ID,), ("edition_id", "year", "started_at", "limits", "single"),
        "OLD.state IN ('completed','void','cancelled')"),
    "stage_runs": Guard(
        (_ID, ("office_id", "case_id", "stage", "pass_no", "slot")), _RUN,
        "OLD.state IN ('completed','returned','void')"),
    "tasks": Guard(
        (_ID,), ("case_id", "run_id", "person_id", "position", "stands_for", "handed_by"),
        "OLD.state IN ('done','withdrawn')"),
    "proposals": Guard((_ID,), ("act", "arguments", "proposed_by", "proposed_at"), "OLD.state <> 'proposed'"),
    "receipts": Guard((("office_id", "edition_id", "unit"),), append_only=True),
    "sign_offs": Guard((_ID,), ("case_id", "run_id", "position"), "OLD.state IN ('given','returned','withdrawn')"),
    "attachments": Guard(
        (_ID,), ("case_id", "run_id", "person_id", "name", "kind", "size", "digest", "attached_at"),
        "OLD.state = 'withdrawn'"),
    "files": Guard((_ID,), (), f"NEW.body IS NOT NULL OR {_STILL_ATTACHED}"),
    "events": Guard((("office_id", "seq"), ("office_id", "prev_hash")), append_only=True),
    "texts": Guard((_ID,), ("salt", "digest"), "NEW.body IS NOT NULL"),
    "reminders": Guard(
        (("office_id", "run_id", "person_id", "level", "deadline_no"),), ("at",), "OLD.state <> 'armed'"),
    "messages": Guard(
        (_ID, ("office_id", "dedupe")), ("event_seq", "kind", "to_address", "subject", "context"),
        "OLD.state IN ('sent','failed','superseded') OR (OLD.body IS NOT NULL AND NEW.body IS NOT OLD.body)"),
    "offices": Guard((("id",),), ("genesis",), "NEW.head_seq < OLD.head_seq OR NEW.next_id < OLD.next_id"),
}  # fmt: skip

_TWO_STEPS = {"tasks": {("offered", "done")}}  # claimed and done in one command, written as one row

_FOUR_EYES = (
    "NEW.state = 'given' AND EXISTS (SELECT 1 FROM stage_runs r WHERE r.office_id = NEW.office_id"
    " AND r.id = NEW.run_id AND (r.performed_by = NEW.person_id"
    " OR r.performed_for = NEW.person_id"
    " OR EXISTS (SELECT 1 FROM json_each(r.present) p WHERE p.value = NEW.person_id)))"
)
_RUN_ENDED = (  # what was delivered with a run is frozen once it is submitted
    "NOT EXISTS (SELECT 1 FROM stage_runs r WHERE r.office_id = NEW.office_id AND r.id = NEW.run_id"
    " AND r.state = 'active')"
)
_NEXT_ENTRY = (
    "NEW.seq <> 1 + COALESCE((SELECT MAX(e.seq) FROM events e WHERE e.office_id = NEW.office_id), 0)"
    " OR NEW.prev_hash <> COALESCE((SELECT e.hash FROM events e WHERE e.office_id = NEW.office_id"
    " AND e.seq = NEW.seq - 1), (SELECT o.genesis FROM offices o WHERE o.id = NEW.office_id))"
)


_Rule = tuple[str, str, str, str, str]  # name, table, INSERT | UPDATE | DELETE, the condition refused, what it says


def _rules() -> Iterator[_Rule]:
    for table, guard in GUARDS.items():
        if table != "events":  # `events_next` admits only the one entry that follows
            yield f"{table}_key_taken", table, "INSERT", _taken(table, guard), "kunci sudah dipakai"
        yield f"{table}_no_delete", table, "DELETE", "1", "tidak boleh dihapus"
        if guard.append_only:
            yield f"{table}_no_update", table, "UPDATE", "1", "tidak boleh diubah"
            continue
        fixed = dict.fromkeys([column for key in guard.keys for column in key] + list(guard.fixed))
        changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in fixed)
        yield f"{table}_fixed", table, "UPDATE", changed, "pengenal tidak boleh diubah"
        if guard.frozen:
            yield f"{table}_frozen", table, "UPDATE", guard.frozen, "sudah selesai, tidak boleh diubah"
        if table in LIVES and _forbidden(table):
            yield f"{table}_life", table, "UPDATE", _not_in_life(table), "perpindahan keadaan tidak sah"
    yield "sign_offs_four_eyes", "sign_offs", "UPDATE", _FOUR_EYES, "pelaksana tidak boleh mengesahkan"
    for when in ("INSERT", "UPDATE"):
        name = f"attachments_{when.lower()}_in_time"
        yield name, "attachments", when, _RUN_ENDED, "tahapnya tidak lagi dikerjakan"
    yield "events_next", "events", "INSERT", _NEXT_ENTRY, "rantai catatan harus bersambung"


def sqlite_triggers() -> Iterator[tuple[str, str]]:
    """Give every trigger of an SQLite store as (name, statement)."""
    for name, table, when, condition, says in _rules():
        yield (
            name,
            (
                f"CREATE TRIGGER {name} BEFORE {when} ON {table} WHEN {condition}\n"
                f"BEGIN SELECT RAISE(ABORT, '{table}: {says}'); END"
            ),
        )


_IN_POSTGRESQL = {
    " IS NOT OLD.": " IS DISTINCT FROM OLD.",
    "IN (VALUES ": "IN (",
    "json_each(r.present) p WHERE p.value = NEW.person_id": (
        "json_array_elements_text(r.present::json) p(value) WHERE p.value = NEW.person_id::text"
    ),
}


def postgresql_triggers() -> Iterator[tuple[str, str]]:
    """Give every trigger of a PostgreSQL store as (name, statements); ALWAYS: replicating sessions meet it too.

    A taken key needs none: nothing there replaces a row, and the unique index refuses a second one.
    """
    for name, table, when, condition, says in _rules():
        if when == "DELETE":
            yield f"{table}_no_truncate", _postgresql(f"{table}_no_truncate", table, "TRUNCATE", "true", says)
        if not name.endswith("_key_taken"):
            for ours, theirs in _IN_POSTGRESQL.items():
                condition = condition.replace(ours, theirs)
            yield name, _postgresql(name, table, when, "true" if condition == "1" else condition, says)


def _postgresql(name: str, table: str, when: str, condition: str, says: str) -> str:
    # A temporary table of the same name must not be read in place of ours.
    path = " SET search_path = public, pg_temp" if "SELECT" in condition else ""
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql{path} AS $$BEGIN IF {condition} THEN"
        f" RAISE integrity_constraint_violation USING MESSAGE = '{table}: {says}'; END IF; RETURN NEW; END$$;\n"
        f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH {'STATEMENT' if when == 'TRUNCATE' else 'ROW'}"
        f" EXECUTE FUNCTION {name}();\nALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"
    )


def _taken(table: str, guard: Guard) -> str:
    return " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} t WHERE " + " AND ".join(f"t.{c} = NEW.{c}" for c in key) + ")"
        for key in guard.keys
    )


def _steps(table: str) -> set[tuple[str, str]]:
    return {(source, to) for _, source, to in LIVES[table].rows} | _TWO_STEPS.get(table, set())


def _forbidden(table: str) -> bool:
    """Whether some move between states is left to forbid, beyond leaving a last state."""
    life = LIVES[table]
    lasting = [state for state in life.states if state not in life.terminal]
    return any(to != source and (source, to) not in _steps(table) for source in lasting for to in life.states)


def _not_in_life(table: str) -> str:
    moves = ", ".join(f"('{source}', '{to}')" for source, to in sorted(_steps(table)))
    return f"NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (VALUES {moves})"
