"""The table of gates: every act × edition state × case state, each refusal with its clause (design §5)."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from sop_engine.application.answer_sign_off import approve, return_work
from sop_engine.application.claim_task import claim_task, release_task
from sop_engine.application.complete_task import complete_task
from sop_engine.application.hand_task import delegate_task, reassign_task, take_task_back
from sop_engine.application.ratify_edition import receive_edition, sign_edition, void_edition
from sop_engine.application.start_case import cancel_case, start_case
from sop_engine.errors import NotFound, Refusal
from tests.application.seats import RolledBack, Seats, sop

STORES = ["sqlite"]  # the gates are asked before anything is written
EDITIONS = ("draft", "not_yet", "in_force", "in_execution", "expired", "replaced", "void")
CASES = ("none", "running", "completed", "cancelled", "void")
ON_CASES = (
    "claim", "release", "complete", "decide", "approve", "return", "cancel", "delegate", "reassign", "take_back",
)  # fmt: skip
ON_EDITIONS = ("start", "sign", "void", "receive")
CLAUSES = """ketentuan:
  - {butir: 1, aturan: dilaksanakan_setiap_bagian, teks: di setiap bagian}
  - {butir: 4, aturan: batal_bila_berubah, objek: [ruang_lingkup], teks: batal seluruhnya}
  - {butir: 5, aturan: tidak_berlaku_saat_berakhir, teks: tidak berlaku}
  - {butir: 6, aturan: berlaku_saat_ditandatangani, teks: pada saat ditandatangani}
mengetahui: [pimpinan]
tahapan:"""
OWN, ALLOWED, NO_SUCH = "aturan mesin", "boleh", "tidak ada"


def expected(act: str, edition: str, case: str) -> Any:
    """The number of the clause that forbids it, the engine's own rule, or that it may be done: from design §5 alone."""
    if act in ON_CASES:
        if case == "none":
            return NO_SUCH
        clause: Any = {"draft": 6, "not_yet": 6, "void": 4, "expired": 5}.get(edition)
        return clause or (ALLOWED if case == "running" else OWN)
    if act == "start":
        clause = {"draft": 6, "not_yet": 6, "void": 4, "expired": 5, "replaced": OWN}.get(edition)
        return clause or (ALLOWED if case in ("none", "cancelled") else 5)
    if act == "sign":
        return ALLOWED if edition == "draft" else OWN
    return ALLOWED if edition in ("not_yet", "in_force", "in_execution") else OWN


class Stated:
    """A store in which an edition and its case are in the states one names; every act is undone."""

    def __init__(self, store: Any, edition: str, case: str) -> None:
        self.store, self.edition, self.case = store, edition, case

    def write(self, office_id: int, work: Callable[[Any], Any]) -> Any:
        def undone(tx: Any) -> Any:
            file, edition = tx._file, tx.edition
            tx._file = lambda case_id, actor: self._set(file(case_id, actor), tx)
            tx.edition = lambda number: self._put(edition(number), tx)
            tx.cases_not_cancelled = lambda _: int(self.case not in ("none", "cancelled"))
            work(tx)
            raise RolledBack

        return self.store.write(office_id, undone)

    def _put(self, edition: Any, tx: Any) -> Any:
        edition.state = "in_force" if self.edition == "not_yet" else self.edition
        edition.signed_by = None if self.edition == "draft" else edition.signed_by
        edition.in_force_at = tx.now + timedelta(days=self.edition == "not_yet")
        return edition

    def _set(self, file: Any, tx: Any) -> Any:
        self._put(file.edition, tx)
        file.case.state = self.case
        if self.edition in ("in_force", "replaced"):  # without clause 5 only does a case run under these
            file.edition.single_case = 0
        return file


@pytest.fixture
def seats(place) -> Iterator[Seats]:
    made = Seats(place, "definitif")
    made.edition["own"] = made.load(_with_clauses("30"))
    made.sign("own", made.edition["own"], "sekretaris")
    unstarted = made.edition["own"]
    for number, stage in enumerate(("offered", "claimed", "submitted", "decision", "handed"), 31):
        made.edition["own"] = made.load(_with_clauses(str(number)))
        made.sign("own", made.edition["own"], "sekretaris")
        made.case["own", stage] = made._case("own", stage, "staf", "sekretaris")
    made.edition["own"] = unstarted
    yield made
    made.office.close()


def _with_clauses(number: str) -> str:
    return sop(number, "sekretaris", "staf").replace("tahapan:", CLAUSES)


def attempts(seats: Seats, store: Any, case: str) -> dict[str, Callable[[], Any]]:
    """Every act by who has the authority for it, so that only a gate can refuse."""
    who, boss, lain = seats.office.who("staf"), seats.office.who("sekretaris"), seats.office.person["lain"]

    def task(stage: str, name: str = "staf") -> int:
        return 999_999 if case == "none" else seats.task(seats.case["own", stage], name)

    asked = 999_999 if case == "none" else seats.asked(seats.case["own", "submitted"])
    known = 999_999 if case == "none" else seats.case["own", "offered"]
    edition = seats.edition["own"]
    return {
        "claim": lambda: claim_task(store, who, task("offered")),
        "release": lambda: release_task(store, who, task("claimed")),
        "complete": lambda: complete_task(store, who, task("offered")),
        "decide": lambda: complete_task(store, who, task("decision"), outcome="ya"),
        "approve": lambda: approve(store, boss, asked),
        "return": lambda: return_work(store, boss, asked, "Perbaiki."),
        "cancel": lambda: cancel_case(store, boss, known, "sekretaris", "Salah."),
        "delegate": lambda: delegate_task(store, who, task("offered"), lain),
        "reassign": lambda: reassign_task(store, boss, task("offered"), "sekretaris", lain, "Beban."),
        "take_back": lambda: take_task_back(store, who, task("handed", "lain")),
        "start": lambda: start_case(store, boss, edition[0]),
        "sign": lambda: sign_edition(store, boss, *edition),
        "void": lambda: void_edition(store, boss, edition[0], "Putusan 1/2027"),
        "receive": lambda: receive_edition(store, boss, edition[0], "sekretaris"),
    }


def heard(act: Callable[[], Any]) -> Any:
    try:
        act()
    except RolledBack:
        return ALLOWED
    except NotFound:
        return NO_SUCH
    except Refusal as refusal:
        quoted = refusal.clause is None or refusal.clause_text in str(refusal)
        return (refusal.clause or OWN) if quoted else "not quoted"


def test_every_act_in_every_state(seats: Seats) -> None:
    wrong, count = [], 0
    for edition, case in product(EDITIONS, CASES):
        acts = attempts(seats, Stated(seats.office.store, edition, case), case)
        assert set(acts) == {*ON_CASES, *ON_EDITIONS}
        for act, attempt in acts.items():
            count += 1
            if (found := heard(attempt)) != expected(act, edition, case):
                wrong.append(f"{act}, edition {edition}, case {case}: {found}, not {expected(act, edition, case)}")

    assert not wrong, "\n".join(wrong)
    assert count == 14 * 7 * 5
