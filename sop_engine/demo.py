"""The demo: an office of fictitious people on a throw-away database, all in one process.

The past few working days are played on a clock of ours, through the very commands people use; then the
clock is the machine's again and the visitor takes over.
"""

import shlex
import signal
import socket
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import uvicorn

from notifications.sink import Sink
from sop_engine.application.answer_sign_off import approve, return_work
from sop_engine.application.appoint import appoint
from sop_engine.application.claim_task import claim_task
from sop_engine.application.complete_task import complete_task
from sop_engine.application.load_edition import load_edition
from sop_engine.application.ports import Who
from sop_engine.application.ratify_edition import sign_edition
from sop_engine.application.reset import reset
from sop_engine.application.set_password import redeem
from sop_engine.application.set_up import add_person, load_document
from sop_engine.application.start_case import start_case
from sop_engine.domain.calendar import WorkCalendar
from sop_engine.domain.definition import Definition
from sop_engine.domain.organisation import Organisation
from sop_engine.domain.state import Task
from sop_engine.errors import SopError
from sop_engine.files.calendars import national_calendar, read_decrees
from sop_engine.settings import Settings
from sop_engine.web.app import create_app
from sop_engine.wiring import Engine, install, open_engine, parse_definition, parse_organisation, utc_now

_WORKFLOWS = Path(__file__).parent.parent / "workflows"
SOP_FILE = _WORKFLOWS / "396-ort06-3601-2023.yaml"
SHORT_FILE = _WORKFLOWS / "contoh-permohonan-informasi.yaml"
STRUCTURE = _WORKFLOWS / "organisasi" / "kpu-kab-pandeglang.yaml"
PEOPLE = (  # family names that say what they are: nobody of a real office is meant
    ("ketua", "Siti Umpama"),
    ("anggota", "Ahmad Misalkan"),
    ("anggota", "Dewi Andaikan"),
    ("anggota", "Yusuf Bayangan"),
    ("anggota", "Maria Karangan"),
    ("sekretaris", "Rahayu Contoh"),
    ("ksb_kul", "Hendra Rekaan"),
    ("ksb_rendatin", "Ratna Khayali"),
    ("ksb_tekhum", "Bambang Pengandaian"),
    ("ksb_parmas_sdm", "Nurul Ilustrasi"),
    ("staf_rendatin", "Asep Percobaan"),
)
ADMIN = "Wulan Peraga"
PASSWORD = "payung hijau tujuh kelinci"  # of everybody; it opens nothing but this machine's own demo
OFFICE = "demo"
PROGRAM = "python3 start.py"
_REVISED = (("data_capaian", 4, 8), ("penyusunan_draf", 3, 5))  # stage, days now, days then


def run(port: int) -> None:
    """Serve the demo on 127.0.0.1 until stopped; port 0 takes a free one, a busy one is a SopError."""
    signal.signal(signal.SIGTERM, _leave)
    door = _open_door(port)
    address = f"http://127.0.0.1:{door.getsockname()[1]}"
    try:
        with tempfile.TemporaryDirectory(prefix="sop-demo-") as folder, Sink() as sink:
            _serve(door, _settings(Path(folder), address, sink))
    except KeyboardInterrupt:
        pass  # uvicorn has closed the door; the folder is gone
    finally:
        door.close()
    _say("\nDemo berhenti; datanya sudah dibuang.")


def revised(text: str) -> str:
    """Give SOP 396 as it might be revised after a flood, ready to be proposed; any other text as it is."""
    for stage, now, then in _REVISED:
        before, place, after = text.partition(f"  - id: {stage}\n")
        text = before + place + after.replace(f"    waktu: {now} hari\n", f"    waktu: {then} hari\n", 1)
    return text


def _serve(door: socket.socket, settings: Settings) -> None:
    clock = Clock()
    story = Story(clock)
    install(settings, clock)
    engine = open_engine(settings, clock)
    try:
        story.play(engine)
        export = f"export SOP_DATABASE_URL={shlex.quote(settings.database_url)} SOP_OFFICE={OFFICE}"
        ticker = engine.ticker()
        ticker.start()
        try:
            web = create_app(engine, f"{export}\n{PROGRAM}", revised)
            _welcome(settings.base_url, story, export)
            config = uvicorn.Config(web, log_level="warning", access_log=False, server_header=False)
            uvicorn.Server(config).run(sockets=[door])
        finally:
            ticker.stop()
    finally:
        engine.close()


def _leave(*_: object) -> NoReturn:
    raise SystemExit(0)  # so that the folder is removed on a plain kill, too


def _open_door(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        other = port + 1 if port < 65535 else 8000
        raise SopError(
            f"Port {port} di komputer ini tidak dapat dipakai, mungkin karena sedang dipakai program lain. "
            f"Gunakan port lain, misalnya: python3 start.py demo --port {other}"
        ) from error


def _settings(folder: Path, address: str, sink: Sink) -> Settings:
    """Every value that matters is ours: no demo writes to a real mail server or database."""
    return Settings(
        database_url=f"sqlite:///{folder}/sop.db",
        base_url=address,
        office=OFFICE,
        office_name=parse_organisation(STRUCTURE.read_text("utf-8")).name,
        smtp_host=sink.hostname,
        smtp_port=sink.port,
        smtp_user="",
        smtp_password="",
        smtp_security="none",
        mail_from="sop@contoh.invalid",
        tick_seconds=1,
    )


def _welcome(address: str, story: "Story", export: str) -> None:
    names = story.structure.name_of
    people = "\n".join(
        f"  {name:<22}{email_of(name):<38}{names(position)}" for position, name in [*PEOPLE, ("admin", ADMIN)]
    )
    next_one = email_of("Hendra Rekaan")
    task = story.task("data_capaian", "ksb_kul").id
    _say(
        f"""
Demo SOP Nomor {story.definition.identity.number} berjalan. Semua nama dan riwayat adalah rekaan; tidak ada
surel yang keluar dari komputer ini, dan datanya dibuang saat demo berhenti.

  Mulai di sini   {address}/
  Kasus           {address}/kasus/{story.case}
  Kotak surel     {address}/surel

Orang-orangnya (jadilah salah satunya dengan --sebagai ALAMAT; kata sandi semuanya «{PASSWORD}»,
yang diminta `approve`, juga dari stdin: echo '{PASSWORD}' | {PROGRAM} approve NOMOR …):
{people}

Coba dari terminal lain di folder ini, lalu muat ulang halaman kasus dan kotak surel:
  {export}
  {PROGRAM} tasks --sebagai {next_one}
  {PROGRAM} complete {task} --hasil 'Formulir pengukuran kinerja' --sebagai {next_one}

Ctrl-C untuk berhenti."""
    )


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def email_of(name: str) -> str:
    """Give a demo person's address, in a domain that can't exist."""
    return ".".join(name.lower().split()) + "@contoh.invalid"


class Clock:
    """A clock that stands where it is set, and is the machine's once `at` is None."""

    at: datetime | None = None

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.at or utc_now()


class Story:
    """What happened in this office before the visitor came; sets the clock to its beginning."""

    _engine: Engine
    case = 0

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._text = SOP_FILE.read_text("utf-8")
        self.definition: Definition = parse_definition(self._text)
        self.structure: Organisation = parse_organisation(STRUCTURE.read_text("utf-8"))
        today = clock().date()
        decrees = read_decrees(_WORKFLOWS / "kalender")
        self._holidays = national_calendar(today.year - 1, today.year + 2, decrees)
        self._calendar = WorkCalendar(self._holidays, self.definition.schedule.zone)
        self._today = self._calendar.local_day(clock())
        self._person: dict[str, int] = {}
        self._cases: list[int] = []
        clock.at = self._at(11, 30)

    def play(self, engine: Engine) -> None:
        """Sign both SOPs eleven working days ago; one case comes to its fourth stage, which is late, two of the short
        one to their sign-off."""
        self._engine, self._store, self._ticker = engine, engine.store, engine.ticker()
        edition, short = self._settle()
        self._go_to(10, 60)
        self.case = self._start("sekretaris", edition, self._today.year)
        self._go_to(10, 190)
        self._complete("disposisi", "Disposisi kepada Kepala Subbagian Perencanaan, Data, dan Informasi")
        self._go_to(9, 110)
        self._complete("persiapan", "SK tim penyusun, jadwal, nota dinas permintaan data")
        self._go_to(9, 205)
        note = "Jadwal belum memuat tanggal rapat pleno. Mohon dilengkapi, lalu ajukan kembali."
        return_work(self._store, self._who("sekretaris"), self._asked(), note)
        self._go_to(9, 360)
        self._complete("persiapan", "SK tim penyusun, jadwal dengan tanggal rapat pleno, nota dinas")
        self._go_to(8, 40)
        approve(self._store, self._who("sekretaris"), self._asked(), "Lanjutkan sesuai jadwal.")
        self._go_to(6, 120)  # a day late: reminders, lateness and escalation are in the inbox
        self._complete("rapat_persiapan", "Notula dan rencana aksi", together=True)
        self._go_to(6, 330)
        self._complete("data_capaian", "Formulir pengukuran kinerja dan data dukung", "ksb_rendatin")
        self._go_to(5, 355)
        task = self.task("data_capaian", "ksb_parmas_sdm")
        claim_task(self._store, self._who(task.person_id), task.id)
        self._go_to(5, 380)
        self._complete("data_capaian", "Formulir pengukuran kinerja", "ksb_tekhum")
        self._answer_requests(short)  # meanwhile the other two units run late
        self._ticker.tick()
        self._clock.at = None
        self._ticker.tick()

    def _answer_requests(self, edition: int) -> None:
        """Two people ask for information; both answers wait for the Sekretaris."""
        asked = (("salinan laporan kinerja tahun lalu", 4), ("daftar informasi publik", 3))
        cases = []
        for wish, days_ago in asked:
            self._go_to(days_ago, 90)
            cases.append(self._start("sekretaris", edition, None))
            self._go_to(days_ago, 200)
            self._complete("pencatatan", f"Permohonan {wish}, lengkap", case=cases[-1])
        self._go_to(1, 400)
        for case, (wish, _) in zip(cases, asked, strict=True):
            self._complete("jawaban", f"Jawaban atas permohonan {wish}", case=case)

    # -- steps -----------------------------------------------------------------------------------

    def _settle(self) -> list[int]:
        """Load structure and calendar, appoint everybody, have both SOPs signed; gives the editions."""
        nobody = self._who(0)
        load_document(self._store, nobody, "organisation", STRUCTURE.stem, STRUCTURE.read_text("utf-8"))
        load_document(self._store, nobody, "calendar", "indonesia", self._holidays.model_dump_json())
        for position, name in PEOPLE:
            person = add_person(self._store, nobody, name, email_of(name))["person"]
            self._give_password(person)
            appoint(self._store, nobody, person, position, "definitif", "SK demo (rekaan)", self._clock())
            self._person.setdefault(position, person)
        admin = add_person(self._store, nobody, ADMIN, email_of(ADMIN), admin=True)["person"]
        self._give_password(admin)
        texts = (self._text, SHORT_FILE.read_text("utf-8"))
        loaded = [load_edition(self._store, self._who(admin), text, parse_definition) for text in texts]
        self._go_to(11, 150)
        for one in loaded:
            sign_edition(self._store, self._who("sekretaris"), one["edition"], one["digest"])
        return [int(one["edition"]) for one in loaded]

    def _start(self, position: str, edition: int, year: int | None) -> int:
        self._cases.append(int(start_case(self._store, self._who(position), edition, year=year)["case"]))
        return self._cases[-1]

    def _give_password(self, person: int) -> None:
        token = reset(self._store, self._engine.prover, self._who(0), person)["token"]
        redeem(self._store, self._engine.prover, self._who(person), token, PASSWORD)

    def _complete(self, stage: str, result: str, slot: str = "", together: bool = False, case: int = 0) -> None:
        offered = self._offered(stage, slot, case or self.case)
        present = tuple(task.person_id for task in offered) if together else ()
        who = self._who(offered[0].person_id)
        complete_task(self._store, who, offered[0].id, result=result, present=present)

    def task(self, stage: str, slot: str = "") -> Task:
        """Give the first open task of a stage of the first case."""
        return self._offered(stage, slot, self.case)[0]

    def _offered(self, stage: str, slot: str, case: int) -> list[Task]:
        view = self._engine.reading.case(case)
        assert view is not None  # the story has started it
        runs = {run.id for run in view.runs if (run.stage, run.slot) == (stage, slot)}
        return [task for task in view.tasks if task.run_id in runs and task.state in ("offered", "claimed")]

    def _asked(self) -> int:
        view = self._engine.reading.case(self.case)
        assert view is not None  # the story has started it
        return next(asked.id for asked in view.sign_offs if asked.state == "requested")

    def _who(self, who: str | int) -> Who:
        person = who if isinstance(who, int) else self._person[who]
        return Who(self._engine.office_id, person, "demo", proof="sandi+totp")

    # -- time ------------------------------------------------------------------------------------

    def _at(self, days_ago: int, minutes: int) -> datetime:
        """So many working minutes into a working day before today."""
        opening = self._calendar.opening(self._calendar.nth_working_day(self._today, -days_ago))
        return self._calendar.add_minutes(opening, minutes)

    def _go_to(self, days_ago: int, minutes: int) -> None:
        """Let time pass, ticking whenever a reminder falls due on the way."""
        at = self._at(days_ago, minutes)
        self._ticker.tick()
        while (due := self._next_reminder()) and due <= at:
            self._clock.at = due
            self._ticker.tick()
        self._clock.at = at

    def _next_reminder(self) -> datetime | None:
        ahead = (self._engine.reading.next_reminder(case) for case in self._cases)
        return min((at for at in ahead if at), default=None)
