"""The draft of an SOP's next edition: the text as it is, with number and dates left empty (design §5, rule 5)."""

import re

from sop_engine.errors import SopError
from sop_engine.files.nodes import Tree

EMPTIED = ("nomor", "nomor_lampiran", "tanggal_pembuatan", "tanggal_revisi", "tanggal_efektif")
_VALUE = re.compile(r"(?P<key>\s*[\w-]+:)(?P<value>.*?)(?P<comment>\s+#.*)?$")


def emptied(text: str) -> str:
    """Give the text with the keys of its identity block that belong to one edition left empty, comments kept."""
    root = Tree(text).root
    identity = root.value.get("identitas") if root and isinstance(root.value, dict) else None
    lines = text.splitlines()
    for key, (line, column) in (identity.keys if identity else {}).items():
        if key not in EMPTIED:
            continue
        if lines[line - 1][: column - 1].strip():
            raise SopError(
                f"Baris {line} memuat beberapa kunci `identitas` sekaligus. Tulis satu kunci per baris, lalu ulangi."
            )
        found = _VALUE.fullmatch(lines[line - 1])
        assert found is not None  # a key that stands alone in its line
        lines[line - 1] = found["key"] + (found["comment"] or "")
    return "\n".join(lines) + "\n"
