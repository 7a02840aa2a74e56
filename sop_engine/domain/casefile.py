"""A case file: all that one decision looks at, and everything it decided.

A decision changes entities through `change` and `add`, says what happened with `tell`, and queues
mail with `mail`. The store then writes exactly what was touched, in one transaction.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sop_engine.domain.deadlines import LevelKind, levels_of
from sop_engine.domain.flow import CompletedRun, Flow, Past, Position, replay, standing
from sop_engine.domain.people import Acting, People
from sop_engine.domain.plan import Plan
from sop_engine.domain.record import text_digest
from sop_engine.domain.state import (
    Actor,
    Case,
    Edition,
    Entity,
    Event,
    Message,
    Reminder,
    Run,
    SignOff,
    Task,
    Written,
    plain,
)


@dataclass(slots=True)
class Counters:
    """The office's running numbers: the last audit entry, the next free id, a source of salts."""

    seq: int
    next_id: int
    salt: Callable[[], str]


@dataclass(slots=True, eq=False)
class Outcome:
    """Everything a decision produced, in the order it happened."""

    events: list[Event] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    reminders: list[Reminder] = field(default_factory=list)
    fired: list[Reminder] = field(default_factory=list)
    superseded_reminders: list[Reminder] = field(default_factory=list)
    superseded: list[tuple[int, ...]] = field(default_factory=list)  # all unsent about (run,) or (run, person)
    texts: list[Written] = field(default_factory=list)
    added: list[Entity] = field(default_factory=list)
    changed: dict[Entity, tuple[str, int]] = field(default_factory=dict)  # → state and version before


class Desk:
    """Where a decision records what it does; enough for acts on an edition."""

    def __init__(self, counters: Counters, people: People, actor: Actor, now: datetime) -> None:
        self.counters, self.people, self.actor, self.now = counters, people, actor, now
        self.out = Outcome()
        self.case: Case | None = None
        self._sets: dict[str, dict[str, Any]] = {}

    def new_id(self) -> int:
        """Take the office's next number."""
        self.counters.next_id += 1
        return self.counters.next_id - 1

    @property
    def next_seq(self) -> int:
        """The number the next audit entry will bear."""
        return self.counters.seq + 1

    def add(self, entity: Entity) -> None:
        """Bring a new entity to life."""
        self.out.added.append(entity)
        self._sets[f"{entity.table}/{entity.id}"] = entity.image()

    def change(self, entity: Any, **fields: Any) -> None:
        """Set fields of an entity, and remember what it was before the first change."""
        fresh = entity not in self.out.changed and entity not in self.out.added
        if fresh:
            self.out.changed[entity] = (getattr(entity, "state", ""), getattr(entity, "version", 0))
            if hasattr(entity, "version"):
                fields.setdefault("version", entity.version + 1)
        sets = self._sets.setdefault(f"{entity.table}/{entity.id}", {})
        for name, value in fields.items():
            setattr(entity, name, value)
            sets[name] = plain(value)

    def tell(self, kind: str, **facts: Any) -> Event:
        """Record a fact, with every field set since the last one."""
        self.counters.seq += 1
        case_id = self.case.id if self.case else None
        event = Event(self.counters.seq, kind, self.now, self.actor, case_id, facts, self._sets)
        self._sets = {}
        self.out.events.append(event)
        return event

    def write(self, body: str | None) -> Written | None:
        """Keep a person's own words apart, under a salted digest; None for nothing said."""
        if not body or not body.strip():
            return None
        salt = self.counters.salt()
        written = Written(self.new_id(), salt, body.strip(), text_digest(salt, body.strip()))
        self.out.texts.append(written)
        return written

    def mail(
        self,
        kind: str,
        to: Acting,
        subject: str,
        context: dict[str, Any],
        *,
        about: int,
        extra: str = "",
        run: Run | None = None,
    ) -> None:
        """Queue one mail to one person about the fact told last; a doubled one is dropped."""
        person = self.people.person(to.person_id)
        dedupe = f"{kind}/{about}/{extra or self.counters.seq}/{person.id}"
        if any(message.dedupe == dedupe for message in self.out.messages):
            return
        self._queue(kind, dedupe, subject, context, person.id, person.name, person.email, to.position, run)

    def mail_to(self, address: str, kind: str, subject: str, context: dict[str, Any]) -> None:
        """Queue one mail about the fact told last to an address outside the office."""
        self._queue(kind, f"{kind}/{self.counters.seq}/{address}", subject, context, None, address, address, "", None)

    def _queue(
        self, kind: str, dedupe: str, subject: str, context: dict[str, Any],
        person_id: int | None, name: str, address: str, position: str, run: Run | None,
    ) -> None:  # fmt: skip
        self.out.messages.append(
            Message(
                id=self.new_id(),
                event_seq=self.counters.seq,
                kind=kind,
                person_id=person_id,
                to_name=name,
                to_address=address,
                to_position=position,
                case_id=self.case.id if self.case else None,
                run_id=run.id if run else None,
                stage=run.stage if run else "",
                dedupe=dedupe,
                subject=subject,
                context=context,
                created_at=self.now,
            )
        )


def refer(written: Written | None) -> dict[str, Any] | None:
    """Name a kept text in an event: its number and salted digest, never its words."""
    return {"text": written.id, "digest": written.digest} if written else None


class CaseFile(Desk):
    """A desk with one case on it."""

    case: Case

    def __init__(
        self,
        counters: Counters,
        people: People,
        actor: Actor,
        now: datetime,
        plan: Plan,
        edition: Edition,
        case: Case,
        runs: Iterable[Run] = (),
        tasks: Iterable[Task] = (),
        sign_offs: Iterable[SignOff] = (),
        took_part: Callable[[], Iterable[tuple[int, str]]] = lambda: (),
        kept_text: Callable[[int], str] = lambda _: "",
        plan_of: Callable[[int], Plan] | None = None,
    ) -> None:
        super().__init__(counters, people, actor, now)
        self.plan, self.edition, self.case = plan, edition, case
        self.runs = {run.id: run for run in runs}
        self.tasks = {task.id: task for task in tasks}
        self.sign_offs = {sign_off.id: sign_off for sign_off in sign_offs}
        self.took_part = took_part  # (person, position) of every task of the edition, asked at its end
        self._kept_text, self._plan_of = kept_text, plan_of

    def completed_runs(self) -> list[Run]:
        """List the completed runs in the order the record has them."""
        done = [run for run in self.runs.values() if run.state == "completed"]
        return sorted(done, key=lambda run: run.ended_seq or 0)

    def history(self) -> list[Past]:
        """Give what still counts of the completed runs, under the ids of the revision the case follows.

        What a backward outcome took back is judged by the revision it ended under, and asks nothing of a later one.
        """
        present = self.plan.flow.present
        return [past.under(present) for past in standing(self.completed_runs(), self._flow_of)]

    def _flow_of(self, run: CompletedRun) -> Flow:
        revision = getattr(run, "revision_id", self.plan.revision_id)
        if revision == self.plan.revision_id or self._plan_of is None:
            return self.plan.flow
        return self._plan_of(revision).flow

    def tasks_of(self, run: Run) -> list[Task]:
        """List the open tasks of a run."""
        return [task for task in self.tasks.values() if task.run_id == run.id and task.open]

    def sign_offs_of(self, run: Run) -> list[SignOff]:
        """List a run's sign-offs, answered ones too."""
        return [sign_off for sign_off in self.sign_offs.values() if sign_off.run_id == run.id]

    def acting_in(self, position: str) -> list[Acting]:
        """List who may act in a position now: its holders, and substitutes of those away."""
        return self.people.acting_in(position, self.now)

    def words(self, text_id: int | None) -> list[str]:
        """Give a person's words as lines, whether written in this act or kept earlier."""
        if text_id is None:
            return []
        fresh = next((written.body for written in self.out.texts if written.id == text_id), None)
        return (fresh if fresh is not None else self._kept_text(text_id)).splitlines()

    def levels(self, due_at: datetime) -> list[tuple[str, LevelKind, int, datetime]]:
        """List the reminder and escalation moments of a due date that are still ahead."""
        return levels_of(self.plan.definition.schedule, due_at, self.now, self.plan.calendar)

    def given_limits(self) -> dict[str, date]:
        """The limit dates that were entered when the case started."""
        return {name: date.fromisoformat(day) for name, day in self.case.limits.items()}

    def completed_at(self) -> dict[str, datetime]:
        """When each stage was last completed, for dates that count from it; one of several slots is not the stage."""
        done, found = self.completed_runs(), dict[str, datetime]()
        position = replay(self.plan.flow, self.history())
        half = {name: visit.ended for name, visit in position.visits.items()} if isinstance(position, Position) else {}
        for run in reversed(done):
            stage = self.plan.flow.present(run.stage)
            if half.get(stage):
                half[stage] -= 1
            elif run.ended_at:
                found.setdefault(stage, run.ended_at)
        return found
