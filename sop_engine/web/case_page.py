"""What the page of a case shows: the activity table with its live position, passes, sign-offs, record.

From values the read side gives to words for a template; nothing here asks a database or a clock.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sop_engine.domain.definition import Stage
from sop_engine.domain.flow import outcomes_of
from sop_engine.domain.indonesian import count_days, instant, long_date, short_date
from sop_engine.domain.people import People
from sop_engine.domain.plan import Plan
from sop_engine.storage.reading import CaseView
from sop_engine.storage.tables import SignOffRow, StageRunRow, TaskRow
from sop_engine.web.flow_drawing import COLUMN, draw
from sop_engine.web.record_words import Names, actor_words, sentence
from sop_engine.web.standings import LABELS, Standing, stage_mark, standings_of

Words = dict[str, Any]
STATES = {
    "running": "Sedang berjalan",
    "completed": "Selesai",
    "cancelled": "Dibatalkan",
    "void": "Batal",
    "draft": "rancangan, belum disahkan",
    "in_force": "berlaku, belum dilaksanakan",
    "in_execution": "sedang dilaksanakan",
    "expired": "tidak berlaku lagi (tahapannya telah berakhir)",
    "replaced": "digantikan edisi berikutnya",
    "requested": "Diminta",
    "given": "Disahkan",
    "returned": "Dikembalikan",
    "withdrawn": "Ditarik",
}


_LIMITS = {"surat": "Batas menurut surat", "undang_undang": "Batas menurut ketentuan", "internal": "Batas"}


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case made ready to be put into words, as seen at one instant."""

    view: CaseView
    people: People
    now: datetime

    @property
    def plan(self) -> Plan:
        """The plan the case runs by."""
        return self.view.plan

    def words(self, events: Iterable[Mapping[str, Any]]) -> Words:
        """Give everything the template says, as plain values."""
        case = self.view.case
        standings = standings_of(self.plan.flow, self.view.runs, self.now)
        marks = {stage: stage_mark(slots) for stage, slots in standings.items()}
        done = sum(mark in ("completed", "skipped") for mark in marks.values())
        return {
            "case": case,
            "state": STATES[case.state],
            "edition_state": STATES.get(self.view.edition.state, self.view.edition.state),
            "started": self._at(case.started_at),
            "ended": self._at(case.ended_at),
            "seen": self._at(self.now),
            "done": done,
            "total": len(marks),
            "open": self._open_stages(standings),
            "table": activity_table(self.plan, standings),
            "passes": [self._pass(run) for run in self.view.runs],
            "record": self._record(events),
            **identity_words(self.plan),
        }

    def _at(self, at: datetime | None) -> str:
        return instant(at, self.plan.zone) if at else ""

    def _short(self, at: datetime | None) -> str:
        if at is None:
            return ""
        local = self.plan.calendar.local(at)
        return f"{short_date(local.date())} {local:%Y, %H.%M}"

    # -- where the case stands -------------------------------------------------------------------

    def _open_stages(self, standings: Mapping[str, Mapping[str, Standing]]) -> list[Words]:
        found = []
        for stage_id, slots in standings.items():
            lines = [
                self._open_line(slot.run, slot.mark)
                for slot in slots.values()
                if slot.run and slot.run.state in ("active", "submitted")
            ]
            if lines:
                stage = self.plan.stage(stage_id)
                found.append({"stage": stage, "number": stage.number or stage.id, "lines": lines})
        return found

    def _open_line(self, run: StageRunRow, mark: str) -> Words:
        asked = [sign_off for sign_off in self._sign_offs(run) if sign_off.state == "requested"]
        due_at = min((sign_off.due_at for sign_off in asked), default=run.due_at)
        return {
            "run": run,
            "mark": mark,
            "label": LABELS[mark],
            "position": self._position_of(run),
            "who": self._who_is_asked(run, asked) if asked else self._who_works(self._tasks(run)),
            "due": self._at(due_at),
            "left": self._left(due_at),
            "late": bool(due_at and due_at < self.now),
            "explained": "1 hari kerja sejak pengesahan dimintakan" if asked else run.due_text,
            "reason": self._why_again(run),
            "tasks": self._tasks(run),
            "asked": asked,
        }

    def _tasks(self, run: StageRunRow) -> list[TaskRow]:
        return [task for task in self.view.tasks if task.run_id == run.id and task.state in ("offered", "claimed")]

    def _sign_offs(self, run: StageRunRow) -> list[SignOffRow]:
        return [sign_off for sign_off in self.view.sign_offs if sign_off.run_id == run.id]

    def _who_works(self, tasks: list[TaskRow]) -> str:
        taken = [task for task in tasks if task.state == "claimed"]
        names = self._list([task.person_id for task in taken or tasks])
        if not names:
            return "Jabatan ini belum ada pemegangnya."
        return f"Dikerjakan {names}" if taken else f"Ditugaskan kepada {names}"

    def _who_is_asked(self, run: StageRunRow, asked: list[SignOffRow]) -> str:
        """Name the signers, never one who did the work (four eyes)."""
        said = []
        performers = {run.performed_by, *run.present}
        for sign_off in asked:
            holders = self.people.holders_of(sign_off.position, self.now)
            names = self._list([holder.person_id for holder in holders if holder.person_id not in performers])
            said.append(self.plan.organisation.name_of(sign_off.position) + (f" ({names})" if names else ""))
        done_by = self._person(run.performed_by, run.performed_capacity)
        return f"Diajukan {done_by}; menunggu pengesahan {' dan '.join(said)}"

    def _list(self, person_ids: Iterable[int]) -> str:
        return _joined([self.people.person(person).name for person in dict.fromkeys(person_ids)])

    def _left(self, due_at: datetime | None) -> str:
        if due_at is None:
            return ""
        calendar, late = self.plan.calendar, due_at < self.now
        days = calendar.working_days_between(*((due_at, self.now) if late else (self.now, due_at)))
        if days == 0:
            return "lewat tenggat" if late else "hari ini"
        return f"lewat {count_days(days)}" if late else f"sisa {count_days(days)}"

    def _why_again(self, run: StageRunRow) -> tuple[str, str] | None:
        """Why a stage is done again, in the words of who returned it or decided so; None where nobody said."""
        before = [
            other
            for other in self.view.runs
            if (other.stage, other.slot, other.pass_no) == (run.stage, run.slot, run.pass_no - 1)
        ]
        said = [("Alasan pengembalian", s.note) for r in before for s in self._sign_offs(r) if s.state == "returned"]
        said += [(f"Catatan keputusan {_number(self.plan, r.stage)}", r.note) for r in self._sent_back_to(run)]
        label, note = said[-1] if said else ("", None)
        words = self.view.words.get(note or 0, "")
        return (label, words) if words else None

    def _sent_back_to(self, run: StageRunRow) -> list[StageRunRow]:
        """The decision that led back to a stage and opened this pass of it, if one did."""
        flow = self.plan.flow
        back = [
            other
            for other in self.view.runs
            if flow.goes_back(other.stage, other.outcome or "")
            and outcomes_of(flow.stages[other.stage])[other.outcome or ""].stage == run.stage
            and other.state == "completed"
            and (other.ended_seq or 0) < run.activated_seq
        ]
        return sorted(back, key=lambda other: other.ended_seq or 0)[-1:] if run.pass_no > 1 else []

    # -- what has happened -----------------------------------------------------------------------

    def _position_of(self, run: StageRunRow) -> str:
        performers = self.plan.performers_of(self.plan.stage(run.stage), run.slot)
        return "; ".join(self.plan.organisation.name_of(performer) for performer in performers)

    def _pass(self, run: StageRunRow) -> Words:
        stage = self.plan.stage(run.stage)
        mark = "late" if run.state == "active" and run.due_at and run.due_at < self.now else run.state
        late = bool(run.due_at and (run.submitted_at or run.ended_at or self.now) > run.due_at)
        return {
            "run": run,
            "number": stage.number or stage.id,
            "activity": stage.activity,
            "position": self._position_of(run),
            "by": self._person(run.performed_by, run.performed_capacity),
            "present": self._list(run.present),
            "mark": mark,
            "label": "Dikembalikan" if mark == "returned" else LABELS[mark],
            "began": self._short(run.activated_at),
            "due": self._short(run.due_at),
            "explained": run.due_text,
            "ended": self._short(run.ended_at),
            "late": late and run.state != "void",
            "outcome": "" if run.outcome in (None, "lanjut") else run.outcome,
            "result": self.view.words.get(run.result or 0, ""),
            "note": self.view.words.get(run.note or 0, ""),
            "sign_offs": [self._answer(sign_off) for sign_off in self._sign_offs(run)],
        }

    def _answer(self, sign_off: SignOffRow) -> Words:
        return {
            "state": STATES[sign_off.state],
            "kind": sign_off.state,
            "position": self.plan.organisation.name_of(sign_off.position),
            "by": self._person(sign_off.person_id, sign_off.capacity),
            "at": self._short(sign_off.answered_at or sign_off.requested_at),
            "note": self.view.words.get(sign_off.note or 0, ""),
        }

    def _person(self, person_id: int | None, capacity: str | None) -> str:
        if person_id is None:
            return ""
        acting = {"plt": " (Plt.)", "plh": " (Plh.)"}.get(capacity or "", "")
        return self.people.person(person_id).name + acting

    def _record(self, events: Iterable[Mapping[str, Any]]) -> list[Words]:
        names = Names(
            person=lambda number: self.people.persons[number].name if number in self.people.persons else f"orang {number}",
            position=self.plan.organisation.name_of,
            stages=self.plan.flow.stages,
            stage_of_run={run.id: run.stage for run in self.view.runs},
        )
        return [
            {
                "seq": event["seq"],
                "at": self._at(datetime.fromisoformat(event["at"])),
                "says": sentence(event, names),
                "who": actor_words(event["actor"], names),
            }
            for event in reversed(list(events))
        ]


def _joined(names: list[str]) -> str:
    return " dan ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


# -- the document ----------------------------------------------------------------------------------


def activity_table(plan: Plan, standings: Mapping[str, Mapping[str, Standing]]) -> Words:
    """The SOP AP table: its performer columns, and per stage the drawing, the standard and the mark."""
    marks = {stage: {slot: standing.mark for slot, standing in slots.items()} for stage, slots in standings.items()}
    drawing = draw(plan.flow, plan.organisation, marks)
    return {
        "columns": [plan.organisation.name_of(position) for position in drawing.columns],
        "last_column": drawing.width - COLUMN * (len(drawing.columns) - 1),
        "rows": [_row(plan, stage, dict(standings.get(stage.id, {}))) | {"drawing": drawing.rows[stage.id]} for stage in plan.flow.stages.values()],
        "marks": [(mark, label) for mark, label in LABELS.items() if mark != "waiting"],
    }


def _row(plan: Plan, stage: Stage, slots: dict[str, Standing]) -> Words:
    mark = stage_mark(slots) if slots else ""
    performers = [plan.organisation.name_of(performer) for performer in stage.for_each or stage.performers or ()]
    return {
        "stage": stage,
        "number": stage.number or stage.id,
        "performers": performers,
        "mark": mark,
        "label": LABELS.get(mark, ""),
        "detail": _detail(plan, slots, mark) if slots else "",
        "ways": _ways(plan, stage),
        "remarks": _remarks(plan, stage),
        "rebuilt": stage.provenance == "rekonstruksi",
        "rebuilt_keys": set(stage.reconstructed),
    }


def _detail(plan: Plan, slots: dict[str, Standing], mark: str) -> str:
    if len(slots) > 1:
        done = sum(standing.mark in ("completed", "skipped") for standing in slots.values())
        return f"{done} dari {len(slots)} jabatan selesai" if mark != "waiting" else ""
    run = next(iter(slots.values())).run
    if run is None:
        return ""
    again = f"putaran ke-{run.pass_no}" if run.pass_no > 1 else ""
    at, what = (run.ended_at, "") if run.ended_at else (run.due_at, "tenggat ")
    if run.state == "submitted":
        at, what = run.submitted_at, "diajukan "
    when = f"{what}{short_date(plan.calendar.local_day(at))} pukul {plan.calendar.local(at):%H.%M}" if at else ""
    return ", ".join(filter(None, [when, again]))


def _ways(plan: Plan, stage: Stage) -> list[str]:
    """Each named outcome and where it leads, in words."""
    if not (stage.decision or stage.condition):
        return []
    return [
        f"{outcome.capitalize()}: " + {"next": "lanjut", "end": "selesai"}.get(target.kind, "")
        + (f"{'kembali ' if target.kind == 'back' else ''}ke {_number(plan, target.stage)}" if target.stage else "")
        for outcome, target in outcomes_of(stage).items()
        if outcome != "lanjut"
    ]


def _number(plan: Plan, stage_id: str) -> str:
    return plan.stage(stage_id).number or stage_id


def _remarks(plan: Plan, stage: Stage) -> list[tuple[str, str]]:
    """What stands under Keterangan: (key of the file, words)."""
    name = plan.organisation.name_of
    responsible = "pelaksana masing-masing" if stage.responsible == "pelaksana" else name(stage.responsible or plan.definition.responsible)
    found = [("keterangan", stage.remarks or ""), ("penanggungjawab", f"Penanggung jawab: {responsible}.")]
    if stage.sign_off:
        found.append(("pengesahan", f"Pengesahan: {_joined([name(position) for position in stage.sign_off.by])}."))
    if stage.informed:
        found.append(("tembusan", f"Tembusan: {_joined([name(position) for position in stage.informed])}."))
    found += [("batas", f"{_LIMITS[limit.kind]}: {limit.date.text}.") for limit in plan.limits[stage.id]]
    return [(key, words) for key, words in found if words]


def identity_words(plan: Plan) -> Words:
    """The identity block as printed, and whether its two numbers agree."""
    identity = plan.definition.identity
    return {
        "definition": plan.definition,
        "identity": identity,
        "ratifier": plan.organisation.name_of(identity.ratified_by.position),
        "numbers_differ": identity.annex_number not in (None, identity.number),
        "dates": {
            "Tanggal pembuatan": _printed(identity.created_on),
            "Tanggal revisi": _printed(identity.revised_on),
            "Tanggal efektif": _printed(identity.effective_on),
        },
        "lists": {
            "Dasar hukum": identity.legal_basis,
            "Kualifikasi pelaksana": identity.performer_qualifications,
            "Keterkaitan": identity.related_procedures,
            "Peralatan/perlengkapan": identity.equipment,
            "Peringatan": identity.warnings,
            "Pencatatan dan pendataan": identity.records,
        },
    }


def _printed(day: str | None) -> str:
    """A date as printed: a full one in words, `2017-07` as it stands, nothing where it is empty."""
    return long_date(date.fromisoformat(day)) if day and len(day) == 10 else day or ""
