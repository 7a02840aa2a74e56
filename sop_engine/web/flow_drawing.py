"""The flow of an SOP as the office draws it: the five symbols of PermenPANRB 35/2012 in our own SVG.

One drawing per row of the activity table, as wide as all performer columns. Heights are left to the
page: y is `0`, a few pixels below the top, `50%` or `100%`, so that rows of any height join up and text
may wrap or be enlarged. Colours belong to the style sheet; nothing is told by colour alone, every
mark has its sign. Pure: the same flow, structure and marks give the same text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

from sop_engine.domain.definition import Stage
from sop_engine.domain.flow import END, ON, Flow, outcomes_of
from sop_engine.domain.organisation import Organisation

COLUMN = 48  # pixels a performer column is wide
_BUS = 11  # below a row's top: where lines that come together run
_LANE, _BESIDE = 9, 34  # pitch of the lanes beside the columns; room before them for words and ends
_DEEP = {"box": 14, "capsule": 14, "diamond": 18}  # half the height of a symbol

Marks = Mapping[str, Mapping[str, str]]  # stage → slot ("" without slots) → mark
Arrow = tuple[str, str, str]  # from, to, words

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
    mark: str = "waiting"

    @property
    def deep(self) -> int:
        return _DEEP[self.kind]


@dataclass(slots=True)
class _Lane:
    """A line beside the columns that leads several rows up or down to one row."""

    target: int
    sources: list[int] = field(default_factory=list)
    place: int = 0

    @property
    def rows(self) -> range:
        return range(min(self.target, *self.sources), max(self.target, *self.sources) + 1)


@dataclass(slots=True)
class _Row:
    """What is drawn in one row."""

    shapes: list[_Shape]
    enters: list[float] = field(default_factory=list)  # x of the lines that come from the row above
    down: str | None = None  # words on the line that leaves below
    aside: list[str] = field(default_factory=list)  # words on the lines that leave to the right
    ends: str = ""  # where a small end stands: below, aside


def arrows_of(flow: Flow) -> list[Arrow]:
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
    columns, arrows = columns_of(flow, organisation), arrows_of(flow)
    firsts = _stages_at(flow, flow.first)
    rows = []
    for stage in flow.stages.values():
        kind = _kind(stage, firsts, arrows)
        rows.append(_Row(_shapes(stage, kind, columns, organisation, marks.get(stage.id, {}))))
    lanes = _route(rows, flow.order, arrows)
    edge = len(columns) * COLUMN
    beside = _BESIDE + _LANE * len({lane.place for lane in lanes}) if any(row.aside for row in rows) else 0
    drawn = {stage: _drawn(number, rows[number], lanes, edge, edge + beside) for stage, number in flow.order.items()}
    return Drawing(columns, edge + beside, drawn)


def sign(mark: str) -> Markup:
    """Draw a mark's sign alone, for legends and badges."""
    outline = '<svg class="sign {}" viewBox="-9 -9 18 18" aria-hidden="true"><circle r="8.2"/>{}</svg>'
    return _svg(outline, mark, Markup(SIGNS[mark]))


def symbol(kind: str) -> Markup:
    """Draw a symbol alone, for the legend: capsule, box, diamond or arrow."""
    inside = _svg('<path class="line" d="M0-16V12"/>{}', _head(0, 14))
    inside = inside if kind == "arrow" else _symbol(_Shape(kind, 0, 18))
    return _svg('<svg class="flow" viewBox="-20 -19 40 38" aria-hidden="true">{}</svg>', inside)


# -- where things stand ----------------------------------------------------------------------------


def _performers(stage: Stage) -> tuple[str, ...]:
    return stage.for_each or stage.performers or ()


def _kind(stage: Stage, firsts: list[str], arrows: list[Arrow]) -> str:
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
    return sorted(found, key=lambda shape: shape.x)


def _stretches(places: list[int]) -> list[tuple[int, int]]:
    """Join neighbouring columns: [0, 1, 3] → (0, 1), (3, 3)."""
    found: list[tuple[int, int]] = []
    for place in places:
        if found and found[-1][1] == place - 1:
            found[-1] = (found[-1][0], place)
        else:
            found.append((place, place))
    return found


def _route(rows: list[_Row], order: Mapping[str, int], arrows: list[Arrow]) -> list[_Lane]:
    """Lead each arrow straight to the next row, or beside the columns; one lane per target and direction."""
    lanes: dict[tuple[int, bool], _Lane] = {}
    for source, target, words in arrows:
        here = order[source]
        row, there = rows[here], order.get(target, len(rows))
        if target == END and row.shapes[0].kind != "diamond":
            continue  # the symbol itself is the end
        if there == here + 1:
            row.down = words
            if target == END:
                row.ends = "below"
            else:
                rows[there].enters += [shape.x for shape in row.shapes]
            continue
        row.aside.append(words)
        if target == END:
            row.ends = "aside"
        else:
            lanes.setdefault((there, there > here), _Lane(there)).sources.append(here)
    placed: list[_Lane] = []
    for lane in sorted(lanes.values(), key=lambda lane: len(lane.rows)):  # the shortest nearest to the columns
        taken = {other.place for other in placed if set(other.rows) & set(lane.rows)}
        lane.place = next(place for place in range(len(lanes)) if place not in taken)
        placed.append(lane)
    return placed


# -- lines and symbols -----------------------------------------------------------------------------


def _drawn(number: int, row: _Row, lanes: list[_Lane], edge: int, width: int) -> Markup:
    here = [(lane, edge + _BESIDE + _LANE * lane.place) for lane in lanes if number in lane.rows]
    shape = row.shapes[-1]
    parts = [_line(x, 0, x, "100%", "column") for x in range(COLUMN, edge + 1, COLUMN)]
    for lane, x in here:
        parts += _lane_lines(number, lane, x, shape)
    parts += _lines_in(row, [x for lane, x in here if lane.target == number])
    if row.down is not None:
        parts += [_line(each.x, "50%", each.x, "100%") for each in row.shapes]
    middle = [_symbol(each) for each in row.shapes]
    middle += [_words(shape.x + shape.half + 3, 16 * place - 5, words) for place, words in enumerate(row.aside)]
    middle.append(_words(shape.x + 5, shape.deep + 11, row.down or ""))
    if row.ends == "aside":
        middle += [_line(shape.x + shape.half, 0, edge + 6, 0), _small_end(edge + 4, 0)]
    parts.append(_at("50%", middle))
    if row.ends == "below":
        parts.append(_at("100%", [_small_end(shape.x - 13, -9)]))
    outline = '<svg class="flow" width="{}" height="100%" aria-hidden="true" focusable="false">{}</svg>'
    return _svg(outline, width, Markup().join(parts))


def _lane_lines(number: int, lane: _Lane, x: float, shape: _Shape) -> list[Markup]:
    """The part of a lane that runs through a row, and the line that joins it there."""
    up, first, last = lane.target <= lane.sources[0], lane.rows[0], lane.rows[-1]
    at_top, at_bottom = (_BUS, "50%") if up else ("50%", _BUS)
    top = at_top if number == first else 0
    bottom = at_bottom if number == last else "100%"
    found = [_line(x, top, x, bottom)]
    if number in lane.sources:
        found.append(_line(shape.x, "50%", x, "50%"))
    return found


def _lines_in(row: _Row, lanes: list[float]) -> list[Markup]:
    """The lines that lead to a row's symbols: from above and from lanes, together, down to each."""
    if not row.enters and not lanes:
        return []
    targets = [shape.x for shape in row.shapes]
    every = [*row.enters, *targets, *lanes]
    found = [_line(x, 0, x, _BUS) for x in row.enters]
    found.append(_line(min(every), _BUS, max(every), _BUS))
    found += [_line(x, _BUS, x, "50%") for x in targets]
    found.append(_at("50%", [_head(shape.x, -shape.deep) for shape in row.shapes]))
    if lanes:
        found.append(_svg('<path class="head" d="M{} {}l7-4v8z"/>', max([*row.enters, *targets]), _BUS))
    return found


def _symbol(shape: _Shape) -> Markup:
    half, deep = shape.half, shape.deep
    if shape.kind == "diamond":
        outline = _svg('<path class="shape" d="M{} 0L0 {}L{} 0L0 {}z"/>', -half, -deep, half, deep)
    else:
        box = '<rect class="shape" x="{}" y="{}" width="{}" height="{}" rx="{}"/>'
        outline = _svg(box, -half, -deep, 2 * half, 2 * deep, deep if shape.kind == "capsule" else 2)
    inside = _svg('<g class="sign-in">{}</g>', Markup(SIGNS[shape.mark]))
    return _svg('<g class="{}" transform="translate({} 0)">{}{}</g>', shape.mark, shape.x, outline, inside)


def _line(x1: float, y1: float | str, x2: float, y2: float | str, kind: str = "line") -> Markup:
    return _svg('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>', kind, x1, y1, x2, y2)


def _head(x: float, y: float) -> Markup:
    return _svg('<path class="head" d="M{} {}l-4-7h8z"/>', x, y)


def _small_end(x: float, y: float) -> Markup:
    return _svg('<rect class="end" x="{}" y="{}" width="26" height="12" rx="6"/>', x, y - 6)


def _words(x: float, y: float, words: str) -> Markup:
    return _svg('<text x="{}" y="{}">{}</text>', x, y, words[:1].upper() + words[1:]) if words else Markup()


def _at(y: str, parts: list[Markup]) -> Markup:
    return _svg('<svg y="{}" overflow="visible">{}</svg>', y, Markup().join(parts))


def _svg(template: str, *values: object) -> Markup:
    """Fill a template; every value that is no markup is escaped."""
    return Markup(template).format(*values)
