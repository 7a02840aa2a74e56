"""The read side: what screens, lists and the record ask for. Never writes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from sop_engine.domain.calendar import WorkCalendar
from sop_engine.domain.organisation import Organisation
from sop_engine.domain.people import Holder, People
from sop_engine.domain.plan import Plan
from sop_engine.domain.record import Entry
from sop_engine.domain.state import Person, instant_of
from sop_engine.storage.store import SqliteStore
from sop_engine.storage.tables import (
    CaseRow,
    EditionRow,
    HolderRow,
    MessageRow,
    OfficeRow,
    PersonRow,
    ReminderRow,
    RevisionRow,
    SignOffRow,
    StageRunRow,
    TaskRow,
    TextRow,
)


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with everything beneath it, and the plan it runs by."""

    case: CaseRow
    edition: EditionRow
    plan: Plan
    runs: list[StageRunRow]
    tasks: list[TaskRow]
    sign_offs: list[SignOffRow]
    words: dict[int, str]


@dataclass(frozen=True, slots=True)
class InboxItem:
    """Something a person can act on: a task, or a sign-off asked of a position they hold."""

    kind: str  # tugas | pengesahan
    id: int
    case_id: int
    run: StageRunRow
    activity: str
    due_at: Any
    state: str


class Reading:
    """Questions about one office, answered from short read-only sessions."""

    def __init__(self, store: SqliteStore, office_id: int) -> None:
        self._store, self.office_id = store, office_id

    def office(self) -> OfficeRow:
        """Give the office's row: name, head of the record."""
        with self._store.reading() as session:
            return session.exec(select(OfficeRow).where(OfficeRow.id == self.office_id)).one()

    def _rows(self, table: Any, *where: Any, order: Any = None) -> list[Any]:
        with self._store.reading() as session:
            ordered = order if order is not None else col(table.id)
            return list(session.exec(select(table).where(table.office_id == self.office_id, *where).order_by(ordered)))

    def editions(self) -> list[EditionRow]:
        """List every edition, the oldest first."""
        return self._rows(EditionRow)

    def revision(self, revision_id: int) -> RevisionRow | None:
        """Give a revision with its text."""
        found = self._rows(RevisionRow, RevisionRow.id == revision_id)
        return found[0] if found else None

    def cases(self) -> list[CaseRow]:
        """List every case, the oldest first."""
        return self._rows(CaseRow)

    def persons(self) -> list[PersonRow]:
        """List every person."""
        return self._rows(PersonRow)

    def holders(self) -> list[HolderRow]:
        """List who holds or held which position."""
        return self._rows(HolderRow)

    def people(self) -> People:
        """Give the persons and holders as the commands see them."""
        persons = [Person(row.id, row.name, row.email) for row in self.persons()]
        holders = [
            Holder(row.id, row.person_id, row.position, row.capacity, row.letter, row.from_at, row.until_at)
            for row in self.holders()
        ]
        return People(persons, holders)

    def calendar(self, zone: str) -> WorkCalendar:
        """Give the working calendar in use."""
        return self._store.write(self.office_id, lambda tx: tx.calendar(zone))

    def organisation(self, name: str) -> Organisation | None:
        """Give the organisation last loaded under a name."""
        found = self._store.write(self.office_id, lambda tx: tx.organisation_named(name))
        return found[1] if found else None

    def unsent(self) -> tuple[int, datetime | None, int]:
        """Count the mails that wait, tell since when the oldest does, and count those given up."""
        waiting, oldest, failed = self._store.query(
            "SELECT COALESCE(SUM(state <> 'failed'), 0), MIN(CASE WHEN state <> 'failed' THEN created_at END),"
            " COALESCE(SUM(state = 'failed'), 0) FROM messages"
            " WHERE office_id = ? AND state IN ('queued', 'claimed', 'failed')",
            (self.office_id,),
        )[0]
        return waiting, instant_of(oldest) if oldest else None, failed

    def messages(self) -> list[MessageRow]:
        """List every mail in the order the commands committed them."""
        return self._rows(MessageRow)

    def reminders(self, case_id: int) -> list[ReminderRow]:
        """List a case's reminders by their moment."""
        return self._rows(ReminderRow, ReminderRow.case_id == case_id, order=col(ReminderRow.at))

    def plan(self, revision_id: int, organisation: str) -> Plan:
        """Give a revision made ready to run."""
        return self._store.write(self.office_id, lambda tx: tx.plan(revision_id, organisation))

    def case(self, case_id: int) -> CaseView | None:
        """Give a case with its runs, tasks and sign-offs, or None."""
        found = self._rows(CaseRow, CaseRow.id == case_id)
        if not found:
            return None
        case = found[0]
        edition = self._rows(EditionRow, EditionRow.id == case.edition_id)[0]
        runs = self._rows(StageRunRow, StageRunRow.case_id == case_id)
        texts = [number for run in runs for number in (run.result, run.note) if number]
        return CaseView(
            case,
            edition,
            self.plan(case.revision_id, edition.organisation),
            runs,
            self._rows(TaskRow, TaskRow.case_id == case_id),
            self._rows(SignOffRow, SignOffRow.case_id == case_id),
            {row.id: row.body or "" for row in self._rows(TextRow, col(TextRow.id).in_(texts))},
        )

    def inbox(self, person_id: int, positions: list[str]) -> list[InboxItem]:
        """List what a person can act on now, the earliest due date first."""
        with self._store.reading() as session:
            open_tasks = session.exec(
                select(TaskRow, StageRunRow)
                .join(
                    StageRunRow,
                    (col(StageRunRow.office_id) == TaskRow.office_id) & (col(StageRunRow.id) == TaskRow.run_id),
                )
                .where(TaskRow.office_id == self.office_id, TaskRow.person_id == person_id)
                .where(col(TaskRow.state).in_(("offered", "claimed")))
            ).all()
            asked = session.exec(
                select(SignOffRow, StageRunRow)
                .join(
                    StageRunRow,
                    (col(StageRunRow.office_id) == SignOffRow.office_id) & (col(StageRunRow.id) == SignOffRow.run_id),
                )
                .where(SignOffRow.office_id == self.office_id, SignOffRow.state == "requested")
                .where(col(SignOffRow.position).in_(positions))
            ).all()
        items = [InboxItem("tugas", t.id, t.case_id, r, self._activity(r), r.due_at, t.state) for t, r in open_tasks]
        items += [
            InboxItem("pengesahan", s.id, s.case_id, r, self._activity(r), s.due_at, s.state)
            for s, r in asked
            if r.performed_by != person_id and person_id not in r.present
        ]
        return sorted(items, key=lambda item: (item.due_at is None, item.due_at, item.id))

    def _activity(self, run: StageRunRow) -> str:
        case = self._rows(CaseRow, CaseRow.id == run.case_id)[0]
        edition = self._rows(EditionRow, EditionRow.id == case.edition_id)[0]
        return self.plan(case.revision_id, edition.organisation).stage(run.stage).activity

    def entries(self, case_id: int | None = None) -> Iterator[Entry]:
        """Read the record in its order, whole or of one case."""
        where, parameters = ("AND case_id = ?", (self.office_id, case_id)) if case_id else ("", (self.office_id,))
        for row in self._store.query(
            f"SELECT seq, kind, case_id, body, prev_hash, hash FROM events WHERE office_id = ? {where} ORDER BY seq",
            parameters,
        ):
            yield Entry(*row)

    def events(self, case_id: int | None = None) -> list[dict[str, Any]]:
        """Read the record's bodies."""
        return [json.loads(entry.body) for entry in self.entries(case_id)]
