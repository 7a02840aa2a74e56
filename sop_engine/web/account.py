"""One's own password and second factor: set with a token from an admin, changed, an authenticator added."""

import re
from collections.abc import Callable

from fastapi.responses import Response

from sop_engine.application.ports import Who
from sop_engine.application.set_password import enrol_totp, redeem, set_password
from sop_engine.errors import Refusal
from sop_engine.web.access import Route
from sop_engine.web.shell import Shell
from sop_engine.web.visit import Visit, Visiting

_SECRET = re.compile("[A-Z2-7]{32}")  # base 32, as an authenticator takes it


class Account:
    """What a person does with what proves who they are."""

    def __init__(self, shell: Shell) -> None:
        self._shell, self._engine = shell, shell.engine
        self.routes = [
            Route("GET", "/sandi", self.ask),
            Route("POST", "/sandi", self.redeem),
            Route("GET", "/akun", self.account),
            Route("POST", "/akun/sandi", self.change),
            Route("POST", "/akun/kode", self.enrol),
        ]

    def ask(self, visit: Visiting) -> Response:
        """The page of whoever holds a one-time token; the token is typed or pasted, never part of an address."""
        return self._shell.page(visit, "sandi.html", address=visit.said("surel"))

    def redeem(self, visit: Visiting) -> Response:
        """Set a password with a token; whoever did so still has to sign in."""

        def work() -> str:
            who = Who(self._engine.office_id, self._shell.person_at(visit.said("surel")), "web")
            redeem(self._engine.store, self._engine.prover, who, visit.said("pemulihan"), _new_password(visit))
            return "/masuk?kabar=sandi"

        return self._shell.act(
            work, lambda refusal: self._shell.page(visit, "sandi.html", refusal=refusal, address=visit.said("surel"))
        )

    def account(self, visit: Visiting) -> Response:
        """One's own account."""
        return self._page(visit, self._engine.prover.new_secret())

    def change(self, visit: Visiting) -> Response:
        """Replace one's password; every other browser is signed out by it."""

        def work(who: Who) -> str:
            set_password(self._engine.store, self._engine.prover, who, _new_password(visit))
            return "/akun?kabar=sandi"

        return self._proven(visit, work)

    def enrol(self, visit: Visiting) -> Response:
        """Add an authenticator, once its first code shows that it has the secret."""

        def work(who: Who) -> str:
            enrol_totp(self._engine.store, self._engine.prover, who, self._secret(visit), visit.said("kode_baru"))
            return "/akun?kabar=kode"

        return self._proven(visit, work)

    def _proven(self, visit: Visit, work: Callable[[Who], str]) -> Response:
        """Do something with a proof of this moment, and go on in a session that knows of the change."""

        def prove_first() -> str:
            assert visit.person
            who = visit.prove(visit.person.id)
            to = work(who)
            visit.sign_in(who.person_id, who.proof)
            return to

        return self._shell.act(prove_first, lambda refusal: self._page(visit, self._secret(visit), refusal=refusal))

    def _secret(self, visit: Visit) -> str:
        """Give the secret the form came with, or a new one where it is none."""
        given = visit.said("rahasia")
        return given if _SECRET.fullmatch(given) else self._engine.prover.new_secret()

    def _page(self, visit: Visit, secret: str, refusal: Exception | None = None) -> Response:
        assert visit.person
        return self._shell.page(
            visit,
            "akun.html",
            refusal=refusal,
            secret=secret,
            address=self._engine.prover.address_of(secret, visit.person.email, self._engine.settings.office_name),
            has_code=visit.has_code,
        )


def _new_password(visit: Visit) -> str:
    new, again = visit.form.get("sandi_baru"), visit.form.get("sandi_lagi")
    if not isinstance(new, str) or new != again:
        raise Refusal("Kedua kata sandi baru tidak sama.", instead="Ketik kata sandi baru dua kali.")
    return new
