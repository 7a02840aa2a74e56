"""Let persons hold positions and stop holding them; a signing position needs a second person (design §10)."""

from collections.abc import Callable
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from sop_engine.application.ports import Answer, Store, Transaction, Who
from sop_engine.application.request import perform
from sop_engine.domain.authority import NOBODY, check_admin
from sop_engine.domain.casefile import Desk
from sop_engine.domain.lifecycle import PROPOSAL, next_state
from sop_engine.domain.mails import mail_office
from sop_engine.domain.people import CAPACITIES, Acting, Holder
from sop_engine.domain.state import Proposal, instant_of, instant_text
from sop_engine.errors import NotAuthorised, NotFound, Refusal


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
    return _ask(store, who, "appoint", arguments, lambda _: position)


def end_appointment(store: Store, who: Who, holder_id: int, until: datetime) -> Answer:
    """Let a person's hold on a position end at an instant; of a signing position it waits for a second person."""
    arguments = {"holder": holder_id, "until": instant_text(until)}
    return _ask(store, who, "end", arguments, lambda tx: _holder(tx, holder_id).position)


def confirm(store: Store, who: Who, proposal_id: int) -> Answer:
    """Confirm as the second person what somebody else proposed; it is done at once."""

    def act(tx: Transaction) -> Answer:
        desk, proposal = tx.desk(who), tx.proposal(proposal_id)
        after = next_state(PROPOSAL, proposal.state, "confirm")
        _check_second(tx, desk, proposal)
        desk.change(proposal, state=after, decided_by=who.person_id, decided_at=desk.now)
        answer = ACTS[proposal.act](tx, desk, proposal.arguments)
        tx.save(desk)
        return answer | {"proposal": proposal.id, "status": proposal.state}

    return perform(store, who, "confirm", {"proposal": proposal_id}, act)


def withdraw(store: Store, who: Who, proposal_id: int) -> Answer:
    """Withdraw a proposal: by who made it, or refused by who would have confirmed it."""

    def act(tx: Transaction) -> Answer:
        desk, proposal = tx.desk(who), tx.proposal(proposal_id)
        after = next_state(PROPOSAL, proposal.state, "withdraw")
        if who.person_id != proposal.proposed_by:
            _check_second(tx, desk, proposal)
        desk.change(proposal, state=after, decided_by=who.person_id, decided_at=desk.now)
        desk.tell("proposal.withdrawn", proposal=proposal.id, act=proposal.act)
        tx.save(desk)
        return {"proposal": proposal.id, "status": proposal.state}

    return perform(store, who, "withdraw", {"proposal": proposal_id}, act)


def _ask(
    store: Store, who: Who, name: str, arguments: dict[str, Any], position_of: Callable[[Transaction], str]
) -> Answer:
    """Do it, or propose it where the position signs."""

    def act(tx: Transaction) -> Answer:
        desk = tx.desk(who)
        check_admin(desk.people, desk.actor, "menunjuk pemegang jabatan")
        CHECKS[name](tx, desk, arguments)
        if who.person_id == NOBODY or position_of(tx) not in tx.signing_positions():
            answer = ACTS[name](tx, desk, arguments)
        else:
            proposal = Proposal(desk.new_id(), name, arguments, who.person_id, desk.now)
            desk.add(proposal)
            desk.tell("proposal.made", proposal=proposal.id, act=name)
            _tell_both_sides(tx, desk, position_of(tx), arguments, "diusulkan dan menunggu persetujuan orang kedua")
            answer = {"proposal": proposal.id, "status": proposal.state}
        tx.save(desk)
        return answer

    return perform(store, who, name, arguments, act)


def _check_second(tx: Transaction, desk: Desk, proposal: Proposal) -> None:
    """The second person is an admin or acts in the position's superior, and is neither side of the proposal."""
    said, people, now = proposal.arguments, desk.people, desk.now
    holder = _holder(tx, said["holder"]) if "holder" in said else None
    position, subject = (holder.position, holder.person_id) if holder else (said["position"], said["person"])
    above = [one for organisation in tx.organisations() for one in organisation.superiors_of(position)]
    may = people.person(desk.actor.person_id).admin or people.holds_any(desk.actor.person_id, above, now)
    if not may or desk.actor.person_id in (proposal.proposed_by, subject):
        raise NotAuthorised(
            "Usulan ini disetujui orang kedua: admin lain atau atasan jabatan itu, bukan pengusul dan bukan yang "
            "ditunjuk.",
            instead="Mintalah orang kedua menyetujuinya dengan `sop holders confirm`.",
        )


def _check_appointment(tx: Transaction, desk: Desk, said: dict[str, Any]) -> None:
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


def _check_end(tx: Transaction, desk: Desk, said: dict[str, Any]) -> None:
    holder, until = _holder(tx, said["holder"]), instant_of(said["until"])
    if holder.until_at is not None and holder.until_at <= max(until, desk.now):
        raise Refusal(f"Penunjukan {holder.id} sudah berakhir lebih awal.", instead="Lihat `sop holders`.")
    if until <= holder.from_at:
        raise Refusal("Akhir penunjukan tidak boleh mendahului mulainya.", instead="Periksa tanggalnya.")


def _appoint(tx: Transaction, desk: Desk, said: dict[str, Any]) -> Answer:
    _check_appointment(tx, desk, said)
    holder = _new_holder(desk.new_id(), said)
    tx.add_holder(holder)
    desk.tell("holder.appointed", holder=holder.id, **{name: said[name] for name in ("person", "position", "capacity")})
    for at in filter(None, (holder.from_at, holder.until_at)):
        tx.hand_over_at(desk.new_id(), at, holder.person_id, holder.position)
    if holder.position in tx.signing_positions():
        _tell_both_sides(tx, desk, holder.position, said, "ditetapkan")
    return {
        "holder": holder.id,
        "person": holder.person_id,
        "position": holder.position,
        "capacity": holder.capacity,
        "status": "confirmed",
    }


def _end(tx: Transaction, desk: Desk, said: dict[str, Any]) -> Answer:
    _check_end(tx, desk, said)
    holder, until = _holder(tx, said["holder"]), instant_of(said["until"])
    tx.end_holder(holder, until)
    desk.tell("holder.ended", holder=holder.id)
    tx.hand_over_at(desk.new_id(), until, holder.person_id, holder.position)
    if holder.position in tx.signing_positions():
        _tell_both_sides(tx, desk, holder.position, {"person": holder.person_id}, "diakhiri")
    return {"holder": holder.id, "status": "confirmed"}


CHECKS: dict[str, Callable[[Transaction, Desk, dict[str, Any]], None]] = {
    "appoint": _check_appointment,
    "end": _check_end,
}
ACTS: dict[str, Callable[[Transaction, Desk, dict[str, Any]], Answer]] = {"appoint": _appoint, "end": _end}


def _new_holder(number: int, said: dict[str, Any]) -> Holder:
    until = instant_of(said["until"]) if said["until"] else None
    return Holder(
        number, said["person"], said["position"], said["capacity"], said["letter"], instant_of(said["from"]), until
    )


def _holder(tx: Transaction, number: int) -> Holder:
    found = next((held for held in tx.people.holders if held.id == number), None)
    if found is None:
        raise NotFound(f"Tidak ada penunjukan nomor {number}.", instead="Lihat `sop holders`.")
    return found


def _tell_both_sides(tx: Transaction, desk: Desk, position: str, said: dict[str, Any], what: str) -> None:
    """Mail who holds a signing position, and who is to hold it or to leave it (design §10)."""
    new = said.get("person") or _holder(tx, said["holder"]).person_id
    sides = {one.person_id: one for one in desk.people.acting_in(position, desk.now)}
    sides.setdefault(new, Acting(new, position))
    organisation = next((one for one in tx.organisations() if position in one.positions), None)
    if organisation is None:
        return
    mail_office(
        desk,
        sides.values(),
        organisation,
        perihal=f"Pemegang jabatan {organisation.name_of(position)}",
        paragraf=[
            f"Perubahan pemegang jabatan {organisation.name_of(position)} ({desk.people.person(new).name}) {what}.",
            "Bila Saudara tidak mengetahui perubahan ini, segera hubungi admin dan pimpinan.",
        ],
    )
