"""A superior gives another's task to somebody else, with a reason."""

from fastapi.responses import Response
from starlette.exceptions import HTTPException

from sop_engine.application.hand_task import reassign_task
from sop_engine.domain.state import Task
from sop_engine.web.access import Route
from sop_engine.web.case_page import CasePage
from sop_engine.web.looking import Number, position_above
from sop_engine.web.shell import Shell
from sop_engine.web.task_page import TaskPage
from sop_engine.web.uploads import number_in
from sop_engine.web.visit import Visit, Visiting


class Reassigning:
    """Work that is stuck, moved on by whoever stands above it."""

    def __init__(self, shell: Shell) -> None:
        self._shell, self._reading, self._store = shell, shell.reading, shell.engine.store
        self.routes = [
            Route("GET", "/tugas/{number}/pindahkan", self.ask),
            Route("POST", "/tugas/{number}/pindahkan", self.reassign),
        ]

    def ask(self, visit: Visiting, number: Number) -> Response:
        """Whose task it is, and to whom it is to go."""
        return self._page(visit, *self._found(number))

    def reassign(self, visit: Visiting, number: Number) -> Response:
        """Reassign a task as whichever position above it the person holds."""
        case, task = self._found(number)

        def work() -> str:
            assert visit.person
            to = number_in(visit, "kepada", "Penerima tugas")
            position = position_above(case, task, visit.person.id) or case.plan.definition.responsible
            reassign_task(self._store, visit.who(), number, position, to, visit.said("pesan"))
            return f"/kasus/{task.case_id}?kabar=dialihkan"

        return self._shell.act(work, lambda refusal: self._page(visit, *self._found(number), refusal))

    def _page(self, visit: Visit, case: CasePage, task: Task, refusal: Exception | None = None) -> Response:
        assert visit.person
        page, may = TaskPage(case, task, visit.typed()), bool(position_above(case, task, visit.person.id))
        return self._shell.page(visit, "pindahkan.html", page=page, may=may, refusal=refusal)

    def _found(self, number: int) -> tuple[CasePage, Task]:
        case_id = self._reading.case_of_task(number)
        if case_id is None:
            raise HTTPException(404, f"Tidak ada tugas nomor {number}.")
        case = self._shell.case(case_id)
        return case, next(task for task in case.view.tasks if task.id == number)
