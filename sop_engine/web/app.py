"""The read-only web: what runs here, a case with its live position, and in a demo everybody's mail.

GET and HEAD only; no request changes anything. A demo also shows the inbox of every mail and what to
type next; elsewhere nobody's mail is shown.
"""

import hashlib
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Query, Request
from fastapi import Path as InPath
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from sqlmodel import col, select
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from notifications.sink import read_mail
from sop_engine.domain.indonesian import instant
from sop_engine.domain.people import People
from sop_engine.domain.state import Person
from sop_engine.storage.tables import MessageRow, SignOffRow, StageRunRow, TaskRow
from sop_engine.web.case_page import STATES, CasePage, activity_table, identity_words
from sop_engine.web.flow_drawing import sign, symbol
from sop_engine.web.guard import Guard, policy
from sop_engine.web.mail_page import KINDS, frame_height, style_sources
from sop_engine.web.try_it import commands_of
from sop_engine.wiring import Engine

_HERE = Path(__file__).parent
_ON_THIS_MACHINE = ("127.0.0.1", "localhost", "[::1]")
_ZONE = "Asia/Jakarta"  # of pages about no SOP in particular
Number = Annotated[int, InPath(ge=1, lt=2**53)]
Recipient = Annotated[str, Query(pattern=r"^\d{0,15}$")]


def breakable(text: str) -> Markup:
    """Escape a text and let its long words break after a slash."""
    return escape(text).replace("/", Markup("/<wbr>"))


def create_app(engine: Engine, demo_command: str = "") -> ASGIApp:
    """Build the web of one installation; `demo_command` is how a demo's command line is called."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, title="SOP")
    pages = _Pages(engine, demo_command)
    routes = {
        "/": pages.home,
        "/kasus/{number}": pages.case,
        "/edisi/{number}": pages.edition,
        "/tugas/{number}": pages.task,
        "/pengesahan/{number}": pages.sign_off,
    }
    if demo_command:
        routes |= {"/surel": pages.inbox, "/surel/{number}": pages.mail}
    for path, page in routes.items():
        app.api_route(path, methods=["GET", "HEAD"], response_class=HTMLResponse)(page)
    app.mount("/statis", StaticFiles(directory=_HERE / "static"))
    app.add_exception_handler(HTTPException, pages.refused)
    app.add_exception_handler(RequestValidationError, pages.misread)
    app.add_exception_handler(Exception, pages.broken)
    host = urlsplit(engine.settings.base_url).hostname
    return Guard(app, frozenset({*_ON_THIS_MACHINE, *([host] if host else [])}))


class _Pages:
    """Every page, over one installation."""

    def __init__(self, engine: Engine, demo_command: str) -> None:
        self._engine, self._reading, self._demo_command = engine, engine.reading, demo_command
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        style = (_HERE / "static" / "gaya.css").read_bytes()
        self._templates.globals |= {
            "sign": sign,
            "symbol": symbol,
            "style": f"/statis/gaya.css?v={hashlib.sha256(style).hexdigest()[:8]}",
            "demo_command": demo_command,
        }
        self._templates.filters["breakable"] = breakable

    # -- pages -----------------------------------------------------------------------------------

    def home(self) -> Response:
        """What runs here, and in a demo who to be."""
        numbers = {edition.id: edition for edition in self._reading.editions()}
        cases = [(case, numbers[case.edition_id], STATES[case.state]) for case in reversed(self._reading.cases())]
        people = self._reading.people()
        shown = self._demo_command and {
            "mails": len(self._sent()),
            "who": [(person, self._positions(people, person)) for person in people.persons.values()],
            "commands": commands_of(self._case_page(cases[0][0].id)) if cases else [],
        }
        return self._page("beranda.html", cases=cases, demo=shown)

    def case(self, number: Number) -> Response:
        """A case: where it stands, its table, its passes and its record."""
        page = self._case_page(number)
        words = page.words(self._reading.events(number))
        tries = commands_of(page) if self._demo_command else []
        return self._page("kasus.html", **words, head=self._reading.office(), tries=tries)

    def edition(self, number: Number) -> Response:
        """An edition: its document, the table without a position."""
        found = next((edition for edition in self._reading.editions() if edition.id == number), None)
        if found is None:
            raise HTTPException(404, f"Tidak ada edisi SOP nomor {number}.")
        plan = self._reading.plan(found.revision_id, found.organisation)
        signed = instant(found.signed_at, plan.zone) if found.signed_at else ""
        return self._page(
            "edisi.html",
            edition=found,
            state=STATES.get(found.state, found.state),
            signed=signed,
            signer=self._reading.people().person(found.signed_by).name if found.signed_by else "",
            cases=[case for case in self._reading.cases() if case.edition_id == number],
            table=activity_table(plan, {}),
            **identity_words(plan),
        )

    def task(self, number: Number) -> Response:
        """Where a mail about a task leads: its stage on the case's page."""
        return self._to_stage(TaskRow, number, "tugas")

    def sign_off(self, number: Number) -> Response:
        """Where a mail about a sign-off leads."""
        return self._to_stage(SignOffRow, number, "permintaan pengesahan")

    def inbox(self, kepada: Recipient = "") -> Response:
        """Every mail sent, the newest first, of one recipient if asked."""
        sent = self._sent()
        people = self._reading.people()
        counts: dict[int, int] = {}
        for mail in sent:
            counts[mail.person_id or 0] = counts.get(mail.person_id or 0, 0) + 1
        chosen = int(kepada) if kepada else None
        if chosen is not None and chosen not in people.persons:
            raise HTTPException(404, f"Tidak ada orang nomor {chosen} di kantor ini.")
        listed = [mail for mail in sent if chosen in (None, mail.person_id)]
        return self._page(
            "surat_masuk.html",
            mails=[self._listed(mail) for mail in listed],
            recipients=[(person, self._positions(people, person), counts[person.id]) for person in people.persons.values() if person.id in counts],
            chosen=people.persons.get(chosen or 0),
            total=len(sent),
            waiting=sum(mail.state in ("queued", "claimed") for mail in self._reading.messages()),
        )

    def mail(self, number: Number) -> Response:
        """One mail, as its recipient got it."""
        found = next((mail for mail in self._sent() if mail.id == number), None)
        if found is None or found.body is None:
            raise HTTPException(404, f"Tidak ada surel nomor {number}.")
        parts = read_mail("", [], found.body)
        page = self._page(
            "surat.html",
            mail=self._listed(found),
            parts=parts,
            link=found.context.get("tautan", ""),
            height=frame_height(parts.text),
            size=len(found.body),
        )
        page.headers["Content-Security-Policy"] = policy(style_src=f"'self' {style_sources(parts.html)}")
        return page

    # -- what could not be shown -----------------------------------------------------------------

    async def refused(self, request: Request, error: Exception) -> Response:
        """A page for an address that is not there, or a way of asking that is not allowed."""
        assert isinstance(error, HTTPException)  # registered for nothing else
        known = error.detail != "Not Found" and error.status_code == 404
        title, text = _REFUSALS.get(error.status_code, _REFUSALS[400])
        return self._error(error.status_code, title, error.detail if known else text, error.headers)

    async def misread(self, request: Request, error: Exception) -> Response:
        """A page for an address whose number is none."""
        return self._error(404, "Nomor pada alamat tidak dapat dibaca", "Nomor ditulis dengan angka saja, misalnya /kasus/12.")

    async def broken(self, request: Request, error: Exception) -> Response:
        """A page for a fault of ours; what happened stands in the log, not here."""
        return self._error(500, "Halaman ini gagal ditampilkan", "Tidak ada data yang berubah. Muat ulang halaman ini; bila tetap gagal, sampaikan kepada admin beserta waktunya.")

    def _error(self, status: int, title: str, text: str, headers: Any = None) -> Response:
        page = self._page("galat.html", title=title, text=text, status=status)
        page.status_code = status
        page.headers.update(headers or {})
        return page

    # -- helpers ---------------------------------------------------------------------------------

    def _page(self, template: str, **words: Any) -> HTMLResponse:
        words |= {"office_name": self._engine.settings.office_name}
        return HTMLResponse(self._templates.get_template(template).render(words))

    def _positions(self, people: People, person: Person) -> str:
        """Name the positions a person holds now, by the newest structure."""
        held = [h.position for h in people.holders if h.person_id == person.id and h.holds(self._engine.store.clock())]
        newest = self._reading.editions()[-1:]
        if not newest:
            return ", ".join(held)
        organisation = self._reading.plan(newest[0].revision_id, newest[0].organisation).organisation
        return ", ".join(organisation.name_of(position) for position in held)

    def _case_page(self, number: int) -> CasePage:
        view = self._reading.case(number)
        if view is None:
            raise HTTPException(404, f"Tidak ada kasus nomor {number}.")
        return CasePage(view, self._reading.people(), self._engine.store.clock())

    def _sent(self) -> list[MessageRow]:
        return [mail for mail in reversed(self._reading.messages()) if mail.state == "sent"]

    def _listed(self, mail: MessageRow) -> dict[str, Any]:
        prefix, bracket, about = mail.subject.rpartition("] ") if mail.subject.startswith("[") else ("", "", mail.subject)
        return {
            "id": mail.id,
            "kind": KINDS.get(mail.kind, mail.kind),
            "prefix": prefix + bracket.strip(),
            "about": about,
            "to": mail.to_name,
            "person": mail.person_id,
            "position": str(mail.context.get("penerima_jabatan", "")),
            "at": instant(mail.sent_at or mail.created_at, _ZONE),
            "case": mail.case_id,
        }

    def _to_stage(self, table: Any, number: int, what: str) -> Response:
        office = self._engine.office_id
        with self._engine.store.reading() as session:
            run = session.exec(
                select(StageRunRow)
                .join(table, (col(StageRunRow.office_id) == table.office_id) & (col(StageRunRow.id) == table.run_id))
                .where(table.office_id == office, table.id == number)
            ).first()
        if run is None:
            raise HTTPException(404, f"Tidak ada {what} nomor {number}.")
        return RedirectResponse(f"/kasus/{run.case_id}#tahap-{run.stage}", 303)


_REFUSALS = {
    400: ("Permintaan tidak dapat dilayani", "Periksa alamatnya, atau mulai dari beranda."),
    404: ("Halaman tidak ditemukan", "Alamatnya mungkin salah ketik, atau halaman ini belum tersedia."),
    405: ("Halaman ini hanya untuk dibaca", "Tidak ada yang dapat diubah dari sini; tidak ada yang berubah."),
}
