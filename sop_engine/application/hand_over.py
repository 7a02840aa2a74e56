"""Let open work follow the people: what the ticker calls when a post or an absence begins or ends."""

from datetime import datetime
from functools import partial

from sop_engine.application.each import each
from sop_engine.application.ports import TickingStore, Transaction
from sop_engine.domain.staffing import restaff


def hand_over(store: TickingStore, now: datetime, limit: int = 200) -> int:
    """Carry out the hand-overs whose moment has come, one transaction a case; gives the number of cases changed.

    Resumable: each batch notes how far it came, and a case that is already right is not touched.
    """
    return sum(each(partial(_carry_out, store, *due, limit) for due in store.due_handovers(now)))


def _carry_out(store: TickingStore, office_id: int, number: int, limit: int) -> int:
    """Go through the running cases; where one failed it stays due from there on, and the others are done."""
    note = partial(store.write, office_id)
    changed, failed = 0, list[tuple[int, ExceptionGroup[Exception]]]()
    while cases := store.cases_to_hand_over(office_id, number, limit):
        try:
            changed += sum(each(partial(store.write, office_id, partial(_restaff, case_id=case)) for case in cases))
        except ExceptionGroup as some:
            failed.append((cases[0] - 1, some))
        note(partial(_note, number=number, last=cases[-1]))
    note(partial(_note, number=number, last=failed[0][0] if failed else None))
    if failed:
        raise failed[0][1]
    return changed


def _restaff(tx: Transaction, *, case_id: int) -> bool:
    file = tx.file_for_tick(case_id)
    changed = file.case.state == "running" and file.edition.state != "void" and restaff(file)
    if changed:
        tx.save(file)
    return changed


def _note(tx: Transaction, *, number: int, last: int | None) -> None:
    tx.handed_over(number, last)
