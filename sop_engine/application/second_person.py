"""Acts that need a second person where they touch a signing position (design §10): done at once, or proposed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sop_engine.application.ports import Answer, Store, Transaction, Who
from sop_engine.application.request import perform
from sop_engine.domain.authority import NOBODY, check_admin
from sop_engine.domain.casefile import Desk
from sop_engine.domain.mails import mail_office
from sop_engine.domain.people import Acting
from sop_engine.domain.state import Proposal

Said = dict[str, Any]


@dataclass(frozen=True)
class Act:
    """Such an act: how it is checked and done, and which position and person it is about."""

    name: str
    words: str
    check: Callable[[Transaction, Desk, Said], None]
    do: Callable[[Transaction, Desk, Said], Answer]
    about: Callable[[Transaction, Desk, Said], tuple[str, int]]


def ask(store: Store, who: Who, wanted: Act, arguments: Said) -> Answer:
    """Do it, or propose it where the position signs. An act of an admin."""

    def act(tx: Transaction) -> Answer:
        desk = tx.desk(who)
        check_admin(desk.people, desk.actor, wanted.words)
        wanted.check(tx, desk, arguments)
        position, person = wanted.about(tx, desk, arguments)
        if who.person_id == NOBODY or position not in tx.signing_positions():
            answer = wanted.do(tx, desk, arguments)
        else:
            proposal = Proposal(desk.new_id(), wanted.name, arguments, who.person_id, desk.now)
            desk.add(proposal)
            desk.tell("proposal.made", proposal=proposal.id, act=wanted.name)
            what = f"Telah diusulkan untuk {wanted.words}; usulan ini menunggu persetujuan orang kedua."
            tell_both_sides(tx, desk, position, person, what)
            answer = {"proposal": proposal.id, "status": proposal.state}
        tx.save(desk)
        return answer

    return perform(store, who, wanted.name, arguments, act)


def tell_both_sides(tx: Transaction, desk: Desk, position: str, person_id: int, what: str) -> None:
    """Mail who acts in a position, and whom an act on it is about."""
    sides = {one.person_id: one for one in desk.people.acting_in(position, desk.now)}
    sides.setdefault(person_id, Acting(person_id, position))
    organisation = next((one for one in tx.organisations() if position in one.positions), None)
    if organisation is None:
        return
    name = organisation.name_of(position)
    mail_office(
        desk,
        sides.values(),
        organisation,
        perihal=f"Pemegang jabatan {name}",
        paragraf=[
            f"{what} Jabatan: {name}; orang: {desk.people.person(person_id).name}.",
            "Bila Saudara tidak mengetahui perubahan ini, segera hubungi admin dan pimpinan.",
        ],
    )
