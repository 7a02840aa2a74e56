"""A whole SOP on a virtual clock, through the real storage, ticker and SMTP (design §10, `simulate`).

Nothing of the engine is replaced: only the clock, the people and their mailbox are ours. The same
file, year and choices give the same bytes.
"""

import hashlib
import itertools
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from notifications.sink import Sink
from sop_engine.application.answer_sign_off import approve
from sop_engine.application.appoint import appoint
from sop_engine.application.complete_task import complete_task
from sop_engine.application.load_edition import load_edition
from sop_engine.application.ports import Who
from sop_engine.application.ratify_edition import sign_edition
from sop_engine.application.set_up import add_person, load_document
from sop_engine.application.start_case import start_case
from sop_engine.domain.calendar import WorkCalendar
from sop_engine.domain.deadlines import planned_start
from sop_engine.domain.definition import Definition, Stage
from sop_engine.domain.flow import ON, SKIPPED, outcomes_of
from sop_engine.domain.indonesian import long_date
from sop_engine.domain.opening import not_before
from sop_engine.domain.organisation import Organisation
from sop_engine.domain.record import verify
from sop_engine.domain.state import Run, instant_of
from sop_engine.errors import Refusal
from sop_engine.files.calendars import national_calendar, read_decrees
from sop_engine.files.check import check_file
from sop_engine.settings import Settings
from sop_engine.storage.rows import CODECS
from sop_engine.wiring import Engine, install, open_engine

ADMIN = "Admin Simulasi"
_ACTIVE = f"SELECT {CODECS[Run].selected} FROM stage_runs WHERE office_id = ? AND state = 'active' ORDER BY id"
_NEXT_REMINDER = "SELECT MIN(at) FROM reminders WHERE office_id = ? AND state = 'armed'"


@dataclass
class Choices:
    """What the people of a simulation do otherwise than usual."""

    late: dict[str, int] = field(default_factory=dict)  # stage → working days after due
    outcomes: dict[str, list[str]] = field(default_factory=dict)  # stage → `tidak(ksb_kul)`, `ya`, …
    spare_minutes: int = 60  # people finish this long before due


class VirtualClock:
    """A clock that stands still until it is set."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def simulate(
    file: Path, *, year: int | None = None, start: date | None = None, choices: Choices | None = None
) -> dict[str, Any]:
    """Run a definition from its signature to its end; gives what happened (design §10's shape)."""
    checked = check_file(file).require()
    definition, organisation = checked.definition, checked.organisation
    year = year or int((definition.identity.effective_on or "2024")[:4])
    years = (year, start.year) if start else (year,)
    decrees = read_decrees(file.parent / "kalender")
    calendar_data = national_calendar(min(years) - 1, max(years) + 3, decrees)
    calendar = WorkCalendar(calendar_data, definition.schedule.zone)
    start_on = calendar.on_or_after(start or _first_day(definition, year, calendar))
    signed_on = calendar.on_or_before(start_on - timedelta(days=1))
    clock = VirtualClock(calendar.opening(signed_on))
    seed = f"{hashlib.sha256(file.read_bytes()).hexdigest()}/{year}"
    with tempfile.TemporaryDirectory(prefix="sop-simulasi-") as folder, Sink() as sink:
        settings = Settings(
            database_url=f"sqlite:///{folder}/sop.db",
            base_url="https://sop.simulasi.invalid",
            office="simulasi",
            office_name=organisation.name,
            smtp_host=sink.hostname,
            smtp_port=sink.port,
            mail_from="sop@simulasi.invalid",
        )
        install(settings, clock, seed)
        engine = open_engine(settings, clock, _salts(seed).__next__)
        try:
            office = _Office(engine, clock, calendar, definition, organisation, choices or Choices())
            office.set_up(file, calendar_data.model_dump_json())
            clock.at = calendar.opening(start_on)
            office.run(year)
            warnings = [problem.message for problem in checked.problems if problem.severity == "warning"]
            return office.report(warnings + _date_warnings(definition, signed_on))
        finally:
            engine.close()


def _first_day(definition: Definition, year: int, calendar: WorkCalendar) -> date:
    """The planned start or the year's first day; without clause 6 not before `tanggal_efektif`."""
    day = planned_start(definition.schedule, year, calendar) or date(year, 1, 1)
    effective = definition.identity.effective_on or ""
    if len(effective) < 10 or definition.clause_for("berlaku_saat_ditandatangani"):
        return day
    return max(day, date.fromisoformat(effective))


def _salts(seed: str) -> Iterator[str]:
    for number in itertools.count():
        yield hashlib.sha256(f"{seed}/{number}".encode()).hexdigest()[:32]


def _date_warnings(definition: Definition, signed_on: date) -> list[str]:
    printed = definition.identity.effective_on
    if printed in (None, signed_on.isoformat()):
        return []
    return [f"Tanggal efektif tercetak {printed}; simulasi menandatangani pada {long_date(signed_on)}."]


class _Office:
    """Fictitious people at work on one case."""

    def __init__(
        self,
        engine: Engine,
        clock: VirtualClock,
        calendar: WorkCalendar,
        definition: Definition,
        organisation: Organisation,
        choices: Choices,
    ) -> None:
        self.engine, self.clock, self.calendar, self.choices = engine, clock, calendar, choices
        self.definition, self.organisation = definition, organisation
        self.zone = ZoneInfo(definition.schedule.zone)
        self.stages = {stage.id: stage for stage in definition.stages()}
        self.people: dict[str, list[int]] = {}
        self.case_id = 0
        self.answers = {stage: iter(listed) for stage, listed in choices.outcomes.items()}
        self.worker = engine.worker(connections=1)
        self.ticker = engine.ticker(connections=1)  # so that mails leave in one order

    # -- before the case -------------------------------------------------------------------------

    def set_up(self, file: Path, calendar: str) -> None:
        """Load structure and calendar, appoint people, load the SOP as admin and sign it."""
        store, nobody = self.engine.store, self._who(0)
        structure = (file.parent / "organisasi" / f"{self.definition.organisation}.yaml").read_text("utf-8")
        load_document(store, nobody, "organisation", self.definition.organisation, structure)
        load_document(store, nobody, "calendar", "indonesia", calendar)
        for name, position in self.organisation.positions.items():
            if not position.outside:
                self._appoint(name)
        for body in self.organisation.bodies.values():
            inside = [member for member in body.members if member in self.people]
            while inside and sum(len(self.people[member]) for member in inside) < body.quorum:
                self._appoint(inside[-1])
        admin = add_person(store, nobody, ADMIN, "admin@simulasi.invalid", admin=True)["person"]
        loaded = load_edition(store, self._who(admin), file.read_text("utf-8"), lambda _: self.definition)
        ratifier = self.definition.identity.ratified_by.position
        sign_edition(store, self._who(self.people[ratifier][0]), loaded["edition"], loaded["digest"])
        self.edition_id = loaded["edition"]
        self.ticker.tick()

    def _appoint(self, position: str) -> None:
        held = self.people.setdefault(position, [])
        suffix = f" {len(held) + 1}" if held else ""
        person = add_person(
            self.engine.store,
            self._who(0),
            f"Pejabat {self.organisation.name_of(position)}{suffix}",
            f"{position}{suffix.strip()}@simulasi.invalid",
        )["person"]
        beside = bool(held) and self.organisation.is_head(position)  # the head of a unit is one person
        capacity, until = ("plh", self.clock.at + timedelta(days=3650)) if beside else ("definitif", None)
        appoint(self.engine.store, self._who(0), person, position, capacity, "SK simulasi", self.clock.at, until)
        held.append(person)

    def _who(self, person_id: int) -> Who:
        return Who(self.engine.office_id, person_id, "simulate", proof="sandi+totp")

    # -- the case --------------------------------------------------------------------------------

    def run(self, year: int) -> None:
        """Let people act and the ticker tick until the case has ended."""
        responsible = self.people[self.definition.responsible][0]
        cycle = self.definition.schedule.cycle
        answer = start_case(
            self.engine.store,
            self._who(responsible),
            self.edition_id,
            year=None if cycle == "per_permohonan" else year,
        )
        self.case_id = answer["case"]
        self.ticker.tick()
        while active := self._active():
            ready = [(self._finish_time(run), run) for run in active]
            now = min([at for at, _ in ready] + self._next_reminder())
            self.clock.at = max(self.clock.at, now)
            for at, run in ready:
                if at <= self.clock.at:
                    self._finish(run)
            self.ticker.tick()

    def _active(self) -> list[Run]:
        rows = self.engine.store.query(_ACTIVE, (self.engine.office_id,))
        return [CODECS[Run].read(row) for row in rows]

    def _next_reminder(self) -> list[datetime]:
        found = self.engine.store.query(_NEXT_REMINDER, (self.engine.office_id,))[0][0]
        return [instant_of(found)] if found else []

    def _finish_time(self, run: Run) -> datetime:
        """One working hour before due, halfway when less is left, one working hour without a due date."""
        spare, begun = self.choices.spare_minutes, self._begun(run)
        if run.due_at is None or run.due_at <= begun:
            return self.calendar.add_minutes(begun, 60)
        if run.stage in self.choices.late:
            return self.calendar.add_minutes(run.due_at, self.choices.late[run.stage] * 450)
        left = self.calendar.working_minutes(begun, run.due_at)
        worked = left - spare if left > spare else left // 2
        return self.calendar.add_minutes(begun, worked)

    def _begun(self, run: Run) -> datetime:
        """When work on a run counts from: its activation, or the opening of its `tidak_sebelum`."""
        stage = self.stages[run.stage]
        if stage.not_before is None:
            return run.activated_at
        day = self.engine.store.write(
            self.engine.office_id, lambda tx: not_before(tx.file_for_tick(self.case_id), stage)
        )
        return max(run.activated_at, self.calendar.opening(day)) if day else run.activated_at

    def _finish(self, run: Run) -> None:
        """Let the first position, or the first member of a body with all present, complete a run."""
        still = self.engine.store.query(
            "SELECT id, person_id FROM tasks WHERE office_id = ? AND run_id = ?"
            " AND state IN ('offered', 'claimed') ORDER BY id",
            (self.engine.office_id, run.id),
        )
        if not still:
            return  # a quorum has made it void meanwhile
        stage = self.stages[run.stage]
        body = self.organisation.bodies.get(run.slot or (stage.performers or ("",))[0])
        outcome, redo = self._outcome(stage)
        complete_task(
            self.engine.store,
            self._who(still[0][1]),
            still[0][0],
            outcome=outcome,
            redo=redo,
            result="\n".join(stage.outputs),
            note=self._note(stage, outcome),
            present=tuple(person for _, person in still) if body else (),
        )
        self._sign_all(run)

    def _note(self, stage: Stage, outcome: str) -> str:
        """What must be said with an outcome that skips the stage or leads back."""
        if outcome == SKIPPED:
            return "Tidak diperlukan."
        target = outcomes_of(stage).get(outcome)
        return "Perlu diperbaiki." if target and target.kind == "back" else ""

    def _outcome(self, stage: Stage) -> tuple[str, tuple[str, ...]]:
        """The outcome chosen for this time, with the slots to redo; else the first that does not go back."""
        ways = outcomes_of(stage)
        wanted = next(self.answers.get(stage.id, iter(())), None)
        if wanted is None:
            usual = (name for name, to in ways.items() if to.kind != "back" and name != SKIPPED)
            return next(usual, next(iter(ways))), ()
        outcome, _, slots = wanted.partition("(")
        outcome = outcome.strip()
        if stage.condition and not stage.decision:  # the answer to `bila`
            outcome = {"ya": ON, "tidak": SKIPPED}.get(outcome, outcome)
        return outcome, tuple(slot.strip() for slot in slots.rstrip(")").split(",") if slot.strip())

    def _sign_all(self, run: Run) -> None:
        """Signers sign at once, each asked in turn; the request has left by then."""
        while asked := self.engine.store.query(
            "SELECT s.id, s.position FROM sign_offs s WHERE s.office_id = ? AND s.run_id = ?"
            " AND s.state = 'requested' ORDER BY s.id",
            (self.engine.office_id, run.id),
        ):
            self.worker.drain_once(self.clock)
            number, position = asked[0]
            performed = self.engine.store.query(
                "SELECT performed_by, present FROM stage_runs WHERE office_id = ? AND id = ?",
                (self.engine.office_id, run.id),
            )[0]
            able = [
                p
                for p in self.people[position]
                if p != performed[0] and str(p) not in performed[1].strip("[]").split(",")
            ]
            if not able:
                name = self.organisation.name_of(position)
                raise Refusal(f"Simulasi berhenti: tidak ada {name} yang bukan pelaksana.")
            approve(self.engine.store, self._who(able[0]), number)

    # -- afterwards ------------------------------------------------------------------------------

    def report(self, warnings: list[str]) -> dict[str, Any]:
        """Tell what happened, in the shape others rely on."""
        reading = self.engine.reading
        view = reading.case(self.case_id)
        assert view is not None  # it was started above
        head = reading.office()
        verdict = verify(reading.entries(), head.genesis, head.head_seq, head.head_hash)
        runs = {run.id: run for run in view.runs}
        return {
            "case": {"status": view.case.state, "year": view.case.year},
            "edition": {"status": view.edition.state, "number": view.edition.number},
            "positions": {name: self.organisation.name_of(name) for name in self._positions()},
            "stages": [
                {
                    "id": run.stage,
                    "no": self.stages[run.stage].number,
                    "activity": self.stages[run.stage].activity,
                    "pass": run.pass_no,
                    "position": run.slot or ",".join(self.stages[run.stage].performers or ()),
                    "status": run.state,
                    "outcome": run.outcome,
                    "activated_at": self._local(run.activated_at),
                    "due_at": self._local(run.due_at),
                    "due": run.due_text,
                    "completed_at": self._local(run.ended_at),
                }
                for run in view.runs
            ],
            "sign_offs": [
                {
                    "stage": runs[asked.run_id].stage,
                    "pass": runs[asked.run_id].pass_no,
                    "position": asked.position,
                    "status": asked.state,
                    "at": self._local(asked.answered_at or asked.requested_at),
                }
                for asked in view.sign_offs
            ],
            "messages": [
                {
                    "kind": message.kind,
                    "to_position": message.to_position,
                    "stage": message.stage,
                    "subject": message.subject,
                    "status": message.state,
                    "at": self._local(message.created_at),
                }
                for message in reading.messages()
            ],
            "audit": {"entries": verdict.entries, "head": verdict.head, "verified": verdict.ok},
            "warnings": warnings,
        }

    def _positions(self) -> list[str]:
        return [*self.organisation.positions, *self.organisation.bodies]

    def _local(self, at: datetime | None) -> str | None:
        return at.astimezone(self.zone).isoformat() if at else None
