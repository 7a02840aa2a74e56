"""Differences between two texts: nothing is lost, nothing invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_engine.web.differences import WORDS, differences

TEXTS = st.text("ab \n", max_size=40)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_off_their_differences(before: str, after: str) -> None:
    parts = differences(before, after)
    assert "".join(text for mark, text in parts if mark != "+") == f"{before} "
    assert "".join(text for mark, text in parts if mark != "-") == f"{after} "
    assert (before == after) == all(mark == "" for mark, _ in parts)


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ("SK tim", "SK tim dan jadwal", [("+", "dan jadwal ")]),
        ("satu dua tiga", "satu tiga", [("-", "dua ")]),
        ("Draf lama", "Draf baru", [("-", "lama "), ("+", "baru ")]),
        ("kata " * WORDS + "\nekor", "kata " * WORDS + "\nkaki", [("-", "ekor "), ("+", "kaki ")]),
    ],
)
def test_what_changed_is_named_by_words(before: str, after: str, changed: list[tuple[str, str]]) -> None:
    assert [part for part in differences(before, after) if part[0]] == changed
