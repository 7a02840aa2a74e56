"""Lints on the document: numbers, dates, provenance, rules, and what a row of the table leaves open."""

import re
from collections.abc import Iterator
from typing import Any

from sop_engine.domain.definition import Sourced
from sop_engine.errors import Problem
from sop_engine.files.lints.graph import last_stages
from sop_engine.files.lints.subject import Subject, error, instead, warning

_WORD = re.compile(r"[^\W\d_]{3,}")
_EMPTY_WORDS = {
    "dan",
    "atau",
    "yang",
    "dari",
    "untuk",
    "dengan",
    "serta",
    "pada",
    "oleh",
    "hasil",
    "bukti",
    "surat",
}


def numbers_agree(subject: Subject) -> Iterator[Problem]:
    """The annex bears the SOP's own number."""
    identity = subject.definition.identity
    if identity.annex_number and identity.annex_number != identity.number:
        message = (
            f"nomor lampiran {identity.annex_number} berbeda dari nomor SOP {identity.number}; "
            "keduanya disimpan, dan hanya ralat yang ditandatangani dapat membetulkannya"
        )
        yield warning("NOMOR_TIDAK_KONSISTEN", "identitas.nomor_lampiran", message)


def printed_dates(subject: Subject) -> Iterator[Problem]:
    """A revision follows the making; the SOP takes effect on signing, or later without clause 6."""
    identity = subject.definition.identity
    made, revised, effective = (
        day if day and len(day) == 10 else None
        for day in (identity.created_on, identity.revised_on, identity.effective_on)
    )
    if made and revised and revised < made:
        message = f"tanggal revisi {revised} mendahului tanggal pembuatan {made}; periksa kedua tanggal itu"
        yield warning("TANGGAL_REVISI", "identitas.tanggal_revisi", message)
    clause = subject.definition.clause_for("berlaku_saat_ditandatangani")
    signed = max(filter(None, (made, revised)), default=None)
    if signed and effective and (effective != signed if clause else effective < signed):
        because = f"; menurut angka {clause.number} SOP berlaku pada saat ditandatangani" if clause else ""
        message = f"tanggal efektif {effective} berbeda dari tanggal pengesahan {signed}{because}; periksa"
        yield warning("TANGGAL_EFEKTIF", "identitas.tanggal_efektif", message, clause.number if clause else None)


def provenance_told(subject: Subject) -> Iterator[Problem]:
    """Each stage says whether the document or we wrote it, and a reconstruction names its source."""
    definition = subject.definition
    told_above = definition.provenance or "tahapan" in definition.reconstructed
    for path, stage in subject.stages:
        if not (told_above or stage.provenance or stage.reconstructed):
            message = "tidak dikatakan dari mana tahap ini; tulis `asal: dokumen` atau `asal: rekonstruksi`"
            yield warning("ASAL_KOSONG", path, message)
        elif stage.provenance == "rekonstruksi" and not stage.source:
            message = "rekonstruksi tanpa sumber; tulis `sumber:` dari mana tahap ini disusun"
            yield warning("SUMBER_KOSONG", f"{path}.asal", message)


def reconstructed_keys(subject: Subject) -> Iterator[Problem]:
    """`rekonstruksi` lists keys of its own mapping."""
    for path, part in _sourced(subject):
        keys = {str(field.alias or name) for name, field in type(part).model_fields.items()}
        keys |= set(part.model_extra or {})
        for key in part.reconstructed:
            if key not in keys:
                message = f"«{key[:60]}» bukan kunci di bagian ini; {instead(key, keys, 'sebut kunci yang ada')}"
                yield warning("REKONSTRUKSI_TAK_DIKENAL", f"{path}.rekonstruksi".lstrip("."), message)


def _sourced(subject: Subject) -> Iterator[tuple[str, Sourced]]:
    definition = subject.definition
    parts: list[tuple[str, Any]] = [
        ("", definition),
        ("identitas", definition.identity),
        ("identitas.disahkan_oleh", definition.identity.ratified_by),
        ("ruang_lingkup", definition.scope),
        ("jadwal", definition.schedule),
        *((f"jadwal.batas.{limit.id}", limit) for limit in definition.schedule.limits),
        *((f"ketentuan.{clause.number}", clause) for clause in definition.clauses),
        *subject.steps,
    ]
    for path, stage in subject.stages:
        parts += [(f"{path}.keputusan", stage.decision), (f"{path}.pengesahan", stage.sign_off)]
    yield from ((path, part) for path, part in parts if part is not None)


def rules_complete(subject: Subject) -> Iterator[Problem]:
    """`batal_bila_berubah` says what must not change, and only it does; what it protects is written down."""
    for clause in subject.definition.clauses:
        path, voids = f"ketentuan.{clause.number}", clause.rule == "batal_bila_berubah"
        if voids and not clause.objects:
            message = "aturan ini tanpa objek; tulis `objek: [ruang_lingkup, penanggungjawab]` atau salah satunya"
            yield error("OBJEK_KOSONG", f"{path}.aturan", message, clause.number)
        if clause.objects and not voids:
            message = "`objek` hanya untuk aturan `batal_bila_berubah`; hapus kunci ini"
            yield error("OBJEK_TANPA_ATURAN", f"{path}.objek", message, clause.number)
        if "ruang_lingkup" in clause.objects and not subject.definition.scope.model_fields_set:
            message = "`ruang_lingkup` dilindungi ketentuan ini tetapi tidak ditulis; tambahkan `ruang_lingkup:`"
            yield warning("LINGKUP_KOSONG", f"{path}.objek", message, clause.number)


def outputs_are_used(subject: Subject) -> Iterator[Problem]:
    """What a stage brings forth is asked for by a later one (the last ones deliver outside)."""
    ends = last_stages(subject)
    wanted: set[str] = set()
    found = []
    for path, stage in reversed(subject.stages):
        if stage.outputs and wanted and stage.id not in ends and not (wanted & _words(stage.outputs)):
            message = "keluaran tahap ini tidak disebut dalam `kelengkapan` tahap sesudahnya; periksa keduanya"
            found.append(warning("KELUARAN_TAK_TERPAKAI", f"{path}.keluaran", message))
        wanted |= _words(stage.requirements)
    yield from reversed(found)


def _words(texts: tuple[str, ...]) -> set[str]:
    """The words that tell outputs apart; of a text that has no other, `Surat` or `Bukti` too."""
    said = [{word.casefold() for word in _WORD.findall(text)} for text in texts]
    return {word for words in said for word in words - _EMPTY_WORDS or words}


def ends_are_told(subject: Subject) -> Iterator[Problem]:
    """Somebody besides the responsible hears that it is over."""
    ends = last_stages(subject)
    for path, stage in subject.stages:
        if stage.id in ends and not stage.informed:
            message = "SOP dapat berakhir di tahap ini tanpa memberi tahu siapa pun; tulis `tembusan: [JABATAN]`"
            yield warning("AKHIR_TANPA_TEMBUSAN", path, message)
