"""Fire the reminders that are due: what the ticker calls, safe to call twice or side by side."""

from datetime import datetime
from functools import partial

from sop_engine.application.each import each
from sop_engine.application.ports import TickingStore, Transaction
from sop_engine.domain.ticking import remind


def fire_reminders(store: TickingStore, now: datetime, limit: int = 500) -> int:
    """Send what is due up to `now`, one transaction a case; gives the number of cases touched."""
    due = store.due_cases(now, limit)
    each(partial(store.write, office_id, partial(_fire, case_id=case_id)) for office_id, case_id in due)
    return len(due)


def _fire(tx: Transaction, *, case_id: int) -> None:
    reminders = tx.due_reminders(case_id)
    if not reminders:
        return  # another ticker was first
    file = tx.file_for_tick(case_id)
    if file.edition.state == "void":
        return  # nothing of it goes on; the sweep takes the reminders away
    remind(file, reminders)
    tx.save(file)
