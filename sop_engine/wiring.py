"""The only place, with `simulation`, where real things are built and plugged together."""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from notifications.mailer import SmtpServer
from notifications.mime import Sender
from notifications.outbox import Worker
from sop_engine.application.checkpoint import daily_checkpoint
from sop_engine.application.each import each
from sop_engine.application.fire_reminders import fire_reminders
from sop_engine.application.hand_over import hand_over
from sop_engine.application.ports import Answer, Clock, Who
from sop_engine.application.ratify_edition import sweep_void
from sop_engine.application.request import forget_answers
from sop_engine.application.revise_edition import follow_revisions
from sop_engine.application.set_up import load_document
from sop_engine.application.verify_record import verify_record
from sop_engine.credentials import Credentials
from sop_engine.domain.calendar import CalendarData
from sop_engine.domain.definition import Definition, Schedule
from sop_engine.domain.organisation import Organisation
from sop_engine.domain.record import Verdict
from sop_engine.errors import DefinitionInvalid, Problem, StoreUnfit
from sop_engine.files.calendars import Decree, amended
from sop_engine.files.check import Checked, check, check_organisation
from sop_engine.files.reader import read
from sop_engine.scheduler import Ticker
from sop_engine.settings import Settings
from sop_engine.storage import schema, sqlite
from sop_engine.storage.installation import create_office, office_named
from sop_engine.storage.outbox import SqlOutbox
from sop_engine.storage.reading import Reading
from sop_engine.storage.record_view import recorded
from sop_engine.storage.sessions import Sessions
from sop_engine.storage.shelf import Shelf
from sop_engine.storage.store import SqliteStore, SqlStore


def utc_now() -> datetime:
    """Ask the machine what time it is; the only place that does."""
    return datetime.now(UTC)


@lru_cache(maxsize=64)  # what it gives is frozen, and a stored text is read at every change of people
def parse_definition(body: str) -> Definition:
    """Read a stored definition."""
    return read(body.encode(), "naskah", Definition)


@lru_cache(maxsize=16)
def parse_organisation(body: str) -> Organisation:
    """Read a stored organisation."""
    return read(body.encode(), "organisasi", Organisation)


@dataclass
class Engine:
    """A running installation: the store, the read side, the mail worker, who is signed in."""

    settings: Settings
    store: SqlStore
    office_id: int
    reading: Reading = field(init=False)
    outbox: SqlOutbox = field(init=False)
    sessions: Sessions = field(init=False)

    def __post_init__(self) -> None:
        self.reading = Reading(self.store, self.office_id)
        self.outbox = SqlOutbox(self.store)
        self.sessions = Sessions(self.store, self.office_id)

    @cached_property
    def prover(self) -> Credentials:
        """What passwords, codes and tokens are made and checked with."""
        return Credentials()

    def check_sop(self, data: bytes, name: str) -> Checked:
        """Check an SOP's bytes against the organisation that is loaded, and the persons in post now."""

        def loaded(wanted: str) -> tuple[Organisation | None, list[Problem]]:
            message = f"organisasi «{wanted}» belum dimuat; muat dahulu berkas organisasinya, `{wanted}.yaml`"
            known = self.reading.organisation(wanted)
            return known, [] if known else [Problem("ORGANISASI_TIDAK_ADA", message, "organisasi")]

        people, now = self.reading.people(), self.store.clock()
        held = {holder.position for holder in people.holders}
        staff = {place: frozenset(holder.person_id for holder in people.holders_of(place, now)) for place in held}
        return check(data, name, loaded, staff=staff)

    def load_organisation(self, who: Who, data: bytes, name: str, wanted: str = "") -> Answer:
        """Keep an organisation as the one in use, `wanted` its id if it must have one; signed editions keep theirs."""
        organisation, problems = check_organisation(data, name, wanted)
        if organisation is None or any(problem.severity == "error" for problem in problems):
            raise DefinitionInvalid(problems)
        answer = load_document(self.store, who, "organisation", organisation.id, data.decode("utf-8-sig"))
        return answer | {"title": organisation.name, "positions": len(organisation.positions)}

    def load_decree(self, who: Who, data: bytes, name: str, zone: str) -> Answer:
        """Lay a decree over the calendar in use."""
        decree = read(data, name, Decree)
        answer = self.keep_calendar(who, amended(self.reading.calendar(zone).data, [decree]))
        return answer | {"title": decree.name}

    def keep_calendar(self, who: Who, calendar: CalendarData) -> Answer:
        """Keep a calendar as the one in use."""
        return load_document(self.store, who, "calendar", "indonesia", calendar.model_dump_json())

    def verdict(self, checkpoints: dict[int, str] | None = None) -> Verdict:
        """Verify the office's record as it stands at this moment."""
        with recorded(self.store, self.office_id) as record:
            return verify_record(record, checkpoints)

    def worker(self, connections: int = 4) -> Worker:
        """Build the worker that sends what the outbox holds."""
        s = self.settings
        return Worker(
            self.outbox,
            SmtpServer(s.smtp_host, s.smtp_port, s.smtp_security, s.smtp_user, s.smtp_password),
            Sender(s.office_name, s.mail_from),
            base_address=s.base_url,
            owner=f"{os.getpid()}-{secrets.token_hex(4)}",
            connections=connections,
        )

    def follow(self) -> int:
        """Let open work follow the people, and cases the revisions or the end of their edition."""
        store, now = self.store, self.store.clock()
        return sum(each((lambda: hand_over(store, now), lambda: follow_revisions(store), lambda: sweep_void(store))))

    def tick(self) -> int:
        """Let what changed be followed, then fire what is due now."""
        return sum(each([self.follow, lambda: fire_reminders(self.store, self.store.clock())]))

    def witness(self) -> int:
        """Queue the day's checkpoint to the witnesses, if there are any."""
        addresses, name = self.settings.witness_addresses, self.settings.office_name
        if not addresses:
            return 0
        calendar = self.reading.calendar(Schedule().zone)
        return daily_checkpoint(self.store, self.office_id, name, addresses, calendar)

    def ticker(self, connections: int = 4) -> Ticker:
        """Build the ticker that fires reminders, drains the outbox and forgets old answers."""
        worker, clock = self.worker(connections), self.store.clock
        works: dict[str, Callable[[], object]] = {
            "reminders": self.tick,
            "checkpoint": self.witness,
            "outbox": lambda: worker.drain_once(clock),
            "answers": lambda: forget_answers(self.store, clock()),
        }
        return Ticker(works, self.settings.tick_seconds, self.store.beat)

    def close(self) -> None:
        """Let go of the database."""
        self.store.close()


def open_engine(
    settings: Settings, clock: Clock | None = None, salt: Callable[[], str] = lambda: secrets.token_hex(16)
) -> Engine:
    """Open an installation whose database `sop init` or `sop migrate` has made; StoreUnfit otherwise.

    Without a clock the machine's counts, on PostgreSQL the server's.
    """
    if not settings.on_postgres and not Path(settings.database_path).is_file():
        raise StoreUnfit(f"Belum ada basis data di {settings.database_path}. Siapkan dengan `sop init`.")
    store = _store(settings.database_url, clock, salt)
    try:
        store.check_schema()
        office_id = office_named(store, settings.office)
        if office_id is None:
            raise StoreUnfit(f"Kantor «{settings.office}» belum ada di basis data ini. Siapkan dengan `sop init`.")
    except StoreUnfit:
        store.close()
        raise
    return Engine(settings, store, office_id)


def install(settings: Settings, clock: Clock | None = None, installation: str | None = None) -> None:
    """Make the schema, its system chain and the office; an existing one is brought up to date."""
    if settings.on_postgres:
        _postgres("postgres_schema").migrate(settings.database_owner_url, settings.database_url)
    else:
        path = Path(settings.database_path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        schema.migrate(str(path))
    url = settings.database_owner_url if settings.on_postgres else settings.database_url
    store = _store(url, clock, lambda: secrets.token_hex(16))
    try:
        name = installation or secrets.token_hex(16)
        create_office(store, 0, "_sistem", "Instalasi", name)
        if office_named(store, settings.office) is None:
            taken = store.query("SELECT MAX(id) FROM offices")[0][0]
            create_office(store, int(taken) + 1, settings.office, settings.office_name, name)
    finally:
        store.close()


def _store(url: str, clock: Clock | None, salt: Callable[[], str]) -> SqlStore:
    shelf = Shelf(parse_definition, parse_organisation)
    if url.startswith("sqlite:///"):
        return SqliteStore(url.removeprefix("sqlite:///"), clock or utc_now, shelf, salt)
    store: SqlStore = _postgres("postgres").PostgresStore(url, clock, shelf, salt)
    return store


def _postgres(module: str) -> Any:
    try:
        return import_module(f"sop_engine.storage.{module}")
    except ModuleNotFoundError as error:
        raise StoreUnfit("Untuk PostgreSQL pasang dahulu tambahannya: pip install 'sop-engine[postgres]'.") from error


def journal() -> tuple[str, str, str]:
    """Tell which SQLite this is and how it writes: version, journal mode, synchronous level."""
    return (sqlite.driver.sqlite_version, *sqlite.journal())
