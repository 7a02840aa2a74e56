"""A folder set up by `sop init`, and a way to type commands into it."""

import io
import json
import shutil
import sqlite3
import sys
from contextlib import chdir, closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from pyotp import TOTP

from sop_engine.cli.main import main
from tests.office import PEOPLE, SOP_396, WORKFLOWS

NUMBER = "396/ORT.06/3601/2023"
PASSWORD = "payung hijau tujuh kelinci"
SIGNING = ("sign", "approve", "void", "adopt")


@dataclass(frozen=True)
class Shown:
    """What a call showed: its exit code, what it printed, what it complained about."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)  # fails where anything else was printed
        return found


class Terminal:
    """Types commands in the present folder and reads what they show."""

    def __call__(self, *words: object, sebagai: str = "", typed: str | io.StringIO | None = None) -> Shown:
        """Run a call; `sebagai` is the first part of an address; who signs types what proves it."""
        acting = ["--sebagai", f"{sebagai}@contoh.invalid"] if sebagai else []
        if typed is None:
            typed = proof_of(sebagai) if words[:1] and words[0] in SIGNING and Path("data/sop.db").is_file() else ""
        stdin = patch.object(sys, "stdin", io.StringIO(typed) if isinstance(typed, str) else typed)
        with stdin, redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
            code = main([*map(str, words), *acting])
        return Shown(code, out.getvalue(), err.getvalue())

    def json(self, *words: object, sebagai: str = "", typed: str | None = None) -> dict[str, Any]:
        """Run a call that must succeed, for its JSON object."""
        shown = self(*words, "--json", sebagai=sebagai, typed=typed)
        assert shown.code == 0, shown.out + shown.err
        return shown.answer


def proof_of(person: str) -> str:
    """What a person types: the password, and a code not used yet, which there are three of at any time."""
    with closing(sqlite3.connect("data/sop.db")) as database:
        found = database.execute(
            "SELECT totp_secret, totp_step FROM credentials c JOIN persons p ON p.id = c.person_id WHERE email = ?",
            (f"{person}@contoh.invalid",),
        ).fetchone()
    if not found or not found[0]:
        return f"{PASSWORD}\n"
    step = max(found[1] + 1, int(datetime.now(UTC).timestamp()) // 30 - 1)
    return f"{PASSWORD}\n{TOTP(found[0]).generate_otp(step)}\n"


class FirstCode(io.StringIO):
    """Types a password, reads the secret off the screen, and types its first code."""

    def __init__(self, screen: io.StringIO) -> None:
        super().__init__(f"{PASSWORD}\n")
        self._screen = screen

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
        if line := super().readline():
            return line
        secret = self._screen.getvalue().split("secret=")[1][:32]
        return TOTP(secret).at(datetime.now(UTC) - timedelta(seconds=30)) + "\n"


def enrol(person: str) -> None:
    """Let a person with a password take an authenticator."""
    err = io.StringIO()
    with patch.object(sys, "stdin", FirstCode(err)), redirect_stdout(io.StringIO()), redirect_stderr(err):
        assert main(["people", "totp", "--sebagai", f"{person}@contoh.invalid"]) == 0, err.getvalue()


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders as they stand after each step of an installation's first day."""
    kept = tmp_path_factory.mktemp("kantor")
    sop, present = Terminal(), kept / "today"
    present.mkdir()
    with chdir(present):
        person = ("--admin-nama", "Ani Contoh", "--admin-surel", "admin@contoh.invalid")
        token = sop.json("init", "--naskah", WORKFLOWS, "--kantor", "uji", *person)["token"]
        sop.json("people", "password", "--pemulihan", sebagai="admin", typed=f"{token}\n{PASSWORD}\n")
        shutil.copytree(present, kept / "installed")
        for position, names in PEOPLE.items():
            for number, name in enumerate(names):
                address = f"{position}{number or ''}@contoh.invalid"
                sop.json("people", "add", name, address, sebagai="admin")
                sop.json("holders", "appoint", address, position, "--surat", "SK 1", sebagai="admin")
        token = sop.json("people", "reset", "sekretaris@contoh.invalid", sebagai="admin")["token"]
        sop.json("people", "password", "--pemulihan", sebagai="sekretaris", typed=f"{token}\n{PASSWORD}\n")
        enrol("sekretaris")
        shutil.copytree(present, kept / "staffed")
        sop.json("load", SOP_396, sebagai="admin")
        shutil.copytree(present, kept / "loaded")
        sop.json("sign", NUMBER, "--ya", sebagai="sekretaris")
        sop.json("start", NUMBER, "--year", 2026, sebagai="sekretaris")
        shutil.copytree(present, kept / "running")
    return kept


@pytest.fixture
def sop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A command line in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SOP_SEBAGAI", raising=False)
    return Terminal()


@pytest.fixture
def installed(sop: Terminal, folders: Path) -> Terminal:
    """The same after `sop init`."""
    shutil.copytree(folders / "installed", ".", dirs_exist_ok=True)
    return sop


@pytest.fixture
def staffed(sop: Terminal, folders: Path) -> Terminal:
    """The same with somebody in every position."""
    shutil.copytree(folders / "staffed", ".", dirs_exist_ok=True)
    return sop


@pytest.fixture
def loaded(sop: Terminal, folders: Path) -> Terminal:
    """The same with SOP 396 as a draft."""
    shutil.copytree(folders / "loaded", ".", dirs_exist_ok=True)
    return sop


@pytest.fixture
def running(sop: Terminal, folders: Path) -> Terminal:
    """The same with SOP 396 signed and a case of 2026 started."""
    shutil.copytree(folders / "running", ".", dirs_exist_ok=True)
    return sop
