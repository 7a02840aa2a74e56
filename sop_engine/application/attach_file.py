"""Attach files to the work of a task, or take one back before it is submitted."""

import hashlib
from collections.abc import Sequence

from sop_engine.application.ports import Answer, Store, Transaction, Who
from sop_engine.application.request import perform
from sop_engine.domain import attaching


def attach_files(store: Store, who: Who, task_id: int, offered: Sequence[attaching.Offered]) -> Answer:
    """Attach files, all or none; gives their numbers. Refuses by kind (judged by content), size and number."""

    def act(tx: Transaction) -> Answer:
        file, task = tx.file_of_task(who, task_id)
        new = attaching.attach(file, task, offered, tx.attachments_of(file.runs[task.run_id]))
        tx.save(file)
        for attachment, (_, body) in zip(new, offered, strict=True):
            tx.keep_file(attachment.id, body)
        return {"case": file.case.id, "run": task.run_id, "attachments": [one.id for one in new]}

    sent = [[name, hashlib.sha256(body).hexdigest()] for name, body in offered]
    return perform(store, who, "attach", {"task": task_id, "files": sent}, act)


def detach_file(store: Store, who: Who, task_id: int, attachment_id: int) -> Answer:
    """Take a file back from the work of one's task; its bytes are forgotten."""

    def act(tx: Transaction) -> Answer:
        file, task = tx.file_of_task(who, task_id)
        attaching.detach(file, task, tx.attachment(attachment_id))
        tx.save(file)
        tx.drop_file(attachment_id)
        return {"case": file.case.id, "run": task.run_id, "attachment": attachment_id, "status": "withdrawn"}

    return perform(store, who, "detach", {"task": task_id, "attachment": attachment_id}, act)
