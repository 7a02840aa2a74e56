"""Text where the format has text: found before the models see it, for they would take a mapping apart."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from sop_engine.files.nodes import Node
from sop_engine.files.schema import choices_at, root_of

Choices = list[dict[str, Any]]


def misshapen(root: Node, model: type[BaseModel]) -> Iterator[Node]:
    """Yield every list and mapping that stands where only a text may stand; what is in it is not looked at."""
    below: dict[tuple[int, str | None], Choices] = {}  # the schema of a model stays, and so do its ids

    def beneath(choices: Choices, part: str | None) -> Choices:
        way = (id(choices), part)
        if way not in below:
            below[way] = choices_at(choices, 0 if part is None else part, model)
        return below[way]

    def walk(node: Node, choices: Choices) -> Iterator[Node]:
        if isinstance(node.value, str) or not choices:  # a key nobody knows is told by the models
            return
        if not any(choice.get("type") in ("object", "array") for choice in choices):
            yield node
        elif isinstance(node.value, dict):
            for key, inner in node.value.items():
                yield from walk(inner, beneath(choices, key))
        else:
            for inner in node.value:
                yield from walk(inner, beneath(choices, None))

    return walk(root, root_of(model))
