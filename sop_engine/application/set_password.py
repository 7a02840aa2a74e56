"""Let a person set their password and second factor."""

from dataclasses import replace

from sop_engine.application.ports import Answer, Prover, Store, Transaction, Who
from sop_engine.domain.identity import Credential
from sop_engine.domain.state import Person
from sop_engine.errors import NotAuthorised


def set_password(store: Store, prover: Prover, who: Who, new: str) -> Answer:
    """Replace one's own password; `who` was proven with the old one just before."""
    hashed = prover.hashed(new)

    def act(tx: Transaction) -> Answer:
        return _keep(tx, prover, who, new, replace(_proven(tx, who), password_hash=hashed), "sandi")

    return store.write(who.office_id, act)


def redeem(store: Store, prover: Prover, who: Who, token: str, new: str) -> Answer:
    """Set one's password with a one-time token, which is used up by it; also ends the delay after failures."""
    hashed = prover.hashed(new)

    def act(tx: Transaction) -> Answer:
        spent = tx.spend_token(prover.digest_of(token))
        if spent is None or spent.person_id != who.person_id:
            raise NotAuthorised(
                "Kode pemulihan ini tidak berlaku: keliru, sudah dipakai, atau lewat 24 jam.",
                instead="Mintalah admin membuat yang baru dengan `sop people reset`.",
            )
        before = tx.credential(spent.person_id)
        kept = Credential(spent.person_id, hashed, tx.now, totp_step=before.totp_step if before else 0)
        if before and "totp" not in spent.purpose:
            kept = replace(kept, totp_secret=before.totp_secret)
        return _keep(tx, prover, who, new, kept, "token")

    return store.write(who.office_id, act)


def enrol_totp(store: Store, prover: Prover, who: Who, secret: str, code: str) -> Answer:
    """Keep an authenticator's secret once its first code shows that it was taken in; `who` was proven just before."""

    def act(tx: Transaction) -> Answer:
        kept, step = _proven(tx, who), prover.step_of(secret, code, tx.now)
        if step is None:
            raise NotAuthorised(
                "Kode dari autentikator tidak cocok, jadi rahasia ini belum dipakai.",
                instead="Periksa jam telepon Saudara, lalu ulangi dari awal.",
            )
        tx.keep_credential(replace(kept, totp_secret=secret, totp_step=step, changed_at=tx.now))
        return _told(tx, who, "credential.totp_enrolled")

    return store.write(who.office_id, act)


def _proven(tx: Transaction, who: Who) -> Credential:
    """Give the credential of whoever proved all of it."""
    kept = tx.credential(who.person_id)
    if kept is None or who.proof != ("sandi+totp" if kept.totp_secret else "sandi"):
        raise NotAuthorised("Buktikan dahulu diri Saudara dengan kata sandi dan, bila ada, kode autentikator.")
    return kept


def _keep(tx: Transaction, prover: Prover, who: Who, new: str, kept: Credential, by: str) -> Answer:
    person: Person = tx.people.person(who.person_id)
    prover.check_password(new, person.name, person.email, *(each.name for each in tx.organisations()))
    tx.keep_credential(replace(kept, changed_at=tx.now))
    tx.end_tokens(person.id)
    return _told(tx, who, "credential.password_set", by=by)


def _told(tx: Transaction, who: Who, kind: str, **facts: str) -> Answer:
    desk = tx.desk(who)
    desk.tell(kind, person=who.person_id, **facts)
    tx.save(desk)
    return {"person": who.person_id, "name": tx.people.person(who.person_id).name}
