"""What a lint looks at, and the words all lints share."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from heapq import nsmallest
from itertools import islice

from sop_engine.domain.definition import Block, Definition, Stage, Step
from sop_engine.domain.organisation import Organisation
from sop_engine.errors import Problem

_LONGEST = 300  # characters of a sentence that quotes the file


@dataclass(frozen=True)
class Subject:
    """A definition, the organisation it names where that is known, and the path of each stage."""

    definition: Definition
    organisation: Organisation | None = None

    @cached_property
    def steps(self) -> list[tuple[str, Stage | Block]]:
        """Every stage and block with its path, in the order of the file; an id met again is numbered."""
        seen: Counter[str] = Counter()
        return list(_placed(self.definition.steps, seen))

    @cached_property
    def stages(self) -> list[tuple[str, Stage]]:
        """Every stage with its path."""
        return [(path, step) for path, step in self.steps if isinstance(step, Stage)]

    @cached_property
    def lists(self) -> list[tuple[Step, ...]]:
        """Every list of steps: the main one and each branch."""
        blocks = [step for _, step in self.steps if isinstance(step, Block)]
        return [self.definition.steps, *(branch for block in blocks for branch in block.branches)]

    def positions_of(self, performers: Iterable[str]) -> set[str]:
        """The positions behind performers, a body's members one by one."""
        known = self.organisation
        return {p for name in performers for p in (known.members_of(name) if known else (name,))}


def _placed(steps: tuple[Step, ...], seen: Counter[str]) -> Iterator[tuple[str, Stage | Block]]:
    for step in steps:
        inner = step if isinstance(step, Stage) else step.block
        seen[inner.id] += 1
        name = inner.id if seen[inner.id] == 1 else f"{inner.id}({seen[inner.id]})"
        yield f"tahapan.{name}", inner
        if isinstance(inner, Block):
            for branch in inner.branches:
                yield from _placed(branch, seen)


def performers_of(stage: Stage) -> tuple[str, ...]:
    """Who does a stage's work, positions and bodies as written."""
    return stage.performers or stage.for_each or ()


def error(code: str, path: str, message: str, clause: int | None = None) -> Problem:
    """A fault that makes the file unusable."""
    return Problem(code, message, path, clause=clause)


def warning(code: str, path: str, message: str, clause: int | None = None) -> Problem:
    """Something that runs but deserves a second look."""
    return Problem(code, message, path, severity="warning", clause=clause)


def shortened(sentence: str) -> str:
    """Cut out the middle of a sentence that quotes too much of the file."""
    half = _LONGEST // 2
    return sentence if len(sentence) <= _LONGEST else f"{sentence[:half]} … {sentence[-half:]}"


def instead(word: str, known: Iterable[str], otherwise: str) -> str:
    """Propose the known word nearest to a misspelt one, or say what else to do."""
    word = word[:60]
    letters = set(word)

    def unlike(other: str) -> int:
        return len(letters.symmetric_difference(other)) + abs(len(other) - len(word))

    likely = nsmallest(8, islice(known, 1000), key=unlike)  # comparing for good takes long
    near = get_close_matches(word, likely, n=1, cutoff=0.6)
    return f"mungkin maksudnya `{near[0]}`" if near else otherwise
