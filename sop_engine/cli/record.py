"""The record and the calendar: verification, days off, due dates."""

from datetime import date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from sop_engine.application.verify_record import verify_record
from sop_engine.cli.call import Answer, Call
from sop_engine.cli.verbs import verb, whole
from sop_engine.cli.views import local, shown, table
from sop_engine.domain.deadlines import due_of
from sop_engine.domain.expressions import parse_duration
from sop_engine.domain.indonesian import day_date
from sop_engine.storage.record_view import recorded


@verb("audit", "Catatan yang tidak dapat diubah diam-diam: banyaknya entri dan kepala rantainya.", "sop audit")
def audit(call: Call) -> Answer:
    """Show the head of the record."""
    office = call.reading.office()
    call.say(f"{office.head_seq} entri; kepala rantai {office.head_hash}.")
    return {"entries": office.head_seq, "head": office.head_hash}


@verb("verify", "Periksa seluruh catatan: rantai, setiap baris yang tersimpan, dan setiap teks.", "sop audit verify")
def verify(call: Call) -> Answer:
    """Verify the office's record."""
    with recorded(call.store, call.engine.office_id) as record:
        verdict = verify_record(record)
    if verdict.ok:
        call.say(f"Catatan utuh: {verdict.entries} entri, kepala rantai {verdict.head}.", style="green")
    else:
        call.say(f"Catatan TIDAK utuh. Kerusakan pertama pada entri {verdict.fault_seq}: {verdict.fault}.", style="red")
        call.say("Jangan ubah apa pun; amankan salinan basis data dan laporkan kepada pimpinan.")
    fault = None if verdict.ok else {"seq": verdict.fault_seq, "what": verdict.fault}
    return {"ok": verdict.ok, "entries": verdict.entries, "head": verdict.head, "first_fault": fault}


@verb("calendar", "Tampilkan hari libur dan cuti bersama sebuah tahun.", "sop calendar --year 2027")
def calendar(
    call: Call,
    year: Annotated[
        int | None, typer.Option("--year", metavar="TAHUN", parser=whole, help="Tahun; bawaan: tahun ini.")
    ] = None,
) -> Answer:
    """List the days off of a year."""
    known = call.reading.calendar(call.zone)
    shown_year = year or known.local_day(call.now).year
    if not 1 <= shown_year <= 9999:
        raise typer.BadParameter(f"tahun {shown_year} tidak ada di kalender")
    days = known.days_off_between(date(shown_year, 1, 1), date(shown_year, 12, 31))
    decree = known.data.confirmed.get(shown_year)
    call.say(table("Hari", "Libur", rows=((day_date(off), name) for off, name in days)))
    call.say(f"Dasar: {decree}." if decree else f"Belum ada keputusan yang menetapkan hari libur {shown_year}.")
    listed = [{"date": off.isoformat(), "name": name} for off, name in days]
    return {"year": shown_year, "decree": decree, "days_off": listed}


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.replace(".", ":", 1) if "T" in text or " " in text else text)
    except ValueError:
        raise typer.BadParameter(f"«{text}» bukan waktu; tulis seperti 2027-01-04 atau 2027-01-04T09.30") from None


@verb("due", "Hitung tenggat suatu waktu, dengan penjelasannya.", "sop calendar due '5 hari' --sejak 2027-03-08T09.30")
def due(
    call: Call,
    waktu: Annotated[str, typer.Argument(metavar="WAKTU", help="Misalnya '3 hari', '2 jam', '10 hari kalender'.")],
    sejak: Annotated[
        datetime | None,
        typer.Option("--sejak", metavar="TANGGAL[TJAM]", parser=_moment, help="Sejak kapan; bawaan: sekarang."),
    ] = None,
) -> Answer:
    """Work a due date out and say how it came about."""
    try:
        duration = parse_duration(waktu)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    known = call.reading.calendar(call.zone)
    since = call.now
    if sejak:
        opening = sejak.time() == time()
        since = known.opening(sejak.date()) if opening else sejak.replace(tzinfo=ZoneInfo(call.zone))
    found = due_of(duration, since, known)
    assert found is not None  # a duration always has an end
    call.say(f"{shown(found.at, call.zone)}\n{found.explanation}")
    return {"due_at": local(found.at, call.zone), "explanation": found.explanation}
