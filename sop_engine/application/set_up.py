"""Set an office up: its structure and calendar, and its persons."""

import re

from sop_engine.application.ports import Answer, Store, Transaction, Who
from sop_engine.application.request import perform
from sop_engine.domain.authority import check_admin
from sop_engine.domain.state import Person
from sop_engine.errors import Refusal

_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def load_document(store: Store, who: Who, kind: str, name: str, body: str) -> Answer:
    """Keep an organisation or calendar as the one in use under its name; earlier ones stay. An act of an admin."""

    def act(tx: Transaction) -> Answer:
        desk = tx.desk(who)
        check_admin(desk.people, desk.actor, "memuat struktur organisasi atau kalender")
        digest = tx.keep_document(kind, name, body, desk.next_seq)
        desk.tell(f"{kind}.loaded", name=name, digest=digest)
        tx.save(desk)
        return {"name": name, "digest": digest}

    return perform(store, who, "load_document", {"kind": kind, "name": name, "body": body}, act)


def add_person(store: Store, who: Who, name: str, email: str, nip: str | None = None, admin: bool = False) -> Answer:
    """Write down a person who may hold a position, or keep the office's books as an admin. An act of an admin."""
    if not name.strip() or not _ADDRESS.fullmatch(email):
        raise Refusal(f"«{email}» bukan alamat surel." if name.strip() else "Nama belum ditulis.")

    def act(tx: Transaction) -> Answer:
        if any(person.email.casefold() == email.casefold() for person in tx.people.persons.values()):
            raise Refusal(
                f"Alamat {email} sudah terdaftar.",
                instead="Gunakan orang yang sudah ada; lihat `sop people`.",
            )
        desk = tx.desk(who)
        check_admin(desk.people, desk.actor, "mendaftarkan orang")
        person = Person(desk.new_id(), name, email, int(admin))
        tx.add_person(person, nip)
        desk.tell("person.added", person=person.id, admin=person.admin)
        tx.save(desk)
        return {"person": person.id, "name": name}

    return perform(store, who, "add_person", {"name": name, "email": email, "nip": nip, "admin": admin}, act)
