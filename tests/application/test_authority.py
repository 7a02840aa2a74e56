"""The table of authority: who may do what, in which capacity, with their own and with others' (design §3, §5, §10)."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from sop_engine.application.absence import add_absence, end_absence
from sop_engine.application.answer_sign_off import approve, return_work
from sop_engine.application.appoint import appoint, end_appointment
from sop_engine.application.claim_task import claim_task, release_task
from sop_engine.application.complete_task import complete_task
from sop_engine.application.decide_proposal import confirm
from sop_engine.application.hand_task import delegate_task, reassign_task, take_task_back
from sop_engine.application.load_edition import load_edition
from sop_engine.application.ratify_edition import receive_edition, sign_edition, void_edition
from sop_engine.application.start_case import cancel_case, start_case
from sop_engine.domain.editions import WetSignature
from sop_engine.wiring import parse_definition
from tests.application.seats import CAPACITIES, Seats, outcome, sop

# what a letter in the table stands for: the sentence one hears
SENTENCES = {
    "+": "boleh",
    "T": "NotFound: Tidak ada tugas nomor",
    "J": "tidak memegang jabatan",
    "U": "hanya dapat .* pejabat definitif atau Plt. .UU 30/2014",
    "R": "SOP ini hanya dapat disahkan oleh Sekretaris",
    "A": "bukan admin, jadi tidak dapat",
    "D": "atas nama orang lain tidak dapat didelegasikan lagi",
    "S": "hanya dapat dialihkan atasan, penanggung jawab tahap, atau pejabat yang mengesahkan",
    "B": "hanya dapat ditarik oleh yang mendelegasikan",
    "K": "disetujui orang kedua",
}
# capacity:             own: definitif plt plh pengganti delegasi none | other's: the same | an admin without a post
TABLE = """
claim                   + + + + + T | T T T T T T | T T
release                 + + + + + T | T T T T T T | T T
complete                + + + + + T | T T T T T T | T T
decide                  + + + + + T | T T T T T T | T T
delegate                + + + D D T | T T T T T T | T T
take_back               + + + B B B | B B B B B B | B B
reassign                + + + + J J | S S S S J J | J J
approve                 + + + + J J | J J J J J J | J J
return                  + + + + J J | J J J J J J | J J
cancel                  + + + + J J | J J J J J J | J J
start                   + + + A A A | A A A A A A | + +
sign                    + + U U J J | J J J J J J | J J
sign_basah              + + U R R R | A A A A A A | R +
void                    + + U U J J | J J J J J J | J J
receive                 + + + + J J | J J J J J J | J J
load                    A A A A A A | A A A A A A | + +
appoint                 A A A A A A | A A A A A A | + +
end                     A A A A A A | A A A A A A | + +
confirm                 K K K K K K | K K K K K K | + +
add_absence             + + + + + + | A A A A A A | + +
end_absence             + + + + + + | A A A A A A | + +
"""
OF_THE_SECRETARY = (
    "reassign", "approve", "return", "cancel", "start", "sign", "sign_basah", "void", "receive", "confirm",
)  # fmt: skip


def acts(seats: Seats, name: str, own: str) -> dict[str, Callable[[], Any]]:
    """Every act a person may try, on what is theirs or another's."""
    office, store, who = seats.office, seats.probe, seats.office.who(name)
    person, at = office.person, office.at
    position = {"own": "sekretaris", "other": "kepala"}[own]

    def task(stage: str) -> int:
        return seats.task(seats.case[own, stage], name)

    def holder() -> int:
        below = {"own": "staf", "other": "arsip"}[own]
        return next(h.id for h in office.engine.reading.people().holders if h.position == below)

    def asked() -> int:
        return seats.asked(seats.case[own, "submitted"])

    def wet() -> WetSignature:
        signatory = person[name] if own == "own" else person["kepala"]
        return WetSignature(signatory, at.date(), "ab" * 32, person["lain"])

    absent = person[name] if own == "own" and name != "admin" else person["arsip"]
    away = seats.absence[own]
    return {
        "claim": lambda: claim_task(store, who, task("offered")),
        "release": lambda: release_task(store, who, task("claimed")),
        "complete": lambda: complete_task(store, who, task("offered")),
        "decide": lambda: complete_task(store, who, task("decision"), outcome="ya"),
        "delegate": lambda: delegate_task(store, who, task("offered"), person["lain"]),
        "take_back": lambda: take_task_back(store, who, seats.task(seats.case[own, "handed"], "lain")),
        "reassign": lambda: reassign_task(
            store, who, task("offered"), "sekretaris" if own == "own" or name != "admin" else "kepala",
            person["lain"], "Beban kerja."),
        "approve": lambda: approve(store, who, asked()),
        "return": lambda: return_work(store, who, asked(), "Perbaiki."),
        "cancel": lambda: cancel_case(store, who, seats.case[own, "offered"], position, "Salah."),
        "start": lambda: start_case(store, who, seats.edition[own][0]),
        "sign": lambda: sign_edition(store, who, *seats.draft[own]),
        "sign_basah": lambda: sign_edition(store, who, *seats.draft[own], wet()),
        "void": lambda: void_edition(store, who, seats.edition[own][0], "Putusan 1/2027"),
        "receive": lambda: receive_edition(store, who, seats.edition["own"][0], position),
        "load": lambda: load_edition(store, who, sop("9", position, "staf"), parse_definition),
        "appoint": lambda: appoint(
            store, who, person["lain"], "staf" if own == "own" else "arsip", "definitif", "SK 2", at),
        "end": lambda: end_appointment(store, who, holder(), at + timedelta(days=1)),
        "confirm": lambda: confirm(store, office.who("admin2") if name == "admin" else who, seats.proposal[own]),
        "add_absence": lambda: add_absence(
            store, who, absent, person["lain"], "ST 2", at + timedelta(days=60), at + timedelta(days=61)),
        "end_absence": lambda: end_absence(store, who, away),
    }  # fmt: skip


def rows(capacity: str) -> Iterator[tuple[str, str, str, str]]:
    """(act, who, own or other, the letter expected) of a capacity; the admin's stand beside `none`."""
    for line in TABLE.strip().splitlines():
        act, cells = line.split(maxsplit=1)
        own, other, admin = (part.split() for part in cells.split("|"))
        name = "sekretaris" if act in OF_THE_SECRETARY else "staf"
        column = CAPACITIES.index(capacity)
        yield act, name, "own", own[column]
        yield act, name, "other", other[column]
        if capacity == "none":
            yield act, "admin", "own", admin[0]
            yield act, "admin", "other", admin[1]


@pytest.fixture
def seats(place, request: pytest.FixtureRequest) -> Iterator[Seats]:
    made = Seats(place, request.param)
    yield made
    made.office.close()


@pytest.mark.parametrize("seats", CAPACITIES, indirect=True)
def test_who_may_do_what(seats: Seats) -> None:
    wrong = []
    for act, name, own, letter in rows(seats.capacity):
        heard = outcome(acts(seats, name, own)[act])
        if not re.search(SENTENCES[letter], heard):
            wrong.append(f"{act} {own} by {name} ({seats.capacity}): expected {letter}, heard {heard}")

    assert not wrong, "\n".join(wrong)


def test_the_table_is_whole() -> None:
    assert sum(1 for capacity in CAPACITIES for _ in rows(capacity)) == 21 * 14
