"""The read-only web: what runs here, a case with its live position, and in a demo everybody's mail.

GET and HEAD only; no request changes anything. A demo also shows the inbox of every mail and what to
type next; elsewhere nobody's mail is shown.
"""

import hashlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Query, Request
from fastapi import Path as InPath
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from notifications.sink import read_mail
from sop_engine.domain.definition import Schedule
from sop_engine.domain.indonesian import instant
from sop_engine.domain.people import People
from sop_engine.domain.plan import Plan
from sop_engine.domain.state import SignOff, Task
from sop_engine.storage.reading import Mail
from sop_engine.web.case_page import CasePage, DocumentPage, printed
from sop_engine.web.flow_drawing import sign, symbol
from sop_engine.web.guard import Guard, policy
from sop_engine.web.mail_page import KINDS, frame_height, style_sources
from sop_engine.web.standings import LABELS, STATES
from sop_engine.web.try_it import commands_of
from sop_engine.wiring import Engine

_HERE = Path(__file__).parent
_ON_THIS_MACHINE = ("127.0.0.1", "localhost", "[::1]")
Number = Annotated[int, InPath(ge=1, lt=2**53)]
Recipient = Annotated[str, Query(pattern=r"^[0-9]{0,15}$")]


def create_app(engine: Engine, demo_command: str = "") -> ASGIApp:
    """Build the web of one installation.

    `demo_command` makes it a demo's: one line that sets the shell up, one that calls the program.
    """
    app = FastAPI(openapi_url=None)  # and with it no docs
    pages = _Pages(engine, demo_command)
    routes: dict[str, Callable[..., Response]] = {
        "/": pages.home,
        "/kasus/{number}": pages.case,
        "/edisi/{number}": pages.edition,
        "/tugas/{number}": pages.task,
        "/pengesahan/{number}": pages.sign_off,
    }
    if demo_command:
        routes |= {"/surel": pages.inbox, "/surel/{number}": pages.mail}
    for path, page in routes.items():
        app.add_api_route(path, page, methods=["GET", "HEAD"], response_class=HTMLResponse)
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
        style = hashlib.sha256((_HERE / "static" / "gaya.css").read_bytes()).hexdigest()[:8]
        export, _, program = demo_command.partition("\n")
        self._templates.globals |= {"sign": sign, "symbol": symbol, "labels": LABELS, "states": STATES}
        self._templates.globals |= {"style": f"/statis/gaya.css?v={style}", "office_name": engine.settings.office_name}
        self._templates.globals |= {"demo": bool(demo_command), "export": export, "program": program}
        self._templates.filters |= {"breakable": _breakable, "printed": printed}

    # -- pages -----------------------------------------------------------------------------------

    def home(self) -> Response:
        """What runs here, and in a demo who to be and what to type."""
        editions = {edition.id: edition for edition in self._reading.editions()}
        cases = [(case, editions[case.edition_id]) for case in reversed(self._reading.cases())]
        if not self._demo_command:
            return self._page("beranda.html", cases=cases)
        people = self._reading.people()
        return self._page(
            "beranda.html",
            cases=cases,
            mails=len(self._sent()),
            who=[(person, self._positions(people, person.id)) for person in people.persons.values()],
            tries=commands_of(self._case(cases[0][0].id)) if cases else [],
        )

    def case(self, number: Number) -> Response:
        """A case: where it stands, its table, its passes and its record."""
        page = self._case(number)
        return self._page(
            "kasus.html",
            page=page,
            record=page.record(self._reading.events(number)),
            head=self._reading.office(),
            tries=commands_of(page) if self._demo_command else [],
        )

    def edition(self, number: Number) -> Response:
        """An edition: its document, the table without a position."""
        found = next((edition for edition in self._reading.editions() if edition.id == number), None)
        if found is None:
            raise HTTPException(404, f"Tidak ada edisi SOP nomor {number}.")
        page = DocumentPage(self._reading.plan(found.revision_id, found.organisation))
        signer = self._reading.people().persons.get(found.signed_by or 0)
        signed = f"{signer.name}, {instant(found.signed_at, page.plan.zone)}" if signer and found.signed_at else ""
        cases = [case for case in self._reading.cases() if case.edition_id == number]
        return self._page("edisi.html", page=page, edition=found, signed=signed, cases=cases)

    def task(self, number: Number) -> Response:
        """Where a mail about a task leads: its stage on the case's page."""
        return self._to_stage(Task, number, "tugas")

    def sign_off(self, number: Number) -> Response:
        """Where a mail about a sign-off leads."""
        return self._to_stage(SignOff, number, "permintaan pengesahan")

    def inbox(self, kepada: Recipient = "") -> Response:
        """Every mail sent, the newest first, of one recipient if asked."""
        sent, people = self._sent(), self._reading.people()
        chosen = people.persons.get(int(kepada or 0))
        if kepada and not chosen:
            raise HTTPException(404, f"Tidak ada orang nomor {kepada} di kantor ini.")
        counts = Counter(mail.person_id for mail in sent)
        told = [person for person in people.persons.values() if counts[person.id]]
        return self._page(
            "surat_masuk.html",
            mails=[self._listed(mail) for mail in sent if not chosen or mail.person_id == chosen.id],
            recipients=[(person, self._positions(people, person.id), counts[person.id]) for person in told],
            chosen=chosen,
            total=len(sent),
            waiting=self._reading.unsent()[0],
        )

    def mail(self, number: Number) -> Response:
        """One mail, as its recipient got it: the frozen bytes taken apart."""
        found = next((mail for mail in self._sent() if mail.id == number), None)
        if found is None or found.body is None:
            raise HTTPException(404, f"Tidak ada surel nomor {number}.")
        parts, link = read_mail("", [], found.body), found.context.get("tautan", "")
        height = frame_height(parts.text)
        page = self._page("surat.html", mail=self._listed(found), parts=parts, link=link, height=height)
        page.headers["Content-Security-Policy"] = policy(style_src=f"'self' {style_sources(parts.html)}")
        return page

    # -- what could not be shown -----------------------------------------------------------------

    async def refused(self, request: Request, error: Exception) -> Response:
        """A page for an address that is not there, or a way of asking that is not allowed."""
        assert isinstance(error, HTTPException)  # registered for nothing else
        title, text = _REFUSALS.get(error.status_code, _REFUSALS[400])
        ours = error.status_code == 404 and error.detail != "Not Found"
        return self._error(error.status_code, title, error.detail if ours else text, error.headers)

    async def misread(self, request: Request, error: Exception) -> Response:
        """A page for an address whose number is none."""
        return self._error(404, "Nomor pada alamat tidak dapat dibaca", "Tulis angka saja, misalnya /kasus/12.")

    async def broken(self, request: Request, error: Exception) -> Response:
        """A page for a fault of ours; what happened stands in the log, not here."""
        return self._error(500, "Halaman ini gagal ditampilkan", _OUR_FAULT)

    def _error(self, status: int, title: str, text: str, headers: Any = None) -> Response:
        page = self._page("galat.html", title=title, text=text, status=status)
        page.status_code = status
        page.headers.update(headers or {})
        return page

    # -- what pages ask for ----------------------------------------------------------------------

    def _page(self, template: str, **words: Any) -> HTMLResponse:
        return HTMLResponse(self._templates.get_template(template).render(words))

    def _case(self, number: int) -> CasePage:
        view = self._reading.case(number)
        if view is None:
            raise HTTPException(404, f"Tidak ada kasus nomor {number}.")
        return CasePage(view.plan, view, self._reading.people(), self._engine.store.clock())

    def _newest_plan(self) -> Plan | None:
        newest = self._reading.editions()[-1:]
        return self._reading.plan(newest[0].revision_id, newest[0].organisation) if newest else None

    def _positions(self, people: People, person_id: int) -> str:
        """Name the positions a person holds now, by the newest edition's structure."""
        now, plan = self._engine.store.clock(), self._newest_plan()
        held = [h.position for h in people.holders if h.person_id == person_id and h.holds(now)]
        return "; ".join(plan.organisation.name_of(position) if plan else position for position in held)

    def _sent(self) -> list[Mail]:
        return [mail for mail in reversed(self._reading.messages()) if mail.state == "sent"]

    def _listed(self, mail: Mail) -> dict[str, Any]:
        plan = self._newest_plan()
        zone = plan.zone if plan else Schedule().zone
        prefix, bracket, about = mail.subject.partition("] ")  # `[SOP …] Penugasan: …`
        return {
            "id": mail.id,
            "kind": KINDS.get(mail.kind, mail.kind),
            "prefix": prefix + bracket if bracket else "",
            "about": about or prefix,
            "to": mail.to_name,
            "person": mail.person_id,
            "position": str(mail.context.get("penerima_jabatan", "")),
            "at": instant(mail.sent_at or mail.created_at, zone),
        }

    def _to_stage(self, kind: type[Task] | type[SignOff], number: int, what: str) -> Response:
        run = self._reading.run_of(kind, number)
        if run is None:
            raise HTTPException(404, f"Tidak ada {what} nomor {number}.")
        return RedirectResponse(f"/kasus/{run.case_id}#tahap-{run.stage}", 303)


def _breakable(text: str) -> Markup:
    """Escape a text and let its long words break after a slash."""
    return escape(text).replace("/", Markup("/<wbr>"))


_REFUSALS = {
    400: ("Permintaan tidak dapat dilayani", "Periksa alamatnya, atau mulai dari beranda."),
    404: ("Halaman tidak ditemukan", "Alamatnya mungkin salah ketik, atau halaman ini belum tersedia."),
    405: ("Halaman ini hanya untuk dibaca", "Tidak ada yang dapat diubah dari sini; tidak ada yang berubah."),
}
_OUR_FAULT = (
    "Tidak ada data yang berubah. Muat ulang halaman ini; bila tetap gagal, sampaikan kepada admin beserta waktunya."
)
