"""Write down that somebody is away and who stands in, or that they are back early."""

from datetime import datetime

from sop_engine.application.ports import Answer, Store, Transaction, Who
from sop_engine.application.request import perform
from sop_engine.domain.authority import check_admin
from sop_engine.domain.casefile import Desk
from sop_engine.domain.people import Absence
from sop_engine.errors import NotFound, Refusal


def add_absence(
    store: Store, who: Who, person_id: int, substitute_id: int, letter: str, from_at: datetime, until_at: datetime
) -> Answer:
    """Let a substitute act beside an absent person for a period; by that person or an admin. It ends by itself."""

    def act(tx: Transaction) -> Answer:
        desk = tx.desk(who)
        _check_may(desk, person_id)
        absence = Absence(desk.new_id(), person_id, substitute_id, letter.strip(), from_at, until_at)
        _check(desk, absence)
        tx.add_absence(absence)
        tx.hand_over_at(desk.new_id(), from_at, person_id, "")
        tx.hand_over_at(desk.new_id(), until_at, person_id, "")
        desk.tell("absence.began", absence=absence.id, person=person_id, substitute=substitute_id)
        tx.save(desk)
        return {"absence": absence.id, "person": person_id, "substitute": substitute_id}

    arguments = {"person": person_id, "substitute": substitute_id, "letter": letter}
    arguments |= {"from": from_at.isoformat(), "until": until_at.isoformat()}
    return perform(store, who, "add_absence", arguments, act)


def end_absence(store: Store, who: Who, absence_id: int) -> Answer:
    """Let an absence end now, or not begin at all; the substitute's open tasks return."""

    def act(tx: Transaction) -> Answer:
        desk = tx.desk(who)
        found = next((one for one in desk.people.absences if one.id == absence_id and one.lasts(desk.now)), None)
        if found is None:
            raise NotFound(f"Tidak ada ketidakhadiran berjalan nomor {absence_id}.", instead="Lihat `sop absence`.")
        _check_may(desk, found.person_id)
        tx.end_absence(found, max(desk.now, found.from_at))
        tx.hand_over_at(desk.new_id(), desk.now, found.person_id, "")
        desk.tell("absence.ended", absence=absence_id)
        tx.save(desk)
        return {"absence": absence_id}

    return perform(store, who, "end_absence", {"absence": absence_id}, act)


def _check_may(desk: Desk, person_id: int) -> None:
    if desk.actor.person_id != person_id:
        check_admin(desk.people, desk.actor, "mencatat ketidakhadiran orang lain")


def _check(desk: Desk, new: Absence) -> None:
    people, name = desk.people, desk.people.person(new.person_id).name
    substitute = people.person(new.substitute_id).name
    if new.substitute_id == new.person_id:
        raise Refusal(f"{name} tidak dapat menjadi pengganti dirinya sendiri.", instead="Sebutkan orang lain.")
    if new.until_at <= max(new.from_at, desk.now):
        raise Refusal("Masa ketidakhadiran sudah lewat atau terbalik.", instead="Periksa kedua tanggalnya.")
    for other in people.absences:
        meets = other.lasts(new.from_at) and other.from_at < new.until_at
        if meets and other.person_id == new.person_id:
            raise Refusal(
                f"Ketidakhadiran {name} pada masa itu sudah dicatat (nomor {other.id}).",
                instead="Akhiri dahulu yang sudah ada.",
            )
        if meets and (other.person_id, other.substitute_id) == (new.substitute_id, new.person_id):
            raise Refusal(
                f"{substitute} sendiri tidak hadir pada masa itu dan digantikan {name}.",
                instead="Tunjuk pengganti yang hadir.",
            )
