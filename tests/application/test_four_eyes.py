"""Four eyes survive substitution, delegation and double posts: signer, performer and loader are compared as persons."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from sop_engine.application.answer_sign_off import approve
from sop_engine.application.complete_task import complete_task
from sop_engine.application.hand_task import delegate_task
from sop_engine.application.load_edition import load_edition
from sop_engine.application.ratify_edition import sign_edition
from sop_engine.application.set_up import add_person
from sop_engine.application.start_case import start_case
from sop_engine.errors import NotAuthorised
from sop_engine.wiring import parse_definition
from tests.application.seats import Seats, sop


@pytest.fixture
def seats(place) -> Iterator[Seats]:
    made = Seats(place, "definitif")
    yield made
    made.office.close()


def begun(seats: Seats) -> int:
    office = seats.office
    return int(start_case(office.store, office.who("admin"), seats.edition["own"][0])["case"])


def done(seats: Seats, case: int, name: str) -> None:
    complete_task(seats.office.store, seats.office.who(name), seats.task(case, name))


def later(seats: Seats) -> None:
    """A moment passes and the ticker comes by."""
    seats.office.at += timedelta(minutes=1)
    seats.office.engine.tick()


def same_person_in_both_posts(seats: Seats) -> int:
    seats.appoint("staf", "sekretaris", "plh", 9)
    case = begun(seats)
    done(seats, case, "staf")
    return case


def represented_performer(seats: Seats) -> int:
    """The substitute did it; whom they stood in for holds the signing post for a while."""
    seats.appoint("staf", "sekretaris", "plh", 9)
    seats.absent("staf", "lain", 0, 2)
    case = begun(seats)
    done(seats, case, "lain")
    return case


def substitute_of_the_performer(seats: Seats) -> int:
    """The performer is away from the signing post too, and the substitute is asked to sign for them."""
    seats.appoint("staf", "sekretaris", "plh", 9)
    case = begun(seats)
    done(seats, case, "staf")
    seats.absent("staf", "lain", 0, 2)
    later(seats)
    return case


def delegator(seats: Seats) -> int:
    seats.appoint("staf", "sekretaris", "plh", 9)
    case = begun(seats)
    office = seats.office
    delegate_task(office.store, office.who("staf"), seats.task(case, "staf"), office.person["lain"])
    done(seats, case, "lain")
    return case


def delegate_who_may_sign(seats: Seats) -> int:
    """The Sekretaris did the work as somebody's delegate."""
    case = begun(seats)
    office = seats.office
    delegate_task(office.store, office.who("staf"), seats.task(case, "staf"), office.person["sekretaris"])
    seats.appoint("lain", "sekretaris", "plh", 9)
    done(seats, case, "sekretaris")
    return case


def substitute_who_holds_the_signing_post(seats: Seats) -> int:
    seats.absent("staf", "sekretaris", 0, 2)
    seats.appoint("lain", "sekretaris", "plh", 9)
    case = begun(seats)
    done(seats, case, "sekretaris")
    return case


# what happened → who tries to sign, and who may
SIGNING: list[tuple[Callable[[Seats], int], str, str]] = [
    (same_person_in_both_posts, "staf", "sekretaris"),
    (represented_performer, "staf", "sekretaris"),
    (represented_performer, "lain", "sekretaris"),
    (substitute_of_the_performer, "lain", "sekretaris"),
    (substitute_of_the_performer, "staf", "sekretaris"),
    (delegator, "staf", "sekretaris"),
    (delegator, "lain", "sekretaris"),
    (delegate_who_may_sign, "sekretaris", "lain"),
    (substitute_who_holds_the_signing_post, "sekretaris", "lain"),
]


@pytest.mark.parametrize(("happened", "refused", "allowed"), SIGNING)
def test_who_had_a_hand_in_the_work_does_not_sign_it(
    seats: Seats, happened: Callable[[Seats], int], refused: str, allowed: str
) -> None:
    office, asked = seats.office, seats.asked(happened(seats))

    with pytest.raises(NotAuthorised, match=r"asas dua orang|tidak memegang jabatan"):
        approve(office.store, office.who(refused), asked)

    approve(office.store, office.who(allowed), asked)


def positions_asked(seats: Seats, case: int) -> list[str]:
    rows = seats.office.store.query(
        "SELECT position FROM sign_offs WHERE office_id = ? AND case_id = ? AND state = 'requested'",
        (seats.office.id, case),
    )
    return [position for (position,) in rows]


def test_when_nobody_eligible_is_left_the_request_goes_up(seats: Seats) -> None:
    office, case = seats.office, begun(seats)
    delegate_task(office.store, office.who("staf"), seats.task(case, "staf"), office.person["sekretaris"])

    done(seats, case, "sekretaris")

    assert positions_asked(seats, case) == ["kepala"]
    approve(office.store, office.who("kepala"), seats.asked(case))


def test_with_nobody_above_the_run_waits_and_those_above_are_told(seats: Seats) -> None:
    office = seats.office
    case = int(start_case(office.store, office.who("admin"), seats.edition["other"][0])["case"])
    delegate_task(office.store, office.who("arsip"), seats.task(case, "arsip"), office.person["kepala"])

    done(seats, case, "kepala")

    assert positions_asked(seats, case) == ["kepala"]
    with pytest.raises(NotAuthorised, match="asas dua orang"):
        approve(office.store, office.who("kepala"), seats.asked(case))
    told = [m.to_position for m in office.engine.reading.messages() if "tidak ada" in m.subject]
    assert "kepala" in told


def test_who_loaded_an_sop_does_not_sign_it(seats: Seats) -> None:
    """An admin who is the ratifying official too: with two posts they are still one person."""
    office = seats.office
    both = int(add_person(office.store, office.who(0), "Dua", "dua@contoh.invalid", admin=True)["person"])
    office.person["dua"] = both
    body = sop("7", "arsip", "staf")
    loaded = load_edition(office.store, office.who(both), body, parse_definition)
    seats.appoint("dua", "arsip", "definitif")

    with pytest.raises(NotAuthorised, match="asas dua orang"):
        sign_edition(office.store, office.who(both), loaded["edition"], loaded["digest"])

    sign_edition(office.store, office.who("arsip"), loaded["edition"], loaded["digest"])


@pytest.mark.parametrize("proof", ["", "totp"])
def test_nobody_signs_without_having_proven_who_they_are(seats: Seats, proof: str) -> None:
    office, asked = seats.office, seats.asked(seats.case["own", "submitted"])

    with pytest.raises(NotAuthorised, match="kata sandi"):
        approve(office.store, replace(office.who("sekretaris"), proof=proof), asked)
    with pytest.raises(NotAuthorised, match="kata sandi"):
        sign_edition(office.store, replace(office.who("sekretaris"), proof=proof), *seats.draft["own"])
