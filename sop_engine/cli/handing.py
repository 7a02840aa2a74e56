"""Handing a task to somebody else: delegate, reassign, take back."""

from typing import Annotated

from sop_engine.application.hand_task import delegate_task, reassign_task, take_task_back
from sop_engine.application.ports import Who
from sop_engine.cli.call import Answer, Call
from sop_engine.cli.case import Note, TaskNo
from sop_engine.cli.case_view import found_case
from sop_engine.cli.verbs import argument, verb
from sop_engine.errors import NotFound

Colleague = Annotated[str, argument("ORANG", "Kepada siapa: nomor, alamat surel atau nama lengkap.")]


@verb(
    "delegate",
    "Delegasikan tugas sendiri kepada rekan; dapat ditarik kembali selama belum selesai.",
    "sop delegate 14 fajar@contoh.invalid --catatan 'Saya rapat di provinsi' --sebagai bayu@contoh.invalid",
)
def delegate(call: Call, who: Who, task: TaskNo, person: Colleague, catatan: Note = "") -> Answer:
    """Delegate a task."""
    to = call.person(person)
    answer = delegate_task(call.store, who, task, to.id, catatan)
    call.say(f"Tugas ini didelegasikan kepada {to.name} (tugas {answer['task']}).")
    return answer


@verb(
    "reassign",
    "Alihkan tugas orang lain, dengan alasan: atasan, penanggung jawab tahap, atau pejabat yang mengesahkan SOP.",
    "sop reassign 14 eko@contoh.invalid --catatan 'Yang bersangkutan sakit' --sebagai rahayu@contoh.invalid",
)
def reassign(call: Call, who: Who, task: TaskNo, person: Colleague, catatan: Note = "") -> Answer:
    """Reassign a task, as whichever position above it the person may act in."""
    case_id = call.reading.case_of_task(task)
    if case_id is None:
        raise NotFound(f"Tidak ada tugas nomor {task}.", instead="Lihat `sop show KASUS`.")
    plan, to = found_case(call, case_id).plan, call.person(person)
    held = call.positions_of(who.person_id)
    highest = min(held, key=lambda position: len(plan.organisation.superiors_of(position)), default="")
    answer = reassign_task(call.store, who, task, highest or plan.definition.responsible, to.id, catatan)
    call.say(f"Tugas ini dialihkan kepada {to.name} (tugas {answer['task']}).")
    return answer


@verb("take-back", "Tarik kembali tugas yang Saudara delegasikan atau alihkan.", "sop take-back 15 --sebagai 4")
def take_back(call: Call, who: Who, task: TaskNo) -> Answer:
    """Take a task back."""
    answer = take_task_back(call.store, who, task)
    call.say(f"Tugas {task} ditarik kembali dan ditawarkan lagi.")
    return answer
