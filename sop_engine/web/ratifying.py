"""An edition: its document, signed as shown; who has received it; how far its cases have come; declaring it void."""

from typing import Any

from fastapi.responses import Response

from sop_engine.application.ratify_edition import preview_void, receive_edition, sign_edition, void_edition
from sop_engine.domain.editions import WetSignature
from sop_engine.domain.indonesian import instant, long_date
from sop_engine.domain.organisation import Organisation
from sop_engine.domain.state import Edition
from sop_engine.errors import Refusal
from sop_engine.web.access import Route
from sop_engine.web.case_page import DocumentPage
from sop_engine.web.looking import Number
from sop_engine.web.proposals import title_of
from sop_engine.web.shell import Shell
from sop_engine.web.uploads import day_of, evidence, number_in
from sop_engine.web.visit import Visit, Visiting

SHOWN = 20  # cases listed on the page of an edition; the newest
ALIVE = ("in_force", "in_execution")


class Ratifying:
    """An edition, its signature, its receipts and its end."""

    def __init__(self, shell: Shell) -> None:
        self._shell, self._reading, self._store = shell, shell.reading, shell.engine.store
        self.routes = [
            Route("GET", "/edisi/{number}", self.edition),
            Route("GET", "/edisi/{number}/cetak", self.on_paper),
            Route("POST", "/edisi/{number}/sahkan", self.sign),
            Route("POST", "/edisi/{number}/basah", self.sign_on_paper),
            Route("POST", "/edisi/{number}/terima", self.receive),
            Route("GET", "/edisi/{number}/batal", self.voiding),
            Route("POST", "/edisi/{number}/batal", self.void),
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

    def sign_on_paper(self, visit: Visiting, number: Number) -> Response:
        """Record that a draft was signed on paper."""

        def work() -> str:
            signatory = number_in(visit, "penandatangan", "Penandatangannya")
            day, scan, witness = day_of(visit, "tanggal"), evidence(visit), number_in(visit, "saksi", "Saksinya")
            if day is None or not scan:
                raise Refusal(
                    "Tanda tangan basah dicatat dengan tanggal dan pindaian lembar yang ditandatangani.",
                    instead="Isi tanggalnya dan lampirkan pindaiannya.",
                )
            wet = WetSignature(signatory, day, scan, witness)
            sign_edition(self._store, visit.who(), number, visit.said("sidik"), wet)
            return f"/edisi/{number}?kabar=berlaku"

        return self._shell.act(work, lambda refusal: self._page(visit, number, refusal))

    def receive(self, visit: Visiting, number: Number) -> Response:
        """Record that a unit has received an SOP, as its head."""

        def work() -> str:
            receive_edition(self._store, visit.who(), number, visit.said("jabatan"))
            return f"/edisi/{number}?kabar=diterima"

        return self._shell.act(work, lambda refusal: self._page(visit, number, refusal))

    def voiding(self, visit: Visiting, number: Number) -> Response:
        """What declaring an edition void would do, before anybody does it."""
        return self._voiding(visit, number)

    def void(self, visit: Visiting, number: Number) -> Response:
        """Declare an edition void on a legal ground, after a proof of who does."""

        def work() -> str:
            visit.step_up()
            void_edition(self._store, visit.who(), number, visit.said("dasar"))
            return f"/edisi/{number}?kabar=batal"

        return self._shell.act(work, lambda refusal: self._voiding(visit, number, refusal))

    # -- showing ---------------------------------------------------------------------------------

    def _page(
        self, visit: Visit, number: int, refusal: Exception | None = None, template: str = "edisi.html"
    ) -> Response:
        edition = self._shell.edition(number)
        page = DocumentPage(self._reading.plan(edition.revision_id, edition.organisation))
        people, revision = self._reading.people().persons, self._reading.revision(edition.revision_id)
        signer, zone = people.get(edition.signed_by or 0), page.plan.zone
        cases, total = self._reading.cases_of(edition, SHOWN)
        assert revision  # an edition has one from the start
        proposed = [made for made in self._reading.proposals() if made.arguments.get("edition") == number]
        return self._shell.page(
            visit,
            template,
            refusal=refusal,
            page=page,
            edition=edition,
            alive=edition.state in ALIVE,
            signed=f"{signer.name}, {instant(edition.signed_at, zone)}" if signer and edition.signed_at else "",
            cases=cases,
            total=total,
            followed=self._reading.following(edition),
            proposed=[(made.id, title_of(made)) for made in proposed],
            received=self._received(edition, page.plan.organisation, zone),
            may_receive=self._may_receive(visit, edition, page.plan.organisation),
            digest=revision.digest,
            revision=revision,
            signed_on=long_date(page.plan.calendar.local_day(edition.in_force_at)) if edition.in_force_at else "",
            printed_at=instant(self._store.clock(), zone),
            may_ratify=bool(visit.person and visit.person.id in self._shell.ratifiers(page.plan)),
            people=[(one.id, one.name) for one in people.values()],
            said=visit.said,
        )

    def _received(self, edition: Edition, organisation: Organisation, zone: str) -> list[tuple[str, str]]:
        """Every unit with who received the edition and when; '' for not yet."""
        people, found = self._reading.people().persons, self._reading.received(edition.id)
        told = {unit: f"{people[person].name}, {instant(at, zone)}" for unit, (person, at) in found.items()}
        return [(unit.name, told.get(name, "")) for name, unit in organisation.units.items()]

    def _may_receive(self, visit: Visit, edition: Edition, organisation: Organisation) -> list[tuple[str, str]]:
        """The positions in which this person can receive an edition for a unit that has not, each with the unit."""
        if not visit.person or edition.state not in ALIVE:
            return []
        done = self._reading.received(edition.id)
        held = self._reading.people().positions_of(visit.person.id, self._store.clock())
        places = [(one, organisation.positions[one].unit) for one in held if organisation.is_head(one)]
        return [(one, organisation.units[unit].name) for one, unit in places if unit and unit not in done]

    def _voiding(self, visit: Visit, number: int, refusal: Exception | None = None) -> Response:
        assert visit.person
        edition = self._shell.edition(number)
        page = DocumentPage(self._reading.plan(edition.revision_id, edition.organisation))
        people, signers = self._reading.people().persons, self._shell.ratifiers(page.plan)
        preview: dict[str, Any] = {}
        try:
            preview = preview_void(self._store, visit.who(), number)
        except Refusal as refused:
            refusal = refusal or refused
        others = [one for one in self._reading.editions() if one.sop == edition.sop and one.id != number]
        return self._shell.page(
            visit,
            "batal_edisi.html",
            refusal=refusal,
            edition=edition,
            page=page,
            preview=preview,
            others=[one for one in others if one.state in ("draft", *ALIVE)],
            may_void=bool(preview and visit.person.id in signers),
            waits=", ".join(people[signer].name for signer in signers),
            ground=visit.said("dasar"),
        )
