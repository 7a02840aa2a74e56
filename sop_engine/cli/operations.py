"""Looking at a whole: simulate an SOP, examine an installation."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from sop_engine.application.verify_record import verify_record
from sop_engine.cli.call import Answer, Call, console
from sop_engine.cli.documents import File
from sop_engine.cli.timeline import timeline
from sop_engine.cli.verbs import day, named, verb, whole
from sop_engine.cli.views import shown
from sop_engine.errors import SopError, StoreUnfit
from sop_engine.files.check import check_file
from sop_engine.simulation import Choices
from sop_engine.simulation import simulate as run_simulation
from sop_engine.storage.record_view import recorded
from sop_engine.wiring import journal

_ANSWER = re.compile(r"[^,(]+(?:\([^)]*\))?")


@verb(
    "simulate",
    "Jalankan seluruh SOP pada jam tiruan: siapa mengerjakan apa, kapan, dan surel apa yang dikirim.",
    "sop simulate workflows/396-ort06-3601-2023.yaml --year 2026 --outcome 'verifikasi=tidak(ksb_kul),ya'",
)
def simulate(
    call: Call,
    file: File,
    year: Annotated[
        int | None, typer.Option("--year", metavar="TAHUN", parser=whole, help="Bawaan: tahun tanggal efektif.")
    ] = None,
    start: Annotated[
        date | None, typer.Option("--start", metavar="TANGGAL", parser=day, help="Hari mulai; bawaan: menurut jadwal.")
    ] = None,
    late: Annotated[
        list[str] | None,
        typer.Option("--late", metavar="ID=N", help="Tahap ID selesai N hari kerja sesudah tenggat; dapat diulang."),
    ] = None,
    outcome: Annotated[
        list[str] | None,
        typer.Option("--outcome", metavar="ID=a,b", help="Hasil tahap ID berturut-turut; dapat diulang."),
    ] = None,
) -> Answer:
    """Simulate a definition and show it as a timeline."""
    lateness = {name: whole(number) for name, number in (named(text, "verifikasi=2") for text in late or [])}
    answers = (named(text, "verifikasi=tidak,ya") for text in outcome or [])
    outcomes = {name: [said.strip() for said in _ANSWER.findall(listed)] for name, listed in answers}
    known = {stage.id for stage in check_file(file).require().definition.stages()}
    if unknown := sorted({*lateness, *outcomes} - known):
        raise typer.BadParameter(f"tidak ada tahap {', '.join(unknown)}; tahap SOP ini: {', '.join(sorted(known))}")
    waiting = console(stderr=True)
    with waiting.status("Menjalankan simulasi …") if waiting.is_terminal else waiting:
        report = run_simulation(file, year=year, start=start, choices=Choices(lateness, outcomes))
    if not call.as_json:
        console().print(timeline(report))
    return report


@verb("doctor", "Periksa instalasi: basis data, catatan, surel yang tertahan, dan jam.", "sop doctor")
def doctor(call: Call) -> Answer:
    """Examine everything that can be wrong with an installation."""
    version, mode, synchronous = journal()
    safe = mode == "WAL"
    why = "bebas dari cacat WAL-reset" if safe else "versi ini dapat kehilangan data dalam WAL, jadi dipakai jurnal biasa"
    found = [_check("sqlite", True, f"SQLite {version}, jurnal {mode}, synchronous {synchronous}: {why}")]
    try:
        call.engine  # noqa: B018  opening compares the schema with this version's
        found.append(_check("skema", True, "skema sama dengan versi program ini, pemicu lengkap"))
        found += [_record(call), _mail(call), _clock(call)]
    except SopError as error:
        found.append(_check("skema" if isinstance(error, StoreUnfit) else "konfigurasi", False, str(error)))
    for each in found:
        call.say(f"{'✓' if each['ok'] else '✗'} {each['what']}", style="green" if each["ok"] else "red")
    return {"ok": all(each["ok"] for each in found), "checks": found}


def _check(name: str, ok: bool, what: str) -> dict[str, Any]:
    return {"name": name, "ok": ok, "what": what}


def _record(call: Call) -> dict[str, Any]:
    with recorded(call.store, call.engine.office_id) as record:
        verdict = verify_record(record)
    if verdict.ok:
        return _check("catatan", True, f"catatan utuh: {verdict.entries} entri")
    return _check("catatan", False, f"catatan rusak pada entri {verdict.fault_seq}: {verdict.fault}")


def _mail(call: Call) -> dict[str, Any]:
    waiting, oldest, failed = call.reading.unsent()
    stuck = oldest is not None and (call.now - oldest).total_seconds() > 3600
    words = f"{waiting} surel menunggu" + (f", tertua sejak {shown(oldest, call.zone)}" if oldest else "")
    words += f"; {failed} gagal" if failed else ""
    return _check("surel", not stuck and not failed, words + ("; jalankan `sop worker`" if stuck else ""))


def _clock(call: Call) -> dict[str, Any]:
    last, now = call.reading.office().head_at, call.now
    words = f"jam komputer {shown(now, call.zone)}"
    if now < last:
        words += f", lebih awal daripada catatan terakhir {shown(last, call.zone)}; betulkan jam komputer"
    return _check("jam", now >= last, words)
