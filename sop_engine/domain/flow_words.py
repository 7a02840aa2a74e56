"""The words of the flow: where an outcome leads, and the names no stage may bear."""

import re
from dataclasses import dataclass
from typing import Literal

RESERVED = frozenset(
    {
        "lanjut",
        "selesai",
        "semua",
        "kembali",
        "ke",
        "ya",
        "tidak",
        "mulai",
        "akhir",
        "dilewati",
        "pelaksana",
        "tanya",
    }
)

_TARGET = re.compile(r"(?P<back>kembali )?ke (?P<stage>[a-z][a-z0-9_]{0,39})")


@dataclass(frozen=True, slots=True)
class Target:
    """Where an outcome leads: on, to the end, back to a stage or forward to one."""

    text: str
    kind: Literal["next", "end", "back", "forward"]
    stage: str = ""


def parse_target(text: str) -> Target:
    """Read `lanjut`, `selesai`, `kembali ke ID` or `ke ID`; anything else is a ValueError."""
    if text == "lanjut":
        return Target(text, "next")
    if text == "selesai":
        return Target(text, "end")
    match = _TARGET.fullmatch(text)
    if not match:
        raise ValueError("tulis `lanjut`, `selesai`, `kembali ke ID` atau `ke ID`")
    return Target(text, "back" if match["back"] else "forward", match["stage"])
