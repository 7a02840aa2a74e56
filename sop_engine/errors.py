"""The whole family of errors; every one carries a sentence for the person who caused it.

    SopError
    ├── DefinitionInvalid   a file has problems: every one listed, with its line
    ├── Refusal             an act is not allowed: which clause, and what is possible instead
    │   ├── NotAuthorised   the actor does not hold the position
    │   ├── StaleVersion    somebody else was first; look again and repeat
    │   └── NotFound        no such thing in this office
    ├── KeyReused           an idempotency key came back with another request
    └── StoreUnfit          the database is not the one this version writes to

Sentences are Indonesian: clerks, the Sekretaris and admins read them.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in a definition: where it is, what is wrong, what to write instead."""

    code: str
    message: str
    path: str = ""
    line: int = 1
    column: int = 1
    severity: Literal["error", "warning"] = "error"
    clause: int | None = None
    file: str = ""

    def __str__(self) -> str:
        return f"{self.file or '-'}:{self.line}:{self.column}: {self.path}{': ' * bool(self.path)}{self.message}"


class SopError(Exception):
    """Anything the engine refuses; its text is a sentence for a user."""


class DefinitionInvalid(SopError):
    """A definition, organisation or calendar file that can't be used."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class Refusal(SopError):
    """An act that is not allowed.

    `clause` is the number of the SOP's clause that forbids it, `clause_text` its words; both are
    absent where it is a rule of the engine itself. `instead` says what is possible.
    """

    code = "ditolak"

    def __init__(self, message: str, *, clause: int | None = None, clause_text: str = "", instead: str = "") -> None:
        self.message, self.clause, self.clause_text, self.instead = message, clause, clause_text, instead
        source = f" Dasar: angka {clause} «{clause_text}»" if clause else " Dasar: aturan mesin SOP."
        super().__init__(message + source + (f" {instead}" if instead else ""))


class NotAuthorised(Refusal):
    """The actor does not hold the position that may do this."""

    code = "tidak_berwenang"


class StaleVersion(Refusal):
    """The thing changed since the actor looked at it."""

    code = "sudah_berubah"


class NotFound(Refusal):
    """There is no such thing in this office."""

    code = "tidak_ditemukan"


class KeyReused(SopError):
    """An idempotency key was used before, with another request."""


class StoreUnfit(SopError):
    """The database can't be trusted with this version: its schema or its settings differ."""
