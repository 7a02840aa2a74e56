"""The floor: the same rows written by hand, with everything prepared beforehand (design §11).

One held connection, cached statements, prepared values, hand-written SQL; it reads the task once and
guards its updates. It decides nothing, encodes nothing, hashes nothing.
"""

from typing import Any, NamedTuple

from sop_engine.storage import sqlite

Row = tuple[Any, ...]
READ = "SELECT state, run_id, case_id FROM tasks WHERE office_id = ? AND id = ?"
OF_CASE = ("cases", "stage_runs", "tasks", "sign_offs", "events", "reminders", "messages")
KEYS = {
    "offices": ("id",),
    "events": ("office_id", "seq"),
    "reminders": ("office_id", "run_id", "person_id", "level", "deadline_no"),
}
ORDER = ("cases", "stage_runs", "tasks", "sign_offs", "events", "texts", "reminders", "messages", "offices")


def keys_of(table: str) -> tuple[str, ...]:
    """The primary key of a table."""
    return KEYS.get(table, ("office_id", "id"))


class Snapshot:
    """The rows one command on a case can touch, by table and key."""

    def __init__(self, connection: Any, case_id: int) -> None:
        self.columns: dict[str, list[str]] = {}
        self.rows: dict[str, dict[Row, Row]] = {}
        for table in ORDER:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            places = [columns.index(column) for column in keys_of(table)]
            where = {"cases": "WHERE id = ?", "texts": "WHERE id > (SELECT MAX(id) - 40 FROM texts) AND ? > 0"}.get(
                table, "WHERE case_id = ?" if table in OF_CASE else "WHERE ? > 0"
            )
            found = connection.execute(f"SELECT * FROM {table} {where}", (case_id,))
            self.columns[table] = columns
            self.rows[table] = {tuple(row[p] for p in places): row for row in found}


class Prepared(NamedTuple):
    """One command's writes, ready to execute."""

    task: tuple[int, int] | None
    updates: list[tuple[str, Row]]
    inserts: list[tuple[str, list[Row]]]


def prepare(task: tuple[int, int] | None, before: Snapshot, after: Snapshot) -> Prepared:
    """Find what a command changed, and write the statements that change just that."""
    made = Prepared(task, [], [])
    for table in ORDER:
        old = before.rows[table]
        fresh = [row for key, row in after.rows[table].items() if key not in old]
        if fresh:
            marks = ", ".join("?" * len(after.columns[table]))
            made.inserts.append((f"INSERT INTO {table} VALUES ({marks})", fresh))
        for key, row in after.rows[table].items():
            if key in old and old[key] != row:
                made.updates.append(_update(table, after.columns[table], key, old[key], row))
    return made


def _update(table: str, columns: list[str], key: Row, old: Row, new: Row) -> tuple[str, Row]:
    changed = [place for place in range(len(columns)) if old[place] != new[place]]
    guards = [place for place, column in enumerate(columns) if column in ("state", "version", "head_seq")]
    sets = ", ".join(f"{columns[place]} = ?" for place in changed)
    where = " AND ".join([f"{column} = ?" for column in keys_of(table)] + [f"{columns[p]} = ?" for p in guards])
    values = [*(new[p] for p in changed), *key, *(old[p] for p in guards)]
    return f"UPDATE {table} SET {sets} WHERE {where}", tuple(values)


class Floor:
    """Writes prepared commands, one commit each, over one held connection."""

    def __init__(self, path: str) -> None:
        self.connection = sqlite.connect(path, writing=True)

    def write(self, prepared: Prepared) -> None:
        """Write one command's rows in one transaction."""
        execute, many = self.connection.execute, self.connection.executemany
        execute("BEGIN IMMEDIATE")
        if prepared.task:
            assert execute(READ, prepared.task).fetchone()[0] == "offered"
        for statement, values in prepared.updates:
            assert execute(statement, values).rowcount == 1
        for statement, rows in prepared.inserts:
            many(statement, rows)
        execute("COMMIT")
