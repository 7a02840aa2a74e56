"""Files: check them, and load them where a case can use them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from rich.text import Text

from sop_engine.application.load_edition import load_edition
from sop_engine.application.ports import Who
from sop_engine.cli.call import Answer, Call, clean, console
from sop_engine.cli.verbs import argument, option, reader, verb
from sop_engine.domain.definition import Definition
from sop_engine.domain.indonesian import day_date
from sop_engine.errors import Problem
from sop_engine.files.calendars import parse_year
from sop_engine.files.check import check_file
from sop_engine.files.guard import LARGEST, format_of
from sop_engine.files.lints.outlook import Outlook

File = Annotated[Path, argument("BERKAS", "Berkas YAML.")]
Year = Annotated[
    int | None,
    option(
        "--year", "TAHUN", "Tahun kasus yang dilihat pada kalender; bawaan: tahun tanggal efektif.", reader(parse_year)
    ),
]
_BESIDE, _WIDEST = 100, 200  # characters quoted before the faulty one, and in all


@verb(
    "check",
    "Periksa sebuah berkas SOP: setiap masalah dengan barisnya. Tanpa basis data.",
    "sop check sop-baru.yaml --year 2027",
)
def check(call: Call, file: File, year: Year = None) -> Answer:
    """Check a definition and quote every faulty line."""
    checked = check_file(file, year)
    errors = sum(problem.severity == "error" for problem in checked.problems)
    warnings, days = len(checked.problems) - errors, checked.working_days
    if not call.as_json:
        print_problems(checked.problems)
    if errors:
        call.say(f"{errors} kesalahan, {warnings} peringatan. Berkas ini belum dapat dipakai.", style="red")
    else:
        call.say("Berkas ini dapat dipakai" + (f", dengan {warnings} peringatan." if warnings else "."), style="green")
    if days:
        call.say(f"Lamanya {days[0]} hari kerja paling singkat, {days[1]} paling lama tanpa pengulangan.")
    calendar = _calendar_answer(checked.outlook)
    for case in calendar["cases"] if calendar else ():
        start, end = day_date(case["start"]), day_date(case["longest_without_rework"])
        call.say(f"Menurut kalender, mulai {start} dan selesai paling lambat {end}.")
    return {
        "ok": not errors,
        "problems": [problem_answer(problem) for problem in checked.problems],
        "working_days": {"shortest": days[0], "longest_without_rework": days[1]} if days else None,
        "calendar": calendar,
    }


def _calendar_answer(outlook: Outlook | None) -> Answer | None:
    """Give the cases of a year and their limits as JSON answers carry them; `late` in working days."""
    if outlook is None or outlook.year is None:
        return None
    return {
        "year": outlook.year,
        "cases": [
            {
                "start": case.start,
                "shortest": case.shortest,
                "longest_without_rework": case.longest,
                "limits": [
                    {"id": met.limit.id, "date": met.day, "falls_on": met.falls_on, "late": met.late[1]}
                    for met in case.limits
                ],
            }
            for case in outlook.cases
        ],
    }


def problem_answer(problem: Problem) -> dict[str, Any]:
    """Give a problem as JSON answers carry it."""
    names = ("severity", "code", "path", "line", "column", "message", "clause", "file")
    return {name: getattr(problem, name) for name in names}


def print_problems(problems: Iterable[Problem], *, stderr: bool = False) -> None:
    """Print problems, each with the line it stands in."""
    out, files = console(stderr=stderr), dict[str, list[str]]()
    for problem in problems:
        colour, what = ("red", "kesalahan") if problem.severity == "error" else ("yellow", "peringatan")
        out.print(clean(problem), style=colour, soft_wrap=True)
        if problem.file not in files:
            files[problem.file] = _lines_of(Path(problem.file))
        for line in files[problem.file][problem.line - 1 : problem.line]:
            before = max(0, problem.column - 1 - _BESIDE)  # of a long line only what surrounds the fault
            quoted, space = clean(line[before : before + _WIDEST]), " " * (problem.column - 1 - before)
            out.print(Text(f"{problem.line:>6} │ {quoted}", style="dim"), no_wrap=True, overflow="ellipsis")
            out.print(Text(f"       │ {space}^ {what}", style=colour), no_wrap=True, overflow="ellipsis")


def _lines_of(path: Path) -> list[str]:
    if not path.is_file():
        return []
    with path.open("rb") as file:
        return file.read(LARGEST).decode("utf-8", "replace").splitlines()


@verb(
    "load",
    "Muat berkas SOP (menjadi rancangan), organisasi, atau keputusan hari libur; jenisnya dikenali sendiri.",
    "sop load sop-baru.yaml --sebagai admin@contoh.invalid",
)
def load(call: Call, who: Who, file: File) -> Answer:
    """Load a file by what its `format` says it is."""
    data = file.read_bytes()
    loaders = {"organisasi": load_organisation, "kalender": _load_decree}
    return loaders.get(format_of(data), _load_sop)(call, who, file, data)


def checked_sop(call: Call, file: Path, data: bytes) -> Definition:
    """Give the definition of a file that has no errors against the loaded organisation; its warnings are printed."""
    sound = call.engine.check_sop(data, str(file)).require()
    print_problems(sound.problems, stderr=True)
    return sound.definition


def _load_sop(call: Call, who: Who, file: Path, data: bytes) -> Answer:
    definition = checked_sop(call, file, data)
    answer = load_edition(call.store, who, data.decode(), lambda _: definition)
    call.say(f"SOP Nomor {answer['number']} dimuat sebagai rancangan edisi {answer['edition']}.")
    call.say(f"Sidik naskah: {answer['digest']}")
    call.say(f"Berikutnya: `sop sign {answer['edition']}` oleh pejabat yang mengesahkan.")
    return answer


def load_organisation(call: Call, who: Who, file: Path, data: bytes) -> Answer:
    """Load an organisation; editions signed before keep theirs."""
    answer = call.engine.load_organisation(who, data, str(file), file.stem)
    call.say(f"Organisasi {answer['title']} dimuat: {answer['positions']} jabatan.")
    return answer


def _load_decree(call: Call, who: Who, file: Path, data: bytes) -> Answer:
    answer = call.engine.load_decree(who, data, str(file), call.zone)
    call.say(f"Kalender diperbarui menurut {answer['title']}.")
    return answer
