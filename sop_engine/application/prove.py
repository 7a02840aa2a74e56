"""Prove who somebody is, just before an act that needs it."""

from dataclasses import replace

from sop_engine.application.ports import IdentityStore, Prover, Transaction, Who
from sop_engine.errors import NotAuthorised


def prove(store: IdentityStore, prover: Prover, who: Who, password: str, code: str = "") -> Who:
    """Give `who` with what password and code prove; whatever failed, the sentence is the same.

    A code is good once; failures of an account count and delay the next attempt. The hash is compared
    outside the transaction, because it takes as long as many commands.
    """
    known = store.credential(who.office_id, who.person_id)
    right = prover.matches(password, known.password_hash if known else None)

    def act(tx: Transaction) -> str:
        kept = tx.credential(who.person_id)
        if kept is None or known is None:
            return ""
        kept.check_delay(tx.now)
        step = prover.step_of(kept.totp_secret, code, tx.now) if kept.totp_secret else None
        same = right and kept.password_hash == known.password_hash
        if same and (not kept.totp_secret or (step is not None and tx.spend_code(who.person_id, step))):
            if kept.failures:
                spent = replace(kept, totp_step=max(kept.totp_step, step or 0))
                tx.keep_credential(replace(spent, failures=0, locked_until=None))
            return "sandi+totp" if kept.totp_secret else "sandi"
        desk, after = tx.desk(who), kept.failed(tx.now)
        tx.keep_credential(after)
        desk.tell("credential.refused", person=who.person_id, failures=after.failures)
        tx.save(desk)
        return ""

    proof = store.write(who.office_id, act)  # a failure is committed, and only then refused
    if not proof:
        raise NotAuthorised(
            "Orang, kata sandi atau kode autentikator tidak cocok.",
            instead="Periksa ketiganya; kode hanya berlaku sekali. Bila lupa, mintalah admin memulihkannya.",
        )
    return replace(who, proof=proof)
