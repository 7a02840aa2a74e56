"""Persons, and who holds which position by which letter."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from sop_engine.application.ports import Who
from sop_engine.application.set_up import add_person, appoint as appoint_holder, end_appointment
from sop_engine.cli.call import Answer, Call
from sop_engine.cli.verbs import day, verb, whole
from sop_engine.cli.views import local, shown, table

PersonName = Annotated[str, typer.Argument(metavar="ORANG", help="Nomor, alamat surel atau nama lengkap.")]


@verb("people", "Tampilkan orang-orang kantor ini dan jabatan yang dipegangnya.", "sop people")
def people(call: Call) -> Answer:
    """List the persons."""
    known, now = call.people, call.now
    listed = [
        {
            "id": person.id,
            "name": person.name,
            "email": person.email,
            "positions": [h.position for h in known.holders if h.person_id == person.id and h.holds(now)],
        }
        for person in known.persons.values()
    ]
    rows = ((p.id, p.name, p.email, ", ".join(each["positions"])) for p, each in zip(known.persons.values(), listed))
    call.say(table("Nomor", "Nama", "Surel", "Jabatan", rows=rows) if listed else "Belum ada orang yang terdaftar.")
    return {"people": listed}


@verb("add", "Daftarkan seseorang.", "sop people add 'Fajar Contoh' fajar@contoh.invalid --sebagai admin@contoh.invalid")
def add(
    call: Call,
    who: Who,
    name: Annotated[str, typer.Argument(metavar="NAMA", help="Nama lengkap.")],
    email: Annotated[str, typer.Argument(metavar="SUREL", help="Alamat surel dinas.")],
    nip: Annotated[str | None, typer.Option("--nip", metavar="NIP", help="Nomor induk pegawai, bila ada.")] = None,
) -> Answer:
    """Write a person down."""
    answer = add_person(call.store, who, name, email, nip)
    call.say(f"{name} terdaftar dengan nomor {answer['person']}. Tunjuk jabatannya dengan `sop holders appoint`.")
    return answer


@verb("holders", "Tampilkan siapa memegang jabatan apa, menurut surat apa.", "sop holders")
def holders(call: Call) -> Answer:
    """List who holds or held which position."""
    known, now = call.people, call.now
    listed = [
        {
            "id": holder.id,
            "person": holder.person_id,
            "name": known.person(holder.person_id).name,
            "position": holder.position,
            "capacity": holder.capacity,
            "letter": holder.letter,
            "from": local(holder.from_at, call.zone),
            "until": local(holder.until_at, call.zone),
            "current": holder.holds(now),
        }
        for holder in known.holders
    ]
    rows = (
        (h.id, h.position, each["name"], h.capacity, h.letter, shown(h.from_at, call.zone), shown(h.until_at, call.zone))
        for h, each in zip(known.holders, listed, strict=True)
    )
    headings = ("Nomor", "Jabatan", "Nama", "Kapasitas", "Surat", "Sejak", "Sampai")
    call.say(table(*headings, rows=rows) if listed else "Belum ada pemegang jabatan; tunjuk dengan `sop holders appoint`.")
    return {"holders": listed}


@verb(
    "appoint",
    "Tunjuk seseorang memegang jabatan menurut sebuah surat.",
    "sop holders appoint fajar@contoh.invalid staf_rendatin --surat 'SK 12/2027' --sebagai admin@contoh.invalid",
)
def appoint(
    call: Call,
    who: Who,
    person: PersonName,
    position: Annotated[str, typer.Argument(metavar="JABATAN", help="Id jabatan menurut berkas organisasi.")],
    surat: Annotated[str, typer.Option("--surat", metavar="NOMOR", help="Nomor SK atau surat perintah.")],
    kapasitas: Annotated[
        str, typer.Option("--kapasitas", metavar="KAPASITAS", help="definitif, plt atau plh.")
    ] = "definitif",
    mulai: Annotated[
        date | None, typer.Option("--mulai", metavar="TANGGAL", parser=day, help="Sejak tanggal ini; bawaan: sekarang.")
    ] = None,
) -> Answer:
    """Let a person hold a position."""
    found = call.person(person)
    from_at = _midnight(mulai, call.zone) if mulai else call.now
    answer = appoint_holder(call.store, who, found.id, position, kapasitas, surat, from_at)
    call.say(f"{found.name} memegang jabatan {position} ({kapasitas}) sejak {shown(from_at, call.zone)}.")
    return answer


@verb(
    "end",
    "Akhiri masa seseorang memegang jabatan.",
    "sop holders end 21 --sampai 2027-03-31 --sebagai admin@contoh.invalid",
)
def end(
    call: Call,
    who: Who,
    holder: Annotated[int, typer.Argument(metavar="NOMOR", parser=whole, help="Nomor menurut `sop holders`.")],
    sampai: Annotated[
        date | None,
        typer.Option("--sampai", metavar="TANGGAL", parser=day, help="Hari terakhir; bawaan: berakhir sekarang."),
    ] = None,
) -> Answer:
    """End a person's hold on a position."""
    until = _midnight(sampai + timedelta(days=1), call.zone) if sampai else call.now
    answer = end_appointment(call.store, who, holder, until)
    call.say(f"Penunjukan {holder} berakhir {shown(until, call.zone)}.")
    return answer


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
