"""The schema on PostgreSQL: one role owns it, another works in it, and the catalogs tell whether it is ours.

`schema.postgresql.txt` lists what the catalogs of a migrated database say; a test makes it anew from the
migration, from `tables.py` and from `guards.py`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from sop_engine.errors import StoreUnfit
from sop_engine.storage import schema
from sop_engine.storage.guards import postgresql_triggers
from sop_engine.storage.shelf import Run

HERE = Path(__file__).parent
LISTING = HERE / "schema.postgresql.txt"
_CATALOG, _RIGHTS = ((HERE / f"{name}.postgresql.sql").read_text("utf-8") for name in ("catalog", "rights"))
_TRIGGER_FUNCTIONS = (
    "SELECT DISTINCT tgfoid::regprocedure::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
    " WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal"
)


@contextmanager
def reached() -> Iterator[None]:
    """Turn what a server says against opening a database into StoreUnfit."""
    try:
        yield
    except DBAPIError as error:
        said = str(error.orig).strip().splitlines()[0]
        raise StoreUnfit(
            f"Basis data PostgreSQL tidak dapat dipakai: {said}. Periksa peladen, peran, dan SOP_DATABASE_URL (untuk"
            " `sop init` dan `sop migrate` juga SOP_DATABASE_OWNER_URL)."
        ) from error


def migrate(owner_url: str, app_url: str) -> str:
    """Bring a database to this version's schema as its owner, for another role to work in; gives the fingerprint."""
    owner, app = (make_url(url).username if url else None for url in (owner_url, app_url))
    if not owner or not app or owner == app:
        raise StoreUnfit(
            "PostgreSQL memerlukan dua peran: pemilik tabel pada SOP_DATABASE_OWNER_URL (hanya untuk `sop init` dan"
            " `sop migrate`; jangan ditulis dalam sop.env), dan peran kerja yang lain pada SOP_DATABASE_URL."
        )
    engine = create_engine(owner_url, connect_args={"options": "-c search_path=public"}, poolclass=NullPool)
    with reached(), engine.begin() as connection:
        run = connection.exec_driver_sql
        run("SELECT pg_advisory_xact_lock(396360123)")  # two that migrate at once wait for each other
        for (function,) in run(_TRIGGER_FUNCTIONS).fetchall():
            run(f"DROP FUNCTION {function} CASCADE")
        schema.upgrade(connection)
        rights = _RIGHTS.format(role=connection.dialect.identifier_preparer.quote(app))
        for statements in (*(made for _, made in postgresql_triggers()), rights):
            for statement in statements.split(";\n"):
                run(statement)
        return check(lambda text, parameters: run(text.replace("?", "%s"), parameters), app)


def check(run: Run, app: str = "") -> str:
    """Compare a database with what this version ships, and what `app` (or who asks) may do; StoreUnfit for another."""
    lines = LISTING.read_text("utf-8").splitlines()
    shipped: list[schema.Listed] = [(kind, name, text) for kind, name, text in (line.split(" | ", 2) for line in lines)]
    return schema.compare(listed(run, app), shipped)


def listed(run: Run, app: str = "") -> list[schema.Listed]:
    """List what the catalogs say of our schema, and what a role (or who asks) may do there."""
    return sorted((kind, name, text) for kind, name, text in run(_CATALOG, (app,)))
