"""What changed between two texts, word by word. Pure."""

import re
from difflib import SequenceMatcher

WORDS = 1000  # of a longer text lines are compared, of one with more lines the whole


def differences(before: str, after: str) -> list[tuple[str, str]]:
    """Cut two texts into what both have (`''`), what only the first had (`-`) and what only the second has (`+`)."""
    before, after = f"{before} ", f"{after} "  # so that a last word is like any other
    old, new = (re.findall(r"\S+\s*|\s+", text) for text in (before, after))
    if max(len(old), len(new)) > WORDS:
        old, new = before.splitlines(True), after.splitlines(True)
    if max(len(old), len(new)) > WORDS:  # comparing takes the square of it
        old, new = [before], [after]
    found: list[tuple[str, str]] = []
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(("", "".join(old[old_from:old_to])))
            continue
        gone, come = "".join(old[old_from:old_to]), "".join(new[new_from:new_to])
        found += [(mark, text) for mark, text in (("-", gone), ("+", come)) if text]
    return found
