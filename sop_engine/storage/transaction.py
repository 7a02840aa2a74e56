"""One unit of work: loads case files, and saves exactly what a decision touched."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from sop_engine.application.ports import Clock, Who
from sop_engine.domain.calendar import WorkCalendar
from sop_engine.domain.casefile import CaseFile, Counters, Desk
from sop_engine.domain.editions import Paper
from sop_engine.domain.people import DELEGATE, People
from sop_engine.domain.plan import Plan
from sop_engine.domain.record import body_of, chained
from sop_engine.domain.revising import follow, stay
from sop_engine.domain.state import (
    TICKER,
    Actor,
    Attachment,
    Case,
    Edition,
    Entity,
    Proposal,
    Reminder,
    Revision,
    Run,
    SignOff,
    Task,
    instant_text,
)
from sop_engine.errors import NotFound, StaleVersion
from sop_engine.storage import rows
from sop_engine.storage.keeping import Keeping
from sop_engine.storage.rows import CODECS
from sop_engine.storage.shelf import Office, Shelf

_CASE = (
    f"SELECT {CODECS[Case].selected}, {CODECS[Edition].selected} FROM cases JOIN editions"
    " ON editions.office_id = cases.office_id AND editions.id = cases.edition_id"
    " WHERE cases.office_id = ? AND cases.id = ?"
)
_CASE_WIDTH = len(CODECS[Case].names)
_RUNS = f"SELECT {CODECS[Run].selected} FROM stage_runs WHERE office_id = ? AND case_id = ? ORDER BY id"
_TASKS = (
    f"SELECT {CODECS[Task].selected} FROM tasks WHERE office_id = ? AND case_id = ?"
    " AND state IN ('offered', 'claimed') ORDER BY id"
)
_SIGN_OFFS = f"SELECT {CODECS[SignOff].selected} FROM sign_offs WHERE office_id = ? AND case_id = ? ORDER BY id"
_REMINDERS = (
    f"SELECT {rows.REMINDERS.selected} FROM reminders WHERE office_id = ? AND state = 'armed' AND at <= ?"
    " AND case_id = ? ORDER BY at, run_id, person_id"
)
_TOOK_PART = (
    "SELECT t.person_id, t.position FROM tasks t JOIN cases c ON c.office_id = t.office_id AND c.id = t.case_id"
    " WHERE c.office_id = ? AND c.edition_id = ? GROUP BY t.person_id, t.position ORDER BY MIN(t.id)"
)
_SIGNED_BY_SOMEBODY = (
    "(state IN ('draft', 'in_force', 'in_execution')"
    " OR id = (SELECT MAX(o.id) FROM editions o WHERE o.office_id = editions.office_id AND o.sop = editions.sop)"
    " OR EXISTS (SELECT 1 FROM cases c WHERE c.office_id = editions.office_id AND c.edition_id = editions.id"
    " AND c.state = 'running'))"
)


class SqlTransaction(Keeping):
    """The store's side of `application.ports.Transaction`, over a DBAPI connection."""

    def __init__(self, connection: Any, office_id: int, clock: Clock, shelf: Shelf, salt: Callable[[], str]) -> None:
        self._run, self._run_many, self._shelf = connection.execute, connection.executemany, shelf
        # Where several transactions write at once, the office's row is the first lock; then it is what time it is.
        self.office: Office = shelf.office(self._run, office_id, getattr(connection, "lock", ""))
        self._settle: Callable[[], None] = getattr(connection, "settle", lambda: None)
        self._clock = clock()
        self.now = max(self._clock, self.office.head_at)
        self._alone: list[Any] = []  # cursors of the statements that must have changed one row
        self._counters = Counters(self.office.head_seq, self.office.next_id, salt)

    @property
    def people(self) -> People:
        """The office's persons and holders, as of this transaction."""
        return self._shelf.people(self._run, self.office)

    # -- loading ---------------------------------------------------------------------------------

    def desk(self, who: Who, position: str = "") -> Desk:
        """Give an empty desk for an act that concerns no case; without a position, as oneself."""
        return Desk(self._counters, self.people, self._actor(who, position), self.now)

    def desk_as(self, actor: Actor) -> Desk:
        """Give an empty desk for an act of the system's own."""
        return Desk(self._counters, self.people, actor, self.now)

    def head(self) -> tuple[int, str]:
        """Give the number and hash of the last entry of the record."""
        return self.office.head_seq, self.office.head_hash

    def case_file(self, who: Who, case_id: int, position: str) -> CaseFile:
        """Give a case's file for an act in a position."""
        return self._file(case_id, self._actor(who, position))

    def file_of_task(self, who: Who, task_id: int) -> tuple[CaseFile, Task]:
        """Give the file a task belongs to; a task of somebody else does not exist for `who`."""
        task: Task | None = self._entity(Task, "id", task_id)
        if task is None or task.person_id != who.person_id:
            raise NotFound(
                f"Tidak ada tugas nomor {task_id} untuk {self.people.person(who.person_id).name}.",
                instead="Lihat daftar tugas Saudara dengan `sop tasks`.",
            )
        if task.capacity == DELEGATE and task.stands_for:  # for as long as that person may
            may = self._actor(replace(who, person_id=task.stands_for), task.position)
            return self._with_task(replace(may, person_id=who.person_id, capacity=DELEGATE), task)
        return self._with_task(self._actor(who, task.position), task)

    def file_around_task(self, who: Who, task_id: int, position: str) -> tuple[CaseFile, Task]:
        """Give the file of somebody else's task, for an act in a position above it, or as oneself."""
        task: Task | None = self._entity(Task, "id", task_id)
        if task is None:
            raise NotFound(f"Tidak ada tugas nomor {task_id}.", instead="Lihat `sop show KASUS`.")
        return self._with_task(self._actor(who, position), task)

    def _with_task(self, actor: Actor, task: Task) -> tuple[CaseFile, Task]:
        file = self._file(task.case_id, actor)
        return file, file.tasks.get(task.id) or self._entity(Task, "id", task.id)  # as it is since the case caught up

    def file_of_sign_off(self, who: Who, sign_off_id: int) -> tuple[CaseFile, SignOff]:
        """Give the file a sign-off belongs to, for a holder of the position it is asked of."""
        asked: SignOff | None = self._entity(SignOff, "id", sign_off_id)
        if asked is None:
            raise NotFound(f"Tidak ada permintaan pengesahan nomor {sign_off_id}.", instead="Lihat dengan `sop tasks`.")
        file = self._file(asked.case_id, self._actor(who, asked.position))
        return file, file.sign_offs.get(asked.id) or self._entity(SignOff, "id", asked.id)

    def file_for_new_case(self, who: Who, edition: Edition, case: Callable[[int], Case]) -> CaseFile:
        """Give the file of a case about to start."""
        actor = self._actor(who, "")
        plan = self.plan(edition.revision_id, edition.organisation)
        new = case(self._counters.next_id)
        self._counters.next_id += 1
        return CaseFile(self._counters, self.people, actor, self.now, plan, edition, new, took_part=lambda: ())

    def file_for_tick(self, case_id: int) -> CaseFile:
        """Give a case's file for what time does to it."""
        return self._file(case_id, TICKER)

    def _file(self, case_id: int, actor: Actor) -> CaseFile:
        """Load a case for a command; one behind its edition's revision follows first, as a command of its own."""
        file = self._load(case_id, actor)
        if self._behind(file):
            self.catch_up(case_id)
            file = self._load(case_id, actor)
        file.change(file.case)  # every command on a case counts, whatever it touches (invariant I13)
        return file

    def _behind(self, file: CaseFile) -> bool:
        open_ = file.case.state == "running" and file.edition.state != "void"
        return open_ and file.case.judged != file.edition.revision_id

    def catch_up(self, case_id: int) -> list[CaseFile]:
        """Let a case follow every revision signed since, or stay where it can't; gives what each did."""
        files = []
        while self._behind(file := self._load(case_id, TICKER)):
            file.change(file.case)
            revision = self.revisions_since(file.edition, file.case.judged)[0]
            plan = self.plan(revision.id, file.edition.organisation)
            keep = bool(self.proposal(revision.proposal_id or 0).arguments["keep_completed"])
            found = self._shelf.comparison(file.plan, plan).judge(file.history(), keep_completed=keep)
            if not found.taken:
                stay(file, revision.id, found.step, found.refusal.clause if found.refusal else None)
            else:
                follow(file, plan)
            self.save(file)
            files.append(file)
        return files

    def _load(self, case_id: int, actor: Actor) -> CaseFile:
        found = self._run(_CASE, (self.office.id, case_id)).fetchone()
        if found is None:
            raise NotFound(f"Tidak ada kasus nomor {case_id}.", instead="Lihat `sop cases`.")
        case: Case = CODECS[Case].read(found[:_CASE_WIDTH])
        edition: Edition = CODECS[Edition].read(found[_CASE_WIDTH:])
        runs = self.runs_of(case_id)
        asked = any(run.state == "submitted" for run in runs)
        plan, tasks = self.plan(case.revision_id, edition.organisation), self._all(CODECS[Task], _TASKS, case_id)
        sign_offs = self._all(CODECS[SignOff], _SIGN_OFFS, case_id) if asked else ()
        took = partial(self.took_part, edition.id)
        plan_of = partial(self.plan, organisation=edition.organisation)
        return CaseFile(
            self._counters, self.people, actor, self.now, plan, edition, case, runs, tasks, sign_offs, took, self.words,
            plan_of,
        )  # fmt: skip

    def file_for_look(self, case_id: int) -> CaseFile:
        """Give a case's file to look at, as it stands."""
        return self._load(case_id, TICKER)

    def runs_of(self, case_id: int) -> list[Run]:
        """List the runs of a case, the oldest first."""
        return self._all(CODECS[Run], _RUNS, case_id)

    def attachment(self, number: int) -> Attachment:
        """Give an attachment by number, or refuse."""
        found = self._entity(Attachment, "id", number)
        if found is None:
            raise NotFound(f"Tidak ada berkas nomor {number}.", instead="Muat ulang halaman tugasnya.")
        return found  # type: ignore[no-any-return]

    def attachments_of(self, run: Run) -> list[Attachment]:
        """List the files delivered with a run, those taken back too, in the order they came."""
        return [one for one in self._some(Attachment, "case_id = ?", run.case_id) if one.run_id == run.id]

    def running_cases(self, edition_id: int) -> list[int]:
        """List the running cases of an edition."""
        statement = "SELECT id FROM cases WHERE office_id = ? AND edition_id = ? AND state = 'running' ORDER BY id"
        return [case for (case,) in self._run(statement, (self.office.id, edition_id)).fetchall()]

    def revisions_since(self, edition: Edition, revision_id: int) -> list[Revision]:
        """List the revisions of an edition after one of them, the earliest first."""
        since = "edition_id = ? AND number > (SELECT r.number FROM revisions r WHERE r.office_id = ? AND r.id = ?)"
        return self._some(Revision, since, edition.id, self.office.id, revision_id)

    def _all(self, codec: rows.Codec, statement: str, case_id: int) -> list[Any]:
        return [codec.read(row) for row in self._run(statement, (self.office.id, case_id))]

    def took_part(self, edition_id: int) -> list[tuple[int, str]]:
        """List (person, position) of everybody who was offered a task of an edition."""
        found: list[tuple[int, str]] = self._run(_TOOK_PART, (self.office.id, edition_id)).fetchall()
        return found

    def words(self, text_id: int) -> str:
        """Give a kept text; empty for an erased one."""
        found = self._run("SELECT body FROM texts WHERE office_id = ? AND id = ?", (self.office.id, text_id))
        return str((found.fetchone() or ("",))[0] or "")

    def _actor(self, who: Who, position: str) -> Actor:
        if not position:
            if who.person_id:  # nobody yet: the installation itself, while it is being set up
                self.people.person(who.person_id)
            return Actor(who.person_id, "", "", who.channel, who.proof)
        return self.people.acting_as(who.person_id, position, self.now, who.channel, who.proof)

    def due_reminders(self, case_id: int) -> list[Reminder]:
        """List the armed reminders of a case whose moment has come."""
        parameters = (self.office.id, instant_text(self.now), case_id)
        return [rows.REMINDERS.read(row) for row in self._run(_REMINDERS, parameters)]

    def edition(self, edition_id: int) -> Edition:
        """Give an edition by number, or refuse."""
        found = self._entity(Edition, "id", edition_id)
        if found is None:
            raise NotFound(f"Tidak ada edisi nomor {edition_id}.", instead="Lihat `sop editions`.")
        return found  # type: ignore[no-any-return]

    def edition_numbered(self, number: str) -> Edition | None:
        """Give the edition that bears an SOP number, if any."""
        return self._entity(Edition, "number", number)  # type: ignore[no-any-return]

    def editions_of(self, sop: str) -> list[Edition]:
        """List the editions of a procedure."""
        return self._some(Edition, "sop = ?", sop)

    def paper(self, edition: Edition) -> Paper:
        """Give an edition with what it says and the structure it is carried out in."""
        plan = self.plan(edition.revision_id, edition.organisation)
        return Paper(edition, plan.definition, plan.organisation)

    def received(self, edition_id: int) -> set[str]:
        """Name the units that have received an edition."""
        statement = "SELECT unit FROM receipts WHERE office_id = ? AND edition_id = ?"
        return {unit for (unit,) in self._run(statement, (self.office.id, edition_id)).fetchall()}

    def document(self, digest: str) -> str:
        """Give a kept document by the digest of its text."""
        found = self._run("SELECT body FROM documents WHERE office_id = ? AND digest = ?", (self.office.id, digest))
        return str(found.fetchone()[0])

    def proposal(self, number: int) -> Proposal:
        """Give a proposal by number, or refuse."""
        found = self._entity(Proposal, "id", number)
        if found is None:
            raise NotFound(f"Tidak ada usulan nomor {number}.", instead="Lihat `sop holders`.")
        return found  # type: ignore[no-any-return]

    def revision(self, revision_id: int) -> Revision:
        """Give a revision with its text."""
        return self._entity(Revision, "id", revision_id)  # type: ignore[no-any-return]

    def _entity(self, cls: type[Entity], column: str, value: Any) -> Any:
        codec, parameters = CODECS[cls], (self.office.id, value)
        statement = f"SELECT {codec.selected} FROM {cls.table} WHERE office_id = ? AND {column} = ?"
        found = self._run(statement, parameters).fetchone()
        return codec.read(found) if found else None

    def _some(self, cls: type[Entity], where: str, *values: Any) -> list[Any]:
        codec = CODECS[cls]
        statement = f"SELECT {codec.selected} FROM {cls.table} WHERE office_id = ? AND {where} ORDER BY id"
        return [codec.read(row) for row in self._run(statement, (self.office.id, *values)).fetchall()]

    def cases_not_cancelled(self, edition_id: int) -> int:
        """Count the cases of an edition that were not cancelled."""
        statement = "SELECT COUNT(*) FROM cases WHERE office_id = ? AND edition_id = ? AND state <> 'cancelled'"
        return int(self._run(statement, (self.office.id, edition_id)).fetchone()[0])

    def plan(self, revision_id: int, organisation: str) -> Plan:
        """Give a revision made ready to run."""
        return self._shelf.plan(self._run, self.office, revision_id, organisation)

    def organisation_named(self, name: str) -> tuple[str, Any] | None:
        """Give the digest and value of the organisation last loaded under a name."""
        return self._shelf.organisation_named(self._run, self.office, name)

    def organisations(self) -> list[Any]:
        """Give every organisation as it was loaded last."""
        return self._shelf.organisations(self._run, self.office)

    def signing_positions(self) -> set[str]:
        """Name the positions that ratify an edition, or sign off its stages: of a draft, one in use, an SOP's last."""
        found: set[str] = set()
        for edition in self._some(Edition, _SIGNED_BY_SOMEBODY):
            definition = self.paper(edition).definition
            found.add(definition.identity.ratified_by.position)
            found |= {p for stage in definition.stages() if stage.sign_off for p in stage.sign_off.by}
        return found

    def calendar(self, zone: str) -> WorkCalendar:
        """Give the office's working calendar in a zone."""
        return self._shelf.calendar(self._run, self.office, zone)

    # -- saving ----------------------------------------------------------------------------------

    def save(self, desk: Desk) -> None:
        """Write everything a decision touched."""
        out, office_id = desk.out, self.office.id
        for entity, (state, version) in out.changed.items():
            codec = CODECS[type(entity)]
            self._one(codec.update, codec.changes(office_id, entity, state, version))
        self._insert_entities(out.added)
        head = self._append(desk)
        self._many(rows.TEXTS.insert, (rows.TEXTS.values(office_id, written) for written in out.texts))
        self._save_reminders(desk)
        at = instant_text(self.now)
        self._many(rows.INSERT_MESSAGE, ([*rows.MESSAGES.values(office_id, message), at] for message in out.messages))
        self._one(
            "UPDATE offices SET head_seq = ?, head_hash = ?, head_at = ?, next_id = ? WHERE id = ? AND head_seq = ?",
            (desk.counters.seq, head, at, desk.counters.next_id, office_id, self.office.head_seq),
        )
        seq, number = desk.counters.seq, desk.counters.next_id
        self.office = replace(self.office, head_seq=seq, head_hash=head, head_at=self.now, next_id=number)

    def _insert_entities(self, added: list[Entity]) -> None:
        for cls, codec in CODECS.items():
            self._many(codec.insert, [codec.values(self.office.id, new) for new in added if type(new) is cls])

    def _append(self, desk: Desk) -> str:
        prev = self.office.head_hash
        entries = []
        for event in desk.out.events:
            if self.now != self._clock:
                event.facts["clock"] = instant_text(self._clock)
            body = body_of(event)
            digest = chained(prev, body)
            entries.append((self.office.id, event.seq, event.kind, event.case_id, body, prev, digest))
            prev = digest
        self._many(rows.INSERT_EVENT, entries)
        return prev

    def _save_reminders(self, desk: Desk) -> None:
        out, office_id = desk.out, self.office.id
        fired = [("sent", r) for r in out.fired] + [("superseded", r) for r in out.superseded_reminders]
        for state, r in fired:
            self._one(rows.FIRE_REMINDER, (state, office_id, r.run_id, r.person_id, r.level, r.deadline_no))
        for about in out.superseded:
            of_one = rows.OF_ONE if len(about) > 1 else ""
            self._run(rows.SUPERSEDE_REMINDERS + of_one, (office_id, *about))
            self._run(rows.SUPERSEDE_MESSAGES + of_one, (office_id, *about))
        if desk.case and desk.case.state == "void":
            self._run(rows.SILENCE_CASE, (office_id, desk.case.id))
        self._many(rows.INSERT_REMINDER, [rows.REMINDERS.values(office_id, r) for r in out.reminders])

    def _one(self, statement: str, parameters: Iterable[Any]) -> None:
        self._alone.append(self._run(statement, tuple(parameters)))

    def confirm(self) -> None:
        """Raise StaleVersion unless every row that was changed alone was still as it had been loaded."""
        self._settle()
        if any(changed.rowcount != 1 for changed in self._alone):
            raise StaleVersion(
                "Keadaan sudah berubah sejak dibaca; perubahan ini tidak disimpan.",
                instead="Muat ulang, periksa, lalu ulangi bila masih perlu.",
            )

    def _many(self, statement: str, parameters: Iterable[list[Any] | tuple[Any, ...]]) -> None:
        listed = list(parameters)
        if listed:
            self._run_many(statement, listed)
