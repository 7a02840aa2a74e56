"""Looking at a whole: simulate an SOP, examine an installation."""

import re
from datetime import date, datetime
from typing import Annotated, Any

import typer

from sop_engine.cli.call import Answer, Call, console
from sop_engine.cli.documents import File
from sop_engine.cli.timeline import timeline
from sop_engine.cli.verbs import day, option, pairs, verb, whole
from sop_engine.cli.views import shown
from sop_engine.errors import SopError, StoreUnfit
from sop_engine.files.check import check_file
from sop_engine.simulation import Choices
from sop_engine.simulation import simulate as run_simulation
from sop_engine.storage import schema
from sop_engine.wiring import journal

_ANSWER = re.compile(r"[^,(]+(?:\([^)]*\))?")
_STUCK_SECONDS = 3600
_LATE_TICKS = 3  # after so many missed ticks background work counts as stopped


def _answers(text: str) -> list[str]:
    return [said.strip() for said in _ANSWER.findall(text)]


@verb(
    "simulate",
    "Jalankan seluruh SOP pada jam tiruan: siapa mengerjakan apa, kapan, dan surel apa yang dikirim.",
    "sop simulate workflows/396-ort06-3601-2023.yaml --year 2026 --outcome 'verifikasi=tidak(ksb_kul),ya'",
)
def simulate(
    call: Call,
    file: File,
    year: Annotated[int | None, option("--year", "TAHUN", "Bawaan: tahun tanggal efektif.", whole)] = None,
    start: Annotated[date | None, option("--start", "TANGGAL", "Hari mulai; bawaan: menurut jadwal.", day)] = None,
    late: Annotated[
        list[str] | None, option("--late", "ID=N", "Tahap ID terlambat N hari kerja; dapat diulang.")
    ] = None,
    outcome: Annotated[list[str] | None, option("--outcome", "ID=a,b", "Hasil tahap ID berturut-turut.")] = None,
) -> Answer:
    """Simulate a definition and show it as a timeline."""
    choices = Choices(pairs(late, "verifikasi=2", whole), pairs(outcome, "verifikasi=tidak,ya", _answers))
    known = [stage.id for stage in check_file(file).require().definition.stages()]
    if unknown := sorted({*choices.late, *choices.outcomes} - {*known}):
        raise typer.BadParameter(f"tidak ada tahap {', '.join(unknown)}; tahap SOP ini: {', '.join(known)}")
    waiting = console(stderr=True)
    with waiting.status("Menjalankan simulasi …") if waiting.is_terminal else waiting:
        report = run_simulation(file, year=year, start=start, choices=choices)
    call.say(timeline(report))
    return report


@verb("doctor", "Periksa instalasi: basis data, catatan, surel yang tertahan, pekerjaan latar, dan jam.", "sop doctor")
def doctor(call: Call) -> Answer:
    """Examine everything that can be wrong with an installation."""
    version, mode, synchronous = journal()
    reason = "bebas dari cacat WAL-reset" if mode == "WAL" else "versi ini dapat kehilangan data dalam WAL"
    found = [_check("sqlite", True, f"SQLite {version}, jurnal {mode}, synchronous {synchronous}: {reason}")]
    try:
        look = (_record, _mail, _background, _witnesses, _clock)
        examined = [each(call) for each in look]  # opening compares the schema first
        found += [
            _check("skema", True, f"skema sama dengan versi program ini, sidik {schema.fingerprint()[:12]}"),
            *examined,
        ]
    except SopError as error:
        found.append(_check("skema" if isinstance(error, StoreUnfit) else "konfigurasi", False, str(error)))
    for each in found:
        call.say(f"{'✓' if each['ok'] else '✗'} {each['what']}", style="green" if each["ok"] else "red")
    return {"ok": all(each["ok"] for each in found), "checks": found}


def _check(name: str, ok: bool, what: str) -> dict[str, Any]:
    return {"name": name, "ok": ok, "what": what}


def _record(call: Call) -> dict[str, Any]:
    verdict = call.engine.verdict()
    fault = f"catatan rusak pada entri {verdict.fault_seq}: {verdict.fault}; lihat `sop audit verify`"
    return _check("catatan", verdict.ok, f"catatan utuh: {verdict.entries} entri" if verdict.ok else fault)


def _mail(call: Call) -> dict[str, Any]:
    waiting, oldest, failed = call.reading.unsent()
    stuck = oldest is not None and (call.store.clock() - oldest).total_seconds() > _STUCK_SECONDS
    words = f"{waiting} surel menunggu" + (f", tertua sejak {shown(oldest, call.zone)}" if oldest else "")
    words += (f"; {failed} gagal dikirim" if failed else "") + ("; jalankan `sop worker`" if stuck else "")
    return _check("surel", not stuck and not failed, words)


def _background(call: Call) -> dict[str, Any]:
    beats, now = call.reading.heartbeats(), call.store.clock()
    last = {what: beats.get(name) for name, what in (("reminders", "pengingat"), ("outbox", "antrean surel"))}
    allowed = _LATE_TICKS * call.settings.tick_seconds
    stopped = any(at and (now - at).total_seconds() > allowed for at in last.values())
    words = "; ".join(f"{what} {_since(at, call.zone)}" for what, at in last.items())
    advice = "" if all(last.values()) and not stopped else "; jalankan `sop worker` atau `sop serve`"
    return _check("latar", not stopped, f"{words}{advice}")


def _witnesses(call: Call) -> dict[str, Any]:
    """Without witnesses a rewritten record would pass as whole: told, but no fault of the installation."""
    if not call.settings.witness_addresses:
        return _check("saksi", True, "belum ada saksi di luar kantor; isi SOP_WITNESSES dengan dua alamat surel")
    last = call.store.last_checkpoint(call.engine.office_id)
    when = f"terakhir {shown(last, call.zone)}" if last else "belum pernah dikirim; jalankan `sop worker`"
    return _check("saksi", True, f"titik periksa kepada {len(call.settings.witness_addresses)} saksi, {when}")


def _since(at: datetime | None, zone: str) -> str:
    return f"terakhir diperiksa {shown(at, zone)}" if at else "belum pernah diperiksa"


def _clock(call: Call) -> dict[str, Any]:
    last, now = call.reading.office().head_at, call.store.clock()
    behind = f", lebih awal daripada catatan terakhir ({shown(last, call.zone)}); betulkan jam komputer"
    return _check("jam", now >= last, f"jam komputer {shown(now, call.zone)}" + (behind if now < last else ""))
