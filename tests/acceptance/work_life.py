"""What may happen to work in an office that lives at random: people, time, mail, accidents, attackers."""

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from notifications.mime import Sender, freeze
from notifications.render import render
from sop_engine.application.answer_sign_off import approve, return_work
from sop_engine.application.attach_file import attach_files, detach_file
from sop_engine.application.claim_task import claim_task, release_task
from sop_engine.application.complete_task import complete_task
from sop_engine.application.load_edition import load_edition
from sop_engine.application.outbox_port import OutgoingMessage
from sop_engine.application.ratify_edition import sign_edition
from sop_engine.application.start_case import YEARLY, cancel_case, start_case
from sop_engine.domain.attaching import MOST, Offered
from sop_engine.domain.deadlines import levels_of
from sop_engine.domain.definition import Stage
from sop_engine.domain.expressions import FixedDate
from sop_engine.domain.flow import outcomes_of
from sop_engine.domain.plan import Plan
from sop_engine.domain.state import Run, SignOff, instant_of, instant_text
from sop_engine.errors import NotAuthorised, NotFound, Refusal
from sop_engine.storage.rows import CODECS
from sop_engine.wiring import parse_definition
from tests.acceptance.oracle import Oracle
from tests.invariants import Watch, check, nobody_idle_is_reminded
from tests.office import OPENING, SOP_396, Office, Place
from tests.strategies import FailingStore, definitions, text_of

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
    "UPDATE files SET body = NULL WHERE body IS NOT NULL RETURNING id",
]
OPEN = ("offered", "claimed")
_OPEN = f"tasks WHERE state IN {OPEN}"
ACTS = {  # what may happen: how often, and of what there must be some
    "load": (1, ""),
    "sign": (2, "editions WHERE state = 'draft'"),
    "begin": (1, "editions"),
    "claim": (3, "tasks WHERE state = 'offered'"),
    "release": (3, "tasks WHERE state = 'claimed'"),
    "complete": (20, _OPEN),
    "complete_wrongly": (2, _OPEN),
    "complete_too_late": (1, "tasks WHERE state IN ('done', 'withdrawn')"),
    "answer": (12, "sign_offs WHERE state = 'requested'"),
    "cancel": (2, "cases WHERE state = 'running'"),
    "tick": (4, ""),
    "mail": (4, "messages WHERE state IN ('queued', 'claimed')"),
    "come_back_late": (2, ""),
    "reopen": (1, ""),
    "attack": (2, ""),
}
SENDER = Sender("Kantor Uji", "sop@contoh.invalid")
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
    position: str
    state: str
    capacity: str
    stands_for: int | None
    handed_by: int | None
    run: int
    since: str
    void: bool
    slot: str
    stage: Stage
    plan: Plan

    @property
    def owner(self) -> int:
        """Whose task it is, whoever does it."""
        return self.stands_for if self.capacity == "delegasi" and self.stands_for else self.person


@dataclass(frozen=True)
class Asked:
    """A sign-off that is requested: of whom, who could give it now, and who performed the work."""

    id: int
    position: str
    due_at: datetime
    run: Run
    plan: Plan
    void: bool
    told: set[int]
    able: set[int]
    performers: set[int]


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


class WorkLife(RuleBasedStateMachine):
    """One episode: an office on a copy of the prepared store."""

    acts = ACTS

    def __init__(self, lives: Lives) -> None:
        super().__init__()
        self.lives, self.year_jumps, self.since_check, self.sound = lives, 0, 0, False
        self.office = Office(lives.place.copied(lives.folder / str(next(lives.numbers))), NEXT_DAY, new=False)
        self.office.person |= lives.person
        self.reading, self.watch = self.office.engine.reading, Watch(self.office)
        self.held: list[OutgoingMessage] = []
        self.keys, self.editions = itertools.count(), itertools.count(1000)

    def teardown(self) -> None:
        if self.sound:  # else what was found first must be told
            check(self.office)
        for table in ("cases", "stage_runs", "sign_offs", "messages", "reminders"):
            for state, count in self.query(f"SELECT state, COUNT(*) FROM {table} GROUP BY state"):
                self.lives.happened[f"{table} {state}"] += count
        for kind, count in self.query("SELECT kind, COUNT(*) FROM events GROUP BY kind"):
            self.lives.happened[f"told {kind}"] += count
        self.office.close()
        self.office.place.remove()

    # -- looking ---------------------------------------------------------------------------------

    def query(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return self.office.store.query(statement, parameters)

    @property
    def now(self) -> datetime:
        """What time a transaction takes it to be: never before the record's last entry."""
        return max(self.office.at, instant_of(self.watch.at))

    def oracle(self) -> Oracle:
        return Oracle(self.query, self.now)

    def open_work(self) -> list[Work]:
        found = self.query(
            "SELECT t.id, t.person_id, t.position, t.state, t.capacity, t.stands_for, t.handed_by, r.id,"
            " r.activated_at, e.state = 'void', r.slot, r.stage, c.revision_id, e.organisation FROM tasks t"
            " JOIN stage_runs r ON r.office_id = t.office_id AND r.id = t.run_id"
            " JOIN cases c ON c.office_id = t.office_id AND c.id = t.case_id"
            " JOIN editions e ON e.office_id = c.office_id AND e.id = c.edition_id"
            " WHERE t.state IN ('offered', 'claimed') ORDER BY t.id"
        )
        plans = [self.reading.plan(row[12], row[13]) for row in found]
        return [
            Work(*row[:9], bool(row[9]), row[10], plan.stage(row[11]), plan)  # type: ignore[call-arg]
            for row, plan in zip(found, plans, strict=True)
        ]

    def may(self, work: Work) -> bool:
        """Whether a task is still its owner's to do, under an edition that is not void."""
        return not work.void and work.owner in self.oracle().acting(work.position)

    def open_runs(self) -> dict[int, tuple[Run, Plan, bool]]:
        """Every open run by number, with what it runs by, and whether its edition is void."""
        found = self.query(
            f"SELECT c.revision_id, e.organisation, e.state, {CODECS[Run].selected} FROM stage_runs"
            " JOIN cases c ON c.office_id = stage_runs.office_id AND c.id = stage_runs.case_id"
            " JOIN editions e ON e.office_id = c.office_id AND e.id = c.edition_id"
            " WHERE stage_runs.state IN ('active', 'submitted') ORDER BY stage_runs.id"
        )
        runs = [(CODECS[Run].read(row[3:]), self.reading.plan(row[0], row[1]), row[2] == "void") for row in found]
        return {run.id: (run, plan, void) for run, plan, void in runs}

    def asked(self) -> list[Asked]:
        """Each sign-off that is requested."""
        requested = self.query(
            f"SELECT {CODECS[SignOff].selected} FROM sign_offs WHERE state = 'requested' ORDER BY id"
        )
        found, runs, oracle = [], self.open_runs() if requested else {}, self.oracle()
        for one in map(CODECS[SignOff].read, requested):
            run, plan, void = runs[one.run_id]
            involved = (run.performed_by, run.performed_for, *run.present)
            performers = {person for person in involved if person}
            able = oracle.may_sign(plan, run, one.position)
            found.append(Asked(one.id, one.position, one.due_at, run, plan, void, set(one.asked), able, performers))
        return found

    def body_of(self, work: Work) -> set[int]:
        """Everybody of the body that does some work; nobody where a position does."""
        if not work.plan.quorum_of(work.stage, work.slot)[0]:
            return set()
        return {
            one for acting in self.oracle().may_work(work.plan, work.stage.id, work.slot).values() for one in acting
        }

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
        return self.take_in_text(body)

    def take_in_text(self, body: str) -> int:
        loader = self.office.who("admin")
        return int(self.act("load", lambda: load_edition(self.office.store, loader, body, parse_definition))["edition"])

    def sign_as(self, edition: int, person: int, allowed: bool = True, digest: str = "") -> None:
        digest = digest or self.query("SELECT digest FROM revisions WHERE edition_id = ?", edition)[0][0]
        who = self.office.who(person)
        self.act("sign", lambda: sign_edition(self.office.store, who, edition, digest), allowed)

    def paper(self, edition: int) -> tuple[Any, Plan]:
        row = next(row for row in self.reading.editions() if row.id == edition)
        return row, self.reading.plan(row.revision_id, row.organisation)

    def ratifiers(self, edition: int) -> list[int]:
        """Who may sign or void an edition now; a loader who holds the post may not sign."""
        return self.oracle().ratifying(self.paper(edition)[1].definition.identity.ratified_by.position)

    @initialize(sops=st.lists(SOPS, min_size=2, max_size=5), cases=PICK)
    def open_the_office(self, sops: list[dict[str, Any] | str], cases: int) -> None:
        self.sops = sops
        self.begin_anew(cases)

    def begin_anew(self, cases: int) -> None:
        edition = self.take_in(sop := self.sops.pop() if self.sops else WITHOUT_5)
        able = self.ratifiers(edition)
        self.sign_as(edition, able[0] if able else self.office.person["staf_satu"], bool(able))
        if not able:
            return
        for _ in range(1 if sop != WITHOUT_5 else 1 + cases % 3):
            self.start(edition, 2026)

    def happens(self, act: str, pick: int, way: int) -> None:
        """Let an act happen, or time pass where there is nothing to do it to."""
        self.sound, needs = False, self.acts[act][1]
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
        person, able = {"as loader": "admin", "as a stranger": "bukan_siapa"}.get(how), self.ratifiers(edition)
        digest = "0" * 64 if how == "another text" else ""
        signer = self.office.person[person or "bukan_siapa"] if person or not able else chosen(able, pick)
        self.sign_as(edition, signer, how == "rightly" and bool(able), digest)

    def begin(self, pick: int, way: int) -> None:
        if self.count("cases", "state = 'running'") < 4:
            edition = chosen(self.query("SELECT id FROM editions ORDER BY id DESC"), pick)[0]
            self.start(edition, chosen([2026, 2026, 2025, None], way))

    def start(self, edition: int, year: int | None) -> None:
        row, plan = self.paper(edition)
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
        self.act("claim", lambda: claim_task(self.office.store, who, work.task), not taken and self.may(work))

    def release(self, pick: int, way: int) -> None:
        works = self.open_work()
        work = chosen([work for work in works if work.state == "claimed"] if way % 4 else works, pick)
        who = self.office.who(work.person)
        allowed = work.state == "claimed" and self.may(work)
        self.act("release", lambda: release_task(self.office.store, who, work.task), allowed)

    def may_end(self, work: Work) -> bool:
        """Whether a task is its owner's, nobody else has claimed the run, its day has come, enough are present."""
        others = self.count("tasks", f"run_id = {work.run} AND state = 'claimed' AND id <> {work.task}")
        early = isinstance(work.stage.not_before, FixedDate) and self.now < work.plan.calendar.opening(
            work.stage.not_before.day
        )
        enough = len(self.body_of(work)) >= work.plan.quorum_of(work.stage, work.slot)[0]
        return self.may(work) and not others and not early and enough

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
        if way % 3 == 0:
            self.deliver(work, way)
        who = self.office.who(work.person, key=f"kunci-{next(self.keys)}")
        if end == "struck" and allowed:
            store = FailingStore(self.office.store, Struck())
            self.act("complete, struck", lambda: complete_task(store, who, work.task, **said), False, Struck)
        acting = self.oracle().acting(work.position)
        answer = self.act("complete", lambda: complete_task(self.office.store, who, work.task, **said), allowed)
        if allowed:
            assert answer["status"] in ("completed", "submitted")
            represented = work.stands_for if work.capacity == "delegasi" else acting[work.person]
            told = self.query("SELECT performed_by, performed_for FROM stage_runs WHERE id = ?", work.run)
            assert told == [(work.person, represented)], "the record names somebody else as represented"
        if end == "again" and allowed:  # the same request gives the same answer, and another one is refused
            assert complete_task(self.office.store, who, work.task, **said) == answer
            assert self.watch.look(self.office) == 0
            call = lambda: complete_task(self.office.store, self.office.who(work.person), work.task, **said)  # noqa: E731
            self.act("complete twice", call, False)

    def deliver(self, work: Work, way: int) -> None:
        """Attach a file to work that is about to be done, perhaps take it back; never a program."""
        who, there = self.office.who(work.person), self.count("attachments", f"run_id = {work.run}")
        others = self.count("tasks", f"run_id = {work.run} AND state = 'claimed' AND id <> {work.task}")
        allowed, store = self.may(work) and not others and there < MOST, self.office.store

        def attach(body: bytes) -> Any:
            return attach_files(store, who, work.task, [Offered("Naskah.txt", body)])

        answer = self.act("attach", lambda: attach(b"Naskah %d" % next(self.keys)), allowed)
        self.act("attach", lambda: attach(b"MZ\0"), False)
        if allowed and way % 2:
            self.act("detach", lambda: detach_file(store, who, work.task, answer["attachments"][0]))

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
        one = chosen(self.asked(), pick)
        able, store = sorted(one.able), self.office.store
        if how == "as performer" or not able:
            who = self.office.who(chosen(sorted(one.performers), pick))
            why = Refusal if one.void else NotAuthorised
            self.act("approve own work", lambda: approve(store, who, one.id), False, why)
            return
        who = self.office.who(chosen(able, pick))
        if how == "struck" and not one.void:
            self.act("approve, struck", lambda: approve(FailingStore(store, Struck()), who, one.id), False, Struck)
        if how.startswith("return"):
            note = "Perbaiki." if how == "return" else " "
            self.act("return", lambda: return_work(store, who, one.id, note), how == "return" and not one.void)
            return
        self.act("approve", lambda: approve(store, who, one.id, "Setuju." if pick % 2 else ""), not one.void)
        self.act("approve twice", lambda: approve(store, who, one.id), False)

    def cancel(self, pick: int, way: int) -> None:
        how = chosen(["as staff", "silently", "no such place", "rightly"], way)
        view = self.reading.case(chosen(self.query("SELECT id FROM cases ORDER BY id"), pick)[0])
        assert view
        position = {"as staff": "staf_dua", "no such place": "kepala"}.get(how, view.plan.definition.responsible)
        able = [] if how in ("as staff", "no such place") else sorted(self.oracle().acting(position))
        person = chosen(able, pick) if able else self.office.person["bukan_siapa"]
        running = view.case.state == "running" and view.edition.state in ("in_execution", "replaced")
        reason = " " if how == "silently" else "Salah mulai."
        self.act(
            "cancel",
            lambda: cancel_case(self.office.store, self.office.who(person), view.case.id, position, reason),
            running and how == "rightly" and bool(able),
        )

    # -- time, mail, accidents -------------------------------------------------------------------

    def tick(self, pick: int, _way: int) -> None:
        jump = chosen([*JUMPS, "hours", "hours", "day", "day", "days", "second"], pick)
        self.year_jumps += jump == "year"
        over = instant_text(self.office.at + JUMPS["back"])
        if jump == "back" and self.count("handovers", f"cursor = -1 AND at > '{over}'"):
            jump = "second"  # a hand-over that was carried out would be still to come, and never come
        if self.year_jumps <= 2 or jump != "year":
            self.office.at += JUMPS[jump]
        before = self.watch.rows
        touched = self.office.engine.tick()
        seen = self.watch.look(self.office)
        assert not touched or seen >= touched > 0, "a tick tells more than it did"
        quiet = {key: row for key, row in before.items() if not key.startswith("handovers/")}
        assert touched or quiet.items() <= self.watch.rows.items(), "an idle tick did something"
        for key, row in self.watch.rows.items():
            if key.startswith("reminders/"):  # I26: none that is due waits, none is sent before it is due
                assert row[-1] != "armed" or row[-2] > instant_text(self.office.at), key
                assert row[-1] != "sent" or row[-2] <= self.watch.at, key
        assert self.office.engine.tick() == 0, "a second ticker finds work"
        self.lives.happened[f"tick: {'fired' if touched else 'idle'}"] += 1
        if self.office.at >= instant_of(self.watch.at):  # else a hand-over may wait until the clock is there again
            self.work_is_with_who_may_do_it()
            self.everybody_is_reminded()

    def mail(self, pick: int, way: int, limit: int = 0) -> None:
        box, now, before = self.office.engine.outbox, self.office.at, self.watch.rows
        claimed = box.claim(now, owner="satu", limit=limit or 1 + pick % 9, lease_seconds=900)
        runs, void = dict(self.query("SELECT id, state FROM stage_runs")), self.void_cases()
        for place, message in enumerate(claimed):
            kind, *_, state = before[f"messages/{message.id}"][1:]
            ((run, case),) = self.query("SELECT run_id, case_id FROM messages WHERE id = ?", message.id)
            fresh = state == "queued" and message.attempts == 0
            assert state != "queued" or kind == "batal" or case not in void, "a void edition goes on writing"
            assert not fresh or kind not in ABOUT_WORK or runs[run] in ("active", "submitted"), "asked of nobody (I24)"
            self.hand_over(message, chosen(["ok", "ok", "ok", "defer", "fail", "lapse"], way + place * pick))
        assert self.watch.look(self.office) == 0

    def void_cases(self) -> set[int]:
        statement = "SELECT c.id FROM cases c JOIN editions e ON e.id = c.edition_id WHERE e.state = 'void'"
        return {case for (case,) in self.query(statement)}

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

    # -- what holds once time has done its part ----------------------------------------------------

    def work_is_with_who_may_do_it(self) -> None:
        """Every open run is offered to all who may act now and nobody else; every sign-off is asked of who may."""
        oracle, by_run = self.oracle(), dict[int, list[Work]]()
        for work in self.open_work():
            by_run.setdefault(work.run, []).append(work)
        for run, plan, void in self.open_runs().values():
            assert not void, "work outlives its void edition"
            if run.state != "active":
                continue
            may, offers = oracle.may_work(plan, run.stage, run.slot), by_run.get(run.id, [])
            for offer in offers:
                assert offer.owner in may.get(offer.position, {}), "who may not act keeps a task"
                own = may[offer.position][offer.owner]
                assert offer.capacity == "delegasi" or offer.stands_for == own, "represents somebody else"
            served = {offer.owner for offer in offers} | {offer.person for offer in offers}
            delegated = {offer.owner for offer in offers if offer.capacity == "delegasi"}
            missed = {one for acting in may.values() for one, of in acting.items() if of not in delegated} - served
            assert not missed, f"may act and is offered nothing: {missed}"
        for one in self.asked():
            assert one.told == one.able, "asked is not who may sign"
            above = one.plan.organisation.superiors_of(one.position)
            assert one.able or not any(oracle.may_sign(one.plan, one.run, place) for place in above), "not passed up"

    def everybody_is_reminded(self) -> None:
        """Each level still ahead of whoever has work, or is asked for a sign-off, is armed once, and no other (I26)."""
        armed: dict[tuple[int, int], list[str]] = {}
        for number, person, level in self.query("SELECT run_id, person_id, level FROM reminders WHERE state = 'armed'"):
            armed.setdefault((number, person), []).append(level)
        runs = self.open_runs()
        owed = {(work.run, work.person): runs[work.run][0].due_at for work in self.open_work()}
        owed |= {(one.run.id, person): one.due_at for one in self.asked() for person in one.told}
        for (number, person), due_at in owed.items():
            _, plan, _ = runs[number]
            ahead = levels_of(plan.definition.schedule, due_at, self.now, plan.calendar) if due_at else []
            found = armed.pop((number, person), [])
            assert sorted(found) == sorted(level for level, *_ in ahead), f"{person} is reminded wrongly (I24, I26)"
        assert not armed, "reminded of what is not theirs (I24)"

    @invariant()
    def holds(self) -> None:
        nobody_idle_is_reminded(self.office)
        self.lives.happened["step"] += 1
        self.since_check += 1
        if self.since_check >= EVERY:
            self.since_check = 0
            check(self.office)
        self.sound = True
