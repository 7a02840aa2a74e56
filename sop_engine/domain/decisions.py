"""What people do to a case: start, claim, release, complete, sign off, return, cancel.

Each decision checks first and refuses with a sentence, then records what happened on the case file.
Nothing here touches a clock, a file or a database.
"""

from dataclasses import dataclass
from datetime import datetime

from sop_engine.domain.authority import check_proof
from sop_engine.domain.casefile import CaseFile, refer
from sop_engine.domain.definition import Stage
from sop_engine.domain.finishing import end_run, finish_run, void_run, withdraw_requests, withdraw_tasks
from sop_engine.domain.flow import ON, SKIPPED, Position, outcomes_of
from sop_engine.domain.indonesian import instant
from sop_engine.domain.lifecycle import CASE, EDITION, SIGN_OFF, STAGE_RUN, TASK, next_state
from sop_engine.domain.mails import acting_on, mail_case, mail_run, task_path
from sop_engine.domain.opening import (
    acting_behind,
    eligible_signers,
    not_before,
    open_run,
    open_visit,
    ratifier,
    relieve_signers,
    request_sign_offs,
)
from sop_engine.domain.people import DELEGATE, Acting
from sop_engine.domain.rules import Act, pass_gates
from sop_engine.domain.state import Actor, Run, SignOff, Task
from sop_engine.errors import NotAuthorised, Refusal, StaleVersion


@dataclass(frozen=True, slots=True)
class OnPaper:
    """Work that was done on paper and is recorded later: when it was done, and the SHA-256 of what proves it."""

    done_at: datetime
    evidence: str


def check_gates(file: CaseFile, position: str, run: Run | None = None) -> None:
    """Refuse where a rule forbids the act, or the case is no longer running."""
    pass_gates(Act(file.edition, file.plan.definition, file.plan.organisation, file.now, position, run))
    if file.case.state != "running":
        next_state(CASE, file.case.state, "complete")  # refuses in the words of the life cycle


def check_seen(run: Run, version: int | None) -> None:
    """Refuse where a run is no longer as it was when somebody looked at it; None: nobody said what they saw."""
    if version is not None and run.version != version:
        raise StaleVersion(
            "Pekerjaan ini berubah sejak halaman Saudara dibuka.",
            instead="Periksa keadaannya sekarang, lalu kirim lagi bila masih sesuai.",
        )


def check_not_taken(file: CaseFile, task: Task) -> None:
    """Refuse where somebody else has taken the run's task."""
    other = next((t for t in file.tasks_of(file.runs[task.run_id]) if t.state == "claimed" and t is not task), None)
    if other:
        raise Refusal(
            f"Tugas ini sudah diambil {file.people.person(other.person_id).name}.",
            instead="Mintalah yang bersangkutan melepaskannya lebih dahulu.",
        )


def start(file: CaseFile) -> None:
    """Begin a new case: the edition is in execution and the first stages open."""
    file.add(file.case)
    if file.edition.state == "in_force":
        file.change(file.edition, state=next_state(EDITION, file.edition.state, "begin"))
    file.tell("case.started", year=file.case.year, limits=file.case.limits, edition=file.edition.id)
    for visit in Position(file.plan.flow).begin().opened:
        open_visit(file, visit)


def claim(file: CaseFile, task: Task) -> None:
    """Take a task: it is this holder's until released or done."""
    check_gates(file, task.position, file.runs[task.run_id])
    check_not_taken(file, task)
    file.change(task, state=next_state(TASK, task.state, "claim"), claimed_at=file.now)
    file.tell("task.claimed", task=task.id, run=task.run_id)


def release(file: CaseFile, task: Task) -> None:
    """Give a claimed task back to everybody it was offered to."""
    check_gates(file, task.position, file.runs[task.run_id])
    file.change(task, state=next_state(TASK, task.state, "release"), claimed_at=None)
    file.tell("task.released", task=task.id, run=task.run_id)


def complete(
    file: CaseFile,
    task: Task,
    *,
    outcome: str | None = None,
    redo: tuple[str, ...] = (),
    result: str = "",
    note: str = "",
    present: tuple[int, ...] = (),
    on_paper: OnPaper | None = None,
) -> Run:
    """Record that a task was done: the run is submitted for sign-off, or completed."""
    run = file.runs[task.run_id]
    check_gates(file, task.position, run)
    if on_paper and not run.activated_at <= on_paper.done_at <= file.now:
        raise Refusal(
            "Pekerjaan di atas kertas hanya dapat dicatat untuk waktu sejak tahap ini dibuka sampai sekarang.",
            instead=f"Tahap ini dibuka {instant(run.activated_at, file.plan.zone)}.",
        )
    stage = file.plan.stage(run.stage)
    after = next_state(STAGE_RUN, run.state, "submit")
    outcome = _checked_outcome(stage, outcome, note)
    _check_redo(file, stage, outcome, redo)
    _check_not_before(file, stage)
    members = _check_present(file, stage, run, task, present)
    if task.state == "offered":
        claim(file, task)
    file.change(task, state=next_state(TASK, task.state, "finish"), ended_at=file.now)
    withdraw_tasks(file, run)
    result_text, note_text = file.write(result), file.write(note)
    file.change(
        run,
        outcome=outcome,
        redo=redo,
        performed_by=task.person_id,
        performed_position=task.position,
        performed_capacity=file.actor.capacity,
        performed_for=_represented(file, task),
        performed_at=on_paper.done_at if on_paper else None,
        evidence=on_paper.evidence if on_paper else None,
        present=members,
        result=result_text.id if result_text else None,
        note=note_text.id if note_text else None,
        submitted_at=file.now,
    )
    facts = {"task": task.id, "result": refer(result_text), "note": refer(note_text)}
    if stage.sign_off and outcome != SKIPPED:
        file.change(run, state=after)
        file.tell("run.submitted", stage=run.stage, outcome=outcome, **facts)
        request_sign_offs(file, run)
    else:
        finish_run(file, run, "complete", **facts)
    return run


def approve(file: CaseFile, sign_off: SignOff, note: str = "") -> Run:
    """Give a sign-off; with the last one asked for, the run is completed."""
    run = _check_signer(file, sign_off)
    check_proof(file.actor)
    written = file.write(note)
    _answer(file, sign_off, "give", written.id if written else None)
    file.tell("sign_off.given", run=run.id, sign_off=sign_off.id, note=refer(written))
    rule = file.plan.stage(run.stage).sign_off
    assert rule is not None  # a sign-off exists only where the stage asks for one
    given = sum(other.state == "given" for other in file.sign_offs_of(run))
    _mail_submitter(file, run, "disahkan", note)
    if given < (rule.done_when or len(rule.by)):
        if rule.in_order:
            request_sign_offs(file, run, sign_off.turn + 1)
        else:
            relieve_signers(file, run, sign_off)
        return run
    withdraw_requests(file, run)
    finish_run(file, run, "complete")
    return run


def send_back(file: CaseFile, sign_off: SignOff, note: str) -> Run:
    """Return a run's work for a reason: it is frozen, and its next pass opens."""
    run = _check_signer(file, sign_off)
    if not note.strip():
        raise Refusal("Pengembalian memerlukan alasan.", instead="Tuliskan apa yang harus diperbaiki.")
    written = file.write(note)
    _answer(file, sign_off, "return", written.id if written else None)
    withdraw_requests(file, run)
    end_run(file, run, "return")
    file.tell("run.returned", stage=run.stage, run=run.id, sign_off=sign_off.id, note=refer(written))
    again = open_run(file, file.plan.stage(run.stage), run.slot, run.pass_no + 1, note, run.performed_by)
    _mail_submitter(file, run, "pengembalian", note, task_path(file, again, run.performed_by or 0))
    return again


def cancel(file: CaseFile, reason: str) -> None:
    """End a case without its end; only the ratifying or the responsible position may, with a reason."""
    allowed = {ratifier(file), file.plan.definition.responsible}
    check_gates(file, file.actor.position)
    if file.actor.position not in allowed:
        raise NotAuthorised("Kasus hanya dapat dibatalkan penanggung jawab SOP atau pejabat yang mengesahkannya.")
    if not reason.strip():
        raise Refusal("Pembatalan kasus memerlukan alasan.", instead="Tuliskan alasannya.")
    told = {task.person_id: acting_on(task) for task in file.tasks.values() if task.open}
    written = file.write(reason)
    for run in [run for run in file.runs.values() if run.open]:
        void_run(file, run)
    file.change(
        file.case,
        state=next_state(CASE, file.case.state, "cancel"),
        ended_at=file.now,
        reason=written.id if written else None,
    )
    if file.edition.single_case:
        file.change(file.edition, state=next_state(EDITION, file.edition.state, "rest"))
    file.tell("case.cancelled", reason=refer(written))
    mail_case(
        file,
        "pemberitahuan",
        told.values(),
        perihal=f"Pembatalan kasus {file.case.id}",
        paragraf=["Kasus ini dibatalkan; tugas Saudara di dalamnya ditarik.", f"Alasan: {reason.strip()}"],
    )


def _represented(file: CaseFile, task: Task) -> int | None:
    """Whom the performer stands in for as of now: the task may be older than the last hand-over."""
    if task.capacity == DELEGATE:
        return task.stands_for
    return next(one.stands_for for one in file.acting_in(task.position) if one.person_id == task.person_id)


def _checked_outcome(stage: Stage, outcome: str | None, note: str) -> str:
    known = list(outcomes_of(stage))
    wanted = outcome or (None if stage.decision else ON)
    if wanted not in known:
        raise Refusal(
            f"Tahap «{stage.activity}» memerlukan keputusan."
            if wanted is None
            else f"«{wanted}» bukan hasil tahap ini.",
            instead=f"Pilih salah satu: {', '.join(known)}.",
        )
    if wanted == SKIPPED and not note.strip():
        raise Refusal("Tahap yang dilewati memerlukan alasan.", instead="Tuliskan alasannya.")
    return wanted


def _check_redo(file: CaseFile, stage: Stage, outcome: str, redo: tuple[str, ...]) -> None:
    if not redo:
        return
    target = outcomes_of(stage)[outcome]
    slots = (target.stage and file.plan.stage(target.stage).for_each) or ()
    unknown = [slot for slot in redo if slot not in slots]
    if target.kind != "back" or unknown:
        raise Refusal(
            f"Hasil «{outcome}» tidak dapat mengembalikan pekerjaan kepada {', '.join(unknown or redo)}.",
            instead=f"Jabatan yang dapat disebut: {', '.join(slots)}." if slots else "Jangan sebutkan jabatan.",
        )


def _check_not_before(file: CaseFile, stage: Stage) -> None:
    day = not_before(file, stage)
    if day and file.now < file.plan.calendar.opening(day):
        raise Refusal(
            f"Tahap «{stage.activity}» tidak dapat diselesaikan sebelum {day:%d-%m-%Y}.",
            instead="Simpan pekerjaan dan selesaikan pada atau sesudah tanggal itu.",
        )


def _check_present(file: CaseFile, stage: Stage, run: Run, task: Task, present: tuple[int, ...]) -> tuple[int, ...]:
    quorum, name = file.plan.quorum_of(stage, run.slot)
    if not quorum:
        return ()
    members = {
        holder.person_id
        for performer in file.plan.performers_of(stage, run.slot)
        for holder in acting_behind(file, performer)
    }
    here = sorted({*present, *({task.person_id} & members)})  # a delegate records for a member and is none
    strangers = [file.people.person(person).name for person in here if person not in members]
    if strangers:
        raise Refusal(f"Bukan anggota {name}: {', '.join(strangers)}.", instead="Sebutkan hanya anggota yang hadir.")
    if len(here) < quorum:
        raise Refusal(
            f"Kuorum {name} adalah {quorum} orang; yang disebut hadir {len(here)}.",
            instead="Sebutkan semua anggota yang hadir, atau tunda sampai kuorum tercapai.",
        )
    return tuple(here)


def _check_signer(file: CaseFile, sign_off: SignOff) -> Run:
    run = file.runs[sign_off.run_id]
    check_gates(file, sign_off.position, run)
    next_state(SIGN_OFF, sign_off.state, "give")
    able = {holder.person_id for holder in eligible_signers(file, run, sign_off.position)}
    if file.actor.person_id not in able:
        raise NotAuthorised(
            "Pelaksana tidak dapat mengesahkan pekerjaannya sendiri (asas dua orang).",
            instead="Pengesahan diberikan pejabat lain yang berwenang.",
        )
    return run


def _answer(file: CaseFile, sign_off: SignOff, act: str, note: int | None) -> None:
    actor: Actor = file.actor
    file.change(
        sign_off,
        state=next_state(SIGN_OFF, sign_off.state, act),
        person_id=actor.person_id,
        capacity=actor.capacity,
        answered_at=file.now,
        note=note,
    )


def _mail_submitter(file: CaseFile, run: Run, kind: str, note: str, path: str = "") -> None:
    if run.performed_by is None:
        return
    who = Acting(run.performed_by, run.performed_position or "", run.performed_capacity or "")
    mail_run(
        file,
        kind,
        who,
        run,
        path,
        oleh_nama=file.people.person(file.actor.person_id).name,
        oleh_jabatan=file.plan.organisation.name_of(file.actor.position),
        catatan=note,
    )
