"""The read side: what screens, lists and the record ask for. Never writes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from sop_engine.domain.calendar import WorkCalendar
from sop_engine.domain.organisation import Organisation
from sop_engine.domain.people import People
from sop_engine.domain.plan import Plan
from sop_engine.domain.record import Entry
from sop_engine.domain.state import instant_of
from sop_engine.storage.rows import ENTRIES
from sop_engine.storage.store import SqlStore
from sop_engine.storage.tables import (
    CaseRow,
    EditionRow,
    HolderRow,
    MessageRow,
    OfficeRow,
    ProposalRow,
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

    def __init__(self, store: SqlStore, office_id: int) -> None:
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

    def holders(self) -> list[HolderRow]:
        """List who holds or held which position."""
        return self._rows(HolderRow)

    def people(self) -> People:
        """Give the persons and holders as the commands see them."""
        return self._store.shelved(self.office_id, self._store.shelf.people)

    def proposals(self) -> list[ProposalRow]:
        """List what waits for a second person."""
        return self._rows(ProposalRow, ProposalRow.state == "proposed")

    def received(self, edition_id: int) -> list[tuple[str, int]]:
        """List (unit, person) of the receipts of an edition."""
        statement = "SELECT unit, person_id FROM receipts WHERE office_id = ? AND edition_id = ? ORDER BY seq"
        return self._store.query(statement, (self.office_id, edition_id))

    def calendar(self, zone: str) -> WorkCalendar:
        """Give the working calendar in use."""
        return self._store.shelved(self.office_id, lambda run, office: self._store.shelf.calendar(run, office, zone))

    def organisation(self, name: str) -> Organisation | None:
        """Give the organisation last loaded under a name."""
        named = self._store.shelf.organisation_named
        found = self._store.shelved(self.office_id, lambda run, office: named(run, office, name))
        return found[1] if found else None

    def unsent(self) -> tuple[int, datetime | None, int]:
        """Count the mails that wait, tell since when the oldest does, and count those given up."""
        waiting, oldest, failed = self._store.query(
            "SELECT COUNT(*) FILTER (WHERE state <> 'failed'), MIN(CASE WHEN state <> 'failed' THEN created_at END),"
            " COUNT(*) FILTER (WHERE state = 'failed') FROM messages"
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
        plan = self._store.shelf.plan
        return self._store.shelved(self.office_id, lambda run, office: plan(run, office, revision_id, organisation))

    def case_of_task(self, task_id: int) -> int | None:
        """Give the case a task belongs to, or None."""
        found = self._rows(TaskRow, TaskRow.id == task_id)
        return found[0].case_id if found else None

    def handed(self, person_id: int) -> list[tuple[TaskRow, StageRunRow, str]]:
        """List the open tasks somebody has handed to others, each with its run and activity."""
        with self._store.reading() as session:
            offered = col(TaskRow.state).in_(("offered", "claimed"))
            found = session.exec(self._with_run(TaskRow, TaskRow.handed_by == person_id, offered)).all()
        return [(task, run, self._activity(run)) for task, run in found]

    def taken(self, items: list[InboxItem]) -> dict[int, int]:
        """Tell of tasks in an inbox whose run somebody has claimed: run → person."""
        runs = [item.run.id for item in items if item.kind == "tugas"]
        rows = self._rows(TaskRow, TaskRow.state == "claimed", col(TaskRow.run_id).in_(runs))
        return {row.run_id: row.person_id for row in rows}

    def case(self, case_id: int) -> CaseView | None:
        """Give a case with its runs, tasks and sign-offs, or None."""
        found = self._rows(CaseRow, CaseRow.id == case_id)
        if not found:
            return None
        case = found[0]
        edition = self._rows(EditionRow, EditionRow.id == case.edition_id)[0]
        runs = self._rows(StageRunRow, StageRunRow.case_id == case_id)
        sign_offs = self._rows(SignOffRow, SignOffRow.case_id == case_id)
        said = [case.reason, *(s.note for s in sign_offs), *(n for run in runs for n in (run.result, run.note))]
        texts = self._rows(TextRow, col(TextRow.id).in_([number for number in said if number]))
        return CaseView(
            case,
            edition,
            self.plan(case.revision_id, edition.organisation),
            runs,
            self._rows(TaskRow, TaskRow.case_id == case_id),
            sign_offs,
            {row.id: row.body or "" for row in texts},
        )

    def inbox(self, person_id: int, positions: list[str]) -> list[InboxItem]:
        """List what a person can act on now, the earliest due date first."""
        with self._store.reading() as session:
            offered, requested = col(TaskRow.state).in_(("offered", "claimed")), SignOffRow.state == "requested"
            open_tasks = session.exec(self._with_run(TaskRow, TaskRow.person_id == person_id, offered)).all()
            asked = session.exec(self._with_run(SignOffRow, col(SignOffRow.position).in_(positions), requested)).all()
        items = [InboxItem("tugas", t.id, t.case_id, r, self._activity(r), r.due_at, t.state) for t, r in open_tasks]
        items += [
            InboxItem("pengesahan", s.id, s.case_id, r, self._activity(r), s.due_at, s.state)
            for s, r in asked
            if person_id in s.asked
        ]
        return sorted(items, key=lambda item: (item.due_at is None, item.due_at, item.id))

    def _with_run(self, table: Any, *where: Any) -> Any:
        same = (col(StageRunRow.office_id) == table.office_id) & (col(StageRunRow.id) == table.run_id)
        return select(table, StageRunRow).join(StageRunRow, same).where(table.office_id == self.office_id, *where)

    def _activity(self, run: StageRunRow) -> str:
        case = self._rows(CaseRow, CaseRow.id == run.case_id)[0]
        edition = self._rows(EditionRow, EditionRow.id == case.edition_id)[0]
        return self.plan(case.revision_id, edition.organisation).stage(run.stage).activity

    def entries(self, case_id: int | None = None) -> Iterator[Entry]:
        """Read the record in its order, whole or of one case."""
        where, parameters = (" AND case_id = ?", (self.office_id, case_id)) if case_id else ("", (self.office_id,))
        statement = f"{ENTRIES}{where} ORDER BY seq"
        yield from (Entry(*row) for row in self._store.query(statement, parameters))

    def events(self, case_id: int | None = None) -> list[dict[str, Any]]:
        """Read the record's bodies."""
        return [json.loads(entry.body) for entry in self.entries(case_id)]
