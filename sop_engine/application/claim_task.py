"""Claim a task, or release it again."""

from sop_engine.application.ports import Answer, Store, Transaction, Who
from sop_engine.application.request import perform
from sop_engine.domain import decisions


def claim_task(store: Store, who: Who, task_id: int) -> Answer:
    """Take a task offered to several; refuses where somebody else has it."""
    return _change(store, who, task_id, "claim")


def release_task(store: Store, who: Who, task_id: int) -> Answer:
    """Give a claimed task back to all it was offered to."""
    return _change(store, who, task_id, "release")


def _change(store: Store, who: Who, task_id: int, act: str) -> Answer:
    def change(tx: Transaction) -> Answer:
        file, task = tx.file_of_task(who, task_id)
        (decisions.claim if act == "claim" else decisions.release)(file, task)
        tx.save(file)
        return {"case": file.case.id, "task": task.id, "status": task.state}

    return perform(store, who, act, {"task": task_id}, change)
