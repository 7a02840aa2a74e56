"""The flow of an SOP as the office draws it: the five symbols of PermenPANRB 35/2012 in our own SVG.

One drawing per row of the activity table, as wide as all performer columns. Heights are left to the
page: y is `0`, a few pixels below the top, `50%` or `100%`, so that rows of any height join up and text
may wrap or be enlarged. Colours belong to the style sheet; nothing is told by colour alone, every
mark has its sign. Pure: the same definition, structure and marks give the same text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

from sop_engine.domain.definition import Stage
from sop_engine.domain.flow import END, ON, Flow, outcomes_of
from sop_engine.domain.organisation import Organisation

COLUMN = 48  # pixels a performer column is wide
_BUS = 11  # below a row's top: where lines that come together run
_LANE, _BESIDE = 9, 34  # pitch of the return lanes; room beside the columns for words and ends
_DEEP = {"box": 14, "capsule": 14, "diamond": 18}  # half the height of a symbol

Marks = Mapping[str, Mapping[str, str]]  # stage → slot ("" without slots) → mark

SIGNS = {
    "completed": '<path d="M-5.5 .5l3.8 3.8L5.5-4.5" fill="none" stroke-width="2.4"/>',
    "active": '<path d="M-3.2-5.2L5.2 0l-8.4 5.2z" stroke="none"/>',
    "late": '<path d="M0-6v6.6M0 3.9v2.2" fill="none" stroke-width="2.6"/>',
    "submitted": '<path d="M-4-5.5h8M-4 5.5h8M-3.2-5.5l6.4 11h-6.4l6.4-11z" fill="none" stroke-width="1.6"/>',
    "returned": '<path d="M5 5c1-5-2-7-9-6.4M-.8-5l-4 3.4L-.8 2" fill="none" stroke-width="2"/>',
    "repeat": '<path d="M4.6-2.6A5.2 5.2 0 1 0 5.2 1M5.4-6v3.8H1.6" fill="none" stroke-width="1.8"/>',
    "skipped": '<path d="M-5-4.2L-.6 0l-4.4 4.2M.8-4.2L5.2 0 .8 4.2" fill="none" stroke-width="2"/>',
    "void": '<path d="M-4.2-4.2l8.4 8.4M4.2-4.2l-8.4 8.4" fill="none" stroke-width="2.2"/>',
    "waiting": "",
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """The performer columns from left to right, the drawing's width in pixels, and one SVG per stage."""

    columns: tuple[str, ...]
    width: int
    rows: dict[str, Markup]


@dataclass(frozen=True, slots=True)
class _Shape:
    kind: str
    x: float
    half: float
    mark: str


@dataclass(slots=True)
class _Lane:
    """A line beside the columns that leads several rows up or down to one stage."""

    target: int
    sources: list[int] = field(default_factory=list)
    x: float = 0

    @property
    def rows(self) -> range:
        return range(min(self.target, *self.sources), max(self.target, *self.sources) + 1)


@dataclass(slots=True)
class _Row:
    """What is drawn in one row."""

    shapes: list[_Shape]
    enters: list[float] = field(default_factory=list)  # x of the lines that come from the row above
    goes_down: str | None = None  # the words on the line to the next row
    goes_aside: list[tuple[str, _Lane | None]] = field(default_factory=list)  # words, lane; None = the end
    ends_below: str | None = None


def arrows_of(flow: Flow) -> list[tuple[str, str, str]]:
    """List every arrow between stages: from, to (or the end), and the outcomes that name it."""
    found: dict[tuple[str, str], list[str]] = {}
    for stage in flow.stages.values():
        for outcome in outcomes_of(stage):
            for target in _stages_at(flow, flow.step(stage.id, outcome) or END):
                found.setdefault((stage.id, target), []).append(outcome if stage.decision else "")
    return [(source, target, " / ".join(filter(None, words))) for (source, target), words in found.items()]


def _stages_at(flow: Flow, node: str) -> list[str]:
    """Follow a node of the flow to the stages behind it: a fork has several, a join what comes after."""
    kind, _, block = node.partition(":")
    if kind == "fork":
        return [stage for entry in flow.entries[block] for stage in _stages_at(flow, entry)]
    return _stages_at(flow, flow.step(node, ON) or END) if kind == "join" else [node]


def columns_of(flow: Flow, organisation: Organisation) -> tuple[str, ...]:
    """Name the positions that perform something, in the order of the structure."""
    named = [name for stage in flow.stages.values() for name in _performers(stage)]
    performing = dict.fromkeys(position for name in named for position in organisation.members_of(name))
    known = [position for position in organisation.positions if position in performing]
    return (*known, *(position for position in performing if position not in organisation.positions))


def draw(flow: Flow, organisation: Organisation, marks: Marks) -> Drawing:
    """Draw every row of the activity table with its symbols, marks, and the lines between the rows."""
    columns = columns_of(flow, organisation)
    arrows = arrows_of(flow)
    stages = list(flow.stages.values())
    firsts = _stages_at(flow, flow.first)
    rows = [
        _Row(_shapes(stage, _kind(stage, firsts, arrows), columns, organisation, marks.get(stage.id, {})))
        for stage in stages
    ]
    lanes = _route(rows, flow.order, arrows)
    beside = _BESIDE + _LANE * len({lane.x for lane in lanes}) if any(row.goes_aside for row in rows) else 0
    for lane in lanes:
        lane.x += len(columns) * COLUMN + _BESIDE
    width = len(columns) * COLUMN + beside
    drawn = {stage.id: _drawn(number, row, lanes, width, len(columns)) for number, (stage, row) in enumerate(zip(stages, rows, strict=True))}
    return Drawing(columns, width, drawn)


def sign(mark: str) -> Markup:
    """Draw a mark's sign alone, for legends and badges."""
    return Markup('<svg class="sign {}" viewBox="-9 -9 18 18" aria-hidden="true"><circle r="8.2"/>{}</svg>').format(
        mark, Markup(SIGNS[mark])
    )


def symbol(kind: str) -> Markup:
    """Draw a symbol alone, for the legend: capsule, box, diamond or arrow."""
    if kind == "arrow":
        return Markup('<svg class="flow" viewBox="-18 -19 36 38" aria-hidden="true"><path class="line" d="M0-16V12"/>{}</svg>').format(_head(0, 14))
    return Markup('<svg class="flow" viewBox="-20 -19 40 38" aria-hidden="true">{}</svg>').format(
        _symbol(_Shape(kind, 0, 18, "waiting"))
    )


def _performers(stage: Stage) -> tuple[str, ...]:
    return stage.for_each or stage.performers or ()


def _kind(stage: Stage, firsts: list[str], arrows: list[tuple[str, str, str]]) -> str:
    if stage.decision:
        return "diamond"
    leads_to = {target for source, target, _ in arrows if source == stage.id}
    return "capsule" if stage.id in firsts or leads_to == {END} else "box"


def _shapes(
    stage: Stage, kind: str, columns: tuple[str, ...], organisation: Organisation, marks: Mapping[str, str]
) -> list[_Shape]:
    """Place one symbol per performer; a body's is as wide as its members' columns."""
    found = []
    for performer in _performers(stage):
        mark = marks.get(performer if stage.for_each else "", "waiting")
        places = sorted({columns.index(position) for position in organisation.members_of(performer)})
        for first, last in _stretches(places):
            half = (last - first + 1) * COLUMN / 2 - (4 if kind == "diamond" else 6)
            found.append(_Shape(kind, (first + last + 1) * COLUMN / 2, half, mark))
    return found


def _stretches(places: list[int]) -> list[tuple[int, int]]:
    """Join neighbouring columns: [0, 1, 3] → (0, 1), (3, 3)."""
    found: list[tuple[int, int]] = []
    for place in places:
        if found and found[-1][1] == place - 1:
            found[-1] = (found[-1][0], place)
        else:
            found.append((place, place))
    return found


def _route(rows: list[_Row], order: Mapping[str, int], arrows: list[tuple[str, str, str]]) -> list[_Lane]:
    """Lead each arrow straight to the next row, or beside the columns; one lane per target and direction."""
    lanes: dict[tuple[int, bool], _Lane] = {}
    for source, target, words in arrows:
        here = order[source]
        if target == END:
            if rows[here].shapes[0].kind == "diamond":
                _end(rows, here, words)
            continue
        there = order[target]
        if there == here + 1:
            rows[here].goes_down = words
            rows[there].enters += [shape.x for shape in rows[here].shapes]
            continue
        lane = lanes.setdefault((there, there > here), _Lane(there))
        lane.sources.append(here)
        rows[here].goes_aside.append((words, lane))
    _spread(list(lanes.values()))
    return list(lanes.values())


def _end(rows: list[_Row], here: int, words: str) -> None:
    """An outcome that ends the SOP: below the last row, beside any other."""
    if here == len(rows) - 1:
        rows[here].ends_below = words
    else:
        rows[here].goes_aside.append((words, None))


def _spread(lanes: list[_Lane]) -> None:
    """Give lanes whose rows meet places of their own, the shortest nearest to the columns."""
    placed: list[_Lane] = []
    for lane in sorted(lanes, key=lambda lane: len(lane.rows)):
        taken = {other.x for other in placed if set(other.rows) & set(lane.rows)}
        lane.x = next(x for x in (number * _LANE for number in range(len(lanes))) if x not in taken)
        placed.append(lane)


def _drawn(number: int, row: _Row, lanes: list[_Lane], width: int, columns: int) -> Markup:
    parts = [_line(x, 0, x, "100%", "column") for x in range(COLUMN, columns * COLUMN + 1, COLUMN)]
    here = [lane for lane in lanes if number in lane.rows]
    parts += [line for lane in here for line in _lane_lines(number, lane, row)]
    parts += _lines_in(row, [lane.x for lane in here if lane.target == number])
    parts += [_line(shape.x, "50%", shape.x, "100%") for shape in row.shapes if row.goes_down is not None]
    middle = [_symbol(shape) for shape in row.shapes]
    middle += _aside(row, columns * COLUMN)
    shape = row.shapes[-1]
    if row.goes_down:
        middle.append(_words(shape.x + 5, _DEEP[shape.kind] + 11, row.goes_down))
    if row.ends_below is not None:
        parts.append(_line(shape.x, "50%", shape.x, "100%"))
        middle.append(_words(shape.x + 5, _DEEP[shape.kind] + 11, row.ends_below))
    parts.append(_at("50%", middle))
    if row.ends_below is not None:
        parts.append(_at("100%", [_small_end(shape.x - 13, -9)]))
    return Markup('<svg class="flow" width="{}" height="100%" aria-hidden="true" focusable="false">{}</svg>').format(
        width, Markup().join(parts)
    )


def _lane_lines(number: int, lane: _Lane, row: _Row) -> list[Markup]:
    """The part of a lane that runs through a row, and the line that joins it there."""
    up, first, last = lane.target < lane.sources[0], lane.rows[0], lane.rows[-1]
    top: float | str = 0
    bottom: float | str = "100%"
    if number == first:
        top = _BUS if up else "50%"
    if number == last:
        bottom = "50%" if up else _BUS
    found = [_line(lane.x, top, lane.x, bottom)]
    if number in lane.sources:
        found.append(_line(row.shapes[-1].x, "50%", lane.x, "50%"))
    return found


def _lines_in(row: _Row, lanes: list[float]) -> list[Markup]:
    """The lines that lead to a row's symbols: from above, from lanes, together and down to each."""
    if not row.enters and not lanes:
        return []
    targets = [shape.x for shape in row.shapes]
    found = [_line(x, 0, x, _BUS) for x in row.enters]
    every = [*row.enters, *targets, *lanes]
    if min(every) < max(every):
        found.append(_line(min(every), _BUS, max(every), _BUS))
    found += [_line(x, _BUS, x, "50%") for x in targets]
    found.append(_at("50%", [_head(shape.x, -_DEEP[shape.kind]) for shape in row.shapes]))
    if lanes:
        x = max(*row.enters, *targets)
        found.append(Markup('<path class="head" d="M{} {}l7-4v8z"/>').format(x, _BUS))
    return found


def _aside(row: _Row, edge: int) -> list[Markup]:
    """The words on the lines that leave to the side, and the small end where the SOP ends there."""
    shape = row.shapes[-1]
    found = []
    for place, (words, lane) in enumerate(row.goes_aside):
        if lane is None:
            found += [_line(shape.x + shape.half, 0, edge + 6, 0), _small_end(edge + 4, 0)]
        if words:
            found.append(_words(shape.x + shape.half + 3, -5 + 16 * place, words))
    return found


def _symbol(shape: _Shape) -> Markup:
    deep = _DEEP[shape.kind]
    if shape.kind == "diamond":
        outline = Markup('<path class="shape" d="M{} 0L0 {}L{} 0L0 {}z"/>').format(-shape.half, -deep, shape.half, deep)
    else:
        outline = Markup('<rect class="shape" x="{}" y="{}" width="{}" height="{}" rx="{}"/>').format(
            -shape.half, -deep, 2 * shape.half, 2 * deep, deep if shape.kind == "capsule" else 2
        )
    return Markup('<g class="{}" transform="translate({} 0)">{}<g class="sign-in">{}</g></g>').format(
        shape.mark, shape.x, outline, Markup(SIGNS[shape.mark])
    )


def _line(x1: float, y1: float | str, x2: float, y2: float | str, kind: str = "line") -> Markup:
    return Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(kind, x1, y1, x2, y2)


def _head(x: float, y: float) -> Markup:
    return Markup('<path class="head" d="M{} {}l-4-7h8z"/>').format(x, y)


def _small_end(x: float, y: float) -> Markup:
    return Markup('<rect class="end" x="{}" y="{}" width="26" height="12" rx="6"/>').format(x, y - 6)


def _words(x: float, y: float, words: str) -> Markup:
    return Markup('<text x="{}" y="{}">{}</text>').format(x, y, words[:1].upper() + words[1:])


def _at(y: str, parts: list[Markup]) -> Markup:
    return Markup('<svg y="{}" overflow="visible">{}</svg>').format(y, Markup().join(parts))
