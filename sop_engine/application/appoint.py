"""Let persons hold positions and stop holding them; a signing position needs a second person (design §10)."""

from datetime import datetime
from difflib import get_close_matches

from sop_engine.application.ports import Answer, Store, Transaction, Who
from sop_engine.application.second_person import Act, Said, ask, tell_both_sides
from sop_engine.domain.casefile import Desk
from sop_engine.domain.people import CAPACITIES, Holder
from sop_engine.domain.state import instant_of, instant_text
from sop_engine.errors import NotFound, Refusal


def appoint(
    store: Store,
    who: Who,
    person_id: int,
    position: str,
    capacity: str,
    letter: str,
    from_at: datetime,
    until_at: datetime | None = None,
) -> Answer:
    """Let a person hold a position for a period, by a letter; of a signing position it waits for a second person."""
    arguments = {
        "person": person_id,
        "position": position,
        "capacity": capacity,
        "letter": letter.strip(),
        "from": instant_text(from_at),
        "until": instant_text(until_at) if until_at else None,
    }
    return ask(store, who, APPOINT, arguments)


def end_appointment(store: Store, who: Who, holder_id: int, until: datetime) -> Answer:
    """Let a person's hold on a position end at an instant; of a signing position it waits for a second person."""
    arguments = {"holder": holder_id, "until": instant_text(until)}
    return ask(store, who, END, arguments)


def _check_appointment(tx: Transaction, desk: Desk, said: Said) -> None:
    if said["capacity"] not in CAPACITIES:
        raise Refusal(f"«{said['capacity']}» bukan kapasitas.", instead=f"Pilih: {', '.join(CAPACITIES)}.")
    if not said["letter"]:
        raise Refusal("Penunjukan memerlukan nomor surat.", instead="Sebutkan SK atau surat perintahnya.")
    desk.people.person(said["person"])
    structures = tx.organisations()
    known = {position for organisation in structures for position in organisation.positions}
    if known and said["position"] not in known:
        near = get_close_matches(said["position"], known)
        raise NotFound(
            f"Tidak ada jabatan «{said['position']}» dalam organisasi yang dimuat.",
            instead=f"Mungkin yang dimaksud: {', '.join(near)}." if near else "Lihat berkas organisasinya.",
        )
    new = _new_holder(0, said)
    if new.until_at and new.until_at <= new.from_at:
        raise Refusal("Akhir penunjukan tidak boleh mendahului mulainya.", instead="Periksa tanggalnya.")
    of = next((one for one in structures if said["position"] in one.positions), None)
    desk.people.check_appointment(new, of)


def _check_end(tx: Transaction, desk: Desk, said: Said) -> None:
    holder, until = _holder(tx, said["holder"]), instant_of(said["until"])
    if holder.until_at is not None and holder.until_at <= max(until, desk.now):
        raise Refusal(f"Penunjukan {holder.id} sudah berakhir lebih awal.", instead="Lihat `sop holders`.")
    if until <= holder.from_at:
        raise Refusal("Akhir penunjukan tidak boleh mendahului mulainya.", instead="Periksa tanggalnya.")


def _appoint(tx: Transaction, desk: Desk, said: Said) -> Answer:
    _check_appointment(tx, desk, said)
    holder = _new_holder(desk.new_id(), said)
    tx.add_holder(holder)
    desk.tell("holder.appointed", holder=holder.id, **{name: said[name] for name in ("person", "position", "capacity")})
    for at in filter(None, (holder.from_at, holder.until_at)):
        tx.hand_over_at(desk.new_id(), at, holder.person_id, holder.position)
    if holder.position in tx.signing_positions():
        tell_both_sides(tx, desk, holder.position, holder.person_id, "Pemegang jabatan ditetapkan.")
    return {
        "holder": holder.id,
        "person": holder.person_id,
        "position": holder.position,
        "capacity": holder.capacity,
        "status": "confirmed",
    }


def _end(tx: Transaction, desk: Desk, said: Said) -> Answer:
    _check_end(tx, desk, said)
    holder, until = _holder(tx, said["holder"]), instant_of(said["until"])
    tx.end_holder(holder, until)
    desk.tell("holder.ended", holder=holder.id)
    tx.hand_over_at(desk.new_id(), until, holder.person_id, holder.position)
    if holder.position in tx.signing_positions():
        tell_both_sides(tx, desk, holder.position, holder.person_id, "Pemegang jabatan diakhiri.")
    return {"holder": holder.id, "status": "confirmed"}


def _about_end(tx: Transaction, desk: Desk, said: Said) -> tuple[str, int]:
    holder = _holder(tx, said["holder"])
    return holder.position, holder.person_id


APPOINT = Act(
    "appoint",
    "menunjuk pemegang jabatan",
    _check_appointment,
    _appoint,
    lambda _, __, said: (said["position"], said["person"]),
)
END = Act("end", "mengakhiri penunjukan", _check_end, _end, _about_end)


def _new_holder(number: int, said: Said) -> Holder:
    until = instant_of(said["until"]) if said["until"] else None
    return Holder(
        number, said["person"], said["position"], said["capacity"], said["letter"], instant_of(said["from"]), until
    )


def _holder(tx: Transaction, number: int) -> Holder:
    found = next((held for held in tx.people.holders if held.id == number), None)
    if found is None:
        raise NotFound(f"Tidak ada penunjukan nomor {number}.", instead="Lihat `sop holders`.")
    return found
