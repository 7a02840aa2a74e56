"""What an admin's form holds besides plain words: a text typed or uploaded, evidence, dates."""

import hashlib
import re
from datetime import date, datetime, timedelta

from starlette.datastructures import UploadFile

from sop_engine.domain import attaching
from sop_engine.domain.attaching import Offered
from sop_engine.domain.calendar import midnight
from sop_engine.errors import Refusal
from sop_engine.files.guard import LARGEST
from sop_engine.web.visit import Visit

_DIGEST = re.compile(r"[0-9a-f]{64}")


def uploaded(visit: Visit, name: str) -> bytes:
    """Give an uploaded file's bytes, of a larger one than we take only enough to see that; b'' for none."""
    file = visit.form.get(name)
    return file.file.read(LARGEST + 1) if isinstance(file, UploadFile) and file.size else b""


def offered(visit: Visit) -> list[Offered]:
    """Give the files chosen to be attached, of a larger one than we take only enough to see that."""
    chosen = [file for file in visit.form.getlist("berkas") if isinstance(file, UploadFile) and file.filename]
    return [Offered(file.filename or "", file.file.read(attaching.LARGEST + 1)) for file in chosen]


def text_of(visit: Visit) -> bytes:
    """Give the text of an SOP: the uploaded file, else what stands in the text area; lines end as on Unix."""
    typed = visit.form.get("naskah")
    found = uploaded(visit, "berkas") or (typed.encode("utf-8", "replace") if isinstance(typed, str) else b"")
    return found.replace(b"\r\n", b"\n")


def evidence(visit: Visit) -> str:
    """Give the SHA-256 of an uploaded piece of evidence, or of the one uploaded before; '' for none."""
    file = visit.form.get("bukti")
    if isinstance(file, UploadFile) and file.size:
        return hashlib.file_digest(file.file, "sha256").hexdigest()  # type: ignore[arg-type]
    kept = visit.said("sidik_bukti")
    return kept if _DIGEST.fullmatch(kept) else ""


def day_of(visit: Visit, name: str) -> date | None:
    """Give the date of a field, None where it is empty; a Refusal where it is none."""
    said = visit.said(name)
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise Refusal(f"«{said}» bukan tanggal.", instead="Tulis seperti 2027-01-29.") from None


def start_of(day: date | None, zone: str, now: datetime) -> datetime:
    """Give when a period begins: at 00.00 of its first day, or now."""
    return midnight(day, zone) if day else now


def end_of(last: date | None, zone: str) -> datetime | None:
    """Give when a period ends: at the end of its last day."""
    return midnight(last + timedelta(days=1), zone) if last else None


def is_number(said: str) -> bool:
    """Tell whether a field names a row: a few of the digits 0 to 9, and not «²», which is a digit too."""
    return said.isascii() and said.isdigit() and len(said) < 16


def number_in(visit: Visit, name: str, what: str) -> int:
    """Give the number a field must hold."""
    said = visit.said(name)
    if not is_number(said):
        raise Refusal(f"{what} belum dipilih.", instead="Pilih, lalu kirim lagi.")
    return int(said)
