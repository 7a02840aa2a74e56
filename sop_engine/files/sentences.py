"""What is wrong with a value, in a sentence for who wrote it: pydantic's findings translated."""

import re
from typing import Any

from sop_engine.domain.definition import ID_PATTERN
from sop_engine.files.keys import KEYS
from sop_engine.files.lints.subject import instead, shortened
from sop_engine.files.meant import meant

_FIXED = {
    "string_too_short": ("KOSONG", "tidak ada isinya; isi, atau hapus kunci ini bila tidak diperlukan"),
    "dict_type": ("BENTUK_SALAH", "isinya bukan pasangan id; tulis `id: isi`, satu id satu baris"),
    "tuple_type": ("BENTUK_SALAH", "isinya bukan daftar; awali setiap butirnya dengan `- `"),
}


_ANYWHERE = ("asal", "sumber", "rekonstruksi")


def told(error: dict[str, Any], key: str, known: list[str]) -> tuple[str, str]:
    """Give code and sentence for one finding of pydantic's; `known` are the keys that may stand there or below."""
    kind, context, value = error["type"], error.get("ctx") or {}, error.get("input")
    if kind in _FIXED:
        return _FIXED[kind]
    match kind:
        case "model_type" | "model_attributes_type":
            first = next((word for word in known if word not in _ANYWHERE), "kunci")
            return "BENTUK_SALAH", f"isinya bukan pasangan kunci; tulis `{first}: …`, satu kunci satu baris"
        case "extra_forbidden":
            proposal = instead(key, known, "hapus kunci ini")
            return "KUNCI_TAK_DIKENAL", f"kunci ini tidak dikenal di sini; {proposal}"
        case "missing":
            meaning = KEYS.get(key, "wajib diisi")
            return "KUNCI_KURANG", f"kunci `{key}` belum ada; tambahkan `{key}:` ({meaning})"
        case "string_pattern_mismatch":
            return _pattern(context["pattern"], str(value))
        case "string_too_long":
            return "TERLALU_PANJANG", f"terlalu panjang; tulis paling banyak {context['max_length']} huruf"
        case "too_short":
            return "KOSONG", f"tulis sedikitnya {context['min_length']} butir di sini"
        case "literal_error":
            choices = re.findall(r"'([^']*)'", context["expected"])
            nearest = instead(str(value), choices, "")
            listed = ", ".join(f"`{choice}`" for choice in choices)
            return "PILIHAN_SALAH", f"{_shown(value)} tidak dikenal di sini; {nearest or f'tulis {listed}'}"
    if kind.isupper() or kind == "value_error":  # our own validators bring their code and sentence
        message = context.get("message") or str(context.get("error"))
        nearest = meant(kind, value) if isinstance(value, str) else ""
        if nearest:
            return kind, f"{_shown(value)} tidak dapat dibaca; mungkin maksudnya `{nearest}`"
        prefix = f"{_shown(value)}: " if isinstance(value, str) and f"«{value}»" not in message else ""
        return kind if kind.isupper() else "NILAI_SALAH", shortened(prefix + message)
    return "NILAI_SALAH", f"{_shown(value)} tidak dapat dipakai di sini; periksa penulisannya"


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else "isi ini"
    return f"«{text[:60]}»" if text else "isi kosong"


def _pattern(pattern: str, value: str) -> tuple[str, str]:
    if "@" in pattern:
        return "SUREL_SALAH", f"{_shown(value)} bukan alamat surel; tulis seperti `nama@instansi.go.id`"
    wide = pattern != ID_PATTERN
    joint, what = ("-", "tanda hubung") if wide else ("_", "garis bawah")
    proposal = joint.join(re.findall(r"[a-z0-9]+", value.lower()))[: 80 if wide else 40]
    hint = f", misalnya `{proposal}`" if re.match(pattern, proposal) else ""
    start = "" if wide else ", diawali huruf, paling panjang 40"
    return "ID_SALAH", f"{_shown(value)} bukan id; tulis huruf kecil, angka dan {what}{start}{hint}"
