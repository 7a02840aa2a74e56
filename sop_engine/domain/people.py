"""Who holds which position, who stands in for whom, and in which capacity (design §2, §3).

A holder is definitif, Plt. (the post is vacant) or Plh. (its holder is away for a while). An absence
names a substitute: for its time both act, the substitute as `pengganti`. Nothing here ever touches an
SOP's validity: persons change, positions stay.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sop_engine.domain.organisation import Organisation
from sop_engine.domain.state import Actor, Person
from sop_engine.errors import NotAuthorised, NotFound, Refusal

CAPACITIES = ("definitif", "plt", "plh")
RATIFYING = ("definitif", "plt")  # who may sign, revise or void an SOP (UU 30/2014 Pasal 14)
SUBSTITUTE, DELEGATE = "pengganti", "delegasi"
TITLES = {"plt": "Plt. ", "plh": "Plh. ", SUBSTITUTE: "Pengganti ", DELEGATE: "a.n. "}
CHAIN = 5  # so many substitutes of substitutes are followed


@dataclass(frozen=True, slots=True)
class Holder:
    """A person in a position for a period, by a letter."""

    id: int
    person_id: int
    position: str
    capacity: str
    letter: str
    from_at: datetime
    until_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether the period covers an instant; its end is not part of it."""
        return self.from_at <= at and (self.until_at is None or at < self.until_at)

    def meets(self, other: "Holder") -> bool:
        """Whether two periods have an instant in common."""
        return (other.until_at is None or self.from_at < other.until_at) and (
            self.until_at is None or other.from_at < self.until_at
        )


@dataclass(frozen=True, slots=True)
class Acting:
    """A person who acts in a position; `stands_for` is whom a substitute or delegate represents."""

    person_id: int
    position: str
    capacity: str = ""
    stands_for: int | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """A person away for a period, and who stands in."""

    id: int
    person_id: int
    substitute_id: int
    letter: str
    from_at: datetime
    until_at: datetime

    def covers(self, at: datetime) -> bool:
        """Whether the person is away at an instant; the end is not part of it."""
        return self.from_at <= at < self.until_at

    def lasts(self, at: datetime) -> bool:
        """Whether it goes on after an instant or is still to come; one called off before it began does neither."""
        return self.until_at > max(self.from_at, at)


class People:
    """The persons of an office, what they hold, and who is away."""

    def __init__(self, persons: Iterable[Person], holders: Iterable[Holder], absences: Iterable[Absence] = ()) -> None:
        self.persons = {person.id: person for person in persons}
        self.holders = tuple(sorted(holders, key=lambda holder: holder.id))
        self.absences = tuple(sorted(absences, key=lambda absence: absence.id))

    def person(self, person_id: int) -> Person:
        """Give a person by number, or refuse."""
        if person_id not in self.persons:
            raise NotFound(f"Tidak ada orang nomor {person_id} di kantor ini.", instead="Lihat `sop people`.")
        return self.persons[person_id]

    def named(self, text: str) -> Person:
        """Find a person by number, e-mail address or full name, whichever was typed."""
        wanted = text.strip().casefold()
        found = [
            person
            for person in self.persons.values()
            if wanted in (str(person.id), person.email.casefold(), person.name.casefold())
        ]
        if len(found) != 1:
            what = "lebih dari satu orang" if found else "tidak ada orang"
            raise NotFound(
                f"Dengan «{text}» ditemukan {what}.",
                instead="Sebutkan nomor atau alamat surelnya; lihat `sop people`.",
            )
        return found[0]

    def holders_of(self, position: str, at: datetime) -> list[Holder]:
        """List who holds a position at an instant."""
        return [holder for holder in self.holders if holder.position == position and holder.holds(at)]

    def substitute_of(self, person_id: int, at: datetime) -> int | None:
        """Give who stands in for an absent person: the first of the chain who is there, or None."""
        seen = {person_id}
        here = person_id
        for _ in range(CHAIN):
            absence = next((a for a in reversed(self.absences) if a.person_id == here and a.covers(at)), None)
            if absence is None:
                return here if here != person_id else None
            here = absence.substitute_id
            if here in seen:
                return None
            seen.add(here)
        return None

    def acting_in(self, position: str, at: datetime) -> list[Acting]:
        """List who may act in a position: its holders, and the substitutes of those who are away."""
        held = self.holders_of(position, at)
        found = {h.person_id: Acting(h.person_id, position, h.capacity) for h in held}
        for holder in held:
            substitute = self.substitute_of(holder.person_id, at)
            if substitute is not None:
                found.setdefault(substitute, Acting(substitute, position, SUBSTITUTE, holder.person_id))
        return list(found.values())

    def acting_behind(self, organisation: Organisation, performer: str, at: datetime) -> list[Acting]:
        """List who acts for a performer: in its position or its members'; each person once, own posts first."""
        acting = [one for position in organisation.members_of(performer) for one in self.acting_in(position, at)]
        found: dict[int, Acting] = {}
        for one in sorted(acting, key=lambda one: one.stands_for is not None):
            found.setdefault(one.person_id, one)
        return list(found.values())

    def acting_as(self, person_id: int, position: str, at: datetime, channel: str, proof: str = "") -> Actor:
        """Give the actor for a person acting in a position, or refuse where they may not."""
        for acting in self.acting_in(position, at):
            if acting.person_id == person_id:
                return Actor(person_id, position, acting.capacity, channel, proof)
        raise NotAuthorised(
            f"{self.person(person_id).name} tidak memegang jabatan «{position}» saat ini.",
            instead="Hanya pemegang jabatan itu atau penggantinya yang dapat melakukannya; lihat `sop holders`.",
        )

    def positions_of(self, person_id: int, at: datetime) -> list[str]:
        """List the positions in which a person may act, as holder or as substitute."""
        held = dict.fromkeys(holder.position for holder in self.holders if holder.holds(at))
        return [p for p in held if any(one.person_id == person_id for one in self.acting_in(p, at))]

    def holds_any(self, person_id: int, positions: Iterable[str], at: datetime) -> str | None:
        """Name the first of some positions that a person holds at an instant; substitutes don't count."""
        held = {holder.position for holder in self.holders if holder.person_id == person_id and holder.holds(at)}
        return next((position for position in positions if position in held), None)

    def check_appointment(self, new: Holder, organisation: Organisation | None) -> None:
        """Refuse a period that contradicts those there are (SE BKN 1/2021: Plt. only of a vacant post).

        The head of a unit is one person; other positions may have several definitif holders.
        """
        if new.capacity != "definitif" and new.until_at is None:
            raise Refusal(f"{TITLES[new.capacity]}ditunjuk untuk masa tertentu.", instead="Sebutkan sampai kapan.")
        alone = organisation is not None and organisation.is_head(new.position)
        for other in self.holders:
            if other.position != new.position or not new.meets(other):
                continue
            both = {new.capacity, other.capacity}
            if other.person_id == new.person_id or (alone and both in ({new.capacity}, {"definitif", "plt"})):
                until = f" sampai {other.until_at:%d-%m-%Y}" if other.until_at else ""
                raise Refusal(
                    f"{self.person(other.person_id).name} memegang jabatan «{new.position}» ({other.capacity}) pada "
                    f"masa yang sama{until}.",
                    instead=f"Akhiri dahulu penunjukan {other.id}, atau ubah masanya. Plt. hanya untuk jabatan yang "
                    "kosong; bagi pejabat yang berhalangan sementara tunjuk Plh. atau catat pengganti.",
                )
