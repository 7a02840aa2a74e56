"""Persons, and who holds which position by which letter."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from sop_engine.application.appoint import appoint as appoint_holder
from sop_engine.application.appoint import end_appointment
from sop_engine.application.ports import Who
from sop_engine.application.set_up import add_person
from sop_engine.cli.call import Answer, Call
from sop_engine.cli.verbs import argument, day, option, verb, whole
from sop_engine.cli.views import listing, picked, shown


@verb("people", "Tampilkan orang-orang kantor ini dan jabatan yang dipegangnya.", "sop people")
def people(call: Call) -> Answer:
    """List the persons."""
    items = [
        picked(person, call.zone, "id name email") | {"positions": call.positions_of(person.id)}
        for person in call.reading.people().persons.values()
    ]
    columns = "Nomor=id, Nama=name, Surel=email, Jabatan=positions"
    return listing(call, "people", columns, items, "Belum ada orang yang terdaftar.")


@verb("add", "Daftarkan seseorang.", "sop people add 'Fajar Contoh' fajar@contoh.invalid --sebagai 1")
def add(
    call: Call,
    who: Who,
    name: Annotated[str, argument("NAMA", "Nama lengkap.")],
    email: Annotated[str, argument("SUREL", "Alamat surel dinas.")],
    nip: Annotated[str | None, option("--nip", "NIP", "Nomor induk pegawai, bila ada.")] = None,
) -> Answer:
    """Write a person down."""
    answer = add_person(call.store, who, name, email, nip)
    call.say(f"{name} terdaftar dengan nomor {answer['person']}. Berikutnya: `sop holders appoint`.")
    return answer


@verb("holders", "Tampilkan siapa memegang jabatan apa, menurut surat apa.", "sop holders")
def holders(call: Call) -> Answer:
    """List who holds or held which position."""
    known, now = call.reading.people(), call.store.clock()
    items = [
        picked(held, call.zone, "id person=person_id position capacity letter from=from_at until=until_at")
        | {"name": known.person(held.person_id).name, "current": held.holds(now)}
        for held in known.holders
    ]
    columns = "Nomor=id, Jabatan=position, Nama=name, Kapasitas=capacity, Surat=letter, Sejak=from, Sampai=until"
    return listing(call, "holders", columns, items, "Belum ada; tunjuk dengan `sop holders appoint`.")


@verb(
    "appoint",
    "Tunjuk seseorang memegang jabatan menurut sebuah surat.",
    "sop holders appoint fajar@contoh.invalid staf_rendatin --surat 'SK 12/2027' --sebagai 1",
)
def appoint(
    call: Call,
    who: Who,
    person: Annotated[str, argument("ORANG", "Nomor, alamat surel atau nama lengkap.")],
    position: Annotated[str, argument("JABATAN", "Id jabatan menurut berkas organisasi.")],
    surat: Annotated[str, option("--surat", "NOMOR", "Nomor SK atau surat perintah.")],
    kapasitas: Annotated[str, option("--kapasitas", "KAPASITAS", "definitif, plt atau plh.")] = "definitif",
    mulai: Annotated[date | None, option("--mulai", "TANGGAL", "Bawaan: sekarang.", day)] = None,
) -> Answer:
    """Let a person hold a position."""
    found = call.person(person)
    from_at = _midnight(mulai, call.zone) if mulai else call.store.clock()
    answer = appoint_holder(call.store, who, found.id, position, kapasitas, surat, from_at)
    call.say(f"{found.name} memegang jabatan {position} ({kapasitas}) sejak {shown(from_at, call.zone)}.")
    return answer


@verb("end", "Akhiri masa seseorang memegang jabatan.", "sop holders end 21 --sampai 2027-03-31 --sebagai 1")
def end(
    call: Call,
    who: Who,
    holder: Annotated[int, argument("NOMOR", "Nomor menurut `sop holders`.", whole)],
    sampai: Annotated[date | None, option("--sampai", "TANGGAL", "Hari terakhir; bawaan: sekarang.", day)] = None,
) -> Answer:
    """End a person's hold on a position."""
    until = _midnight(sampai + timedelta(days=1), call.zone) if sampai else call.store.clock()
    answer = end_appointment(call.store, who, holder, until)
    call.say(f"Penunjukan {holder} berakhir {shown(until, call.zone)}.")
    return answer


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
