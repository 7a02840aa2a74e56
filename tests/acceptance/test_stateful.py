"""An office lives at random: whatever people, time, mail and attackers do, the invariants hold after every step."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from hypothesis.stateful import rule, run_state_machine_as_test

from sop_engine.application import request, revise_edition
from sop_engine.domain import decisions, opening, staffing
from sop_engine.domain.casefile import Desk
from sop_engine.domain.flow import Visit
from sop_engine.domain.opening import open_visit
from sop_engine.domain.record import fold
from sop_engine.storage import outbox, rows, transaction
from tests.acceptance import text_life
from tests.acceptance.text_life import TextLife
from tests.acceptance.work_life import PICK, Lives
from tests.office import Office
from tests.strategies import move_in

MUST_HAPPEN = {  # else the machine would prove nothing
    *("load", "sign", "start", "claim", "release", "complete", "approve", "return", "cancel"),
    *("complete, struck: refused", "approve, struck: refused", "approve own work: refused", "attack: refused"),
    *("tick: fired", "mail: ok", "mail: defer", "mail: fail", "mail: overtaken"),
    *("cases completed", "stage_runs void", "stage_runs returned", "sign_offs withdrawn", "reminders sent"),
    *("reminders superseded", "messages superseded", "messages failed"),
    *("appoint: confirmed", "appoint: proposed", "confirm", "confirm: refused", "withdraw", "end", "end: refused"),
    *("absence", "absence: refused", "back", "back: refused", "told run.restaffed", "told sign_off.restaffed"),
    *("told sign_off.passed_up", "delegate", "delegate: refused", "reassign", "reassign: refused", "take back"),
    *("void", "void: refused", "cases void", "told edition.replaced", "receive", "receive: refused"),
    *("attach", "attach: refused", "detach", "on paper", "on paper: refused", "sign on paper"),
    *("proposed: revision", "propose plainly, ralat"),
    *("propose plainly, nothing: refused", "propose plainly, number: refused", "withdraw a revision"),
    *("preview: shown", "preview: refused", "sign stale: refused", "sign revision, as proposer: refused"),
    *("signed: revision", "signed: void", "signed: correction", "act behind", "case follows"),
    *("told case.revised", "told edition.followed"),
}


class OfficeLife(TextLife):
    """One episode of everything that may happen."""

    @rule(
        act=st.sampled_from([name for name, (weight, _) in TextLife.acts.items() for _ in range(weight)]),
        pick=PICK,
        way=PICK,
    )
    def something_happens(self, act: str, pick: int, way: int) -> None:
        self.happens(act, pick, way)


@pytest.fixture
def lives(office: Office, tmp_path: Path) -> Lives:
    """An office with the staff of both structures; nobody is connected to its store."""
    return lives_from(office, tmp_path)


def lives_from(office: Office, folder: Path) -> Lives:
    move_in(office)
    office.person["admin2"] = office.add("Admin Kedua", "admin2@contoh.invalid", admin=True)
    office.person["bukan_siapa"] = office.add("Bukan Siapa-siapa", "bukan@contoh.invalid")
    office.close()
    return Lives(office.place, folder / "lives", dict(office.person))


def live(lives: Lives, episodes: int, steps: int, derandomize: bool = True) -> int:
    """Let episodes of so many steps pass and count them; raises for the first invariant that does not hold."""
    machine: Any = partial(OfficeLife, lives)
    lived = settings(
        max_examples=episodes,
        stateful_step_count=steps,
        deadline=None,
        derandomize=derandomize,
        database=None,
        phases=[Phase.generate],  # a failing episode is short enough to read; to shrink it would take minutes
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    # Hypothesis draws from the constants of all modules that happen to be loaded: a derandomized life would be another
    # one after other tests.
    providers.CONSTANTS_CACHE.cache.clear()
    with patch.object(providers, "_get_local_constants", Constants):
        run_state_machine_as_test(machine, settings=lived)
    providers.CONSTANTS_CACHE.cache.clear()
    return lives.happened["step"]


def test_two_thousand_steps(lives: Lives) -> None:
    steps = live(lives, 8, 260)

    assert steps >= 2000
    assert {act for act in MUST_HAPPEN if not lives.happened[act]} == set()


@pytest.mark.long
def test_a_hundred_thousand_steps(lives: Lives, capsys: pytest.CaptureFixture[str]) -> None:
    steps = 0
    while steps < 100_000:
        steps = live(lives, 50, 400, derandomize=False)

    with capsys.disabled():
        sys.stdout.write(f"{steps:,} steps, 0 violations: {dict(lives.happened)}\n")


# -- the machine finds what is broken on purpose -----------------------------------------------------


def forget_to_supersede(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "SUPERSEDE_REMINDERS", rows.SUPERSEDE_REMINDERS + " AND 0 = 1")


def fold_without_due_dates(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(bodies: Any) -> dict[str, dict[str, Any]]:
        whole = fold(bodies).items()
        return {key: {name: value for name, value in fields.items() if name != "due_at"} for key, fields in whole}

    monkeypatch.setattr("tests.invariants.fold", forgetful)


def tell_less_than_was_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def tell(desk: Desk, kind: str, **facts: Any) -> Any:
        for fields in desk._sets.values():
            fields.pop("claimed_at", None)
        return told(desk, kind, **facts)

    told = Desk.tell
    monkeypatch.setattr(Desk, "tell", tell)


def trust_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transaction, "max", lambda clock, _last: clock, raising=False)


def ignore_the_fence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_MINE", outbox._MINE.replace("state = 'claimed' AND fence = ?", "? > 0"))


def open_one_slot_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def open_one(file: Any, visit: Any, note: str = "") -> None:
        open_visit(file, Visit(visit.stage, {min(visit.pending)}), note)

    monkeypatch.setattr("sop_engine.domain.finishing.open_visit", open_one)


def leave_tasks_with_delegates(monkeypatch: pytest.MonkeyPatch) -> None:
    good = staffing._still_good
    monkeypatch.setattr(staffing, "_still_good", lambda task, may: task.capacity == "delegasi" or good(task, may))


def let_the_represented_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    def eligible(file: Any, run: Any, position: str) -> Any:
        on_behalf_of, run.performed_for = run.performed_for, None
        try:
            return opening_eligible(file, run, position)
        finally:
            run.performed_for = on_behalf_of

    opening_eligible = opening.eligible_signers
    for module in (opening, staffing, decisions):
        monkeypatch.setattr(module, "eligible_signers", eligible)


def hand_over_only_what_one_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staffing, "entitled", lambda file, run: {
        person: one for person, one in opening.entitled(file, run).items() if one.stands_for is None
    })  # fmt: skip


def write_on_after_voiding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_CLAIM", outbox._CLAIM.replace("e.state = 'void'", "e.state = 'batal'"))


def act_without_catching_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transaction.SqlTransaction, "_behind", lambda _tx, _file: False)


def commit_previews(monkeypatch: pytest.MonkeyPatch) -> None:
    class Committing:
        def __init__(self, store: Any) -> None:
            self.store = store

        def write(self, office_id: int, work: Callable[[Any], Any]) -> Any:
            def whole(tx: Any) -> Any:
                try:
                    return work(tx)
                except request._Rehearsed as shown:
                    return shown

            raise self.store.write(office_id, whole)

    preview = revise_edition.preview_revision
    monkeypatch.setattr(text_life, "preview_revision", lambda store, *said: preview(Committing(store), *said))


@pytest.mark.parametrize(
    ("sabotage", "found_by"),
    [
        (forget_to_supersede, "I24"),
        (fold_without_due_dates, "I17"),
        (tell_less_than_was_set, "I17"),
        (trust_the_clock, "I19|baru berlaku"),
        (ignore_the_fence, "I23|tidak boleh diubah"),
        (open_one_slot_only, "I8"),
        (leave_tasks_with_delegates, "keeps a task"),
        (let_the_represented_sign, "asked is not who|own work|tidak boleh mengesahkan"),
        (hand_over_only_what_one_has, "is offered nothing|keeps a task"),
        (write_on_after_voiding, "goes on writing"),
        (act_without_catching_up, "finds work|has not followed|without the revision|what was shown|more than it did"),
        (commit_previews, "a preview"),
    ],
)
def test_what_is_broken_on_purpose_is_found(
    sabotage: Callable[[pytest.MonkeyPatch], None], found_by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lives = lives_from(Office(tmp_path).settle(), tmp_path)
    sabotage(monkeypatch)

    with pytest.raises(Exception, match=found_by):
        live(lives, 10, 250)
