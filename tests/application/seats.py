"""A small office in which the same two seats are held in every capacity, and rows that leave no trace."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sop_engine.application.absence import add_absence
from sop_engine.application.answer_sign_off import approve
from sop_engine.application.appoint import appoint
from sop_engine.application.claim_task import claim_task
from sop_engine.application.complete_task import complete_task
from sop_engine.application.hand_task import delegate_task
from sop_engine.application.load_edition import load_edition
from sop_engine.application.ratify_edition import sign_edition
from sop_engine.application.set_up import load_document
from sop_engine.application.start_case import start_case
from sop_engine.errors import Refusal
from sop_engine.wiring import parse_definition
from tests.office import Office, Place, calendar_data

ORGANISATION = """
format: organisasi/1
id: kecil
nama: Kantor Kecil
unit:
  pimpinan: {nama: Pimpinan}
  tata: {nama: Tata Usaha}
jabatan:
  kepala: {nama: Kepala Kantor, unit: pimpinan}
  arsip: {nama: Arsiparis, unit: pimpinan, atasan: kepala}
  sekretaris: {nama: Sekretaris, unit: tata, atasan: kepala}
  staf: {nama: Staf, unit: tata, atasan: sekretaris}
"""
CAPACITIES = ("definitif", "plt", "plh", "pengganti", "delegasi", "none")


def sop(number: str, responsible: str, performer: str) -> str:
    """An SOP of two stages: one that is signed off, one that decides."""
    return f"""
format: sop/1
sop: surat-{responsible}
identitas:
  nomor: {number}/UJI/2027
  nama: Surat
  disahkan_oleh: {{jabatan: {responsible}}}
penanggungjawab: {responsible}
organisasi: kecil
jadwal: {{siklus: per_permohonan, pengingat: [1 hari sebelum, saat tenggat], eskalasi: [1 hari sesudah]}}
tahapan:
  - {{id: tulis, kegiatan: Menulis surat, pelaksana: {performer}, waktu: 2 hari, keluaran: [Surat],
     pengesahan: [{responsible}]}}
  - {{id: putus, kegiatan: Memutuskan kirim, pelaksana: {performer}, waktu: 2 hari,
     keputusan: {{tanya: Kirim?, ya: lanjut, tidak: kembali ke tulis}}}}
"""


class RolledBack(Exception):
    """The act was allowed; nothing of it is kept."""


class Probe:
    """A store in which every act is tried and undone."""

    def __init__(self, store: Any) -> None:
        self.store = store

    def write(self, office_id: int, work: Callable[[Any], Any]) -> Any:
        def undone(tx: Any) -> Any:
            work(tx)
            tx.confirm()
            raise RolledBack

        return self.store.write(office_id, undone)


def outcome(act: Callable[[], Any]) -> str:
    """What somebody hears who tries: the sentence of the refusal, or `boleh`."""
    try:
        act()
    except RolledBack:
        return "boleh"
    except Refusal as refusal:
        return f"{type(refusal).__name__}: {refusal}"
    return "boleh"


class Seats:
    """An office where `staf` and `sekretaris` are held in one capacity by whom the table is about."""

    def __init__(self, place: Path | Place, capacity: str) -> None:
        self.capacity, self.office = capacity, Office(place)
        office, root = self.office, self.office.who(0)
        load_document(office.store, root, "organisation", "kecil", ORGANISATION)
        load_document(office.store, root, "calendar", "indonesia", calendar_data().model_dump_json())
        for name in ("kepala", "arsip", "staf", "sekretaris", "staf_tetap", "sekretaris_tetap", "lain"):
            office.person[name] = office.add(name.title(), f"{name}@contoh.invalid")
        for name in ("admin", "admin2"):
            office.person[name] = office.add(name.title(), f"{name}@contoh.invalid", admin=True)
        self.appoint("kepala", "kepala", "definitif")
        self.appoint("arsip", "arsip", "definitif")
        for seat in ("staf", "sekretaris"):
            self._fill(seat)
        self.probe = Probe(office.store)
        self._live()

    def appoint(self, name: str, position: str, capacity: str, days: int | None = None) -> int:
        until = self.office.at + timedelta(days=days) if days else None
        who, person = self.office.who(0), self.office.person[name]
        return int(appoint(self.office.store, who, person, position, capacity, "SK 1", self.office.at, until)["holder"])

    def absent(self, name: str, substitute: str, from_day: int, days: int) -> int:
        office, person = self.office, self.office.person
        from_at = office.at + timedelta(days=from_day)
        who, until = office.who("admin"), from_at + timedelta(days=days)
        return int(add_absence(office.store, who, person[name], person[substitute], "ST 1", from_at, until)["absence"])

    @property
    def held_by_another(self) -> bool:
        return self.capacity not in ("definitif", "plt")

    def behind(self, seat: str) -> str:
        """Who does what must be done in a seat so that the world is there."""
        return f"{seat}_tetap" if self.held_by_another else seat

    def _fill(self, seat: str) -> None:
        if self.held_by_another:
            self.appoint(f"{seat}_tetap", seat, "definitif")
        if self.capacity in ("definitif", "plt", "plh"):
            self.appoint(seat, seat, self.capacity, None if self.capacity == "definitif" else 90)
        if self.capacity == "pengganti":
            self.absent(f"{seat}_tetap", seat, 0, 20)

    def _live(self) -> None:
        """Editions of both SOPs: a draft and one in force; cases in which every act finds its object."""
        self.draft, self.edition, self.case = {}, {}, {}
        for own, (responsible, performer) in {"own": ("sekretaris", "staf"), "other": ("kepala", "arsip")}.items():
            signer = self.behind(responsible) if own == "own" else responsible
            self.edition[own] = self.load(sop(f"1-{responsible}", responsible, performer))
            self.sign(own, self.edition[own], signer)
            self.draft[own] = self.load(sop(f"2-{responsible}", responsible, performer))
            doer = self.behind(performer) if own == "own" else performer
            for stage in ("offered", "claimed", "submitted", "decision", "handed"):
                self.case[own, stage] = self._case(own, stage, doer, signer)
        office = self.office
        self.absence = {"own": self.absent("staf", "lain", 40, 5), "other": self.absent("arsip", "lain", 40, 5)}
        self.proposal = {
            own: appoint(office.store, office.who("admin"), office.person["lain"], position, "plh", "SP 1",
                         office.at + timedelta(days=100), office.at + timedelta(days=101))["proposal"]
            for own, position in (("own", "sekretaris"), ("other", "kepala"))
        }  # fmt: skip

    def load(self, body: str) -> tuple[int, str]:
        loaded = load_edition(self.office.store, self.office.who("admin"), body, parse_definition)
        return loaded["edition"], loaded["digest"]

    def sign(self, own: str, edition: tuple[int, str], signer: str) -> None:
        sign_edition(self.office.store, self.office.who(signer), *edition)

    def _case(self, own: str, stage: str, doer: str, signer: str) -> int:
        office = self.office
        case = int(start_case(office.store, office.who("admin"), self.edition[own][0])["case"])
        if stage == "decision":
            complete_task(office.store, office.who(doer), self.task(case, doer))
            approve(office.store, office.who(signer), self.asked(case))
        elif stage == "submitted":
            complete_task(office.store, office.who(doer), self.task(case, doer))
        elif stage == "handed":
            giver = "staf" if own == "own" and self.capacity == "plh" else doer
            delegate_task(office.store, office.who(giver), self.task(case, giver), office.person["lain"])
        if own == "own" and self.capacity == "delegasi" and stage in ("offered", "claimed", "decision"):
            delegate_task(office.store, office.who(doer), self.task(case, doer), office.person["staf"])
        if stage == "claimed":
            mine = own == "own" and self.capacity != "none"
            claimer = "staf" if mine else doer
            claim_task(office.store, office.who(claimer), self.task(case, claimer))
        return case

    def task(self, case: int, name: str) -> int:
        """A person's open task in a case, or else somebody's."""
        rows = self.office.store.query(
            "SELECT person_id, id FROM tasks WHERE office_id = ? AND case_id = ? AND state IN ('offered', 'claimed')"
            " ORDER BY id",
            (self.office.id, case),
        )
        return int(dict(rows).get(self.office.person[name], rows[0][1]))

    def asked(self, case: int) -> int:
        rows = self.office.store.query(
            "SELECT id FROM sign_offs WHERE office_id = ? AND case_id = ? AND state = 'requested'",
            (self.office.id, case),
        )
        return int(rows[0][0])
