"""Whether a case fits a new flow: its own history is replayed through it (design §5, rule 3)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sop_engine.domain.flow import ON, Flow, Move, Past, Position, outcomes_of, replay


@dataclass(frozen=True, slots=True)
class Step:
    """The first step of a case that does not fit: a completed run, or a stage still open.

    `ahead` are the new stages the new flow wants first.
    """

    stage: str
    slot: str
    open: bool
    ahead: tuple[str, ...] = ()


@dataclass
class Fit:
    """How a case stands in its own flow, and what of it a new flow has no place for.

    `done` are its completed stages, `slots` the ended slots of stages still open. `misfit` is the first step that
    does not fit, `early` every new stage before the front, `stuck` every step no new stage explains.
    """

    done: set[str] = field(default_factory=set)
    slots: dict[str, set[str]] = field(default_factory=dict)  # open stage → slots ended in its present pass
    misfit: Step | None = None
    early: set[str] = field(default_factory=set)
    stuck: set[str] = field(default_factory=set)


def fit(old: Flow, new: Flow, history: Sequence[Past] | None) -> Fit:
    """Replay a case's standing history through a new flow; both flows and the history under the new ids.

    None for no case. A case fits where every completed run is taken in its turn, and every stage that is open
    is open again, or was ended by a quorum that is met already.
    """
    found = Fit()
    if history is None:
        return found
    here = replay(old, history)
    assert isinstance(here, Position)  # a case always fits the revision it stands under
    for stage, visit in here.visits.items():
        found.slots[stage] = set(old.stages[stage].for_each or ()) - visit.pending
    found.done = {past.stage for past in history} - set(here.visits)
    _Walk(old, new, found).lead(history, here)
    return found


class _Walk:
    def __init__(self, old: Flow, new: Flow, found: Fit) -> None:
        self.new, self.found = new, found
        self.fresh = set(new.stages) - set(old.stages)
        self.position, self.ended = Position(new), set[str]()
        self.position.begin()

    def lead(self, history: Sequence[Past], here: Position) -> None:
        for past in history:
            move = self.position.take(past)
            while move is None and self._hurry(Step(past.stage, past.slot, past.stood is not None)):
                move = self.position.take(past)
            if move is None:
                self._stick(Step(past.stage, past.slot, past.stood is not None))
            else:
                self._note(past.stage, move)
        for stage in here.visits:
            step = Step(stage, "", True)
            while not self._stands(stage) and self._hurry(step):
                pass
            if not self._stands(stage):
                self._stick(step)

    def _stands(self, stage: str) -> bool:
        return stage in self.position.visits or (stage in self.ended and stage in self.new.stages)

    def _note(self, stage: str, move: Move) -> None:
        self.ended |= {stage} if move.completed else set()
        self.ended |= {other for other, _ in move.dropped}

    def _stick(self, step: Step) -> None:
        self.found.misfit = self.found.misfit or step
        self.found.stuck.add(step.stage)

    def _hurry(self, step: Step) -> bool:
        """Go past the new stages that stand before a step, for what lies behind them; False where none does."""
        ahead = [name for name in self.position.visits if name in self.fresh - self.found.early]
        if step.stage not in self.new.stages or not ahead:
            return False
        self.found.misfit = self.found.misfit or Step(step.stage, step.slot, step.open, tuple(ahead))
        self.found.early.update(ahead)
        for name in ahead:
            on = [way for way, target in outcomes_of(self.new.stages[name]).items() if target.kind != "back"]
            slots = self.position.visits[name].pending if name in self.position.visits else ()
            for slot in sorted(slots):  # one that reaches a quorum takes the others, and whole branches, with it
                self.position.complete(name, slot, (on or [ON])[0])
        return True
