"""What the page of one task says and asks; the template lays it out. From values to words, pure."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from sop_engine.domain.definition import Stage
from sop_engine.domain.flow import SKIPPED, outcomes_of
from sop_engine.domain.people import DELEGATE, SUBSTITUTE
from sop_engine.domain.state import Run, Task
from sop_engine.storage.sessions import Said
from sop_engine.web.case_page import CasePage


class Choice(NamedTuple):
    """An outcome one may choose: its name, where it leads, and the slots it can send back."""

    name: str
    leads: str
    redo: list[tuple[str, str]]


@dataclass(frozen=True)
class TaskPage:
    """A task as its holder sees it; `said` is what stands in the form."""

    case: CasePage
    task: Task
    said: Said

    @cached_property
    def run(self) -> Run:
        """The run the task belongs to."""
        return self.case.run_of(self.task)

    @cached_property
    def stage(self) -> Stage:
        """The stage of the run."""
        return self.case.plan.stage(self.run.stage)

    @cached_property
    def standing(self) -> dict[str, Any]:
        """How the run stands: mark, due date with its explanation, why it is done again."""
        return self.case.line(self.run, self.case.standings[self.stage.id][self.run.slot].mark)

    @property
    def stands_for(self) -> str:
        """Say for whom the holder does this; '' for their own work."""
        why = {DELEGATE: "atas nama", SUBSTITUTE: "sebagai pengganti"}.get(self.task.capacity, "")
        return f"{why} {self.case.person(self.task.stands_for)}" if why else ""

    @property
    def others(self) -> str:
        """Name who else was offered this."""
        tasks = self.case.tasks_of(self.run)
        return self.case.persons(task.person_id for task in tasks if task.person_id != self.task.person_id)

    @property
    def taken_by(self) -> str:
        """Name another person who has taken this; '' where nobody has."""
        tasks = self.case.tasks_of(self.run)
        return next((self.case.person(t.person_id) for t in tasks if t.state == "claimed" and t.id != self.task.id), "")

    @property
    def choices(self) -> list[Choice]:
        """The outcomes to choose from; none where the stage only goes on."""
        ways = outcomes_of(self.stage)
        return [self._choice(name) for name in ways] if len(ways) > 1 else []

    def _choice(self, name: str) -> Choice:
        target = outcomes_of(self.stage)[name]
        stage = self.case.plan.stage(target.stage) if target.stage else None
        place = f"{self.case.number(stage)} {stage.activity}" if stage else ""
        leads = {
            "next": "lanjut ke tahap berikutnya",
            "end": "pelaksanaan SOP selesai",
            "back": f"kembali ke {place}",
            "forward": f"langsung ke {place}",
        }[target.kind]
        slots = stage.for_each or () if stage and target.kind == "back" else ()
        shown = "Lewati tahap ini" if name == SKIPPED else name.capitalize()
        return Choice(name, f"{shown}: {leads}", [(slot, self.case.name(slot)) for slot in slots])

    @cached_property
    def quorum(self) -> tuple[int, str]:
        """How many of a body must be present, and its name; (0, '') where no body acts."""
        return self.case.plan.quorum_of(self.stage, self.run.slot)

    @property
    def members(self) -> list[tuple[int, str, str]]:
        """The members of the acting body: number, name, position."""
        performers = self.case.plan.performers_of(self.stage, self.run.slot)
        people, organisation = self.case.people, self.case.plan.organisation
        acting = [one for name in performers for one in people.acting_behind(organisation, name, self.case.now)]
        return [(one.person_id, self.case.person(one.person_id), self.case.name(one.position)) for one in acting]

    @property
    def colleagues(self) -> list[tuple[int, str]]:
        """Whom the task can be handed to."""
        have = {task.person_id for task in self.case.tasks_of(self.run)}
        persons = self.case.people.persons.values()
        return sorted(((one.id, one.name) for one in persons if one.id not in have), key=lambda one: one[1])

    @property
    def before(self) -> list[tuple[str, Run]]:
        """What earlier stages delivered, the latest first: stage and run."""
        runs, case = self.case.view.runs, self.case
        done = [r for r in runs if r.state == "completed" and (case.said(r.result) or case.files_of(r))]
        done.sort(key=lambda run: run.ended_seq or 0, reverse=True)
        stages = [case.plan.stage(run.stage) for run in done]
        return [(f"{case.number(stage)} {stage.activity}", run) for stage, run in zip(stages, done, strict=True)]

    @property
    def passes(self) -> list[Run]:
        """The earlier passes of this run, the latest first."""
        same = (self.run.stage, self.run.slot)
        found = [run for run in self.case.view.runs if (run.stage, run.slot) == same and run.id != self.run.id]
        return found[::-1]

    def first(self, name: str) -> str:
        """Give what stands in a field."""
        return (self.said.get(name) or [""])[0]

    def ticked(self, name: str, value: object) -> bool:
        """Whether a box is ticked."""
        return str(value) in self.said.get(name, [])
