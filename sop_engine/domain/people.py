"""Who holds which position, and in which capacity (design §2, §3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sop_engine.domain.organisation import Organisation
from sop_engine.domain.state import Actor, Person
from sop_engine.errors import NotAuthorised, NotFound

CAPACITIES = ("definitif", "plt", "plh")


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


class People:
    """The persons of an office and what they hold."""

    def __init__(self, persons: Iterable[Person], holders: Iterable[Holder]) -> None:
        self.persons = {person.id: person for person in persons}
        self.holders = tuple(sorted(holders, key=lambda holder: holder.id))

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

    def holders_behind(self, organisation: Organisation, performer: str, at: datetime) -> list[Holder]:
        """List who stands behind a performer: a position's holders, or all of a body's members."""
        return [holder for position in organisation.members_of(performer) for holder in self.holders_of(position, at)]

    def acting_as(self, person_id: int, position: str, at: datetime, channel: str) -> Actor:
        """Give the actor for a person acting in a position, or refuse where they don't hold it."""
        for holder in self.holders_of(position, at):
            if holder.person_id == person_id:
                return Actor(person_id, position, holder.capacity, channel)
        raise NotAuthorised(
            f"{self.person(person_id).name} tidak memegang jabatan «{position}» saat ini.",
            instead="Hanya pemegang jabatan itu yang dapat melakukannya; lihat `sop holders`.",
        )
