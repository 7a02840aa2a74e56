"""The schema: brought up to date, guarded by triggers, and recognised by its fingerprint.

Rebuilding a table drops its triggers silently (reliability finding 5), so every migration ends with
dropping and making all of them anew, and the whole schema is compared with what this version ships.
"""

import hashlib
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateIndex, CreateTable

from sop_engine.errors import StoreUnfit
from sop_engine.storage import sqlite
from sop_engine.storage.guards import sqlite_triggers
from sop_engine.storage.tables import TABLES

Listed = tuple[str, str, str]  # kind, name, definition
_LARGE = ("cases", "events", "files", "texts")  # grow with every case, as do all that name one


def migrate(path: str) -> str:
    """Bring a store to this version's schema, triggers included; gives the fingerprint."""
    raw = sqlite.connect(path, writing=True)
    raw.execute("PRAGMA foreign_keys=OFF")  # a rebuilt parent would delete its children
    engine = create_engine("sqlite://", creator=lambda: raw, module=sqlite.driver, poolclass=StaticPool)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                raw.execute(f"DROP TRIGGER {name}")
            upgrade(connection)
            for _, statement in sqlite_triggers():
                raw.execute(statement)
            _expect_growth(raw)
            connection.commit()
        broken = raw.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise StoreUnfit(f"Basis data tidak utuh setelah migrasi: {broken[:3]}. Pulihkan dari cadangan.")
        return check(raw)
    finally:
        engine.dispose()
        raw.close()


def upgrade(connection: Connection) -> None:
    """Run the migrations a database has not seen yet."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _expect_growth(raw: Any) -> None:
    """Write down for SQLite's planner how many rows a grown office has.

    Without it an office is thought to hold ten, and read whole by its primary key; as found on some day, plans
    would change from office to office and from year to year.
    """
    raw.execute("ANALYZE offices")  # makes the table of statistics
    raw.execute("DELETE FROM sqlite_stat1")
    raw.executemany("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", statistics())


def statistics() -> list[tuple[str, str, str]]:
    """List (table, index, rows in all and for one value of each column from the left) of a grown office."""
    found = []
    for table in TABLES.sorted_tables:
        large = table.name in _LARGE or {"case_id", "run_id"} & set(table.columns.keys())
        key = "sqlite_autoindex_{}_1" if table.dialect_options["sqlite"]["with_rowid"] else "{}"
        indexes: list[tuple[str, Any, bool, bool]] = [(key.format(table.name), table.primary_key.columns, True, False)]
        for index in table.indexes:
            part = index.dialect_options["sqlite"]["where"] is not None
            indexes.append((str(index.name), index.columns, bool(index.unique), part))
        for name, columns, unique, part in indexes:
            rows = 100 if part or not large else 1_000_000
            each = [rows if column.name == "office_id" else 10 for column in columns]
            stat = [rows, *each[:-1], 1 if unique else each[-1]]
            found.append((table.name, name, " ".join(map(str, stat))))
    return found


def fingerprint() -> str:
    """Give the digest of every table, index and trigger an SQLite store of this version must have."""
    return _digest(_shipped())


def check(connection: Any) -> str:
    """Compare an open SQLite store with what this version ships; StoreUnfit for one that differs."""
    return compare(_found(connection), _shipped())


def compare(found: list[Listed], shipped: list[Listed]) -> str:
    """Give the fingerprint of a schema that is as shipped; refuse one that differs, naming what does."""
    if found != shipped:
        unlike = sorted({f"{kind} {name}" for kind, name, _ in {*found} ^ {*shipped}})
        more = f" dan {len(unlike) - 5} lainnya" if len(unlike) > 5 else ""
        raise StoreUnfit(
            f"Skema basis data tidak sama dengan versi program ini: {', '.join(unlike[:5])}{more}. Jalankan"
            " `sop migrate`; bila sesudahnya tetap berbeda, basis data telah diubah dari luar: pulihkan dari cadangan."
        )
    return _digest(found)


def _found(connection: Any) -> list[Listed]:
    rows = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
        " AND name NOT LIKE 'alembic_%' AND sql IS NOT NULL"
    ).fetchall()
    return sorted((kind, name, " ".join(statement.split())) for kind, name, statement in rows)


def _shipped() -> list[Listed]:
    rows = [("trigger", name, statement) for name, statement in sqlite_triggers()]
    dialect = create_engine("sqlite://", module=sqlite.driver).dialect
    for table in TABLES.sorted_tables:
        rows.append(("table", table.name, str(CreateTable(table).compile(dialect=dialect))))
        for index in table.indexes:
            rows.append(("index", str(index.name), str(CreateIndex(index).compile(dialect=dialect))))
    return sorted((kind, name, " ".join(statement.split())) for kind, name, statement in rows)


def _digest(rows: list[Listed]) -> str:
    return hashlib.sha256("\n".join(" ".join(row) for row in rows).encode()).hexdigest()
