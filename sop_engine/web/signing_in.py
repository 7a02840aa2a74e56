"""Signing in and out; what was typed before somebody had signed in is still there afterwards."""

from collections import deque
from datetime import datetime, timedelta

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from sop_engine.errors import NotAuthorised, Refusal
from sop_engine.web.access import Route
from sop_engine.web.shell import Shell
from sop_engine.web.visit import Visit, Visiting

TRIES, WITHIN = 20, timedelta(minutes=15)  # failures one address may cause; each account has a delay of its own
KNOWN = 1000  # addresses that are remembered before old ones are forgotten
_OLD_PAGE = "Halaman ini terlalu lama terbuka. Tidak ada yang berubah."


class SigningIn:
    """The door to the personal pages."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._failures: dict[str, deque[datetime]] = {}
        self.routes = [
            Route("GET", "/masuk", self.ask),
            Route("POST", "/masuk", self.enter),
            Route("POST", "/keluar", self.leave),
        ]

    def ask(self, visit: Visiting) -> Response:
        """The sign-in page; whoever is signed in goes on to where they wanted."""
        to = self._shell.safe(visit.request.query_params.get("ke", ""))
        if visit.person:
            return RedirectResponse(to or "/tugas", 303)
        return self._page(visit, to)

    def enter(self, visit: Visiting) -> Response:
        """Sign in with address, password and, where one is set up, a code."""
        to = self._shell.safe(visit.said("ke"))
        here = visit.request.client.host if visit.request.client else ""
        try:
            self._check_address(here)
            proven = visit.prove(self._shell.person_at(visit.said("surel")))
        except Refusal as refusal:
            self.failed(here)
            return self._page(visit, to, refusal, status=422)
        visit.sign_in(proven.person_id, proven.proof)
        return self._shell.arrive(visit, to)

    def failed(self, here: str) -> None:
        """Count a failure of an address; those that have not failed for long are forgotten."""
        now = self._shell.engine.store.clock()
        if len(self._failures) > KNOWN:
            self._failures = {one: at for one, at in self._failures.items() if at[-1] + WITHIN > now}
        self._failures.setdefault(here, deque(maxlen=TRIES)).append(now)

    def leave(self, visit: Visiting) -> Response:
        """Sign out."""
        visit.sign_out()
        return RedirectResponse("/masuk?kabar=keluar", 303)

    def first(self, request: Request, error: Exception) -> Response:
        """Ask whoever has not signed in to do so; a form sent from a stale page is shown again, as it was typed."""
        visit: Visit = request.state.visit
        here = request.url.path
        if request.method != "POST":
            return RedirectResponse(f"/masuk?ke={self._shell.safe(here)}", 303)
        if visit.person:
            return self._shell.again(visit, here, visit.typed(), status=403)
        again = Refusal(_OLD_PAGE, instead="Masuklah; yang sudah Saudara tulis tetap ada.")
        action = "" if here in ("/masuk", "/keluar") else here
        return self._page(visit, "", again, action, status=403)

    def _page(
        self, visit: Visit, to: str, refusal: Refusal | None = None, action: str = "", status: int = 200
    ) -> Response:
        who = self._shell.everybody() if self._shell.demo_command else []
        return self._shell.page(
            visit,
            "masuk.html",
            status,
            refusal=refusal,
            to=to,
            who=who,
            address=visit.said("surel"),
            carried=self._shell.carried(visit, action),
        )

    def _check_address(self, here: str) -> None:
        recent = self._failures.get(here)
        if recent and len(recent) == TRIES and recent[0] + WITHIN > self._shell.engine.store.clock():
            raise NotAuthorised(
                "Terlalu banyak percobaan masuk yang gagal dari komputer ini.",
                instead="Tunggu seperempat jam. Bila lupa kata sandi, mintalah admin memulihkannya.",
            )
