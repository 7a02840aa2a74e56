"""Confirm or withdraw, as the second person, what somebody proposed."""

from collections.abc import Iterable
from typing import NamedTuple

from sop_engine.application.appoint import APPOINT, END
from sop_engine.application.ports import Answer, Store, Transaction, Who
from sop_engine.application.request import perform
from sop_engine.application.reset import RESET
from sop_engine.domain.casefile import Desk
from sop_engine.domain.lifecycle import PROPOSAL, next_state
from sop_engine.domain.state import Proposal
from sop_engine.errors import NotAuthorised, Refusal

ACTS = {act.name: act for act in (APPOINT, END, RESET)}


def confirm(store: Store, who: Who, proposal_id: int) -> Answer:
    """Confirm as the second person what somebody else proposed; it is done at once."""

    def act(tx: Transaction) -> Answer:
        desk, proposal = tx.desk(who), tx.proposal(proposal_id)
        after = next_state(PROPOSAL, proposal.state, "confirm")
        _check_second(tx, desk, proposal)
        desk.change(proposal, state=after, decided_by=who.person_id, decided_at=desk.now)
        answer = ACTS[proposal.act].do(tx, desk, proposal.arguments)
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


class Waiting(NamedTuple):
    """What a proposal is about, and who may confirm it."""

    position: str
    person: int
    seconds: tuple[int, ...]


def waiting_for(store: Store, who: Who, proposal_ids: Iterable[int]) -> dict[int, Waiting]:
    """Tell of proposals that wait for a second person whom they wait for; nothing is kept."""

    def look(tx: Transaction) -> dict[int, Waiting]:
        desk = tx.desk(who)
        return {number: _waiting(tx, desk, tx.proposal(number)) for number in proposal_ids}

    return store.write(who.office_id, look)


def _waiting(tx: Transaction, desk: Desk, proposal: Proposal) -> Waiting:
    """The second person is an admin or acts in the position's superior, and is neither side of the proposal."""
    people, (position, subject) = desk.people, ACTS[proposal.act].about(tx, desk, proposal.arguments)
    above = [one for organisation in tx.organisations() for one in organisation.superiors_of(position)]
    seconds = (one.id for one in people.persons.values() if one.admin or people.holds_any(one.id, above, desk.now))
    return Waiting(position, subject, tuple(one for one in seconds if one not in (proposal.proposed_by, subject)))


def _check_second(tx: Transaction, desk: Desk, proposal: Proposal) -> None:
    if proposal.act not in ACTS:
        raise Refusal(
            "Usulan perubahan SOP ditandatangani pejabat yang mengesahkan, atau ditarik pengusulnya.",
            instead="Tampilkan akibatnya, lalu tanda tangani; pengusul menariknya di halaman Usulan.",
        )
    if desk.actor.person_id not in _waiting(tx, desk, proposal).seconds:
        raise NotAuthorised(
            "Usulan ini disetujui orang kedua: admin lain atau atasan jabatan itu, bukan pengusul dan bukan orang "
            "yang bersangkutan.",
            instead="Mintalah orang kedua menyetujuinya: di halaman Usulan, atau dengan `sop holders confirm`.",
        )
