"""What a visitor of the demo can type next: one command per open piece of work."""

import shlex
from typing import NamedTuple

from sop_engine.domain.definition import Stage
from sop_engine.domain.flow import SKIPPED, outcomes_of
from sop_engine.storage.tables import StageRunRow
from sop_engine.web.case_page import CasePage


class Command(NamedTuple):
    """A command: what it does, as whom, and the words after the program's name."""

    run_id: int
    does: str
    person: str
    typed: str


def commands_of(page: CasePage) -> list[Command]:
    """List a command for every open run of a case: to do the work, or to sign it off."""
    found = []
    for run in page.view.runs:
        stage = page.plan.stage(run.stage)
        if run.state == "active":
            found += _to_work(page, run, stage)[:1]
        elif run.state == "submitted":
            found += _to_sign(page, run, stage)
    return found


def _to_work(page: CasePage, run: StageRunRow, stage: Stage) -> list[Command]:
    tasks = [task for task in page.view.tasks if task.run_id == run.id and task.state in ("offered", "claimed")]
    tasks.sort(key=lambda task: task.state != "claimed")
    quorum, _ = page.plan.quorum_of(stage, run.slot)
    present = " --hadir " + ",".join(str(task.person_id) for task in tasks) if quorum else ""
    found = []
    for task in tasks:
        person = page.people.person(task.person_id)
        act = f"decide {task.id} {shlex.quote(_usual_outcome(stage))}" if stage.decision else f"complete {task.id}"
        result = f" --hasil {shlex.quote(stage.outputs[0])}" if stage.outputs else ""
        does = f"Selesaikan {stage.number or stage.id}"
        found.append(Command(run.id, does, person.name, f"{act}{result}{present} --sebagai {person.email}"))
    return found


def _to_sign(page: CasePage, run: StageRunRow, stage: Stage) -> list[Command]:
    performers = {run.performed_by, *run.present}
    found = []
    for asked in page.view.sign_offs:
        if asked.run_id != run.id or asked.state != "requested":
            continue
        for holder in page.people.holders_of(asked.position, page.now):
            if holder.person_id not in performers:
                person = page.people.person(holder.person_id)
                does = f"Sahkan {stage.number or stage.id}"
                found.append(Command(run.id, does, person.name, f"approve {asked.id} --sebagai {person.email}"))
    return found[:1]


def _usual_outcome(stage: Stage) -> str:
    ways = outcomes_of(stage)
    onward = (name for name, target in ways.items() if target.kind != "back" and name != SKIPPED)
    return next(onward, next(iter(ways)))
