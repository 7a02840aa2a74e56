"""The read side: what screens, lists and the record ask for. Never writes."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sop_engine.domain.calendar import WorkCalendar
from sop_engine.domain.organisation import Organisation
from sop_engine.domain.people import People
from sop_engine.domain.plan import Plan
from sop_engine.domain.record import Entry
from sop_engine.domain.state import (
    Attachment,
    Case,
    Edition,
    Message,
    Proposal,
    Revision,
    Run,
    SignOff,
    Task,
    Written,
    instant_of,
    instant_text,
)
from sop_engine.storage.rows import CODECS, ENTRIES, TEXTS, Codec
from sop_engine.storage.shelf import Office
from sop_engine.storage.store import SqlStore

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Mail(Message):
    """A mail as it stands in the queue; `body` is its frozen bytes once it was claimed."""

    state: str
    body: bytes | None
    error: str | None
    sent_at: datetime | None


_CODECS: dict[type[Any], Codec] = {**CODECS, Written: TEXTS, Mail: Codec(Mail, "messages")}


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with everything beneath it, and the plan it runs by."""

    case: Case
    edition: Edition
    plan: Plan
    runs: list[Run]
    tasks: list[Task]
    sign_offs: list[SignOff]
    attachments: list[Attachment]
    words: dict[int, str]


@dataclass(frozen=True, slots=True)
class InboxItem:
    """Something a person can act on: a task, or a sign-off asked of a position they hold."""

    kind: str  # tugas | pengesahan
    id: int
    case_id: int
    run: Run
    activity: str
    due_at: Any
    state: str


class Reading:
    """Questions about one office, answered from short read-only sessions."""

    def __init__(self, store: SqlStore, office_id: int) -> None:
        self._store, self.office_id = store, office_id

    def office(self) -> Office:
        """Give the office: name, head of the record."""
        return self._store.shelved(self.office_id, lambda _, office: office)

    def _some(self, cls: type[T], where: str = "0 = 0", *values: Any) -> list[T]:
        codec = _CODECS[cls]
        statement = f"SELECT {codec.selected} FROM {codec.table} WHERE office_id = ? AND {where} ORDER BY id"
        return [codec.read(row) for row in self._store.query(statement, (self.office_id, *values))]

    def editions(self) -> list[Edition]:
        """List every edition, the oldest first."""
        return self._some(Edition)

    def revision(self, revision_id: int) -> Revision | None:
        """Give a revision with its text."""
        found = self._some(Revision, "id = ?", revision_id)
        return found[0] if found else None

    def cases(self) -> list[Case]:
        """List every case, the oldest first."""
        return self._some(Case)

    def cases_of(self, edition: Edition, limit: int) -> tuple[list[Case], int]:
        """List an edition's newest cases, the newest first, and count all of them."""
        newest = "id IN (SELECT id FROM cases WHERE office_id = ? AND edition_id = ? ORDER BY id DESC LIMIT ?)"
        found = self._some(Case, newest, self.office_id, edition.id, limit)
        return found[::-1], self._count("edition_id = ?", edition.id)

    def following(self, edition: Edition) -> tuple[int, int]:
        """Count the cases that have come along with an edition's last revision, or its end as void, and all that do."""
        if edition.state == "void":
            ended = self._count("edition_id = ? AND state = 'void'", edition.id)
            return ended, ended + self._count("edition_id = ? AND state = 'running'", edition.id)
        running = self._count("edition_id = ? AND state = 'running'", edition.id)
        if edition.followed == edition.revision_id:
            return running, running
        behind = "edition_id = ? AND state = 'running' AND judged <> ?"
        return running - self._count(behind, edition.id, edition.revision_id), running

    def handing_over(self, now: datetime) -> int:
        """Count the running cases whose open work has yet to follow a change of people, once for each change."""
        statement = (
            "SELECT COUNT(*) FROM handovers h JOIN cases c ON c.office_id = h.office_id AND c.id > h.cursor"
            " AND c.state = 'running' WHERE h.office_id = ? AND h.cursor >= 0 AND h.at <= ?"
        )
        return int(self._store.query(statement, (self.office_id, instant_text(now)))[0][0])

    def _count(self, where: str, *values: Any) -> int:
        statement = f"SELECT COUNT(*) FROM cases WHERE office_id = ? AND {where}"
        return int(self._store.query(statement, (self.office_id, *values))[0][0])

    def pressing(self, limit: int) -> tuple[list[int], int]:
        """List so many running cases, what is due earliest first, and count the others."""
        found = self._store.query(
            "SELECT c.id, COUNT(*) OVER () FROM cases c LEFT JOIN stage_runs r ON r.office_id = c.office_id"
            " AND r.case_id = c.id AND r.ended_at IS NULL WHERE c.office_id = ? AND c.state = 'running'"
            " GROUP BY c.id ORDER BY MIN(r.due_at) IS NULL, MIN(r.due_at), c.id LIMIT ?",
            (self.office_id, limit),
        )
        return [number for number, _ in found], (found[0][1] - len(found) if found else 0)

    def people(self) -> People:
        """Give the persons and holders as the commands see them."""
        return self._store.shelved(self.office_id, self._store.shelf.people)

    def proposals(self) -> list[Proposal]:
        """List what waits for a second person."""
        return self._some(Proposal, "state = 'proposed'")

    def proposal(self, number: int) -> Proposal | None:
        """Give a proposal, decided or not."""
        found = self._some(Proposal, "id = ?", number)
        return found[0] if found else None

    def received(self, edition_id: int) -> dict[str, tuple[int, datetime]]:
        """Tell which unit has received an edition: by whom, and when."""
        statement = (
            "SELECT r.unit, r.person_id, e.body FROM receipts r JOIN events e ON e.office_id = r.office_id"
            " AND e.seq = r.seq WHERE r.office_id = ? AND r.edition_id = ? ORDER BY r.seq"
        )
        found = self._store.query(statement, (self.office_id, edition_id))
        return {unit: (person, instant_of(json.loads(body)["at"])) for unit, person, body in found}

    def calendar(self, zone: str) -> WorkCalendar:
        """Give the working calendar in use."""
        return self._store.shelved(self.office_id, lambda run, office: self._store.shelf.calendar(run, office, zone))

    def organisation(self, name: str) -> Organisation | None:
        """Give the organisation last loaded under a name."""
        named = self._store.shelf.organisation_named
        found = self._store.shelved(self.office_id, lambda run, office: named(run, office, name))
        return found[1] if found else None

    def organisations(self) -> list[Organisation]:
        """Give every organisation as it was loaded last."""
        return self._store.shelved(self.office_id, self._store.shelf.organisations)

    def unsent(self) -> tuple[int, datetime | None, int]:
        """Count the mails that wait, tell since when the oldest does, and count those given up."""
        waiting, oldest, failed = self._store.query(
            "SELECT COUNT(*) FILTER (WHERE state <> 'failed'), MIN(CASE WHEN state <> 'failed' THEN created_at END),"
            " COUNT(*) FILTER (WHERE state = 'failed') FROM messages"
            " WHERE office_id = ? AND state IN ('queued', 'claimed', 'failed')",
            (self.office_id,),
        )[0]
        return waiting, instant_of(oldest) if oldest else None, failed

    def heartbeats(self) -> dict[str, datetime]:
        """Tell when each kind of background work last ran to its end, in whichever process."""
        return {name: instant_of(at) for name, at in self._store.query("SELECT name, at FROM heartbeats")}

    def messages(self) -> list[Mail]:
        """List every mail in the order the commands committed them."""
        return self._some(Mail)

    def unsent_mails(self, limit: int) -> list[Mail]:
        """List the mails that wait and those given up, the newest first."""
        return self._some(Mail, "state IN ('queued', 'claimed', 'failed')")[: -limit - 1 : -1]

    def next_reminder(self, case_id: int) -> datetime | None:
        """Give the moment of a case's next reminder, if any is armed."""
        statement = "SELECT MIN(at) FROM reminders WHERE office_id = ? AND case_id = ? AND state = 'armed'"
        [(at,)] = self._store.query(statement, (self.office_id, case_id))
        return instant_of(at) if at else None

    def plan(self, revision_id: int, organisation: str) -> Plan:
        """Give a revision made ready to run."""
        plan = self._store.shelf.plan
        return self._store.shelved(self.office_id, lambda run, office: plan(run, office, revision_id, organisation))

    def case_of_task(self, task_id: int) -> int | None:
        """Give the case a task belongs to, or None."""
        found = self._some(Task, "id = ?", task_id)
        return found[0].case_id if found else None

    def handed(self, person_id: int) -> list[tuple[Task, Run, str]]:
        """List the open tasks somebody has handed to others, each with its run and activity."""
        found = self._with_run(Task, "x.handed_by = ? AND x.state IN ('offered', 'claimed')", person_id)
        return [(task, run, self._activity(run)) for task, run in found]

    def taken(self, items: list[InboxItem]) -> dict[int, int]:
        """Tell of the tasks in an inbox whose run somebody has claimed: run → person."""
        runs = [item.run.id for item in items if item.kind == "tugas"] or [0]
        claimed = self._some(Task, f"state = 'claimed' AND run_id IN ({', '.join('?' * len(runs))})", *runs)
        return {task.run_id: task.person_id for task in claimed}

    def case(self, case_id: int) -> CaseView | None:
        """Give a case with its runs, tasks and sign-offs, or None."""
        found = self._some(Case, "id = ?", case_id)
        if not found:
            return None
        [case] = found
        [edition] = self._some(Edition, "id = ?", case.edition_id)
        runs, sign_offs = self._some(Run, "case_id = ?", case_id), self._some(SignOff, "case_id = ?", case_id)
        files = self._some(Attachment, "case_id = ?", case_id)
        said = [case.reason, *(s.note for s in sign_offs), *(n for run in runs for n in (run.result, run.note))]
        return CaseView(
            case,
            edition,
            self.plan(case.revision_id, edition.organisation),
            runs,
            self._some(Task, "case_id = ?", case_id),
            sign_offs,
            files,
            self.words([*said, *(file.name for file in files)]),
        )

    def words(self, numbers: Iterable[int | None]) -> dict[int, str]:
        """Give kept texts by their numbers; an erased one is empty."""
        wanted = [number for number in numbers if number]
        texts = self._some(Written, f"id IN ({', '.join('?' * len(wanted))})", *wanted) if wanted else []
        return {text.id: text.body or "" for text in texts}

    def file(self, number: int) -> tuple[Attachment, str, bytes] | None:
        """Give an attachment with its name and bytes; None where there is none, or it was taken back."""
        found = self._some(Attachment, "id = ? AND state = 'attached'", number)
        bodies = self._store.query("SELECT body FROM files WHERE office_id = ? AND id = ?", (self.office_id, number))
        if not found or bodies[0][0] is None:
            return None
        [name] = self._some(Written, "id = ?", found[0].name)
        return found[0], name.body or "", bytes(bodies[0][0])

    def inbox(self, person_id: int, positions: list[str]) -> list[InboxItem]:
        """List what a person can act on now, the earliest due date first."""
        positions = positions or [""]
        marks = ", ".join("?" * len(positions))
        tasks = self._with_run(Task, "x.person_id = ? AND x.state IN ('offered', 'claimed')", person_id)
        asked = self._with_run(SignOff, f"x.position IN ({marks}) AND x.state = 'requested'", *positions)
        items = [InboxItem("tugas", t.id, t.case_id, r, self._activity(r), r.due_at, t.state) for t, r in tasks]
        items += [
            InboxItem("pengesahan", s.id, s.case_id, r, self._activity(r), s.due_at, s.state)
            for s, r in asked
            if person_id in s.asked
        ]
        return sorted(items, key=lambda item: (item.due_at is None, item.due_at, item.id))

    def _with_run(self, cls: type[T], where: str, *values: Any) -> list[tuple[T, Run]]:
        codec, runs = _CODECS[cls], _CODECS[Run]
        columns = ", ".join(f"x.{name}" for name in codec.names)
        found = self._store.query(
            f"SELECT {columns}, {runs.selected} FROM {codec.table} x JOIN stage_runs"
            " ON stage_runs.office_id = x.office_id AND stage_runs.id = x.run_id"
            f" WHERE x.office_id = ? AND {where} ORDER BY x.id",
            (self.office_id, *values),
        )
        width = len(codec.names)
        return [(codec.read(row[:width]), runs.read(row[width:])) for row in found]

    def run_of(self, cls: type[Task] | type[SignOff], number: int) -> Run | None:
        """Give the run that a task or sign-off belongs to, or None."""
        return next((run for _, run in self._with_run(cls, "x.id = ?", number)), None)

    def _activity(self, run: Run) -> str:
        [case] = self._some(Case, "id = ?", run.case_id)
        [edition] = self._some(Edition, "id = ?", case.edition_id)
        return self.plan(case.revision_id, edition.organisation).stage(run.stage).activity

    def entries(self, case_id: int | None = None) -> Iterator[Entry]:
        """Read the record in its order, whole or of one case."""
        where, parameters = (" AND case_id = ?", (self.office_id, case_id)) if case_id else ("", (self.office_id,))
        statement = f"{ENTRIES}{where} ORDER BY seq"
        yield from (Entry(*row) for row in self._store.query(statement, parameters))

    def events(self, case_id: int | None = None) -> list[dict[str, Any]]:
        """Read the record's bodies."""
        return [json.loads(entry.body) for entry in self.entries(case_id)]

    def events_until(self, last: int, limit: int) -> list[dict[str, Any]]:
        """Read so many of the record's bodies back from a number on, the newest first."""
        statement = f"{ENTRIES} AND seq <= ? AND seq > ? ORDER BY seq DESC"
        return [json.loads(row[3]) for row in self._store.query(statement, (self.office_id, last, last - limit))]
