"""Every change of a real record is detected against a checkpoint; what is missed without one is shown too."""

import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from sop_engine.application.export_record import exported
from sop_engine.application.verify_record import verify_record
from sop_engine.domain.record import chained
from sop_engine.storage.record_view import SqlRecord
from tests.attachments import PNG, attach, detach_last
from tests.office import Office

Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def finished(office: Office) -> Office:
    """A whole case of SOP 396, with words in it."""
    office.start(office.in_force())
    attach(office, "disposisi", "Surat.txt", b"Perihal: permintaan LKj\n")
    attach(office, "disposisi", "Foto.png", PNG)
    attach(office, "disposisi", "Keliru.txt", b"Bukan ini.\n")
    detach_last(office, "disposisi")
    office.to_the_end()
    return office


class Altered(SqlRecord):
    """The record read from rows that somebody may have changed, by the store's own code."""

    def __init__(self, rows: Rows, real: SqlRecord) -> None:
        super().__init__(real._run, real._office, real._shelf)
        self.rows = rows

    def _rows(self, statement: str, *parameters: int) -> Iterator[tuple[Any, ...]]:
        asked = " ".join(map(str, (statement, *parameters)))
        if asked not in self.rows:
            self.rows[asked] = [tuple(row) for row in self._run(statement, (self._office, *parameters))]
        yield from self.rows[asked]


def cells(rows: Rows) -> Iterator[tuple[str, int, int, int]]:
    """Every byte of every stored field: statement, row, column, byte."""
    for statement, found in rows.items():
        for number, row in enumerate(found):
            for column, value in enumerate(row):
                for byte in range(len(raw_of(value))) if value is not None else ():
                    yield statement, number, column, byte


def raw_of(value: Any) -> bytearray:
    return bytearray(value if isinstance(value, bytes) else str(value).encode())


def flipped(value: Any, byte: int, bit: int) -> Any:
    raw = raw_of(value)
    raw[byte] ^= bit
    if isinstance(value, bytes):
        return bytes(raw)
    if isinstance(value, int):
        return int(raw) if raw.isdigit() and int(raw) != value else value + 1
    return raw.decode(errors="surrogateescape")


def missed(record: Altered, heads: dict[int, str], places: list[tuple[str, int, int, int]], bit: int) -> list[Any]:
    found = []
    for statement, number, column, byte in places:
        row = record.rows[statement][number]
        damaged = (*row[:column], flipped(row[column], byte, bit), *row[column + 1 :])
        record.rows[statement][number] = damaged
        if verify_record(record, heads).ok:
            found.append((statement[:60], number, column, byte))
        record.rows[statement][number] = row
    return found


def told(record: Altered) -> tuple[str, str, dict[int, str]]:
    """Read all once; gives the statements of head and entries, and a checkpoint."""
    verdict = verify_record(record)
    assert verdict.ok, verdict
    named = {part: next(s for s in record.rows if part in s) for part in ("head_seq", "prev_hash")}
    return named["head_seq"], named["prev_hash"], {verdict.entries: verdict.head}


def test_a_flipped_byte_is_seen(finished: Office) -> None:
    with finished.store.snapshot() as run:
        record = Altered({}, SqlRecord(run, finished.id, finished.store.shelf))
        heads = told(record)[2]
    places = list(cells(record.rows))
    chosen = random.Random(396).sample(places, 400)

    assert missed(record, heads, chosen, 1) == missed(record, heads, chosen[:100], 32) == []
    delivered = [place for place in places if "FROM files" in place[0]]
    assert len(delivered) > 50
    assert missed(record, heads, delivered, 1) == []
    print(f"flips: 500 of {len(places)} bytes, all seen")


@pytest.mark.long
def test_every_flipped_byte_is_seen(finished: Office) -> None:
    with finished.store.snapshot() as run:
        record = Altered({}, SqlRecord(run, finished.id, finished.store.shelf))
        heads = told(record)[2]
    places = list(cells(record.rows))  # minutes: all is read, and PostgreSQL ends a transaction that idles

    assert missed(record, heads, places, 1) == []
    print(f"flips: {len(places)} of {len(places)} bytes, all seen")


def rechained(entries: list[tuple[Any, ...]], start: str, first: int) -> list[tuple[Any, ...]]:
    """Write the entries from `first` on anew, as a forger who knows the format would."""
    made, prev = entries[: first - 1], entries[first - 2][5] if first > 1 else start
    for seq, kind, case, body, _, _ in entries[first - 1 :]:
        forged = body.replace('"channel":"uji"', '"channel":"web"').replace('"channel":"ticker"', '"channel":"web"')
        made = [*made, (seq, kind, case, forged, prev, chained(prev, forged))]
        prev = made[-1][5]
    return made


def test_rows_removed_doubled_swapped_cut_or_rewritten_are_seen(finished: Office) -> None:
    with finished.store.snapshot() as run:
        record = Altered({}, SqlRecord(run, finished.id, finished.store.shelf))
        head, chain, heads = told(record)
        counts = dict.fromkeys(("deleted", "doubled", "swapped", "cut", "rewritten"), 0)

        def seen(what: str, statement: str, rows: list[tuple[Any, ...]]) -> None:
            kept, record.rows[statement] = record.rows[statement], rows
            assert not verify_record(record, heads).ok, (what, statement[:60])
            record.rows[statement] = kept
            counts[what] += 1

        for statement, rows in list(record.rows.items()):
            for at in range(len(rows)) if statement != head else ():
                seen("deleted", statement, rows[:at] + rows[at + 1 :])
                seen("doubled", statement, rows[: at + 1] + rows[at:])
        (
            entries,
            (start, *_),
        ) = record.rows[chain], record.rows[head][0]
        for at in range(len(entries) - 1):
            seen("swapped", chain, [*entries[:at], entries[at + 1], entries[at], *entries[at + 2 :]])
        unseen = 0
        for at in range(1, len(entries) + 1):
            for what, changed in (("cut", entries[:-at]), ("rewritten", rechained(entries, start, at))):
                record.rows[head] = [(start, len(changed), changed[-1][5] if changed else start)]
                seen(what, chain, changed)
                record.rows[chain] = changed
                faults = verify_record(record).fault
                unseen += what == "rewritten" and not faults
                record.rows[chain] = entries
        assert unseen == len(entries)  # the negative control: without a checkpoint a full rewrite is missed
    print(counts, f"missed without a checkpoint: {unseen} rewritings")


def test_an_export_is_checked_by_its_own_verifier(finished: Office, tmp_path: Path) -> None:
    source = (resources.files("sop_engine") / "periksa.py").read_bytes()
    assert len(source.splitlines()) <= 150
    case = finished.store.query("SELECT MIN(id) FROM cases")[0][0]
    for case_id in (None, case):
        folder = tmp_path / str(case_id)
        with finished.store.snapshot() as run:
            record = SqlRecord(run, finished.id, finished.store.shelf)
            _, seq, head = record.head()
            files = dict(exported(record, case_id)) | {"periksa.py": source}
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)

        def checked(*heads: str, folder: Path = folder) -> tuple[int, str]:
            command = [sys.executable, "-I", "-S", str(folder / "periksa.py"), str(folder), *heads]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            return done.returncode, done.stdout

        assert checked(f"{seq}:{head}")[0] == 0, checked(f"{seq}:{head}")
        assert checked(f"{seq + 1}:{head}")[0] == checked(f"{seq}:{'0' * 64}")[0] == 1
        damaged = [name for name in files if name.endswith(("jsonl", "yaml")) or name.startswith("berkas/")]
        assert sum(name.startswith("berkas/") for name in damaged) == 2  # the third was taken back
        for name in damaged:
            damage: list[Callable[[bytes], bytes]] = [lambda body: body[: len(body) // 2], lambda body: body.swapcase()]
            for change in damage:
                (folder / name).write_bytes(change(files[name]))
                code, out = checked(f"{seq}:{head}")
                assert (code, "TIDAK UTUH" in out) == (1, True), (name, out)
            (folder / name).write_bytes(files[name])


def test_a_stage_that_says_something_else_than_when_it_ended_breaks_its_seal(finished: Office) -> None:
    class Reworded(SqlRecord):
        def stage_digest(self, revision_id: int, stage: str) -> str:
            return "0" * 64

    with finished.store.snapshot() as run:
        assert "segel stage_runs/" in verify_record(Reworded(run, finished.id, finished.store.shelf)).fault
