"""Every table, declared in SQLModel. Rows carry their office; `(office_id, id)` is the key.

What the domain has a dataclass for is declared once, there: `_table` gives it a column per field.
Declarations only: `rows.py` translates to domain values, `guards.py` holds the triggers.
"""

import re
from datetime import datetime
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from sqlalchemy import CheckConstraint as Check
from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import declared_attr
from sqlmodel import SQLModel

from sop_engine.domain.identity import Credential, Token
from sop_engine.domain.people import Absence, Holder
from sop_engine.domain.state import (
    Attachment,
    Case,
    Edition,
    Message,
    Person,
    Proposal,
    Reminder,
    Revision,
    Run,
    SignOff,
    Task,
    Written,
)
from sop_engine.storage.columns import blob, instant, key, listing, state_check, text, whole

STRICT = {"sqlite_strict": True, "sqlite_with_rowid": False}
STRICT_ROWID = {"sqlite_strict": True}


def _belongs(table: str, column: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["office_id", column], [f"{table}.office_id", f"{table}.id"])


def _some(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over the rows that satisfy a condition, on either database."""
    return Index(name, *columns, unique=unique, sqlite_where=sql(where), postgresql_where=sql(where))


class _Row(SQLModel):
    """A row of the table that is named after it: StageRunRow of stage_runs."""

    @declared_attr.directive
    def __tablename__(cls) -> str:
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__.removesuffix("Row")).lower() + "s"


class _OfOffice(_Row):
    office_id: int = key(foreign_key="offices.id")


class _Within(_Row):
    """Belongs to something of the same office, and to the office by that."""

    office_id: int = key()


def _column(hint: Any, in_key: bool) -> tuple[Any, Any]:
    """Give the annotation and the column of a field; one that may be None has that as its default."""
    kinds = {int: whole, str: text, datetime: instant}
    bare = next((kind for kind in get_args(hint) if kind in kinds), None) if NoneType in get_args(hint) else None
    if bare:
        return hint, kinds[bare](None)
    if hint in kinds:
        return hint, (key() if hint is int else kinds[hint](primary_key=True)) if in_key else kinds[hint]()
    return (dict[str, Any] if get_origin(hint) is dict else list[Any]), listing()


def _table(
    cls: type[Any], name: str, *args: Any, within: bool = False, rowid: bool = False,
    keys: tuple[str, ...] = ("id",), **more: tuple[Any, Any],
) -> None:  # fmt: skip
    """Declare the table of a dataclass: the office, a column per field in its order, then those that only rows have."""
    columns = {field: _column(hint, field in keys) for field, hint in get_type_hints(cls).items() if field != "table"}
    columns |= more
    body: dict[str, Any] = {field: column for field, (_, column) in columns.items()}
    body |= {"__annotations__": {field: hint for field, (hint, _) in columns.items()}}
    body |= {"__tablename__": name, "__table_args__": (*args, STRICT_ROWID if rowid else STRICT)}
    body |= {"__module__": __name__}
    declare: Any = type(SQLModel)
    declare(f"{cls.__name__}Row", (_Within if within else _OfOffice,), body, table=True)


class OfficeRow(_Row, table=True):
    """An office and the head of its chain; office 0 is the installation itself."""

    __table_args__ = (Check("head_seq >= 0 AND next_id > 0", name="offices_counters"), STRICT_ROWID)
    id: int = key()
    slug: str = text(unique=True)
    name: str = text()
    genesis: str = text()
    head_seq: int = whole()
    head_hash: str = text()
    head_at: datetime = instant()
    next_id: int = whole()
    setup_version: int = whole()


_table(
    Person,
    "persons",
    Index("persons_email", "office_id", "email", unique=True),
    nip=(str | None, text(None)),
)

_table(
    Holder,
    "holders",
    _belongs("persons", "person_id"),
    Check("capacity IN ('definitif', 'plt', 'plh')", name="holders_capacity"),
    Check("until_at IS NULL OR until_at > from_at", name="holders_period"),
    within=True,
)

_table(
    Absence,
    "absences",
    _belongs("persons", "person_id"),
    _belongs("persons", "substitute_id"),
    Check("substitute_id <> person_id AND until_at >= from_at", name="absences_period"),
    within=True,
)


_table(Credential, "credentials", _belongs("persons", "person_id"), within=True, keys=("person_id",))
_table(Token, "tokens", _belongs("persons", "person_id"), within=True, keys=("hash",))


class HandoverRow(_OfOffice, table=True):
    """A moment at which open work follows the people; `cursor` is the last case done, -1 when all are."""

    __table_args__ = (_some("handovers_due", "at", where="cursor >= 0"), STRICT)
    id: int = key()
    at: datetime = instant()
    person_id: int = whole()
    position: str = text()
    cursor: int = whole()


_table(
    Proposal,
    "proposals",
    state_check("proposals"),
    Check("(state = 'proposed') = (decided_by IS NULL)", name="proposals_end"),
    Check("state <> 'confirmed' OR decided_by <> proposed_by", name="proposals_second_person"),
)


class DocumentRow(_OfOffice, table=True):
    """An organisation or a calendar as it was loaded, by the digest of its text."""

    __table_args__ = (Check("kind IN ('organisation', 'calendar', 'proposal')", name="documents_kind"), STRICT)
    digest: str = text(primary_key=True)
    kind: str = text()
    name: str = text()
    body: str = text()
    loaded_seq: int = key()


_table(
    Edition,
    "editions",
    state_check("editions"),
    Check("signed_by IS NULL OR signed_by <> loaded_by", name="editions_four_eyes"),
    Check("state = 'draft' OR (signed_by IS NOT NULL AND in_force_at IS NOT NULL)", name="editions_signed"),
    Check("signature IS NULL OR signature IN ('elektronik', 'basah')", name="editions_signature"),
    Check(
        "signature <> 'basah' OR (evidence IS NOT NULL AND witness IS NOT NULL AND witness <> loaded_by)",
        name="editions_wet",
    ),
    Index("editions_number", "office_id", "number", unique=True),
)


class ReceiptRow(_Row, table=True):
    """A unit that has received an SOP in force (rule 1)."""

    __table_args__ = (_belongs("editions", "edition_id"), _belongs("persons", "person_id"), STRICT)
    office_id: int = key()
    edition_id: int = key()
    unit: str = text(primary_key=True)
    person_id: int = whole()
    seq: int = whole()


_table(
    Revision,
    "revisions",
    _belongs("editions", "edition_id"),
    Index("revisions_number", "office_id", "edition_id", "number", unique=True),
    within=True,
    rowid=True,
)

_table(
    Case,
    "cases",
    state_check("cases"),
    Check("version > 0", name="cases_version"),
    Check("(state = 'running') = (ended_at IS NULL)", name="cases_end"),
    _belongs("editions", "edition_id"),
    _belongs("revisions", "revision_id"),
    _some("cases_one_per_edition", "office_id", "edition_id", where="single = 1 AND state <> 'cancelled'", unique=True),
    Index("cases_edition", "office_id", "edition_id"),
    _some("cases_behind", "office_id", "edition_id", "judged", where="state = 'running'"),
    within=True,
)

_table(
    Run,
    "stage_runs",
    state_check("stage_runs"),
    Check("pass_no > 0 AND version > 0", name="stage_runs_counters"),
    Check("(state IN ('active', 'submitted')) = (ended_at IS NULL)", name="stage_runs_end"),
    Check("(ended_at IS NULL) = (ended_seq IS NULL)", name="stage_runs_record"),
    Check("(performed_at IS NULL) = (evidence IS NULL)", name="stage_runs_paper"),
    Check("(state IN ('completed', 'returned')) = (seal IS NOT NULL)", name="stage_runs_seal"),
    Check(
        "state NOT IN ('submitted', 'completed', 'returned') OR (performed_by IS NOT NULL AND outcome IS NOT NULL)",
        name="stage_runs_performed",
    ),
    _belongs("cases", "case_id"),
    Index("stage_runs_place", "office_id", "case_id", "stage", "pass_no", "slot", unique=True),
    within=True,
)
_OPEN_TASK = "state IN ('offered', 'claimed')"
_table(
    Task,
    "tasks",
    state_check("tasks"),
    Check("(state IN ('offered', 'claimed')) = (ended_at IS NULL)", name="tasks_end"),
    Check("state <> 'claimed' OR claimed_at IS NOT NULL", name="tasks_claim"),
    _belongs("stage_runs", "run_id"),
    _some("tasks_one_offer", "office_id", "run_id", "person_id", where=_OPEN_TASK, unique=True),
    _some("tasks_one_claim", "office_id", "run_id", where="state = 'claimed'", unique=True),
    _some("tasks_inbox", "office_id", "person_id", where=_OPEN_TASK),
    _some("tasks_handed", "office_id", "handed_by", where=f"{_OPEN_TASK} AND handed_by IS NOT NULL"),
    Index("tasks_case", "office_id", "case_id"),
    within=True,
)

_table(
    SignOff,
    "sign_offs",
    state_check("sign_offs"),
    Check("(state = 'requested') = (answered_at IS NULL)", name="sign_offs_end"),
    Check("state NOT IN ('given', 'returned') OR person_id IS NOT NULL", name="sign_offs_person"),
    _belongs("stage_runs", "run_id"),
    Index("sign_offs_case", "office_id", "case_id"),
    _some("sign_offs_inbox", "office_id", "position", where="state = 'requested'"),
    within=True,
)


_table(
    Attachment,
    "attachments",
    state_check("attachments"),
    Check("(state = 'attached') = (ended_at IS NULL)", name="attachments_end"),
    _belongs("stage_runs", "run_id"),
    _belongs("persons", "person_id"),
    Index("attachments_case", "office_id", "case_id"),
    within=True,
)


class FileRow(_Row, table=True):
    """The bytes of an attachment, as they were sent; gone once it was taken back."""

    __table_args__ = (
        ForeignKeyConstraint(["office_id", "id"], ["attachments.office_id", "attachments.id"]),
        STRICT_ROWID,
    )
    office_id: int = key()
    id: int = key()
    body: bytes | None = blob()


class EventRow(_OfOffice, table=True):
    """The record: one hash chain per office, append-only."""

    __table_args__ = (
        Index("events_prev", "office_id", "prev_hash", unique=True),
        Index("events_case", "office_id", "case_id"),
        STRICT_ROWID,
    )
    seq: int = key()
    kind: str = text()
    case_id: int | None = whole(None)
    body: str = text()
    prev_hash: str = text()
    hash: str = text()


_table(Written, "texts", body=(str | None, text(None)))  # emptied when a text is erased; the digest in the record stays

_table(
    Reminder,
    "reminders",
    state_check("reminders"),
    Check("kind IN ('pengingat', 'eskalasi')", name="reminders_kind"),
    _belongs("stage_runs", "run_id"),
    _some("reminders_due", "at", where="state = 'armed'"),
    _some("reminders_case", "office_id", "case_id", where="state = 'armed'"),
    within=True,
    keys=("run_id", "person_id", "level", "deadline_no"),
    state=(str, text()),
)

_table(
    Message,
    "messages",
    state_check("messages"),
    Check("state <> 'sent' OR (body IS NOT NULL AND sent_at IS NOT NULL)", name="messages_sent"),
    ForeignKeyConstraint(["office_id", "event_seq"], ["events.office_id", "events.seq"]),
    Index("messages_dedupe", "office_id", "dedupe", unique=True),
    _some("messages_unsent", "next_at", where="state IN ('queued', 'claimed')"),
    _some("messages_run", "office_id", "run_id", where="state = 'queued'"),
    _some("messages_case", "office_id", "case_id", where="state = 'queued'"),
    rowid=True,
    state=(str, text()),
    next_at=(datetime, instant()),
    attempts=(int, whole()),
    fence=(int, whole()),
    owner=(str | None, text(None)),
    body=(bytes | None, blob()),
    error=(str | None, text(None)),
    sent_at=(datetime | None, instant(None)),
)


class AnswerRow(_OfOffice, table=True):
    """The answer to a request that came with an idempotency key; kept for 30 days."""

    __table_args__ = (Index("answers_age", "created_at"), STRICT)
    person_id: int = key()
    idempotency_key: str = text(primary_key=True)
    request_hash: str = text()
    answer: str = text()
    created_at: datetime = instant()


class HeartbeatRow(_Row, table=True):
    """When each kind of background work last ran; health looks at it."""

    __table_args__ = (STRICT,)
    name: str = text(primary_key=True)
    at: datetime = instant()


class SessionRow(_Row, table=True):
    """Somebody signed in at a browser, under the SHA-256 of an id that only the browser keeps."""

    __table_args__ = (_belongs("persons", "person_id"), STRICT)
    digest: str = text(primary_key=True)
    office_id: int = whole()
    person_id: int = whole()
    opened_at: datetime = instant()
    seen_at: datetime = instant()
    proof: str = text()
    proven_at: datetime = instant()


class DraftRow(_Row, table=True):
    """Work put aside unfinished: what was typed for a run, whoever goes on with it."""

    __table_args__ = (_belongs("stage_runs", "run_id"), STRICT)
    office_id: int = key()
    run_id: int = key()
    person_id: int = whole()
    saved_at: datetime = instant()
    said: dict[str, list[str]] = listing()


TABLES = SQLModel.metadata
