"""Looking at cases: all of them, one of them, and what waits for a person."""

from typing import Annotated

from sop_engine.application.ports import Who
from sop_engine.cli.call import Answer, Call
from sop_engine.cli.verbs import argument, verb, whole
from sop_engine.cli.views import listing, local, picked, said, shown, table
from sop_engine.domain.people import People
from sop_engine.domain.state import Run, SignOff
from sop_engine.errors import NotFound
from sop_engine.storage.reading import CaseView

CaseNo = Annotated[int, argument("KASUS", "Nomor kasus; lihat `sop cases`.", whole)]


def found_case(call: Call, number: int) -> CaseView:
    """Give a case, or refuse."""
    view = call.reading.case(number)
    if view is None:
        raise NotFound(f"Tidak ada kasus nomor {number}.", instead="Lihat `sop cases`.")
    return view


@verb("cases", "Tampilkan semua kasus dan keadaannya.", "sop cases")
def cases(call: Call) -> Answer:
    """List the cases."""
    numbers = {edition.id: edition.number for edition in call.reading.editions()}
    items = [
        {"number": numbers[case.edition_id]}
        | picked(case, call.zone, "id edition=edition_id year status=state started_at ended_at")
        for case in call.reading.cases()
    ]
    columns = "Kasus=id, SOP Nomor=number, Tahun=year, Keadaan=status, Mulai=started_at"
    return listing(call, "cases", columns, items, "Belum ada kasus.")


@verb("tasks", "Tampilkan tugas dan permintaan pengesahan.", "sop tasks --sebagai fajar@contoh.invalid")
def tasks(call: Call, who: Who) -> Answer:
    """List what a person can act on."""
    items = [
        picked(item, call.zone, "kind id case=case_id activity status=state due_at")
        | {"stage": item.run.stage, "pass": item.run.pass_no}
        for item in call.reading.inbox(who.person_id, call.positions_of(who.person_id))
    ]
    columns = "Jenis=kind, Nomor=id, Kasus=case, Kegiatan=activity, Keadaan=status, Tenggat=due_at"
    empty = f"Tidak ada tugas untuk {call.person(str(who.person_id)).name}."
    return listing(call, "tasks", columns, items, empty)


@verb("show", "Tampilkan satu kasus: tahap, tenggat dan asalnya, pelaksana, pengesahan.", "sop show 12")
def show(call: Call, case: CaseNo) -> Answer:
    """Show a case."""
    view, people = found_case(call, case), call.reading.people()
    reached = {run.stage for run in view.runs}
    answer = {
        "case": picked(view.case, view.plan.zone, "id status=state year limits"),
        "edition": picked(view.edition, view.plan.zone, "id number status=state"),
        "stages": [_stage(view, people, run) for run in view.runs],
        "ahead": [stage.id for stage in view.plan.definition.stages() if stage.id not in reached],
        "sign_offs": [_sign_off(view, people, asked) for asked in view.sign_offs],
    }
    _print_case(call, view, answer)
    return answer


def _name(people: People, person: int | None) -> str | None:
    return people.person(person).name if person else None


def _stage(view: CaseView, people: People, run: Run) -> Answer:
    stage, zone = view.plan.stage(run.stage), view.plan.zone
    tasks = [task for task in view.tasks if task.run_id == run.id and task.state in ("offered", "claimed")]
    return {
        **picked(run, zone, "run=id id=stage pass=pass_no status=state outcome activated_at due_at due=due_text"),
        "completed_at": local(run.ended_at, zone),
        "no": stage.number,
        "activity": stage.activity,
        "position": run.slot or ",".join(stage.performers or ()),
        "performed_by": _name(people, run.performed_by),
        "tasks": [{"id": t.id, "person": _name(people, t.person_id), "status": t.state} for t in tasks],
        "result": view.words.get(run.result or 0),
        "note": view.words.get(run.note or 0),
    }


def _sign_off(view: CaseView, people: People, asked: SignOff) -> Answer:
    run, zone = next(run for run in view.runs if run.id == asked.run_id), view.plan.zone
    at = local(asked.answered_at or asked.requested_at, zone)
    who = {"stage": run.stage, "pass": run.pass_no, "at": at, "person": _name(people, asked.person_id)}
    return picked(asked, zone, "id position status=state due_at") | who


def _print_case(call: Call, view: CaseView, answer: Answer) -> None:
    identity = view.plan.definition.identity
    year = f" tahun {view.case.year}" if view.case.year else ""
    call.say(f"SOP Nomor {identity.number} — {identity.name}", style="bold")
    call.say(f"Kasus {view.case.id}{year}: {said(view.case.state)}; SOP {said(view.edition.state)}.")
    ahead = [view.plan.stage(stage) for stage in answer["ahead"] if view.case.state == "running"]
    rows = [_in_words(view, stage) for stage in answer["stages"]]
    rows += [{"no": s.number or s.id, "activity": s.activity, "status": "ahead"} for s in ahead]
    columns = "No=no, Kegiatan=activity, Jabatan=position, Orang=who, Keadaan=status, Tenggat=due"
    call.say(table(columns, rows))
    if answer["sign_offs"]:
        columns = "Pengesahan=id, Tahap=stage, Jabatan=position, Oleh=person, Keadaan=status"
        named = [{**asked, "position": _positions(view, asked["position"])} for asked in answer["sign_offs"]]
        call.say(table(columns, named))


def _in_words(view: CaseView, stage: Answer) -> Answer:
    offered = [f"{task['person']} (tugas {task['id']})" for task in stage["tasks"]]
    reason = f"\n{stage['due']}" if stage["due"] else ""
    return {
        "no": stage["no"] or stage["id"],
        "activity": stage["activity"] + (f" (putaran {stage['pass']})" if stage["pass"] > 1 else ""),
        "position": _positions(view, stage["position"]),
        "who": stage["performed_by"] or offered,
        "status": stage["status"],
        "due": shown(stage["due_at"], view.plan.zone) + reason,
    }


def _positions(view: CaseView, positions: str) -> list[str]:
    return [view.plan.organisation.name_of(position) for position in positions.split(",")]
