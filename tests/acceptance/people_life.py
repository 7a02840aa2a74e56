"""What may happen to people and editions: posts, absences, delegations, second persons, paper, voiding."""

from datetime import timedelta
from functools import partial
from typing import Any

from sop_engine.application.absence import add_absence, end_absence
from sop_engine.application.appoint import appoint, end_appointment
from sop_engine.application.complete_task import complete_task
from sop_engine.application.decide_proposal import confirm, withdraw
from sop_engine.application.hand_task import delegate_task, reassign_task, take_task_back
from sop_engine.application.ratify_edition import receive_edition, sign_edition, void_edition
from sop_engine.domain.decisions import OnPaper
from sop_engine.domain.editions import WetSignature
from sop_engine.domain.organisation import Organisation
from sop_engine.domain.state import instant_of, instant_text
from sop_engine.errors import NotAuthorised, NotFound, Refusal
from tests.acceptance.work_life import _OPEN, ACTS, Asked, Work, WorkLife, chosen

SHA = "5c" * 32
MOMENTS = [timedelta(0), timedelta(days=-1), timedelta(days=1), timedelta(0), timedelta(hours=2)]
SPANS = [timedelta(days=1), timedelta(days=5), timedelta(hours=3), timedelta(days=30)]
ACTS_OF_PEOPLE = {  # what may happen: how often, and of what there must be some
    "appoint": (3, ""),
    "fill": (4, ""),
    "promote": (2, ""),
    "leave_unsigned": (2, "sign_offs WHERE state = 'requested'"),
    "end": (3, ""),
    "decide_proposal": (3, "proposals WHERE state = 'proposed' AND act <> 'revise'"),
    "go_away": (3, ""),
    "come_back": (1, "absences"),
    "delegate": (3, _OPEN),
    "reassign": (2, _OPEN),
    "take_back": (2, f"{_OPEN} AND handed_by IS NOT NULL"),
    "void": (1, "editions WHERE state <> 'draft'"),
    "receive": (1, "editions"),
    "renew": (3, "editions WHERE state IN ('in_force', 'in_execution')"),
    "complete_on_paper": (2, _OPEN),
    "sign_on_paper": (3, "editions WHERE state = 'draft'"),
}


class PeopleLife(WorkLife):
    """An episode in which people come, go and stand in for one another."""

    acts = ACTS | ACTS_OF_PEOPLE

    # -- who there is ----------------------------------------------------------------------------

    def everybody(self) -> list[int]:
        """All who may hold a post: the staff of both structures."""
        apart = ("admin", "admin2", "bukan_siapa")
        return sorted({person for name, person in self.office.person.items() if name not in apart})

    def structures(self) -> list[Organisation]:
        names = [name for (name,) in self.query("SELECT DISTINCT name FROM documents WHERE kind = 'organisation'")]
        return [found for name in sorted(names) if (found := self.reading.organisation(name))]

    def structure_of(self, position: str) -> Organisation:
        return next(one for one in self.structures() if position in one.positions)

    # -- posts -----------------------------------------------------------------------------------

    def appointed(self, name: str, by: str, said: dict[str, Any], fits: bool, why: type[Exception] = Refusal) -> Any:
        store, who = self.office.store, self.office.who(by)
        answer = self.act(name, lambda: appoint(store, who, letter="SP 9/2027", **said), fits, why)
        if answer:
            self.lives.happened[f"appoint: {answer['status']}"] += 1
        return answer

    def appoint(self, pick: int, way: int) -> None:
        """Somebody to some post, in any capacity, for a time past, present or to come."""
        structure = chosen(self.structures(), pick)
        inside = [name for name, place in structure.positions.items() if not place.outside]
        since = self.now + chosen(MOMENTS, way)
        capacity = chosen(["definitif", "plt", "plh"], pick // 3)
        said = {
            "person_id": chosen(self.everybody(), way // 2),
            "position": chosen(inside, way // 3),
            "capacity": capacity,
            "from_at": since,
            "until_at": None if pick % 5 == 0 else since + chosen(SPANS, pick // 7),
        }
        if way % 9 == 0:
            self.appointed("appoint", "bukan_siapa", said, False, NotAuthorised)
            return
        self.appointed("appoint", "admin", said, self.oracle().fits(structure, said))

    def fill(self, pick: int, way: int) -> None:
        """A post that nobody holds, so that the office goes on."""
        oracle, everybody = self.oracle(), self.everybody()
        vacant = [
            (name, structure)
            for structure in self.structures()
            for name, place in structure.positions.items()
            if not place.outside and name != "bendahara" and not any(held[1] == name for held in oracle.held)
        ]
        if not vacant:
            return
        position, structure = chosen(vacant, pick)
        said = {
            "person_id": chosen(everybody, way),
            "position": position,
            "capacity": chosen(["definitif", "plt"], pick),
            "from_at": self.now,
            "until_at": self.now + timedelta(days=300),
        }
        self.appointed("fill", "admin", said, oracle.fits(structure, said))

    def seconded(self, answer: dict[str, Any] | None) -> None:
        """Confirm as the second person what was proposed, if it was."""
        if answer and answer["status"] == "proposed":
            confirmed = partial(confirm, self.office.store, self.office.who("admin2"), answer["proposal"])
            self.act("confirm", confirmed)

    def promote(self, pick: int, way: int) -> None:
        """Whoever did some work, or was represented in it, comes to the post that is asked to sign it off."""
        asked = [one for one in self.asked() if one.run.performed_for] or self.handed_in_by_a_delegate(pick)
        asked = asked or self.asked()
        if not asked:
            return
        one = chosen(asked, pick)
        structure, span = (
            self.structure_of(one.position),
            {"from_at": self.now, "until_at": self.now + chosen(SPANS, way)},
        )
        person = one.run.performed_for or chosen(sorted(one.performers), way)
        said = {"person_id": person, "position": one.position, "capacity": "plh", **span}
        self.seconded(self.appointed("promote", "admin", said, self.oracle().fits(structure, said)))

    def handed_in_by_a_delegate(self, pick: int) -> list[Asked]:
        """Have somebody's work done on their behalf, where it is signed off; gives what is asked of whom."""
        store = self.office.store
        works = [work for work in self.open_work() if work.stage.sign_off and work.stands_for is None]
        works = [work for work in works if self.may_end(work) and not self.body_of(work)]
        if not works:
            return []
        work = chosen(works, pick)
        able = [person for person in self.everybody() if self.free_for(work, person)]
        owner = self.office.who(work.person)
        task = self.act("delegate", lambda: delegate_task(store, owner, work.task, able[pick % len(able)]))
        who, said = self.office.who(task["person"]), self.said(work, 0) | {"note": "Ada."}
        self.act("complete", lambda: complete_task(store, who, task["task"], **said))
        return [one for one in self.asked() if one.run.id == work.run]

    def leave_unsigned(self, pick: int, way: int) -> None:
        """All who hold a post that is asked to sign leave it, and time passes: those above are asked, or told."""
        one, store, admin = chosen(self.asked(), pick), self.office.store, self.office.who("admin")
        for number, *_ in [row for row in self.oracle().rows if row[2] == one.position]:
            if self.oracle().may_end(number, instant_text(self.now)):
                self.seconded(self.act("end", partial(end_appointment, store, admin, number, self.now)))
        self.tick(pick, way)

    def end(self, pick: int, way: int) -> None:
        """A hold on a post ends: now, later, or as of yesterday."""
        oracle = self.oracle()
        rows = [row for row in oracle.rows if row[5] is None or row[5] > oracle.at or way % 7 == 0]
        asked = {one.position for one in self.asked()} if way % 2 else set()
        rows = [row for row in rows if row[2] in asked] or rows  # so that a sign-off is left without its signer
        if not rows:
            return
        number, until = chosen(rows, pick)[0], self.now + chosen(MOMENTS, way)
        by = "bukan_siapa" if way % 9 == 0 else "admin"
        allowed = by == "admin" and oracle.may_end(number, instant_text(until))
        self.act("end", lambda: end_appointment(self.office.store, self.office.who(by), number, until), allowed)

    def decide_proposal(self, pick: int, way: int) -> None:
        """A second person confirms or withdraws; never who proposed it, nor whom it is about."""
        proposal = chosen([one for one in self.reading.proposals() if one.act != "revise"], pick)
        said, oracle, store = proposal.arguments, self.oracle(), self.office.store
        row = next((row for row in oracle.rows if row[0] == said.get("holder")), None)
        position, subject = (row[2], row[1]) if row else (said["position"], said["person"])
        how = chosen(["admin2", "superior", "admin", "subject", "withdraw", "admin2", "stranger"], way)
        above = self.structure_of(position).superiors_of(position)
        superiors = [person for person, place, _ in oracle.held if place in above and person != subject]
        person = {
            "superior": chosen(superiors, pick) if superiors else self.office.person["admin2"],
            "subject": subject,
            "stranger": self.office.person["bukan_siapa"],
            "withdraw": self.office.person["admin"],
        }.get(how) or self.office.person[how]
        who = self.office.who(person)
        if how == "withdraw":
            self.act("withdraw", lambda: withdraw(store, who, proposal.id))
            return
        if row:
            fits = oracle.may_end(row[0], said["until"])
        else:
            until = instant_of(said["until"]) if said["until"] else None
            new = {"person_id": subject, "position": position, "capacity": said["capacity"]}
            new |= {"from_at": instant_of(said["from"]), "until_at": until}
            fits = oracle.fits(self.structure_of(position), new)
        allowed = how in ("admin2", "superior") and person != subject
        why = Refusal if allowed else NotAuthorised
        self.act("confirm", lambda: confirm(store, who, proposal.id), allowed and fits, why)
        if allowed and fits:
            self.act("confirm twice", lambda: confirm(store, who, proposal.id), False)

    # -- absences --------------------------------------------------------------------------------

    def go_away(self, pick: int, way: int) -> None:
        """Somebody is away and another stands in: chains and circles among a few come by themselves."""
        everybody, oracle = self.everybody(), self.oracle()
        person, substitute = chosen(everybody, pick), chosen(everybody, way // 3)
        since = self.now + chosen(MOMENTS, way)
        until = since + chosen(SPANS, pick // 5)
        by = chosen([person, self.office.person["admin"], person, substitute], way)
        mine = by in (person, self.office.person["admin"])
        self.act(
            "absence",
            lambda: add_absence(self.office.store, self.office.who(by), person, substitute, "SC 1", since, until),
            mine and oracle.may_be_away(person, substitute, since, until),
        )

    def come_back(self, pick: int, way: int) -> None:
        oracle = self.oracle()
        number, person, substitute, since, until = chosen(oracle.absences, pick)
        by = chosen([person, self.office.person["admin"], substitute], way)
        open_still = until > max(oracle.at, since)
        self.act(
            "back",
            lambda: end_absence(self.office.store, self.office.who(by), number),
            open_still and by != substitute,
        )

    # -- tasks handed on -------------------------------------------------------------------------

    def free_for(self, work: Work, person: int) -> bool:
        """Whether a person has no task of the run yet."""
        return not self.count(
            "tasks", f"run_id = {work.run} AND person_id = {person} AND state IN ('offered', 'claimed')"
        )

    def delegate(self, pick: int, way: int) -> None:
        works, to = self.open_work(), chosen(self.everybody(), way // 2)
        work = chosen([work for work in works if work.stage.sign_off] or works if way % 4 else works, pick)
        store, who = self.office.store, self.office.who(work.person)
        if way % 9 == 0:
            stranger = self.office.who("bukan_siapa")
            self.act("delegate", lambda: delegate_task(store, stranger, work.task, to), False, NotFound)
            return
        allowed = self.may(work) and work.stands_for is None and self.free_for(work, to)
        self.act("delegate", lambda: delegate_task(store, who, work.task, to, "Mohon dikerjakan."), allowed)

    def reassign(self, pick: int, way: int) -> None:
        """A superior, the responsible or the ratifier gives a task to somebody else, with a reason."""
        work, to = chosen(self.open_work(), pick), chosen(self.everybody(), way // 2)
        definition = work.plan.definition
        places = {*work.plan.organisation.superiors_of(work.position), definition.identity.ratified_by.position}
        places.add(definition.responsible_of(work.stage, work.position))
        inside = set(work.plan.organisation.positions)
        right = way % 4 != 0
        position = chosen(sorted(places if right else inside - places) or ["kepala"], pick)
        able = sorted(self.oracle().acting(position))
        person = chosen(able, way) if able else self.office.person["bukan_siapa"]
        reason = " " if way % 7 == 0 else "Beban kerja."
        self.act(
            "reassign",
            lambda: reassign_task(self.office.store, self.office.who(person), work.task, position, to, reason),
            right and bool(able) and reason != " " and not work.void and self.free_for(work, to),
        )

    def take_back(self, pick: int, way: int) -> None:
        work = chosen([work for work in self.open_work() if work.handed_by], pick)
        by = work.person if way % 4 == 0 and work.person != work.handed_by else work.handed_by
        who = self.office.who(by or 0)
        allowed = by == work.handed_by and not work.void
        self.act("take back", lambda: take_task_back(self.office.store, who, work.task), allowed)

    def complete_on_paper(self, pick: int, way: int) -> None:
        """Work done on paper is recorded later; never for a time before the stage was open, or still to come."""
        work = chosen(self.open_work(), pick)
        begun, now = instant_of(work.since), self.now
        done_at = chosen([begun, begun + (now - begun) / 2, now, begun - timedelta(seconds=1), now + timedelta(1)], way)
        who, said = self.office.who(work.person), self.said(work, pick)
        answer = self.act(
            "on paper",
            lambda: complete_task(self.office.store, who, work.task, on_paper=OnPaper(done_at, SHA), **said),
            self.may_end(work) and begun <= done_at <= now,
        )
        if answer:
            found = self.query("SELECT performed_at, evidence FROM stage_runs WHERE id = ?", work.run)
            assert found == [(instant_text(done_at), SHA)]

    # -- the life of editions --------------------------------------------------------------------

    def void(self, pick: int, way: int) -> None:
        """Rarely, for there is no undo: by the ratifying position, on a ground; mostly of one in execution."""
        listed = self.query("SELECT id, state FROM editions WHERE state <> 'draft' ORDER BY id")
        edition, state = chosen([row for row in listed if row[1] == "in_execution" and way % 7] or listed, pick)
        able, ground = self.ratifiers(edition), "Putusan 1/2027" if way % 5 else "  "
        rightly = way % 4 != 0 and bool(able)
        person = chosen(able, pick) if rightly else self.office.person["bukan_siapa"]
        self.act(
            "void",
            lambda: void_edition(self.office.store, self.office.who(person), edition, ground),
            rightly and ground != "  " and state in ("in_force", "in_execution"),
        )
        if rightly:
            self.mail(pick, way, limit=100)  # the worker may come before the cases have followed

    def renew(self, pick: int, way: int) -> None:
        """The next edition of a procedure is loaded and signed: it replaces those clause 5 spares not."""
        found = (
            "SELECT id, sop, number, revision_id FROM editions WHERE state IN ('in_force', 'in_execution') ORDER BY id"
        )
        edition, sop, number, revision = chosen(self.query(found), pick)
        ((body,),) = self.query("SELECT body FROM revisions WHERE id = ?", revision)
        able = self.ratifiers(edition)
        if not able or self.count("editions") > 12:
            return
        new = self.take_in_text(body.replace(number, f"{next(self.editions)}/UJI/2028", 1))
        gives_way = "state = 'in_force' OR (state = 'in_execution' AND single_case = 0)"
        replaced = self.query(f"SELECT id FROM editions WHERE sop = ? AND ({gives_way}) ORDER BY id", sop)
        earlier = self.query("SELECT id FROM editions WHERE state = 'replaced' ORDER BY id")
        self.sign_as(new, chosen(able, way))
        now = self.query("SELECT id FROM editions WHERE state = 'replaced' ORDER BY id")
        assert now == sorted(earlier + replaced), "the wrong editions gave way"

    def receive(self, pick: int, way: int) -> None:
        """A unit's head records that the unit has received an edition, once."""
        edition = chosen(self.query("SELECT id FROM editions ORDER BY id"), pick)[0]
        row, plan = self.paper(edition)
        inside = [name for name, place in plan.organisation.positions.items() if not place.outside and place.unit]
        position = chosen(inside, way)
        able = sorted(self.oracle().acting(position))
        person = chosen(able, pick) if able else self.office.person["bukan_siapa"]
        unit = plan.organisation.positions[position].unit
        fresh = unit not in [name for name, _ in self.reading.received(edition)]
        in_force = row.state in ("in_force", "in_execution")
        self.act(
            "receive",
            lambda: receive_edition(self.office.store, self.office.who(person), edition, position),
            bool(able) and fresh and in_force and plan.organisation.is_head(position),
        )

    def sign_on_paper(self, pick: int, way: int) -> None:
        """An admin records a wet signature of today, with a scan and a witness who is neither loader nor signatory."""
        (edition,) = chosen(self.query("SELECT id FROM editions WHERE state = 'draft' ORDER BY id"), pick)
        able = self.ratifiers(edition)
        how = chosen(["rightly", "rightly", "loader as witness", "of tomorrow", "by a colleague"], way)
        if not able:
            return
        _, plan = self.paper(edition)
        day = plan.calendar.local_day(self.now) + timedelta(days=how == "of tomorrow")
        witness = self.office.person["admin" if how == "loader as witness" else "bukan_siapa"]
        by = self.office.person["bukan_siapa" if how == "by a colleague" else "admin2"]
        ((digest,),) = self.query("SELECT digest FROM revisions WHERE edition_id = ?", edition)
        signatory = chosen(able, pick)
        held_once = [row[1] for row in self.oracle().rows].count(
            signatory
        ) == 1  # else the capacity of that day is moot
        wet = WetSignature(signatory, day, SHA, witness)
        if how == "rightly" and not held_once:
            return
        self.act(
            "sign on paper",
            lambda: sign_edition(self.office.store, self.office.who(by), edition, digest, wet),
            how == "rightly",
        )
