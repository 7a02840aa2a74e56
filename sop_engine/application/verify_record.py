"""Verify an office's record: the chain itself, and that every row says what the record says."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Protocol

from sop_engine.domain.editions import digest_of
from sop_engine.domain.record import Entry, Told, Verdict, fault_in_text, file_as_told, seal_of, verify
from sop_engine.domain.state import Attachment, Entity, Revision, Run, Written


class Row(NamedTuple):
    """A row that has a life: its fields as an event records them, and apart from them a revision's text."""

    cls: type[Entity]
    id: int
    image: dict[str, Any]
    body: str

    @property
    def key(self) -> str:
        """Its name in the record."""
        return f"{self.cls.table}/{self.id}"


class RecordView(Protocol):
    """One moment of an office's store: everything below belongs to the same snapshot."""

    def head(self) -> tuple[str, int, str]:
        """Give the hash the chain starts from, the number of its last entry and that entry's hash."""

    def entries(self) -> Iterable[Entry]:
        """Read every entry in the order of its number."""

    def images(self) -> Iterable[Row]:
        """Read every edition, revision, case, run, task, sign-off and attachment."""

    def texts(self) -> Iterable[Written]:
        """Read every kept text; an erased one has an empty body."""

    def file(self, number: int) -> bytes | None:
        """Give the bytes of an attachment, none of one that was taken back; None where their row is gone."""

    def stage_text(self, revision_id: int, stage: str) -> str:
        """Give the canonical text of a stage in a revision."""

    def stage_digest(self, revision_id: int, stage: str) -> str:
        """Give the digest of that text."""


def verify_record(record: RecordView, checkpoints: Mapping[int, str] | None = None) -> Verdict:
    """Verify chain, rows, seals and texts, and the chain against checkpoints from outside (see `verify`).

    Gives the first fault, with the entry that told of what is faulty; 0 where none did.
    """
    genesis, seq, head = record.head()
    told = Told()
    try:
        verdict = verify(record.entries(), genesis, seq, head, checkpoints, told)
        found = (_row_unlike_record(record, told) or _text_unlike_record(record, told)) if verdict.ok else None
    except (ValueError, TypeError, KeyError):  # what can't even be read was not written by us
        return Verdict(seq, head, 0, "ada catatan atau baris yang tidak dapat dibaca")
    return Verdict(verdict.entries, verdict.head, *found) if found else verdict


def _row_unlike_record(record: RecordView, told: Told) -> tuple[int, str] | None:
    for row in record.images():
        cls, key, image = row.cls, row.key, row.image
        if told.rows.pop(key, None) != image:
            return told.last.get(key, 0), f"baris {key} tidak sama dengan catatan"
        if cls is Revision and digest_of(row.body) != image["digest"]:
            return told.last[key], f"naskah {key} bukan naskah yang dicatat"
        if cls is Attachment and not file_as_told(image, record.file(row.id)):
            return told.last[key], f"isi berkas {key} bukan yang dicatat"
        if cls is Run and not _seal_holds(record, image):
            return told.last[key], f"segel {key} tidak cocok dengan isi atau naskah tahapnya"
    lost = next(iter(told.rows), None)
    return (told.last[lost], f"baris {lost} tercatat tetapi hilang") if lost else None


def _seal_holds(record: RecordView, run: dict[str, Any]) -> bool:
    if run["state"] not in ("completed", "returned"):
        return run["seal"] is None
    return bool(run["seal"] == seal_of(run, record.stage_digest(run["revision_id"], run["stage"])))


def _text_unlike_record(record: RecordView, told: Told) -> tuple[int, str] | None:
    for written in record.texts():
        seq, digest = told.texts.pop(written.id, (0, ""))
        if digest != written.digest or (written.body and fault_in_text(written)):
            return seq, f"teks {written.id} bukan teks yang dicatat"
    lost = next(iter(told.texts), None)
    return (told.texts[lost][0], f"teks {lost} tercatat tetapi hilang") if lost else None
