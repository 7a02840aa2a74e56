"""What lives: editions, cases, runs, tasks, sign-offs, and the plain values beside them.

Every instant is aware UTC. `Entity` subclasses have a row in the table of the same columns, and an
audit event says which of their fields it set.
"""

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, ClassVar


@dataclass(slots=True, eq=False)
class Entity:
    """A row with a life; `id` is unique within its office."""

    table: ClassVar[str] = ""
    id: int

    def image(self) -> dict[str, Any]:
        """Give every field but the id and a long text, as an audit event records it."""
        return {f.name: plain(getattr(self, f.name)) for f in fields(self) if f.name not in ("id", "body")}


@dataclass(slots=True, eq=False)
class Edition(Entity):
    """One number, one ratified life of an SOP."""

    table: ClassVar[str] = "editions"
    sop: str
    number: str
    organisation: str  # digest of the structure: the snapshot of rule 1
    state: str = "draft"
    version: int = 1
    revision_id: int = 0
    loaded_by: int = 0
    signed_by: int | None = None
    signed_position: str | None = None
    signed_capacity: str | None = None
    signature: str | None = None  # elektronik | basah
    signed_at: datetime | None = None
    in_force_at: datetime | None = None
    evidence: str | None = None  # SHA-256 of the scan of a wet signature
    witness: int | None = None
    single_case: int = 0  # clause 5: at most one case that is not cancelled
    ended_at: datetime | None = None
    followed: int = 0  # the revision that every running case has followed or was found unable to


@dataclass(slots=True, eq=False)
class Revision(Entity):
    """The immutable text of an edition, with its digest."""

    table: ClassVar[str] = "revisions"
    edition_id: int
    number: int
    digest: str  # SHA-256 of the text's UTF-8 bytes
    loaded_by: int
    loaded_at: datetime
    proposal_id: int | None = None  # what it was proposed with; None for the first
    body: str = ""


@dataclass(slots=True, eq=False)
class Case(Entity):
    """One execution of an edition."""

    table: ClassVar[str] = "cases"
    edition_id: int
    revision_id: int
    year: int | None
    started_at: datetime
    limits: dict[str, str] = field(default_factory=dict)  # limit → date given at the start
    single: int = 0  # copied from the edition, for the index that allows one case
    state: str = "running"
    version: int = 0
    ended_at: datetime | None = None
    reason: int | None = None  # text
    judged: int = 0  # the newest revision it follows or was found unable to follow


@dataclass(slots=True, eq=False)
class Run(Entity):
    """One pass of a stage (or of one of its slots)."""

    table: ClassVar[str] = "stage_runs"
    case_id: int
    stage: str
    pass_no: int
    slot: str
    revision_id: int  # the revision it ends under
    activated_at: datetime
    activated_seq: int  # the audit entry that opened it
    due_at: datetime | None = None
    due_text: str = ""
    deadline_no: int = 1
    state: str = "active"
    version: int = 1
    outcome: str | None = None
    redo: tuple[str, ...] = ()
    performed_by: int | None = None
    performed_position: str | None = None
    performed_capacity: str | None = None
    performed_for: int | None = None  # whom the performer represented
    performed_at: datetime | None = None  # when the work was done on paper, where it was
    evidence: str | None = None  # SHA-256 of what proves that
    present: tuple[int, ...] = ()
    result: int | None = None  # text: what was delivered
    note: int | None = None  # text
    submitted_at: datetime | None = None
    ended_at: datetime | None = None
    ended_seq: int | None = None
    seal: str | None = None  # binds the stage's text to who did what when, from the end on

    @property
    def open(self) -> bool:
        """Whether work or a sign-off is still awaited."""
        return self.state in ("active", "submitted")


@dataclass(slots=True, eq=False)
class Task(Entity):
    """A run offered to one holder."""

    table: ClassVar[str] = "tasks"
    case_id: int
    run_id: int
    person_id: int
    position: str
    capacity: str
    offered_at: datetime
    stands_for: int | None = None  # whom a substitute or delegate represents
    handed_by: int | None = None  # who delegated or reassigned it, and may take it back
    state: str = "offered"
    claimed_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether the holder may still act on it."""
        return self.state in ("offered", "claimed")


@dataclass(slots=True, eq=False)
class SignOff(Entity):
    """A signature asked of one position for one run."""

    table: ClassVar[str] = "sign_offs"
    case_id: int
    run_id: int
    position: str
    turn: int  # 1… where signers sign in order; all 1 otherwise
    requested_at: datetime
    due_at: datetime
    asked: tuple[int, ...] = ()  # the persons who were told and may answer
    state: str = "requested"
    person_id: int | None = None
    capacity: str | None = None
    answered_at: datetime | None = None
    note: int | None = None  # text


@dataclass(slots=True, eq=False)
class Attachment(Entity):
    """A file delivered with a run; its bytes are kept beside it."""

    table: ClassVar[str] = "attachments"
    case_id: int
    run_id: int
    person_id: int
    name: int  # text
    kind: str  # pdf, docx, …: what the bytes say they are
    size: int
    digest: str  # SHA-256 of the bytes
    attached_at: datetime
    state: str = "attached"
    ended_at: datetime | None = None


@dataclass(slots=True, eq=False)
class Proposal(Entity):
    """An act that needs a second person: it happens when somebody else confirms it."""

    table: ClassVar[str] = "proposals"
    act: str  # appoint | end | reset | revise
    arguments: dict[str, Any]
    proposed_by: int
    proposed_at: datetime
    state: str = "proposed"
    decided_by: int | None = None
    decided_at: datetime | None = None


ENTITIES: tuple[type[Entity], ...] = (Edition, Revision, Case, Run, Task, SignOff, Attachment, Proposal)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may act or be written to."""

    id: int
    name: str
    email: str
    admin: int = 0  # 1: may load SOPs and keep persons and posts


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which position and capacity, through which door, and how that was proven."""

    person_id: int
    position: str
    capacity: str
    channel: str
    proof: str = ""  # sandi | sandi+totp: what was asked for just before

    def image(self) -> dict[str, Any]:
        """Give the actor as an audit event records it."""
        return {
            "person": self.person_id,
            "position": self.position,
            "capacity": self.capacity,
            "channel": self.channel,
            "proof": self.proof,
        }


TICKER = Actor(0, "", "", "ticker")  # time itself


@dataclass(frozen=True, slots=True)
class Event:
    """A fact: what happened, who did it, and which fields it set."""

    seq: int
    kind: str
    at: datetime
    actor: Actor
    case_id: int | None
    facts: dict[str, Any]
    sets: dict[str, dict[str, Any]]  # "table/id" → fields


@dataclass(frozen=True, slots=True)
class Message:
    """A mail to be sent: a row, until a worker renders it."""

    id: int
    event_seq: int
    kind: str
    person_id: int | None
    to_name: str
    to_address: str
    to_position: str
    case_id: int | None
    run_id: int | None
    stage: str
    dedupe: str
    subject: str
    context: dict[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Reminder:
    """A moment at which a holder is reminded of a run, or a superior told."""

    run_id: int
    person_id: int
    position: str
    level: str
    deadline_no: int
    case_id: int
    kind: str  # pengingat | eskalasi
    rank: int  # the k-th escalation; 0 for a reminder
    at: datetime


@dataclass(frozen=True, slots=True)
class Written:
    """A person's own words, kept apart from the record so that one text can be erased."""

    id: int
    salt: str
    body: str
    digest: str


def plain(value: Any) -> Any:
    """Turn a field into what an audit event can hold: text, whole numbers, lists, maps, null."""
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, tuple):
        return list(value)
    return value


def instant_text(at: datetime) -> str:
    """Write an instant as fixed-width UTC text that sorts by time."""
    return at.isoformat(timespec="microseconds")[:26] + "Z"


def instant_of(text: str) -> datetime:
    """Read what `instant_text` wrote."""
    return datetime.fromisoformat(text)
