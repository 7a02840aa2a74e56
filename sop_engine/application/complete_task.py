"""Complete a task: record what was done, and open what follows."""

from sop_engine.application.ports import Answer, Store, Transaction, Who
from sop_engine.application.request import perform
from sop_engine.domain import decisions


def complete_task(
    store: Store,
    who: Who,
    task_id: int,
    *,
    outcome: str | None = None,
    redo: tuple[str, ...] = (),
    result: str = "",
    note: str = "",
    present: tuple[int, ...] = (),
    on_paper: decisions.OnPaper | None = None,
    seen: int | None = None,
) -> Answer:
    """Complete a task of one's own; with an outcome where the stage decides.

    `redo` names the slots a backward outcome sends back, `present` the members of a body that took
    part, `seen` is the version of the run that was looked at. Gives the run's state afterwards; refuses
    by clause, authority, quorum or state, and with StaleVersion what has changed since.
    """

    def act(tx: Transaction) -> Answer:
        file, task = tx.file_of_task(who, task_id)
        decisions.check_seen(file.runs[task.run_id], seen)
        run = decisions.complete(
            file, task, outcome=outcome, redo=redo, result=result, note=note, present=present, on_paper=on_paper
        )
        tx.save(file)
        return {"case": file.case.id, "run": run.id, "status": run.state, "case_status": file.case.state}

    arguments = {
        "task": task_id,
        "outcome": outcome,
        "redo": redo,
        "result": result,
        "note": note,
        "present": present,
        "seen": seen,
        "on_paper": [on_paper.done_at.isoformat(), on_paper.evidence] if on_paper else None,
    }
    return perform(store, who, "complete", arguments, act)
