"""Two texts side by side: what differs, by which clause, and what it would do to a case."""

import re
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from sop_engine.cli.call import Answer, Call, clean
from sop_engine.cli.verbs import argument, option, verb
from sop_engine.domain.change_words import row, verdict_words
from sop_engine.domain.definition import Definition
from sop_engine.domain.flow import ON, Flow, Past, Position, outcomes_of, standing
from sop_engine.domain.verdicts import Judgement, classify
from sop_engine.files.check import check_file

_WANTED = re.compile(r"(?P<stage>[a-z][a-z0-9_]*)(?::(?P<slot>[a-z][a-z0-9_]*))?(?:@(?P<pass>[1-9][0-9]?))?")
_LONGEST = 2000  # completions of a made-up history
Wanted = tuple[str, str, int]  # stage, slot, pass


@verb(
    "diff",
    "Bandingkan dua naskah: setiap perubahan, angka ketentuannya, dan akibatnya. Tanpa basis data.",
    "sop diff lama.yaml baru.yaml --completed 'disposisi,data_capaian:ksb_kul@2'",
)
def diff(
    call: Call,
    old: Annotated[Path, argument("LAMA", "Berkas YAML yang berlaku.")],
    new: Annotated[Path, argument("BARU", "Berkas YAML yang diusulkan.")],
    completed: Annotated[
        str | None,
        option("--completed", "ID[:BAGIAN][@PUTARAN],…", "Tahap yang sudah selesai dalam kasusnya; bawaan: tidak ada."),
    ] = None,
) -> Answer:
    """Judge a text against the one in force and show the two side by side."""
    ours, theirs = check_file(old).require(), check_file(new).require().definition
    history = _history(ours.definition, completed)
    judged = classify(ours.definition, theirs, history, organisation=ours.organisation)
    if judged.changes:
        call.say(_side_by_side(judged, ours.definition, theirs))
    colour = {"refused": "red", "void": "red", "correction": "green", "none": "green"}.get(judged.verdict, "yellow")
    call.say(verdict_words(judged, ours.definition), style=colour)
    return {"ok": judged.verdict != "refused", **answer_of(judged)}


def answer_of(judged: Judgement) -> Answer:
    """Give a judgement as JSON answers carry it."""
    why, step = judged.refusal, judged.fit.misfit
    names = ("path", "kind", "before", "after")
    return {
        "verdict": judged.verdict,
        "changes": [
            {name: getattr(each.change, name) for name in names} | {"clause": each.clause, "effect": each.effect}
            for each in judged.changes
        ],
        "refusal": why
        and {"message": why.message, "clause": why.clause, "clause_text": why.clause_text, "instead": why.instead},
        "misfit": step and {"stage": step.stage, "slot": step.slot, "open": step.open, "ahead": list(step.ahead)},
    }


_LOUD = {"refused": "red", "voids": "red", "frozen": "yellow"}


def _side_by_side(judged: Judgement, old: Definition, new: Definition) -> Table:
    table = Table("Bagian", "Naskah lama", "Naskah baru", "Angka", "Akibat", show_lines=True)
    for each in judged.changes:
        table.add_row(*map(clean, row(each, old, new)), style=_LOUD.get(each.effect))
    return table


# -- a history for `--completed` -------------------------------------------------------------------


def _history(definition: Definition, completed: str | None) -> list[Past] | None:
    """Make up the history of a case that has completed what was named; None where nothing was."""
    if not completed:
        return None
    flow = Flow(definition)
    wanted = [_wanted(flow, text.strip()) for text in completed.split(",") if text.strip()]
    return standing(plausible(flow, wanted), lambda _: flow)


def _wanted(flow: Flow, text: str) -> Wanted:
    found = _WANTED.fullmatch(text)
    if not found:
        raise typer.BadParameter(f"«{text}» tidak dapat dibaca; tulis seperti verifikasi atau data_capaian:ksb_kul@2")
    stage, slot = found["stage"], found["slot"] or ""
    if stage not in flow.stages:
        raise typer.BadParameter(f"tidak ada tahap {stage} dalam naskah lama; tahapnya: {', '.join(flow.stages)}")
    slots = flow.stages[stage].for_each or ()
    if slot and slot not in slots:
        known = f"bagiannya: {', '.join(slots)}" if slots else "tahap ini tidak dibagi; tulis id tahapnya saja"
        raise typer.BadParameter(f"tahap {stage} tidak mempunyai bagian {slot}; {known}")
    return stage, slot, int(found["pass"] or 1)


def plausible(flow: Flow, wanted: list[Wanted]) -> list[Past]:
    """Lead a case through a flow until what is wanted is completed, with what must come before it.

    Decisions take their first outcome that does not go back, or go back where a later pass is wanted.
    """
    position, history, ended = Position(flow), list[Past](), Counter[tuple[str, str]]()
    position.begin()
    while missing := [each for each in wanted if ended[each[:2]] < each[2]]:
        named = [each for each in missing if each[0] in position.visits and _open(position, each)]
        ahead = [s for s in position.visits if any(not _beside(flow, s, each[0]) for each in missing)]
        stage = min(ahead, key=lambda s: (s not in {each[0] for each in named}, flow.order[s]), default="")
        if not stage or len(history) > _LONGEST:
            raise typer.BadParameter(_unreached(flow, missing[0], history))
        slots = [each[1] for each in named if each[0] == stage] or [""]
        slot = slots[0] or min(position.visits[stage].pending, key=_order_of_slots(flow, stage))
        outcome = _outcome(flow, stage, missing, ended)
        move = position.complete(stage, slot, outcome)
        assert move is not None  # it was open, and the outcome is one of its own
        history.append(Past(stage, slot, outcome))
        ended[stage, slot] += bool(slot)
        ended[stage, ""] += move.completed
    return history


def _order_of_slots(flow: Flow, stage: str) -> Any:
    return (*(flow.stages[stage].for_each or ()), "").index


def _open(position: Position, wanted: Wanted) -> bool:
    return not wanted[1] or wanted[1] in position.visits[wanted[0]].pending


def _outcome(flow: Flow, stage: str, missing: list[Wanted], ended: Counter[tuple[str, str]]) -> str:
    """The first outcome that leads back to where a later pass is wanted, else the first that does not go back."""
    ways = outcomes_of(flow.stages[stage])
    for name, target in ways.items():
        if target.kind == "back":
            again = range(flow.order[target.stage], flow.order[stage] + 1)
            passes = {each[0]: ended[each[0], ""] + (each[0] == stage) for each in missing}
            if any(flow.order[each[0]] in again and 0 < passes[each[0]] < each[2] for each in missing):
                return name
    return next((name for name, target in ways.items() if target.kind != "back"), ON)


def _beside(flow: Flow, one: str, other: str) -> bool:
    """Tell whether two stages stand in different branches of one block."""
    ways = [dict(_branches(flow, stage)) for stage in (one, other)]
    return any(ways[1].get(block, branch) != branch for block, branch in ways[0].items())


def _branches(flow: Flow, here: str) -> list[tuple[str, int]]:
    found = []
    while here in flow.branch_of:
        found.append(flow.branch_of[here])
        here = flow.branch_of[here][0]
    return found


def _unreached(flow: Flow, wanted: Wanted, history: list[Past]) -> str:
    stage, slot, number = wanted
    part = f" bagian {slot}" if slot else ""
    if number > 1 and any(past.stage == stage for past in history):
        return f"tahap {stage}{part} tidak dapat mencapai putaran {number}: tidak ada keputusan yang kembali ke sana"
    return f"tahap {stage}{part} tidak tercapai dalam naskah lama bila keputusan memakai hasil pertamanya"
