"""Whoever signs off: the inbox of what waits for them, one request with both choices, several approved at once."""

from collections import Counter
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from sop_engine.application.answer_sign_off import approve, return_work
from sop_engine.domain.state import Run, SignOff
from sop_engine.errors import KeyReused, Refusal
from sop_engine.web.access import Route
from sop_engine.web.case_page import CasePage, left
from sop_engine.web.differences import differences
from sop_engine.web.looking import Number
from sop_engine.web.shell import Shell
from sop_engine.web.uploads import is_number
from sop_engine.web.visit import Visit, Visiting

Kind = Annotated[str, Query(pattern=r"^[a-z0-9_]{0,100}$")]
SHOWN = 50  # so many requests on one page; the earliest due first


class Signing:
    """What waits for a person's signature on work, and answering it."""

    def __init__(self, shell: Shell) -> None:
        self._shell, self._reading, self._store = shell, shell.reading, shell.engine.store
        self.routes = [
            Route("GET", "/pengesahan", self.inbox),
            Route("POST", "/pengesahan", self.approve_several),
            Route("GET", "/pengesahan/{number}", self.sign_off),
            Route("POST", "/pengesahan/{number}/sahkan", self.approve),
            Route("POST", "/pengesahan/{number}/kembalikan", self.send_back),
        ]

    def inbox(self, visit: Visiting, tahap: Kind = "") -> Response:
        """Every sign-off asked of this person; of one stage they come ticked."""
        return self._inbox(visit, tahap)

    def sign_off(self, visit: Visiting, number: Number) -> Response:
        """One request, for who may answer it; for anybody else its stage on the page of the case."""
        _, asked, run = self._found(number)
        if not (visit.person and visit.person.id in asked.asked and asked.state == "requested"):
            return RedirectResponse(f"/kasus/{run.case_id}#tahap-{run.stage}", 303)
        return self._page(visit, number)

    def approve(self, visit: Visiting, number: Number) -> Response:
        """Give a sign-off, after a proof of who signs."""

        def work() -> str:
            visit.step_up()
            approve(self._store, visit.who(), number, visit.said("catatan"))
            return "/pengesahan?kabar=disahkan"

        return self._shell.act(work, lambda refusal: self._page(visit, number, refusal))

    def send_back(self, visit: Visiting, number: Number) -> Response:
        """Return the work with a reason."""

        def work() -> str:
            return_work(self._store, visit.who(), number, visit.said("catatan"))
            return "/pengesahan?kabar=dikembalikan"

        return self._shell.act(work, lambda refusal: self._page(visit, number, refusal))

    def approve_several(self, visit: Visiting) -> Response:
        """Give each ticked sign-off by a command of its own, and tell what became of each."""
        chosen = [int(one) for one in visit.all_said("sahkan") if is_number(one)]
        try:
            if not chosen:
                raise Refusal("Belum ada yang dipilih.", instead="Beri tanda pada yang disahkan.")
            visit.step_up()
        except Refusal as refusal:
            page = self._inbox(visit, refusal=refusal, chosen=chosen)
            page.status_code = 422
            return page
        return self._inbox(visit, results=[(number, self._one_of(visit, number)) for number in chosen])

    def _one_of(self, visit: Visit, number: int) -> str:
        who = visit.who()
        try:
            approve(self._store, replace(who, key=who.key and f"{who.key}-{number}"), number)
        except (Refusal, KeyReused) as refusal:
            return str(refusal)
        return ""

    # -- showing ---------------------------------------------------------------------------------

    def _inbox(self, visit: Visit, kind: str = "", **words: Any) -> Response:
        assert visit.person
        now, people = self._store.clock(), self._reading.people()
        items = self._reading.inbox(visit.person.id, people.positions_of(visit.person.id, now))
        asked = [item for item in items if item.kind == "pengesahan"]
        kinds = Counter((item.run.stage, item.activity) for item in asked)
        asked = [item for item in asked if kind in ("", item.run.stage)]
        shown = [self._told(item.id) for item in asked[:SHOWN]]
        words = {"refusal": None, "chosen": [line["asked"].id for line in shown] if kind else [], "results": []} | words
        return self._shell.page(
            visit,
            "pengesahan.html",
            items=shown,
            more=len(asked) - SHOWN,
            kind=kind,
            kinds=[(*about, count) for about, count in kinds.items() if count > 1],
            to_ratify=self._shell.to_ratify(visit.person.id),
            **words,
        )

    def _page(self, visit: Visit, number: int, refusal: Exception | None = None) -> Response:
        told = self._told(number)
        open_to_me = bool(visit.person and visit.person.id in told["asked"].asked)
        mine = open_to_me and told["asked"].state == "requested"
        return self._shell.page(
            visit, "pengesahan_satu.html", refusal=refusal, mine=mine, note=visit.said("catatan"), **told
        )

    def _told(self, number: int) -> dict[str, Any]:
        """What is asked, delivered, by whom, since when; and what the pass before it was returned for."""
        case, asked, run = self._found(number)
        before = [r for r in case.view.runs if (r.stage, r.slot, r.pass_no) == (run.stage, run.slot, run.pass_no - 1)]
        returned = [s for r in before for s in case.sign_offs_of(r) if s.state == "returned"]
        return {
            "case": case,
            "asked": asked,
            "run": run,
            "stage": case.plan.stage(run.stage),
            "left": left(case.plan.calendar, asked.due_at, case.now),
            "late": asked.due_at < case.now,
            "before": before[0] if before else None,
            "changed": [
                (name, differences(case.said(old), case.said(new)))
                for earlier in before
                for name, old, new in (("Hasil", earlier.result, run.result), ("Catatan", earlier.note, run.note))
                if old or new
            ],
            "reason": case.said(returned[-1].note) if returned else "",
        }

    def _found(self, number: int) -> tuple[CasePage, SignOff, Run]:
        run = self._reading.run_of(SignOff, number)
        if run is None:
            raise HTTPException(404, f"Tidak ada permintaan pengesahan nomor {number}.")
        case = self._shell.case(run.case_id)
        asked = next(one for one in case.view.sign_offs if one.id == number)
        return case, asked, run
