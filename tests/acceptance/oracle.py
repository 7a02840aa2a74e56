"""Who may act for whom, worked out a second time: from the rows alone, and as simply as can be said.

The engine's own answer (`domain.people`) is compared with this one, so nothing here may call it.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sop_engine.domain.organisation import Organisation
from sop_engine.domain.plan import Plan
from sop_engine.domain.state import instant_text

Query = Callable[..., list[tuple[Any, ...]]]
Acting = dict[int, int | None]  # person → whom they represent, None in a post of their own
FOREVER = instant_text(datetime(9999, 1, 1, tzinfo=UTC))
MOST = 4  # so many substitutes may pass the post on before nobody is found


class Oracle:
    """The office at one instant."""

    def __init__(self, query: Query, now: datetime) -> None:
        self.at = at = instant_text(now)
        self.rows = query("SELECT id, person_id, position, capacity, from_at, until_at FROM holders ORDER BY id")
        self.held = [(person, place, how) for _, person, place, how, since, until in self.rows
                     if since <= at < (until or FOREVER)]  # fmt: skip
        self.absences = query("SELECT id, person_id, substitute_id, from_at, until_at FROM absences ORDER BY id")
        self.away = {person: other for _, person, other, since, until in self.absences if since <= at < until}

    def stand_in(self, person: int) -> int | None:
        """Who is there in place of somebody who is not."""
        passed = [person]
        while passed[-1] in self.away and len(passed) <= MOST + 1:
            if self.away[passed[-1]] in passed:
                return None
            passed.append(self.away[passed[-1]])
        return passed[-1] if 1 < len(passed) <= MOST + 1 else None

    def acting(self, position: str) -> Acting:
        """Who may act in a position."""
        holders = [person for person, place, _ in self.held if place == position]
        found: Acting = dict.fromkeys(holders)
        for holder in holders:
            other = self.stand_in(holder)
            if other is not None and other not in found:
                found[other] = holder
        return found

    def ratifying(self, position: str) -> list[int]:
        """Who may sign or void an SOP in a position."""
        return [person for person, place, how in self.held if place == position and how in ("definitif", "plt")]

    def behind(self, structure: Organisation, performers: tuple[str, ...]) -> dict[str, Acting]:
        """Position → who may do in it what one of the performers is to do."""
        found: dict[str, Acting] = {}
        for name in performers:
            place = structure.positions.get(name)
            name = place.recorded_by if place and place.outside and place.recorded_by else name
            body = structure.bodies.get(name)
            found |= {position: self.acting(position) for position in (body.members if body else (name,))}
        return found

    def may_work(self, plan: Plan, stage: str, slot: str) -> dict[str, Acting]:
        """Position → who may work on a run."""
        return self.behind(plan.organisation, plan.performers_of(plan.stage(stage), slot))

    def may_sign(self, plan: Plan, run: Any, position: str) -> set[int]:
        """Who may sign a run off: neither who performed it, nor whom they represented, nor who stands in for one."""
        performers = {run.performed_by, run.performed_for, *run.present} - {None}
        for name in plan.performers_of(plan.stage(run.stage), run.slot):
            if name in plan.organisation.bodies:
                performers |= {one for acting in self.behind(plan.organisation, (name,)).values() for one in acting}
        acting = self.acting(position).items()
        return {one for one, other in acting if one not in performers and other not in performers}

    # -- what the office may write down ------------------------------------------------------------

    def fits(self, structure: Organisation, said: dict[str, Any]) -> bool:
        """Whether an appointment contradicts none there is."""
        since, until = instant_text(said["from_at"]), instant_text(said["until_at"]) if said["until_at"] else FOREVER
        if until <= since or (said["capacity"] != "definitif" and until == FOREVER):
            return False
        head = structure.is_head(said["position"])
        for _, person, place, how, begun, ended in self.rows:
            if place != said["position"] or until <= begun or (ended or FOREVER) <= since:
                continue
            rivals = how == said["capacity"] or {how, said["capacity"]} == {"definitif", "plt"}
            if person == said["person_id"] or (head and rivals):
                return False
        return True

    def may_end(self, holder: int, until: str) -> bool:
        """Whether a hold on a post can end then."""
        since, ended = next((row[4], row[5]) for row in self.rows if row[0] == holder)
        return since < until and (ended is None or ended > max(until, self.at))

    def may_be_away(self, person: int, substitute: int, since: datetime, until: datetime) -> bool:
        """Whether an absence contradicts none there is."""
        begin, end = instant_text(since), instant_text(until)
        if person == substitute or end <= max(begin, self.at):
            return False
        meets = [row for row in self.absences if row[3] < row[4] and row[3] < end and begin < row[4]]
        return not any(row[1] == person or (row[1], row[2]) == (substitute, person) for row in meets)
