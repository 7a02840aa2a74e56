"""An office for tests: the real store on a file, shipped workflows, people of ours, a clock we set."""

import itertools
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from sop_engine.application.answer_sign_off import approve, return_work
from sop_engine.application.appoint import appoint
from sop_engine.application.complete_task import complete_task
from sop_engine.application.load_edition import load_edition
from sop_engine.application.ports import Who
from sop_engine.application.ratify_edition import sign_edition
from sop_engine.application.set_up import add_person, load_document
from sop_engine.application.start_case import start_case
from sop_engine.domain.calendar import WorkCalendar
from sop_engine.files.calendars import national_calendar, read_decrees
from sop_engine.settings import Settings
from sop_engine.wiring import install, open_engine, parse_definition

WORKFLOWS = Path(__file__).parent.parent / "workflows"
SOP_396 = WORKFLOWS / "396-ort06-3601-2023.yaml"
KPU = WORKFLOWS / "organisasi" / "kpu-kab-pandeglang.yaml"
OPENING = datetime(2027, 1, 4, 0, 30, tzinfo=UTC)  # Monday 4 January 2027, 07.30 WIB
PEOPLE = {
    "sekretaris": ["Rahayu Contoh"],
    "ksb_rendatin": ["Bayu Contoh"],
    "ksb_kul": ["Citra Contoh"],
    "ksb_tekhum": ["Dewi Contoh"],
    "ksb_parmas_sdm": ["Eko Contoh"],
    "staf_rendatin": ["Fajar Contoh"],
    "ketua": ["Gita Contoh"],
    "anggota": ["Hadi Contoh", "Indah Contoh", "Joko Contoh", "Kartika Contoh"],
}


class Place(Protocol):
    """Where an office's store is."""

    @property
    def urls(self) -> dict[str, str]: ...  # settings
    @property
    def installed(self) -> bool: ...
    def copied(self, folder: Path) -> "Place": ...
    def remove(self) -> None: ...


@dataclass(frozen=True)
class SqliteFile:
    """A file in a folder."""

    folder: Path
    installed = False

    @property
    def urls(self) -> dict[str, str]:
        return {"database_url": f"sqlite:///{self.folder}/sop.db"}

    def copied(self, folder: Path) -> "SqliteFile":
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.folder / "sop.db", folder / "sop.db")
        return SqliteFile(folder)

    def remove(self) -> None:
        shutil.rmtree(self.folder)


@cache
def calendar_data() -> Any:
    return national_calendar(2023, 2028, read_decrees(WORKFLOWS / "kalender"))


def settings_of(place: Place) -> Settings:
    """The settings of the office in a place."""
    return Settings(**place.urls, office="uji", office_name="Kantor Uji", mail_from="sop@contoh.invalid")  # type: ignore[arg-type]


class Office:
    """A store, in a folder or elsewhere, with people in every position."""

    def __init__(self, place: Path | Place, at: datetime = OPENING, new: bool = True) -> None:
        self.at, self.place = at, SqliteFile(place) if isinstance(place, Path) else place
        salts = (f"{number:032x}" for number in itertools.count())
        self.settings = settings_of(self.place)
        if new and not self.place.installed:
            install(self.settings, lambda: self.at, "uji")
        self.engine = open_engine(self.settings, lambda: self.at, salts.__next__)
        self.store, self.id = self.engine.store, self.engine.office_id
        self.calendar = WorkCalendar(calendar_data(), "Asia/Jakarta")
        held = self.store.query("SELECT position, MIN(person_id) FROM holders GROUP BY position")
        self.person: dict[str, int] = dict(held)

    def who(self, name_or_id: str | int, key: str | None = None) -> Who:
        person = name_or_id if isinstance(name_or_id, int) else self.person.get(name_or_id, 0)
        return Who(self.id, person, "uji", key, "sandi+totp")

    def settle(self, organisation: Path = KPU, people: dict[str, list[str]] | None = None) -> "Office":
        """Load structure and calendar, appoint everybody, add an admin."""
        load_document(self.store, self.who(0), "organisation", organisation.stem, organisation.read_text("utf-8"))
        load_document(self.store, self.who(0), "calendar", "indonesia", calendar_data().model_dump_json())
        for position, names in (people or PEOPLE).items():
            for number, name in enumerate(names):
                address = f"{position}{number or ''}@contoh.invalid"
                person = add_person(self.store, self.who(0), name, address)["person"]
                appoint(self.store, self.who(0), person, position, "definitif", "SK 1/2027", self.at)
                self.person.setdefault(position, person)
                self.person[f"{position}{number}"] = person
        self.person["admin"] = self.add("Admin Contoh", "admin@contoh.invalid", admin=True)
        return self

    def add(self, name: str, email: str, admin: bool = False) -> int:
        """Write a person down."""
        return int(add_person(self.store, self.who(0), name, email, admin=admin)["person"])

    def days(self, number: int) -> tuple[datetime, datetime]:
        """A period from now on, of so many days."""
        return self.at, self.at + timedelta(days=number)

    def load(self, body: str) -> dict[str, Any]:
        return load_edition(self.store, self.who("admin"), body, parse_definition)

    def in_force(self, body: str | None = None, signer: str = "sekretaris") -> int:
        """Load a definition and have it signed; gives the edition."""
        loaded = self.load(body or SOP_396.read_text("utf-8"))
        sign_edition(self.store, self.who(signer), loaded["edition"], loaded["digest"])
        return int(loaded["edition"])

    def start(self, edition: int, year: int | None = 2026, limits: dict[str, date] | None = None) -> int:
        return int(start_case(self.store, self.who("admin"), edition, year=year, limits=limits)["case"])

    # -- acting ----------------------------------------------------------------------------------

    def open_tasks(self, stage: str | None = None, slot: str | None = None) -> list[tuple[int, int, str]]:
        """(task, person, position) of open tasks, of one stage or slot if named."""
        return self.store.query(
            "SELECT t.id, t.person_id, t.position FROM tasks t JOIN stage_runs r ON r.office_id = t.office_id"
            " AND r.id = t.run_id WHERE t.office_id = ? AND t.state IN ('offered', 'claimed')"
            " AND r.stage = COALESCE(?, r.stage) AND r.slot = COALESCE(?, r.slot) ORDER BY t.id",
            (self.id, stage, slot),
        )

    def done(self, stage: str, slot: str | None = None, **said: Any) -> dict[str, Any]:
        """Let the first holder complete a stage (all of a body are present)."""
        tasks = self.open_tasks(stage, slot)
        assert tasks, f"no open task for {stage}"
        said = self.usual(stage, tasks[0][0]) | said
        return complete_task(self.store, self.who(tasks[0][1]), tasks[0][0], **said)

    def usual(self, stage: str, task: int) -> dict[str, Any]:
        """What one says on completing a task of SOP 396 when all is well."""
        said: dict[str, Any] = {}
        if stage in ("rapat_persiapan", "pembahasan", "pleno"):
            rows = self.store.query(
                "SELECT o.person_id FROM tasks t JOIN tasks o ON o.run_id = t.run_id WHERE t.id = ?", (task,)
            )
            said["present"] = tuple(person for (person,) in rows)
        if stage in ("verifikasi", "pemeriksaan", "reviu", "pleno"):
            said["outcome"] = "ya"
        return said

    def next_act(self) -> tuple[str, int, Any] | None:
        """What somebody could do next: (verb, id, call); a sign-off first. None when all is done."""
        asked = self.asked()
        if asked:
            number, position, _ = asked[0]
            return "approve", number, lambda: approve(self.store, self.who(position), number)
        rows = self.store.query(
            "SELECT t.id, t.person_id, r.stage FROM tasks t JOIN stage_runs r ON r.office_id = t.office_id"
            " AND r.id = t.run_id WHERE t.office_id = ? AND t.state = 'offered' ORDER BY t.id LIMIT 1",
            (self.id,),
        )
        if not rows:
            return None
        task, person, stage = rows[0]
        said = {"result": "Ada."} | self.usual(stage, task)
        return "complete", task, lambda: complete_task(self.store, self.who(person), task, **said)

    def to_the_end(self) -> list[tuple[str, int]]:
        """Let everybody do what is to be done until nothing is left."""
        acts = []
        while act := self.next_act():
            act[2]()
            acts.append(act[:2])
        return acts

    def asked(self) -> list[tuple[int, str, int]]:
        return self.store.query(
            "SELECT id, position, run_id FROM sign_offs WHERE office_id = ? AND state = 'requested' ORDER BY id",
            (self.id,),
        )

    def approve(self, signer: str = "sekretaris") -> dict[str, Any]:
        return approve(self.store, self.who(signer), self.asked()[0][0])

    def send_back(self, note: str, signer: str = "sekretaris") -> dict[str, Any]:
        return return_work(self.store, self.who(signer), self.asked()[0][0], note)

    def runs(self) -> list[tuple[str, int, str, str]]:
        return self.store.query(
            "SELECT stage, pass_no, slot, state FROM stage_runs WHERE office_id = ? ORDER BY id", (self.id,)
        )

    def close(self) -> None:
        self.engine.close()

    def reopened(self, folder: Path | None = None) -> "Office":
        """The same office from its store, or from a copy of it in another folder."""
        self.close()
        return Office(self.place.copied(folder) if folder else self.place, self.at, new=False)
