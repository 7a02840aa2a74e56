"""A folder set up by `sop init`, and a way to type commands into it."""

import io
import json
import shutil
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sop_engine.cli.main import main
from tests.office import PEOPLE, SOP_396, WORKFLOWS

NUMBER = "396/ORT.06/3601/2023"


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

    def __call__(self, *words: object, sebagai: str = "") -> Shown:
        """Run a call; `sebagai` is the first part of an address."""
        acting = ["--sebagai", f"{sebagai}@contoh.invalid"] if sebagai else []
        with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
            code = main([*map(str, words), *acting])
        return Shown(code, out.getvalue(), err.getvalue())

    def json(self, *words: object, sebagai: str = "") -> dict[str, Any]:
        """Run a call that must succeed, for its JSON object."""
        shown = self(*words, "--json", sebagai=sebagai)
        assert shown.code == 0, shown.out + shown.err
        return shown.answer


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders as they stand after each step of an installation's first day."""
    kept = tmp_path_factory.mktemp("kantor")
    sop, present = Terminal(), kept / "today"
    present.mkdir()
    with chdir(present):
        person = ("--admin-nama", "Ani Contoh", "--admin-surel", "admin@contoh.invalid")
        sop.json("init", "--naskah", WORKFLOWS, "--kantor", "uji", *person)
        shutil.copytree(present, kept / "installed")
        for position, names in PEOPLE.items():
            for number, name in enumerate(names):
                address = f"{position}{number or ''}@contoh.invalid"
                sop.json("people", "add", name, address, sebagai="admin")
                sop.json("holders", "appoint", address, position, "--surat", "SK 1", sebagai="admin")
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
