"""How every command runs: in one transaction, once per idempotency key."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sop_engine.application.ports import Answer, Store, TickingStore, Transaction, Who
from sop_engine.errors import SopError

KEPT = timedelta(days=30)  # an answer, for whoever repeats the request (design §7)


def perform(
    store: Store, who: Who, name: str, arguments: dict[str, Any], act: Callable[[Transaction], Answer]
) -> Answer:
    """Run a command; a repeated key gives the first answer and changes nothing. Refusals are not kept."""
    if who.key is None:
        return store.write(who.office_id, act)
    request = hashlib.sha256(json.dumps([name, arguments], sort_keys=True).encode()).hexdigest()

    def once(tx: Transaction) -> Answer:
        earlier = tx.answer_to(who, request)
        if earlier is not None:
            return earlier
        answer = act(tx)
        tx.keep_answer(who, request, answer)
        return answer

    return store.write(who.office_id, once)


class _Rehearsed(SopError):
    """Ends the transaction of a rehearsal: what it would have done is its answer, and nothing stays."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer


def rehearse(store: Store, who: Who, act: Callable[[Transaction], Answer]) -> Answer:
    """Run an act and give its answer, with nothing kept: the real code, rolled back."""

    def shown(tx: Transaction) -> Answer:
        raise _Rehearsed(act(tx))

    try:
        return store.write(who.office_id, shown)
    except _Rehearsed as rehearsed:
        return rehearsed.answer


def forget_answers(store: TickingStore, now: datetime) -> None:
    """Delete the answers that are no longer kept; the ticker does it, so that no command pays for it."""
    store.forget_answers(now - KEPT)
