"""An edition: its document to look at, and for its ratifying official to sign: what is shown is what is signed."""

from fastapi.responses import Response
from starlette.exceptions import HTTPException

from sop_engine.application.ratify_edition import sign_edition
from sop_engine.domain.indonesian import instant, long_date
from sop_engine.domain.people import RATIFYING
from sop_engine.domain.plan import Plan
from sop_engine.domain.state import Edition
from sop_engine.web.access import Route
from sop_engine.web.case_page import DocumentPage
from sop_engine.web.looking import Number
from sop_engine.web.shell import Shell
from sop_engine.web.visit import Visit, Visiting


class Ratifying:
    """An edition and its signature."""

    def __init__(self, shell: Shell) -> None:
        self._shell, self._reading, self._store = shell, shell.reading, shell.engine.store
        self.routes = [
            Route("GET", "/edisi/{number}", self.edition),
            Route("GET", "/edisi/{number}/cetak", self.on_paper),
            Route("POST", "/edisi/{number}/sahkan", self.sign),
        ]

    def edition(self, visit: Visiting, number: Number) -> Response:
        """An edition: its document, the table without a position; a draft with its digest, to be signed."""
        return self._page(visit, number)

    def on_paper(self, visit: Visiting, number: Number) -> Response:
        """The same document laid out for paper, with its sheet of ratification."""
        return self._page(visit, number, template="cetak.html")

    def sign(self, visit: Visiting, number: Number) -> Response:
        """Sign the draft whose digest the form shows."""

        def work() -> str:
            visit.step_up()
            sign_edition(self._store, visit.who(), number, visit.said("sidik"))
            return f"/edisi/{number}?kabar=berlaku"

        return self._shell.act(work, lambda refusal: self._page(visit, number, refusal))

    def _page(
        self, visit: Visit, number: int, refusal: Exception | None = None, template: str = "edisi.html"
    ) -> Response:
        found = next((edition for edition in self._reading.editions() if edition.id == number), None)
        if found is None:
            raise HTTPException(404, f"Tidak ada edisi SOP nomor {number}.")
        page = DocumentPage(self._reading.plan(found.revision_id, found.organisation))
        signer = self._reading.people().persons.get(found.signed_by or 0)
        signed = f"{signer.name}, {instant(found.signed_at, page.plan.zone)}" if signer and found.signed_at else ""
        revision, zone = self._reading.revision(found.revision_id), page.plan.zone
        assert revision  # an edition has one from the start
        return self._shell.page(
            visit,
            template,
            refusal=refusal,
            page=page,
            edition=found,
            signed=signed,
            cases=[case for case in self._reading.cases() if case.edition_id == number],
            digest=revision.digest,
            revision=revision,
            signed_on=long_date(page.plan.calendar.local_day(found.in_force_at)) if found.in_force_at else "",
            printed_at=instant(self._store.clock(), zone),
            may_sign=self._may_sign(visit, found, page.plan),
        )

    def _may_sign(self, visit: Visit, edition: Edition, plan: Plan) -> bool:
        """Whether to offer the form; the command decides."""
        ratifier, now = plan.definition.identity.ratified_by.position, self._store.clock()
        acting = self._reading.people().acting_in(ratifier, now)
        able = [one.person_id for one in acting if one.capacity in RATIFYING]
        return edition.state == "draft" and bool(visit.person and visit.person.id in able)
