"""The web under an open load, with few and with many open cases: `python -m tests.benchmarks.web --json [CASES]`.

Requests leave at fixed moments whether or not the ones before have been answered, and each latency counts from the
moment it was due to leave. The same people have the same work at both sizes, so that what grows is the store alone.
"""

import asyncio
import json
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx2

from sop_engine.application.appoint import appoint
from sop_engine.application.load_edition import load_edition
from sop_engine.application.ratify_edition import sign_edition
from sop_engine.application.set_up import load_document
from sop_engine.application.start_case import start_case
from sop_engine.storage import sqlite
from sop_engine.wiring import parse_definition
from tests.office import Office, calendar_data
from tests.web.serving import in_a_process

CLERKS, EACH = 10, 100  # people whose requests are measured, and open tasks of each
FEW, MANY = 1_000, 100_000  # open cases
SECONDS, RATE, BESIDE = 60, 25, 10  # measured requests a second, and empty pages and commits a second beside them

ORGANISATION = """
format: organisasi/1
id: besar
nama: Kantor Besar
unit: {{tata: {{nama: Tata Usaha}}}}
jabatan:
  kepala: {{nama: Kepala Kantor, unit: tata}}
{clerks}
"""
SOP = """
format: sop/1
sop: surat-{number}
identitas: {{nomor: {number}/UJI/2027, nama: Surat, disahkan_oleh: {{jabatan: kepala}}}}
penanggungjawab: kepala
organisasi: besar
jadwal: {{siklus: per_permohonan, pengingat: [1 hari sebelum, saat tenggat], eskalasi: [1 hari sesudah]}}
tahapan:
  - {{id: tulis, kegiatan: Menulis surat, pelaksana: {clerk}, waktu: 2 hari, keluaran: [Surat]}}
  - {{id: kirim, kegiatan: Mengirim surat, pelaksana: kepala, waktu: 2 hari, kelengkapan: [Surat]}}
"""


def clerks() -> list[str]:
    """The positions: those measured, and one that has all other work."""
    return [f"petugas_{number}" for number in range(CLERKS)] + ["lain"]


def office_with(folder: Path, cases: int) -> Office:
    """An office with so many open cases, begun one by one by the real command."""
    office = Office(folder)
    root = office.who(0)
    of_clerks = "\n".join(f"  {one}: {{nama: {one.title()}, unit: tata, atasan: kepala}}" for one in clerks())
    load_document(office.store, root, "organisation", "besar", ORGANISATION.format(clerks=of_clerks))
    load_document(office.store, root, "calendar", "indonesia", calendar_data().model_dump_json())
    office.person["admin"] = office.add("Admin", "admin@contoh.invalid", admin=True)
    for position in ("kepala", *clerks()):
        office.person[position] = office.add(position.title(), f"{position}@contoh.invalid")
        appoint(office.store, root, office.person[position], position, "definitif", "SK 1", office.at)
    for number, clerk in enumerate(clerks()):
        loaded = load_edition(
            office.store, office.who("admin"), SOP.format(clerk=clerk, number=number + 1), parse_definition
        )
        sign_edition(office.store, office.who("kepala"), loaded["edition"], loaded["digest"])
        for _ in range(EACH if clerk != "lain" else cases - CLERKS * EACH):
            start_case(office.store, office.who("kepala"), loaded["edition"])
    return office


@dataclass
class Load:
    """What is sent in a run, and how long each kind of request took."""

    took: dict[str, list[float]] = field(default_factory=dict)
    unlike: list[str] = field(default_factory=list)  # answers that were not what they should be

    async def at(self, moment: float, kind: str, send: Callable[[], Awaitable[str]]) -> None:
        """Send at a moment; how long it took counts from then, however late it left."""
        await asyncio.sleep(max(0.0, moment - time.perf_counter()))
        said = await send()
        self.took.setdefault(kind, []).append(time.perf_counter() - moment)
        if said:
            self.unlike.append(f"{kind}: {said}")


async def requests(address: str, office: Office, folder: Path) -> Load:
    """Send a minute of requests: inboxes and completed tasks in turns, empty pages and bare commits beside them."""
    here = {"sec-fetch-site": "same-origin"}
    limits = httpx2.Limits(max_connections=200)
    browsers = [
        httpx2.AsyncClient(
            base_url=address, headers=here, limits=limits, timeout=60,
            cookies={"sop": office.engine.sessions.open(office.person[clerk], "sandi+totp")},
        )
        for clerk in clerks()[:CLERKS]
    ]  # fmt: skip
    tasks = [[task for task, person, _ in office.open_tasks() if person == office.person[c]] for c in clerks()[:CLERKS]]
    work = [(clerk, task) for turn in zip(*tasks, strict=True) for clerk, task in enumerate(turn)]
    forms = [await form(browsers[clerk], task) for clerk, task in work[: SECONDS * RATE // 2 + 1]]
    probe, load = Probe(folder), Load()

    async def inbox(number: int) -> str:
        answer = await browsers[number % CLERKS].get("/tugas")
        return "" if answer.status_code == 200 and "Menulis surat" in answer.text else answer.text[:200]

    async def complete(number: int) -> str:
        clerk, task = work[number]
        answer = await browsers[clerk].post(f"/tugas/{task}/selesai", data=forms[number])
        return "" if answer.status_code == 303 else answer.text[:200]

    async def empty(_: int) -> str:
        return "" if (await browsers[0].get("/ada-di-sini-tidak")).status_code == 404 else "not the empty page"

    async def commit(_: int) -> str:
        return await asyncio.to_thread(probe.commit)

    begun = time.perf_counter() + 1
    kinds = {"inbox": (inbox, RATE / 2, 0.0), "complete": (complete, RATE / 2, 0.5)}
    beside = {"empty": (empty, BESIDE, 0.25), "commit": (commit, BESIDE, 0.75)}
    sent = [
        load.at(begun + (number + shift) / rate, kind, partial(send, number))
        for kind, (send, rate, shift) in (kinds | beside).items()
        for number in range(int(SECONDS * rate))
    ]
    await asyncio.gather(*sent)
    for browser in browsers:
        await browser.aclose()
    return load


async def form(browser: httpx2.AsyncClient, task: int) -> dict[str, str]:
    """What a browser sends with the form of a task's page."""
    page = (await browser.get(f"/tugas/{task}")).text
    hidden = {name: re.search(f'name="{name}" value="([^"]*)"', page) for name in ("_tanda", "_kunci", "_versi")}
    return {name: found[1] for name, found in hidden.items() if found} | {"hasil": "Ada."}


class Probe:
    """A row committed on the same disk with the same journal."""

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite.connect(str(folder / "probe.db"), writing=True)
        self._connection.execute("CREATE TABLE t (x)")

    def commit(self) -> str:
        """Commit one row."""
        self._connection.execute("INSERT INTO t VALUES (1)")
        return ""


def run(cases: int) -> dict[str, Any]:
    """Measure an office with so many open cases; milliseconds."""
    with tempfile.TemporaryDirectory(prefix="sop-web-") as name:
        folder, begun = Path(name), time.perf_counter()
        office = office_with(folder, cases)
        built = time.perf_counter() - begun
        with in_a_process(office) as address:
            load = asyncio.run(requests(address, office, folder))
        office.close()
    if load.unlike:
        raise AssertionError(f"{len(load.unlike)} answers, the first: {load.unlike[0]}")
    p99 = {kind: statistics.quantiles(took, n=100)[98] * 1000 for kind, took in load.took.items()}
    bound = p99["empty"] + p99["commit"]
    medians = {f"{kind}_p50_ms": round(statistics.median(took) * 1000, 1) for kind, took in load.took.items()}
    return {
        "open_cases": cases,
        "built_s": round(built),
        **{f"{kind}_p99_ms": round(each, 1) for kind, each in p99.items()},
        **medians,
        **{f"{kind}_over_floor": round(p99[kind] / bound, 2) for kind in ("inbox", "complete")},
    }


def main(many: int) -> dict[str, Any]:
    """Measure both sizes; gives the figures and how they compare."""
    small, large = run(FEW), run(many)
    ratios = {kind: large[f"{kind}_p99_ms"] / small[f"{kind}_p99_ms"] for kind in ("inbox", "complete")}
    return {"few": small, "many": large, **{f"{kind}_growth": round(ratio, 2) for kind, ratio in ratios.items()}}


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:] if one.isdigit()]
    sys.stdout.write(json.dumps(main(*given or [MANY]), indent=1) + "\n")
