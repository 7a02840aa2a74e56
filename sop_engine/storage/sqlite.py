"""Connections to an SQLite file: which library, which journal, which pragmas, and why.

SQLite 3.7.0-3.51.2 can lose committed writes when two connections write and checkpoint a WAL at one
instant; WAL is therefore used only on a version free of that bug (3.51.3, or the backports 3.50.7
and 3.44.6), else a rollback journal. FULL (or EXTRA) because NORMAL loses acknowledged commits at a
power cut.
"""

from importlib import import_module
from typing import Any

from sop_engine.errors import StoreUnfit

driver: Any
try:  # the wheel carries a newer SQLite than most systems do
    driver = import_module("pysqlite3.dbapi2")
except ImportError:
    driver = import_module("sqlite3")

BUSY_MS = 15_000


def free_of_wal_reset_bug(version: tuple[int, ...]) -> bool:
    """Tell whether an SQLite version is safe in WAL mode with several connections."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


def journal() -> tuple[str, str]:
    """Give the journal mode and synchronous level this library may be trusted with."""
    return ("WAL", "FULL") if free_of_wal_reset_bug(driver.sqlite_version_info) else ("DELETE", "EXTRA")


def connect(path: str, *, writing: bool) -> Any:
    """Open a connection whose transactions we begin ourselves; StoreUnfit for a file that is no database."""
    connection = driver.connect(path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
    mode, synchronous = journal()
    try:
        if writing:
            connection.execute(f"PRAGMA journal_mode={mode}")
        connection.execute("SELECT COUNT(*) FROM sqlite_master")
    except driver.DatabaseError as error:
        connection.close()
        message = f"Berkas {path} bukan basis data SQLite yang utuh ({error}). Pulihkan dari cadangan."
        raise StoreUnfit(message) from None
    connection.execute(f"PRAGMA synchronous={synchronous}")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA recursive_triggers=ON")
    connection.execute("PRAGMA trusted_schema=OFF")
    if not writing:
        connection.execute("PRAGMA query_only=ON")
    return connection
