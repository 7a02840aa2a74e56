"""Set an office up: its structure and calendar, its persons and who holds which position."""

import re
from datetime import datetime
from difflib import get_close_matches

from sop_engine.application.ports import Answer, Store, Transaction, Who
from sop_engine.application.request import perform
from sop_engine.domain.people import CAPACITIES, Holder
from sop_engine.domain.state import Person
from sop_engine.errors import NotFound, Refusal

_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def load_document(store: Store, who: Who, kind: str, name: str, body: str) -> Answer:
    """Keep an organisation or calendar under its digest; earlier ones stay."""

    def act(tx: Transaction) -> Answer:
        desk = tx.desk(who)
        digest = tx.keep_document(kind, name, body, desk.next_seq)
        desk.tell(f"{kind}.loaded", name=name, digest=digest)
        tx.save(desk)
        return {"name": name, "digest": digest}

    return perform(store, who, "load_document", {"kind": kind, "name": name, "body": body}, act)


def add_person(store: Store, who: Who, name: str, email: str, nip: str | None = None) -> Answer:
    """Write down a person who may hold a position."""
    if not name.strip() or not _ADDRESS.fullmatch(email):
        raise Refusal(f"«{email}» bukan alamat surel." if name.strip() else "Nama belum ditulis.")

    def act(tx: Transaction) -> Answer:
        if any(person.email.casefold() == email.casefold() for person in tx.people.persons.values()):
            raise Refusal(
                f"Alamat {email} sudah terdaftar.",
                instead="Gunakan orang yang sudah ada; lihat `sop people`.",
            )
        desk = tx.desk(who)
        person = Person(desk.new_id(), name, email)
        tx.add_person(person, nip)
        desk.tell("person.added", person=person.id)
        tx.save(desk)
        return {"person": person.id, "name": name}

    return perform(store, who, "add_person", {"name": name, "email": email, "nip": nip}, act)


def appoint(
    store: Store, who: Who, person_id: int, position: str, capacity: str, letter: str, from_at: datetime
) -> Answer:
    """Let a person hold a position from an instant, by a letter."""

    def act(tx: Transaction) -> Answer:
        if capacity not in CAPACITIES:
            raise Refusal(f"«{capacity}» bukan kapasitas.", instead=f"Pilih: {', '.join(CAPACITIES)}.")
        if not letter.strip():
            raise Refusal("Penunjukan memerlukan nomor surat.", instead="Sebutkan SK atau surat perintahnya.")
        tx.people.person(person_id)
        known = tx.positions()
        if known and position not in known:
            near = get_close_matches(position, known)
            raise NotFound(
                f"Tidak ada jabatan «{position}» dalam organisasi yang dimuat.",
                instead=f"Mungkin yang dimaksud: {', '.join(near)}." if near else "Lihat berkas organisasinya.",
            )
        desk = tx.desk(who)
        holder = Holder(desk.new_id(), person_id, position, capacity, letter, from_at)
        tx.add_holder(holder)
        desk.tell("holder.appointed", holder=holder.id, person=person_id, position=position, capacity=capacity)
        tx.save(desk)
        return {"holder": holder.id, "person": person_id, "position": position, "capacity": capacity}

    arguments = {"person": person_id, "position": position, "capacity": capacity, "letter": letter}
    return perform(store, who, "appoint", arguments, act)


def end_appointment(store: Store, who: Who, holder_id: int, until: datetime) -> Answer:
    """Let a person's hold on a position end at an instant."""

    def act(tx: Transaction) -> Answer:
        holder = next((held for held in tx.people.holders if held.id == holder_id), None)
        if holder is None or holder.until_at is not None:
            raise Refusal(f"Tidak ada penunjukan berjalan nomor {holder_id}.", instead="Lihat `sop holders`.")
        if until <= holder.from_at:
            raise Refusal("Akhir penunjukan tidak boleh mendahului mulainya.", instead="Periksa tanggalnya.")
        desk = tx.desk(who)
        tx.end_holder(holder, until)
        desk.tell("holder.ended", holder=holder_id)
        tx.save(desk)
        return {"holder": holder_id}

    return perform(store, who, "end_appointment", {"holder": holder_id}, act)
