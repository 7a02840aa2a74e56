"""Setting an installation up, and bringing its database to this version."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from sop_engine.application.ports import Who
from sop_engine.application.reset import reset
from sop_engine.application.set_up import add_person
from sop_engine.cli.call import Answer, Call, Misused, channel, checked_settings
from sop_engine.cli.documents import load_organisation
from sop_engine.cli.proof import say_token
from sop_engine.cli.verbs import option, verb
from sop_engine.domain.authority import NOBODY
from sop_engine.errors import SopError, StoreUnfit
from sop_engine.files.calendars import national_calendar, read_decrees
from sop_engine.settings import Settings
from sop_engine.wiring import install

ENV_FILE = Path("sop.env")
_BEFORE, _AFTER = 4, 6  # years of holidays known beside the present one


@verb(
    "init",
    "Siapkan instalasi di folder ini: `sop.env`, basis data, organisasi, kalender, admin pertama.",
    "sop init --nama-kantor 'KPU Kabupaten X' --admin-nama 'Ani Contoh' --admin-surel ani@contoh.invalid",
)
def init(
    call: Call,
    admin_nama: Annotated[str | None, option("--admin-nama", "NAMA", "Nama lengkap admin pertama.")] = None,
    admin_surel: Annotated[str | None, option("--admin-surel", "SUREL", "Alamat surel admin pertama.")] = None,
    office: Annotated[str | None, option("--kantor", "ID", "Id singkat kantor.")] = None,
    office_name: Annotated[str | None, option("--nama-kantor", "NAMA", "Nama kantor.")] = None,
    database_url: Annotated[str | None, option("--basis-data", "URL", "Bawaan: sqlite:///data/sop.db.")] = None,
    base_url: Annotated[str | None, option("--alamat", "URL", "Alamat yang ditulis dalam surel.")] = None,
    smtp_host: Annotated[str | None, option("--smtp", "HOST", "Peladen surel keluar.")] = None,
    mail_from: Annotated[str | None, option("--pengirim", "SUREL", "Alamat pengirim surel.")] = None,
    workflows: Annotated[Path | None, option("--naskah", "FOLDER", "Folder SOP, organisasi dan kalender.")] = None,
) -> Answer:
    """Make database, office, structure, calendar and first admin; the configuration is written last.

    A run that was interrupted can be repeated: nothing is done twice.
    """
    if ENV_FILE.exists():
        raise SopError("Folder ini sudah disiapkan: sop.env sudah ada. Ubah isinya dengan penyunting teks.")
    given = {"office": office, "office_name": office_name, "database_url": database_url, "base_url": base_url}
    given |= {"smtp_host": smtp_host, "mail_from": mail_from, "workflows": str(workflows) if workflows else None}
    call.settings = checked_settings(**{key: value for key, value in given.items() if value is not None})
    name = admin_nama or _asked("Nama lengkap admin pertama", "--admin-nama")
    email = admin_surel or _asked("Alamat surel admin pertama", "--admin-surel")
    install(call.settings)
    admin = _fill(call, name, email)
    _write(call.settings)
    call.say(f"Siap. Basis data {call.settings.database_path}, konfigurasi {ENV_FILE} (lengkapi SOP_SMTP_…).")
    call.say(f"Admin pertama: {name}, nomor {admin}.")
    nobody = Who(call.engine.office_id, NOBODY, channel())
    token = reset(call.store, call.engine.prover, nobody, admin)["token"]
    say_token(call, admin, name, token)
    call.say("Berikutnya: `sop people add`, `sop holders appoint`, `sop load`.")
    return {"config": str(ENV_FILE.resolve()), "database": call.settings.database_path, "admin": admin, "token": token}


def _asked(question: str, name: str) -> str:
    if not sys.stdin.isatty():
        raise Misused(f"`{name}` wajib ditulis bila tidak dijalankan di terminal.")
    return str(typer.prompt(question, err=True))


def _fill(call: Call, name: str, email: str) -> int:
    """Load structure and calendar, and write the first admin down unless a run before this did."""
    nobody, folder = Who(call.engine.office_id, 0, channel()), call.settings.workflows
    for file in sorted((folder / "organisasi").glob("*.yaml")):
        load_organisation(call, nobody, file, file.read_bytes())
    year = call.store.clock().year
    call.engine.keep_calendar(
        nobody, national_calendar(year - _BEFORE, year + _AFTER, read_decrees(folder / "kalender"))
    )
    known = next((p.id for p in call.reading.people().persons.values() if p.email.casefold() == email.casefold()), None)
    return known or int(add_person(call.store, nobody, name, email, admin=True)["person"])


def _write(settings: Settings) -> None:
    """Write `sop.env`, readable by its owner alone: a mail password will stand in it."""
    lines = ["# Konfigurasi mesin SOP. Nilai yang sama di lingkungan (environment) lebih kuat daripada berkas ini."]
    for key, value in settings.model_dump(mode="json").items():
        quoted = str(value).replace("\\", "\\\\").replace("'", "\\'")
        lines.append(f"SOP_{key.upper()}='{quoted}'")
    with os.fdopen(os.open(ENV_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


@verb("migrate", "Sesuaikan basis data dengan versi program ini. Buat cadangan lebih dahulu.", "sop migrate")
def migrate(call: Call) -> Answer:
    """Bring an existing database to this version's schema."""
    path = call.settings.database_path
    if not Path(path).is_file():
        raise StoreUnfit(f"Belum ada basis data di {path}. Siapkan dengan `sop init`.")
    install(call.settings)
    call.say(f"Basis data {path} sesuai dengan versi ini.")
    return {"database": path}
