"""Files: check them, and load them where a case can use them."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from sop_engine.application.load_edition import load_edition
from sop_engine.application.ports import Who
from sop_engine.application.set_up import load_document
from sop_engine.cli.call import Answer, Call, clean, console
from sop_engine.cli.verbs import verb
from sop_engine.domain.calendar import CalendarData
from sop_engine.domain.organisation import Organisation
from sop_engine.errors import DefinitionInvalid, Problem, SopError
from sop_engine.files.calendars import Decree, amended, national_calendar, read_decrees
from sop_engine.files.check import check_file
from sop_engine.files.reader import read

File = Annotated[Path, typer.Argument(metavar="BERKAS", help="Berkas YAML.")]
_FORMAT = re.compile(r"^format:\s*[\"']?([a-z]+/\d+)", re.MULTILINE)
_BEFORE, _AFTER = 4, 6  # years of holidays known beside the present one


@verb("check", "Periksa sebuah berkas SOP: setiap masalah dengan barisnya. Tanpa basis data.", "sop check sop-baru.yaml")
def check(call: Call, file: File) -> Answer:
    """Check a definition and quote every faulty line."""
    checked = check_file(file)
    errors = sum(problem.severity == "error" for problem in checked.problems)
    print_problems(call, checked.problems)
    days = checked.working_days
    if errors:
        call.say(f"{errors} kesalahan, {len(checked.problems) - errors} peringatan.", style="red")
    else:
        warnings = f" dengan {len(checked.problems)} peringatan" if checked.problems else ""
        call.say(f"Berkas ini dapat dipakai{warnings}.", style="green")
    if days:
        call.say(f"Lama: {days['shortest']} hari kerja paling singkat, {days['longest_without_rework']} tanpa pengulangan.")
    problems = [problem_answer(problem) for problem in checked.problems]
    return {"ok": not errors, "problems": problems, "working_days": days}


def problem_answer(problem: Problem) -> dict[str, Any]:
    """Give a problem as JSON answers carry it."""
    names = ("severity", "code", "path", "line", "column", "message", "clause", "file")
    return {name: getattr(problem, name) for name in names}


def print_problems(call: Call, problems: Iterable[Problem], *, stderr: bool = False) -> None:
    """Print problems, each with the line it stands in."""
    if call.as_json:
        return
    out, lines = console(stderr=stderr), dict[str, list[str]]()
    for problem in problems:
        colour = "red" if problem.severity == "error" else "yellow"
        out.print(Text(clean(problem), style=colour), soft_wrap=True)
        if problem.file not in lines:
            path = Path(problem.file)
            lines[problem.file] = path.read_text("utf-8", "replace").splitlines() if path.is_file() else []
        quoted = lines[problem.file][problem.line - 1 : problem.line]
        if quoted:
            margin = f"{problem.line:>6} │ "
            out.print(Text(margin + clean(quoted[0]), style="dim"), no_wrap=True, overflow="ellipsis")
            out.print(Text(" " * 7 + "│ " + " " * (problem.column - 1) + "^", style=colour), no_wrap=True)


@verb(
    "load",
    "Muat berkas SOP (menjadi rancangan), organisasi, atau keputusan hari libur; jenisnya dikenali sendiri.",
    "sop load sop-baru.yaml --sebagai admin@contoh.invalid",
)
def load(call: Call, who: Who, file: File) -> Answer:
    """Load a file by what its `format` says it is."""
    body = file.read_bytes().decode("utf-8", "replace")
    found = _FORMAT.search(body)
    kinds = {"organisasi/1": load_organisation, "kalender/1": load_decree}
    return kinds.get(found[1] if found else "", _load_sop)(call, who, file)


def _load_sop(call: Call, who: Who, file: Path) -> Answer:
    checked = check_file(file, call.reading.organisation)
    print_problems(call, [problem for problem in checked.problems if problem.severity == "warning"], stderr=True)
    definition = checked.require().definition
    answer = load_edition(call.store, who, file.read_bytes().decode(), lambda _: definition)
    call.say(f"SOP Nomor {answer['number']} dimuat sebagai rancangan edisi {answer['edition']}.")
    call.say(f"Sidik naskah: {answer['digest']}\nBerikutnya: `sop sign {answer['edition']}` oleh pejabat yang mengesahkan.")
    return answer


def load_organisation(call: Call, who: Who, file: Path) -> Answer:
    """Load an organisation; editions signed before keep theirs."""
    data = file.read_bytes()
    organisation = read(data, str(file), Organisation)
    answer = load_document(call.store, who, "organisation", organisation.id, data.decode())
    call.say(f"Organisasi {organisation.name} dimuat: {len(organisation.positions)} jabatan.")
    return answer


def load_decree(call: Call, who: Who, file: Path) -> Answer:
    """Lay a decree over the calendar in use."""
    decree = read(file.read_bytes(), str(file), Decree)
    calendar = amended(call.reading.calendar(call.zone).data, [decree])
    answer = keep_calendar(call, who, calendar)
    call.say(f"Kalender diperbarui menurut {decree.name}: {len(decree.days_off)} hari libur.")
    return answer


def load_first_calendar(call: Call, who: Who, folder: Path) -> Answer:
    """Load the national holidays with the decrees shipped in a folder."""
    year = call.now.year
    return keep_calendar(call, who, national_calendar(year - _BEFORE, year + _AFTER, read_decrees(folder)))


def keep_calendar(call: Call, who: Who, calendar: CalendarData) -> Answer:
    """Keep a calendar as the one in use."""
    return load_document(call.store, who, "calendar", "indonesia", calendar.model_dump_json())
