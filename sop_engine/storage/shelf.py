"""What rarely changes, kept at hand: offices' people, calendars, and revisions made ready to run.

Revisions and documents never change under their key; people and calendars are good for one
`setup_version` of their office, which is read anew in every transaction.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sop_engine.domain.calendar import CalendarData, WorkCalendar
from sop_engine.domain.definition import Definition
from sop_engine.domain.organisation import Organisation
from sop_engine.domain.people import People
from sop_engine.domain.plan import Plan
from sop_engine.domain.state import instant_of
from sop_engine.domain.verdicts import Comparison
from sop_engine.errors import NotFound, StoreUnfit
from sop_engine.storage.rows import ABSENCES, HOLDERS, PERSONS

Run = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Office:
    """An office's row: who it is, the head of its chain, its counters."""

    id: int
    slug: str
    name: str
    genesis: str
    head_seq: int
    head_hash: str
    head_at: datetime
    next_id: int
    setup_version: int


_OFFICE = (
    "SELECT id, slug, name, genesis, head_seq, head_hash, head_at, next_id, setup_version FROM offices WHERE id = ?"
)
_SO_FAR = (
    "SELECT r.body FROM revisions r JOIN revisions this ON this.office_id = r.office_id"
    " AND this.edition_id = r.edition_id AND r.number <= this.number"
    " WHERE r.office_id = ? AND this.id = ? ORDER BY r.number"
)
_LATEST = "SELECT digest, body FROM documents WHERE office_id = ? AND kind = ? AND name = ? ORDER BY loaded_seq DESC"


class Shelf:
    """Values built from stored texts, one copy a process."""

    def __init__(
        self, parse_definition: Callable[[str], Definition], parse_organisation: Callable[[str], Organisation]
    ) -> None:
        self._parse_definition, self._parse_organisation = parse_definition, parse_organisation
        self._plans: dict[tuple[int, int, int], Plan] = {}
        self._people: dict[int, tuple[int, People]] = {}
        self._compared: tuple[Plan, Plan, Comparison] | None = None

    def office(self, run: Run, office_id: int, lock: str = "") -> Office:
        """Give an office's row as it stands, or refuse; `lock` ends the statement that must hold it."""
        found = run(_OFFICE + lock, (office_id,)).fetchone()
        if found is None:
            raise NotFound(f"Tidak ada kantor nomor {office_id}.", instead="Siapkan dengan `sop init`.")
        return Office(*(*found[:6], instant_of(found[6]), *found[7:]))

    def people(self, run: Run, office: Office) -> People:
        """Give the persons of an office, what they hold, and who is away."""
        kept = self._people.get(office.id)
        if kept and kept[0] == office.setup_version:
            return kept[1]
        persons = run(f"SELECT {PERSONS.selected} FROM persons WHERE office_id = ? ORDER BY id", (office.id,))
        holders = run(f"SELECT {HOLDERS.selected} FROM holders WHERE office_id = ?", (office.id,))
        absences = run(f"SELECT {ABSENCES.selected} FROM absences WHERE office_id = ?", (office.id,))
        found = People(map(PERSONS.read, persons), map(HOLDERS.read, holders), map(ABSENCES.read, absences))
        self._people[office.id] = (office.setup_version, found)
        return found

    def plan(self, run: Run, office: Office, revision_id: int, organisation: str) -> Plan:
        """Give a revision compiled, with the organisation of its edition and the office's calendar."""
        key = (office.id, revision_id, office.setup_version)
        found = self._plans.get(key)
        if found is None:
            body = run("SELECT body FROM revisions WHERE office_id = ? AND id = ?", (office.id, revision_id)).fetchone()
            definition = self._parse_definition(body[0])
            structure = run(
                "SELECT body FROM documents WHERE office_id = ? AND digest = ?", (office.id, organisation)
            ).fetchone()
            calendar = self.calendar(run, office, definition.schedule.zone)
            if len(self._plans) > 64:
                self._plans.clear()
            names, retired = self._so_far(run, office, revision_id)
            found = Plan(revision_id, definition, self._parse_organisation(structure[0]), calendar, names, retired)
            self._plans[key] = found  # several threads may build it at once; each one is as good
        return found

    def comparison(self, old: Plan, new: Plan) -> Comparison:
        """Give two revisions laid side by side, once for all cases that go from one to the other."""
        kept = self._compared
        if kept is None or kept[0] is not old or kept[1] is not new:
            kept = old, new, Comparison(old.definition, new.definition, new.organisation, old.retired)
            self._compared = kept
        return kept[2]

    def _so_far(self, run: Run, office: Office, revision_id: int) -> tuple[dict[str, str], frozenset[str]]:
        """Give the ids stages bore in earlier revisions of the edition → those of this one, and the ids given up."""
        names: dict[str, str] = {}
        used: list[set[str]] = []
        for (body,) in run(_SO_FAR, (office.id, revision_id)).fetchall():
            stages = self._parse_definition(body).stages()
            used.append({stage.id for stage in stages})
            for stage in stages:
                if stage.former_id and stage.former_id not in used[-1]:
                    names = {old: stage.id if new == stage.former_id else new for old, new in names.items()}
                    names[stage.former_id] = stage.id
        return names, frozenset(set[str]().union(*used) - used[-1])

    def organisation_named(self, run: Run, office: Office, name: str) -> tuple[str, Organisation] | None:
        """Give the digest and value of the organisation last loaded under a name."""
        found = run(_LATEST, (office.id, "organisation", name)).fetchone()
        return (found[0], self._parse_organisation(found[1])) if found else None

    def organisations(self, run: Run, office: Office) -> list[Organisation]:
        """Give every organisation as it was loaded last."""
        statement = "SELECT DISTINCT name FROM documents WHERE office_id = ? AND kind = 'organisation' ORDER BY name"
        found = [self.organisation_named(run, office, name) for (name,) in run(statement, (office.id,)).fetchall()]
        return [pair[1] for pair in found if pair]

    def calendar(self, run: Run, office: Office, zone: str) -> WorkCalendar:
        """Give the calendar last loaded, in a zone."""
        found = run(_LATEST, (office.id, "calendar", "indonesia")).fetchone()
        if found is None:
            raise StoreUnfit("Kalender kerja belum dimuat; jalankan `sop init`.")
        return WorkCalendar(CalendarData.model_validate(json.loads(found[1])), zone)
