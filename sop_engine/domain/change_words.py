"""Changes between two texts in words, as whoever must decide about them reads them."""

from typing import Any

from sop_engine.domain.definition import Definition
from sop_engine.domain.verdicts import Judgement, Weighed

EFFECTS = {
    "applies": "berlaku",
    "frozen": "tidak berlaku (sudah selesai)",
    "voids": "SOP batal",
    "refused": "ditolak",
    "none": "-",
}


def verdict_words(judged: Judgement, old: Definition) -> str:
    """Say what a verdict means, as the ratifying official reads it."""
    clause = old.clause_for("batal_bila_berubah")
    kahar = old.clause_for("revisi_karena_kahar")
    basis = f" Dasar: angka {clause.number} «{clause.text}»" if clause else ""
    ground = f" dengan dasar keadaan kahar (angka {kahar.number})" if kahar else " dengan alasan tertulis"
    frozen = any(each.effect == "frozen" for each in judged.changes)
    return {
        "none": "Kedua naskah sama; tidak ada yang berubah.",
        "correction": "Hanya pembetulan tulisan: cukup ralat yang ditandatangani pejabat yang mengesahkan.",
        "revision": f"Revisi: dapat diterima{ground}, dan berlaku sejak ditandatangani."
        + (" Tahap yang sudah selesai tetap menurut naskah lama." if frozen else ""),
        "void": f"Bila ditandatangani, seluruh SOP ini batal beserta semua kasusnya; tidak dapat dipulihkan.{basis}",
        "refused": f"Ditolak. {judged.refusal}",
    }[judged.verdict]


def row(each: Weighed, old: Definition, new: Definition) -> tuple[str, str, str, str, str]:
    """Say one change: where it is, both values, the number of its clause, its effect."""
    change = each.change
    return (
        place(each, old, new),
        value_words(change.before),
        value_words(change.after),
        str(each.clause or "-"),
        EFFECTS[each.effect],
    )


def place(each: Weighed, old: Definition, new: Definition) -> str:
    """Name where a change is: a stage by its number and activity, anything else by its path."""
    stages = {stage.id: stage for stage in (*old.stages(), *new.stages())}
    stage = stages.get(each.change.stage)
    if stage is None:
        return "urutan tahapan" if each.change.path == "tahapan" else each.change.path.replace(".", ": ")
    key = each.change.path.removeprefix(f"tahapan.{stage.id}").lstrip(".").replace(".", ": ")
    new_or_gone = "tahap baru" if each.change.before is None else "tahap dihapus"
    return f"{stage.number or stage.id} «{stage.activity}»: {key or new_or_gone}"


def value_words(value: Any) -> str:
    """Write a value of a definition in one line; a dash for none."""
    if isinstance(value, dict):
        return str(value.get("kegiatan") or "; ".join(f"{key}: {value_words(each)}" for key, each in value.items()))
    if isinstance(value, list):
        return "; ".join(map(value_words, value)) or "-"
    return "-" if value in (None, "") else str(value)
