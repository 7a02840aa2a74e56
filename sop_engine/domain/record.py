"""The record: canonical bytes, one hash chain per office, verification and `fold`.

`hash = SHA-256(tag ‖ previous hash ‖ body)`; the body is RFC 8785 canonical JSON and is stored as
the very bytes that were hashed. Only text, whole numbers within ±2⁵³, booleans, null, lists and
maps with ASCII keys occur, so a compact, key-sorted dump is canonical (a test compares it with an
independent implementation).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydantic_core import from_json

from sop_engine.domain.state import Event, Written, instant_text

TAG, SEAL_TAG = b"sop-audit-v1\0", b"sop-seal-v1\0"
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


class Entry(NamedTuple):
    """One stored row of the chain; `kind` and `case_id` repeat what the body says."""

    seq: int
    kind: str
    case_id: int | None
    body: str
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification found: how many entries, the head, and the first fault if any."""

    entries: int
    head: str
    fault_seq: int | None = None
    fault: str = ""

    @property
    def ok(self) -> bool:
        """Whether the chain is whole."""
        return self.fault_seq is None


@dataclass(slots=True)
class Told:
    """What the record says, gathered while its entries are read once."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)  # row → the entry that set it last
    texts: dict[int, tuple[int, str]] = field(default_factory=dict)  # text → its entry and digest

    def hear(self, body: dict[str, Any]) -> None:
        """Take in one entry's body."""
        seq, rows, last = body["seq"], self.rows, self.last
        for key, fields in body["sets"].items():
            if key in rows:
                rows[key].update(fields)
            else:
                rows[key] = fields
            last[key] = seq
        for fact in body["facts"].values():
            if type(fact) is dict and fact.keys() == {"text", "digest"}:
                self.texts[fact["text"]] = seq, fact["digest"]


def body_of(event: Event) -> str:
    """Write an event as the canonical text that is hashed and stored."""
    return _encode(
        {
            "seq": event.seq,
            "kind": event.kind,
            "at": instant_text(event.at),
            "actor": event.actor.image(),
            "case": event.case_id,
            "facts": event.facts,
            "sets": event.sets,
        }
    )


def chained(prev: str, body: str) -> str:
    """Give the hash that binds a body to everything before it, in hex."""
    return hashlib.sha256(TAG + bytes.fromhex(prev) + body.encode()).hexdigest()


def genesis(installation: str) -> str:
    """Give the hash an office's chain starts from; it names the installation."""
    return hashlib.sha256(TAG + installation.encode()).hexdigest()


def canonical(value: Any) -> bytes:
    """Write a value as RFC 8785 canonical JSON."""
    return _encode(value).encode()


def seal_of(run: Mapping[str, Any], stage_digest: str) -> str:
    """Give the seal of an ended run's image: it binds the stage's text to who did what when, with which result."""
    said = {name: value for name, value in run.items() if name not in ("seal", "version")}
    return hashlib.sha256(SEAL_TAG + canonical({"stage": stage_digest, "run": said})).hexdigest()


def text_digest(salt: str, body: str) -> str:
    """Give the salted digest by which an event refers to a person's words."""
    return hashlib.sha256(bytes.fromhex(salt) + body.encode()).hexdigest()


def verify(
    entries: Iterable[Entry],
    start: str,
    head_seq: int,
    head_hash: str,
    checkpoints: Mapping[int, str] | None = None,
    told: Told | None = None,
) -> Verdict:
    """Read every entry once and compare: sequence, links, hashes, the columns beside the body, the head.

    `checkpoints` came from outside: entry number → its hash, or the first 12 characters of it or more.
    """
    count, prev, anchors = 0, start, checkpoints or {}
    for entry in entries:
        count += 1
        body = None if (fault := _fault_in(entry, count, prev)) else from_json(entry.body)
        if body and (body["seq"], body["kind"], body["case"]) != (entry.seq, entry.kind, entry.case_id):
            fault = "kolom di samping isi catatan diubah"
        if not entry.hash.startswith(anchors.get(count, "")):
            fault = fault or f"sidik entri {count} berbeda dari titik periksa {anchors[count]}; catatan ditulis ulang"
        if fault:
            return Verdict(count, prev, entry.seq, fault)
        if told and body:
            told.hear(body)
        prev = entry.hash
    if count != head_seq or prev != head_hash:
        return Verdict(count, prev, count + 1, "catatan terakhir hilang atau kepala rantai diubah")
    if (highest := max(anchors, default=0)) > count:
        lost = f"catatan berakhir pada entri {count}, padahal titik periksa menyebut entri {highest}; ekornya dibuang"
        return Verdict(count, prev, count + 1, lost)
    return Verdict(count, prev)


def _fault_in(entry: Entry, seq: int, prev: str) -> str:
    if entry.seq != seq:
        return f"nomor urut melompat: seharusnya {seq}"
    if entry.prev_hash != prev:
        return "tidak tersambung dengan catatan sebelumnya"
    return "" if chained(prev, entry.body) == entry.hash else "isi catatan diubah"


def fault_in_text(written: Written) -> bool:
    """Tell whether a kept text is no longer the one its event refers to; a salt is lower-case hex only."""
    return (
        bytes.fromhex(written.salt).hex() != written.salt or text_digest(written.salt, written.body) != written.digest
    )


def file_as_told(attachment: Mapping[str, Any], body: bytes | None) -> bool:
    """Tell whether an attachment's bytes are those its image tells of: none any more where it was taken back."""
    if body is None or attachment["state"] == "withdrawn":
        return body == b""
    return [len(body), hashlib.sha256(body).hexdigest()] == [attachment["size"], attachment["digest"]]


def fold(bodies: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Rebuild every edition, revision, case, run, task and sign-off from the record alone."""
    told = Told()
    for body in bodies:
        told.hear(from_json(body))
    return told.rows
