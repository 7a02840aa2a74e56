"""From YAML events to a tree in which every scalar is text; nothing of YAML's own types survives.

Built from events with a stack of our own, so that no input can exhaust Python's or libyaml's.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

import yaml

from sop_engine.errors import Problem
from sop_engine.files.guard import MOST_PROBLEMS, fault_of

DEEPEST = 40
MOST_EVENTS = 60_000
_OURS = 50  # keys; no mapping of the formats has as many
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_STRAY_COLON = "titik dua tidak pada tempatnya; apit teks yang memuat `: ` dengan tanda petik"
# words of the parser's complaint → what to tell, and whether the place is where the thing was opened
_SYNTAX: tuple[tuple[str, str, bool], ...] = (
    ("unexpected end of stream", "tanda petik yang dibuka di sini tidak ditutup; tambahkan penutupnya", True),
    ("flow", "kurung yang dibuka di sini tidak ditutup, atau kurang koma; periksa `[ ]` dan `{ }`", True),
    ("mapping values are not allowed", _STRAY_COLON, False),
    (
        "cannot start any token",
        "baris ini memuat tab sebagai lekukan, atau nilai yang diawali `@`, `%` atau tanda petik terbalik; "
        "gunakan spasi untuk lekukan dan apit nilai itu dengan tanda petik",
        False,
    ),
    ("escape", "urutan `\\` di dalam tanda petik ganda tidak dikenal; gunakan tanda petik tunggal", False),
    (
        "did not find expected",
        "baris ini tidak sejajar dengan baris di atasnya atau kurang titik dua; samakan lekukannya",
        False,
    ),
    ("directive", "baris yang diawali `%` tidak dipakai di sini; hapus baris itu", False),
)
_KEY = re.compile(r" *(?:- +)*[A-Za-z_]+")
_KEY_AND_TEXT = re.compile(r"( *(?:- +)*[A-Za-z_]+: +)([^'\"\[{].*)")
_SYNTAX_ELSE = "susunan YAML tidak dapat dibaca di sini; periksa lekukan, titik dua, kurung dan tanda petik"


@dataclass(slots=True)
class Node:
    """A text, a list or a mapping of the file, and where it begins (line and column from 1)."""

    value: "str | list[Node] | dict[str, Node]"
    line: int
    column: int
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)  # of a mapping: where each key stands
    broken: bool = False  # stands for something refused, such as an alias

    def plain(self, most: int | None = None) -> Any:
        """Give the bare values: dictionaries, lists and texts.

        With `most`, of all lists together only the first items, and of mappings larger than ours the first keys.
        """
        return self._plain(repeat(None) if most is None else repeat(None, most))

    def _plain(self, left: Iterator[None]) -> Any:
        if isinstance(self.value, dict):
            pairs = enumerate(self.value.items())
            return {key: node._plain(left) for number, (key, node) in pairs if number < _OURS or next(left, 0) is None}
        if isinstance(self.value, list):
            return [node._plain(left) for node, _ in zip(self.value, left, strict=False)]
        return self.value


class Tree:
    """Builds the one document of a file; `problems` lists what was refused on the way."""

    def __init__(self, text: str) -> None:
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self._open: list[Node] = []
        self._key: list[Node | None] = []  # per open collection: the key that waits for its value
        self._documents = 0
        self._lines = text.count("\n") + 1
        self._stray_colon: int | None = None  # the line whose text holds `: `, from 0
        try:
            self.whole = self._read(text)
        except yaml.YAMLError as error:
            self.whole = False
            self._syntax(error, text)

    def _read(self, text: str) -> bool:
        for number, event in enumerate(yaml.parse(text, Loader=_LOADER)):
            if number >= MOST_EVENTS:
                self._refuse(event, "TERLALU_BANYAK", f"lebih dari {MOST_EVENTS} unsur; perkecil berkas ini")
                return False
            if not self._take(event) or len(self.problems) > MOST_PROBLEMS:
                return False
        return True

    def _refuse(self, event: Any, code: str, message: str) -> None:
        mark = event.start_mark
        self.problems.append(Problem(code, message, line=mark.line + 1, column=mark.column + 1))

    def _syntax(self, error: yaml.YAMLError, text: str) -> None:
        said = f"{getattr(error, 'problem', '')} {getattr(error, 'context', '')}"
        known = ((told, back) for word, told, back in _SYNTAX if word in said)
        message, opened = next(known, (_SYNTAX_ELSE, False))
        mark = (opened and getattr(error, "context_mark", None)) or getattr(error, "problem_mark", None)
        if mark and message == _STRAY_COLON:
            if _KEY.fullmatch(text.split("\n")[mark.line][: mark.column]):
                message = "lekukan baris ini tidak sama dengan baris yang sejajar di atasnya; samakan banyak spasinya"
            else:
                self._stray_colon = mark.line
        line, column = (min(mark.line + 1, self._lines), mark.column + 1) if mark else (1, 1)
        self.problems.append(Problem("YAML_RUSAK", message, line=line, column=column))

    def without_stray_colon(self, text: str) -> str | None:
        """Give the text with the value that held the refused `: ` in quotes, to look for what else is wrong."""
        lines = text.split("\n")
        found = None if self._stray_colon is None else _KEY_AND_TEXT.fullmatch(lines[self._stray_colon])
        if not found:
            return None
        lines[self._stray_colon or 0] = f"{found[1]}'{found[2].replace(chr(39), chr(39) * 2)}'"
        return "\n".join(lines)

    def _take(self, event: Any) -> bool:
        """Take one event; False where the rest is not worth reading."""
        if getattr(event, "anchor", None):
            what = "alias `*" if isinstance(event, yaml.AliasEvent) else "jangkar `&"
            self._refuse(event, "JANGKAR", f"{what}{event.anchor[:40]}` tidak dipakai di sini; tulis isinya")
        if getattr(event, "tag", None):
            self._refuse(event, "TAG", f"tag `{event.tag[:40]}` tidak dipakai di sini; hapus tanda `!`-nya")
        match event:
            case yaml.DocumentStartEvent():
                return self._document(event)
            case yaml.ScalarEvent():
                self._scalar(event)
            case yaml.AliasEvent():
                self._add(Node("", *_place(event), broken=True))
            case yaml.MappingStartEvent():
                return self._begin(event, Node({}, *_place(event)))
            case yaml.SequenceStartEvent():
                return self._begin(event, Node([], *_place(event)))
            case yaml.CollectionEndEvent():
                self._key.pop()
                self._add(self._open.pop())
        return True

    def _document(self, event: Any) -> bool:
        self._documents += 1
        if event.version or event.tags:
            self._refuse(event, "YAML_RUSAK", "baris yang diawali `%` tidak dipakai di sini; hapus baris itu")
        if self._documents > 1:
            self._refuse(event, "DOKUMEN_GANDA", "ada lebih dari satu dokumen (`---`); pisahkan berkasnya")
        return self._documents == 1

    def _scalar(self, event: Any) -> None:
        fault = event.style == '"' and fault_of(event.value)  # there \\u202e may be spelt out
        if fault:
            self._refuse(event, "KARAKTER_TERLARANG", fault[1])
        self._add(Node(event.value, *_place(event)))

    def _begin(self, event: Any, node: Node) -> bool:
        if len(self._open) >= DEEPEST:
            self._refuse(event, "TERLALU_DALAM", f"susunan lebih dalam dari {DEEPEST} tingkat; sederhanakan")
            return False
        self._open.append(node)
        self._key.append(None)
        return True

    def _add(self, node: Node) -> None:
        """Put a finished node where it belongs: the root, a list, or under its key."""
        if not self._open:
            self.root = self.root or node
            return
        parent = self._open[-1]
        if isinstance(parent.value, list):
            parent.value.append(node)
        elif self._key[-1] is None:
            self._key[-1] = node
        else:
            key, self._key[-1] = self._key[-1], None
            self._put(parent, key, node)

    def _put(self, parent: Node, key: Node, node: Node) -> None:
        assert isinstance(parent.value, dict)  # lists were served before
        if not isinstance(key.value, str) or key.broken:
            message = "kunci harus satu kata atau teks; jangan memakai daftar atau alias sebagai kunci"
            self.problems.append(Problem("KUNCI_BUKAN_TEKS", message, line=key.line, column=key.column))
        elif key.value in parent.value:
            first = parent.keys[key.value][0]
            message = f"kunci `{key.value[:60]}` sudah ada di baris {first}; hapus salah satu"
            self.problems.append(Problem("KUNCI_GANDA", message, line=key.line, column=key.column))
        else:
            parent.value[key.value] = node
            parent.keys[key.value] = (key.line, key.column)


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1
