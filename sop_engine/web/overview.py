"""The overview: how each running case stands against its plan, and on whom it waits."""

from fastapi.responses import Response

from sop_engine.web.access import Route
from sop_engine.web.shell import Shell
from sop_engine.web.timelines import LIGHTS, Timeline
from sop_engine.web.visit import Visiting

SHOWN = 20  # cases on one page; the earliest due first


class Overview:
    """What the Sekretaris looks at in the morning."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self.routes = [Route("GET", "/ikhtisar", self.overview)]

    def overview(self, visit: Visiting) -> Response:
        """The running cases, the most pressing first."""
        numbers, more = self._shell.reading.pressing(SHOWN)
        cases = [(page := self._shell.case(number), Timeline(page)) for number in numbers]
        counted = [(light, words, sum(line.light == light for _, line in cases)) for light, words in LIGHTS.items()]
        return self._shell.page(visit, "ikhtisar.html", cases=cases, more=more, counted=counted, lights=LIGHTS)
