"""The office's books: calendar, record, queue of mail; and a case's beginning and untimely end."""

from datetime import date
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import Response

from sop_engine.application.start_case import YEARLY, cancel_case, start_case
from sop_engine.domain.indonesian import day_date, instant
from sop_engine.domain.record import Verdict
from sop_engine.errors import DefinitionInvalid, Problem, Refusal
from sop_engine.files.guard import format_of
from sop_engine.web.access import Route
from sop_engine.web.looking import Number
from sop_engine.web.record_words import Names, entry_words
from sop_engine.web.shell import Shell
from sop_engine.web.uploads import day_of, number_in, uploaded
from sop_engine.web.visit import Visit, Visiting

SHOWN = 100  # entries or mails on one page
Year = Annotated[int | None, Query(ge=2000, le=2100)]
From = Annotated[int | None, Query(ge=1, lt=2**53)]
_OTHER = Refusal(
    "Berkas ini bukan organisasi dan bukan keputusan hari libur.",
    instead="Baris pertamanya harus `format: organisasi/1` atau `format: kalender/1`. SOP dimuat di halaman SOP.",
)


class Books:
    """What an admin looks up, and starting or cancelling a case."""

    def __init__(self, shell: Shell) -> None:
        self._shell, self._engine, self._reading = shell, shell.engine, shell.reading
        self._store = shell.engine.store
        self.routes = [
            Route("GET", "/kalender", self.calendar),
            Route("POST", "/kalender", self.load),
            Route("GET", "/catatan", self.record),
            Route("POST", "/catatan/periksa", self.verify),
            Route("GET", "/antrean", self.queue),
            Route("GET", "/edisi/{number}/mulai", self.starting),
            Route("POST", "/edisi/{number}/mulai", self.start),
            Route("GET", "/kasus/{number}/batal", self.cancelling),
            Route("POST", "/kasus/{number}/batal", self.cancel),
        ]

    def calendar(self, visit: Visiting, tahun: Year = None) -> Response:
        """The days off of a year."""
        return self._calendar(visit, tahun)

    def load(self, visit: Visiting) -> Response:
        """Load an organisation or a decree, by what the file says it is."""
        problems: list[Problem] = []

        def work() -> str:
            data = uploaded(visit, "berkas")
            kind = format_of(data)
            try:
                if kind == "organisasi":
                    self._engine.load_organisation(visit.who(), data, "berkas")
                    return "/kalender?kabar=organisasi"
                if kind == "kalender":
                    self._engine.load_decree(visit.who(), data, "berkas", self._shell.zone())
                    return "/kalender?kabar=kalender"
            except DefinitionInvalid as invalid:
                problems.extend(invalid.problems)
                raise Refusal("Berkas ini belum dapat dipakai.", instead="Perbaiki yang disebut di bawah.") from None
            raise _OTHER

        return self._shell.act(work, lambda refusal: self._calendar(visit, None, refusal, problems))

    def _calendar(
        self, visit: Visit, year: int | None, refusal: Exception | None = None, problems: list[Problem] | None = None
    ) -> Response:
        known = self._reading.calendar(self._shell.zone())
        year = year or known.local_day(self._store.clock()).year
        days = known.days_off_between(date(year, 1, 1), date(year, 12, 31))
        return self._shell.page(
            visit,
            "kalender.html",
            year=year,
            days=[(day_date(off), name) for off, name in days],
            decree=known.data.confirmed.get(year),
            organisations=self._reading.organisations(),
            problems=problems or [],
            refusal=refusal,
        )

    def record(self, visit: Visiting, dari: From = None) -> Response:
        """The record in words, the newest entry first."""
        return self._record(visit, dari)

    def verify(self, visit: Visiting) -> Response:
        """Verify the whole record and say what was found."""
        return self._record(visit, None, self._engine.verdict())

    def _record(self, visit: Visit, last: int | None, verdict: Verdict | None = None) -> Response:
        head = self._reading.office()
        last = min(last or head.head_seq, head.head_seq)
        events = self._reading.events_until(last, SHOWN)
        cases = {number: self._shell.case(number).known for number in {event["case"] for event in events} if number}
        zone, office = self._shell.zone(), self._names()
        return self._shell.page(
            visit,
            "catatan.html",
            entries=[entry_words(event, cases.get(event["case"], office), zone) for event in events],
            head=head,
            last=last,
            step=SHOWN,
            verdict=verdict,
        )

    def _names(self) -> Names:
        people, plan = self._reading.people().persons, self._shell.newest_plan()
        return Names(
            person=lambda number: people[number].name if number in people else f"orang nomor {number}",
            position=plan.organisation.name_of if plan else str,
            stages={},
            stage_of_run={},
        )

    def queue(self, visit: Visiting) -> Response:
        """The mails that wait, and those given up."""
        waiting, oldest, failed = self._reading.unsent()
        zone, mails = self._shell.zone(), self._reading.unsent_mails(SHOWN)
        return self._shell.page(
            visit,
            "antrean.html",
            waiting=waiting,
            failed=failed,
            oldest=instant(oldest, zone) if oldest else "",
            mails=[(mail, instant(mail.created_at, zone)) for mail in mails],
        )

    # -- a case ----------------------------------------------------------------------------------

    def starting(self, visit: Visiting, number: Number) -> Response:
        """What must be said to start a case."""
        return self._starting(visit, number)

    def start(self, visit: Visiting, number: Number) -> Response:
        """Start a case of an edition."""

        def work() -> str:
            limits = {name[6:]: day for name in visit.form if name[:6] == "batas." and (day := day_of(visit, name))}
            year = number_in(visit, "tahun", "Tahunnya") if visit.said("tahun") else None
            answer = start_case(self._store, visit.who(), number, year=year, limits=limits)
            return f"/kasus/{answer['case']}?kabar=dimulai"

        return self._shell.act(work, lambda refusal: self._starting(visit, number, refusal))

    def _starting(self, visit: Visit, number: int, refusal: Exception | None = None) -> Response:
        edition = self._shell.edition(number)
        definition = self._reading.plan(edition.revision_id, edition.organisation).definition
        words: dict[str, Any] = {"limits": [one for one in definition.schedule.limits if one.given_at_start]}
        words |= {"stages": {stage.id: stage for stage in definition.stages()}, "said": visit.said}
        yearly = definition.schedule.cycle in YEARLY
        return self._shell.page(
            visit, "mulai.html", edition=edition, definition=definition, yearly=yearly, refusal=refusal, **words
        )

    def cancelling(self, visit: Visiting, number: Number) -> Response:
        """Ask for the reason to cancel a case."""
        return self._shell.page(visit, "batal_kasus.html", page=self._shell.case(number), reason="")

    def cancel(self, visit: Visiting, number: Number) -> Response:
        """Cancel a case as whichever allowed position the person holds."""
        page, reason = self._shell.case(number), visit.said("alasan")

        def work() -> str:
            who, definition = visit.who(), page.plan.definition
            allowed = (definition.responsible, definition.identity.ratified_by.position)
            held = self._reading.people().positions_of(who.person_id, self._store.clock())
            position = next((one for one in allowed if one in held), allowed[0])
            cancel_case(self._store, who, number, position, reason)
            return f"/kasus/{number}?kabar=dibatalkan"

        return self._shell.act(
            work, lambda refusal: self._shell.page(visit, "batal_kasus.html", page=page, reason=reason, refusal=refusal)
        )
