"""Whatever well-formed flow and whatever people decide: it ends, and its tokens are always a replay."""

from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_engine.domain.definition import Definition
from sop_engine.domain.flow import ON, Flow, Move, Position, outcomes_of, replay
from sop_engine.wiring import parse_definition
from tests.strategies import definitions, errors, text_of

many = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
SEED = st.integers(0, 2**32)
BACKWARD = 2  # how often a stage may send the work back


@dataclass(frozen=True)
class Done:
    stage: str
    slot: str
    outcome: str
    redo: tuple[str, ...]


def decided(flow: Flow, stage: str, slot: str, visit: int, seed: int) -> Done:
    """What people decide at a stage's n-th visit; the same whenever they come to it."""
    chance = Random(f"{seed}/{stage}/{slot}/{visit}")
    ways = outcomes_of(flow.stages[stage])
    allowed = [name for name in ways if visit <= BACKWARD or ways[name].kind != "back"]
    outcome = chance.choice([*allowed, *(name for name in allowed if ways[name].kind == "back")])
    target = ways[outcome]
    slots = (flow.stages[target.stage].for_each if target.kind == "back" else None) or ()
    redo = tuple(name for name in slots if chance.random() < 0.5)
    return Done(stage, slot, outcome, redo)


def tokens(position: Position) -> Any:
    """Where the tokens stand, as plain values."""
    visits = {v.stage: (frozenset(v.pending), v.ended, v.needed) for v in position.visits.values()}
    return visits, {block: frozenset(branches) for block, branches in position.arrived.items()}


def walk(flow: Flow, seed: int, order: int) -> list[Done]:
    """Let a case run to its end, everybody working in a random order; every move is looked at."""
    position, chance, done = Position(flow), Random(order), list[Done]()
    visits: Counter[str] = Counter()
    move = position.begin()
    while True:
        visits.update(visit.stage for visit in move.opened)
        if move.ended:
            break
        assert position.visits, "nothing is open and the case has not ended"
        stage, slot = chance.choice(sorted((v.stage, s) for v in position.visits.values() for s in v.pending))
        run = decided(flow, stage, slot, visits[stage], seed)
        before = tokens(position)
        following = position.complete(run.stage, run.slot, run.outcome, run.redo)
        assert following is not None, f"{run} does not fit where it was open"
        move = following
        done.append(run)
        assert_orderly(before, run, move, position)
        assert len(done) < 3000, "it does not end"
    assert tokens(position) == ({}, {}), "something is left open behind the end"
    return done


def assert_orderly(before: Any, run: Done, move: Move, position: Position) -> None:
    """One move closes, drops and opens exactly what it says, and no quorum is waited for longer than needed."""
    after, flow = tokens(position), position.flow
    opened = {visit.stage: visit for visit in move.opened}
    was_open = {(stage, slot) for stage, (pending, *_) in before[0].items() for slot in pending}
    still = {(stage, slot) for stage, (pending, *_) in after[0].items() if stage not in opened for slot in pending}
    assert len(opened) == len(move.opened)
    assert still <= was_open
    assert sorted(move.dropped) == sorted(was_open - still - {(run.stage, run.slot)})
    for stage, visit in opened.items():
        assert stage not in before[0] or stage == run.stage or (stage, "") in move.dropped
        rule = flow.stages[stage]
        redone = run.redo and outcomes_of(flow.stages[run.stage])[run.outcome].stage == stage
        wanted = (set(run.redo), None) if redone else (set(rule.for_each or [""]), rule.done_when)
        assert (visit.pending, visit.needed) == wanted
    for block, branches in after[1].items():
        rule_of = flow.blocks[block].block
        assert len(branches) < (rule_of.done_when or len(rule_of.branches))


def flow_of(found: dict[str, Any]) -> Flow:
    return Flow(Definition.model_validate(found))


@given(definitions())
@many
def test_what_the_strategy_gives_is_without_errors(found: dict[str, Any]) -> None:
    assert errors(found) == []


@given(definitions(), SEED, SEED)
@many
def test_every_flow_ends_whatever_is_decided(found: dict[str, Any], seed: int, order: int) -> None:
    assert walk(flow_of(found), seed, order)


@given(definitions(), SEED, SEED)
@many
def test_the_tokens_are_a_replay_of_what_was_done(found: dict[str, Any], seed: int, order: int) -> None:
    flow, live = flow_of(found), Position(flow_of(found))
    done = walk(flow, seed, order)
    live.begin()

    for number, run in enumerate(done):
        replayed = replay(flow, done[:number])
        assert isinstance(replayed, Position)
        assert tokens(replayed) == tokens(live)
        live.complete(run.stage, run.slot, run.outcome, run.redo)
    assert isinstance(replay(flow, done), Position)


@given(definitions(quorum=False), SEED, SEED, SEED)
@many
def test_who_comes_first_among_branches_changes_nothing(found: dict[str, Any], seed: int, one: int, other: int) -> None:
    flow = flow_of(found)

    assert Counter(walk(flow, seed, one)) == Counter(walk(flow, seed, other))


@given(definitions(), SEED, SEED)
@many
def test_a_run_out_of_place_is_named_by_replay(found: dict[str, Any], seed: int, order: int) -> None:
    flow = flow_of(found)
    done = walk(flow, seed, order)
    place = Random(seed).randrange(len(done))
    position = replay(flow, done[:place])
    assert isinstance(position, Position)
    strange = [Done(stage, "", ON, ()) for stage in flow.stages if stage not in position.visits]

    for run in strange:
        assert replay(flow, [*done[:place], run, *done[place:]]) is run


@given(definitions())
@many
def test_what_is_dumped_loads_as_the_same(found: dict[str, Any]) -> None:
    definition = Definition.model_validate(found)
    dumped = definition.dump()

    assert parse_definition(text_of(dumped, definition.identity.number)) == definition
    assert parse_definition(yaml.safe_dump(dumped, allow_unicode=True, sort_keys=False)) == definition
