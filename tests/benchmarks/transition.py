"""Complete-a-task against the floor: `python -m tests.benchmarks.transition --json`.

One engine runs first, untimed, to prepare the floor's rows; then engine and floor work through the
same commands in turns, each on its own copy of the same store, one caller and one commit each. At
the end both stores must hold the same rows.
"""

import itertools
import json
import re
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sop_engine.application.answer_sign_off import approve
from sop_engine.application.complete_task import complete_task
from sop_engine.application.ports import Who
from sop_engine.storage import sqlite
from sop_engine.storage.shelf import Shelf
from sop_engine.storage.store import SqliteStore
from sop_engine.wiring import parse_definition, parse_organisation
from tests.benchmarks.floor import ORDER, Floor, Prepared, Snapshot, prepare
from tests.office import OPENING, SOP_396, Office

CASES, CHUNK = 160, 20
OFFERED = (
    "SELECT MIN(t.id), t.person_id, r.stage, r.id, r.case_id FROM tasks t JOIN stage_runs r"
    " ON r.office_id = t.office_id AND r.id = t.run_id WHERE t.office_id = ? AND t.state = 'offered'"
    " GROUP BY r.id ORDER BY r.id"
)
ASKED = "SELECT id, case_id FROM sign_offs WHERE office_id = ? AND state = 'requested' ORDER BY id"


@dataclass
class Act:
    """One command: a task to complete, or a sign-off to give (untimed)."""

    case_id: int
    who: Who
    task: int | None = None
    sign_off: int | None = None
    said: dict[str, Any] = field(default_factory=dict)

    def perform(self, store: SqliteStore) -> None:
        if self.task is not None:
            complete_task(store, self.who, self.task, **self.said)
        else:
            approve(store, self.who, self.sign_off or 0)


def office_with_cases(folder: Path) -> Office:
    """An office in which many cases of SOP 396, without its clause 5, have started."""
    office = Office(folder).settle()
    body = SOP_396.read_text("utf-8")
    edition = office.in_force(re.sub(r"aturan: tidak_berlaku_saat_berakhir", "", body))
    for _ in range(CASES):
        office.start(edition)
    return office


def copy_of(office: Office, name: str) -> SqliteStore:
    """A second store with the same rows, clock and salts."""
    path = str(Path(office.settings.database_path).with_name(name))
    source = sqlite.connect(office.settings.database_path, writing=False)
    source.execute("PRAGMA query_only=OFF")
    source.execute("VACUUM INTO ?", (path,))
    source.close()
    salts = (f"{number:032x}" for number in itertools.count(10**6))
    return SqliteStore(path, lambda: OPENING, Shelf(parse_definition, parse_organisation), salts.__next__)


def record(office: Office, store: SqliteStore, rounds: int) -> list[tuple[Act, Prepared]]:
    """Let people work breadth first through the stages, and prepare what each act writes."""
    made: list[tuple[Act, Prepared]] = []

    def do(act: Act) -> None:
        before = Snapshot(store.writer.connection, act.case_id)
        act.perform(store)
        after = Snapshot(store.writer.connection, act.case_id)
        made.append((act, prepare((office.id, act.task) if act.task else None, before, after)))

    for _ in range(rounds):
        for task, person, stage, _, case in store.query(OFFERED, (office.id,)):
            said = {"result": f"Keluaran {stage}", **office.usual(stage, task)}
            do(Act(case, office.who(person), task=task, said=said))
        for asked, case in store.query(ASKED, (office.id,)):
            do(Act(case, office.who("sekretaris"), sign_off=asked))
    return made


@dataclass
class Side:
    """What one side took."""

    seconds: float = 0
    cpu: float = 0
    each: list[float] = field(default_factory=list)

    def time(self, work: Any, timed: bool) -> None:
        cpu, start = time.process_time(), time.perf_counter()
        work()
        if timed:
            self.each.append(time.perf_counter() - start)
            self.seconds += self.each[-1]
            self.cpu += time.process_time() - cpu


def compare(engine: SqliteStore, floor: Floor) -> None:
    """Both stores must hold the same rows."""
    for table in ORDER:
        rows = [
            connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4, 5").fetchall()
            for connection in (engine.writer.connection, floor.connection)
        ]
        assert rows[0] == rows[1], f"{table} differs"


def probe(folder: Path, count: int = 400) -> float:
    """One-row commits per second on the same disk, journal and durability."""
    connection = sqlite.connect(str(folder / "probe.db"), writing=True)
    connection.execute("CREATE TABLE t (n INTEGER)")
    start = time.perf_counter()
    for number in range(count):
        connection.execute("INSERT INTO t VALUES (?)", (number,))
    connection.close()
    return count / (time.perf_counter() - start)


def many_callers(store: SqliteStore, acts: list[Act], callers: int = 32) -> float:
    """Commands per second when several threads call at once (the first stage of every case)."""
    queue = iter(acts)
    lock = threading.Lock()

    def call() -> None:
        while True:
            with lock:
                act = next(queue, None)
            if act is None:
                return
            act.perform(store)

    threads = [threading.Thread(target=call) for _ in range(callers)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(acts) / (time.perf_counter() - start)


def main() -> dict[str, Any]:
    """Measure; gives the figures of design §11."""
    with tempfile.TemporaryDirectory(prefix="sop-bench-") as name:
        folder = Path(name)
        office = office_with_cases(folder)
        stores = {side: copy_of(office, f"{side}.db") for side in ("recording", "engine", "floor", "crowd")}
        work = record(office, stores["recording"], rounds=9)
        stores["floor"].close()
        floor = Floor(stores["floor"].path)
        sides = {"engine": Side(), "floor": Side()}
        for start in range(0, len(work), CHUNK):
            chunk = work[start : start + CHUNK]
            for act, _ in chunk:
                sides["engine"].time(lambda act=act: act.perform(stores["engine"]), act.task is not None)
            for act, prepared in chunk:
                sides["floor"].time(lambda prepared=prepared: floor.write(prepared), act.task is not None)
        compare(stores["engine"], floor)
        first = [act for act, _ in work[:CASES]]
        first[0].perform(stores["crowd"])  # reads the definition
        crowd = many_callers(stores["crowd"], first[1:])
        engine_side, floor_side = sides["engine"], sides["floor"]
        count = len(engine_side.each)
        percentiles = statistics.quantiles(engine_side.each, n=100)
        figures = {
            "engine_per_s": round(count / engine_side.seconds, 1),
            "floor_per_s": round(count / floor_side.seconds, 1),
            "ratio": round(floor_side.seconds / engine_side.seconds, 3),
            "p50_ms": round(percentiles[49] * 1000, 3),
            "p99_ms": round(percentiles[98] * 1000, 3),
            "cpu_ratio": round(engine_side.cpu / floor_side.cpu, 2),
            "probe": round(probe(folder), 1),
            "callers_32_per_s": round(crowd, 1),
            "commands": count,
        }
        for store in (stores["recording"], stores["engine"], stores["crowd"]):
            store.close()
        office.close()
        return figures


if __name__ == "__main__":
    found = main()
    if "--json" not in sys.argv:
        for key, value in found.items():
            sys.stdout.write(f"{key:>18}: {value}\n")
    sys.stdout.write(json.dumps(found) + "\n")
