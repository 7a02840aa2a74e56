"""The record and the calendar: verification, days off, due dates."""

from datetime import date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

from sop_engine.application.verify_record import verify_record
from sop_engine.cli.call import Answer, Call
from sop_engine.cli.verbs import argument, moment, option, reader, verb
from sop_engine.cli.views import local, shown, table
from sop_engine.domain.deadlines import due_of
from sop_engine.domain.expressions import Duration, parse_duration
from sop_engine.domain.record import Verdict
from sop_engine.storage.record_view import recorded


@verb("audit", "Catatan kantor ini: berapa entri, dan kepala rantainya.", "sop audit")
def audit(call: Call) -> Answer:
    """Show the head of the record."""
    office = call.reading.office()
    call.say(f"{office.head_seq} entri; kepala rantai {office.head_hash}.")
    return {"entries": office.head_seq, "head": office.head_hash}


def verdict_on(call: Call) -> Verdict:
    """Verify the office's record as it stands at this moment."""
    with recorded(call.store, call.engine.office_id) as record:
        return verify_record(record)


@verb("verify", "Periksa seluruh catatan: rantainya, setiap baris yang tersimpan, setiap teks.", "sop audit verify")
def verify(call: Call) -> Answer:
    """Verify the office's record."""
    verdict = verdict_on(call)
    if verdict.ok:
        call.say(f"Catatan utuh: {verdict.entries} entri, kepala rantai {verdict.head}.", style="green")
    else:
        call.say(f"Catatan TIDAK utuh. Kerusakan pertama pada entri {verdict.fault_seq}: {verdict.fault}.", style="red")
        call.say("Jangan ubah apa pun; amankan salinan basis data dan laporkan kepada pimpinan.")
    fault = None if verdict.ok else {"seq": verdict.fault_seq, "what": verdict.fault}
    return {"ok": verdict.ok, "entries": verdict.entries, "head": verdict.head, "first_fault": fault}


_year = reader(lambda text: date(int(text), 1, 1).year, "bukan tahun; tulis seperti 2027")
_duration = reader(parse_duration)


@verb("calendar", "Tampilkan hari libur dan cuti bersama sebuah tahun.", "sop calendar --year 2027")
def calendar(
    call: Call, year: Annotated[int | None, option("--year", "TAHUN", "Bawaan: tahun ini.", _year)] = None
) -> Answer:
    """List the days off of a year."""
    known = call.reading.calendar(call.zone)
    year = year or known.local_day(call.store.clock()).year
    days = known.days_off_between(date(year, 1, 1), date(year, 12, 31))
    decree = known.data.confirmed.get(year)
    items = [{"date": off, "name": name} for off, name in days]
    call.say(table("Hari=date, Libur=name", items))
    call.say(f"Dasar: {decree}." if decree else f"Belum ada keputusan yang menetapkan hari libur {year}.")
    return {"year": year, "decree": decree, "days_off": items}


@verb("due", "Hitung tenggat suatu waktu, dengan penjelasannya.", "sop calendar due '5 hari' --sejak 2027-03-08T09.30")
def due(
    call: Call,
    waktu: Annotated[Duration, argument("WAKTU", "Misalnya '3 hari', '2 jam', '10 hari kalender'.", _duration)],
    sejak: Annotated[
        datetime | None, option("--sejak", "TANGGAL[TJAM]", "Bawaan: sekarang; tanpa jam: jam buka.", moment)
    ] = None,
) -> Answer:
    """Work a due date out and say how it came about."""
    known, since = call.reading.calendar(call.zone), call.store.clock()
    if sejak:
        at_opening = sejak.time() == time()
        since = known.opening(sejak.date()) if at_opening else sejak.replace(tzinfo=ZoneInfo(call.zone))
    found = due_of(waktu, since, known)
    assert found is not None  # a duration always has an end
    call.say(f"{shown(found.at, call.zone)}\n{found.explanation}")
    return {"due_at": local(found.at, call.zone), "explanation": found.explanation}
