"""The fourteen patterns of process change (Weber, Reichert, Rinderle) at every position of a case.

Each row's verdict is derived by the naive judge beside this file, and the rows a reader would ask about are
written out as well, so that the two can't be wrong together unseen.
"""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from sop_engine.domain.definition import Definition
from sop_engine.domain.flow import Flow, Past, Position, replay, standing
from sop_engine.domain.verdicts import classify
from tests.migration.oracle import Run, Step, flat, look, marked, present, verdict

CLAUSES: list[Step] = [
    {"butir": "2", "aturan": "revisi_karena_kahar", "teks": "Revisi karena kahar."},
    {"butir": "3", "aturan": "tahapan_selesai_terkunci", "teks": "Tahapan selesai terkunci."},
    {"butir": "4", "aturan": "batal_bila_berubah", "objek": ["ruang_lingkup", "penanggungjawab"], "teks": "Batal."},
]


def stage(name: str, **keys: Any) -> Step:
    performer = {} if "untuk_setiap" in keys else {"pelaksana": "staf"}
    return {"id": name, "kegiatan": f"Mengerjakan {name}", **performer, **keys}


def block(name: str, *branches: list[Step], **keys: Any) -> Step:
    return {"paralel": {"id": name, "cabang": list(branches), **keys}}


def base() -> Step:
    """A loop, two branches, slots with a quorum, a choice; what a pattern works on stands before, in and behind."""
    again = {"tanya": "Baik?", "ya": "lanjut", "tidak": "kembali ke b"}
    choice = {"tanya": "Cepat?", "ya": "ke h", "tidak": "lanjut"}
    return {
        "format": "sop/1",
        "sop": "uji",
        "identitas": {"nomor": "1/X/2027", "nama": "Uji", "disahkan_oleh": {"jabatan": "kepala"}},
        "penanggungjawab": "kepala",
        "organisasi": "uji",
        "ketentuan": CLAUSES,
        "tahapan": [
            stage("a"),
            stage("b"),
            stage("b2"),
            stage("c", keputusan=again),
            block("p", [stage("p1"), stage("p2")], [stage("q1"), stage("q2")]),
            stage("s", untuk_setiap=["x", "y", "z"], selesai_bila="2"),
            stage("e", penanggungjawab="kasi", bila="Perlu?"),
            stage("f", keputusan=choice),
            stage("g"),
            stage("h"),
        ],
    }


LOOP = [Run("a"), Run("b"), Run("b2"), Run("c", outcome="tidak")]
ON = [Run("a"), Run("b"), Run("b2"), Run("c", outcome="ya")]
JOINED = [*ON, Run("q1"), Run("p1"), Run("q2"), Run("p2")]
QUORUM = [*JOINED, Run("s", "x"), Run("s", "z")]
POSITIONS: dict[str, list[Run] | None] = {
    "no case": None,
    "before": [],
    "in front of the loop": [Run("a")],
    "in the loop": [Run("a"), Run("b")],
    "at the decision": [Run("a"), Run("b"), Run("b2")],
    "earlier pass": LOOP,
    "earlier pass, again inside": [*LOOP, Run("b")],
    "two earlier passes": [*LOOP, *LOOP[1:]],
    "after the loop": ON,
    "after two passes": [*LOOP, *ON[1:]],
    "one branch": [*ON, Run("q1")],
    "one branch ended": [*ON, Run("q1"), Run("q2")],
    "joined": JOINED,
    "one slot": [*JOINED, Run("s", "x")],
    "quorum reached": QUORUM,
    "skipped": [*QUORUM, Run("e", outcome="dilewati")],
    "chosen": [*QUORUM, Run("e"), Run("f", outcome="ya")],
    "near the end": [*QUORUM, Run("e"), Run("f", outcome="tidak"), Run("g")],
}


def find(steps: list[Step], name: str) -> tuple[list[Step], int]:
    """The list a step stands in, and its place there."""
    for place, step in enumerate(steps):
        if step.get("id") == name or step.get("paralel", {}).get("id") == name:
            return steps, place
        for branch in step.get("paralel", {}).get("cabang", []):
            if any(each.get("id") == name for each in branch):
                return branch, [each.get("id") for each in branch].index(name)
    raise LookupError(name)


Edit = Callable[[list[Step]], None]


def insert(before: str, *new: Step) -> Edit:
    def edit(steps: list[Step]) -> None:
        where, place = find(steps, before)
        where[place:place] = copy.deepcopy(list(new))

    return edit


def delete(name: str) -> Edit:
    def edit(steps: list[Step]) -> None:
        where, place = find(steps, name)
        del where[place]

    return edit


def move(name: str, before: str) -> Edit:
    def edit(steps: list[Step]) -> None:
        where, place = find(steps, name)
        step = where.pop(place)
        there, at = find(steps, before)
        there.insert(at, step)

    return edit


def put(name: str, **keys: Any) -> Edit:
    def edit(steps: list[Step]) -> None:
        where, place = find(steps, name)
        where[place] = {key: value for key, value in {**where[place], **keys}.items() if value is not None}

    return edit


def enclose(*names: str, around: str = "w", beside: tuple[Step, ...] = ()) -> Edit:
    """Put each of some neighbouring stages on a branch of its own."""

    def edit(steps: list[Step]) -> None:
        where, place = find(steps, names[0])
        inner = [[step] for step in where[place : place + len(names)]]
        where[place : place + len(names)] = [block(around, *inner, *([each] for each in copy.deepcopy(beside)))]

    return edit


def inline(name: str) -> Edit:
    """Take a block apart: its branches one behind the other."""

    def edit(steps: list[Step]) -> None:
        where, place = find(steps, name)
        where[place : place + 1] = [step for branch in where[place]["paralel"]["cabang"] for step in branch]

    return edit


def both(*edits: Edit) -> Edit:
    def edit(steps: list[Step]) -> None:
        for each in edits:
            each(steps)

    return edit


def block_key(name: str, **keys: Any) -> Edit:
    def edit(steps: list[Step]) -> None:
        where, place = find(steps, name)
        where[place]["paralel"].update(keys)

    return edit


NEW = stage("n")
BACK = {"tanya": "Baik?", "ya": "lanjut"}
PATTERNS: dict[str, Edit] = {
    "1 insert at the start": insert("a", NEW),
    "1 insert in the loop": insert("b2", NEW),
    "1 insert at the loop's target": insert("b", NEW),
    "1 insert behind the loop": insert("p", NEW),
    "1 insert in a branch": insert("q2", NEW),
    "1 insert first in a branch": insert("p1", NEW),
    "1 insert before the slots": insert("s", NEW),
    "1 insert behind the slots": insert("e", NEW),
    "1 insert in the way not taken": insert("g", NEW),
    "1 insert before the last": insert("h", NEW),
    "2 delete in the loop": delete("b2"),
    "2 delete in a branch": delete("q2"),
    "2 delete the slots": delete("s"),
    "2 delete near the end": delete("g"),
    "3 move out of the loop": move("b2", "p"),
    "3 move into a branch": move("e", "q2"),
    "3 move to the end": move("e", "h"),
    "3 move forward": move("g", "e"),
    "4 replace its text": put("b2", kegiatan="Mengerjakan hal lain sama sekali"),
    "4 replace its time": put("q1", waktu="3 hari"),
    "4 replace its performer": put("s", untuk_setiap=["x", "y", "w"]),
    "5 swap in the loop": move("b2", "b"),
    "5 swap in a branch": move("q2", "q1"),
    "5 swap near the end": move("f", "e"),
    "6 extract one": enclose("b2", beside=(NEW,)),
    "6 extract slots": enclose("s", beside=(NEW,)),
    "7 inline": inline("p"),
    "8 embed in a loop": put("e", keputusan={**BACK, "tidak": "kembali ke s"}),
    "8 embed two in a loop": insert("h", stage("n", keputusan={**BACK, "tidak": "kembali ke g"})),
    "9 parallelise in the loop": enclose("b", "b2"),
    "9 parallelise near the end": both(put("f", keputusan={**BACK, "tidak": "selesai"}), enclose("g", "h")),
    "10 embed in a condition": put("g", bila="Perlu?"),
    "10 embed the first in a condition": put("b", bila="Perlu?"),
    "11 add a dependency": both(delete("q1"), insert("p1", stage("q1"))),
    "11 one behind the other": both(delete("q2"), insert("s", stage("q2"))),
    "12 remove a dependency": both(put("f", keputusan={**BACK, "tidak": "selesai"}), enclose("f", "g")),
    "12 remove a dependency of slots": enclose("s", "e"),
    "13 update a condition's way": put("f", keputusan={"tanya": "Cepat?", "ya": "lanjut", "tidak": "lanjut"}),
    "13 update the loop": put("c", keputusan={**BACK, "tidak": "kembali ke a"}),
    "13 update the quorum up": put("s", selesai_bila="semua"),
    "13 update the quorum down": put("s", selesai_bila="1"),
    "13 update the join": block_key("p", selesai_bila="1"),
    "14 copy behind": insert("h", stage("n", keterangan="Seperti g")),
    "14 copy to another branch": insert("q2", stage("n", keterangan="Seperti p1")),
    "responsible of one to come": put("g", penanggungjawab="lain"),
    "responsible through a new stage": insert("h", stage("n", penanggungjawab="lain")),
    "responsible of the loop": put("b", penanggungjawab="kasi"),
}
RULES = {
    "all clauses": {"2", "3", "4"},
    "without clause 3": {"2", "4"},
    "without clause 4": {"2", "3"},
}


def proposal(pattern: str, rules: str) -> tuple[Step, Step]:
    old = base()
    old["ketentuan"] = [clause for clause in CLAUSES if clause["butir"] in RULES[rules]]
    new = copy.deepcopy(old)
    PATTERNS[pattern](new["tahapan"])
    return old, new


@pytest.fixture(scope="module")
def compiled() -> dict[tuple[str, str], tuple[Step, Step, Definition, Definition, Flow]]:
    found = {}
    for rules in RULES:
        for pattern in PATTERNS:
            old, new = proposal(pattern, rules)
            ours = Definition.model_validate(old)
            found[pattern, rules] = old, new, ours, Definition.model_validate(new), Flow(ours)
    return found


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_verdict_is_that_of_a_naive_replay(compiled: dict, pattern: str, position: str, rules: str) -> None:
    old, new, ours, theirs, flow = compiled[pattern, rules]
    runs = POSITIONS[position]
    history = None if runs is None else standing(runs, lambda _: flow)

    judged = classify(ours, theirs, history)

    if runs is None:
        assert judged.verdict in ("revision", "void")
        assert not judged.fit.misfit
        return
    wanted, can = verdict(old, new, runs)
    assert judged.verdict == wanted, (judged.refusal, judged.fit)
    assert (judged.fit.misfit is None) == can
    assert (judged.refusal is not None) == (wanted == "refused")
    assert (wanted == "refused") <= any(each.effect == "refused" for each in judged.changes)
    if not can and "3" not in RULES[rules] and wanted == "revision":
        assert any(each.effect == "frozen" for each in judged.changes)


@pytest.mark.parametrize("position", POSITIONS)
def test_the_naive_judge_and_the_flow_agree_where_a_case_stands(position: str) -> None:
    runs, steps = POSITIONS[position] or [], base()["tahapan"]
    flow = Flow(Definition.model_validate(base()))

    whole, short = replay(flow, runs), replay(flow, standing(runs, lambda _: flow))

    assert isinstance(whole, Position)
    assert isinstance(short, Position)
    opened = {(visit.stage, slot) for visit in whole.visits.values() for slot in visit.pending}
    assert opened == {(visit.stage, slot) for visit in short.visits.values() for slot in visit.pending}
    assert opened == look(steps, marked(present(steps, runs))).open
    assert {stage["id"] for stage in flat(steps)} == set(flow.stages)


WRITTEN = [  # pattern, position, clauses, verdict, what the refusal names
    ("1 insert in the loop", "in front of the loop", "all clauses", "revision", ""),
    ("1 insert in the loop", "in the loop", "all clauses", "refused", "mendahulukan tahap «Mengerjakan n»"),
    ("1 insert in the loop", "after the loop", "all clauses", "refused", "«Mengerjakan b2» yang sudah selesai"),
    ("1 insert in the loop", "earlier pass", "all clauses", "revision", ""),
    ("1 insert in the loop", "earlier pass, again inside", "all clauses", "refused", "«Mengerjakan b2» yang sedang"),
    ("1 insert at the loop's target", "earlier pass", "all clauses", "refused", "«Mengerjakan b» yang sedang"),
    ("1 insert in a branch", "one branch ended", "all clauses", "refused", "«Mengerjakan q2» yang sudah selesai"),
    ("1 insert first in a branch", "one branch", "all clauses", "refused", "«Mengerjakan p1» yang sedang"),
    ("1 insert in the way not taken", "chosen", "all clauses", "revision", ""),
    ("2 delete in the loop", "after the loop", "all clauses", "refused", "sudah selesai"),
    ("2 delete in the loop", "in the loop", "without clause 3", "refused", "sedang dikerjakan"),
    ("2 delete in the loop", "earlier pass", "all clauses", "revision", ""),
    ("5 swap in the loop", "after the loop", "all clauses", "refused", "tidak cocok"),
    ("5 swap in the loop", "after the loop", "without clause 3", "revision", ""),
    ("7 inline", "one branch", "all clauses", "refused", "«Mengerjakan q1»"),
    ("9 parallelise in the loop", "in the loop", "all clauses", "revision", ""),
    ("13 update the quorum down", "one slot", "all clauses", "revision", ""),
    ("13 update the quorum down", "quorum reached", "all clauses", "refused", "sudah selesai"),
    ("13 update the join", "one branch ended", "all clauses", "revision", ""),
    ("4 replace its performer", "one slot", "all clauses", "revision", ""),
    ("4 replace its performer", "quorum reached", "all clauses", "refused", "sudah selesai"),
    ("13 update the loop", "earlier pass", "all clauses", "revision", ""),
    ("responsible of one to come", "before", "all clauses", "void", ""),
    ("responsible of one to come", "before", "without clause 4", "revision", ""),
    ("responsible of one to come", "near the end", "all clauses", "refused", "sudah selesai"),
    ("responsible through a new stage", "one slot", "all clauses", "void", ""),
    ("responsible of the loop", "earlier pass", "all clauses", "void", ""),
]


@pytest.mark.parametrize(("pattern", "position", "rules", "wanted", "words"), WRITTEN)
def test_rows_written_out(pattern: str, position: str, rules: str, wanted: str, words: str) -> None:
    old, new = (Definition.model_validate(each) for each in proposal(pattern, rules))
    flow = Flow(old)

    judged = classify(old, new, [*standing(POSITIONS[position] or [], lambda _: flow)])

    assert judged.verdict == wanted
    assert words in str(judged.refusal)
    assert all(isinstance(past, Past) for past in standing(POSITIONS[position] or [], lambda _: flow))
