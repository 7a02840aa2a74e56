"""The life of an edition after it was loaded: signed, received by the units, declared void."""

from dataclasses import astuple
from functools import partial

from sop_engine.application.each import each
from sop_engine.application.ports import Answer, Store, TickingStore, Transaction, Who
from sop_engine.application.request import perform, rehearse
from sop_engine.domain import editions
from sop_engine.domain.authority import NOBODY
from sop_engine.domain.casefile import Desk
from sop_engine.domain.finishing import void_case
from sop_engine.domain.state import Actor

SHOWN = 100  # cases whose consequences are worked out one by one


def sign_edition(
    store: Store, who: Who, edition_id: int, shown_digest: str, wet: editions.WetSignature | None = None
) -> Answer:
    """Sign a draft as the ratifying position, or record its wet signature: in force from then (clause 6).

    The structure it is carried out in is the one loaded last: the snapshot of rule 1.
    """

    def act(tx: Transaction) -> Answer:
        edition = tx.edition(edition_id)
        paper = tx.paper(edition)
        desk = tx.desk(who, "" if wet else paper.ratifier)
        newest = tx.organisation_named(paper.definition.organisation)
        if newest and newest[0] != edition.organisation and edition.state == "draft":
            desk.change(edition, organisation=newest[0])
            paper = tx.paper(edition)
        digest, others = tx.revision(edition.revision_id).digest, tx.editions_of(edition.sop)
        editions.sign(desk, paper, digest, shown_digest, others, wet)
        tx.save(desk)
        return {"edition": edition.id, "number": edition.number, "status": edition.state}

    paper = [str(value) for value in astuple(wet)] if wet else None
    return perform(store, who, "sign", {"edition": edition_id, "digest": shown_digest, "paper": paper}, act)


def void_edition(store: Store, who: Who, edition_id: int, ground: str) -> Answer:
    """Declare an edition void entirely on a legal ground, as the ratifying position; there is no undo."""

    def act(tx: Transaction) -> Answer:
        edition = tx.edition(edition_id)
        paper = tx.paper(edition)
        desk = tx.desk(who, paper.ratifier)
        editions.void(desk, paper, ground, tx.took_part(edition.id))
        tx.save(desk)
        return {"edition": edition.id, "number": edition.number, "status": edition.state}

    return perform(store, who, "void", {"edition": edition_id, "ground": ground}, act)


def preview_void(store: Store, who: Who, edition_id: int) -> Answer:
    """Tell what declaring an edition void would do, case by case: the real code, rolled back."""

    def act(tx: Transaction) -> Answer:
        paper = tx.paper(tx.edition(edition_id))
        desk = tx.desk_as(Actor(NOBODY, paper.ratifier, "definitif", who.channel, "sandi+totp"))
        editions.void(desk, paper, "-", tx.took_part(edition_id))
        tx.save(desk)
        return consequences_of_void(tx, desk, edition_id)

    return rehearse(store, who, act)


def consequences_of_void(tx: Transaction, desk: Desk, edition_id: int) -> Answer:
    """What a void edition, just declared on a desk, does to its running cases, and who is told of it."""
    running = tx.running_cases(edition_id)
    told = sorted({mail.to_name for mail in desk.out.messages})
    return {"running": len(running), "cases": [_ended(tx, case) for case in running[:SHOWN]], "told": told}


def _ended(tx: Transaction, case_id: int) -> Answer:
    runs = tx.runs_of(case_id)
    _void(tx, case_id=case_id)
    open_now = sorted({run.stage for run in runs if run.open})
    return {"case": case_id, "open": open_now, "kept": sum(run.state == "completed" for run in runs)}


def receive_edition(store: Store, who: Who, edition_id: int, position: str) -> Answer:
    """Record that a unit has received an SOP in force, acting in the position that heads the unit."""

    def act(tx: Transaction) -> Answer:
        edition = tx.edition(edition_id)
        paper, desk = tx.paper(edition), tx.desk(who, position)
        place = paper.organisation.positions.get(position)
        unit = (place and place.unit) or ""
        editions.receive(desk, paper, unit, tx.received(edition.id))
        tx.keep_receipt(edition.id, unit, who.person_id, desk.counters.seq)
        tx.save(desk)
        return {"edition": edition.id, "unit": unit}

    return perform(store, who, "receive", {"edition": edition_id, "position": position}, act)


def sweep_void(store: TickingStore, limit: int = 200) -> int:
    """Let the cases of void editions follow, one transaction each; gives how many. What the ticker calls; resumable."""
    found = store.void_cases(limit)
    each(partial(store.write, office_id, partial(_void, case_id=case_id)) for office_id, case_id in found)
    return len(found)


def _void(tx: Transaction, *, case_id: int) -> None:
    file = tx.file_for_tick(case_id)
    if file.case.state == "running":  # another sweep may have been first
        void_case(file)
        tx.save(file)
