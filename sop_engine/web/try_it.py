"""What a visitor of the demo can do first, and type next: one command per open piece of work."""

import shlex
from collections.abc import Iterable
from typing import NamedTuple

from sop_engine.domain.definition import Stage
from sop_engine.domain.flow import SKIPPED, outcomes_of
from sop_engine.domain.state import Person, Run
from sop_engine.web.case_page import CasePage


class Command(NamedTuple):
    """A command: what it does, as whom, and the words after the program's name."""

    does: str
    person: str
    typed: str


class Step(NamedTuple):
    """Something to try in the browser: what it shows, as whom, and where it begins."""

    shows: str
    person: Person
    page: str


def steps_of(pages: Iterable[CasePage], edition: int) -> list[Step]:
    """What a visitor of the demo can do first: sign off, catch up with what is late, revise."""
    found: dict[str, Step] = {}
    for page in pages:
        people = page.people
        for run in page.view.runs:
            if run.state == "active" and run.due_at and run.due_at < page.now and (tasks := page.tasks_of(run)):
                late = next((task for task in tasks if task.state == "offered"), tasks[0])
                found.setdefault("late", Step(_LATE, people.person(late.person_id), f"/tugas/{late.id}"))
            for asked in page.asked_of(run):
                if signers := page.signers_of(asked, run):
                    found.setdefault("sign", Step(_SIGN, people.person(signers[0]), "/pengesahan"))
        admin = next((person for person in people.persons.values() if person.admin), None)
        if admin:
            found.setdefault("revise", Step(_REVISE, admin, f"/edisi/{edition}/ubah"))
    return [found[name] for name in ("sign", "late", "revise") if name in found]


_SIGN = "Sahkan pekerjaan yang menunggu"
_LATE = "Kerjakan tugas yang terlambat"
_REVISE = "Revisi SOP yang sedang dilaksanakan"


def commands_of(page: CasePage) -> list[Command]:
    """List a command for every open run of a case: to do the work, or to sign it off."""
    found = (_command(page, run, page.plan.stage(run.stage)) for run in page.view.runs)
    return [command for command in found if command]


def _command(page: CasePage, run: Run, stage: Stage) -> Command | None:
    number = stage.number or stage.id
    if tasks := page.tasks_of(run):
        person = page.people.person(tasks[0].person_id)
        act = f"decide {tasks[0].id} {_usual_outcome(stage)}" if stage.decision else f"complete {tasks[0].id}"
        result = f" --hasil {shlex.quote(stage.outputs[0])}" if stage.outputs else ""
        present = " --hadir " + ",".join(str(task.person_id) for task in tasks)
        present = present if page.plan.quorum_of(stage, run.slot)[0] else ""
        return Command(f"Selesaikan {number}", person.name, f"{act}{result}{present} --sebagai {person.email}")
    signers = [(asked, signer) for asked in page.asked_of(run) for signer in page.signers_of(asked, run)]
    if not signers:
        return None
    person = page.people.person(signers[0][1])
    return Command(f"Sahkan {number}", person.name, f"approve {signers[0][0].id} --sebagai {person.email}")


def _usual_outcome(stage: Stage) -> str:
    ways = outcomes_of(stage)
    onward = (name for name, target in ways.items() if target.kind != "back" and name != SKIPPED)
    return shlex.quote(next(onward, next(iter(ways))))
