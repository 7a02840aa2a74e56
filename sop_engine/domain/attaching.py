"""Files delivered with a run: attached while it is worked on, taken back before it is submitted, frozen with it."""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from sop_engine.domain.casefile import CaseFile, refer
from sop_engine.domain.decisions import check_gates, check_not_taken
from sop_engine.domain.file_kinds import kind_of, label_of
from sop_engine.domain.lifecycle import ATTACHMENT, TASK, next_state
from sop_engine.domain.state import Attachment, Run, Task
from sop_engine.errors import NotFound, Refusal

LARGEST = 10_000_000  # bytes: some hundred scanned pages; two such still go by mail, and one doesn't hold up who writes
MOST = 20  # files of one run
_TAKEN = "PDF, PNG, JPEG, Word, Excel, PowerPoint (tanpa makro), ODF, dan teks"


class Offered(NamedTuple):
    """A file as it was sent: what it is called, and its bytes."""

    name: str
    body: bytes


def attach(file: CaseFile, task: Task, offered: Iterable[Offered], there: list[Attachment]) -> list[Attachment]:
    """Attach files to the run of a task; all of them or none. `there` are those the run has already."""
    run = _check_may(file, task)
    have = {one.digest for one in there if one.state == "attached"}
    attached = []
    for name, body in offered:
        kind, digest = _checked(name, body), hashlib.sha256(body).hexdigest()
        if digest in have:
            raise Refusal(f"Berkas «{name[:100]}» sudah terlampir: isinya sama.", instead="Pilih berkas yang lain.")
        have.add(digest)
        if len(have) > MOST:
            raise Refusal(f"Satu tahap memuat paling banyak {MOST} berkas.", instead="Gabungkan, misalnya dalam PDF.")
        written = file.write(label_of(name, kind))
        assert written is not None  # a label is never empty
        new = Attachment(
            file.new_id(), file.case.id, run.id, file.actor.person_id, written.id, kind, len(body), digest, file.now
        )
        file.add(new)
        file.tell("file.attached", run=run.id, task=task.id, attachment=new.id, name=refer(written))
        attached.append(new)
    if not attached:
        raise Refusal("Belum ada berkas yang dipilih.", instead="Pilih berkasnya, lalu unggah.")
    return attached


def detach(file: CaseFile, task: Task, attachment: Attachment) -> None:
    """Take a file back; that it was there stays in the record, its bytes do not."""
    run = _check_may(file, task)
    if attachment.run_id != run.id:
        raise NotFound(f"Tidak ada berkas nomor {attachment.id} pada tugas ini.")
    file.change(attachment, state=next_state(ATTACHMENT, attachment.state, "withdraw"), ended_at=file.now)
    file.tell("file.withdrawn", run=run.id, task=task.id, attachment=attachment.id)


def _check_may(file: CaseFile, task: Task) -> Run:
    run = file.runs[task.run_id]
    check_gates(file, task.position, run)
    if not task.open:  # nor, then, is its run any longer worked on
        next_state(TASK, task.state, "withdraw")  # refuses in the words of the life cycle
    check_not_taken(file, task)
    return run


def _checked(name: str, body: bytes) -> str:
    kind = kind_of(body)
    if len(body) > LARGEST:
        raise Refusal(f"Berkas «{name[:100]}» lebih besar dari 10 MB.", instead="Perkecil pindaiannya, atau bagi dua.")
    if kind is None:
        raise Refusal(
            f"Isi berkas «{name[:100]}» bukan jenis yang dapat dilampirkan, apa pun akhiran namanya.",
            instead=f"Yang diterima: {_TAKEN}. Dokumen lama (.doc, .xls) simpan ulang dahulu.",
        )
    return kind
