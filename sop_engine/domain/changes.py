"""What differs between two texts of an SOP: every change with its path, its kind, before and after.

Compared are values, not spellings of YAML: what is written out and what is the default are the same. A
stage that says `dahulu` is the stage of that former id. `KINDS` classifies every key of the format;
a test fails for one that is missing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from sop_engine.domain.definition import Definition, Stage, Step

Kind = Literal[
    "scope", "responsible", "performer", "stage", "flow", "schedule", "clerical", "rules", "identity"
]  # fmt: skip
Effect = Literal["applies", "frozen", "voids", "refused", "none"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; `effect` is what it alone would do, by `clause` of the SOP's."""

    path: str
    kind: Kind
    before: Any
    after: Any
    effect: Effect = "applies"
    clause: int | None = None

    @property
    def stage(self) -> str:
        """The stage or block it concerns; '' where it concerns none."""
        parts = self.path.split(".")
        return parts[1] if parts[0] == "tahapan" and len(parts) > 1 else ""

    @property
    def key(self) -> str:
        """The key of the stage that changed; '' for a stage added or removed as a whole."""
        parts = self.path.split(".")
        return parts[2] if parts[0] == "tahapan" and len(parts) > 2 else ""


PROVENANCE = ("asal", "sumber", "rekonstruksi")
KINDS: dict[str, Kind] = {  # longest matching path decides; `*` stands for an id
    "format": "rules",
    "sop": "identity",
    "organisasi": "identity",
    "identitas": "identity",
    "identitas.nama": "scope",
    "identitas.nomor_lampiran": "clerical",
    "identitas.disahkan_oleh": "identity",
    "identitas.disahkan_oleh.jabatan": "rules",
    "ruang_lingkup": "scope",
    "penanggungjawab": "responsible",
    "mengetahui": "performer",
    "ketentuan": "rules",
    "jadwal": "schedule",
    "jadwal.siklus": "scope",
    "tahapan": "flow",
    "tahapan.*": "stage",
    "tahapan.*.pelaksana": "performer",
    "tahapan.*.untuk_setiap": "performer",
    "tahapan.*.pengesahan": "performer",
    "tahapan.*.tembusan": "performer",
    "tahapan.*.penanggungjawab": "responsible",
    "tahapan.*.waktu": "schedule",
    "tahapan.*.tidak_sebelum": "schedule",
    "tahapan.*.keputusan": "flow",
    "tahapan.*.bila": "flow",
    "tahapan.*.lalu": "flow",
    "tahapan.*.selesai_bila": "flow",
    "tahapan.*.cabang": "flow",
}
TEXTS = frozenset(
    {
        *("instansi", "unit", "nama", "tempat", "dasar_hukum", "kualifikasi_pelaksana", "keterkaitan", "peralatan"),
        *("peringatan", "pencatatan", "objek", "mulai", "akhir", "keluaran_akhir", "kegiatan", "kelengkapan"),
        *("keluaran", "keterangan", "tanya"),
    }
)  # a person's wording, in which spelling may be mended
_NEGATIONS = frozenset({"tidak", "bukan", "tanpa", "jangan", "belum", "dilarang", "kecuali", "tak", "non"})
_WORD = re.compile(r"\w+")


def changes_between(old: Definition, new: Definition) -> list[Change]:
    """List every difference between two texts, in the order of the file."""
    return [*_document(old, new), *_stages(old, new)]


def names_between(new: Definition) -> dict[str, str]:
    """Give the former ids that a text names → the ids its stages bear in it."""
    return {stage.former_id: stage.id for stage in new.stages() if stage.former_id}


def kind_of(path: str, before: Any = None, after: Any = None) -> Kind:
    """Classify a path of the format; a mended spelling is clerical wherever a person's wording stands."""
    parts = path.split(".")
    if parts[-1] in PROVENANCE:
        return "clerical"
    if parts[0] == "tahapan" and len(parts) > 1:
        parts[1] = "*"
    kind = next(KINDS[known] for end in range(len(parts), 0, -1) if (known := ".".join(parts[:end])) in KINDS)
    mended = parts[-1] in TEXTS and kind not in ("rules",) and parts != ["ruang_lingkup", "unit"]
    return "clerical" if mended and is_clerical(before, after) else kind


def is_clerical(before: Any, after: Any) -> bool:
    """Whether a wording differs in spelling only: two characters of a word, no digit, no word of negation."""
    if isinstance(before, list) and isinstance(after, list):
        pairs = zip(before, after, strict=False)
        return len(before) == len(after) and all(one == other or is_clerical(one, other) for one, other in pairs)
    if not (isinstance(before, str) and isinstance(after, str)):
        return False
    words, others = _WORD.findall(before), _WORD.findall(after)
    differing = [(one, other) for one, other in zip(words, others, strict=False) if one != other]
    return len(words) == len(others) and all(_misspelt(one, other) for one, other in differing)


def _misspelt(one: str, other: str) -> bool:
    if any(character.isdigit() for character in one + other) or {one.casefold(), other.casefold()} & _NEGATIONS:
        return False
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    return sum(max(b - a, d - c) for what, a, b, c, d in blocks if what != "equal") <= 2


def _dump(value: Any) -> dict[str, Any]:
    dumped: dict[str, Any] = value.model_dump(by_alias=True, exclude_defaults=True, mode="json")
    return dumped


def _document(old: Definition, new: Definition) -> Iterator[Change]:
    before, after = _dump(old), _dump(new)
    for dumped in (before, after):
        dumped.pop("tahapan")
    yield from _differences("", before, after)


def _differences(path: str, before: Any, after: Any) -> Iterator[Change]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            yield from _differences(f"{path}.{key}" if path else key, before.get(key), after.get(key))
        return
    named = _named(before), _named(after)
    if None not in named and (named[0] or named[1]):
        yield from _differences(path, *named)
        return
    for whole in (before, after):  # of something new or gone, each key counts for itself
        if isinstance(whole, dict) and (before is None or after is None) and path.count(".") < 1:
            for key, value in whole.items():
                yield from _differences(f"{path}.{key}", *((None, value) if before is None else (value, None)))
            return
    yield Change(path, kind_of(path, before, after), before, after)


def _named(value: Any) -> dict[str, Any] | None:
    """Give a list of mappings that bear an id or a number by these; None for anything else."""
    if value is None:
        return {}
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        return None
    return {str(item.get("id") or item.get("butir") or place): item for place, item in enumerate(value)}


def _stages(old: Definition, new: Definition) -> Iterator[Change]:
    renamed = names_between(new)
    before = {renamed.get(stage.id, stage.id): stage for stage in old.stages()}
    after = {stage.id: stage for stage in new.stages()}
    for name, stage in before.items():
        if name not in after:
            yield Change(f"tahapan.{stage.id}", "stage", _text(stage), None)
            continue
        if stage.id != name:
            yield Change(f"tahapan.{name}.id", "stage", stage.id, name)
        yield from _differences(f"tahapan.{name}", _text(stage), _text(after[name]))
    for name, stage in after.items():
        if name not in before:
            yield Change(f"tahapan.{name}", "stage", None, _text(stage))
    ours = _shape(old.steps, {stage: name for name, each in before.items() for stage in [each.id]}, after)
    theirs = _shape(new.steps, {name: name for name in after}, before)
    if ours != theirs:
        yield Change("tahapan", "flow", ours, theirs)


def _text(stage: Stage) -> dict[str, Any]:
    return {key: value for key, value in _dump(stage).items() if key not in ("id", "dahulu")}


def _shape(steps: tuple[Step, ...], names: dict[str, str], kept: Any) -> list[Any]:
    """Give the order and nesting of the stages both texts have; blocks with their id and quorum."""
    found: list[Any] = []
    for step in steps:
        if isinstance(step, Stage):
            if names[step.id] in kept:
                found.append(names[step.id])
        else:
            branches = [_shape(branch, names, kept) for branch in step.block.branches]
            found.append({"paralel": step.block.id, "cabang": branches, "selesai_bila": step.block.done_when})
    return found
