"""Let open work follow the people: what the ticker calls when a post or an absence begins or ends."""

from datetime import datetime
from functools import partial

from sop_engine.application.ports import TickingStore, Transaction
from sop_engine.domain.staffing import restaff


def hand_over(store: TickingStore, now: datetime, limit: int = 200) -> int:
    """Carry out the hand-overs whose moment has come, one transaction a case; gives the number of cases changed.

    Resumable: each batch notes how far it came, and a case that is already right is not touched.
    """
    changed = 0
    for office_id, number in store.due_handovers(now):
        while cases := store.cases_to_hand_over(office_id, number, limit):
            changed += sum(store.write(office_id, partial(_restaff, case_id=case)) for case in cases)
            store.write(office_id, partial(_note, number=number, last=cases[-1]))
        store.write(office_id, partial(_note, number=number, last=None))
    return changed


def _restaff(tx: Transaction, *, case_id: int) -> bool:
    file = tx.file_for_tick(case_id)
    changed = file.case.state == "running" and file.edition.state != "void" and restaff(file)
    if changed:
        tx.save(file)
    return changed


def _note(tx: Transaction, *, number: int, last: int | None) -> None:
    tx.handed_over(number, last)
