"""Open work follows the people: hand-over, vacancy, absence, delegation, reassignment (design §3, §5)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from sop_engine.application import fire_reminders
from sop_engine.application import hand_over as handing
from sop_engine.application.answer_sign_off import approve
from sop_engine.application.appoint import appoint, end_appointment
from sop_engine.application.complete_task import complete_task
from sop_engine.application.decide_proposal import confirm
from sop_engine.application.hand_task import delegate_task, reassign_task, take_task_back
from sop_engine.application.ratify_edition import sign_edition
from sop_engine.application.set_up import load_document
from sop_engine.application.start_case import start_case
from sop_engine.domain.people import CHAIN, Absence, Holder, People
from sop_engine.domain.state import Person
from sop_engine.errors import NotAuthorised, NotFound, Refusal
from tests.application.seats import ORGANISATION, Seats
from tests.invariants import check


@pytest.fixture
def seats(place) -> Iterator[Seats]:
    made = Seats(place, "definitif")
    yield made
    check(made.office)
    made.office.close()


def begun(seats: Seats) -> int:
    return int(start_case(seats.office.store, seats.office.who("admin"), seats.edition["own"][0])["case"])


def pass_days(seats: Seats, days: float) -> None:
    seats.office.at += timedelta(days=days)
    seats.office.engine.tick()


def has_work(seats: Seats, case: int) -> set[str]:
    """Who has an open task of a case."""
    rows = seats.office.store.query(
        "SELECT person_id FROM tasks WHERE case_id = ? AND state IN ('offered', 'claimed')", (case,)
    )
    names = {number: name for name, number in seats.office.person.items()}
    return {names[person] for (person,) in rows}


def armed(seats: Seats, case: int) -> list[tuple[str, str]]:
    rows = seats.office.store.query(
        "SELECT person_id, level FROM reminders WHERE case_id = ? AND state = 'armed' ORDER BY 1, 2", (case,)
    )
    names = {number: name for name, number in seats.office.person.items()}
    return [(names[person], level) for person, level in rows]


def holder_of(seats: Seats, name: str) -> int:
    person = seats.office.person[name]
    return next(h.id for h in seats.office.engine.reading.people().holders if h.person_id == person)


def end(seats: Seats, name: str, days: float = 0) -> None:
    office = seats.office
    end_appointment(office.store, office.who(0), holder_of(seats, name), office.at + timedelta(days=days))


def mails(seats: Seats, words: str) -> list[str]:
    return [m.to_position for m in seats.office.engine.reading.messages() if words in m.subject]


def test_at_a_hand_over_open_work_and_its_reminders_go_to_who_follows(seats: Seats) -> None:
    case = begun(seats)
    end(seats, "staf", 3)
    office = seats.office
    appoint(office.store, office.who(0), office.person["lain"], "staf", "definitif", "SK 9",
            office.at + timedelta(days=3))  # fmt: skip

    pass_days(seats, 2)
    assert has_work(seats, case) == {"staf"}
    pass_days(seats, 1)

    assert has_work(seats, case) == {"lain"}
    assert {name for name, _ in armed(seats, case)} <= {"lain"}
    with pytest.raises((NotFound, NotAuthorised)):
        complete_task(office.store, office.who("staf"), seats.task(case, "lain"))
    complete_task(office.store, office.who("lain"), seats.task(case, "lain"))


def test_a_vacant_post_stops_its_stage_and_the_superior_is_told(seats: Seats) -> None:
    case = begun(seats)
    end(seats, "staf", 1)

    pass_days(seats, 1)

    assert has_work(seats, case) == set()
    assert "sekretaris" in mails(seats, "Jabatan kosong")
    assert seats.office.store.query("SELECT state, stage FROM stage_runs WHERE case_id = ?", (case,)) == [
        ("active", "tulis")
    ]
    seats.appoint("lain", "staf", "plt", 30)
    pass_days(seats, 0)
    assert has_work(seats, case) == {"lain"}


def test_during_an_absence_both_see_the_task_and_the_first_acts(seats: Seats) -> None:
    office, case, other = seats.office, begun(seats), begun(seats)
    seats.absent("staf", "lain", 1, 2)
    pass_days(seats, 1)
    assert has_work(seats, case) == {"staf", "lain"}
    assert len(armed(seats, case)) == len(set(armed(seats, case)))

    mine, theirs = seats.task(case, "lain"), seats.task(case, "staf")
    complete_task(office.store, office.who("lain"), mine)
    with pytest.raises(Refusal, match="menunggu pengesahan"):
        complete_task(office.store, office.who("staf"), theirs)
    pass_days(seats, 2)

    assert has_work(seats, other) == {"staf"}
    assert office.store.query("SELECT performed_capacity FROM stage_runs WHERE case_id = ?", (case,)) == [
        ("pengganti",)
    ]


def test_a_request_open_at_an_absence_is_mailed_to_the_substitute_who_may_sign(seats: Seats) -> None:
    office, case = seats.office, begun(seats)
    complete_task(office.store, office.who("staf"), seats.task(case, "staf"))
    seats.absent("sekretaris", "lain", 1, 2)
    before = len(mails(seats, "Permintaan pengesahan"))

    pass_days(seats, 1)

    to_lain = [
        m for m in office.engine.reading.messages()
        if m.kind == "permintaan_pengesahan" and m.to_address == "lain@contoh.invalid" and m.case_id == case
    ]  # fmt: skip
    assert len(to_lain) == 1
    assert len(mails(seats, "Permintaan pengesahan")) > before
    approve(office.store, office.who("lain"), seats.asked(case))
    assert ("pengganti",) in office.store.query("SELECT capacity FROM sign_offs WHERE case_id = ?", (case,))


def test_when_the_first_substitute_is_back_the_work_of_the_second_returns(seats: Seats) -> None:
    case = begun(seats)
    seats.absent("staf", "lain", 0, 9)
    seats.absent("lain", "arsip", 1, 2)
    pass_days(seats, 1)
    assert has_work(seats, case) == {"staf", "arsip"}

    pass_days(seats, 2)

    assert has_work(seats, case) == {"staf", "lain"}


def test_chains_are_bounded_and_never_turn_in_a_circle(seats: Seats) -> None:
    at = seats.office.at
    day = at + timedelta(days=1)

    def people(pairs: list[tuple[int, int]]) -> People:
        persons = [Person(number, str(number), f"{number}@contoh.invalid") for number in range(1, 12)]
        absences = [Absence(n, away, by, "", at, day) for n, (away, by) in enumerate(pairs, 1)]
        return People(persons, [Holder(1, 1, "staf", "definitif", "", at)], absences)

    assert people([(1, 2), (2, 3)]).substitute_of(1, at) == 3
    assert people([(1, 2), (2, 3), (3, 1)]).substitute_of(1, at) is None
    assert people([(n, n + 1) for n in range(1, CHAIN)]).substitute_of(1, at) == CHAIN
    assert people([(n, n + 1) for n in range(1, CHAIN + 3)]).substitute_of(1, at) is None


def test_a_delegated_task_can_be_taken_back(seats: Seats) -> None:
    office, case = seats.office, begun(seats)
    task = delegate_task(office.store, office.who("staf"), seats.task(case, "staf"), office.person["lain"])["task"]
    assert has_work(seats, case) == {"lain"}
    assert {name for name, _ in armed(seats, case)} == {"lain"}

    take_task_back(office.store, office.who("staf"), task)

    assert has_work(seats, case) == {"staf"}
    assert {name for name, _ in armed(seats, case)} == {"staf"}
    with pytest.raises(Refusal, match="sudah ditarik"):
        take_task_back(office.store, office.who("staf"), task)


def test_what_a_delegate_does_is_not_also_offered_to_the_substitute_of_who_delegated(seats: Seats) -> None:
    office, case = seats.office, begun(seats)
    delegate_task(office.store, office.who("staf"), seats.task(case, "staf"), office.person["lain"])
    seats.absent("staf", "arsip", 1, 2)

    pass_days(seats, 1)

    assert has_work(seats, case) == {"lain"}


def test_a_superior_reassigns_with_a_reason(seats: Seats) -> None:
    office, case = seats.office, begun(seats)
    who, task, lain = office.who("sekretaris"), seats.task(case, "staf"), office.person["lain"]
    with pytest.raises(Refusal, match="memerlukan alasan"):
        reassign_task(office.store, who, task, "sekretaris", lain, " ")

    reassign_task(office.store, who, task, "sekretaris", lain, "Beban kerja.")

    assert has_work(seats, case) == {"lain"}
    assert "staf" in mails(seats, "Tugas dialihkan")


def test_a_plh_signs_off_a_stage_flagged_but_no_sop(seats: Seats) -> None:
    office = seats.office
    seats.appoint("lain", "sekretaris", "plh", 5)
    asked = seats.asked(seats.case["own", "submitted"])

    approve(office.store, office.who("lain"), asked)
    assert office.store.query("SELECT capacity FROM sign_offs WHERE id = ?", (asked,)) == [("plh",)]
    with pytest.raises(NotAuthorised, match="UU 30/2014"):
        sign_edition(office.store, office.who("lain"), *seats.draft["own"])


OVERLAPS = [  # (capacity, days, words of the refusal or none) beside the definitif head of a unit
    ("plt", 9, "Plt. hanya untuk jabatan yang kosong"),
    ("definitif", None, "pada masa yang sama"),
    ("plh", 9, ""),
    ("plh", None, "masa tertentu"),
]


@pytest.mark.parametrize(("capacity", "days", "words"), OVERLAPS)
def test_periods_that_contradict_each_other(seats: Seats, capacity: str, days: int | None, words: str) -> None:
    if not words:
        assert seats.appoint("lain", "sekretaris", capacity, days)
        return
    with pytest.raises(Refusal, match=words):
        seats.appoint("lain", "sekretaris", capacity, days)


def test_a_signing_post_needs_a_second_person_and_both_sides_are_told(seats: Seats) -> None:
    office = seats.office
    made = appoint(office.store, office.who("admin"), office.person["lain"], "sekretaris", "plh", "SP 2",
                   *office.days(2))  # fmt: skip
    assert made["status"] == "proposed"
    with pytest.raises(NotAuthorised, match="orang kedua"):
        confirm(office.store, office.who("admin"), made["proposal"])

    assert confirm(office.store, office.who("kepala"), made["proposal"])["status"] == "confirmed"

    told = {m.to_address for m in office.engine.reading.messages() if m.subject.startswith("Pemegang jabatan")}
    assert {"lain@contoh.invalid", "sekretaris@contoh.invalid"} <= told


def test_renaming_posts_and_units_changes_no_validity(seats: Seats) -> None:
    office, case = seats.office, begun(seats)
    renamed = ORGANISATION.replace("nama: Staf,", "nama: Pelaksana,").replace(
        "{nama: Tata Usaha}", "{nama: Bagian Umum, alias: [Tata Usaha]}"
    )
    load_document(office.store, office.who("admin"), "organisation", "kecil", renamed)

    complete_task(office.store, office.who("staf"), seats.task(case, "staf"))

    assert {e.state for e in office.engine.reading.editions() if e.id == seats.edition["own"][0]} == {"in_execution"}


def test_one_broken_case_holds_up_no_other(seats: Seats, monkeypatch: pytest.MonkeyPatch) -> None:
    office, cases = seats.office, [begun(seats) for _ in range(3)]
    seats.absent("staf", "lain", 1, 5)
    office.at += timedelta(days=1)

    def broken(of: Any) -> Any:
        def act(tx: Any, *, case_id: int) -> Any:
            if case_id == cases[0]:
                raise RuntimeError("a row nobody foresaw")
            return of(tx, case_id=case_id)

        return act

    monkeypatch.setattr(handing, "_restaff", broken(handing._restaff))
    monkeypatch.setattr(fire_reminders, "_fire", broken(fire_reminders._fire))
    office.at += timedelta(days=3)
    with pytest.raises(ExceptionGroup):
        office.engine.tick()

    assert [has_work(seats, case) for case in cases] == [{"staf"}, {"staf", "lain"}, {"staf", "lain"}]
    reminded = {case for (case,) in office.store.query("SELECT case_id FROM reminders WHERE state = 'sent'")}
    assert reminded & {*cases} == {*cases[1:]}

    monkeypatch.undo()
    office.engine.tick()

    assert all(has_work(seats, case) == {"staf", "lain"} for case in cases)
    assert not office.store.due_handovers(office.at)


def test_a_hand_over_interrupted_in_the_middle_goes_on(seats: Seats, monkeypatch: pytest.MonkeyPatch) -> None:
    office, cases = seats.office, [begun(seats) for _ in range(3)]
    seats.absent("staf", "lain", 1, 5)
    office.at += timedelta(days=1)
    restaff, seen = handing._restaff, []

    def dies(tx, *, case_id: int) -> bool:
        seen.append(case_id)
        if len(seen) == 3:
            raise KeyboardInterrupt("power lost")
        return restaff(tx, case_id=case_id)

    monkeypatch.setattr(handing, "_restaff", dies)
    with pytest.raises(KeyboardInterrupt, match="power lost"):
        handing.hand_over(office.store, office.at, limit=1)
    monkeypatch.undo()
    assert office.store.query("SELECT MAX(cursor) FROM handovers") == [(seen[1],)]  # how far it came

    office.engine.tick()

    assert all(has_work(seats, case) == {"staf", "lain"} for case in cases)
    assert not office.store.due_handovers(office.at)
