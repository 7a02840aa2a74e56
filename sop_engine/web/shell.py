"""What every page stands in: templates, words about people, answers to acts, and pages for what went wrong."""

import hashlib
import re
import secrets
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from sop_engine.domain.definition import Schedule
from sop_engine.domain.people import RATIFYING, People
from sop_engine.domain.plan import Plan
from sop_engine.domain.state import Edition
from sop_engine.errors import KeyReused, Refusal, StaleVersion
from sop_engine.storage.sessions import Said
from sop_engine.web.access import Route
from sop_engine.web.case_page import CasePage, printed
from sop_engine.web.flow_drawing import sign, symbol
from sop_engine.web.standings import LABELS, STATES
from sop_engine.web.visit import Visit
from sop_engine.wiring import Engine

HERE = Path(__file__).parent
TOLD = {  # what a page says after an act led to it: `?kabar=…`
    "diambil": "Tugas ini sekarang milik Saudara.",
    "dilepas": "Tugas dilepaskan dan ditawarkan kembali.",
    "disimpan": "Pekerjaan disimpan. Saudara dapat melanjutkannya kapan saja.",
    "terlampir": "Berkas terlampir, dan yang Saudara tulis disimpan.",
    "berkas-ditarik": "Berkas ditarik kembali dan isinya dihapus; bahwa pernah terlampir tetap tercatat.",
    "diajukan": "Pekerjaan diajukan dan sekarang menunggu pengesahan.",
    "selesai": "Tugas selesai. Tahap berikutnya sudah dibuka dan pelaksananya diberi tahu.",
    "tamat": "Tugas selesai; semua tahap kasus ini telah selesai.",
    "dialihkan": "Tugas dialihkan; penerimanya diberi tahu melalui surel.",
    "ditarik": "Tugas ditarik kembali.",
    "disahkan": "Disahkan. Tahap berikutnya dibuka dan yang mengajukan diberi tahu.",
    "dikembalikan": "Dikembalikan dengan alasan Saudara; putaran berikutnya sudah dibuka.",
    "berlaku": "Ditandatangani. SOP ini berlaku, dan kepala setiap unit diberi tahu.",
    "sandi": "Kata sandi diganti. Di peramban lain Saudara harus masuk lagi.",
    "kode": "Kode autentikator aktif. Mulai sekarang kode diminta setiap kali masuk dan mengesahkan.",
    "dimuat": "Naskah dimuat sebagai rancangan; berikutnya ditandatangani pejabat yang mengesahkan.",
    "diusulkan": "Usulan dicatat dan disampaikan kepada pejabat yang mengesahkan.",
    "dimulai": "Kasus dimulai; penugasan disampaikan melalui surel.",
    "dibatalkan": "Kasus dibatalkan; tugas yang terbuka ditarik.",
    "direvisi": "Ditandatangani. Perubahan berlaku saat ini juga; kasus yang berjalan menyesuaikan satu per satu.",
    "batal": "SOP ini dinyatakan batal seluruhnya; semua yang terlibat diberi tahu.",
    "diterima": "Penerimaan SOP oleh unit Saudara dicatat.",
    "disetujui": "Disetujui dan dilaksanakan; kedua pihak diberi tahu.",
    "tercatat": "Tercatat. Tugas yang terbuka mengikuti dengan sendirinya.",
    "orang-kedua": "Diusulkan. Ini menyangkut jabatan yang mengesahkan, jadi menunggu persetujuan orang kedua.",
    "usulan-ditarik": "Usulan ditarik; tidak ada yang berubah.",
    "organisasi": "Organisasi dimuat. SOP yang sudah ditandatangani tetap memakai strukturnya sendiri.",
    "kalender": "Kalender diperbarui menurut keputusan itu.",
    "keluar": "Saudara sudah keluar.",
}


class Shell:
    """Makes pages of one installation."""

    def __init__(self, engine: Engine, demo_command: str, revised: Callable[[str], str] = str) -> None:
        self.engine, self.reading, self.demo_command = engine, engine.reading, demo_command
        self.revised = revised  # an example of a revision, in a demo
        self._known: dict[str, list[re.Pattern[str]]] = {"GET": [], "POST": []}  # our own addresses
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        style = hashlib.sha256((HERE / "static" / "gaya.css").read_bytes()).hexdigest()[:8]
        export, _, program = demo_command.partition("\n")
        self._templates.globals |= {"sign": sign, "symbol": symbol, "labels": LABELS, "states": STATES}
        self._templates.globals |= {"style": f"/statis/gaya.css?v={style}", "office_name": engine.settings.office_name}
        self._templates.globals |= {"demo": bool(demo_command), "export": export, "program": program}
        self._templates.globals |= {"new_key": lambda: secrets.token_hex(16)}
        self._templates.filters |= {"breakable": _breakable, "printed": printed}

    def know(self, routes: Iterable[Route]) -> None:
        """Remember which addresses are ours."""
        for route in routes:
            self._known[route.method].append(compile_path(route.path)[0])

    def page(self, visit: Visit | None, template: str, status: int = 200, **words: Any) -> HTMLResponse:
        """Render a page for who visits."""
        told = TOLD.get(visit.request.query_params.get("kabar", ""), "") if visit else ""
        words = {"visit": visit, "told": told, "refusal": None} | words
        return HTMLResponse(self._templates.get_template(template).render(words), status)

    def act(self, work: Callable[[], str], again: Callable[[Exception], Response]) -> Response:
        """Do something, then lead to the page it names; a refusal shows the form again, as it was typed."""
        try:
            return RedirectResponse(work(), 303)
        except (Refusal, KeyReused) as refusal:
            page = again(refusal)
            page.status_code = 409 if isinstance(refusal, StaleVersion | KeyReused) else 422
            return page

    def safe(self, address: str, method: str = "GET") -> str:
        """Give an address if it is one of ours; '' for any other, so that nobody is led elsewhere."""
        plain = re.fullmatch(r"/(?!/)[a-z0-9/_-]*", address)
        return address if plain and any(known.match(address) for known in self._known[method]) else ""

    # -- forms that were sent too late -----------------------------------------------------------

    def carried(self, visit: Visit, action: str = "") -> list[tuple[str, str]]:
        """What the sign-in form keeps of another form: its address and what was typed there."""
        if not action:  # carried already
            kept = [name for name in dict.fromkeys(visit.form) if name == "_ke" or name.startswith("isi.")]
            return [(name, said) for name in kept for said in visit.all_said(name)]
        typed = [(f"isi.{name}", said) for name, listed in visit.typed().items() for said in listed]
        return [("_ke", action), *typed]

    def arrive(self, visit: Visit, to: str) -> Response:
        """Lead who has just signed in to where they wanted; a form they sent before is shown to be sent now."""
        action = self.safe(visit.said("_ke"), "POST")
        if not action:
            return RedirectResponse(to or "/tugas", 303)
        typed = {name[4:]: visit.all_said(name) for name in visit.form if name.startswith("isi.")}
        return self.again(visit, action, typed)

    def again(self, visit: Visit, action: str, typed: Said, status: int = 200) -> Response:
        """Show a form that was sent from a page of an ended session, to be looked at and sent again."""
        return self.page(visit, "ulangi.html", status, action=action, typed=typed)

    # -- what pages ask for ----------------------------------------------------------------------

    def case(self, number: int) -> CasePage:
        """Give a case as it stands now; 404 where there is none."""
        view = self.reading.case(number)
        if view is None:
            raise HTTPException(404, f"Tidak ada kasus nomor {number}.")
        return CasePage(view.plan, view, self.reading.people(), self.engine.store.clock())

    def edition(self, number: int) -> Edition:
        """Give an edition; 404 where there is none."""
        found = next((edition for edition in self.reading.editions() if edition.id == number), None)
        if found is None:
            raise HTTPException(404, f"Tidak ada edisi SOP nomor {number}.")
        return found

    def ratifiers(self, plan: Plan) -> list[int]:
        """List who may sign, revise and void an SOP now."""
        position, now = plan.definition.identity.ratified_by.position, self.engine.store.clock()
        acting = self.reading.people().acting_in(position, now)
        return [one.person_id for one in acting if one.capacity in RATIFYING]

    def to_ratify(self, person_id: int) -> int:
        """Count the drafts and changed texts that wait for a person's signature."""
        editions = {edition.id: edition for edition in self.reading.editions()}
        asked = [made.arguments["edition"] for made in self.reading.proposals() if made.act == "revise"]
        waiting = [editions[number] for number in asked] + [one for one in editions.values() if one.state == "draft"]
        plans = (self.reading.plan(one.revision_id, one.organisation) for one in waiting)
        return sum(person_id in self.ratifiers(plan) for plan in plans)

    def newest_plan(self) -> Plan | None:
        """Give the plan of the edition loaded last."""
        newest = self.reading.editions()[-1:]
        return self.reading.plan(newest[0].revision_id, newest[0].organisation) if newest else None

    def zone(self) -> str:
        """Give the office's zone, as its newest SOP says."""
        plan = self.newest_plan()
        return plan.zone if plan else Schedule().zone

    def positions(self, people: People, person_id: int) -> str:
        """Name the positions a person holds now, by the newest edition's structure."""
        now, plan = self.engine.store.clock(), self.newest_plan()
        held = [h.position for h in people.holders if h.person_id == person_id and h.holds(now)]
        return "; ".join(plan.organisation.name_of(position) if plan else position for position in held)

    def everybody(self) -> list[tuple[Any, str]]:
        """List every person with their positions."""
        people = self.reading.people()
        return [(person, self.positions(people, person.id)) for person in people.persons.values()]

    def person_at(self, address: str) -> int:
        """Give whose e-mail address this is; 0 for nobody's, whose proof takes as long and fails in the same words."""
        persons = self.reading.people().persons.values()
        return next((person.id for person in persons if person.email.casefold() == address.casefold()), 0)

    # -- what could not be shown -----------------------------------------------------------------

    async def refused(self, request: Request, error: Exception) -> Response:
        """A page for an address that is not there, or a way of asking that is not allowed."""
        assert isinstance(error, HTTPException)  # registered for nothing else
        title, text = _REFUSALS.get(error.status_code, _REFUSALS[400])
        ours = error.status_code in (403, 404) and error.detail not in ("Not Found", "Forbidden")
        return self.error(request, error.status_code, title, error.detail if ours else text, error.headers)

    async def misread(self, request: Request, error: Exception) -> Response:
        """A page for an address whose number is none."""
        return self.error(request, 404, "Nomor pada alamat tidak dapat dibaca", "Tulis angka saja, misalnya /kasus/12.")

    async def broken(self, request: Request, error: Exception) -> Response:
        """A page for a fault of ours; what happened stands in the log, not here."""
        return self.error(request, 500, "Halaman ini gagal ditampilkan", _OUR_FAULT)

    def error(self, request: Request, status: int, title: str, text: str, headers: Any = None) -> Response:
        """Say what is wrong and what to do."""
        visit = getattr(request.state, "visit", None)
        page = self.page(visit, "galat.html", status, title=title, text=text, code=status)
        page.headers.update(headers or {})
        return page


def _breakable(text: str) -> Markup:
    """Escape a text and let its long words break after a slash."""
    return escape(text).replace("/", Markup("/<wbr>"))


_REFUSALS = {
    400: (
        "Permintaan tidak dapat dilayani",
        "Periksa alamatnya, atau mulai dari beranda. Kirim paling banyak 8 berkas sekaligus.",
    ),
    403: ("Tidak diizinkan", "Mulailah dari halaman kami; tidak ada yang berubah."),
    404: ("Halaman tidak ditemukan", "Alamatnya mungkin salah ketik, atau halaman ini belum tersedia."),
    405: ("Halaman ini hanya untuk dibaca", "Tidak ada yang dapat diubah dari sini; tidak ada yang berubah."),
}
_OUR_FAULT = (
    "Tidak ada data yang berubah. Muat ulang halaman ini; bila tetap gagal, sampaikan kepada admin beserta waktunya."
)
