"""A naive judge of revisions, to compare the real one with; it shares no code with it.

It knows no tokens and no machine: it walks the lists of a file as written, over the marks of what was completed,
and says which stages are open. A case fits a new file where every mark was open when it was made.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Step = dict[str, Any]
Marks = dict[str, dict[str, str]]  # stage → slot → outcome


@dataclass(frozen=True)
class Run:
    """A completed run of a case."""

    stage: str
    slot: str = ""
    outcome: str | None = None
    redo: tuple[str, ...] = ()


@dataclass
class Seen:
    """What a walk over a file finds."""

    open: set[tuple[str, str]]
    over: set[str]  # stages within blocks whose quorum is met
    ended: bool = False


def flat(steps: list[Step]) -> Iterator[Step]:
    """Every stage in the order of the file."""
    for step in steps:
        if "paralel" in step:
            for branch in step["paralel"]["cabang"]:
                yield from flat(branch)
        else:
            yield step


def slots_of(stage: Step) -> list[str]:
    """The slots of a stage; one without a name where it has none."""
    return list(stage.get("untuk_setiap", [""]))


def way_of(stage: Step, outcome: str) -> str | None:
    """Where an outcome leads; None where the stage has no such outcome."""
    if outcome == "dilewati":
        return stage.get("lalu", "lanjut") if "bila" in stage else None
    ways = {key: value for key, value in stage.get("keputusan", {}).items() if key != "tanya"}
    return ways.get(outcome) if ways else (stage.get("lalu", "lanjut") if outcome == "lanjut" else None)


def number(text: str | None, count: int) -> int:
    """How many are enough."""
    return count if text in (None, "semua") else int(text)


def walk(steps: list[Step], marks: Marks, seen: Seen) -> bool:
    """Walk a list from its first step to the first that is not done; True where its end was reached."""
    place = 0
    while place < len(steps):
        step = steps[place]
        if "paralel" in step:
            block, before = step["paralel"], set(seen.open)
            ended = sum([walk(branch, marks, seen) for branch in block["cabang"]])
            if ended < number(block.get("selesai_bila"), len(block["cabang"])):
                return False
            seen.open = before
            seen.over |= {stage["id"] for stage in flat([step])}
            place += 1
            continue
        made = marks.get(step["id"], {})
        if len(made) < number(step.get("selesai_bila"), len(slots_of(step))):
            seen.open |= {(step["id"], slot) for slot in slots_of(step) if slot not in made}
            return False
        seen.over.add(step["id"])
        way = way_of(step, list(made.values())[-1]) or "lanjut"
        if way == "selesai":
            return True
        place = place + 1 if way == "lanjut" else [s.get("id") for s in steps].index(way.split()[-1])
    return True


def look(steps: list[Step], marks: Marks) -> Seen:
    """Find what is open under some marks."""
    seen = Seen(set(), set())
    seen.ended = walk(steps, marks, seen)
    return seen


def present(steps: list[Step], runs: list[Run]) -> list[Run]:
    """Leave out the passes that are over: what stands between the target of a way back and its decision."""
    order = [stage["id"] for stage in flat(steps)]
    stages = {stage["id"]: stage for stage in flat(steps)}
    kept: list[Run] = []
    for run in runs:
        way = way_of(stages[run.stage], run.outcome or "lanjut") or ""
        if not way.startswith("kembali"):
            kept.append(run)
            continue
        target = way.split()[-1]
        again = order[order.index(target) : order.index(run.stage) + 1]
        kept = [
            past
            for past in kept
            if past.stage not in again or (past.stage == target and past.slot not in run.redo and run.redo)
        ]
    return kept


def marked(runs: list[Run]) -> Marks:
    """The marks of some runs."""
    marks: Marks = {}
    for run in runs:
        marks.setdefault(run.stage, {})[run.slot] = run.outcome or "lanjut"
    return marks


def fits(old: list[Step], new: list[Step], runs: list[Run]) -> bool:
    """Replay a case's present pass through a new file, mark by mark, and look whether what is open stays open."""
    kept = present(old, runs)
    stages = {stage["id"]: stage for stage in flat(new)}
    carried = {run for run in kept if any(later.redo and run.stage in _targets(old, later) for later in runs)}
    for place, run in enumerate(kept):
        here = look(new, marked(kept[:place]))
        late = run in carried and run.slot in slots_of(stages.get(run.stage, {}))
        if not late and (run.stage, run.slot) not in here.open:
            return False
        if way_of(stages[run.stage], run.outcome or "lanjut") is None:
            return False
    was, now = look(old, marked(kept)), look(new, marked(kept))
    still = {stage for stage, _ in now.open} | (now.over & set(stages))
    return {stage for stage, _ in was.open} <= still


def _targets(steps: list[Step], run: Run) -> set[str]:
    stage = next(stage for stage in flat(steps) if stage["id"] == run.stage)
    return {(way_of(stage, run.outcome or "lanjut") or "").split()[-1]}


def verdict(old: Step, new: Step, runs: list[Run]) -> tuple[str, bool]:
    """Judge a new file for a case by the rules of the old one: the verdict, and whether the case can take it."""
    rules = {clause.get("aturan") for clause in old["ketentuan"]}
    locked, voiding = "tahapan_selesai_terkunci" in rules, "batal_bila_berubah" in rules
    ours, theirs = ({stage["id"]: stage for stage in flat(each["tahapan"])} for each in (old, new))
    kept = present(old["tahapan"], runs)
    opened = {stage for stage, _ in look(old["tahapan"], marked(kept)).open}
    marks = marked(kept)
    done = set(marks) - opened
    can = fits(old["tahapan"], new["tahapan"], runs)
    if old == new:
        return "none", can
    both = [name for name in ours if name in theirs]
    answers = {
        name: [
            each[name].get("penanggungjawab", file["penanggungjawab"]) for each, file in ((ours, old), (theirs, new))
        ]
        for name in both
    }
    moved = {name for name, (was, now) in answers.items() if was != now}
    lost = {name for name in both if not set(marks.get(name, {})) <= set(slots_of(theirs[name]))}
    shifted = {
        name for name in both if ours[name].get("untuk_setiap") and slots_of(ours[name]) != slots_of(theirs[name])
    }
    if locked and ((moved | shifted) & done or lost):
        return "refused", can
    known = {old["penanggungjawab"], *(stage.get("penanggungjawab") for stage in ours.values())}
    strangers = {theirs[name].get("penanggungjawab") for name in theirs if name not in ours} - {None} - known
    if voiding and (moved or strangers):
        return "void", can
    if any(name not in theirs for name in opened):
        return "refused", can
    touched = any(theirs.get(name) != ours[name] for name in done)
    return ("refused" if locked and (touched or not can) else "revision"), can
