"""The life of a case: start, look, act, sign off, cancel."""

from typing import Annotated, Any

import typer

from sop_engine.application.answer_sign_off import approve as give_sign_off
from sop_engine.application.answer_sign_off import return_work
from sop_engine.application.claim_task import claim_task, release_task
from sop_engine.application.complete_task import complete_task
from sop_engine.application.ports import Who
from sop_engine.application.start_case import cancel_case, start_case
from sop_engine.cli.call import Answer, Call
from sop_engine.cli.edition import EditionNo, edition_of
from sop_engine.cli.verbs import day, named, verb, whole
from sop_engine.cli.views import WORDS, local, shown, table, word
from sop_engine.errors import NotFound
from sop_engine.storage.reading import CaseView
from sop_engine.storage.tables import SignOffRow, StageRunRow

CaseNo = Annotated[int, typer.Argument(metavar="KASUS", parser=whole, help="Nomor kasus; lihat `sop cases`.")]
TaskNo = Annotated[int, typer.Argument(metavar="TUGAS", parser=whole, help="Nomor tugas; lihat `sop tasks`.")]
SignOffNo = Annotated[
    int, typer.Argument(metavar="PENGESAHAN", parser=whole, help="Nomor permintaan pengesahan; lihat `sop tasks`.")
]
Note = Annotated[str, typer.Option("--catatan", metavar="TEKS", help="Catatan atau alasan.")]
Results = Annotated[
    list[str] | None, typer.Option("--hasil", metavar="TEKS", help="Keluaran yang dihasilkan; dapat diulang.")
]
Present = Annotated[
    list[str] | None,
    typer.Option("--hadir", metavar="ORANG,…", help="Anggota yang hadir: nomor atau surel, dipisahkan koma."),
]


@verb(
    "start",
    "Mulai sebuah kasus: satu pelaksanaan SOP untuk satu tahun atau satu permohonan.",
    "sop start 396/ORT.06/3601/2023 --year 2026 --batas surat=2027-01-29 --sebagai rahayu@contoh.invalid",
)
def start(
    call: Call,
    who: Who,
    edition: EditionNo,
    year: Annotated[
        int | None, typer.Option("--year", metavar="TAHUN", parser=whole, help="Tahun anggaran kasus ini.")
    ] = None,
    batas: Annotated[
        list[str] | None,
        typer.Option("--batas", metavar="ID=TANGGAL", help="Batas yang diisi saat mulai; dapat diulang."),
    ] = None,
) -> Answer:
    """Start a case."""
    pairs = [named(text, "surat=2027-01-29") for text in batas or []]
    limits = {name: day(text) for name, text in pairs}
    answer = start_case(call.store, who, edition_of(call, edition).id, year=year, limits=limits)
    call.say(f"Kasus {answer['case']} dimulai. Penugasan pertama telah disampaikan; lihat `sop show {answer['case']}`.")
    return answer


@verb("cases", "Tampilkan semua kasus dan keadaannya.", "sop cases")
def cases(call: Call) -> Answer:
    """List the cases."""
    numbers = {edition.id: edition.number for edition in call.reading.editions()}
    listed = [
        {
            "id": case.id,
            "edition": case.edition_id,
            "number": numbers[case.edition_id],
            "year": case.year,
            "status": case.state,
            "started_at": local(case.started_at, call.zone),
            "ended_at": local(case.ended_at, call.zone),
        }
        for case in call.reading.cases()
    ]
    rows = ((c["id"], c["number"], c["year"], word(str(c["status"]))) for c in listed)
    call.say(table("Kasus", "SOP Nomor", "Tahun", "Keadaan", rows=rows) if listed else "Belum ada kasus.")
    return {"cases": listed}


@verb("show", "Tampilkan satu kasus: tahap, tenggat beserta asalnya, pelaksana dan pengesahan.", "sop show 12")
def show(call: Call, case: CaseNo) -> Answer:
    """Show a case."""
    view = call.reading.case(case)
    if view is None:
        raise NotFound(f"Tidak ada kasus nomor {case}.", instead="Lihat `sop cases`.")
    answer = _case_answer(call, view)
    _print_case(call, view, answer)
    return answer


def _case_answer(call: Call, view: CaseView) -> Answer:
    zone, people = view.plan.zone, call.people
    runs = {run.id: run for run in view.runs}
    reached = {run.stage for run in view.runs}

    def name(person: int | None) -> str | None:
        return people.person(person).name if person else None

    def stage_of(run: StageRunRow) -> dict[str, Any]:
        stage = view.plan.stage(run.stage)
        tasks = [task for task in view.tasks if task.run_id == run.id and task.state in ("offered", "claimed")]
        return {
            "run": run.id,
            "id": run.stage,
            "no": stage.number,
            "activity": stage.activity,
            "pass": run.pass_no,
            "position": run.slot or ",".join(stage.performers or ()),
            "status": run.state,
            "outcome": run.outcome,
            "activated_at": local(run.activated_at, zone),
            "due_at": local(run.due_at, zone),
            "due": run.due_text,
            "completed_at": local(run.ended_at, zone),
            "performed_by": name(run.performed_by),
            "tasks": [{"id": task.id, "person": name(task.person_id), "status": task.state} for task in tasks],
            "result": view.words.get(run.result or 0),
            "note": view.words.get(run.note or 0),
        }

    def sign_off_of(asked: SignOffRow) -> dict[str, Any]:
        return {
            "id": asked.id,
            "stage": runs[asked.run_id].stage,
            "pass": runs[asked.run_id].pass_no,
            "position": asked.position,
            "status": asked.state,
            "at": local(asked.answered_at or asked.requested_at, zone),
            "due_at": local(asked.due_at, zone),
            "person": name(asked.person_id),
        }

    return {
        "case": {"id": view.case.id, "status": view.case.state, "year": view.case.year, "limits": view.case.limits},
        "edition": {"id": view.edition.id, "number": view.edition.number, "status": view.edition.state},
        "stages": [stage_of(run) for run in view.runs],
        "ahead": [stage.id for stage in view.plan.definition.stages() if stage.id not in reached],
        "sign_offs": [sign_off_of(asked) for asked in view.sign_offs],
    }


def _print_case(call: Call, view: CaseView, answer: Answer) -> None:
    identity, organisation = view.plan.definition.identity, view.plan.organisation
    year = f" tahun {view.case.year}" if view.case.year else ""
    call.say(f"SOP Nomor {identity.number} — {identity.name}", style="bold")
    call.say(f"Kasus {view.case.id}{year}: {WORDS[view.case.state]}; SOP {WORDS[view.edition.state]}.")
    due = {run.id: shown(run.due_at, view.plan.zone) + (f" ({run.due_text})" if run.due_text else "") for run in view.runs}
    rows = [
        (
            stage["no"] or stage["id"],
            stage["activity"] + (f" (putaran {stage['pass']})" if stage["pass"] > 1 else ""),
            ", ".join(organisation.name_of(position) for position in stage["position"].split(",")),
            stage["performed_by"] or ", ".join(f"{task['person']} (tugas {task['id']})" for task in stage["tasks"]),
            word(stage["status"]),
            due[stage["run"]],
        )
        for stage in answer["stages"]
    ]
    ahead = [view.plan.stage(stage) for stage in answer["ahead"]] if view.case.state == "running" else []
    rows += [(stage.number or stage.id, stage.activity, "", "", "belum dimulai", "") for stage in ahead]
    call.say(table("No", "Kegiatan", "Jabatan", "Orang", "Keadaan", "Tenggat", rows=rows))
    if answer["sign_offs"]:
        asked = [
            (s["id"], s["stage"], organisation.name_of(s["position"]), s["person"], word(s["status"]))
            for s in answer["sign_offs"]
        ]
        call.say(table("Pengesahan", "Tahap", "Jabatan", "Oleh", "Keadaan", rows=asked))


@verb("tasks", "Tampilkan tugas dan permintaan pengesahan Saudara.", "sop tasks --sebagai fajar@contoh.invalid")
def tasks(call: Call, who: Who) -> Answer:
    """List what a person can act on."""
    people, now = call.people, call.now
    held = [holder.position for holder in people.holders if holder.person_id == who.person_id and holder.holds(now)]
    items = call.reading.inbox(who.person_id, held)
    listed = [
        {
            "kind": item.kind,
            "id": item.id,
            "case": item.case_id,
            "stage": item.run.stage,
            "pass": item.run.pass_no,
            "activity": item.activity,
            "status": item.state,
            "due_at": local(item.due_at, call.zone),
        }
        for item in items
    ]
    rows = (
        (item.kind, item.id, item.case_id, item.activity, word(item.state), shown(item.due_at, call.zone)) for item in items
    )
    headings = ("Jenis", "Nomor", "Kasus", "Kegiatan", "Keadaan", "Tenggat")
    call.say(table(*headings, rows=rows) if items else f"Tidak ada tugas untuk {people.person(who.person_id).name}.")
    return {"tasks": listed}


@verb(
    "claim", "Ambil tugas yang ditawarkan kepada beberapa orang.", "sop claim 14 --sebagai fajar@contoh.invalid"
)
def claim(call: Call, who: Who, task: TaskNo) -> Answer:
    """Claim a task."""
    answer = claim_task(call.store, who, task)
    call.say(f"Tugas {task} Saudara ambil. Selesaikan dengan `sop complete {task}`.")
    return answer


@verb("release", "Lepaskan tugas yang sudah diambil.", "sop release 14 --sebagai fajar@contoh.invalid")
def release(call: Call, who: Who, task: TaskNo) -> Answer:
    """Release a task."""
    answer = release_task(call.store, who, task)
    call.say(f"Tugas {task} dilepaskan dan ditawarkan kembali.")
    return answer


@verb(
    "complete",
    "Selesaikan tugas. Tahap yang memutuskan diselesaikan dengan `sop decide`.",
    "sop complete 14 --hasil 'Notula rapat' --hadir 3,4,5,6 --sebagai bayu@contoh.invalid",
)
def complete(
    call: Call, who: Who, task: TaskNo, hasil: Results = None, catatan: Note = "", hadir: Present = None
) -> Answer:
    """Complete a task."""
    return _complete(call, who, task, None, (), hasil, catatan, hadir)


@verb(
    "decide",
    "Selesaikan tugas dengan sebuah hasil; dalam kurung, jabatan yang harus mengulang pekerjaannya.",
    "sop decide 31 'tidak(ksb_kul)' --catatan 'Data belum lengkap' --sebagai bayu@contoh.invalid",
)
def decide(
    call: Call,
    who: Who,
    task: TaskNo,
    outcome: Annotated[str, typer.Argument(metavar="HASIL", help="Nama hasil, misalnya ya, tidak, tidak(ksb_kul).")],
    hasil: Results = None,
    catatan: Note = "",
    hadir: Present = None,
) -> Answer:
    """Complete a task with an outcome."""
    name, _, slots = outcome.partition("(")
    redo = tuple(slot.strip() for slot in slots.rstrip(") ").split(",") if slot.strip())
    return _complete(call, who, task, name.strip(), redo, hasil, catatan, hadir)


def _complete(
    call: Call,
    who: Who,
    task: int,
    outcome: str | None,
    redo: tuple[str, ...],
    results: list[str] | None,
    note: str,
    present: list[str] | None,
) -> Answer:
    names = [name for listed in present or [] for name in listed.split(",") if name.strip()]
    answer = complete_task(
        call.store,
        who,
        task,
        outcome=outcome,
        redo=redo,
        result="\n".join(results or []),
        note=note,
        present=tuple(call.person(name).id for name in names),
    )
    _say_progress(call, f"Tugas {task} selesai", answer)
    return answer


def _say_progress(call: Call, done: str, answer: Answer) -> None:
    if answer["case_status"] == "completed":
        call.say(f"{done}. Semua tahap kasus {answer['case']} telah selesai.")
    elif answer["status"] == "submitted":
        call.say(f"{done} dan menunggu pengesahan.")
    else:
        call.say(f"{done}. Kasus {answer['case']} berlanjut; lihat `sop show {answer['case']}`.")


@verb("approve", "Sahkan pekerjaan yang diminta pengesahannya.", "sop approve 27 --sebagai rahayu@contoh.invalid")
def approve(call: Call, who: Who, sign_off: SignOffNo, catatan: Note = "") -> Answer:
    """Give a sign-off."""
    answer = give_sign_off(call.store, who, sign_off, catatan)
    _say_progress(call, f"Pengesahan {sign_off} diberikan", answer)
    return answer


@verb(
    "return",
    "Kembalikan pekerjaan untuk diperbaiki, dengan alasan.",
    "sop return 27 --catatan 'Lampiran belum ada' --sebagai rahayu@contoh.invalid",
)
def send_back(call: Call, who: Who, sign_off: SignOffNo, catatan: Note = "") -> Answer:
    """Return work with a reason."""
    answer = return_work(call.store, who, sign_off, catatan)
    call.say(f"Pekerjaan dikembalikan kepada pelaksana; putaran {answer['pass']} dibuka.")
    return answer


@verb(
    "cancel",
    "Batalkan kasus yang berjalan, dengan alasan; tidak ada yang dihapus.",
    "sop cancel 12 --catatan 'Salah tahun' --sebagai rahayu@contoh.invalid",
)
def cancel(call: Call, who: Who, case: CaseNo, catatan: Note = "") -> Answer:
    """Cancel a case as whichever allowed position the person holds."""
    view = call.reading.case(case)
    if view is None:
        raise NotFound(f"Tidak ada kasus nomor {case}.", instead="Lihat `sop cases`.")
    definition = view.plan.definition
    allowed = (definition.responsible, definition.identity.ratified_by.position)
    held = {h.position for h in call.people.holders if h.person_id == who.person_id and h.holds(call.now)}
    answer = cancel_case(call.store, who, case, next((p for p in allowed if p in held), allowed[0]), catatan)
    call.say(f"Kasus {case} dibatalkan; tugas yang terbuka ditarik.")
    return answer
