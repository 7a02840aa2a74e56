"""An office lives at random: whatever people, time, mail and attackers do, the invariants hold after every step."""

import itertools
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from notifications.mime import Sender, freeze
from notifications.render import render
from sop_engine.application.answer_sign_off import approve, return_work
from sop_engine.application.claim_task import claim_task, release_task
from sop_engine.application.complete_task import complete_task
from sop_engine.application.fire_reminders import fire_reminders
from sop_engine.application.load_edition import load_edition
from sop_engine.application.outbox_port import OutgoingMessage
from sop_engine.application.ratify_edition import sign_edition
from sop_engine.application.start_case import YEARLY, cancel_case, start_case
from sop_engine.domain.casefile import Desk
from sop_engine.domain.deadlines import levels_of
from sop_engine.domain.definition import Stage
from sop_engine.domain.expressions import FixedDate
from sop_engine.domain.flow import Visit, outcomes_of
from sop_engine.domain.opening import open_visit
from sop_engine.domain.plan import Plan
from sop_engine.domain.record import fold
from sop_engine.domain.state import instant_of, instant_text
from sop_engine.errors import NotAuthorised, NotFound, Refusal
from sop_engine.storage import outbox, rows, transaction
from sop_engine.wiring import parse_definition
from tests.invariants import Watch, check, nobody_idle_is_reminded
from tests.office import OPENING, SOP_396, Office, Place
from tests.strategies import FailingStore, definitions, move_in, text_of

NEXT_DAY = OPENING + timedelta(days=1)
EVERY = 25  # steps between two full checks
PICK = st.integers(0, 999)
JUMPS = {  # how the clock moves
    "second": timedelta(seconds=1),
    "hours": timedelta(hours=3),
    "day": timedelta(days=1),
    "days": timedelta(days=3),
    "back": timedelta(hours=-1),
    "year": timedelta(days=365),
}
ATTACKS = [  # of somebody with the application's own connection; each must be refused, or touch nothing
    "UPDATE stage_runs SET outcome = 'tidak' WHERE state IN ('completed', 'returned', 'void') RETURNING id",
    "UPDATE stage_runs SET state = 'active', ended_at = NULL, ended_seq = NULL WHERE state = 'completed' RETURNING id",
    "UPDATE stage_runs SET pass_no = pass_no + 1 WHERE state = 'active' RETURNING id",
    "UPDATE tasks SET state = 'offered', ended_at = NULL WHERE state IN ('done', 'withdrawn') RETURNING id",
    "UPDATE tasks SET person_id = person_id + 1 RETURNING id",
    "UPDATE sign_offs SET note = NULL, person_id = 1 WHERE state IN ('given', 'returned') RETURNING id",
    "UPDATE cases SET state = 'running', ended_at = NULL WHERE state <> 'running' RETURNING id",
    "UPDATE cases SET year = 1999 RETURNING id",
    "UPDATE editions SET state = 'in_force' WHERE state IN ('draft', 'expired') RETURNING id",
    "UPDATE editions SET number = 'lain' RETURNING id",
    "UPDATE revisions SET body = 'lain' RETURNING id",
    "UPDATE events SET body = '{}' RETURNING seq",
    "DELETE FROM events RETURNING seq",
    "DELETE FROM tasks RETURNING id",
    "DELETE FROM messages RETURNING id",
    "INSERT INTO events SELECT office_id, seq + 1, kind, case_id, body, 'aa', hash FROM events RETURNING seq",
    "UPDATE offices SET head_seq = head_seq - 1 RETURNING id",
    "UPDATE messages SET to_address = 'lain@contoh.invalid' RETURNING id",
    "UPDATE messages SET state = 'queued' WHERE state IN ('sent', 'failed', 'superseded') RETURNING id",
    "UPDATE reminders SET state = 'armed' WHERE state <> 'armed' RETURNING run_id",
    "UPDATE reminders SET at = '2000-01-01T00:00:00.000000Z' RETURNING run_id",
    "UPDATE texts SET body = 'lain' RETURNING id",
]
OPEN = ("offered", "claimed")
_OPEN = f"tasks WHERE state IN {OPEN}"
ACTS = {  # what may happen: how often, and of what there must be some
    "load": (1, ""),
    "sign": (2, "editions WHERE state = 'draft'"),
    "begin": (1, "editions"),
    "claim": (2, "tasks WHERE state = 'offered'"),
    "release": (1, "tasks WHERE state = 'claimed'"),
    "complete": (14, _OPEN),
    "complete_wrongly": (2, _OPEN),
    "complete_too_late": (1, "tasks WHERE state IN ('done', 'withdrawn')"),
    "answer": (9, "sign_offs WHERE state = 'requested'"),
    "cancel": (1, "cases"),
    "tick": (4, ""),
    "mail": (4, "messages WHERE state IN ('queued', 'claimed')"),
    "come_back_late": (2, ""),
    "reopen": (1, ""),
    "attack": (2, ""),
}
SENDER = Sender("Kantor Uji", "sop@contoh.invalid")
MUST_HAPPEN = {  # else the machine would prove nothing
    *("load", "sign", "start", "claim", "release", "complete", "approve", "return", "cancel"),
    *("complete, struck: refused", "approve, struck: refused", "approve own work: refused", "attack: refused"),
    *("tick: fired", "mail: ok", "mail: defer", "mail: fail", "mail: overtaken"),
    *("cases completed", "stage_runs void", "stage_runs returned", "sign_offs withdrawn", "reminders sent"),
    *("reminders superseded", "messages superseded", "messages failed"),
}
ABOUT_WORK = ("penugasan", "permintaan_pengesahan", "pengingat", "terlambat", "eskalasi")
WITHOUT_5 = re.sub(r"aturan: tidak_berlaku_saat_berakhir", "", SOP_396.read_text("utf-8"))
SOPS = st.sampled_from([SOP_396.read_text("utf-8"), WITHOUT_5]) | definitions(lengths=(3, 2, 4))


class Struck(Exception):
    """The process is gone between the last write and COMMIT."""


@dataclass(frozen=True)
class Work:
    """An open task and all that bears on doing it."""

    task: int
    person: int
    state: str
    run: int
    slot: str
    stage: Stage
    plan: Plan


@dataclass
class Lives:
    """Where episodes begin, and what happened in all of them."""

    place: Place
    folder: Path
    person: dict[str, int]
    numbers: Iterator[int] = field(default_factory=itertools.count)
    happened: Counter[str] = field(default_factory=Counter)


def chosen(listed: list[Any], pick: int) -> Any:
    return listed[pick % len(listed)]


class OfficeLife(RuleBasedStateMachine):
    """One episode: an office on a copy of the prepared store."""

    def __init__(self, lives: Lives) -> None:
        super().__init__()
        self.lives, self.year_jumps, self.since_check, self.sound = lives, 0, 0, False
        self.office = Office(lives.place.copied(lives.folder / str(next(lives.numbers))), NEXT_DAY, new=False)
        self.office.person |= lives.person
        self.reading, self.watch = self.office.engine.reading, Watch(self.office)
        self.held: list[OutgoingMessage] = []
        self.keys, self.editions = itertools.count(), itertools.count(1000)
        self.holders: dict[str, set[int]] = {}
        for position, person in self.query("SELECT position, person_id FROM holders"):
            self.holders.setdefault(position, set()).add(person)

    def teardown(self) -> None:
        if self.sound:  # else what was found first must be told
            check(self.office)
        for table in ("cases", "stage_runs", "sign_offs", "messages", "reminders"):
            for state, count in self.query(f"SELECT state, COUNT(*) FROM {table} GROUP BY state"):
                self.lives.happened[f"{table} {state}"] += count
        self.office.close()
        self.office.place.remove()

    # -- looking ---------------------------------------------------------------------------------

    def query(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return self.office.store.query(statement, parameters)

    @property
    def now(self) -> datetime:
        """What time a transaction takes it to be: never before the record's last entry."""
        return max(self.office.at, instant_of(self.watch.at))

    def open_work(self) -> list[Work]:
        found = self.query(
            "SELECT t.id, t.person_id, t.state, r.id, r.slot, r.stage, c.revision_id, e.organisation FROM tasks t"
            " JOIN stage_runs r ON r.office_id = t.office_id AND r.id = t.run_id"
            " JOIN cases c ON c.office_id = t.office_id AND c.id = t.case_id"
            " JOIN editions e ON e.office_id = c.office_id AND e.id = c.edition_id"
            " WHERE t.state IN ('offered', 'claimed') ORDER BY t.id"
        )
        plans = [self.reading.plan(row[6], row[7]) for row in found]
        return [
            Work(task, person, state, run, slot, plan.stage(stage), plan)
            for (task, person, state, run, slot, stage, *_), plan in zip(found, plans, strict=True)
        ]

    def asked(self) -> list[tuple[int, str, set[int]]]:
        """(sign-off, position, who must not give it) of each that is requested."""
        found = []
        for number, position, run_id in self.office.asked():
            ((case_id,),) = self.query("SELECT case_id FROM stage_runs WHERE id = ?", run_id)
            view = self.reading.case(case_id)
            assert view
            run = next(run for run in view.runs if run.id == run_id)
            performers = {run.performed_by or 0, *run.present}
            for name in view.plan.performers_of(view.plan.stage(run.stage), run.slot):
                if name in view.plan.organisation.bodies:
                    performers |= self.behind(view.plan, name)
            found.append((number, position, performers))
        return found

    def behind(self, plan: Plan, performer: str) -> set[int]:
        return {who for name in plan.organisation.members_of(performer) for who in self.holders.get(name, ())}

    def body_of(self, work: Work) -> set[int]:
        """Everybody of the body that does some work; nobody where a position does."""
        if not work.plan.quorum_of(work.stage, work.slot)[0]:
            return set()
        return {who for name in work.stage.performers or () for who in self.behind(work.plan, name)}

    def count(self, table: str, where: str = "0 = 0") -> int:
        return int(self.query(f"SELECT COUNT(*) FROM {table} WHERE {where}")[0][0])

    # -- acting ----------------------------------------------------------------------------------

    def act(self, name: str, call: Callable[[], Any], allowed: bool = True, why: type[Exception] = Refusal) -> Any:
        """Do what must succeed and be told, or must be refused and leave nothing."""
        counters = self.query("SELECT next_id, head_seq, setup_version FROM offices ORDER BY id")
        before = self.watch.rows
        if allowed:
            answer = call()
            self.lives.happened[name] += 1
            assert self.watch.look(self.office) > 0, "an act without an entry (I17)"
            return answer
        with pytest.raises(why):
            call()
        self.lives.happened[f"{name}: refused"] += 1
        assert self.watch.look(self.office) == 0
        assert self.watch.rows == before, "a refused act left something behind (I32)"
        assert self.query("SELECT next_id, head_seq, setup_version FROM offices ORDER BY id") == counters
        return None

    def take_in(self, definition: dict[str, Any] | str) -> int:
        number = next(self.editions)
        if isinstance(definition, str):
            body = definition.replace("nomor: 396/", f"nomor: {number}/", 1)
        else:
            body = text_of(definition, f"{number}/UJI/2027")
        loader = self.office.who("admin")
        return int(self.act("load", lambda: load_edition(self.office.store, loader, body, parse_definition))["edition"])

    def sign_as(self, edition: int, person: int, allowed: bool = True, digest: str = "") -> None:
        digest = digest or self.query("SELECT digest FROM revisions WHERE edition_id = ?", edition)[0][0]
        who = self.office.who(person)
        self.act("sign", lambda: sign_edition(self.office.store, who, edition, digest), allowed)

    def ratifier(self, edition: int) -> int:
        row = next(row for row in self.reading.editions() if row.id == edition)
        plan = self.reading.plan(row.revision_id, row.organisation)
        return self.office.person[plan.definition.identity.ratified_by.position]

    @initialize(sops=st.lists(SOPS, min_size=2, max_size=5), cases=PICK)
    def open_the_office(self, sops: list[dict[str, Any] | str], cases: int) -> None:
        self.sops = sops
        self.begin_anew(cases)

    def begin_anew(self, cases: int) -> None:
        edition = self.take_in(sop := self.sops.pop() if self.sops else WITHOUT_5)
        self.sign_as(edition, self.ratifier(edition))
        for _ in range(1 if sop != WITHOUT_5 else 1 + cases % 3):
            self.start(edition, 2026)

    @rule(act=st.sampled_from([name for name, (weight, _) in ACTS.items() for _ in range(weight)]), pick=PICK, way=PICK)
    def happens(self, act: str, pick: int, way: int) -> None:
        self.sound, needs = False, ACTS[act][1]
        if not needs or self.query(f"SELECT 1 FROM {needs} LIMIT 1"):
            getattr(self, act)(pick, way)
        elif self.count("cases", "state = 'running'"):
            self.tick(pick, way)
        else:
            self.begin_anew(pick)

    # -- editions and cases ----------------------------------------------------------------------

    def load(self, _pick: int, _way: int) -> None:
        if not self.sops:
            return
        edition = self.take_in(self.sops.pop())
        ((body,),) = self.query("SELECT body FROM revisions WHERE edition_id = ?", edition)
        loader = self.office.who("admin")
        self.act("load again", lambda: load_edition(self.office.store, loader, body, parse_definition), False)

    def sign(self, pick: int, way: int) -> None:
        how = chosen(["rightly", "rightly", "as loader", "as a stranger", "another text"], way)
        (edition,) = chosen(self.query("SELECT id FROM editions WHERE state = 'draft' ORDER BY id"), pick)
        person = {"as loader": "admin", "as a stranger": "staf_satu"}.get(how)
        digest = "0" * 64 if how == "another text" else ""
        signer = self.office.person[person] if person else self.ratifier(edition)
        self.sign_as(edition, signer, how == "rightly", digest)

    def begin(self, pick: int, way: int) -> None:
        if self.count("cases", "state = 'running'") < 4:
            edition = chosen(self.query("SELECT id FROM editions ORDER BY id DESC"), pick)[0]
            self.start(edition, chosen([2026, 2026, 2025, None], way))

    def start(self, edition: int, year: int | None) -> None:
        row = next(row for row in self.reading.editions() if row.id == edition)
        plan = self.reading.plan(row.revision_id, row.organisation)
        taken = row.single_case and self.count("cases", f"edition_id = {edition} AND state <> 'cancelled'")
        dated = year or plan.definition.schedule.cycle not in YEARLY
        allowed = row.state in ("in_force", "in_execution") and not taken and bool(dated)
        who = self.office.who("admin")
        self.act("start", lambda: start_case(self.office.store, who, edition, year=year), allowed)

    # -- tasks -----------------------------------------------------------------------------------

    def claim(self, pick: int, _way: int) -> None:
        work = chosen([work for work in self.open_work() if work.state == "offered"], pick)
        taken = self.count("tasks", f"run_id = {work.run} AND state = 'claimed'")
        who = self.office.who(work.person)
        self.act("claim", lambda: claim_task(self.office.store, who, work.task), not taken)

    def release(self, pick: int, _way: int) -> None:
        work = chosen(self.open_work(), pick)
        who = self.office.who(work.person)
        self.act("release", lambda: release_task(self.office.store, who, work.task), work.state == "claimed")

    def may_end(self, work: Work) -> bool:
        """Whether nobody else has claimed the run, and its day has come."""
        others = self.count("tasks", f"run_id = {work.run} AND state = 'claimed' AND id <> {work.task}")
        early = isinstance(work.stage.not_before, FixedDate) and self.now < work.plan.calendar.opening(
            work.stage.not_before.day
        )
        return not others and not early

    def said(self, work: Work, pick: int) -> dict[str, Any]:
        """What somebody says on completing work: one of its outcomes, perhaps some slots to redo."""
        ways = outcomes_of(work.stage)
        outcome = chosen(list(ways), pick)
        target = ways[outcome]
        slots = (work.plan.stage(target.stage).for_each if target.kind == "back" else None) or ()
        redo = tuple(slot for place, slot in enumerate(slots) if pick >> place & 1)
        note = "Karena perlu." if pick % 3 or outcome == "dilewati" else ""
        return {
            "outcome": outcome,
            "redo": redo,
            "note": note,
            "result": "Naskah." if pick % 2 else "",
            "present": tuple(self.body_of(work)),
        }

    def complete(self, pick: int, way: int) -> None:
        end = {1: "again", 2: "struck"}.get(pick % 7)
        work = chosen(self.open_work(), pick)
        said, allowed = self.said(work, way), self.may_end(work)
        who = self.office.who(work.person, key=f"kunci-{next(self.keys)}")
        if end == "struck" and allowed:
            store = FailingStore(self.office.store, Struck())
            self.act("complete, struck", lambda: complete_task(store, who, work.task, **said), False, Struck)
        answer = self.act(
            "complete", lambda: complete_task(self.office.store, who, work.task, **said), allowed
        )
        if allowed:
            assert answer["status"] in ("completed", "submitted")
        if end == "again" and allowed:  # the same request gives the same answer, and another one is refused
            assert complete_task(self.office.store, who, work.task, **said) == answer
            assert self.watch.look(self.office) == 0
            call = lambda: complete_task(self.office.store, self.office.who(work.person), work.task, **said)  # noqa: E731
            self.act("complete twice", call, False)

    def complete_wrongly(self, pick: int, way: int) -> None:
        how = chosen(["stranger", "outcome", "redo", "quorum", "guest", "reason"], way)
        work = chosen(self.open_work(), pick)
        said, why, person = self.said(work, 0) | {"note": "Ada."}, Refusal, work.person
        others = set(self.office.person.values()) - {work.person}
        match how:
            case "stranger":
                person, why = chosen(sorted(others), pick), NotFound
            case "outcome":
                said["outcome"] = "mungkin"
            case "redo":
                said["redo"] = ("tidak_ada",)
            case "quorum" if work.plan.quorum_of(work.stage, work.slot)[0] > 1:
                said["present"] = ()
            case "guest" if body := self.body_of(work):
                said["present"] = (*body, chosen(sorted(others - body), pick))
            case "reason" if work.stage.condition:
                said |= {"outcome": "dilewati", "note": "  "}
            case _:
                return
        who = self.office.who(person)
        call = lambda: complete_task(self.office.store, who, work.task, **said)  # noqa: E731
        self.act(f"complete wrongly, {how}", call, False, why)

    def complete_too_late(self, pick: int, _way: int) -> None:
        ended = self.query("SELECT id, person_id FROM tasks WHERE state IN ('done', 'withdrawn') ORDER BY id")
        task, person = chosen(ended, pick)
        who = self.office.who(person)
        self.act("complete too late", lambda: complete_task(self.office.store, who, task, note="Ada."), False)

    # -- sign-offs and ends ----------------------------------------------------------------------

    def answer(self, pick: int, way: int) -> None:
        how = chosen(["give", "give", "give", "give", "return", "return silently", "as performer", "struck"], way)
        number, position, performers = chosen(self.asked(), pick)
        able = sorted(self.holders.get(position, set()) - performers)
        store = self.office.store
        if how == "as performer" or not able:
            who = self.office.who(chosen(sorted(performers), pick))
            self.act("approve own work", lambda: approve(store, who, number), False, NotAuthorised)
            return
        who = self.office.who(chosen(able, pick))
        if how == "struck":
            self.act("approve, struck", lambda: approve(FailingStore(store, Struck()), who, number), False, Struck)
        if how.startswith("return"):
            note = "Perbaiki." if how == "return" else " "
            self.act("return", lambda: return_work(store, who, number, note), how == "return")
            return
        self.act("approve", lambda: approve(store, who, number, "Setuju." if pick % 2 else ""))
        self.act("approve twice", lambda: approve(store, who, number), False)

    def cancel(self, pick: int, way: int) -> None:
        how = chosen(["as staff", "silently", "no such place", "rightly"], way)
        view = self.reading.case(chosen(self.query("SELECT id FROM cases ORDER BY id"), pick)[0])
        assert view
        position = {"as staff": "staf_dua", "no such place": "kepala"}.get(how, view.plan.definition.responsible)
        person = self.office.person["staf_dua" if how in ("as staff", "no such place") else position]
        running = view.case.state == "running" and view.edition.state == "in_execution"
        reason = " " if how == "silently" else "Salah mulai."
        self.act(
            "cancel",
            lambda: cancel_case(self.office.store, self.office.who(person), view.case.id, position, reason),
            running and how == "rightly",
        )

    # -- time, mail, accidents -------------------------------------------------------------------

    def tick(self, pick: int, _way: int) -> None:
        jump = chosen([*JUMPS, "hours", "hours", "day", "day", "days", "second"], pick)
        self.year_jumps += jump == "year"
        if self.year_jumps <= 2 or jump != "year":
            self.office.at += JUMPS[jump]
        before = self.watch.rows
        touched = fire_reminders(self.office.store, self.office.at)
        assert (self.watch.look(self.office) >= touched > 0) or self.watch.rows == before
        for key, row in self.watch.rows.items():
            if key.startswith("reminders/"):  # I26: none that is due waits, none is sent before it is due
                assert row[-1] != "armed" or row[-2] > instant_text(self.office.at), key
                assert row[-1] != "sent" or row[-2] <= self.watch.at, key
        assert fire_reminders(self.office.store, self.office.at) == 0, "a second ticker finds work"
        self.lives.happened[f"tick: {'fired' if touched else 'idle'}"] += 1

    def mail(self, pick: int, way: int) -> None:
        box, now, before = self.office.engine.outbox, self.office.at, self.watch.rows
        claimed = box.claim(now, owner="satu", limit=1 + pick % 9, lease_seconds=900)
        runs = dict(self.query("SELECT id, state FROM stage_runs"))
        for place, message in enumerate(claimed):
            kind, *_, state = before[f"messages/{message.id}"][1:]
            run = self.query("SELECT run_id FROM messages WHERE id = ?", message.id)[0][0]
            fresh = state == "queued" and message.attempts == 0
            assert not fresh or kind not in ABOUT_WORK or runs[run] in ("active", "submitted"), "asked of nobody (I24)"
            self.hand_over(message, chosen(["ok", "ok", "ok", "defer", "fail", "lapse"], way + place * pick))
        assert self.watch.look(self.office) == 0

    def hand_over(self, message: OutgoingMessage, outcome: str) -> None:
        box, now = self.office.engine.outbox, self.office.at
        self.lives.happened[f"mail: {outcome}"] += 1
        if outcome == "lapse":
            self.held.append(message)
            return
        body = message.body or self.written(message)
        mine = message.fence == self.query("SELECT fence FROM messages WHERE id = ?", message.id)[0][0]
        if message.body is None:
            assert box.freeze(message, body) is mine
        match outcome:
            case "ok":
                assert box.sent(message, now) is mine
            case "defer":
                assert box.defer(message, now + timedelta(minutes=5), "421 sibuk") is mine
            case "fail":
                assert box.failed(message, "550 tidak ada") is mine

    def written(self, message: OutgoingMessage) -> bytes:
        head = self.office.engine.outbox.head(message.office_id)
        base = "https://sop.contoh.invalid"
        letter = render(message.kind, message.context, message.subject, base_address=base, head=head)
        return freeze(message, letter, SENDER)

    def come_back_late(self, pick: int, way: int) -> None:
        if not self.held:
            return
        message = self.held.pop(pick % len(self.held))
        state = self.query("SELECT state, fence FROM messages WHERE id = ?", message.id)[0]
        late = state != ("claimed", message.fence)
        self.lives.happened["mail: overtaken"] += late
        before = self.watch.rows
        if late:
            box, now = self.office.engine.outbox, self.office.at
            assert not box.freeze(message, b"lain")
            assert not box.sent(message, now)
            assert not box.failed(message, "x")
        else:
            self.hand_over(message, chosen(["ok", "defer", "fail"], way))
        assert self.watch.look(self.office) == 0
        assert not late or self.watch.rows == before, "an old fence wrote (I23)"

    def reopen(self, _pick: int, _way: int) -> None:
        at = self.office.at
        self.office = self.office.reopened()
        self.office.at = at
        self.office.person |= self.lives.person
        self.reading, before = self.office.engine.reading, self.watch.rows
        assert self.watch.look(self.office) == 0
        assert self.watch.rows == before

    def attack(self, pick: int, _way: int) -> None:
        attack, before = chosen(ATTACKS, pick), self.watch.rows
        try:
            assert self.office.store.statement(attack, ()) == [], attack
            self.lives.happened["attack: nothing there"] += 1
        except AssertionError:
            raise
        except Exception:
            self.lives.happened["attack: refused"] += 1
        assert self.watch.look(self.office) == 0
        assert self.watch.rows == before, attack

    def everybody_is_reminded(self) -> None:
        """Whoever has work or is asked for a sign-off has each level of its due date once (I26)."""
        levels: dict[tuple[int, int, int], list[str]] = {}
        for run, person, number, level in self.query("SELECT run_id, person_id, deadline_no, level FROM reminders"):
            levels.setdefault((run, person, number), []).append(level)
        able = {number: self.holders.get(position, set()) - others for number, position, others in self.asked()}
        for view in map(self.reading.case, [row.id for row in self.reading.cases()]):
            assert view
            runs = {run.id: run for run in view.runs}
            working = [task for task in view.tasks if task.state in OPEN]
            owed = [(task.run_id, task.person_id, runs[task.run_id].due_at, task.offered_at) for task in working]
            asked = [(sign_off, person) for sign_off in view.sign_offs for person in able.get(sign_off.id, ())]
            owed += [(sign_off.run_id, person, sign_off.due_at, sign_off.requested_at) for sign_off, person in asked]
            for run_id, person, due_at, since in owed:
                run = runs[run_id]
                expected = levels_of(view.plan.definition.schedule, due_at, since, view.plan.calendar) if due_at else []
                found = levels.get((run.id, person, run.deadline_no), [])
                assert sorted(found) == sorted(level for level, *_ in expected), (run.stage, person)

    @invariant()
    def holds(self) -> None:
        nobody_idle_is_reminded(self.office)
        self.lives.happened["step"] += 1
        self.since_check += 1
        if self.since_check >= EVERY:
            self.since_check = 0
            check(self.office)
            self.everybody_is_reminded()
        self.sound = True


@pytest.fixture
def lives(office: Office, tmp_path: Path) -> Lives:
    """An office with the staff of both structures; nobody is connected to its store."""
    return lives_from(office, tmp_path)


def lives_from(office: Office, folder: Path) -> Lives:
    move_in(office)
    office.close()
    return Lives(office.place, folder / "lives", dict(office.person))


def live(lives: Lives, episodes: int, steps: int, derandomize: bool = True) -> int:
    """Let episodes of so many steps pass and count them; raises for the first invariant that does not hold."""
    machine: Any = partial(OfficeLife, lives)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=episodes,
            stateful_step_count=steps,
            deadline=None,
            derandomize=derandomize,
            database=None,
            phases=[Phase.generate],  # a failing episode is short enough to read; to shrink it would take minutes
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return lives.happened["step"]


def test_two_thousand_steps(lives: Lives) -> None:
    steps = live(lives, 8, 260)

    assert steps >= 2000
    assert {act for act in MUST_HAPPEN if not lives.happened[act]} == set()


@pytest.mark.long
def test_a_hundred_thousand_steps(lives: Lives, capsys: pytest.CaptureFixture[str]) -> None:
    steps = 0
    while steps < 100_000:
        steps = live(lives, 50, 400, derandomize=False)

    with capsys.disabled():
        sys.stdout.write(f"{steps:,} steps, 0 violations: {dict(lives.happened)}\n")


# -- the machine finds what is broken on purpose -----------------------------------------------------


def forget_to_supersede(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "SUPERSEDE_REMINDERS", rows.SUPERSEDE_REMINDERS + " AND 0 = 1")


def fold_without_due_dates(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(bodies: Any) -> dict[str, dict[str, Any]]:
        whole = fold(bodies).items()
        return {key: {name: value for name, value in fields.items() if name != "due_at"} for key, fields in whole}

    monkeypatch.setattr("tests.invariants.fold", forgetful)


def tell_less_than_was_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def tell(desk: Desk, kind: str, **facts: Any) -> Any:
        for fields in desk._sets.values():
            fields.pop("claimed_at", None)
        return told(desk, kind, **facts)

    told = Desk.tell
    monkeypatch.setattr(Desk, "tell", tell)


def trust_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transaction, "max", lambda clock, _last: clock, raising=False)


def ignore_the_fence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_MINE", outbox._MINE.replace("state = 'claimed' AND fence = ?", "? > 0"))


def open_one_slot_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def open_one(file: Any, visit: Any, note: str = "") -> None:
        open_visit(file, Visit(visit.stage, {min(visit.pending)}), note)

    monkeypatch.setattr("sop_engine.domain.finishing.open_visit", open_one)


@pytest.mark.parametrize(
    ("sabotage", "found_by"),
    [
        (forget_to_supersede, "I24"),
        (fold_without_due_dates, "I17"),
        (tell_less_than_was_set, "I17"),
        (trust_the_clock, "I19|baru berlaku"),
        (ignore_the_fence, "I23|tidak boleh diubah"),
        (open_one_slot_only, "I8"),
    ],
)
def test_what_is_broken_on_purpose_is_found(
    sabotage: Callable[[pytest.MonkeyPatch], None], found_by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lives = lives_from(Office(tmp_path).settle(), tmp_path)
    sabotage(monkeypatch)

    with pytest.raises(Exception, match=found_by):
        live(lives, 10, 250)
