"""The life of an edition after it was loaded: signed, received by the units, declared void."""

from dataclasses import astuple
from functools import partial

from sop_engine.application.each import each
from sop_engine.application.ports import Answer, Store, TickingStore, Transaction, Who
from sop_engine.application.request import perform
from sop_engine.domain import editions
from sop_engine.domain.finishing import void_case


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
