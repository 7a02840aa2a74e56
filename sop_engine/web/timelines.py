"""A case's stages as bars over time: plan, what happened, today and limits; one SVG a row. From values to words, pure.

Across, places are percents, so that a row is as wide as its page; nothing is told by colour alone.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from markupsafe import Markup, escape

from sop_engine.domain.definition import Stage
from sop_engine.domain.indonesian import short_date
from sop_engine.domain.planning import Planned, planned
from sop_engine.domain.state import Run
from sop_engine.web.case_page import CasePage

NEAR = 1  # working days before a due date at which its light turns yellow
LIGHTS = {"late": "Terlambat", "submitted": "Jatuh tempo dekat", "completed": "Tepat waktu"}  # by the sign shown
_MOST_TICKS = 6


class Row(NamedTuple):
    """One stage on the timeline: its mark, its bars, and the same in words."""

    stage: Stage
    mark: str
    bars: Markup
    words: str


class Waiting(NamedTuple):
    """One open run: its stage, on whom it waits, since when, and how its due date stands."""

    stage: Stage
    who: str
    since: str
    due: str
    left: str
    light: str


class Timeline:
    """How a case stands against its plan at one instant."""

    def __init__(self, page: CasePage) -> None:
        self._page, self._now, self._calendar = page, page.now, page.plan.calendar
        self.plan: Planned = planned(page.plan, page.view.case)
        self._start = page.view.case.started_at
        work = max([self._now, *(until for _, until in self.plan.stages.values())]) - self._start
        near = [limit - self._start for limit in self.plan.limits.values() if limit - self._start < work * 1.5]
        self._span = max([work, *near]) * 1.04 or timedelta(days=1)  # a limit far off is told in words only

    @cached_property
    def waits(self) -> list[Waiting]:
        """What is waited for, as the flow has it."""
        found = []
        for stage, lines in self._page.open_stages():
            for line in lines:
                run: Run = line["run"]
                asked = self._page.asked_of(run)
                due_at = min((one.due_at for one in asked), default=run.due_at)
                since = max((one.requested_at for one in asked), default=run.activated_at)
                who = line["who"] if asked else f"{self._page.position_of(run)}: {line['who']}"
                found.append(Waiting(stage, who, self._page.at(since), line["due"], line["left"], self._light(due_at)))
        return found

    @property
    def light(self) -> str:
        """The light of the whole case: the most urgent of what is waited for."""
        return next((light for light in LIGHTS if light in {one.light for one in self.waits}), "completed")

    def _light(self, due_at: datetime | None) -> str:
        if due_at is None:
            return "completed"
        near = self._calendar.working_days_between(min(self._now, due_at), due_at) <= NEAR
        return "late" if due_at < self._now else "submitted" if near else "completed"

    @property
    def rows(self) -> list[Row]:
        """Every stage in the order of the file."""
        return [self._row(stage) for stage in self._page.plan.flow.stages.values()]

    @property
    def axis(self) -> Markup:
        """The dates above the rows."""
        ticks = "".join(
            f'<text x="{self._x(at)}" y="11">{escape(short_date(self._calendar.local_day(at)))}</text>'
            for at in self._ticks()
        )
        today = f'<text class="today-word" x="{self._x(self._now)}" y="25" {self._side(self._now)}>hari ini</text>'
        return Markup(f'<svg class="bars axis" aria-hidden="true">{ticks}{today}</svg>')

    def _row(self, stage: Stage) -> Row:
        mark, drawn, words = self._page.mark(stage), [self._line("grid", at) for at in self._ticks()], []
        if stage.id in self.plan.stages:
            since, until = self.plan.stages[stage.id]
            drawn.append(self._bar("plan", since, until, 4, 16))
            words.append(f"rencana {self._days(since, until)}")
        for number, runs in sorted(self._passes(stage).items()):
            since = min(run.activated_at for run in runs)
            open_ = any(run.open for run in runs)
            until = self._now if open_ else max(run.ended_at or self._now for run in runs)
            drawn.append(self._bar(f"done {mark if open_ else 'completed'}", since, until, 8, 8))
            again = f" putaran ke-{number}" if number > 1 else ""
            words.append(f"nyata{again} {self._days(since, self._now if open_ else until)}{' dan berjalan' * open_}")
        for limit in self._page.plan.limits[stage.id]:
            if at := self.plan.limits.get(limit.id):
                drawn += [self._line("limit", at)] * (at < self._start + self._span)
                words.append(f"batas {limit.id.replace('_', '-')} {short_date(self._calendar.local_day(at))}")
        drawn.append(self._line("today", self._now))
        said = "; ".join(words) or "belum mulai"
        named = f'<svg class="bars" role="img" aria-label="{escape(said)}">'
        return Row(stage, mark, Markup(named + "".join(drawn) + "</svg>"), said)

    def _passes(self, stage: Stage) -> dict[int, list[Run]]:
        found: dict[int, list[Run]] = {}
        for run in self._page.view.runs:
            if self._page.plan.flow.present(run.stage) == stage.id and run.state != "void":
                found.setdefault(run.pass_no, []).append(run)
        return found

    def _ticks(self) -> Iterator[datetime]:
        """Mondays, or every second, fourth, … one, so that there are only a few."""
        day = self._calendar.local_day(self._start)
        day -= timedelta(days=day.weekday())
        weeks = 1
        while self._span > timedelta(weeks=weeks * _MOST_TICKS):
            weeks *= 2
        for number in range(1, _MOST_TICKS + 1):
            at = self._calendar.opening(day + timedelta(weeks=weeks * number))
            if at < self._start + self._span * 0.9:
                yield at

    def _x(self, at: datetime) -> str:
        return f"{max(min((at - self._start) / self._span, 1), 0):.2%}"

    def _side(self, at: datetime) -> str:
        return 'text-anchor="end"' if (at - self._start) / self._span > 0.8 else ""

    def _bar(self, kind: str, since: datetime, until: datetime, top: int, height: int) -> str:
        wide = max((until - since) / self._span, 0.006)
        return f'<rect class="{kind}" x="{self._x(since)}" y="{top}" width="{wide:.2%}" height="{height}"/>'

    def _line(self, kind: str, at: datetime) -> str:
        x = self._x(at)
        return f'<line class="{kind}" x1="{x}" x2="{x}" y1="0" y2="24"/>'

    def _days(self, since: datetime, until: datetime) -> str:
        first, last = self._calendar.local_day(since), self._calendar.local_day(until)
        return short_date(first) if first == last else f"{short_date(first)} – {short_date(last)}"
