"""Persons, and who holds which position by which letter."""

from datetime import date, datetime, timedelta
from typing import Annotated

from sop_engine.application.absence import add_absence, end_absence
from sop_engine.application.appoint import appoint as appoint_holder
from sop_engine.application.appoint import end_appointment
from sop_engine.application.decide_proposal import confirm as confirm_proposal
from sop_engine.application.decide_proposal import withdraw as withdraw_proposal
from sop_engine.application.ports import Who
from sop_engine.application.set_up import add_person
from sop_engine.cli.call import Answer, Call
from sop_engine.cli.verbs import argument, day, option, verb, whole
from sop_engine.cli.views import listing, picked, shown, table
from sop_engine.domain.calendar import midnight

Person = Annotated[str, argument("ORANG", "Nomor, alamat surel atau nama lengkap.")]
ProposalNo = Annotated[int, argument("USULAN", "Nomor usulan; lihat `sop holders`.", whole)]
Day = Annotated[date | None, option("--mulai", "TANGGAL", "Bawaan: sekarang.", day)]
LastDay = Annotated[date | None, option("--sampai", "TANGGAL", "Hari terakhir.", day)]


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
    admin: Annotated[bool, option("--admin", "", "Boleh memuat SOP dan mengurus orang dan jabatan.")] = False,
) -> Answer:
    """Write a person down."""
    answer = add_person(call.store, who, name, email, nip, admin)
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
    answer = listing(call, "holders", columns, items, "Belum ada; tunjuk dengan `sop holders appoint`.")
    waiting = [
        picked(made, call.zone, "id act arguments proposed_by proposed_at")
        | {"by": known.person(made.proposed_by).name}
        for made in call.reading.proposals()
    ]
    if waiting:
        call.say("Menunggu persetujuan orang kedua (`sop holders confirm NOMOR`):")
        call.say(table("Usulan=id, Tindakan=act, Diusulkan oleh=by, Pada=proposed_at", waiting))
    return answer | {"proposals": waiting}


@verb(
    "appoint",
    "Tunjuk seseorang memegang jabatan menurut sebuah surat. Jabatan yang mengesahkan memerlukan orang kedua.",
    "sop holders appoint fajar@contoh.invalid staf_rendatin --surat 'SK 12/2027' --sebagai 1",
)
def appoint(
    call: Call,
    who: Who,
    person: Person,
    position: Annotated[str, argument("JABATAN", "Id jabatan menurut berkas organisasi.")],
    surat: Annotated[str, option("--surat", "NOMOR", "Nomor SK atau surat perintah.")],
    kapasitas: Annotated[str, option("--kapasitas", "KAPASITAS", "definitif, plt atau plh.")] = "definitif",
    mulai: Day = None,
    sampai: LastDay = None,
) -> Answer:
    """Let a person hold a position."""
    found = call.person(person)
    from_at = midnight(mulai, call.zone) if mulai else call.store.clock()
    answer = appoint_holder(call.store, who, found.id, position, kapasitas, surat, from_at, _end_of(sampai, call.zone))
    if not say_proposed(call, answer):
        call.say(f"{found.name} memegang jabatan {position} ({kapasitas}) sejak {shown(from_at, call.zone)}.")
        call.carry_on()
    return answer


@verb("end", "Akhiri masa seseorang memegang jabatan.", "sop holders end 21 --sampai 2027-03-31 --sebagai 1")
def end(
    call: Call,
    who: Who,
    holder: Annotated[int, argument("NOMOR", "Nomor menurut `sop holders`.", whole)],
    sampai: LastDay = None,
) -> Answer:
    """End a person's hold on a position."""
    until = _end_of(sampai, call.zone) or call.store.clock()
    answer = end_appointment(call.store, who, holder, until)
    if not say_proposed(call, answer):
        call.say(f"Penunjukan {holder} berakhir {shown(until, call.zone)}; tugas yang terbuka dialihkan.")
        call.carry_on()
    return answer


def say_proposed(call: Call, answer: Answer) -> bool:
    """Tell what a second person has to do, where one is needed."""
    if answer["status"] != "proposed":
        return False
    call.say(
        f"Diusulkan dengan nomor {answer['proposal']}. Ini menyangkut jabatan yang mengesahkan, jadi memerlukan orang "
        f"kedua: admin lain atau atasannya menjalankan `sop holders confirm {answer['proposal']}`."
    )
    return True


@verb("confirm", "Setujui sebagai orang kedua sebuah usulan.", "sop holders confirm 31 --sebagai gita@contoh.invalid")
def confirm(call: Call, who: Who, proposal: ProposalNo) -> Answer:
    """Confirm a proposal."""
    answer = confirm_proposal(call.store, who, proposal)
    call.say(f"Usulan {proposal} disetujui dan berlaku.")
    call.carry_on()
    return answer


@verb("withdraw", "Tarik usulan sendiri, atau tolak usulan orang lain sebagai orang kedua.", "sop holders withdraw 31")
def withdraw(call: Call, who: Who, proposal: ProposalNo) -> Answer:
    """Withdraw a proposal."""
    answer = withdraw_proposal(call.store, who, proposal)
    call.say(f"Usulan {proposal} ditarik; tidak ada yang berubah.")
    return answer


@verb("absence", "Tampilkan siapa tidak hadir kapan, dan siapa penggantinya.", "sop absence")
def absence(call: Call) -> Answer:
    """List the absences."""
    known, now = call.reading.people(), call.store.clock()
    items = [
        picked(away, call.zone, "id person=person_id substitute=substitute_id letter from=from_at until=until_at")
        | {"name": known.person(away.person_id).name, "substitute_name": known.person(away.substitute_id).name}
        | {"current": away.covers(now)}
        for away in known.absences
    ]
    columns = "Nomor=id, Nama=name, Pengganti=substitute_name, Surat=letter, Sejak=from, Sampai=until"
    return listing(call, "absences", columns, items, "Tidak ada yang tercatat; catat dengan `sop absence add`.")


@verb(
    "add",
    "Catat ketidakhadiran seseorang dan penggantinya; berakhir dengan sendirinya.",
    "sop absence add citra@contoh.invalid --pengganti 7 --mulai 2027-01-11 --sampai 2027-01-13 --sebagai 5",
)
def be_absent(
    call: Call,
    who: Who,
    person: Person,
    pengganti: Annotated[str, option("--pengganti", "ORANG", "Siapa yang menggantikan.")],
    sampai: Annotated[date, option("--sampai", "TANGGAL", "Hari terakhir tidak hadir.", day)],
    mulai: Day = None,
    surat: Annotated[str, option("--surat", "NOMOR", "Nomor surat izin atau cuti, bila ada.")] = "",
) -> Answer:
    """Write an absence down."""
    found, substitute = call.person(person), call.person(pengganti)
    from_at = midnight(mulai, call.zone) if mulai else call.store.clock()
    until = midnight(sampai + timedelta(days=1), call.zone)
    answer = add_absence(call.store, who, found.id, substitute.id, surat, from_at, until)
    call.say(f"{found.name} digantikan {substitute.name} sampai {shown(until, call.zone)}.")
    call.carry_on()
    return answer


@verb("end", "Akhiri ketidakhadiran lebih awal.", "sop absence end 40 --sebagai citra@contoh.invalid")
def come_back(
    call: Call, who: Who, number: Annotated[int, argument("NOMOR", "Menurut `sop absence`.", whole)]
) -> Answer:
    """End an absence."""
    answer = end_absence(call.store, who, number)
    call.say(f"Ketidakhadiran {number} berakhir; tugas yang terbuka kembali.")
    call.carry_on()
    return answer


def _end_of(last: date | None, zone: str) -> datetime | None:
    return midnight(last + timedelta(days=1), zone) if last else None
