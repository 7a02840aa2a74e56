"""Pages to look at: what runs here, a case with its live position."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Path as InPath
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from sop_engine.domain.file_kinds import KINDS
from sop_engine.web.access import Route
from sop_engine.web.shell import Shell
from sop_engine.web.try_it import commands_of
from sop_engine.web.visit import Visiting

Number = Annotated[int, InPath(ge=1, lt=2**53)]


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
            words["tries"] = commands_of(self._shell.case(cases[0][0].id)) if cases else []
        return self._shell.page(visit, "beranda.html", cases=cases, **words)

    def case(self, visit: Visiting, number: Number) -> Response:
        """A case: where it stands, its table, its passes and its record."""
        page = self._shell.case(number)
        return self._shell.page(
            visit,
            "kasus.html",
            page=page,
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
