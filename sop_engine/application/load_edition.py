"""Load a checked definition as a draft edition, and ratify it by a signature."""

from sop_engine.application.ports import Answer, ParseDefinition, Store, Transaction, Who
from sop_engine.application.request import perform
from sop_engine.domain import editions
from sop_engine.errors import Refusal


def load_edition(store: Store, who: Who, body: str, parse: ParseDefinition) -> Answer:
    """Keep a definition's text as a draft; its number must not be taken by another edition."""
    definition = parse(body)

    def act(tx: Transaction) -> Answer:
        taken = tx.edition_numbered(definition.identity.number)
        if taken:
            raise Refusal(
                f"Nomor {definition.identity.number} sudah dipakai edisi {taken.id}.",
                instead="Gunakan nomor baru, atau usulkan revisi bagi edisi itu.",
            )
        found = tx.organisation_named(definition.organisation)
        if found is None:
            raise Refusal(
                f"Organisasi «{definition.organisation}» belum dimuat.",
                instead="Muat berkas organisasinya lebih dahulu.",
            )
        desk = tx.desk(who)
        edition = editions.draft(desk, definition, body, found[0])
        tx.save(desk)
        return {
            "edition": edition.id,
            "number": edition.number,
            "digest": editions.digest_of(body),
            "status": "draft",
        }

    return perform(store, who, "load", {"digest": editions.digest_of(body)}, act)


def sign_edition(
    store: Store, who: Who, edition_id: int, shown_digest: str, on_paper: editions.OnPaper | None = None
) -> Answer:
    """Sign a draft as the ratifying position: in force from this instant (clause 6)."""

    def act(tx: Transaction) -> Answer:
        edition = tx.edition(edition_id)
        plan = tx.plan(edition.revision_id, edition.organisation)
        desk = tx.desk(who, plan.definition.identity.ratified_by.position)
        editions.sign(
            desk,
            edition,
            plan.definition,
            plan.organisation,
            tx.revision(edition.revision_id).digest,
            shown_digest,
            on_paper,
        )
        tx.save(desk)
        return {"edition": edition.id, "number": edition.number, "status": edition.state}

    paper = [on_paper.signed_on.isoformat(), on_paper.evidence, on_paper.witness] if on_paper else None
    return perform(store, who, "sign", {"edition": edition_id, "digest": shown_digest, "paper": paper}, act)
