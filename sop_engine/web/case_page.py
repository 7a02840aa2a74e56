"""What the pages say about a case and its document; the templates lay it out.

From values the read side gives to words and plain values; nothing here asks a database or a clock.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sop_engine.domain.calendar import WorkCalendar
from sop_engine.domain.definition import Stage
from sop_engine.domain.file_kinds import KINDS
from sop_engine.domain.flow import outcomes_of
from sop_engine.domain.indonesian import count_days, instant, long_date, short_date
from sop_engine.domain.people import People
from sop_engine.domain.plan import Plan
from sop_engine.domain.state import Run, SignOff, Task
from sop_engine.storage.reading import CaseView
from sop_engine.web.flow_drawing import COLUMN, Drawing, draw
from sop_engine.web.record_words import Names, entry_words
from sop_engine.web.standings import DONE, LABELS, Standing, stage_mark, standings_of


@dataclass(frozen=True)
class DocumentPage:
    """An SOP's document: its table drawn without a position."""

    plan: Plan

    @cached_property
    def standings(self) -> Mapping[str, Mapping[str, Standing]]:
        """How every slot of every stage stands; nothing where there is no case."""
        return {}

    @cached_property
    def drawing(self) -> Drawing:
        """The flow, with the mark of every slot."""
        marks = {
            stage: {slot: standing.mark for slot, standing in slots.items()} for stage, slots in self.standings.items()
        }
        return draw(self.plan.flow, self.plan.organisation, marks)

    @property
    def last_column(self) -> int:
        """Pixels of the last performer column with the lines beside it."""
        return self.drawing.width - COLUMN * (len(self.drawing.columns) - 1)

    @property
    def numbers_differ(self) -> bool:
        """Whether the document contradicts itself about its number."""
        identity = self.plan.definition.identity
        return identity.annex_number not in (None, identity.number)

    def name(self, position: str) -> str:
        """Name a position or body."""
        return self.plan.organisation.name_of(position)

    def names(self, positions: Iterable[str]) -> str:
        """Name several positions, whose names may hold commas."""
        return "; ".join(self.name(position) for position in positions)

    def number(self, stage: Stage) -> str:
        """A stage's number as printed, or its id."""
        return stage.number or stage.id

    @property
    def stage_names(self) -> dict[str, str]:
        """Every stage by its id: number and activity."""
        return {stage.id: f"{self.number(stage)} {stage.activity}" for stage in self.plan.definition.stages()}

    def responsible(self, stage: Stage) -> str:
        """Name who is responsible for a stage."""
        if stage.responsible == "pelaksana":
            return "pelaksana masing-masing"
        return self.name(stage.responsible or self.plan.definition.responsible)

    def ways(self, stage: Stage) -> str:
        """Say each named outcome and where it leads; '' for a stage that only goes on."""
        if not (stage.decision or stage.condition):
            return ""
        said = []
        for outcome, target in outcomes_of(stage).items():
            where = {"next": "lanjut", "end": "selesai", "back": "kembali ke ", "forward": "ke "}[target.kind]
            place = self.number(self.plan.stage(target.stage)) if target.stage else ""
            said.append(f"{outcome.capitalize()}: {where}{place}")
        return "; ".join(said)

    def mark(self, stage: Stage) -> str:
        """Give a stage's mark; '' where there is no case."""
        slots = self.standings.get(stage.id)
        return stage_mark(slots) if slots else ""

    def detail(self, stage: Stage) -> str:
        """Say when a stage ended or is due, or how many of its slots are done."""
        slots = self.standings[stage.id]
        if len(slots) > 1:
            return f"{sum(slot.mark in DONE for slot in slots.values())} dari {len(slots)} jabatan selesai"
        run = next(iter(slots.values())).run
        if run is None:
            return ""
        what, at = ("", run.ended_at) if run.ended_at else ("tenggat ", run.due_at)
        if run.state == "submitted":
            what, at = "diajukan ", run.submitted_at
        local = self.plan.calendar.local(at) if at else None
        when = f"{what}{short_date(local.date())} pukul {local:%H.%M}" if local else ""
        return ", ".join(filter(None, [when, f"putaran ke-{run.pass_no}" if run.pass_no > 1 else ""]))


@dataclass(frozen=True)
class CasePage(DocumentPage):
    """A case as seen at one instant."""

    view: CaseView
    people: People
    now: datetime

    @cached_property
    def standings(self) -> Mapping[str, Mapping[str, Standing]]:
        """How every slot of every stage stands."""
        return standings_of(self.plan.flow, self.view.runs, self.now)

    @property
    def done(self) -> int:
        """How many stages need nothing more."""
        return sum(stage_mark(slots) in DONE for slots in self.standings.values())

    def at(self, at: datetime | None) -> str:
        """Write an instant in full."""
        return instant(at, self.plan.zone) if at else ""

    def short(self, at: datetime | None) -> str:
        """Write an instant for a narrow column."""
        local = self.plan.calendar.local(at) if at else None
        return f"{short_date(local.date())} {local:%Y, %H.%M}" if local else ""

    def position_of(self, run: Run) -> str:
        """Name whose work a run is."""
        return self.names(self.plan.performers_of(self.plan.stage(run.stage), run.slot))

    def person(self, person_id: int | None, capacity: str | None = None) -> str:
        """Name a person with the capacity they acted in; '' for nobody."""
        acting = {"plt": " (Plt.)", "plh": " (Plh.)"}.get(capacity or "", "")
        known = self.people.persons.get(person_id or 0)
        return f"{known.name}{acting}" if known else ""

    def persons(self, person_ids: Iterable[int]) -> str:
        """Name several persons, each once."""
        names = [self.person(person) for person in dict.fromkeys(person_ids)]
        return " dan ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))

    def said(self, text_id: int | None) -> str:
        """Give the words somebody left; '' for none."""
        return self.view.words.get(text_id or 0, "")

    def tasks_of(self, run: Run) -> list[Task]:
        """List the open tasks of a run, a claimed one first."""
        found = [t for t in self.view.tasks if t.run_id == run.id and t.state in ("offered", "claimed")]
        return sorted(found, key=lambda task: task.state != "claimed")

    def run_of(self, task: Task) -> Run:
        """Give the run a task belongs to."""
        return next(run for run in self.view.runs if run.id == task.run_id)

    def sign_offs_of(self, run: Run) -> list[SignOff]:
        """List the sign-offs of a run, answered ones too."""
        return [sign_off for sign_off in self.view.sign_offs if sign_off.run_id == run.id]

    def asked_of(self, run: Run) -> list[SignOff]:
        """List the sign-offs a run waits for."""
        return [sign_off for sign_off in self.sign_offs_of(run) if sign_off.state == "requested"]

    def files_of(self, run: Run) -> list[dict[str, Any]]:
        """List the files delivered with a run: number, name, what they are, and by whom and when."""
        return [
            {
                "id": one.id,
                "name": self.said(one.name) or "berkas",
                "what": f"{KINDS[one.kind].words}, {size_words(one.size)}",
                "digest": one.digest,
                "by": f"{self.person(one.person_id)}, {self.short(one.attached_at)}",
            }
            for one in self.view.attachments
            if one.run_id == run.id and one.state == "attached"
        ]

    def signers_of(self, sign_off: SignOff, run: Run) -> list[int]:
        """List the persons who may sign, never one who did the work (four eyes)."""
        holders = self.people.holders_of(sign_off.position, self.now)
        return [h.person_id for h in holders if h.person_id not in (run.performed_by, *run.present)]

    # -- where the case stands -------------------------------------------------------------------

    def open_stages(self) -> list[tuple[Stage, list[dict[str, Any]]]]:
        """List what somebody must do now: each stage with its open runs."""
        found = []
        for stage_id, slots in self.standings.items():
            open_slots = [(slot.run, slot.mark) for slot in slots.values() if slot.run and not slot.run.ended_at]
            if open_slots:
                found.append((self.plan.stage(stage_id), [self.line(run, mark) for run, mark in open_slots]))
        return found

    def line(self, run: Run, mark: str) -> dict[str, Any]:
        """Say of an open run who has it, when it is due and why, and why it is done again."""
        asked = self.asked_of(run)
        due_at = min((sign_off.due_at for sign_off in asked), default=run.due_at)
        return {
            "run": run,
            "mark": mark,
            "label": LABELS[mark],
            "who": self._who(run, asked),
            "due": self.at(due_at),
            "left": left(self.plan.calendar, due_at, self.now),
            "late": bool(due_at and due_at < self.now),
            "explained": "1 hari kerja sejak pengesahan dimintakan" if asked else run.due_text,
            "reason": self._why_again(run),
        }

    def _who(self, run: Run, asked: list[SignOff]) -> str:
        if asked:
            signers = (f"{self.name(s.position)} ({self.persons(self.signers_of(s, run))})" for s in asked)
            done_by = self.person(run.performed_by, run.performed_capacity)
            return f"Diajukan {done_by}; menunggu pengesahan {'; '.join(signers)}".replace(" ()", "")
        tasks = self.tasks_of(run)
        if not tasks:
            return "Jabatan ini belum ada pemegangnya."
        if tasks[0].state == "claimed":
            return f"Dikerjakan {self.person(tasks[0].person_id)}"
        return f"Ditugaskan kepada {self.persons(task.person_id for task in tasks)}"

    def _why_again(self, run: Run) -> tuple[str, str] | None:
        """Why a stage is done again, in the words of who returned it or decided so."""
        if run.pass_no == 1:
            return None
        flow, why = self.plan.flow, None
        for other in sorted(self.view.runs, key=lambda other: other.ended_seq or 0):
            if other.ended_at is None or (other.ended_seq or 0) >= run.activated_seq:
                continue
            if other.state == "returned" and (other.stage, other.slot) == (run.stage, run.slot):
                notes = [s.note for s in self.sign_offs_of(other) if s.state == "returned"]
                why = ("Alasan pengembalian", self.said(notes[-1] if notes else None))
            elif flow.goes_back(other.stage, other.outcome or ""):
                stage = flow.stages[other.stage]
                if outcomes_of(stage)[other.outcome or ""].stage == run.stage:
                    why = (f"Catatan keputusan {self.number(stage)}", self.said(other.note))
        return why if why and why[1] else None

    # -- what has happened -----------------------------------------------------------------------

    def pass_label(self, run: Run) -> tuple[str, str]:
        """Give mark and words of one pass: what became of it."""
        late = run.state == "active" and run.due_at and run.due_at < self.now
        mark = "late" if late else run.state
        return mark, "Dikembalikan" if mark == "returned" else LABELS[mark]

    @cached_property
    def known(self) -> Names:
        """How to call what the record of this case refers to."""
        return Names(
            person=lambda number: self.person(number) or f"orang nomor {number}",
            position=self.name,
            stages=self.plan.flow.stages,
            stage_of_run={run.id: run.stage for run in self.view.runs},
        )

    def record(self, events: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Put the record into words, the newest entry first."""
        return [entry_words(event, self.known, self.plan.zone) for event in reversed(list(events))]


def printed(day: str | None) -> str:
    """A date as printed: a full one in words, `2017-07` as it stands, a dash where it is empty."""
    return long_date(date.fromisoformat(day)) if day and len(day) == 10 else day or "–"


def size_words(size: int) -> str:
    """Say how large a file is."""
    return f"{size / 1e6:.1f} MB".replace(".", ",") if size >= 1e6 else f"{max(round(size / 1e3), 1)} kB"


def left(calendar: WorkCalendar, due_at: datetime | None, now: datetime) -> str:
    """Say how many working days are left until a due date, or have gone since; '' where there is none."""
    if due_at is None:
        return ""
    late = due_at < now
    days = calendar.working_days_between(min(due_at, now), max(due_at, now))
    if days == 0:
        return "lewat tenggat" if late else "hari ini"
    return f"{'lewat' if late else 'sisa'} {count_days(days)}"
