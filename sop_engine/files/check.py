"""Everything that can be said about an SOP file before it is loaded: its problems, its length."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from sop_engine.domain.definition import Definition
from sop_engine.domain.organisation import Organisation
from sop_engine.errors import DefinitionInvalid, Problem
from sop_engine.files.guard import LARGEST
from sop_engine.files.lints import lint, lint_organisation, lint_partial
from sop_engine.files.lints.working_days import working_days
from sop_engine.files.reader import inspect

FindOrganisation = Callable[[str], tuple[Organisation | None, list[Problem]]]


@dataclass(frozen=True)
class Sound:
    """A definition without errors, the organisation it runs in, and the warnings."""

    definition: Definition
    organisation: Organisation
    problems: list[Problem]
    working_days: tuple[int, int]


@dataclass(frozen=True)
class Checked:
    """What was found in a file; problems of the file itself first, by line, then those of its organisation.

    `definition` and `organisation` are there where they could be read; `working_days` is (shortest, longest
    without rework) where no error stands in the way. `lines` is the file's text, for quoting.
    """

    definition: Definition | None
    organisation: Organisation | None
    problems: list[Problem]
    working_days: tuple[int, int] | None
    lines: list[str]

    @property
    def ok(self) -> bool:
        """Whether nothing but warnings was found."""
        return all(problem.severity == "warning" for problem in self.problems)

    def require(self) -> Sound:
        """Give the sound definition; DefinitionInvalid with every error otherwise."""
        if not self.ok or self.definition is None or self.organisation is None or self.working_days is None:
            raise DefinitionInvalid([problem for problem in self.problems if problem.severity == "error"])
        return Sound(self.definition, self.organisation, self.problems, self.working_days)


def check_file(path: Path) -> Checked:
    """Check an SOP file; its organisation is `organisasi/ID.yaml` beside it."""
    return check(_head(path), str(path), lambda name: _beside(path, name))


def check(data: bytes | Problem, name: str, find: FindOrganisation) -> Checked:
    """Check an SOP's bytes; `find` gives the organisation of an id, and what is wrong with it."""
    if isinstance(data, Problem):
        return Checked(None, None, [replace(data, file=name)], None, [])
    found = inspect(data, name, Definition)
    organisation, others = find(found.partial.organisation) if found.partial else (None, [])
    problems = found.problems + found.place([problem for problem in others if not problem.file])
    if found.value:
        problems += found.place(lint(found.value, organisation))
    elif found.partial:
        problems += found.place(lint_partial(found.partial, organisation))
    problems.sort(key=lambda problem: (problem.line, problem.column))
    problems += [problem for problem in others if problem.file]
    sound = found.value if all(problem.severity == "warning" for problem in problems) else None
    return Checked(found.value, organisation, problems, working_days(sound) if sound else None, found.lines)


def check_organisation(data: bytes, name: str, wanted: str) -> tuple[Organisation | None, list[Problem]]:
    """Read an organisation's bytes and say what is wrong with it; its id must be the wanted one."""
    found = inspect(data, name, Organisation)
    problems = list(found.problems)
    if found.value:
        problems += found.place(lint_organisation(found.value))
        if found.value.id != wanted:
            message = f"id organisasi «{found.value.id}» berbeda dari nama berkasnya; tulis `id: {wanted}`"
            problems += found.place([Problem("ID_ORGANISASI", message, "id")])
    return found.value, sorted(problems, key=lambda problem: (problem.line, problem.column))


def _beside(path: Path, name: str) -> tuple[Organisation | None, list[Problem]]:
    file = path.parent / "organisasi" / f"{name}.yaml"
    data = _head(file)
    if isinstance(data, Problem):
        message = f"berkas `organisasi/{name}.yaml` di samping berkas ini {data.message}"
        return None, [Problem("ORGANISASI_TIDAK_ADA", message, "organisasi")]
    return check_organisation(data, str(file), name)


def _head(path: Path) -> bytes | Problem:
    """A file's bytes, of a larger one than we take only enough to see that."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except FileNotFoundError:
        return Problem("BERKAS_TAK_TERBACA", "tidak ditemukan; periksa nama dan foldernya")
    except OSError:
        return Problem("BERKAS_TAK_TERBACA", "tidak dapat dibuka; periksa izin bacanya, dan bahwa itu sebuah berkas")
