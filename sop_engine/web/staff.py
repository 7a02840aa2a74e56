"""Staff at work: the inbox, a task, and what is done with it."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from sop_engine.application.attach_file import attach_files, detach_file
from sop_engine.application.claim_task import claim_task, release_task
from sop_engine.application.complete_task import complete_task
from sop_engine.application.hand_task import delegate_task, take_task_back
from sop_engine.application.ports import Answer, Who
from sop_engine.domain.attaching import Offered
from sop_engine.domain.decisions import OnPaper
from sop_engine.domain.indonesian import instant
from sop_engine.domain.state import Task
from sop_engine.errors import Refusal
from sop_engine.storage.sessions import Said
from sop_engine.storage.store import SqlStore
from sop_engine.web.access import Route
from sop_engine.web.case_page import CasePage, left
from sop_engine.web.looking import Number
from sop_engine.web.shell import Shell
from sop_engine.web.task_page import TaskPage
from sop_engine.web.uploads import is_number, number_in, offered
from sop_engine.web.visit import Visit, Visiting

SHOWN = 100  # so many lines of an inbox; the earliest due first


class Staff:
    """What a person has to do, and doing it."""

    def __init__(self, shell: Shell) -> None:
        self._shell, self._reading, self._store = shell, shell.reading, shell.engine.store
        self.routes = [
            Route("GET", "/tugas", self.inbox),
            Route("GET", "/tugas/{number}", self.task),
            Route("POST", "/tugas/{number}/ambil", self.claim),
            Route("POST", "/tugas/{number}/lepas", self.release),
            Route("POST", "/tugas/{number}/simpan", self.save),
            Route("POST", "/tugas/{number}/lampirkan", self.attach),
            Route("POST", "/tugas/{number}/tarik-berkas", self.detach),
            Route("POST", "/tugas/{number}/selesai", self.complete),
            Route("POST", "/tugas/{number}/alihkan", self.delegate),
            Route("POST", "/tugas/{number}/tarik", self.take_back),
        ]

    def inbox(self, visit: Visiting) -> Response:
        """What waits for this person, what they do now first, then the earliest due."""
        assert visit.person
        now, people, plan = self._store.clock(), self._reading.people(), self._shell.newest_plan()
        items = self._reading.inbox(visit.person.id, people.positions_of(visit.person.id, now))
        taken = self._reading.taken(items[:SHOWN])
        return self._shell.page(
            visit,
            "tugas_saya.html",
            items=[
                {
                    "item": item,
                    "late": bool(item.due_at and item.due_at < now),
                    "left": left(plan.calendar, item.due_at, now) if plan else "",
                    "due": instant(item.due_at, plan.zone) if plan and item.due_at else "",
                    "taken_by": taken.get(item.run.id, 0),
                }
                for item in items[:SHOWN]
            ],
            more=len(items) - SHOWN,
            late=sum(bool(item.due_at and item.due_at < now) for item in items),
            handed=self._reading.handed(visit.person.id),
            names={person.id: person.name for person in people.persons.values()},
        )

    def task(self, visit: Visiting, number: Number) -> Response:
        """The page of one's own open task; of any other, its stage on the page of the case."""
        case, task = self._found(number)
        if not self._mine(visit, task):
            return RedirectResponse(f"/kasus/{task.case_id}#tahap-{case.run_of(task).stage}", 303)
        kept = self._shell.engine.sessions.draft(task.run_id)
        said = kept[0] if kept else _as_before(case, task)
        return self._page(visit, TaskPage(case, task, said), kept=kept)

    # -- acts ------------------------------------------------------------------------------------

    def claim(self, visit: Visiting, number: Number) -> Response:
        """Take a task."""
        return self._do(visit, number, claim_task, f"/tugas/{number}", "diambil")

    def release(self, visit: Visiting, number: Number) -> Response:
        """Give a task back."""
        return self._do(visit, number, release_task, "/tugas", "dilepas")

    def delegate(self, visit: Visiting, number: Number) -> Response:
        """Hand a task to a colleague."""

        def delegate(store: SqlStore, who: Who, number: int) -> Answer:
            if not is_number(visit.said("kepada")):
                raise Refusal("Penerima tugas belum dipilih.", instead="Pilih namanya, lalu kirim lagi.")
            to = int(visit.said("kepada"))
            return delegate_task(store, who, number, to, visit.said("pesan"))

        return self._do(visit, number, delegate, "/tugas", "dialihkan")

    def take_back(self, visit: Visiting, number: Number) -> Response:
        """Take back a task one has handed over."""
        return self._do(visit, number, take_task_back, "/tugas", "ditarik")

    def save(self, visit: Visiting, number: Number) -> Response:
        """Put unfinished work aside; nothing is submitted."""

        return self._do(visit, number, partial(self._keep, visit), f"/tugas/{number}", "disimpan")

    def attach(self, visit: Visiting, number: Number) -> Response:
        """Attach the chosen files, or one of an earlier pass again, and put aside what was typed beside them."""

        def attach(store: SqlStore, who: Who, number: int) -> Answer:
            earlier = self._reading.file(number_in(visit, "lagi", "Berkasnya")) if visit.said("lagi") else None
            again = [Offered(earlier[1], earlier[2])] if earlier else []
            attach_files(store, who, number, [*offered(visit), *again])
            return self._keep(visit, store, who, number)

        return self._do(visit, number, attach, f"/tugas/{number}", "terlampir")

    def detach(self, visit: Visiting, number: Number) -> Response:
        """Take a file back, and put aside what was typed."""

        def detach(store: SqlStore, who: Who, number: int) -> Answer:
            detach_file(store, who, number, number_in(visit, "tarik", "Berkas yang ditarik"))
            return self._keep(visit, store, who, number)

        return self._do(visit, number, detach, f"/tugas/{number}", "berkas-ditarik")

    def complete(self, visit: Visiting, number: Number) -> Response:
        """Complete a task with what the form says."""

        def work() -> str:
            chosen = visit.said("putusan")
            if files := offered(visit):  # chosen and not uploaded yet
                attach_files(self._store, visit.who("berkas"), number, files)
            answer = complete_task(
                self._store,
                visit.who(),
                number,
                outcome=chosen or None,
                redo=tuple(visit.all_said(f"ulang.{chosen}")),
                result=visit.said("hasil"),
                note=visit.said("catatan"),
                present=tuple(int(one) for one in visit.all_said("hadir") if is_number(one)),
                on_paper=self._on_paper(visit),
                seen=int(version) if is_number(version := visit.said("_versi")) else None,
            )
            if answer["case_status"] == "completed":
                return "/tugas?kabar=tamat"
            return f"/tugas?kabar={'diajukan' if answer['status'] == 'submitted' else 'selesai'}"

        return self._shell.act(work, lambda refusal: self._again(visit, number, refusal))

    def _keep(self, visit: Visit, _store: SqlStore, who: Who, number: int) -> Answer:
        _, task = self._found(number)
        if not self._mine(visit, task):
            raise Refusal("Tugas ini bukan lagi milik Saudara.", instead="Salin yang masih perlu.")
        typed = {
            name: said
            for name, said in visit.typed().items()
            if not name.startswith("_") and name not in ("tarik", "lagi")
        }
        self._shell.engine.sessions.keep_draft(task.run_id, who.person_id, typed)
        return {}

    def _do(
        self, visit: Visit, number: int, act: Callable[[SqlStore, Who, int], Answer], to: str, told: str
    ) -> Response:
        def work() -> str:
            act(self._store, visit.who(), number)
            return f"{to}?kabar={told}"

        return self._shell.act(work, lambda refusal: self._again(visit, number, refusal))

    def _on_paper(self, visit: Visit) -> OnPaper | None:
        at, scan = visit.said("dilaksanakan"), visit.form.get("bukti")
        there = isinstance(scan, UploadFile) and scan.size
        if not at and not there:
            return None
        try:
            done_at = datetime.fromisoformat(at)
        except ValueError:
            done_at = None
        if not (done_at and isinstance(scan, UploadFile) and there):
            raise Refusal(
                "Pekerjaan di atas kertas dicatat dengan waktu pelaksanaan dan pindaian buktinya.",
                instead="Isi keduanya, atau kosongkan keduanya.",
            )
        digest = hashlib.file_digest(scan.file, "sha256").hexdigest()  # type: ignore[arg-type]
        return OnPaper(done_at.replace(tzinfo=ZoneInfo(self._shell.zone())).astimezone(UTC), digest)

    # -- showing ---------------------------------------------------------------------------------

    def _again(self, visit: Visit, number: int, refusal: Exception) -> Response:
        """Show the task as it stands now, with what was typed and why it was refused."""
        case, task = self._found(number)
        return self._page(visit, TaskPage(case, task, visit.typed()), refusal=refusal)

    def _page(self, visit: Visit, page: TaskPage, **words: Any) -> Response:
        words = {"kept": None, "mine": self._mine(visit, page.task)} | words
        return self._shell.page(visit, "tugas.html", page=page, **words)

    def _found(self, number: int) -> tuple[CasePage, Task]:
        case_id = self._reading.case_of_task(number)
        if case_id is None:
            raise HTTPException(404, f"Tidak ada tugas nomor {number}.")
        case = self._shell.case(case_id)
        return case, next(task for task in case.view.tasks if task.id == number)

    def _mine(self, visit: Visit, task: Task) -> bool:
        return bool(visit.person and visit.person.id == task.person_id and task.state in ("offered", "claimed"))


def _as_before(case: CasePage, task: Task) -> Said:
    """What was delivered in the pass before, to be mended."""
    run = case.run_of(task)
    same = (run.stage, run.slot, run.pass_no - 1)
    earlier = [other for other in case.view.runs if (other.stage, other.slot, other.pass_no) == same]
    return {"hasil": [case.said(earlier[0].result)]} if earlier else {}
