"""What differs between two definitions: every change with its path, its kind, and both values (design §10).

`KINDS` classifies every key of the format; a key without a kind fails the build.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Literal

from sop_engine.domain.definition import (
    Block,
    Clause,
    Decision,
    Definition,
    FileModel,
    Identity,
    Limit,
    Parallel,
    Ratifier,
    Schedule,
    Scope,
    SignOffRule,
    Stage,
    Step,
)

Kind = Literal["scope", "responsible", "performer", "stage", "flow", "schedule", "clerical", "rules", "identity"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; `stage` is the new id of the stage it is about, `key` the field of it, empty where none."""

    path: str
    kind: Kind
    before: Any
    after: Any
    stage: str = ""
    key: str = ""


_NOTES: dict[str, Kind] = {"provenance": "clerical", "source": "clerical", "reconstructed": "clerical"}


def _kinds(kind: Kind, names: str, **others: Kind) -> dict[str, Kind]:
    return {**_NOTES, **dict.fromkeys(names.split(), kind), **others}


KINDS: dict[type[FileModel], dict[str, Kind]] = {
    Definition: _kinds(
        "identity",
        "format sop organisation identity",
        scope="scope",
        responsible="responsible",
        informed_units="performer",
        clauses="rules",
        schedule="schedule",
        steps="flow",
    ),
    Identity: _kinds(
        "identity",
        "institution unit number created_on revised_on effective_on ratified_by legal_basis "
        "performer_qualifications related_procedures equipment warnings records",
        name="scope",
        annex_number="clerical",
    ),
    Ratifier: _kinds("identity", "name place", position="rules"),
    Scope: _kinds("scope", "subject begins ends final_output units"),
    Clause: dict.fromkeys(Clause.model_fields, "rules"),
    Schedule: _kinds("schedule", "zone begins limits reminders escalations", cycle="scope"),
    Limit: _kinds("schedule", "id stage date kind given_at_start"),
    Decision: _kinds("flow", "question"),
    SignOffRule: _kinds("performer", "by done_when in_order"),
    Stage: _kinds(
        "stage",
        "id number activity requirements outputs remarks",
        former_id="clerical",
        performers="performer",
        for_each="performer",
        informed="performer",
        sign_off="performer",
        responsible="responsible",
        duration="schedule",
        not_before="schedule",
        done_when="flow",
        condition="flow",
        decision="flow",
        then="flow",
    ),
    Block: _kinds("flow", "id branches done_when"),
    Parallel: {"block": "flow"},
}
_PROSE = frozenset(  # keys whose words a ralat may spell right; the values of others mean something to the engine
    {"institution", "unit", "name", "place", "legal_basis", "performer_qualifications", "related_procedures"}
    | {"equipment", "warnings", "records", "subject", "begins", "ends", "final_output", "activity", "requirements"}
    | {"outputs", "remarks", "condition", "question"}
)
_SETS = frozenset(
    {"units", "informed_units", "informed", "performers", "for_each", "reconstructed"}
)  # order says nothing
_NEGATIONS = frozenset(
    {"tidak", "tak", "tiada", "bukan", "belum", "jangan", "tanpa", "kecuali", "selain", "dilarang", "nir", "non"}
    | {"anti", "nihil", "batal", "cabut", "hapus"}
)
_WORD = re.compile(r"[^\W_]+")


def changes_between(old: Definition, new: Definition) -> list[Change]:
    """List every difference; `old` must bear the new ids already (`renamed`)."""
    found = list(_of_model("", old, new, ("identity", "schedule", "clauses", "steps")))
    found += _of_model("identitas", old.identity, new.identity)
    found += _of_listed("ketentuan", old.clauses, new.clauses, "number", "rules")
    found += _of_model("jadwal", old.schedule, new.schedule, ("limits",))
    found += _of_listed("jadwal.batas", old.schedule.limits, new.schedule.limits, "id", "schedule")
    found += _of_stages(old, new)
    return found + list(_of_order(old, new))


def _of_model(
    path: str, old: FileModel, new: FileModel, aside: tuple[str, ...] = (), stage: str = ""
) -> Iterator[Change]:
    kinds, fields = KINDS[type(old)], type(old).model_fields
    for name in [name for name in fields if name not in aside]:
        before, after = getattr(old, name), getattr(new, name)
        key = fields[name].alias or name
        where = f"{path}.{key}".lstrip(".")
        if isinstance(before, FileModel) and type(before) is type(after):
            yield from _of_model(where, before, after, stage=stage)
        elif (set(before or ()) != set(after or ())) if name in _SETS else before != after:
            spelled = name in _PROSE and not isinstance(old, Clause) and is_spelling(before, after)
            kind = "clerical" if spelled else kinds[name]
            yield Change(where, kind, _shown(old, key), _shown(new, key), stage, name)
    if isinstance(old, Decision) and isinstance(new, Decision):
        for name in dict.fromkeys([*old.outcomes, *new.outcomes]):
            before, after = (each.outcomes[name].text if name in each.outcomes else None for each in (old, new))
            if before != after:
                yield Change(f"{path}.{name}", "flow", before, after, stage, "decision")


def _of_listed(path: str, old: tuple[Any, ...], new: tuple[Any, ...], by: str, kind: Kind) -> Iterator[Change]:
    ours, theirs = ({getattr(each, by): each for each in listed} for listed in (old, new))
    for name in dict.fromkeys([*ours, *theirs]):
        if name in ours and name in theirs:
            yield from _of_model(f"{path}.{name}", ours[name], theirs[name])
        else:
            yield Change(f"{path}.{name}", kind, _whole(ours.get(name)), _whole(theirs.get(name)))


def _of_stages(old: Definition, new: Definition) -> Iterator[Change]:
    ours, theirs = ({stage.id: stage for stage in each.stages()} for each in (old, new))
    answering = responsible_positions(old)
    for name in dict.fromkeys([*ours, *theirs]):
        before, after = ours.get(name), theirs.get(name)
        if before and after:
            same = (before.responsible or old.responsible) == (after.responsible or new.responsible)
            inherits = before.responsible is None and after.responsible is None
            aside = ("responsible",) if same or inherits else ()
            yield from _of_model(f"tahapan.{name}", before, after, aside, stage=name)
        else:
            yield Change(f"tahapan.{name}", "stage", _whole(before), _whole(after), name)
        if after and not before and (strangers := sorted(_answering_for(new, after) - answering - {new.responsible})):
            yield Change(f"tahapan.{name}.penanggungjawab", "responsible", None, strangers, name, "responsible")


def _of_order(old: Definition, new: Definition) -> Iterator[Change]:
    """Changes of order and of blocks among the stages that stay."""
    blocks = [{block.id: block for block in blocks_in(each.steps)} for each in (old, new)]
    stay = {stage.id for stage in old.stages()} & {stage.id for stage in new.stages()}
    orders = [[stage.id for stage in each.stages() if stage.id in stay] for each in (old, new)]
    if orders[0] != orders[1]:
        yield Change("tahapan", "flow", orders[0], orders[1])
    for name in dict.fromkeys([*blocks[0], *blocks[1]]):
        before, after = blocks[0].get(name), blocks[1].get(name)
        if before and after:
            yield from _of_model(f"tahapan.{name}", before, after, ("branches",))
            kept = stay | set(blocks[0]) & set(blocks[1])
            branches = [[_ids(branch, kept) for branch in block.branches] for block in (before, after)]
            if _filled(branches[0]) != _filled(branches[1]) or len(branches[0]) != len(branches[1]):
                yield Change(f"tahapan.{name}.cabang", "flow", branches[0], branches[1])
        else:
            yield Change(f"tahapan.{name}", "flow", _whole(before), _whole(after))


def _ids(steps: tuple[Step, ...], kept: set[str]) -> list[str]:
    names = [step.id if isinstance(step, Stage) else step.block.id for step in steps]
    return [name for name in names if name in kept]


def _filled(branches: list[list[str]]) -> list[list[str]]:
    return sorted(branch for branch in branches if branch)


def blocks_in(steps: tuple[Step, ...]) -> Iterator[Block]:
    """Every `paralel` block of a list of steps, nested ones included."""
    for step in steps:
        if isinstance(step, Parallel):
            yield step.block
            for branch in step.block.branches:
                yield from blocks_in(branch)


def responsible_positions(definition: Definition) -> set[str]:
    """Every position that answers for the SOP, a stage or a slot of it."""
    return {definition.responsible}.union(*(_answering_for(definition, stage) for stage in definition.stages()))


def _answering_for(definition: Definition, stage: Stage) -> set[str]:
    if stage.responsible == "pelaksana":
        return set(stage.for_each or ())
    return {stage.responsible or definition.responsible}


def _shown(model: FileModel, key: str) -> Any:
    return model.model_dump(by_alias=True, mode="json").get(key)


def _whole(model: FileModel | None) -> Any:
    return model.model_dump(by_alias=True, exclude_unset=True, mode="json") if model else None


def is_spelling(before: Any, after: Any) -> bool:
    """Tell whether two texts (or lists) differ as a ralat allows: two characters a word, no digit, no negation.

    Of a short word less than half may change, so that `dan` does not become `dari`, nor `di` `ke`.
    """
    if isinstance(before, tuple) and isinstance(after, tuple):
        return len(before) == len(after) and all(map(is_spelling, before, after))
    if not (isinstance(before, str) and isinstance(after, str)):
        return False
    return all(_slip(one, other) for one, other in zip_longest(before.split(), after.split(), fillvalue=""))


def _slip(one: str, other: str) -> bool:
    if one == other:
        return True
    words = {word.casefold() for word in (*_WORD.findall(one), *_WORD.findall(other))}
    if words & _NEGATIONS or any(char.isdigit() for char in one + other):
        return False
    swapped = sorted(one) == sorted(other) and sum(map(str.__ne__, one, other)) <= 2
    return swapped or distance(one, other) <= min(2, (max(len(one), len(other)) - 1) // 2)


def distance(one: str, other: str) -> int:
    """Count the characters to add, drop or replace to make one word the other."""
    row = list(range(len(other) + 1))
    for number, char in enumerate(one, 1):
        corner, row[0] = row[0], number
        for place, letter in enumerate(other, 1):
            corner, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, corner + (char != letter))
    return row[-1]


_ID_IN = re.compile(r"(?<=\bke )[a-z][a-z0-9_]*$|(?<=\bsesudah )[a-z][a-z0-9_]*$")
_NAMING = frozenset({"lalu", "tidak_sebelum", "tanggal", "keputusan"})  # keys whose text may name a stage


def names_of(old: Definition, new: Definition) -> dict[str, str]:
    """The stages that were renamed: old id → new id, as `dahulu` says."""
    known = {stage.id for stage in old.stages()}
    return {s.former_id: s.id for s in new.stages() if s.former_id in known and s.id not in known and s.former_id}


def renamed(definition: Definition, names: dict[str, str]) -> Definition:
    """Give a definition under other stage ids, wherever it names them."""

    def rewrite(value: Any, key: str) -> Any:
        if isinstance(value, dict):
            return {name: rewrite(each, key if key == "keputusan" else name) for name, each in value.items()}
        if isinstance(value, list):
            return [rewrite(each, key) for each in value]
        if key in ("id", "tahap"):
            return names.get(value, value)
        return _ID_IN.sub(lambda match: names.get(match[0], match[0]), value) if key in _NAMING else value

    if not names:
        return definition
    found = definition.dump()
    found["tahapan"] = rewrite(found["tahapan"], "tahapan")
    for limit in found.get("jadwal", {}).get("batas", ()):
        limit |= {"tahap": rewrite(limit["tahap"], "tahap"), "tanggal": rewrite(limit["tanggal"], "tanggal")}
    return Definition.model_validate(found)
