"""Load a checked definition as a draft edition."""

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
