"""The one door for files: strict YAML in, frozen values out, every problem with its place.

Three steps, each listing all it finds: the bytes and the tree (`guard`, `nodes`), the values (the models),
and, by the caller, what only the whole can tell (`files/lints`). No input raises anything else.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from sop_engine.errors import DefinitionInvalid, Problem
from sop_engine.files.guard import MOST_PROBLEMS, decode, hidden_characters
from sop_engine.files.nodes import Node, Tree
from sop_engine.files.places import Found, Places
from sop_engine.files.schema import keys_at
from sop_engine.files.sentences import told
from sop_engine.files.shapes import misshapen

M = TypeVar("M", bound=BaseModel)
_TAGS = ("(tahap)", "(paralel)", "[key]")  # parts of pydantic's way that are no keys
_ROUNDS = 4  # how often faulty values are set aside to look behind them
_MOST_FINDINGS = 5 * MOST_PROBLEMS  # of one round: several of them may come to one problem


@dataclass(frozen=True)
class Inspection(Generic[M]):
    """What a file holds and everything wrong with it.

    `partial` is the value with faulty parts left out: of use only to look for further faults.
    """

    value: M | None
    partial: M | None
    problems: list[Problem]
    places: Places | None
    lines: list[str]
    name: str

    def place(self, found: list[Problem]) -> list[Problem]:
        """Put file, line and column on problems that only have a path."""
        return [self._placed(problem) for problem in found]

    def _placed(self, problem: Problem) -> Problem:
        line, column = self.places.at(problem.path) if self.places else (1, 1)
        return replace(problem, file=self.name, line=line, column=column)


def read(data: bytes, name: str, model: type[M]) -> M:
    """Read a file's bytes as a value of `model`; DefinitionInvalid with every problem otherwise."""
    inspection = inspect(data, name, model)
    if inspection.value is None:
        raise DefinitionInvalid([problem for problem in inspection.problems if problem.severity == "error"])
    return inspection.value


def inspect(data: bytes, name: str, model: type[M]) -> Inspection[M]:
    """Read a file's bytes as far as they can be read; never raises."""
    text, problems = decode(data)
    lines = (text or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    value, partial, places = None, None, None
    if text is not None:
        hidden = hidden_characters(lines)
        tree = Tree(text)
        seen = {(problem.code, problem.line) for problem in hidden}
        problems += hidden + [found for found in tree.problems if (found.code, found.line) not in seen]
        if not tree.whole and not problems:
            problems.append(Problem("YAML_RUSAK", "susunan YAML tidak dapat dibaca; periksa berkas ini"))
        if tree.whole and tree.root is None:
            problems.append(Problem("KOSONG", "berkas ini kosong; mulai dengan `format: sop/1`"))
        if tree.whole and tree.root:
            places = Places(tree.root)
            problems = _named(problems, places) + list(islice(_not_texts(places, model), MOST_PROBLEMS + 1))
            partial, found = _validated(places, model)
            problems += found
            value = partial if all(problem.severity == "warning" for problem in problems) else None
    return Inspection(value, partial, _in_order(problems, name), places, lines, name)


def _named(problems: list[Problem], places: Places) -> list[Problem]:
    """Give faults of the tree the paths of what stands at their places."""
    at = {position: path for path, position in places.positions.items()} if problems else {}
    return [replace(found, path=at.get((found.line, found.column), "")) for found in problems]


def _not_texts(places: Places, model: type[BaseModel]) -> Iterator[Problem]:
    """Tell of lists and mappings that stand where a text belongs, and set them aside."""
    for node in misshapen(places.root, model):
        message = "isinya terbaca sebagai pasangan `kunci: nilai`; apit seluruh teksnya dengan tanda petik"
        if isinstance(node.value, list):
            message = "isinya daftar, padahal di sini satu teks saja; tulis tanpa `- ` dan tanpa `[ ]`"
        node.value, node.broken = "", True
        path = places.path_of(node)
        yield Problem("BENTUK_SALAH", message, path, *places.at(path))


def _in_order(problems: list[Problem], name: str) -> list[Problem]:
    ordered = sorted((replace(problem, file=name) for problem in problems), key=lambda p: (p.line, p.column))
    if len(ordered) > MOST_PROBLEMS:
        last = ordered[MOST_PROBLEMS]
        message = "masih ada masalah lain; perbaiki dahulu yang di atas"
        ordered = [*ordered[:MOST_PROBLEMS], replace(last, code="BERLANJUT", message=message, path="")]
    return ordered


def _validated(places: Places, model: type[M]) -> tuple[M | None, list[Problem]]:
    """Build the value; where that fails set faulty parts aside and look again for what they hid."""
    problems: dict[Problem, None] = {}
    without: set[int] = set()  # mappings and lists that lost a part
    for _ in range(_ROUNDS):
        try:
            return model.model_validate(places.root.plain(), by_alias=True, by_name=False), list(problems)
        except ValidationError as error:
            findings = _findings(error, places, model)
        found = [(finding, places.find(finding["loc"])) for finding in findings]
        fresh = [(finding, at) for finding, at in found if not _follows(finding, at, without)]
        problems |= dict.fromkeys(_problems(fresh[: MOST_PROBLEMS + 1], model))
        faulty = [at for finding, at in found if _may_go(finding, at)]
        if not faulty or len(problems) > MOST_PROBLEMS:
            break
        without |= {id(at.parents[-1]) for at in faulty}
        _drop({id(at.node) for at in faulty}, {id(at.parents[-1]): at.parents[-1] for at in faulty}.values())
    return None, list(problems)


def _findings(error: ValidationError, places: Places, model: type[BaseModel]) -> list[Any]:
    """The first findings; of a file full of faults without listing them all, which takes more than 100 MB."""
    most = _MOST_FINDINGS
    while error.error_count() > most:
        try:
            model.model_validate(places.root.plain(most), by_alias=True, by_name=False)
            most *= 2
        except ValidationError as fewer:
            error = fewer
            break
    return error.errors(include_url=False)[:_MOST_FINDINGS]


def _follows(finding: Any, at: Found, without: set[int]) -> bool:
    """Tell whether a finding only repeats that something in it is faulty, or was left out by us."""
    inside, kind = at.node.value, finding["type"]
    short = kind == "too_short" and isinstance(inside, list) and len(inside) >= finding["ctx"]["min_length"]
    there = kind == "missing" and isinstance(inside, dict) and finding["loc"][-1] in inside
    return short or there or at.node.broken or id(at.node) in without


def _may_go(finding: Any, at: Found) -> bool:
    """Tell whether the rest can be judged without the faulty part; whole stages never go."""
    small = isinstance(at.node.value, str) or finding["type"] == "extra_forbidden"
    return small and finding["type"] != "missing" and bool(at.parents)


def _drop(faulty: set[int], parents: Iterable[Node]) -> None:
    for parent in parents:
        if isinstance(parent.value, list):
            parent.value = [item for item in parent.value if id(item) not in faulty]
        elif isinstance(parent.value, dict):
            parent.value = {key: item for key, item in parent.value.items() if id(item) not in faulty}


def _problems(found: list[tuple[Any, Found]], model: type[BaseModel]) -> list[Problem]:
    """Put findings into words; a missing key whose misspelling is reported is not reported again."""
    problems, meant = [], set()
    for finding, at in sorted(found, key=lambda pair: pair[0]["type"] == "missing"):
        keys = [part for part in finding["loc"] if isinstance(part, str) and part not in _TAGS]
        inside = at.path if finding["type"] == "missing" else at.path.rpartition(".")[0]
        if finding["type"] == "missing" and (inside, keys[-1]) in meant:
            continue
        way = finding["loc"] if finding["type"].startswith("model_") else finding["loc"][:-1]
        code, message = told(finding, keys[-1] if keys else "", keys_at(model, way))
        if finding["type"] == "extra_forbidden":
            meant.add((inside, message.rpartition("`")[0].rpartition("`")[2]))
        path = f"{at.path}.{keys[-1]}".lstrip(".") if finding["type"] == "missing" else at.path
        problems.append(Problem(code, message, path, *_position(finding, at)))
    return problems


def _position(finding: Any, at: Found) -> tuple[int, int]:
    """A fault of a key stands at the key, any other at the value."""
    way = finding["loc"]
    if finding["type"] == "extra_forbidden" or way[-1:] == ("[key]",):
        key = way[-1] if finding["type"] == "extra_forbidden" else way[-2]
        return at.parents[-1].keys.get(key, (at.line, at.column))
    return at.line, at.column
