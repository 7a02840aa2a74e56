"""The record and the calendar: verification, days off, due dates."""

import re
from datetime import date, datetime, time
from email import message_from_bytes
from email.policy import default
from importlib import resources
from pathlib import Path
from typing import Annotated, Any
from zipfile import ZIP_DEFLATED, ZipFile
from zoneinfo import ZoneInfo

import typer

from sop_engine.application.checkpoint import checkpoint as queue_checkpoint
from sop_engine.application.export_record import exported
from sop_engine.application.ports import Who
from sop_engine.cli.call import Answer, Call
from sop_engine.cli.verbs import argument, moment, option, reader, verb, whole
from sop_engine.cli.views import local, shown, table
from sop_engine.domain.deadlines import due_of
from sop_engine.domain.expressions import Duration, parse_duration
from sop_engine.domain.state import Actor
from sop_engine.errors import SopError
from sop_engine.storage.record_view import recorded


@verb("audit", "Catatan kantor ini: berapa entri, dan kepala rantainya.", "sop audit")
def audit(call: Call) -> Answer:
    """Show the head of the record."""
    office = call.reading.office()
    call.say(f"{office.head_seq} entri; kepala rantai {office.head_hash}.")
    return {"entries": office.head_seq, "head": office.head_hash}


def _head(text: str) -> tuple[int, str]:
    found = re.fullmatch(r"([0-9]{1,15}):([0-9a-f]{12,64})", text.strip().lower())
    if not found or not int(found[1]):
        raise ValueError
    return int(found[1]), found[2]


def _mailed_head(path: str) -> tuple[int, str]:
    """Read number and hash out of a saved checkpoint mail or its text."""
    mail = message_from_bytes(Path(path).read_bytes(), policy=default)
    part = mail.get_body(("plain",)) if mail["Subject"] else None
    text = part.get_content() if part else Path(path).read_text("utf-8")
    found = re.search(r"Nomor\s*:?\s*([0-9.]+)[^:]*Sidik digital:[\s>]*((?:[0-9a-f][\s>]*){64})", text)
    if not found:
        raise ValueError
    return int(found[1].replace(".", "")), "".join(re.findall("[0-9a-f]", found[2]))


_kepala = reader(_head, "bukan titik periksa; tulis NOMOR:SIDIK dengan 12 sampai 64 huruf sidik, misalnya 120:3f9a0c…")
_surat = reader(_mailed_head, "tidak memuat nomor dan sidik digital; berikan surel titik periksa yang disimpan")


def _one_each(heads: list[tuple[int, str]]) -> dict[int, str]:
    """Give number → hash, the longest where one was given short; two that contradict are refused."""
    found: dict[int, str] = {}
    for number, digest in heads:
        longer, shorter = sorted((digest, found.get(number, "")), key=len, reverse=True)
        if not longer.startswith(shorter):
            raise typer.BadParameter(f"dua titik periksa nomor {number} bertentangan; catatan dibuat dalam dua versi")
        found[number] = longer
    return found


@verb(
    "verify",
    "Periksa seluruh catatan: rantainya, setiap baris, segel dan teks; juga terhadap titik periksa dari luar.",
    "sop audit verify --kepala 120:3f9a0c51b2de",
)
def verify(
    call: Call,
    kepala: Annotated[
        list[Any] | None, option("--kepala", "NOMOR:SIDIK", "Dari kaki surel mana pun; dapat diulang.", _kepala)
    ] = None,
    titik_periksa: Annotated[
        list[Any] | None, option("--titik-periksa", "FILE", "Surel titik periksa yang disimpan; dapat diulang.", _surat)
    ] = None,
) -> Answer:
    """Verify the office's record."""
    checkpoints = _one_each([*(kepala or []), *(titik_periksa or [])])
    verdict = call.engine.verdict(checkpoints)
    if verdict.ok:
        call.say(f"Catatan utuh: {verdict.entries} entri, kepala rantai {verdict.head}.", style="green")
        call.say(f"Titik periksa dari luar yang cocok: {len(checkpoints)}.")
    else:
        call.say(f"Catatan TIDAK utuh. Kerusakan pertama pada entri {verdict.fault_seq}: {verdict.fault}.", style="red")
        call.say("Jangan ubah apa pun; amankan salinan basis data dan laporkan kepada pimpinan.")
    fault = None if verdict.ok else {"seq": verdict.fault_seq, "what": verdict.fault}
    return {"ok": verdict.ok, "entries": verdict.entries, "head": verdict.head, "first_fault": fault}


@verb("checkpoint", "Kirim sekarang kedudukan catatan kepada saksi di luar kantor.", "sop audit checkpoint --sebagai 1")
def checkpoint(call: Call, who: Who) -> Answer:
    """Queue a checkpoint to every witness."""
    actor = Actor(who.person_id, "", "", who.channel)
    name, witnesses = call.settings.office_name, call.settings.witness_addresses
    answer = queue_checkpoint(call.store, who.office_id, name, witnesses, actor)
    call.say(f"Entri {answer['entries']} dengan sidiknya dikirim kepada {len(answer['witnesses'])} saksi.")
    return answer


@verb("export", "Salin catatan untuk pemeriksa, beserta program pemeriksanya.", "sop audit export --ke ekspor.zip")
def export(
    call: Call,
    ke: Annotated[Path, option("--ke", "FOLDER|ZIP", "Folder baru, atau berkas .zip baru.", Path)],
    kasus: Annotated[int | None, option("--kasus", "N", "Hanya kasus ini; bawaan: seluruh kantor.", whole)] = None,
) -> Answer:
    """Write the record as files with a verifier of their own."""
    if ke.exists():
        raise SopError(f"{ke} sudah ada. Sebutkan nama yang belum dipakai, supaya tidak ada yang tertimpa.")
    with recorded(call.store, call.engine.office_id) as record:
        files = dict(exported(record, kasus))
    files["periksa.py"] = (resources.files("sop_engine") / "periksa.py").read_bytes()
    if ke.suffix == ".zip":
        with ZipFile(ke, "x", ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
    else:
        for name, content in files.items():
            (ke / name).parent.mkdir(parents=True, exist_ok=True)
            (ke / name).write_bytes(content)
    call.say(f"Tersimpan di {ke}: {len(files)} berkas. Periksa dengan `python3 -I -S periksa.py . NOMOR:SIDIK`.")
    return {"path": str(ke), "files": sorted(files)}


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
