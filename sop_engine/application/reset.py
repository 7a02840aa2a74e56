"""Hand out the right to set a password anew; for whoever signs it needs a second person (design §10)."""

from dataclasses import replace

from sop_engine.application.ports import Answer, Prover, Store, Transaction, Who
from sop_engine.application.second_person import Act, Said, ask, tell_both_sides
from sop_engine.domain.casefile import Desk
from sop_engine.domain.identity import TOKEN_LIFE, Token


def reset(store: Store, prover: Prover, who: Who, person_id: int, totp: bool = False) -> Answer:
    """Give a one-time token to hand over, good for 24 hours; of a signer from the second person's confirmation on.

    Only its digest is kept, so a repeated request gives another token, whatever its key.
    """
    token = prover.new_token()
    arguments = {"person": person_id, "totp": totp, "digest": prover.digest_of(token)}
    return ask(store, replace(who, key=None), RESET, arguments) | {"token": token}


def _check(tx: Transaction, desk: Desk, said: Said) -> None:
    desk.people.person(said["person"])


def _do(tx: Transaction, desk: Desk, said: Said) -> Answer:
    purpose = "sandi+totp" if said["totp"] else "sandi"
    tx.add_token(Token(said["digest"], said["person"], purpose, desk.now + TOKEN_LIFE))
    desk.tell("credential.reset", person=said["person"], purpose=purpose)
    tell_both_sides(
        tx, desk, *_about(tx, desk, said), "Kata sandi dipulihkan: kode sekali pakai dibuat, berlaku 24 jam."
    )
    return {"person": said["person"], "status": "confirmed"}


def _about(tx: Transaction, desk: Desk, said: Said) -> tuple[str, int]:
    """The signing position a person holds, or else any."""
    held = [post.position for post in desk.people.holders if post.person_id == said["person"] and post.holds(desk.now)]
    signing = tx.signing_positions()
    return next((position for position in held if position in signing), (*held, "")[0]), said["person"]


RESET = Act("reset", "memulihkan kata sandi", _check, _do, _about)
