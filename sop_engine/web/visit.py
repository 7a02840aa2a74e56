"""One request: whose browser it comes from, what its form holds, and whether it may be answered.

A browser keeps one cookie, 256 random bits. Signed in, its digest names a session; before that it only
binds the sign-in form to this browser. Every form bears a token made from it.
"""

import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from sop_engine.application.ports import Who
from sop_engine.application.prove import prove
from sop_engine.domain.state import Person
from sop_engine.errors import NotAuthorised
from sop_engine.storage.sessions import Said, Session
from sop_engine.web.access import May
from sop_engine.wiring import Engine

BOTH = "sandi+totp"
FRESH = timedelta(minutes=5)  # so long a proof of who one is counts for a signature
NEVER_SHOWN = ("sandi", "sandi_baru", "sandi_lagi", "kode", "kode_baru", "pemulihan", "rahasia")  # secrets


class NotYet(Exception):
    """A request that can't be answered before its sender has signed in, or looked at the form again."""


@dataclass
class Visit:
    """One request, and who sent it."""

    engine: Engine
    request: Request
    form: FormData
    secret: str = ""
    session: Session | None = None
    person: Person | None = None
    cookie: str | None = None  # what the answer sets the browser's cookie to; '' takes it away
    demo: bool = False

    @property
    def token(self) -> str:
        """What every form of this browser must bear."""
        if not self.secret:
            self.secret = self.cookie = secrets.token_urlsafe(32)
        return hmac.new(self.secret.encode(), b"form", hashlib.sha256).hexdigest()

    @property
    def fresh(self) -> bool:
        """Whether the person has proven lately enough, by both factors, who they are to sign something."""
        if self.session is None or self.demo:
            return self.session is not None
        return self.session.proof == BOTH and self.session.proven_at + FRESH > self.engine.store.clock()

    @property
    def has_code(self) -> bool:
        """Whether the person has an authenticator, without which nobody signs here."""
        assert self.person
        kept = self.engine.store.credential(self.engine.office_id, self.person.id)
        return bool(kept and kept.totp_secret)

    def who(self, part: str = "") -> Who:
        """Whoever acts, for a command; a form sent twice gives the first answer, for each `part` of what it asks."""
        assert self.person
        assert self.session
        key = self.said("_kunci")[:64] + part or None
        proof = self.session.proof if self.fresh else ""
        return Who(self.engine.office_id, self.person.id, "demo" if self.demo else "web", key, proof)

    def said(self, name: str) -> str:
        """Give what was typed in a field; '' for nothing."""
        value = self.form.get(name)
        return value.strip().replace("\r\n", "\n") if isinstance(value, str) else ""

    def all_said(self, name: str) -> list[str]:
        """Give every value of a field that may be there several times."""
        return [value for value in self.form.getlist(name) if isinstance(value, str)]

    def typed(self) -> Said:
        """Give the whole form but secrets, files and the token."""
        names = [name for name in dict.fromkeys(self.form) if name not in (*NEVER_SHOWN, "_tanda")]
        return {name: said for name in names if (said := self.all_said(name))}

    def sign_in(self, person_id: int, proof: str) -> None:
        """Open a session under a new id; the one there was ends."""
        if self.session:
            self.engine.sessions.end(self.secret)
        self.secret = self.cookie = self.engine.sessions.open(person_id, proof)
        self._look_up()

    def prove(self, person_id: int) -> Who:
        """Check the form's password and code against a person's; NotAuthorised where they don't match."""
        who = Who(self.engine.office_id, person_id, "demo" if self.demo else "web")
        password = self.form.get("sandi")
        said = password if isinstance(password, str) else ""
        return prove(self.engine.store, self.engine.prover, who, said, self.said("kode"))

    def step_up(self) -> None:
        """Before a signature: ask for a proof again unless there was one lately; the session gets a new id."""
        if self.person is None or self.fresh:
            return
        if "sandi" not in self.form:  # the page was shown while the last proof still counted: nothing was typed wrong
            raise NotAuthorised(
                "Lebih dari lima menit sejak Saudara terakhir membuktikan diri.",
                instead="Tuliskan kata sandi dan kode autentikator di bawah, lalu ulangi.",
            )
        proof = self.prove(self.person.id).proof
        self.secret = self.cookie = self.engine.sessions.renew(self.secret, proof)
        self._look_up()
        if proof != BOTH:
            raise NotAuthorised(
                "Tanda tangan memerlukan kata sandi dan kode autentikator, dan Saudara belum memasang autentikator.",
                instead="Pasang dahulu di halaman Akun (tekan nama Saudara di atas), lalu ulangi.",
            )

    def sign_out(self) -> None:
        """End the session here and in the browser."""
        self.engine.sessions.end(self.secret)
        self.secret, self.cookie, self.session, self.person = "", "", None, None

    def _look_up(self) -> None:
        self.session = self.engine.sessions.find(self.secret)
        self.person = self.engine.reading.people().persons.get(self.session.person_id) if self.session else None


async def form_of(request: Request) -> AsyncIterator[FormData]:
    """Read a form; nothing where there is none."""
    if request.method != "POST":
        yield FormData()
        return
    async with request.form(max_files=8, max_fields=200) as form:
        yield form


class Doorkeeper:
    """Lets requests in: finds the session, checks where a form comes from, asks the table of access."""

    def __init__(self, engine: Engine, demo: bool, may: May) -> None:
        self._engine, self._demo, self._may = engine, demo, may

    def __call__(self, request: Request, form: Annotated[FormData, Depends(form_of)]) -> None:
        """Put the visit on the request, or refuse."""
        secret = request.cookies.get(cookie_name(self._engine.settings.base_url), "")
        visit = Visit(self._engine, request, form, secret, demo=self._demo)
        if secret:
            visit._look_up()
        request.state.visit = visit
        if request.method == "POST" and not _from_here(request):
            raise HTTPException(403, "Formulir ini tidak dikirim dari halaman kami.")
        everybody = self._may is May.ANYBODY or (self._may is May.VIEWER and self._demo)
        if visit.person is None and not everybody:
            raise NotYet
        if request.method == "POST" and not hmac.compare_digest(visit.said("_tanda").encode(), visit.token.encode()):
            raise NotYet
        if self._may is May.ADMIN and not (visit.person and visit.person.admin):
            raise HTTPException(403, "Halaman ini hanya untuk admin.")


def visit_of(request: Request) -> Visit:
    """Give the visit the doorkeeper has put there."""
    visit: Visit = request.state.visit
    return visit


Visiting = Annotated[Visit, Depends(visit_of)]


def cookie_name(base_url: str) -> str:
    """Name the cookie: tied to the host where it travels encrypted."""
    return "__Host-sop" if base_url.startswith("https") else "sop"


def set_cookie(visit: Visit) -> str:
    """Write the Set-Cookie header a visit asks for."""
    base_url = visit.engine.settings.base_url
    secure = "; Secure" if base_url.startswith("https") else ""
    gone = "" if visit.cookie else "; Max-Age=0"
    return f"{cookie_name(base_url)}={visit.cookie}; Path=/; HttpOnly; SameSite=Lax{secure}{gone}"


def _from_here(request: Request) -> bool:
    """Whether the browser says that a form was sent from a page of ours (Fetch metadata, else Origin)."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return urlsplit(request.headers.get("origin", "")).netloc == request.headers["host"]
