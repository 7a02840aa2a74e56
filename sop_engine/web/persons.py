"""An admin at the office's people: who they are, what they hold, who is away."""

from collections.abc import Callable

from fastapi import HTTPException
from fastapi.responses import Response

from sop_engine.application.absence import add_absence, end_absence
from sop_engine.application.appoint import appoint, end_appointment
from sop_engine.application.decide_proposal import ACTS
from sop_engine.application.ports import Answer, Who
from sop_engine.application.reset import reset
from sop_engine.application.set_up import add_person
from sop_engine.domain.indonesian import instant
from sop_engine.domain.people import CAPACITIES
from sop_engine.errors import Refusal
from sop_engine.web.access import Route
from sop_engine.web.looking import Number
from sop_engine.web.shell import Shell
from sop_engine.web.uploads import day_of, end_of, number_in, start_of
from sop_engine.web.visit import Visit, Visiting


class Persons:
    """The page of everybody, and what is done there."""

    def __init__(self, shell: Shell) -> None:
        self._shell, self._engine, self._reading = shell, shell.engine, shell.reading
        self._store = shell.engine.store
        self.routes = [
            Route("GET", "/orang", self.everybody),
            Route("POST", "/orang", self.add),
            Route("POST", "/orang/{number}/pulihkan", self.reset),
            Route("POST", "/orang/tunjuk", self.appoint),
            Route("POST", "/orang/akhiri", self.end),
            Route("POST", "/orang/absen", self.away),
            Route("POST", "/orang/hadir", self.back),
        ]

    def everybody(self, visit: Visiting) -> Response:
        """Persons, holders, absences."""
        return self._page(visit)

    def add(self, visit: Visiting) -> Response:
        """Write a person down."""

        def act(who: Who) -> Answer:
            name, email, nip = visit.said("nama"), visit.said("surel"), visit.said("nip") or None
            return add_person(self._store, who, name, email, nip, bool(visit.said("admin")))

        return self._do(visit, act)

    def reset(self, visit: Visiting, number: Number) -> Response:
        """Show a one-time token, once, to whoever hands it over."""
        person = self._reading.people().persons.get(number)
        if person is None:
            raise HTTPException(404, f"Tidak ada orang nomor {number}.")
        try:
            answer = reset(self._store, self._engine.prover, visit.who(), number, bool(visit.said("totp")))
        except Refusal as refusal:
            page = self._page(visit, refusal)
            page.status_code = 422
            return page
        waits = answer["status"] == "proposed"
        return self._shell.page(visit, "kode_sekali.html", person=person, token=answer["token"], waits=waits)

    def appoint(self, visit: Visiting) -> Response:
        """Let a person hold a position by a letter."""

        def act(who: Who) -> Answer:
            zone = self._shell.zone()
            since = start_of(day_of(visit, "mulai"), zone, self._store.clock())
            until, person = end_of(day_of(visit, "sampai"), zone), number_in(visit, "orang", "Orangnya")
            said = [visit.said(name) for name in ("jabatan", "kapasitas", "surat")]
            return appoint(self._store, who, person, said[0], said[1], said[2], since, until)

        return self._do(visit, act)

    def end(self, visit: Visiting) -> Response:
        """End a person's hold on a position."""

        def act(who: Who) -> Answer:
            until = end_of(day_of(visit, "sampai"), self._shell.zone()) or self._store.clock()
            return end_appointment(self._store, who, number_in(visit, "nomor", "Penunjukannya"), until)

        return self._do(visit, act)

    def away(self, visit: Visiting) -> Response:
        """Write down who is away and who stands in."""

        def act(who: Who) -> Answer:
            zone = self._shell.zone()
            since, until = start_of(day_of(visit, "mulai"), zone, self._store.clock()), day_of(visit, "sampai")
            person, other = number_in(visit, "orang", "Orangnya"), number_in(visit, "pengganti", "Penggantinya")
            ends = end_of(until, zone)
            if ends is None:
                raise Refusal("Hari terakhir ketidakhadiran belum diisi.", instead="Isi tanggalnya.")
            return add_absence(self._store, who, person, other, visit.said("surat"), since, ends)

        return self._do(visit, act)

    def back(self, visit: Visiting) -> Response:
        """End an absence early."""
        return self._do(visit, lambda who: end_absence(self._store, who, number_in(visit, "nomor", "Nomornya")))

    def _do(self, visit: Visit, act: Callable[[Who], Answer]) -> Response:
        def work() -> str:
            answer = act(visit.who())
            self._engine.follow_soon()
            return f"/orang?kabar={'orang-kedua' if answer.get('status') == 'proposed' else 'tercatat'}"

        return self._shell.act(work, lambda refusal: self._page(visit, refusal))

    def _page(self, visit: Visit, refusal: Exception | None = None) -> Response:
        people, now, zone = self._reading.people(), self._store.clock(), self._shell.zone()
        organisations = self._reading.organisations()
        places = {name: place.name for one in organisations for name, place in one.positions.items()}
        names = {person.id: person.name for person in people.persons.values()}
        return self._shell.page(
            visit,
            "orang.html",
            who=self._shell.everybody(),
            held=[one for one in people.holders if one.until_at is None or one.until_at > now],
            away=[one for one in people.absences if one.lasts(now)],
            following=self._reading.handing_over(now),
            waiting=sum(made.act in ACTS for made in self._reading.proposals()),
            names=names,
            places=dict(sorted(places.items(), key=lambda pair: pair[1])),
            capacities=CAPACITIES,
            at=lambda moment: instant(moment, zone) if moment else "",
            said=visit.said,
            refusal=refusal,
        )
