"""The flow of one revision: a table for `transitions`, and where the tokens of a case stand.

Nodes are stage ids, `fork:ID` and `join:ID` of a block, and the end. Triggers are outcomes. A
completed run fires its outcome on a token of its own; fork, join, slots and quorum are functions
over the set of completed runs, so a case's position is always `replay` of what it has done.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sop_engine.domain.definition import Definition, Parallel, Stage, Step
from sop_engine.domain.flow_words import Target
from sop_engine.domain.lifecycle import fire, machine_of

END = "selesai"
ON = "lanjut"
SKIPPED = "dilewati"


class Flow:
    """A definition's flow, compiled once per revision."""

    def __init__(self, definition: Definition, names: Mapping[str, str] | None = None) -> None:
        self._names = dict(names or {})
        self.stages: dict[str, Stage] = {stage.id: stage for stage in definition.stages()}
        self.order = {stage: position for position, stage in enumerate(self.stages)}
        self.blocks: dict[str, Parallel] = {}
        self.branch_of: dict[str, tuple[str, int]] = {}  # stage or block → the branch it stands in
        self.entries: dict[str, list[str]] = {}  # block → the first node of each branch
        self._rows: list[tuple[str, str, str]] = []
        self.first = self._compile(definition.steps, END)
        nodes = [
            *self.stages,
            *(f"{kind}:{block}" for block in self.blocks for kind in ("fork", "join")),
            END,
        ]
        self.machine = machine_of(nodes, self._rows)
        self._steps: dict[tuple[str, str], str] = {}

    def present(self, stage: str) -> str:
        """Give the id a stage bears in this revision, from any it bore in an earlier one."""
        return self._names.get(stage, stage)

    def _compile(self, steps: tuple[Step, ...], leave: str) -> str:
        """Add a list of steps whose end leads to `leave`; return its first node."""
        nodes = [step.id if isinstance(step, Stage) else f"fork:{step.block.id}" for step in steps]
        for step, after in zip(steps, [*nodes[1:], leave], strict=True):
            if isinstance(step, Stage):
                for outcome, target in outcomes_of(step).items():
                    self._rows.append((outcome, step.id, _destination(target, after, leave)))
            else:
                self._compile_block(step, after)
        return nodes[0]

    def _compile_block(self, parallel: Parallel, after: str) -> None:
        block = parallel.block
        self.blocks[block.id] = parallel
        join = f"join:{block.id}"
        self.entries[block.id] = [self._compile(branch, join) for branch in block.branches]
        for number, branch in enumerate(block.branches):
            for step in branch:
                self.branch_of[step.id if isinstance(step, Stage) else step.block.id] = (block.id, number)
            self._rows.append((f"cabang {number + 1}", f"fork:{block.id}", self.entries[block.id][number]))
        self._rows.append((ON, join, after))

    def step(self, node: str, outcome: str) -> str | None:
        """Fire an outcome on a token at `node`; None where the flow has no such exit."""
        key = (node, outcome)
        if key not in self._steps:
            reached = fire(self.machine, node, outcome)
            if reached is None:
                return None
            self._steps[key] = reached
        return self._steps[key]

    def stages_within(self, block: str, branch: int | None = None) -> list[str]:
        """List the stages of a block, or of one of its branches, nested ones included."""
        found = []
        for stage in self.stages:
            here: str = stage
            while here in self.branch_of:
                outer, number = self.branch_of[here]
                if outer == block and branch in (None, number):
                    found.append(stage)
                here = outer
        return found

    def goes_back(self, stage: str, outcome: str) -> bool:
        """Tell whether an outcome of a stage leads back to an earlier one."""
        target = outcomes_of(self.stages[self.present(stage)]).get(outcome)
        return bool(target and target.kind == "back")


def outcomes_of(stage: Stage) -> dict[str, Target]:
    """Name every outcome a stage can end with, and where each leads."""
    ways = stage.decision.outcomes if stage.decision else {ON: stage.then or Target(ON, "next")}
    if stage.condition:
        return {**ways, SKIPPED: stage.then or Target(ON, "next")}
    return dict(ways)


def _destination(target: Target, after: str, leave: str) -> str:
    return {"next": after, "end": leave}.get(target.kind) or target.stage


@dataclass(slots=True)
class Visit:
    """A stage that was reached: which slots must still end, how many have."""

    stage: str
    pending: set[str]
    ended: int = 0
    needed: int | None = None  # None = every pending slot


@dataclass(slots=True)
class Move:
    """What one completion does to a case: its stage completed, stages opened, slots no longer needed, the end."""

    completed: bool = False  # the stage itself, not just a slot of it
    opened: list[Visit] = field(default_factory=list)
    dropped: list[tuple[str, str]] = field(default_factory=list)
    ended: bool = False


class CompletedRun(Protocol):
    """What replay reads of a run."""

    @property
    def stage(self) -> str: ...
    @property
    def slot(self) -> str: ...
    @property
    def outcome(self) -> str | None: ...
    @property
    def redo(self) -> tuple[str, ...]: ...


class Position:
    """Where the tokens of a case stand."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.visits: dict[str, Visit] = {}
        self.arrived: dict[str, set[int]] = {}

    def begin(self) -> Move:
        """Put the first token on the first stage."""
        move = Move()
        self._enter(self.flow.first, (), move)
        return move

    def complete(self, stage: str, slot: str, outcome: str, redo: Iterable[str] = ()) -> Move | None:
        """Take a completed run; None where this flow does not have it open or has no such exit."""
        stage = self.flow.present(stage)
        visit = self.visits.get(stage)
        if visit is None or slot not in visit.pending:
            return None
        node = self.flow.step(stage, outcome)
        if node is None:
            return None
        move = Move()
        visit.pending.discard(slot)
        visit.ended += 1
        if visit.pending and (visit.needed is None or visit.ended < visit.needed):
            return move
        del self.visits[stage]
        move.completed = True
        move.dropped += [(stage, other) for other in sorted(visit.pending)]
        self._arrive(stage, node, tuple(redo), move)
        return move

    def _arrive(self, origin: str, node: str, redo: tuple[str, ...], move: Move) -> None:
        if not node.startswith("join:"):
            self._enter(node, redo, move)
            return
        block, branch = self.flow.branch_of[origin]
        arrived = self.arrived.setdefault(block, set())
        arrived.add(branch)
        rule = self.flow.blocks[block].block
        if len(arrived) < (rule.done_when or len(rule.branches)):
            return
        del self.arrived[block]
        for stage in self.flow.stages_within(block):
            if stage in self.visits:
                left = self.visits.pop(stage)
                move.dropped += [(stage, slot) for slot in sorted(left.pending)]
        for inner in [name for name in self.arrived if self._inside(name, block)]:
            del self.arrived[inner]
        after = self.flow.step(f"join:{block}", ON)
        assert after is not None  # every join has its one exit by construction
        self._arrive(block, after, (), move)

    def _inside(self, block: str, outer: str) -> bool:
        while block in self.flow.branch_of:
            block = self.flow.branch_of[block][0]
            if block == outer:
                return True
        return False

    def _enter(self, node: str, redo: tuple[str, ...], move: Move) -> None:
        if node == END:
            move.ended = True
        elif node.startswith("fork:"):
            for entry in self.flow.entries[node[5:]]:
                self._enter(entry, (), move)
        else:
            stage = self.flow.stages[node]
            slots = redo or stage.for_each or ("",)
            visit = Visit(node, set(slots), needed=None if redo else stage.done_when)
            self.visits[node] = visit
            move.opened.append(visit)


def replay(flow: Flow, completed: Iterable[CompletedRun]) -> Position | CompletedRun:
    """Lead a case's completed runs, in their order, through a flow.

    Returns where the tokens stand then, or the first run that does not fit (design §5, rule 3).
    """
    position = Position(flow)
    position.begin()
    for run in completed:
        if position.complete(run.stage, run.slot, run.outcome or ON, run.redo) is None:
            return run
    return position
