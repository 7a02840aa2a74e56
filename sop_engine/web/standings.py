"""How a case stands: one mark per stage and slot, taken from its runs. Pure.

The words of the life cycles, and four a reader needs besides: `late` (still open past its due date),
`repeat` (completed, but the flow has gone back before it), `skipped`, and `waiting` (not reached).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sop_engine.domain.flow import SKIPPED, Flow, outcomes_of
from sop_engine.domain.state import Run

LABELS = {
    "waiting": "Belum mulai",
    "active": "Sedang dikerjakan",
    "late": "Terlambat",
    "submitted": "Menunggu pengesahan",
    "returned": "Dikembalikan, sedang diperbaiki",
    "repeat": "Akan diulang",
    "completed": "Selesai",
    "skipped": "Dilewati",
    "void": "Batal",
}
STATES = {
    "running": "Sedang berjalan",
    "completed": "Selesai",
    "cancelled": "Dibatalkan",
    "void": "Batal",
    "draft": "rancangan, belum disahkan",
    "in_force": "berlaku, belum dilaksanakan",
    "in_execution": "sedang dilaksanakan",
    "expired": "tidak berlaku lagi karena tahapannya telah berakhir",
    "replaced": "digantikan edisi berikutnya",
    "requested": "Diminta",
    "given": "Disahkan",
    "returned": "Dikembalikan",
    "withdrawn": "Ditarik",
}  # of cases, editions and sign-offs
DONE = ("completed", "skipped")
_MOST_URGENT = ("late", "returned", "submitted", "active", "repeat", "waiting", "void", *DONE)


@dataclass(frozen=True, slots=True)
class Standing:
    """The mark of one slot of a stage, and the run it comes from, if it was reached."""

    mark: str
    run: Run | None = None


def standings_of(flow: Flow, runs: Iterable[Run], now: datetime) -> dict[str, dict[str, Standing]]:
    """Tell how every slot of every stage stands; a stage without slots has the slot ''."""
    passes: dict[tuple[str, str], list[Run]] = {}
    for run in sorted(runs, key=lambda run: (run.pass_no, run.id)):
        passes.setdefault((flow.present(run.stage), run.slot), []).append(run)
    found: dict[str, dict[str, Standing]] = {}
    for stage in flow.stages.values():
        found[stage.id] = {
            slot: Standing(_mark(passes[stage.id, slot], now), passes[stage.id, slot][-1])
            if (stage.id, slot) in passes
            else Standing("waiting")
            for slot in stage.for_each or ("",)
        }
    for stage_id, slot in _to_repeat(flow, passes):
        found[stage_id][slot] = Standing("repeat", passes[stage_id, slot][-1])
    return found


def stage_mark(slots: Mapping[str, Standing]) -> str:
    """Give the mark of a whole stage: the one somebody must look at first."""
    marks = {standing.mark for standing in slots.values()}
    return next(mark for mark in _MOST_URGENT if mark in marks)


def _mark(passes: list[Run], now: datetime) -> str:
    run = passes[-1]
    if run.state == "active":
        if run.due_at and run.due_at < now:
            return "late"
        return "returned" if len(passes) > 1 and passes[-2].state == "returned" else "active"
    if run.state == "completed" and run.outcome == SKIPPED:
        return "skipped"
    return run.state


def _to_repeat(flow: Flow, passes: dict[tuple[str, str], list[Run]]) -> Iterable[tuple[str, str]]:
    """Find what was completed before the flow went back past it and is not reached again yet."""
    for listed in passes.values():
        for back in listed:
            if back.state != "completed" or not flow.goes_back(back.stage, back.outcome or ""):
                continue
            target = outcomes_of(flow.stages[back.stage])[back.outcome or ""].stage
            between = range(flow.order[target], flow.order[back.stage] + 1)
            for (stage, slot), others in passes.items():
                kept = stage == target and back.redo and slot not in back.redo
                before = others[-1].state == "completed" and (others[-1].ended_seq or 0) <= (back.ended_seq or 0)
                if before and flow.order[stage] in between and not kept:
                    yield stage, slot
