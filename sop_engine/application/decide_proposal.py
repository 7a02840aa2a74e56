"""Confirm or withdraw, as the second person, what somebody proposed."""

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


def _check_second(tx: Transaction, desk: Desk, proposal: Proposal) -> None:
    """The second person is an admin or acts in the position's superior, and is neither side of the proposal."""
    if proposal.act not in ACTS:
        raise Refusal(
            "Usulan perubahan SOP ditandatangani pejabat yang mengesahkan, atau ditarik pengusulnya.",
            instead="Tampilkan akibatnya, lalu tanda tangani; pengusul menariknya dengan `sop holders withdraw`.",
        )
    people, now = desk.people, desk.now
    position, subject = ACTS[proposal.act].about(tx, desk, proposal.arguments)
    above = [one for organisation in tx.organisations() for one in organisation.superiors_of(position)]
    may = people.person(desk.actor.person_id).admin or people.holds_any(desk.actor.person_id, above, now)
    if not may or desk.actor.person_id in (proposal.proposed_by, subject):
        raise NotAuthorised(
            "Usulan ini disetujui orang kedua: admin lain atau atasan jabatan itu, bukan pengusul dan bukan orang "
            "yang bersangkutan.",
            instead="Mintalah orang kedua menyetujuinya dengan `sop holders confirm`.",
        )
