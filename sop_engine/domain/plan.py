"""A plan: one revision made ready to run, with the structure and calendar it runs in."""

import hashlib
from dataclasses import dataclass, field

from sop_engine.domain.calendar import WorkCalendar
from sop_engine.domain.definition import Definition, Limit, Stage
from sop_engine.domain.flow import Flow
from sop_engine.domain.organisation import Organisation
from sop_engine.domain.record import canonical


@dataclass(eq=False)
class Plan:
    """What every decision on a case of this revision looks at and none of them changes."""

    revision_id: int
    definition: Definition
    organisation: Organisation
    calendar: WorkCalendar
    names: dict[str, str] = field(default_factory=dict)  # ids of earlier revisions → those of this one
    flow: Flow = field(init=False)
    limits: dict[str, tuple[Limit, ...]] = field(init=False)
    _digests: dict[str, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.flow = Flow(self.definition, self.names)
        limits = self.definition.schedule.limits
        self.limits = {stage: tuple(limit for limit in limits if limit.stage == stage) for stage in self.flow.stages}

    @property
    def zone(self) -> str:
        """The SOP's time zone."""
        return self.definition.schedule.zone

    def stage(self, stage_id: str) -> Stage:
        """Give a stage by the id it bears now or bore before."""
        return self.flow.stages[self.flow.present(stage_id)]

    def stage_digest(self, stage_id: str) -> str:
        """Give the SHA-256 of a stage's own text in canonical JSON, what a run's seal binds."""
        stage_id = self.flow.present(stage_id)
        if stage_id not in self._digests:
            self._digests[stage_id] = hashlib.sha256(canonical(self.stage(stage_id).dump())).hexdigest()
        return self._digests[stage_id]

    def performers_of(self, stage: Stage, slot: str) -> tuple[str, ...]:
        """The positions or bodies a run is offered to: its slot, or the stage's performers."""
        return (slot,) if slot else stage.performers or ()

    def quorum_of(self, stage: Stage, slot: str) -> tuple[int, str]:
        """How many persons of a body must be present, and the body's name; (0, '') for positions."""
        for performer in self.performers_of(stage, slot):
            body = self.organisation.bodies.get(performer)
            if body:
                return body.quorum, body.name
        return 0, ""
