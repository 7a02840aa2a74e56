"""Answer a request for a sign-off: give it, or return the work with a reason."""

from sop_engine.application.ports import Answer, Store, Transaction, Who
from sop_engine.application.request import perform
from sop_engine.domain import decisions


def approve(store: Store, who: Who, sign_off_id: int, note: str = "") -> Answer:
    """Give a sign-off; with the last one needed the run is completed and the flow goes on."""

    def act(tx: Transaction) -> Answer:
        file, sign_off = tx.file_of_sign_off(who, sign_off_id)
        run = decisions.approve(file, sign_off, note)
        tx.save(file)
        return {"case": file.case.id, "run": run.id, "status": run.state, "case_status": file.case.state}

    return perform(store, who, "approve", {"sign_off": sign_off_id, "note": note}, act)


def return_work(store: Store, who: Who, sign_off_id: int, note: str) -> Answer:
    """Return a run's work with a reason; its next pass opens for the performer."""

    def act(tx: Transaction) -> Answer:
        file, sign_off = tx.file_of_sign_off(who, sign_off_id)
        again = decisions.send_back(file, sign_off, note)
        tx.save(file)
        return {"case": file.case.id, "run": again.id, "status": again.state, "pass": again.pass_no}

    return perform(store, who, "return", {"sign_off": sign_off_id, "note": note}, act)
