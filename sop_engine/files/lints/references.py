"""Lints on what a definition says about itself: ids, jumps, and words that go together."""

from collections import Counter
from collections.abc import Iterable, Iterator

from sop_engine.domain.definition import Block, Stage
from sop_engine.domain.expressions import AfterStage
from sop_engine.domain.flow_words import Target
from sop_engine.errors import Problem
from sop_engine.files.lints.subject import Subject, error, instead


def repeated_ids(subject: Subject) -> Iterator[Problem]:
    """An id, a clause's number or a rule stands once."""
    definition = subject.definition
    yield from _twice("tahapan.{}.id", "id", (step.id for _, step in subject.steps))
    yield from _twice("jadwal.batas.{}.id", "id", (limit.id for limit in definition.schedule.limits))
    yield from _twice("ketentuan.{}.butir", "butir", (str(clause.number) for clause in definition.clauses))
    rules = Counter[str]()
    for clause in definition.clauses:
        rules[clause.rule or ""] += 1
        if clause.rule and rules[clause.rule] > 1:
            path, message = (
                f"ketentuan.{clause.number}.aturan",
                f"aturan «{clause.rule}» dipakai dua kali; hapus salah satu",
            )
            yield error("ATURAN_GANDA", path, message, clause.number)


def _twice(path: str, what: str, ids: Iterable[str]) -> Iterator[Problem]:
    seen = Counter[str]()
    for found in ids:
        seen[found] += 1
        if seen[found] > 1:
            message = f"{what} «{found}» sudah dipakai di atas; pilih {what} lain"
            yield error("ID_GANDA", path.format(f"{found}({seen[found]})"), message)


def jumps(subject: Subject) -> Iterator[Problem]:
    """Outcomes lead to stages of their own list: back to an earlier one or itself, or on to a later."""
    paths = {id(step): path for path, step in subject.steps}
    known = {stage.id for _, stage in subject.stages}
    for steps in subject.lists:
        order: dict[str, int] = {}
        for number, step in enumerate(steps):
            order.setdefault(step.id if isinstance(step, Stage) else step.block.id, number)
        for number, step in enumerate(steps):
            if isinstance(step, Stage):
                for key, target in _targets(step):
                    fault = _misled(target, number, order, known, key == "lalu")
                    if fault:
                        yield error(fault[0], f"{paths[id(step)]}.{key}", fault[1])


def _targets(stage: Stage) -> Iterator[tuple[str, Target]]:
    if stage.decision:
        yield from ((f"keputusan.{name}", target) for name, target in stage.decision.outcomes.items())
    if stage.then:
        yield "lalu", stage.then


def _misled(
    target: Target, here: int, order: dict[str, int], known: set[str], unconditional: bool
) -> tuple[str, str] | None:
    """Code and sentence for a jump that leads nowhere good."""
    if target.kind in ("next", "end"):
        return None
    if target.stage not in known:
        proposal = instead(target.stage, known, "tulis id tahap yang ada")
        if target.stage in order:
            proposal = "sebut sebuah tahap, bukan blok `paralel`"
        return "TAHAP_TAK_DIKENAL", f"tahap «{target.stage}» tidak ada; {proposal}"
    if target.stage not in order:
        message = f"tahap «{target.stage}» berada di daftar tahap lain; pindah hanya boleh di dalam daftar sendiri"
        return "TUJUAN_LUAR_DAFTAR", message
    if target.kind == "back" and unconditional:
        return "LALU_MUNDUR", "`lalu` tidak boleh mundur, sebab tidak akan selesai; gunakan `keputusan`"
    if target.kind == "back" and order[target.stage] > here:
        message = f"tahap «{target.stage}» ada sesudah tahap ini; tulis `ke {target.stage}`"
        return "TUJUAN_BUKAN_MUNDUR", message
    if target.kind == "forward" and order[target.stage] <= here:
        message = f"tahap «{target.stage}» tidak ada sesudah tahap ini; tulis `kembali ke {target.stage}`"
        return "TUJUAN_BUKAN_MAJU", message
    return None


def dates_after_stages(subject: Subject) -> Iterator[Problem]:
    """`sesudah ID`, and the stage a limit binds, name stages; a stage is never bound by a later one."""
    order = {stage.id: number for number, (_, stage) in enumerate(subject.stages)}
    schedule = subject.definition.schedule
    if isinstance(schedule.begins, AfterStage):
        message = "awal siklus tidak dapat bergantung pada tahap; tulis tanggal atau hari kerja"
        yield error("URUTAN_SALAH", "jadwal.mulai", message)
    seen = Counter[str]()
    for limit in schedule.limits:
        seen[limit.id] += 1
        path = "jadwal.batas." + (limit.id if seen[limit.id] == 1 else f"{limit.id}({seen[limit.id]})")
        if limit.stage not in order:
            yield _no_stage(f"{path}.tahap", limit.stage, order)
        yield from _after(limit.date, f"{path}.tanggal", limit.stage, order)
    for path, stage in subject.stages:
        yield from _after(stage.not_before, f"{path}.tidak_sebelum", stage.id, order)


def _after(rule: object, path: str, bound: str, order: dict[str, int]) -> Iterator[Problem]:
    if not isinstance(rule, AfterStage):
        return
    if rule.stage not in order:
        yield _no_stage(path, rule.stage, order)
    elif order[rule.stage] >= order.get(bound, len(order)):
        message = f"tahap «{rule.stage}» belum selesai ketika «{bound}» berjalan; sebut tahap sebelumnya"
        yield error("URUTAN_SALAH", path, message)


def _no_stage(path: str, stage: str, order: dict[str, int]) -> Problem:
    message = f"tahap «{stage}» tidak ada; {instead(stage, order, 'tulis id tahap yang ada')}"
    return error("TAHAP_TAK_DIKENAL", path, message)


def former_ids(subject: Subject) -> Iterator[Problem]:
    """`dahulu` names an id that is no longer in use, and only one stage takes it over."""
    seen = {step.id for _, step in subject.steps}
    for path, stage in subject.stages:
        if stage.former_id and stage.former_id in seen:
            message = f"id lama «{stage.former_id}» masih dipakai tahap lain; `dahulu` hanya untuk id yang diganti"
            yield error("DAHULU_SALAH", f"{path}.dahulu", message)
        seen.add(stage.former_id or stage.id)


def words_together(subject: Subject) -> Iterator[Problem]:
    """Keys that exclude each other, and numbers larger than what they count."""
    for path, step in subject.steps:
        counted = step.branches if isinstance(step, Block) else step.for_each or ()
        if step.done_when is not None and step.done_when > len(counted):
            message = f"paling banyak {len(counted)} yang dapat selesai" if counted else "hanya untuk `untuk_setiap`"
            yield error(
                "SELESAI_BILA",
                f"{path}.selesai_bila",
                f"{message}; perbaiki bilangannya atau hapus kunci ini",
            )
        if isinstance(step, Stage):
            yield from _of_a_stage(path, step)


def _of_a_stage(path: str, stage: Stage) -> Iterator[Problem]:
    if stage.decision and stage.for_each:
        message = "`keputusan` tidak dapat dipakai bersama `untuk_setiap`; buat tahap keputusan sesudahnya"
        yield error("KEPUTUSAN_UNTUK_SETIAP", f"{path}.keputusan", message)
    if stage.decision and stage.then:
        message = "`lalu` tidak dapat dipakai bersama `keputusan`; tulis tujuan pada hasil keputusan"
        yield error("LALU_KEPUTUSAN", f"{path}.lalu", message)
    if stage.responsible == "pelaksana" and not stage.for_each:
        message = "`pelaksana` di sini hanya untuk tahap `untuk_setiap`; tulis id jabatannya"
        yield error("PENANGGUNGJAWAB_PELAKSANA", f"{path}.penanggungjawab", message)
    rule = stage.sign_off
    if rule and rule.done_when is not None and rule.done_when > len(rule.by):
        message = f"hanya {len(rule.by)} jabatan yang mengesahkan; perbaiki bilangannya"
        yield error("SELESAI_BILA", f"{path}.pengesahan.selesai_bila", message)
