"""Where everything of a file stands: dotted paths by id, and the line and column of each."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sop_engine.files.nodes import Node

_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
_STEP = re.compile(r"tahapan\.[^.]+")
_LONGEST = 500  # characters; nothing of ours lies that deep
_BRANCH = re.compile(r"tahapan\.[^.]+\.cabang\.[^.]+")


@dataclass(frozen=True, slots=True)
class Found:
    """The deepest node on the way to a place, its path, position, and the parts of the way not found."""

    node: Node
    path: str
    line: int
    column: int
    missing: tuple[str, ...]
    parents: tuple[Node, ...]


class Places:
    """`positions`: dotted path → (line, column), such as `tahapan.verifikasi.waktu` → (41, 12).

    An item of a list is named by its `id` or `butir`, by itself where it is an id, else by its number;
    stages of branches stand under `tahapan` like all others; a name met again gets its number in brackets.
    """

    def __init__(self, root: Node) -> None:
        self.root = root
        self.positions: dict[str, tuple[int, int]] = {"": (root.line, root.column)}
        self._paths: dict[int, str] = {id(root): ""}
        self._names: dict[str, Counter[str]] = {}
        self._walk(root, "")

    def at(self, path: str) -> tuple[int, int]:
        """Give the position of a path, or of the nearest thing above it that the file has."""
        while path not in self.positions:
            path = path.rpartition(".")[0]
        return self.positions[path]

    def path_of(self, node: Node) -> str:
        """Give the path of a node; the file's own for one that lies too deep to have one."""
        return self._paths.get(id(node), "")

    def find(self, way: Iterable[str | int]) -> Found:
        """Follow keys and indexes down the tree; what is not there is stepped over."""
        node, parents, missing = self.root, [], []
        for part in way:
            below: Node | None = None
            if isinstance(node.value, dict):
                below = node.value.get(str(part))
            elif isinstance(node.value, list) and isinstance(part, int) and part < len(node.value):
                below = node.value[part]
            if below is None or id(below) not in self._paths:
                missing.append(str(part))
            else:
                parents.append(node)
                node, missing = below, []
        path = self._paths[id(node)]
        return Found(node, path, *self.positions[path], tuple(missing), tuple(parents))

    def _walk(self, node: Node, path: str) -> None:
        if len(path) > _LONGEST:
            return
        if isinstance(node.value, dict):
            for key, below in node.value.items():
                same = key == "paralel" and _STEP.fullmatch(path)  # a block is named as a stage is
                self._enter(below, path if same else _join(path, key), _position(below, node.keys[key]))
        elif isinstance(node.value, list):
            inside = "tahapan" if _BRANCH.fullmatch(path) else path
            for number, below in enumerate(node.value, 1):
                name = self._unused(inside, _name(below) or str(number))
                self._enter(below, _join(inside, name), (below.line, below.column))
                if path.endswith(".pengesahan"):  # the short form of `pengesahan: {oleh: …}`
                    self.positions[f"{path}.oleh.{name}"] = below.line, below.column

    def _enter(self, node: Node, path: str, position: tuple[int, int]) -> None:
        self._paths[id(node)] = path
        self.positions.setdefault(path, position)
        self._walk(node, path)

    def _unused(self, inside: str, name: str) -> str:
        seen = self._names.setdefault(inside, Counter())
        seen[name] += 1
        return name if seen[name] == 1 else f"{name}({seen[name]})"


def _join(path: str, name: str) -> str:
    name = " ".join(name.split())[:60]
    return f"{path}.{name}" if path else name


def _name(node: Node) -> str | None:
    if isinstance(node.value, str):
        return node.value if _ID.fullmatch(node.value) else None
    if not isinstance(node.value, dict):
        return None
    inner = node.value.get("paralel", node)
    named = inner.value if isinstance(inner.value, dict) else {}
    label = named.get("id") or named.get("butir")
    return label.value if label and isinstance(label.value, str) and label.value else None


def _position(node: Node, key: tuple[int, int]) -> tuple[int, int]:
    return (node.line, node.column) if isinstance(node.value, str) and node.value else key
