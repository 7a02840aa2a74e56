"""Verify an office's record: the chain itself, and that every row says what the record says."""

import json
from collections.abc import Iterable
from typing import Any, Protocol

from sop_engine.domain.editions import digest_of
from sop_engine.domain.record import Entry, Verdict, fault_in_text, fold, verify
from sop_engine.domain.state import Entity, Revision, Written


class RecordView(Protocol):
    """One moment of an office's store: everything below belongs to the same snapshot."""

    def head(self) -> tuple[str, int, str]:
        """Give the hash the chain starts from, the number of its last entry and that entry's hash."""

    def entries(self) -> Iterable[Entry]:
        """Read every entry in the order of its number."""

    def entities(self) -> Iterable[Entity]:
        """Read every edition, revision, case, run, task and sign-off."""

    def texts(self) -> Iterable[Written]:
        """Read every kept text; an erased one has an empty body."""


def verify_record(record: RecordView) -> Verdict:
    """Verify chain, rows and texts; gives the first fault, with the entry that told of what is faulty."""
    genesis, seq, head = record.head()
    try:
        verdict = verify(record.entries(), genesis, seq, head)
        found = (_row_unlike_record(record) or _text_unlike_record(record)) if verdict.ok else None
    except (ValueError, TypeError, KeyError):  # what can't even be read was not written by us
        return Verdict(seq, head, 0, "ada catatan atau baris yang tidak dapat dibaca")
    return Verdict(verdict.entries, verdict.head, *found) if found else verdict


def _row_unlike_record(record: RecordView) -> tuple[int, str] | None:
    told = fold(entry.body for entry in record.entries())
    for entity in record.entities():
        key = f"{entity.table}/{entity.id}"
        if told.pop(key, None) != entity.image():
            return _last_told(record, key), f"baris {key} tidak sama dengan catatan"
        if isinstance(entity, Revision) and digest_of(entity.body) != entity.digest:
            return _last_told(record, key), f"naskah {key} bukan naskah yang dicatat"
    lost = next(iter(told), None)
    return (_last_told(record, lost), f"baris {lost} tercatat tetapi hilang") if lost else None


def _last_told(record: RecordView, key: str) -> int:
    """Find the last entry that set a row; 0 for a row the record never mentions."""
    return max((entry.seq for entry in record.entries() if key in json.loads(entry.body)["sets"]), default=0)


def _text_unlike_record(record: RecordView) -> tuple[int, str] | None:
    told = dict(_texts_told(record.entries()))
    for written in record.texts():
        seq, digest = told.pop(written.id, (0, ""))
        if digest != written.digest or (written.body and fault_in_text(written)):
            return seq, f"teks {written.id} bukan teks yang dicatat"
    lost = next(iter(told), None)
    return (told[lost][0], f"teks {lost} tercatat tetapi hilang") if lost else None


def _texts_told(entries: Iterable[Entry]) -> Iterable[tuple[int, tuple[int, str]]]:
    for entry in entries:
        facts: dict[str, Any] = json.loads(entry.body)["facts"]
        for fact in facts.values():
            if isinstance(fact, dict) and fact.keys() == {"text", "digest"}:
                yield fact["text"], (entry.seq, fact["digest"])
