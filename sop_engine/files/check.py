"""Everything that can be said about an SOP file before it is loaded: its problems, its length."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sop_engine.domain.definition import Definition
from sop_engine.domain.organisation import Organisation
from sop_engine.errors import DefinitionInvalid, Problem
from sop_engine.files.calendars import Decree, national_calendar
from sop_engine.files.guard import LARGEST
from sop_engine.files.lints import lint, lint_calendar, lint_organisation, lint_partial, lint_staff
from sop_engine.files.lints.outlook import Outlook, outlook, year_of
from sop_engine.files.lints.staffing import Staffed
from sop_engine.files.lints.subject import Subject, instead
from sop_engine.files.lints.working_days import working_days
from sop_engine.files.reader import inspect

FindOrganisation = Callable[[str], tuple[Organisation | None, list[Problem]]]
FindDecrees = Callable[[], tuple[list[Decree], list[Problem]]]


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
    without rework) where no error stands in the way, `outlook` then what a year's calendar makes of it.
    `lines` is the file's text, for quoting.
    """

    definition: Definition | None
    organisation: Organisation | None
    problems: list[Problem]
    working_days: tuple[int, int] | None
    lines: list[str]
    outlook: Outlook | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing but warnings was found."""
        return all(problem.severity == "warning" for problem in self.problems)

    def require(self) -> Sound:
        """Give the sound definition; DefinitionInvalid with every error otherwise."""
        if not self.ok or self.definition is None or self.organisation is None or self.working_days is None:
            raise DefinitionInvalid([problem for problem in self.problems if problem.severity == "error"])
        return Sound(self.definition, self.organisation, self.problems, self.working_days)


def check_file(path: Path, year: int | None = None) -> Checked:
    """Check an SOP file, with its organisation `organisasi/ID.yaml` and the decrees `kalender/*.yaml` beside it.

    `year` (2000-2100) is that of the cases to look at, by default that of `tanggal_efektif`.
    """
    folder = path.parent
    return check(_head(path), str(path), lambda name: _beside(path, name), lambda: _decrees(folder / "kalender"), year)


def check(
    data: bytes | Problem,
    name: str,
    find: FindOrganisation,
    decrees: FindDecrees | None = None,
    year: int | None = None,
    staff: Mapping[str, frozenset[int]] | None = None,
) -> Checked:
    """Check an SOP's bytes; `find` gives the organisation of an id, and what is wrong with it.

    Without `decrees` no year's calendar is looked at; `staff`, the persons in post per position, only where known.
    """
    if isinstance(data, Problem):
        return Checked(None, None, [replace(data, file=name)], None, [])
    found = inspect(data, name, Definition)
    organisation, others = find(found.partial.organisation) if found.partial else (None, [])
    problems = found.problems + found.place([problem for problem in others if not problem.file])
    if found.value:
        problems += found.place(lint(found.value, organisation))
    elif found.partial:
        problems += found.place(lint_partial(found.partial, organisation))
    if not found.value or any(problem.severity == "error" for problem in problems + others):
        return Checked(found.value, organisation, _listed(problems, others), None, found.lines)
    ahead, faults = _look_ahead(found.value, decrees, year)
    problems += found.place(lint_calendar(ahead))
    if staff is not None:
        problems += found.place(lint_staff(Staffed(Subject(found.value, organisation), staff)))
    days = working_days(found.value)
    sound = not any(problem.severity == "error" for problem in faults)
    return Checked(
        found.value, organisation, _listed(problems, others + faults), days if sound else None, found.lines, ahead
    )


def _listed(problems: list[Problem], others: list[Problem]) -> list[Problem]:
    """Problems of the file in the order of its lines, then those of files beside it."""
    ordered = sorted(problems, key=lambda problem: (problem.line, problem.column))
    return ordered + [problem for problem in others if problem.file]


def _look_ahead(definition: Definition, find: FindDecrees | None, year: int | None) -> tuple[Outlook, list[Problem]]:
    """Lay a sound definition on the calendar of a year; of faulty decree files what is wrong with them."""
    year = (year or year_of(definition)) if find else None
    decrees, faults = find() if find and year else ([], [])
    return outlook(definition, year, lambda first, last: national_calendar(first, last, decrees)), faults


def check_organisation(data: bytes, name: str, wanted: str) -> tuple[Organisation | None, list[Problem]]:
    """Read an organisation's bytes and say what is wrong with it; its id must be the wanted one, if any is."""
    found = inspect(data, name, Organisation)
    problems = list(found.problems)
    if found.value:
        problems += found.place(lint_organisation(found.value))
        if wanted and found.value.id != wanted:
            message = f"id organisasi «{found.value.id}» berbeda dari nama berkasnya; tulis `id: {wanted}`"
            problems += found.place([Problem("ID_ORGANISASI", message, "id")])
    return found.value, sorted(problems, key=lambda problem: (problem.line, problem.column))


def _beside(path: Path, name: str) -> tuple[Organisation | None, list[Problem]]:
    file = path.parent / "organisasi" / f"{name}.yaml"
    data = _head(file)
    if isinstance(data, Problem):
        near = instead(name, sorted(other.stem for other in file.parent.glob("*.yaml")), "")
        said = f"tidak ditemukan; {near}" if near and near != f"mungkin maksudnya `{name}`" else data.message
        message = f"berkas `organisasi/{name}.yaml` di samping berkas ini {said}"
        return None, [Problem("ORGANISASI_TIDAK_ADA", message, "organisasi")]
    return check_organisation(data, str(file), name)


def _decrees(folder: Path) -> tuple[list[Decree], list[Problem]]:
    """The decree files of a folder in the order of their names, and what is wrong with them."""
    decrees, problems = [], []
    for file in sorted(folder.glob("*.yaml")):
        data = _head(file)
        if isinstance(data, Problem):
            problems.append(replace(data, message=f"berkas ini {data.message}", file=str(file)))
            continue
        found = inspect(data, str(file), Decree)
        problems += found.problems
        decrees += [found.value] if found.value else []
    return decrees, problems


def _head(path: Path) -> bytes | Problem:
    """A file's bytes, of a larger one than we take only enough to see that."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except FileNotFoundError:
        return Problem("BERKAS_TAK_TERBACA", "tidak ditemukan; periksa nama dan foldernya")
    except OSError:
        return Problem("BERKAS_TAK_TERBACA", "tidak dapat dibuka; periksa izin bacanya, dan bahwa itu sebuah berkas")
