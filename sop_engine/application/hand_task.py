"""Hand a task to somebody else: delegate one's own, reassign another's, take it back."""

from sop_engine.application.ports import Answer, Store, Transaction, Who
from sop_engine.application.request import perform
from sop_engine.domain import staffing


def delegate_task(store: Store, who: Who, task_id: int, to: int, note: str = "") -> Answer:
    """Let a colleague do one's own task on one's behalf; it can be taken back until it is done."""

    def act(tx: Transaction) -> Answer:
        file, task = tx.file_of_task(who, task_id)
        new = staffing.delegate(file, task, to, note)
        tx.save(file)
        return {"case": file.case.id, "task": new.id, "person": to, "status": new.state}

    return perform(store, who, "delegate", {"task": task_id, "to": to, "note": note}, act)


def reassign_task(store: Store, who: Who, task_id: int, position: str, to: int, reason: str) -> Answer:
    """Take a task from who has it and give it to somebody else, acting in a position above it, with a reason."""

    def act(tx: Transaction) -> Answer:
        file, task = tx.file_around_task(who, task_id, position)
        new = staffing.reassign(file, task, to, reason)
        tx.save(file)
        return {"case": file.case.id, "task": new.id, "person": to, "status": new.state}

    arguments = {"task": task_id, "position": position, "to": to, "reason": reason}
    return perform(store, who, "reassign", arguments, act)


def take_task_back(store: Store, who: Who, task_id: int) -> Answer:
    """Take back a task one has delegated or reassigned; it is offered again to who is entitled to it."""

    def act(tx: Transaction) -> Answer:
        file, task = tx.file_around_task(who, task_id, "")
        staffing.take_back(file, task)
        tx.save(file)
        return {"case": file.case.id, "task": task.id, "status": task.state}

    return perform(store, who, "take_back", {"task": task_id}, act)
