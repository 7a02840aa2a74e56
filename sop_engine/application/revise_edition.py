"""Revise a running SOP: propose with a ground, see the consequences, sign; then every case follows."""

from dataclasses import asdict
from functools import partial
from typing import Any

from sop_engine.application.each import each
from sop_engine.application.ports import Answer, ParseDefinition, Store, TickingStore, Transaction, Who
from sop_engine.application.request import perform
from sop_engine.domain import adopting
from sop_engine.domain.authority import NOBODY, check_admin
from sop_engine.domain.casefile import CaseFile, Desk
from sop_engine.domain.definition import Definition
from sop_engine.domain.editions import Paper
from sop_engine.domain.state import TICKER, Actor, Proposal
from sop_engine.domain.verdicts import Judgement
from sop_engine.errors import SopError

SHOWN = 100  # cases whose consequences are worked out one by one


class _Shown(SopError):
    """Ends the transaction of a preview: what it would have done is its answer, and nothing stays."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer


def propose_revision(
    store: Store, who: Who, edition_id: int, body: str, parse: ParseDefinition, ground: adopting.Ground, *,
    keep_completed: bool = False, correction_number: str = "",
) -> Answer:  # fmt: skip
    """Propose a changed text of an edition as an admin; refused with the clause where it could not be adopted."""
    new = parse(body)

    def act(tx: Transaction) -> Answer:
        edition, desk = tx.edition(edition_id), tx.desk(who)
        check_admin(desk.people, desk.actor, "mengusulkan perubahan SOP")
        paper = tx.paper(edition)
        judgement = _judged(tx, paper, new, keep_completed)
        proposal = adopting.propose(
            desk, paper, new, body, ground, judgement,
            keep_completed=keep_completed, correction_number=correction_number,
        )  # fmt: skip
        tx.keep_document("proposal", str(edition.id), body, desk.counters.seq)
        tx.save(desk)
        return {"proposal": proposal.id, "digest": proposal.arguments["digest"], **_said(judgement)}

    said = [edition_id, body, {**asdict(ground), "on": str(ground.on)}, keep_completed, correction_number]
    return perform(store, who, "propose_revision", {"said": said}, act)


def judge_revision(store: Store, who: Who, edition_id: int, new: Definition, *, keep_completed: bool) -> Judgement:
    """Judge a text against an edition and its running cases, before anything is proposed; nothing is kept."""
    return store.write(who.office_id, lambda tx: _judged(tx, tx.paper(tx.edition(edition_id)), new, keep_completed))


def sign_revision(store: Store, who: Who, proposal_id: int, shown_digest: str, parse: ParseDefinition) -> Answer:
    """Sign a proposal as the ratifying position: in force from this instant, cases follow at their next act."""

    def act(tx: Transaction) -> Answer:
        proposal = tx.proposal(proposal_id)
        ratifier = tx.paper(tx.edition(proposal.arguments["edition"])).ratifier
        return _adopt(tx, tx.desk(who, ratifier), proposal, shown_digest, parse)

    return perform(store, who, "sign_revision", {"proposal": proposal_id, "digest": shown_digest}, act)


def preview_revision(store: Store, who: Who, proposal_id: int, parse: ParseDefinition) -> Answer:
    """Tell what signing a proposal would do, case by case: the real code, rolled back."""

    def act(tx: Transaction) -> Answer:
        proposal = tx.proposal(proposal_id)
        ratifier = tx.paper(tx.edition(proposal.arguments["edition"])).ratifier
        rehearsed = tx.desk_as(Actor(NOBODY, ratifier, "definitif", who.channel, "sandi+totp"))
        answer = _adopt(tx, rehearsed, proposal, proposal.arguments["digest"], parse)
        running = tx.running_cases(proposal.arguments["edition"])
        cases = [_consequence(tx, case) for case in running[:SHOWN]] if answer["verdict"] != "void" else []
        raise _Shown(answer | {"running": len(running), "cases": cases})

    try:
        return store.write(who.office_id, act)
    except _Shown as shown:
        return shown.answer


def follow_revisions(store: TickingStore, limit: int = 200) -> int:
    """Let running cases follow revisions that were signed, one transaction each; then write to whom it concerns.

    What the ticker calls; resumable. A case that was acted on in between has already followed. Gives how many cases
    and editions it touched.
    """
    found = store.cases_behind(limit)
    each(partial(store.write, office_id, partial(_catch_up, case_id=case_id)) for office_id, case_id in found)
    told = store.editions_behind() if len(found) < limit else []
    for office_id, edition_id in told:
        store.write(office_id, partial(_tell, edition_id=edition_id))
    return len(found) + len(told)


def _adopt(tx: Transaction, desk: Desk, proposal: Proposal, shown_digest: str, parse: ParseDefinition) -> Answer:
    said = proposal.arguments
    edition = tx.edition(said["edition"])
    paper, body = tx.paper(edition), tx.document(said["digest"])
    judgement = _judged(tx, paper, parse(body), bool(said["keep_completed"]))
    adopting.adopt(
        desk, paper, proposal, body, shown_digest, judgement,
        ground=tx.words(said["ground"]), number=tx.revision(edition.revision_id).number + 1,
        took_part=tx.took_part(edition.id),
    )  # fmt: skip
    tx.save(desk)
    return {"edition": edition.id, "status": edition.state, "revision": edition.revision_id, **_said(judgement)}


def _judged(tx: Transaction, paper: Paper, new: Definition, keep: bool) -> Judgement:
    edition = paper.edition
    latest = tx.plan(edition.revision_id, edition.organisation)
    cases = (adopting.standing_in(latest, tx.file_for_look(case_id)) for case_id in tx.running_cases(edition.id))
    spelled_from = tx.plan(_before_corrections(tx, edition.revision_id), edition.organisation).definition
    return adopting.judge_all(latest, new, cases, keep_completed=keep, spelled_from=spelled_from)


def _before_corrections(tx: Transaction, revision_id: int) -> int:
    """Give the last revision that was no ralat: several in a row may not drift from its words."""
    proposal_id = tx.revision(revision_id).proposal_id
    said = tx.proposal(proposal_id).arguments if proposal_id else {}
    return _before_corrections(tx, said["base"]) if said.get("verdict") == "correction" else revision_id


def _said(judgement: Judgement) -> dict[str, Any]:
    changes = [
        {name: getattr(weighed.change, name) for name in ("path", "kind", "before", "after")}
        | {"clause": weighed.clause, "effect": weighed.effect}
        for weighed in judgement.changes
    ]
    return {"verdict": judgement.verdict, "changes": changes}


def _catch_up(tx: Transaction, *, case_id: int) -> None:
    tx.catch_up(case_id)


def _consequence(tx: Transaction, case_id: int) -> Answer:
    """What following does to one case, read off what the decision produced."""
    before = {run.id: run.due_at for run in tx.runs_of(case_id)}
    files: list[CaseFile] = tx.catch_up(case_id)
    events = [event for file in files for event in file.out.events]
    kept = next((event.facts for event in events if event.kind == "case.kept_revision"), None)
    runs = {run.id: run for file in files for run in file.runs.values()}
    return {
        "case": case_id,
        "follows": kept is None,
        "first_misfit": kept["step"] if kept else None,
        "frozen": sorted({run.stage for run in runs.values() if run.state == "completed"}),
        "due": [
            {"stage": run.stage, "slot": run.slot, "before": before[run.id], "after": run.due_at}
            for run in runs.values()
            if run.id in before and run.open and run.due_at != before[run.id]
        ],
        "opened": [event.facts["stage"] for event in events if event.kind == "run.activated"],
        "returned": [event.facts["stage"] for event in events if event.kind == "run.returned"],
        "voided": [event.facts["stage"] for event in events if event.kind == "run.voided"],
        "mailed": sorted({message.to_name for file in files for message in file.out.messages}),
    }


def _tell(tx: Transaction, *, edition_id: int) -> None:
    edition = tx.edition(edition_id)
    if edition.followed == edition.revision_id or edition.state not in ("in_force", "in_execution"):
        return  # another ticker was first, or the edition ended
    desk = tx.desk_as(TICKER)
    for revision in tx.revisions_since(edition, edition.followed):
        old = tx.plan(edition.followed, edition.organisation).definition
        new = tx.plan(revision.id, edition.organisation).definition
        ground = tx.proposal(revision.proposal_id or 0).arguments["ground"]
        paper = Paper(edition, new, tx.paper(edition).organisation)
        adopting.tell_followed(desk, paper, old, revision, tx.words(ground), _locked(tx, edition.id, new))
    tx.save(desk)


def _locked(tx: Transaction, edition_id: int, definition: Definition) -> list[str]:
    """Name the completed stages of an edition's one case; of several cases each has its own."""
    cases = tx.running_cases(edition_id)
    done = {run.stage for run in tx.runs_of(cases[0]) if run.state == "completed"} if len(cases) == 1 else set()
    return [f"{stage.number or stage.id} {stage.activity}" for stage in definition.stages() if stage.id in done]
