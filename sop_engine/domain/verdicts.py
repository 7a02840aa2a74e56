"""What a proposed text would do: each change weighed by the clauses in force, then the verdict (design §5)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from sop_engine.domain.calendar import CalendarData, WorkCalendar
from sop_engine.domain.changes import Change, changes_between, names_of, renamed
from sop_engine.domain.deadlines import limit_instants
from sop_engine.domain.definition import Definition, Parallel, RuleName, Schedule, Stage
from sop_engine.domain.fitting import Fit, fit
from sop_engine.domain.flow import Flow, Past
from sop_engine.domain.organisation import Organisation
from sop_engine.domain.rules import refusal
from sop_engine.errors import Refusal

Effect = Literal["applies", "frozen", "voids", "refused", "none"]
VERDICTS = ("none", "correction", "revision", "refused", "void")
Verdict = Literal["none", "correction", "revision", "refused", "void"]

_NEW_EDITION, _LOCKED, _VOID, _GROUND, _DONE, _ORDINARY = range(6)  # the order of design §5 "For a proposal"
_SIGNED = frozenset({"identitas.nomor", "sop", "format", "organisasi"})  # what a signature fixed, beside the rules
_COMPLETED: RuleName = "tahapan_selesai_terkunci"
_KAHAR: RuleName = "revisi_karena_kahar"
_VOIDING: RuleName = "batal_bila_berubah"


@dataclass(frozen=True, slots=True)
class Weighed:
    """A change with what it alone would do; `clause` is the number of the clause that says so, if any."""

    change: Change
    effect: Effect
    clause: int | None
    rank: int
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on a proposal for one case (or none), every change, and why it is refused.

    `fit.misfit` is the first step of the case that does not fit: such a case can't take the proposal.
    """

    verdict: Verdict
    changes: tuple[Weighed, ...]
    refusal: Refusal | None
    fit: Fit

    @property
    def taken(self) -> bool:
        """Whether the case can follow; one that can't finishes under its own text."""
        return self.refusal is None and self.fit.misfit is None

    @property
    def step(self) -> str:
        """The first stage that does not fit, or the stage or path of the first change that is refused."""
        refused = (each.change.stage or each.change.path for each in self.changes if each.effect == "refused")
        return self.fit.misfit.stage if self.fit.misfit else next(refused, "")


def classify(
    old: Definition,
    new: Definition,
    history: Sequence[Past] | None = None,
    *,
    organisation: Organisation | None = None,
    ground: bool = True,
    keep_completed: bool = False,
    retired: frozenset[str] = frozenset(),
) -> Judgement:
    """Judge a proposed text by the rules of the text in force; see `Comparison`."""
    compared = Comparison(old, new, organisation, retired)
    return compared.judge(history, ground=ground, keep_completed=keep_completed)


class Comparison:
    """A proposed text laid beside the one in force, once, to be judged for one case after another.

    `organisation` says in which unit a removed slot stands; `retired` names stage ids that earlier revisions of the
    edition used and gave up; `spelled_from` is the text that spelling is compared with besides, so that ralat after
    ralat does not drift from it.
    """

    def __init__(
        self, old: Definition, new: Definition, organisation: Organisation | None, retired: frozenset[str],
        spelled_from: Definition | None = None,
    ) -> None:  # fmt: skip
        self._old, self._new, self._names = old, new, names_of(old, new)
        self._ours = ours = renamed(old, self._names)
        was = {now: former for former, now in self._names.items()}
        first = changes_between(renamed(spelled_from, self._names), new) if spelled_from else []
        meant = {change.path: change.kind for change in first}
        found = [replace(c, kind=meant.get(c.path, c.kind)) for c in changes_between(ours, new)]
        found = [_scoped(change, ours, new, organisation) for change in found]
        found = [replace(c, before=was[c.stage]) if c.key == "id" else c for c in found]
        found += [Change(f"tahapan.{now}.id", "stage", former, now, now, "id") for now, former in was.items()]
        self._changes = [c for c in found if not (c.key == "former_id" and c.stage in was)]
        self._flows = Flow(ours), Flow(new)
        self._taken_over = _taken_over(ours, new, retired | set(self._names))

    def judge(self, history: Sequence[Past] | None, *, ground: bool = True, keep_completed: bool = False) -> Judgement:
        """Judge it for a case, or for none.

        `history` is the case's `flow.standing` under the old text's stage ids. `ground` tells whether a ground is
        given, `keep_completed` leaves changes of completed stages without effect instead of refusing them.
        """
        now = self._names
        pasts = None if history is None else [past.under(lambda stage: now.get(stage, stage)) for past in history]
        fitted = fit(*self._flows, pasts)
        bench = _Bench(self._ours, self._new, fitted, self._taken_over, keep_completed)
        weighed = bench.weigh_all(self._changes)
        verdict, why = _verdict(self._old, weighed, ground)
        return Judgement(verdict, tuple(weighed), why, fitted)


def _scoped(change: Change, old: Definition, new: Definition, organisation: Organisation | None) -> Change:
    """A removed slot whose unit stands in the scope is a change of scope, also where its whole stage goes."""
    removed = bool(change.stage) and not change.key and change.after is None
    if organisation is None or not (removed or change.key == "for_each"):
        return change
    ours, theirs = ({s.id: s.for_each or () for s in each.stages()}.get(change.stage, ()) for each in (old, new))
    members = {place for slot in set(ours) - set(theirs) for place in organisation.members_of(slot)}
    units = {organisation.positions[place].unit for place in members if place in organisation.positions}
    return replace(change, kind="scope") if units & set(old.scope.units) else change


@dataclass
class _Bench:
    """Weighs one change after another by the clauses of the text in force."""

    old: Definition
    new: Definition
    fit: Fit
    taken_over: dict[str, str]
    keep: bool

    def weigh_all(self, found: list[Change]) -> list[Weighed]:
        weighed = [self.weigh(change) for change in found]
        unexplained = self.fit.misfit and not any(each.rank in (_LOCKED, _DONE) for each in weighed)
        moving = [each.change.kind == "flow" and not each.change.stage for each in weighed]
        if unexplained and not any(moving):
            moving = [each.change.kind in ("flow", "performer", "stage") for each in weighed]
        return [
            self.by_rule(each.change, _COMPLETED, _DONE, self.sentence()) if unexplained and moves else each
            for each, moves in zip(weighed, moving, strict=True)
        ]

    def weigh(self, change: Change) -> Weighed:
        """Say what a change alone would do: the first reason in the order of design §5."""
        for look in (self.signed, self.locked, self.voiding, self.statutory, self.completed):
            if found := look(change):
                return found
        if change.kind == "clerical":
            return Weighed(change, "applies", None, _ORDINARY)
        clause = self.old.clause_for(_KAHAR)
        return Weighed(change, "applies", clause.number if clause else None, _ORDINARY)

    def signed(self, change: Change) -> Weighed | None:
        if change.kind == "rules" or change.path in _SIGNED:
            message = f"«{change.path}» tetap sejak ditandatangani; perubahannya memerlukan edisi baru."
            return Weighed(change, "refused", None, _NEW_EDITION, Refusal(message, instead=_REISSUE))
        if change.stage in self.taken_over and change.before is None and not change.key:
            return Weighed(change, "refused", None, _NEW_EDITION, Refusal(self.taken_over[change.stage]))
        return None

    def locked(self, change: Change) -> Weighed | None:
        """A slot or the responsible of a completed stage."""
        ended = self.fit.slots.get(change.stage, set())
        loses = change.key == "for_each" or change.kind == "scope"
        if loses and not ended <= set(change.after or ()):
            message = f"Bagian {', '.join(sorted(ended - set(change.after or ())))} dari {self.called(change.stage)}"
            return self.by_rule(change, _COMPLETED, _LOCKED, f"{message} sudah selesai.")
        if (
            (change.key in ("responsible", "for_each") or change.kind == "scope")
            and change.stage in self.fit.done
            and self.old.clause_for(_COMPLETED)
        ):
            return self.by_rule(change, _COMPLETED, _LOCKED, f"{self.called(change.stage)} sudah selesai.")
        return None

    def voiding(self, change: Change) -> Weighed | None:
        clause = self.old.clause_for(_VOIDING)
        if clause is None or _OBJECT.get(change.kind) not in clause.objects:
            return None
        alone = clause.when == "salah_satu" or len(clause.objects) == 1
        return Weighed(change, "voids" if alone else "applies", clause.number, _VOID if alone else _ORDINARY)

    def statutory(self, change: Change) -> Weighed | None:
        law = [limit for limit in self.old.schedule.limits if limit.kind == "undang_undang"]
        moved = [x for x in law if f"{change.path}.".startswith(f"jadwal.batas.{x.id}.") and change.kind != "clerical"]
        if change.path == "jadwal.mulai":
            moved = [limit for limit in law if limit.id in _shifted(self.old.schedule, self.new.schedule)]
        if not moved:
            return None
        limit = moved[0]
        message = f"Batas «{limit.id}» ditetapkan undang-undang; revisi tidak dapat menggesernya."
        return self.by_rule(change, _KAHAR, _GROUND, message)

    def completed(self, change: Change) -> Weighed | None:
        spelled = change.kind == "clerical" and change.key not in _NOTES
        if change.stage in self.fit.done and (change.kind != "clerical" or spelled):
            return self.by_rule(change, _COMPLETED, _DONE, f"{self.called(change.stage)} sudah selesai.")
        if change.kind == "clerical" or not change.stage:
            return None
        if change.after is None and not change.key and change.stage in self.fit.slots:
            message = f"{self.called(change.stage)} sedang dikerjakan dan tidak dapat dihapus."
            return Weighed(change, "refused", None, _DONE, Refusal(message, instead="Selesaikan tahap itu dahulu."))
        early = change.stage in self.fit.early and not change.key
        if early or (change.stage in self.fit.stuck and change.key in ("done_when", "for_each", "performers")):
            return self.by_rule(change, _COMPLETED, _DONE, self.sentence())
        return None

    def by_rule(self, change: Change, rule: RuleName, rank: int, message: str) -> Weighed:
        """Refuse by a clause; without clause 3 what is completed is merely frozen."""
        clause = self.old.clause_for(rule)
        if rule == _COMPLETED and (clause is None or (self.keep and change.stage in self.fit.done)):
            return Weighed(change, "frozen", None, rank)
        why = refusal(self.old, rule, f"Perubahan «{change.path}» tidak dapat diterima: {message}", _AHEAD)
        return Weighed(change, "refused", why.clause, rank, why)

    def called(self, stage: str) -> str:
        found = {each.id: each for each in (*self.new.stages(), *self.old.stages())}
        return f"tahap «{found[stage].activity}»"

    def sentence(self) -> str:
        """Name the first step that does not fit, and what the new flow wants before it."""
        step = self.fit.misfit
        assert step is not None
        state = "sedang dikerjakan" if step.open else "sudah selesai"
        part = f" (bagian {step.slot})" if step.slot else ""
        first = f"langkah pertama yang tidak cocok ialah {self.called(step.stage)}{part} yang {state}"
        ahead = " dan ".join(self.called(name) for name in step.ahead)
        return f"{first}; alur baru mendahulukan {ahead}." if ahead else f"{first}; alur baru tidak sampai ke sana."


def _shifted(old: Schedule, new: Schedule) -> set[str]:
    """The limits that fall on another day where only `mulai` is another: no year = the first on or after the start."""
    calendar, moved = WorkCalendar(CalendarData(), old.zone), old.model_copy(update={"begins": new.begins})
    starts = [date(2026 + month // 12, month % 12 + 1, 5) for month in range(24)]
    found = [
        [limit_instants(each, calendar, start, start.year - 1, {}, {}).items() for start in starts]
        for each in (old, moved)
    ]
    return {name for ours, theirs in zip(*found, strict=True) for name, _ in ours ^ theirs}


_OBJECT = {"scope": "ruang_lingkup", "responsible": "penanggungjawab"}
_NOTES = frozenset({"provenance", "source", "reconstructed", "former_id"})
_REISSUE = "Terbitkan edisi berikutnya dengan `sop reissue`."
_AHEAD = "Ubahlah hanya tahap yang belum selesai dan sesudah tahap yang sedang dikerjakan."


def _verdict(old: Definition, weighed: list[Weighed], ground: bool) -> tuple[Verdict, Refusal | None]:
    """The first that applies decides (design §5)."""
    refused = {each.rank: each.refusal for each in reversed(weighed) if each.effect == "refused"}
    touched = {_OBJECT[each.change.kind] for each in weighed if each.change.kind in _OBJECT}
    clause = old.clause_for(_VOIDING)
    both = clause and clause.when == "semua" and clause.objects and set(clause.objects) <= touched
    for rank in (_NEW_EDITION, _LOCKED):
        if rank in refused:
            return "refused", refused[rank]
    if both or any(each.effect == "voids" for each in weighed):
        return "void", None
    if not weighed:
        return "none", None
    if all(each.change.kind == "clerical" for each in weighed) and not refused:
        return "correction", None
    if not ground and old.clause_for(_KAHAR):
        message = "Perubahan ini memerlukan dasar keadaan kahar: golongan, uraian, tanggal dan buktinya."
        return "refused", refusal(old, _KAHAR, message)
    for rank in (_GROUND, _DONE):
        if rank in refused:
            return "refused", refused[rank]
    return "revision", None


def _taken_over(old: Definition, new: Definition, gone: frozenset[str]) -> dict[str, str]:
    """New stages that hide a renaming, or reuse an id of the edition; each with the sentence to refuse it."""
    ours, theirs = ({stage.id: stage for stage in each.stages()} for each in (old, new))
    stay = ours.keys() & theirs.keys()
    before, after = _places(old, stay), _places(new, stay)
    found = {}
    for name, stage in theirs.items():
        if name in ours:
            continue
        if name in gone:
            found[name] = f"Id tahap «{name}» pernah dipakai dalam edisi ini; pilih id lain."
        if stage.former_id and stage.former_id not in gone:
            found[name] = f"Tahap «{name}»: `dahulu: {stage.former_id}` bukan tahap naskah yang berlaku."
        for other in [other for other in ours.values() if other.id not in stay]:
            same = other.activity == stage.activity or (other.outputs and other.outputs == stage.outputs)
            if same or before[other.id] == after[name]:
                found[name] = (
                    f"Tahap «{name}» menggantikan tahap «{other.id}» (tempat, kegiatan atau keluarannya sama); "
                    f"tulis `dahulu: {other.id}` pada tahap «{name}»."
                )
    return found


def _places(definition: Definition, stay: set[str]) -> dict[str, tuple[str, str]]:
    """Stage → the branch it stands in, and the last stage before it there that stays."""
    found: dict[str, tuple[str, str]] = {}

    def walk(steps: Sequence[Stage | Parallel], where: str) -> None:
        last = ""
        for step in steps:
            if isinstance(step, Parallel):
                for number, branch in enumerate(step.block.branches):
                    walk(branch, f"{step.block.id}/{number}")
                last = step.block.id
            else:
                found[step.id] = where, last
                last = step.id if step.id in stay else last

    walk(definition.steps, "")
    return found
