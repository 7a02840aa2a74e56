"""What waits for a second person or a signature: what is asked, by whom, for whom it waits, and deciding it."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from fastapi.responses import Response
from starlette.exceptions import HTTPException

from sop_engine.application.decide_proposal import ACTS, confirm, waiting_for, withdraw
from sop_engine.application.revise_edition import preview_revision, sign_revision
from sop_engine.domain.adopting import CATEGORIES, EFFECT
from sop_engine.domain.indonesian import instant
from sop_engine.domain.state import Edition, Proposal, instant_of
from sop_engine.errors import Refusal
from sop_engine.web.access import Route
from sop_engine.web.case_page import DocumentPage, printed
from sop_engine.web.looking import Number
from sop_engine.web.shell import Shell
from sop_engine.web.visit import Visit, Visiting
from sop_engine.wiring import parse_definition

_ASKED = {"appoint": "Penunjukan pemegang jabatan", "end": "Pengakhiran penunjukan", "reset": "Pemulihan kata sandi"}
_TEXT = {"correction": "Ralat", "revision": "Revisi SOP", "void": "Perubahan yang membatalkan SOP seluruhnya"}
_DECIDED = {"confirmed": "Usulan ini sudah ditandatangani", "withdrawn": "Usulan ini sudah ditarik"}
_WHENS = (("from", "sejak"), ("until", "sampai"))


def title_of(made: Proposal) -> str:
    """Name what is asked of the ratifying official."""
    number = made.arguments["correction"]
    return f"{_TEXT[made.arguments['verdict']]}{f' nomor {number}' if number else ''}"


class Asked(NamedTuple):
    """One line of the list: what is asked, why, by whom since when, and who may decide it."""

    number: int
    title: str
    about: str
    why: list[str]
    by: int
    since: str
    waits: Iterable[int]
    page: str = ""  # where it is looked at and signed; '' for what is confirmed here


class Proposals:
    """The list of everything that waits, and what is done with it."""

    def __init__(self, shell: Shell) -> None:
        self._shell, self._engine, self._reading = shell, shell.engine, shell.reading
        self._store = shell.engine.store
        self.routes = [
            Route("GET", "/usulan", self.waiting),
            Route("POST", "/usulan/{number}/setuju", self.confirm),
            Route("POST", "/usulan/{number}/tarik", self.withdraw),
            Route("GET", "/akibat/{number}", self.consequences),
            Route("POST", "/akibat/{number}/sahkan", self.sign),
        ]

    def waiting(self, visit: Visiting) -> Response:
        """Every proposal and every draft that waits, what waits for this person first."""
        return self._page(visit)

    def confirm(self, visit: Visiting, number: Number) -> Response:
        """Confirm as the second person what somebody else proposed."""
        return self._decide(visit, number, confirm, "disetujui")

    def withdraw(self, visit: Visiting, number: Number) -> Response:
        """Withdraw one's own proposal, or refuse another's as the second person."""
        return self._decide(visit, number, withdraw, "usulan-ditarik")

    def consequences(self, visit: Visiting, number: Number) -> Response:
        """What signing a changed text would do, case by case: the real code, rolled back."""
        return self._consequences(visit, self._found(number))

    def sign(self, visit: Visiting, number: Number) -> Response:
        """Sign the changed text whose digest the form shows."""
        made = self._found(number)

        def work() -> str:
            visit.step_up()
            answer = sign_revision(self._store, visit.who(), number, visit.said("sidik"), parse_definition)
            return f"/edisi/{answer['edition']}?kabar={'batal' if answer['verdict'] == 'void' else 'direvisi'}"

        return self._shell.act(work, lambda refusal: self._consequences(visit, made, refusal))

    def _decide(self, visit: Visit, number: int, act: Any, told: str) -> Response:
        self._found(number)

        def work() -> str:
            act(self._store, visit.who(), number)
            self._engine.follow_soon()
            return f"/usulan?kabar={told}"

        return self._shell.act(work, lambda refusal: self._page(visit, refusal))

    def _found(self, number: int) -> Proposal:
        made = self._reading.proposal(number)
        if made is None:
            raise HTTPException(404, f"Tidak ada usulan nomor {number}.")
        return made

    # -- the list --------------------------------------------------------------------------------

    def _page(self, visit: Visit, refusal: Exception | None = None) -> Response:
        assert visit.person
        me, people = visit.person.id, self._reading.people().persons
        listed = [*self._texts(), *self._drafts(), *self._acts(visit)]
        listed.sort(key=lambda asked: (me not in asked.waits, asked.number))
        return self._shell.page(
            visit,
            "usulan.html",
            listed=listed,
            me=me,
            mine=sum(me in asked.waits for asked in listed),
            names=lambda numbers: ", ".join(people[number].name for number in numbers),
            refusal=refusal,
        )

    def _texts(self) -> Iterable[Asked]:
        """The changed texts that wait for the ratifying official."""
        editions = {edition.id: edition for edition in self._reading.editions()}
        for made in self._reading.proposals():
            if made.act in ACTS:
                continue
            edition = editions[made.arguments["edition"]]
            signers = self._shell.ratifiers(self._plan(edition))
            yield Asked(
                made.id, title_of(made), self._named(edition), self._ground(made), made.proposed_by,
                instant(made.proposed_at, self._shell.zone()), signers, f"/akibat/{made.id}",
            )  # fmt: skip

    def _drafts(self) -> Iterable[Asked]:
        """The new texts that wait for the ratifying official."""
        for edition in self._reading.editions():
            revision = self._reading.revision(edition.revision_id) if edition.state == "draft" else None
            if revision:
                since, signers = revision.loaded_at, self._shell.ratifiers(self._plan(edition))
                yield Asked(
                    edition.id, "SOP baru", self._named(edition), [], edition.loaded_by,
                    instant(since, self._shell.zone()), signers, f"/edisi/{edition.id}#sahkan",
                )  # fmt: skip

    def _acts(self, visit: Visit) -> Iterable[Asked]:
        """What touches a signing position and waits for a second person."""
        made = {one.id: one for one in self._reading.proposals() if one.act in ACTS}
        people, zone = self._reading.people(), self._shell.zone()
        known = {name: place.name for one in self._reading.organisations() for name, place in one.positions.items()}
        for number, waits in waiting_for(self._store, visit.who(), made).items():
            one, said = made[number], made[number].arguments
            about = f"{people.person(waits.person).name}, {known.get(waits.position, waits.position)}"
            why = [f"{said['capacity']}, {said['letter']}"] if said.get("letter") else []
            why += ["autentikatornya dilupakan juga"] if said.get("totp") else []
            whens = [f"{word} {instant(instant_of(said[key]), zone)}" for key, word in _WHENS if said.get(key)]
            why += [" ".join(whens)] if whens else []
            since = instant(one.proposed_at, zone)
            yield Asked(number, _ASKED[one.act], about, why, one.proposed_by, since, waits.seconds)

    def _plan(self, edition: Edition) -> Any:
        return self._reading.plan(edition.revision_id, edition.organisation)

    def _named(self, edition: Edition) -> str:
        return f"SOP Nomor {edition.number}, {self._plan(edition).definition.identity.name}"

    def _ground(self, made: Proposal) -> list[str]:
        """Say why a text is to be changed: in the proposer's words, and the event of force majeure."""
        said = made.arguments
        why = [self._reading.words([said["ground"]]).get(said["ground"], "")]
        if said["category"]:
            when = f"{'' if said['happened'] else 'diantisipasi, '}{printed(said['on'])}"
            why.append(f"Keadaan kahar: {CATEGORIES[said['category']]} ({when})")
        return list(filter(None, why))

    # -- one changed text ------------------------------------------------------------------------

    def _consequences(self, visit: Visit, made: Proposal, refusal: Exception | None = None) -> Response:
        if made.act in ACTS:
            raise HTTPException(404, f"Usulan {made.id} bukan usulan perubahan SOP; lihat halaman Usulan.")
        edition, decided = self._shell.edition(made.arguments["edition"]), ""
        page, people = DocumentPage(self._plan(edition)), self._reading.people().persons
        preview: dict[str, Any] = {"verdict": "", "running": 0, "cases": [], "changes": []}
        if made.state == "proposed":
            try:
                preview = preview_revision(self._store, visit.who(), made.id, parse_definition)
            except Refusal as refused:
                refusal = refusal or refused
        elif made.decided_by and made.decided_at:
            by, at = people[made.decided_by].name, instant(made.decided_at, page.plan.zone)
            decided = f"{_DECIDED[made.state]} {by}, {at}."
        signers = self._shell.ratifiers(page.plan)
        return self._shell.page(
            visit,
            "akibat.html",
            made=made,
            title=title_of(made),
            ground=self._ground(made),
            by=people[made.proposed_by].name,
            decided=decided,
            edition=edition,
            page=page,
            stages=page.stage_names,
            preview=preview,
            effects=EFFECT,
            may_sign=bool(visit.person and visit.person.id in signers and made.state == "proposed"),
            waits=", ".join(people[signer].name for signer in signers),
            at=lambda moment: instant(moment, page.plan.zone) if moment else "tanpa tenggat",
            refusal=refusal,
        )
