"""Lints on the flow: every stage is reached, and from every stage the end can be reached."""

from collections.abc import Iterator

from sop_engine.domain.definition import Stage, Step
from sop_engine.domain.flow import END, outcomes_of
from sop_engine.errors import Problem
from sop_engine.files.lints.references import jumps
from sop_engine.files.lints.subject import Subject, error

Edges = dict[str, set[str]]


def reached_and_ending(subject: Subject) -> Iterator[Problem]:
    """No stage stands beside the flow, and none is a dead end; told once every jump leads somewhere."""
    if next(jumps(subject), None):
        return
    onward: Edges = {}
    first = edges(subject.definition.steps, END, onward)
    backward: Edges = {}
    for node, following in onward.items():
        for other in following:
            backward.setdefault(other, set()).add(node)
    reached, ending = _closure(first, onward), _closure(END, backward)
    for path, stage in subject.stages:
        if stage.id not in reached:
            message = "tahap ini tidak pernah tercapai; periksa tujuan `keputusan` dan `lalu` di atasnya"
            yield error("TAK_TERCAPAI", path, message)
        elif stage.id not in ending:
            message = "dari tahap ini SOP tidak pernah dapat berakhir; beri salah satu hasil tujuan maju"
            yield error("TAK_BERUJUNG", path, message)


def edges(steps: tuple[Step, ...], leave: str, onward: Edges) -> str:
    """Add where each step of a list leads, its end leading to `leave`; give the list's first node.

    A block is the nodes `fork:ID` and `join:ID`; jumps out of the list are left out.
    """
    nodes = [step.id if isinstance(step, Stage) else f"fork:{step.block.id}" for step in steps]
    inside = {*nodes, leave}
    for step, after in zip(steps, [*nodes[1:], leave], strict=True):
        if isinstance(step, Stage):
            ways = {"next": after, "end": leave}
            reached = {ways.get(target.kind, target.stage) for target in outcomes_of(step).values()}
            onward.setdefault(step.id, set()).update(reached & inside)
        else:
            join = f"join:{step.block.id}"
            onward[f"fork:{step.block.id}"] = {edges(branch, join, onward) for branch in step.block.branches}
            onward[join] = {after}
    return nodes[0]


def _closure(first: str, following: Edges) -> set[str]:
    found, ahead = {first}, [first]
    while ahead:
        new = following.get(ahead.pop(), set()) - found
        found |= new
        ahead.extend(new)
    return found


def last_stages(subject: Subject) -> set[str]:
    """The stages after which a case can end."""
    onward: Edges = {}
    edges(subject.definition.steps, END, onward)
    ends = {END}
    for node in reversed(onward):  # outer joins were added after inner ones
        if node.startswith("join:") and onward[node] & ends:
            ends.add(node)  # a block at the end ends with its branches
    return {stage.id for _, stage in subject.stages if onward.get(stage.id, set()) & ends}
