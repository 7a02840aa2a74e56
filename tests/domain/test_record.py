"""The record: canonical bytes, and every change of an entry is seen."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from sop_engine.domain.record import Entry, Told, body_of, chained, fold, genesis, text_digest, verify
from sop_engine.domain.state import Actor, Event

NOW = datetime(2027, 1, 4, 0, 30, tzinfo=UTC)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.from_regex("[a-z_/0-9]{1,9}", fullmatch=True), inner, max_size=3)
    ),
    max_leaves=12,
)


def event(seq: int, **facts: object) -> Event:
    return Event(seq, "run.completed", NOW, Actor(1, "staf", "definitif", "uji"), 7, facts, {})


@given(st.dictionaries(st.from_regex("[a-z_]{1,9}", fullmatch=True), VALUES, max_size=5))
def test_bodies_are_rfc_8785_canonical(facts: dict[str, object]) -> None:
    body = body_of(event(1, **facts))

    assert body.encode() == rfc8785.dumps(json.loads(body))


def chain(count: int = 5) -> tuple[list[Entry], str]:
    start = prev = genesis("uji")
    entries = []
    for seq in range(1, count + 1):
        body = body_of(event(seq, note=seq))
        entries.append(Entry(seq, "run.completed", 7, body, prev, chained(prev, body)))
        prev = entries[-1].hash
    return entries, start


def test_a_whole_chain_is_verified() -> None:
    entries, start = chain()

    verdict = verify(entries, start, 5, entries[-1].hash)

    assert verdict.ok
    assert verdict.entries == 5
    assert verdict.head == entries[-1].hash


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize(
    "change",
    [
        lambda e: e._replace(body=e.body.replace("staf", "staff")),
        lambda e: e._replace(kind="run.returned"),
        lambda e: e._replace(case_id=8),
        lambda e: e._replace(hash="0" * 64),
        lambda e: e._replace(prev_hash="0" * 64),
        lambda e: e._replace(seq=e.seq + 1),
    ],
)
def test_every_change_of_an_entry_is_seen(place: int, change) -> None:
    entries, start = chain()
    head = entries[-1].hash
    entries[place] = change(entries[place])

    verdict = verify(entries, start, 5, head)

    assert not verdict.ok
    assert verdict.fault_seq in (place + 1, place + 2)


def test_a_missing_doubled_or_swapped_entry_is_seen() -> None:
    entries, start = chain()
    head = entries[-1].hash

    for damaged in (entries[:2] + entries[3:], entries[:3] + entries[2:], entries[::-1], entries[:-1], []):
        assert not verify(damaged, start, 5, head).ok


def test_without_the_head_a_cut_tail_is_missed() -> None:
    """The negative control: the chain alone cannot know what came after."""
    entries, start = chain()

    assert verify(entries[:-1], start, 4, entries[3].hash).ok


def test_fold_keeps_the_last_value_of_every_field() -> None:
    first = replace(event(1), sets={"cases/7": {"state": "running", "year": 2026}})
    second = replace(event(2), sets={"cases/7": {"state": "completed"}})

    assert fold([body_of(first), body_of(second)]) == {"cases/7": {"state": "completed", "year": 2026}}


def test_a_text_is_bound_by_its_salt_and_words() -> None:
    assert text_digest("00", "a") != text_digest("01", "a") != text_digest("01", "b")


@pytest.mark.long
def test_a_hundred_thousand_entries_are_verified() -> None:
    """The figure is printed, never asserted."""
    entries, start = chain(100_000)
    began = time.perf_counter()

    verdict = verify(entries, start, 100_000, entries[-1].hash, {100_000: entries[-1].hash}, Told())

    print(f"100,000 entries verified in {time.perf_counter() - began:.2f} s")
    assert verdict.ok
