"""One call of the command line: its settings, its engine, who acts, and where its words go."""

import getpass
import json
import os
import re
import sys
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import typer
from pydantic import ValidationError
from rich.console import Console, RenderableType

from sop_engine.application.ports import Who
from sop_engine.domain.definition import Schedule
from sop_engine.domain.state import Person
from sop_engine.errors import SopError
from sop_engine.settings import Settings
from sop_engine.storage.reading import Reading
from sop_engine.storage.store import SqlStore
from sop_engine.wiring import Engine, open_engine

Answer = dict[str, Any]
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_WIDE = 160  # columns where nobody looks through a window


class Misused(typer.TyperException):
    """A call that lacks something; its sentence says what to type."""

    exit_code = 2


def console(*, stderr: bool = False) -> Console:
    """Open a console that prints words as they are; colours only on terminals without NO_COLOR."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _WIDE
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


def clean(text: object) -> str:
    """Give a text without characters that would steer a terminal or turn its words around."""
    return _UNSAFE.sub("�", str(text))


def print_json(answer: Answer) -> None:
    """Print the one object of a call with `--json`."""
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=2, default=lambda at: at.isoformat()))


class Call:
    """What a verb works with; the engine is opened when first asked for."""

    def __init__(self, as_json: bool, acting_as: str | None) -> None:
        self.as_json, self._acting_as = as_json, acting_as
        self._engine: Engine | None = None
        self.announced = False

    @cached_property
    def settings(self) -> Settings:
        """The settings of this folder and environment."""
        return checked_settings()

    @property
    def engine(self) -> Engine:
        """The installation, opened once."""
        if self._engine is None:
            self._engine = open_engine(self.settings)
        return self._engine

    @property
    def store(self) -> SqlStore:
        """The installation's store."""
        return self.engine.store

    @property
    def reading(self) -> Reading:
        """The read side."""
        return self.engine.reading

    @cached_property
    def zone(self) -> str:
        """The zone of the newest edition, or the format's own where there is none yet."""
        newest = self.reading.editions()[-1:]
        return self.reading.plan(newest[0].revision_id, newest[0].organisation).zone if newest else Schedule().zone

    def who(self) -> Who:
        """Who acts, through this door; a usage sentence where nobody was named."""
        if not self._acting_as:
            raise Misused(
                "Siapa yang bertindak belum disebutkan. Tambahkan `--sebagai` dengan nomor, alamat surel atau"
                " nama lengkapnya (misalnya `--sebagai fajar@contoh.invalid`), atau tetapkan SOP_SEBAGAI."
                " Daftar orang: `sop people`."
            )
        return Who(self.engine.office_id, self.person(self._acting_as).id, channel())

    def person(self, text: str) -> Person:
        """Find a person by number, address or full name."""
        return self.reading.people().named(text)

    def positions_of(self, person_id: int) -> list[str]:
        """List the positions in which a person may act now."""
        return self.reading.people().positions_of(person_id, self.store.clock())

    def acting_in(self, person_id: int, allowed: Iterable[str]) -> str:
        """Name the first of some positions in which a person may act; the first of all where none is."""
        listed, held = list(allowed), self.positions_of(person_id)
        return next((position for position in listed if position in held), listed[0])

    def carry_on(self) -> None:
        """Let open work follow at once what this call has changed; a ticker would do it a little later."""
        self.engine.follow()

    def say(self, *things: RenderableType, style: str | None = None) -> None:
        """Print for a person; silent where JSON was asked for."""
        for thing in () if self.as_json else things:
            console().print(clean(thing) if isinstance(thing, str) else thing, style=style, soft_wrap=True)

    def announce(self, answer: Answer) -> None:
        """Answer now, for a verb that stays: its JSON object can't wait for its end."""
        self.announced = True
        if self.as_json:
            print_json({"ok": True} | answer)

    def close(self) -> None:
        """Let go of what was opened."""
        if self._engine:
            self._engine.close()


def checked_settings(**given: Any) -> Settings:
    """Read the settings, those given first; a wrong one is refused by its name."""
    try:
        return Settings(**given)
    except ValidationError as error:
        wrong = ", ".join(f"SOP_{fault['loc'][0]}".upper() for fault in error.errors())
        raise SopError(f"Konfigurasi tidak dapat dipakai: periksa {wrong} di sop.env atau di lingkungan.") from None


def channel() -> str:
    """Name this door and the operating system's user who stands in it."""
    try:
        import pwd  # not on Windows

        return f"cli:{pwd.getpwuid(os.getuid()).pw_name}"
    except (ImportError, KeyError):
        return f"cli:{getpass.getuser()}"
