"""What a value was probably meant to be: common ways of writing, put as the format wants them."""

import re
from collections.abc import Callable
from datetime import date

from sop_engine.domain.expressions import MONTHS, parse_date_rule, parse_duration, parse_level
from sop_engine.domain.flow_words import RESERVED, parse_target

_HABITS = [
    (re.compile(pattern), word)
    for pattern, word in (
        (r"(?<=[0-9])(?=[a-z])", " "),
        (r"\bmnt\b", "menit"),
        (r"\bhr\b|(?<=[0-9] )hari kerja\b", "hari"),
        (r"\bbln\b", "bulan"),
        (r"\b(setelah|stlh)\b", "sesudah"),
        (r"\bke (?=[0-9])", "ke-"),
        (r"\bsblm\b", "sebelum"),
        (r"(?<=sebelum|sesudah) (jatuh )?(tenggat|tempo)$", ""),
        (r"(?<=[0-9]) ?(s\.?/?d\.?|sampai|hingga) ?(?=[0-9])", "-"),
    )
]
_NUMBERED = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})")
_NAMED = re.compile(r"([0-9]{1,2})[- ]([a-z]{3,})[- ]([0-9]{4})")
_LONGEST = 60


def meant(code: str, text: str) -> str:
    """Propose how a faulty value would be written rightly; '' where nothing likely comes to mind."""
    reader = _READERS.get(code)
    plain = " ".join(text.lower().split())
    if reader is None or not plain or len(plain) > _LONGEST:
        return ""
    for proposal in (_almanac(plain), _usual(plain)) if code != "TUJUAN_SALAH" else (_target(plain),):
        try:
            reader(proposal)
        except ValueError:
            continue
        return proposal
    return ""


_READERS: dict[str, Callable[[str], object]] = {
    "WAKTU_SALAH": parse_duration,
    "TINGKAT_SALAH": parse_level,
    "TANGGAL_SALAH": parse_date_rule,
    "TUJUAN_SALAH": parse_target,
}


def _usual(text: str) -> str:
    for pattern, word in _HABITS:
        text = pattern.sub(word, text)
    return " ".join(text.split())


def _almanac(text: str) -> str:
    """`5 Januari 2026`, `05/01/2026` → `2026-01-05`: day, month, year, as this country writes them."""
    months = [month.lower() for month in MONTHS]
    if found := _NUMBERED.fullmatch(text):
        day, month = int(found[1]), int(found[2])
    elif (found := _NAMED.fullmatch(text)) and any(name.startswith(found[2]) for name in months):
        day, month = int(found[1]), next(n for n, name in enumerate(months, 1) if name.startswith(found[2]))
    else:
        return ""
    try:
        return date(int(found[3]), month, day).isoformat()
    except ValueError:
        return ""


def _target(text: str) -> str:
    """`terbit` → `ke terbit`, `kembali terbit` → `kembali ke terbit`."""
    back, _, stage = text.rpartition(" ")
    if back in ("", "kembali", "ke", "kembali ke") and stage not in RESERVED:
        return f"{'kembali ' * back.startswith('kembali')}ke {stage}"
    return text
