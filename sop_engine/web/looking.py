"""Pages to look at: what runs here, a case with its live position."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Path as InPath
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from sop_engine.domain.file_kinds import KINDS
from sop_engine.domain.state import Task
from sop_engine.web.access import Route
from sop_engine.web.case_page import CasePage
from sop_engine.web.shell import Shell
from sop_engine.web.try_it import commands_of, steps_of
from sop_engine.web.visit import Visiting

Number = Annotated[int, InPath(ge=1, lt=2**53)]


def position_above(case: CasePage, task: Task, person_id: int) -> str:
    """The position in which a person may give another's open task to somebody else; '' for none."""
    if task.person_id == person_id or not task.open:
        return ""
    definition, stage = case.plan.definition, case.plan.stage(case.run_of(task).stage)
    above = set(case.plan.organisation.superiors_of(task.position))
    above |= {definition.responsible_of(stage, task.position), definition.identity.ratified_by.position}
    return next((one for one in case.people.positions_of(person_id, case.now) if one in above), "")


class Looking:
    """The pages that only show."""

    def __init__(self, shell: Shell) -> None:
        self._shell, self._reading = shell, shell.reading
        self.routes = [
            Route("GET", "/", self.home),
            Route("GET", "/kasus/{number}", self.case),
            Route("GET", "/berkas/{number}", self.file),
        ]

    def home(self, visit: Visiting) -> Response:
        """What runs here, and in a demo who to be and what to type."""
        editions = {edition.id: edition for edition in self._reading.editions()}
        cases = [(case, editions[case.edition_id]) for case in reversed(self._reading.cases())]
        words: dict[str, Any] = {}
        if self._shell.demo_command:
            words["mails"] = sum(mail.state == "sent" for mail in self._reading.messages())
            words["who"] = self._shell.everybody()
            pages = [self._shell.case(case.id) for case, _ in reversed(cases) if case.state == "running"]
            words["tries"] = commands_of(pages[0]) if pages else []
            words["steps"] = steps_of(pages, cases[-1][1].id) if cases else []
        return self._shell.page(visit, "beranda.html", cases=cases, **words)

    def case(self, visit: Visiting, number: Number) -> Response:
        """A case: where it stands, its table, its passes and its record."""
        page, me = self._shell.case(number), visit.person.id if visit.person else 0
        stuck = [task for task in page.view.tasks if task.open and me and position_above(page, task, me)]
        return self._shell.page(
            visit,
            "kasus.html",
            page=page,
            stuck={task.run_id: [one for one in stuck if one.run_id == task.run_id] for task in stuck},
            record=page.record(self._reading.events(number)),
            head=self._reading.office(),
            tries=commands_of(page) if self._shell.demo_command else [],
        )

    def file(self, visit: Visiting, number: Number) -> Response:
        """An attached file, to be saved: no browser shows it as a page of ours."""
        found = self._reading.file(number)
        if found is None:
            raise HTTPException(404, f"Tidak ada berkas nomor {number}, atau sudah ditarik kembali.")
        attachment, name, body = found
        saved_as = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
        return Response(body, media_type=KINDS[attachment.kind].media_type, headers=saved_as)
