"""What a proposed change of an SOP does to a case: the document's own clauses judge it (design §5).

Judged by the rules of the text in force. Order: rules or number, slot or responsible of a completed
stage (3), scope or responsible (4), a limit of law (2), a completed stage (3), the replay of the case's
own completed runs through the new flow (3). The first that applies decides; every change is listed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from sop_engine.domain.changes import Change, changes_between, names_between
from sop_engine.domain.definition import Definition, RuleName
from sop_engine.domain.flow import ON, Flow, Position, outcomes_of
from sop_engine.domain.organisation import Organisation
from sop_engine.domain.rules import refusal
from sop_engine.domain.state import Run
from sop_engine.errors import Refusal

Verdict = Literal["none", "correction", "revision", "refused", "void"]
THREE: RuleName = "tahapan_selesai_terkunci"
NEW_EDITION = ("identitas.nomor", "sop", "organisasi")
FOUR: RuleName = "batal_bila_berubah"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on a proposal for one case, every change, and for a refusal why and the first step that misfits."""

    verdict: Verdict
    changes: tuple[Change, ...]
    refusal: Refusal | None = None
    step: str = ""


@dataclass(slots=True)
class Progress:
    """How far a case is: stages and slots whose current pass is completed, and what is open."""

    stages: set[str] = field(default_factory=set)
    slots: set[tuple[str, str]] = field(default_factory=set)
    open: list[Run] = field(default_factory=list)
    completed: list[Run] = field(default_factory=list)


def judge(
    old: Definition,
    new: Definition,
    runs: Sequence[Run] = (),
    *,
    keep_completed: bool = False,
    organisation: Organisation | None = None,
    names: Mapping[str, str] | None = None,
) -> Judgement:
    """Judge a change of text for a case with these runs; without runs, for an SOP that is not being carried out.

    `names` are the ids of earlier revisions → those of the old text; the structure tells the units of slots.
    """
    progress = progress_of(Flow(old, names), runs)
    court = _Court(old, new, progress, keep_completed, organisation, dict(names or {}))
    changes = tuple(court.weighed(change) for change in changes_between(old, new))
    if not changes:
        return Judgement("none", ())
    return court.verdict(changes)


def progress_of(flow: Flow, runs: Iterable[Run]) -> Progress:
    """Tell how far a case is in a flow; what a backward outcome goes over again is not completed."""
    listed = list(runs)
    progress = Progress(open=[run for run in listed if run.open])
    progress.completed = sorted((r for r in listed if r.state == "completed"), key=lambda run: run.ended_seq or 0)
    position = Position(flow)
    position.begin()
    for run in progress.completed:
        move, stage = position.complete(run.stage, run.slot, run.outcome or ON, run.redo), flow.present(run.stage)
        if move is None:
            break
        progress.slots.add((stage, run.slot))
        if move.completed:
            progress.stages.add(stage)
        if flow.goes_back(stage, run.outcome or ON):
            target = outcomes_of(flow.stages[stage])[run.outcome or ON].stage
            again = {s for s in flow.order if flow.order[target] <= flow.order[s] <= flow.order[stage]}
            progress.stages -= again
            kept = {(target, slot) for slot in flow.stages[target].for_each or () if run.redo and slot not in run.redo}
            progress.slots = {place for place in progress.slots if place[0] not in again or place in kept}
    return progress


def _followed(names: Mapping[str, str], renamed: Mapping[str, str]) -> dict[str, str]:
    return {**{old: renamed.get(new, new) for old, new in names.items()}, **renamed}


@dataclass(slots=True)
class _Court:
    old: Definition
    new: Definition
    progress: Progress
    keep: bool
    organisation: Organisation | None
    names: dict[str, str]
    _misfit: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        self._misfit = self._first_misfit()

    def weighed(self, change: Change) -> Change:
        """Give a change its kind in full, and what it alone would do by which clause."""
        change = replace(change, kind="responsible") if self._names_responsible(change) else change
        change = replace(change, kind="scope") if self._leaves_out_unit(change) else change
        if change.kind == "responsible" and change.key and not self._responsible_differs(change):
            change = replace(change, kind="stage")
        if change.kind == "clerical":
            change = replace(change, kind="stage") if change.key in _OWN_WORDS and self._is_done(change) else change
        if change.kind == "rules" or change.path in NEW_EDITION:
            return replace(change, effect="refused")
        if self._takes_done_slot(change):
            return replace(change, kind="performer", effect="refused", clause=self._number(THREE))
        if change.key and self._is_done(change) and change.kind != "clerical":
            if self._locks():
                return replace(change, effect="frozen" if self.keep else "refused", clause=self._number(THREE))
            return replace(change, effect="frozen")
        if change.kind in ("scope", "responsible"):
            voids = self._voids({change.kind})
            return replace(change, effect="voids" if voids else "applies", clause=self._number(FOUR) if voids else None)
        if self._moves_limit_of_law(change):
            return replace(change, effect="refused", clause=self._number("revisi_karena_kahar"))
        shapes = change.kind == "flow" or (change.stage and not change.key) or change.key == "untuk_setiap"
        if self._misfit and shapes:
            return replace(change, effect="refused", clause=self._number(THREE))
        return change

    def verdict(self, changes: tuple[Change, ...]) -> Judgement:
        """Decide by the first rule that applies."""
        refused = [change for change in changes if change.effect == "refused"]
        own = next((c for c in refused if c.kind == "rules" or c.path in NEW_EDITION), None)
        if own:
            return self._refused(changes, None, _NEEDS_NEW, "Terbitkan edisi baru dengan `sop reissue`.", own.path)
        hard = (c for c in refused if c.key in ("untuk_setiap", "penanggungjawab"))
        done = next((c for c in hard if self._is_done(c) or self._takes_done_slot(c)), None)
        if done:
            return self._refused(changes, THREE, self._touches(done), _KEEP, done.stage)
        if self._voids({change.kind for change in changes if change.effect != "frozen"}):
            return Judgement("void", changes)
        law = next((c for c in refused if self._moves_limit_of_law(c)), None)
        if law:
            message = "Batas menurut undang-undang tidak dapat digeser dengan revisi."
            return self._refused(changes, "revisi_karena_kahar", message, "Biarkan batas itu seperti semula.", law.path)
        touched = next((c for c in refused if c.key and self._is_done(c)), None)
        if touched:
            return self._refused(changes, THREE, self._touches(touched), _KEEP, touched.stage)
        if self._misfit:
            step, why = self._misfit
            return self._refused(changes, THREE, why, "Ubah hanya tahap yang belum dicapai.", step)
        clerical = all(change.kind == "clerical" or change.effect == "frozen" for change in changes)
        return Judgement("correction" if clerical else "revision", changes)

    def _refused(
        self, changes: tuple[Change, ...], rule: RuleName | None, message: str, instead: str, step: str
    ) -> Judgement:
        why = refusal(self.old, rule, message, instead) if rule else Refusal(message, instead=instead)
        return Judgement("refused", changes, why, step)

    def _number(self, rule: RuleName) -> int | None:
        clause = self.old.clause_for(rule)
        return clause.number if clause else None

    def _locks(self) -> bool:
        return self.old.clause_for(THREE) is not None

    def _is_done(self, change: Change) -> bool:
        return self._old_name(change.stage) in self.progress.stages

    def _takes_done_slot(self, change: Change) -> bool:
        """Whether a slot that has ended in its current pass would be taken away."""
        gone = set(change.before or ()) - set(change.after or ()) if change.key == "untuk_setiap" else set()
        return any((self._old_name(change.stage), slot) in self.progress.slots for slot in gone)

    def _old_name(self, stage: str) -> str:
        return {new: old for old, new in names_between(self.new).items()}.get(stage, stage)

    def _touches(self, change: Change) -> str:
        stages = (*self.old.stages(), *self.new.stages())
        name = next((stage.activity for stage in stages if stage.id == change.stage), change.stage)
        what = change.key.replace("_", " ")
        return f"Tahap «{name}» sudah selesai dilaksanakan, jadi bagian «{what}» tidak dapat diubah lagi."

    def _voids(self, kinds: set[str]) -> bool:
        """Rule 4: of the objects its clause names, one (or with `bila: semua` each) has changed."""
        clause = self.old.clause_for(FOUR)
        if clause is None:
            return False
        named = {"scope" if name == "ruang_lingkup" else "responsible" for name in clause.objects}
        return bool(named & kinds) if clause.when == "salah_satu" else bool(named) and named <= kinds

    def _names_responsible(self, change: Change) -> bool:
        """A new stage that names a position which is not responsible yet brings a new responsible in."""
        if not change.stage or change.key or change.before is not None:
            return False
        known = {self.old.responsible, *(stage.responsible for stage in self.old.stages())}
        return (change.after.get("penanggungjawab") or self.old.responsible) not in known

    def _responsible_differs(self, change: Change) -> bool:
        return (change.before or self.old.responsible) != (change.after or self.new.responsible)

    def _leaves_out_unit(self, change: Change) -> bool:
        """A slot taken away whose unit stands in the scope narrows the scope."""
        if change.key != "untuk_setiap" or self.organisation is None:
            return False
        gone = set(change.before or ()) - set(change.after or ())
        units = {place.unit for name in gone if (place := self.organisation.positions.get(name))}
        return bool(units & set(self.old.scope.units))

    def _moves_limit_of_law(self, change: Change) -> bool:
        parts = change.path.split(".")
        if parts[:2] != ["jadwal", "batas"] or change.kind == "clerical":
            return False
        of_law = {limit.id for limit in self.old.schedule.limits if limit.kind == "undang_undang"}
        return len(parts) < 3 or parts[2] in of_law

    def _first_misfit(self) -> tuple[str, str] | None:
        """Replay the case's completed runs through the new flow; gives the first step that does not fit, and why."""
        flow = Flow(self.new, _followed(self.names, names_between(self.new)))
        names = {stage.id: f"«{stage.activity}»" for stage in (*self.old.stages(), *self.new.stages())}
        position = Position(flow)
        position.begin()
        met: set[str] = set()
        for run in self.progress.completed:
            move = position.complete(run.stage, run.slot, run.outcome or ON, run.redo)
            if move is None:
                name, ahead = names.get(run.stage, run.stage), ", ".join(names[stage] for stage in position.visits)
                where = f"; dalam alur baru saat itu baru sampai {ahead}" if ahead else ""
                return run.stage, f"Tahap {name} yang sudah selesai tidak cocok dengan alur baru{where}."
            if move.completed:
                met.add(flow.present(run.stage))
        for run in self.progress.open:
            stage = flow.present(run.stage)
            visit = position.visits.get(stage)
            if (visit is None or run.slot not in visit.pending) and stage not in met:
                name, ahead = names.get(run.stage, run.stage), next((names[s] for s in position.visits), "")
                first = f"; alur baru mendahulukan {ahead}" if ahead and stage in flow.stages else ""
                return run.stage, f"Tahap {name} sedang dikerjakan, tidak dapat dihilangkan atau didahului{first}."
        return None


_NEEDS_NEW = "Ketentuan, nomor, dan organisasi SOP yang sudah ditandatangani tidak dapat diubah dengan revisi."
_KEEP = "Keluarkan perubahan itu dari usulan, atau biarkan tanpa akibat dengan `--keep-completed`."
_OWN_WORDS = ("kegiatan", "kelengkapan", "keluaran", "keterangan", "keputusan", "bila")
