"""Hostile files made by hand: encodings, hidden characters, YAML's dark corners, absurd numbers, code in disguise.

`HEAVY` are those that cost the most; they are tried in a process with limits.
"""

import re

from tests.files.hostile import FULL, Hostile

_AT = "objek: Izin keramaian"
_AT_LINE = FULL[: FULL.index(_AT)].count("\n") + 1


def _edit(name: str, old: str, new: str | bytes, code: str, down: int = 0) -> Hostile:
    """FULL with a piece replaced; the fault is expected so many lines below it."""
    assert FULL.count(old) == 1, f"«{old}» must stand once"
    line = FULL[: FULL.index(old)].count("\n") + 1 + down
    put = new if isinstance(new, bytes) else new.encode("utf-8", "surrogatepass")
    return Hostile(name, FULL.encode().replace(old.encode(), put), code, line)


def _value(name: str, value: str | bytes, code: str, down: int = 0) -> Hostile:
    """FULL with another `objek` of its scope."""
    put = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
    return _edit(name, _AT, b"objek: " + put, code, down)


def _file(name: str, text: str | bytes, code: str, line: int = 1) -> Hostile:
    return Hostile(name, text if isinstance(text, bytes) else text.encode(), code, line)


ENCODINGS = [
    *(
        _file(f"all in {name}", FULL.encode(name), "BUKAN_UTF8")
        for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "cp500", "cp037")
    ),
    _file("UTF-16 big end with its mark", b"\xfe\xff" + FULL.encode("utf-16-be"), "BUKAN_UTF8"),
    _file("UTF-32 big end with its mark", b"\x00\x00\xfe\xff" + FULL.encode("utf-32-be"), "BUKAN_UTF8"),
    _value("Latin-1", "Café".encode("latin-1"), "BUKAN_UTF8"),
    _value("Windows quotes", "“Izin”".encode("cp1252"), "BUKAN_UTF8"),
    _value("Macintosh", "é".encode("mac-roman"), "BUKAN_UTF8"),
    _value("GBK", "许可".encode("gbk"), "BUKAN_UTF8"),
    _value("Shift-JIS", "許可".encode("shift-jis"), "BUKAN_UTF8"),
    _value("overlong slash", b"\xc0\xaf", "BUKAN_UTF8"),
    _value("overlong NUL", b"\xc0\x80", "BUKAN_UTF8"),
    _value("five bytes", b"\xf8\x88\x80\x80\x80", "BUKAN_UTF8"),
    _value("beyond Unicode", b"\xf4\x90\x80\x80", "BUKAN_UTF8"),
    _value("a lone high surrogate", b"\xed\xa0\x80", "BUKAN_UTF8"),
    _value("a lone low surrogate", b"\xed\xbf\xbf", "BUKAN_UTF8"),
    _value("a pair of surrogates", b"\xed\xa0\xbd\xed\xb8\x80", "BUKAN_UTF8"),
    _value("a stray continuation", b"\x80", "BUKAN_UTF8"),
    _value("a byte that is never used", b"\xff", "BUKAN_UTF8"),
    _file("cut within a letter", "format: sop/1\nsop: é".encode()[:-1], "BUKAN_UTF8", 2),
    *(
        _file(f"a {name}", head + b"\n" + FULL.encode(), "BUKAN_UTF8")
        for name, head in {
            "PDF": b"%PDF-1.7",
            "ZIP": b"PK\x03\x04",
            "RTF": b"{\\rtf1",
            "gzip": b"\x1f\x8b\x08",
            "PNG": b"\x89PNG\r\n\x1a\n",
            "JPEG": b"\xff\xd8\xff\xe0",
            "old Word": b"\xd0\xcf\x11\xe0",
            "program": b"\x7fELF\x02\x01\x01\x00\xb0",
            "database": b"SQLite format 3\x00\x10\x00\x01\x01\x80",
        }.items()
    ),
]

_HIDDEN = {
    "control": "00 01 07 08 0B 0C 1B 1F 7F 80 85 9B 9F",
    "space": "A0 1680 2000 2003 2007 2009 202F 205F 3000",
    "no width": "AD 061C 180E 200B 200C 200D 200E 200F 2060 2061 2064 FEFF",
    "turning": "202A 202B 202C 202D 202E 2066 2067 2068 2069",
    "blank letter": "034F 115F 1160 17B4 180B 2800 3164 FE0F FFA0 E0100",
    "separator": "2028 2029 FFF9 FFFB 1D173 E0001 E0041 E007F",
    "nobody's": "FFFD E000 F8FF F0000 10FFFD 0378 FFFE FFFF 1FFFE 10FFFF",
}
_SPELT = r"\0 \a \b \e \v \f \x7f \N \_ \L \P \u200b \u202e \ufeff \ufffd \U000E0041 \x1b[2J"
CHARACTERS = [
    *(
        _value(f"{kind} U+{code}", f"Izin{chr(int(code, 16))}keramaian", "KARAKTER_TERLARANG")
        for kind, codes in _HIDDEN.items()
        for code in codes.split()
    ),
    *(_value(f"spelt {escape}", f'"Izin{escape} ramai"', "KARAKTER_TERLARANG") for escape in _SPELT.split()),
    _value("letters taken apart", "Cafe\u0301", "KARAKTER_TERLARANG"),
    _value("Hangul taken apart", "\u1100\u1161", "KARAKTER_TERLARANG"),
    _value("ångström sign", "1 \u212b", "KARAKTER_TERLARANG"),
    _value("piled marks", "x" + "\u0302" * 40, "KARAKTER_TERLARANG"),
    _edit("in a key", "identitas:\n", "identi\u200btas:\n", "KARAKTER_TERLARANG"),
    _edit("in a comment", "ruang_lingkup:\n", "ruang_lingkup: # \u202e\n", "KARAKTER_TERLARANG"),
    _edit("before the first word", "format: sop/1", " \ufeffformat: sop/1", "KARAKTER_TERLARANG"),
    _edit("Cyrillic in an id", "tahap: penyerahan", "tahap: \u0440enyerahan", "ID_SALAH"),
    _edit("Cyrillic in a key", "siklus:", "sik\u04cfus:", "KUNCI_TAK_DIKENAL"),
    _edit("wide letters in an id", "tahap: penyerahan", "tahap: \uff50enyerahan", "ID_SALAH"),
    _edit("a dotless i in a choice", "jenis: internal", "jenis: \u0131nternal", "PILIHAN_SALAH"),
]

# A piece of FULL, the code of its fault, and what is put for its value; NINES are five thousand digits.
_NINES = "9" * 5000
_VALUES = [
    (
        "butir: 1\n",
        "BILANGAN_SALAH",
        "0 ¦ -1 ¦ +1 ¦ 1.0 ¦ 1e3 ¦ 0x1 ¦ 0o7 ¦ 1_0 ¦ 01 ¦ 1000 ¦ NINES ¦ ² ¦ \u0661 ¦ \u0967 ¦ \uff11 ¦ .inf ¦ .nan"
        " ¦ 1/2 ¦ satu ¦ null ¦ true ¦ 17:00",
    ),
    (
        "waktu: 30 menit",
        "WAKTU_SALAH",
        "17:00 ¦ 30 ¦ menit ¦ 0 menit ¦ -1 hari ¦ 1.5 hari ¦ 1,5 hari ¦ 1e9 hari ¦ 0x10 hari ¦ NINES hari"
        " ¦ 10001 menit ¦ 1001 jam ¦ 401 hari ¦ 801 hari kalender ¦ 25 bulan ¦ 999999 hari ¦ \u0967 hari"
        " ¦ \uff11 hari ¦ 1 minggu ¦ 1 tahun ¦ 1  hari ¦ 3-1 hari ¦ 1-1 hari ¦ 1-3-5 hari ¦ 30:00 menit ¦ P1D",
    ),
    (
        "tanggal: akhir Juni",
        "TANGGAL_SALAH",
        "30 Februari ¦ 29 Februari ¦ 31 April ¦ 32 Januari ¦ 0 Januari ¦ 1 Foo ¦ akhir ¦ akhir x ¦ 2026-02-30"
        " ¦ 2026-13-01 ¦ 2026-1-1 ¦ 0000-01-01 ¦ 1999-01-01 ¦ 2101-01-01 ¦ 99999-01-01 ¦ 20260101 ¦ tanggal 0"
        " ¦ tanggal 32 ¦ tanggal -1 ¦ hari kerja ke-0 Mei ¦ hari kerja ke-24 Mei ¦ NO ¦ 17:00 ¦ now() ¦ NINES"
        " ¦ tanggal NINES ¦ hari kerja ke-NINES Mei ¦ 401 hari sesudah sidang",
    ),
    (
        "tanggal_pembuatan: 2026-01-05",
        "TANGGAL_SALAH",
        "2026-02-30 ¦ 2026-13 ¦ 2026-00-01 ¦ 2026-1-5 ¦ 05-01-2026 ¦ 5 Januari 2026 ¦ 0000 ¦ \u0662\u0660\u0662\u0666"
        " ¦ 2026-01-05T00:00:00Z ¦ NINES ¦ null ¦ NO",
    ),
    (
        "    - 1 hari sebelum",
        "TINGKAT_SALAH",
        "0 hari sebelum ¦ 91 hari sebelum ¦ -1 hari sebelum ¦ NINES hari sebelum ¦ besok ¦ 1 jam sebelum"
        " ¦ saat tenggat! ¦ 1 hari ¦ 0123 hari sebelum",
    ),
    (
        "id: sidang",
        "ID_SALAH",
        "NO ¦ 0123 ¦ 17:00 ¦ Sidang ¦ sidang pleno ¦ sidang-pleno ¦ _sidang ¦ NINES ¦ '' ¦ selesai ¦ semua ¦ lanjut"
        " ¦ kembali ¦ pelaksana ¦ ../sidang ¦ os.system ¦ __class__ ¦ $(ls) ¦ '{{7}}' ¦ \"sidang\\n\""
        " ¦ sidang;drop table cases ¦ '<script>' ¦ ${jndi:ldap://x} ¦ x%(x)s ¦ '{0.__class__}'",
    ),
    (
        "lalu: lanjut",
        "TUJUAN_SALAH",
        "maju ¦ kembali ¦ ke ¦ ke A ¦ kembali ke ¦ lanjut; ¦ eval(1) ¦ __import__('os') ¦ NO ¦ ke ../x ¦ ke NINES"
        " ¦ kembali ke x y ¦ '{{ ke }}' ¦ lambda x",
    ),
    (
        "aturan: batal_bila_berubah",
        "PILIHAN_SALAH",
        "os.system ¦ batal ¦ BATAL_BILA_BERUBAH ¦ 1 ¦ '' ¦ __init__ ¦ sop_engine.domain.rules.refuse",
    ),
    ("zona_waktu: Asia/Makassar", "PILIHAN_SALAH", "WITA ¦ UTC ¦ Asia/../../etc/passwd ¦ +08:00 ¦ asia/makassar"),
    (
        "organisasi: kantor-contoh",
        "ID_SALAH",
        "../kantor ¦ /etc/passwd ¦ kantor contoh ¦ C:\\kantor ¦ kantor.yaml ¦ -kantor ¦ NINES ¦ ~root",
    ),
    ("berurutan: tidak", "PILIHAN_SALAH", "NO ¦ no ¦ false ¦ true ¦ off ¦ n ¦ 0 ¦ Ya ¦ yes ¦ ~"),
    (
        _AT,
        "YAML_RUSAK",
        '\'Izin ¦ "Izin ¦ Izin: ramai ¦ @izin ¦ `izin` ¦ %izin ¦ [a, b ¦ {a: b ¦ [a, b} ¦ "\\q" ¦ "\\xZZ"'
        ' ¦ "\\ud800" ¦ \'a\' b ¦ "a" b ¦ ] ¦ } ¦ * ¦ & ¦ |x ¦ >99 ¦ - a ¦ [a]] ¦ , a ¦ !<',
    ),
    (
        _AT,
        "TAG",
        "!!str Izin ¦ !!binary aW4= ¦ !!set {a} ¦ !!omap [a: b] ¦ !!timestamp 2026-01-01 ¦ !!null '' ¦ ! Izin"
        " ¦ !sop Izin ¦ !<tag:yaml.org,2002:str> Izin ¦ !!python/name:os.system '' ¦ !!python/object:os.system {}"
        " ¦ !!python/object/new:os.system [ls] ¦ !!python/object/apply:subprocess.Popen [ls] ¦ !!python/module:os ''",
    ),
    (_AT, "JANGKAR", "&a Izin ¦ *a ¦ &a [*a]"),
    (_AT, "KUNCI_BUKAN_TEKS", "{{ 7*7 }} ¦ {{ nama }} ¦ [{{a}}]"),
]
VALUES = [
    _edit(
        f"{old.strip()} → {value}",
        old,
        old.replace(old.strip(" -\n").rpartition(": ")[2], value.replace("NINES", _NINES)),
        code,
    )
    for old, code, values in _VALUES
    for value in values.split(" ¦ ")
]

PIECES = [
    _edit("an anchored key", "objek: Izin", "&a objek: Izin", "JANGKAR"),
    _edit("an alias for a key", "objek: Izin", "*a : Izin", "JANGKAR"),
    _edit("merge", _AT, "<<: *a\n  " + _AT, "JANGKAR"),
    _edit("merge of a mapping", _AT, "<<: {objek: Izin}", "KUNCI_TAK_DIKENAL"),
    _edit("merge of a list", _AT, "<<: [{objek: Izin}]", "KUNCI_TAK_DIKENAL"),
    _edit("a value key", _AT, "=: Izin", "KUNCI_TAK_DIKENAL"),
    _edit("a tagged mapping", "ruang_lingkup:\n", "ruang_lingkup: !!map\n", "TAG"),
    _edit("doubled in quotes", "sop: izin-lengkap", "sop: izin-lengkap\n'sop': lain", "KUNCI_GANDA", 1),
    _edit("doubled in double quotes", "sop: izin-lengkap", 'sop: izin-lengkap\n"sop": lain', "KUNCI_GANDA", 1),
    _edit("doubled by an escape", "sop: izin-lengkap", 'sop: izin-lengkap\n"s\\x6fp": lain', "KUNCI_GANDA", 1),
    _edit("doubled by a question mark", "sop: izin-lengkap", "sop: izin-lengkap\n? sop\n: lain", "KUNCI_GANDA", 1),
    _edit("doubled in braces", "    - kantor\n", "    - {a: b, a: c}\n", "KUNCI_GANDA"),
    _edit("doubled empty key", _AT, "'': a\n  '': b", "KUNCI_GANDA", 1),
    _edit("a list for a key", _AT, "? [a, b]\n  : Izin", "KUNCI_BUKAN_TEKS"),
    _edit("a mapping for a key", _AT, "? {a: b}\n  : Izin", "KUNCI_BUKAN_TEKS"),
    _edit("braces for a key", _AT, "{a: b}: Izin", "KUNCI_BUKAN_TEKS"),
    _edit("a tab before a key", "  " + _AT, "\t" + _AT, "YAML_RUSAK"),
    _edit("a tab within the indentation", "  " + _AT, "  \t" + _AT, "YAML_RUSAK"),
    _edit("one space less", "  " + _AT, " " + _AT, "YAML_RUSAK", 1),
    _edit("one space more", "  " + _AT, "   " + _AT, "YAML_RUSAK", 1),
    _edit("no colon", _AT, "objek Izin", "YAML_RUSAK", 1),
    _edit("no space after the colon", _AT, "objek:Izin", "YAML_RUSAK", 1),
    _edit("a list among keys", _AT, "- Izin", "YAML_RUSAK", 1),
    _edit("a key among items", "    - kantor\n", "    - kantor\n    a: b\n", "YAML_RUSAK", 1),
    *(
        _edit(f"outcome {name[:9]}", "ditolak: ke", f"{name}: ke", "KEPUTUSAN_SALAH", -4)
        for name in ("Ditolak", "tidak tahu", "lanjut", "selesai", "d" * 41, "17", "<<", "''", "a.b", "é")
    ),
    *(
        _edit(f"key {key}", "    waktu: 30 menit", f"    {key}: x", "KUNCI_TAK_DIKENAL")
        for key in (
            "after",
            "before",
            "conditions",
            "__class__",
            "__init__",
            "duration",
            "model_config",
            "text",
            "Waktu",
        )
    ),
    _edit(
        "a duration already read",
        "waktu: 30 menit",
        "waktu: {text: 1 hari, unit: hari, shortest: 1, longest: 999999}",
        "BENTUK_SALAH",
    ),
    _edit("a target already read", "lalu: lanjut", "lalu: {text: x, kind: next, stage: y}", "BENTUK_SALAH"),
    _edit("a date already read", "tanggal: akhir Juni", "tanggal: {text: x, day: 9999-12-31}", "BENTUK_SALAH"),
    _edit("a level already read", "    - 1 hari sebelum", "    - {text: x, days: 99999}", "BENTUK_SALAH"),
    _edit("an item with a colon", "- Formulir", "- Formulir: baru", "BENTUK_SALAH"),
]

FILES = [
    _file("laughs", "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n", "JANGKAR"),
    _file("a tagged file", "!!python/object/apply:os.system [ls]\n", "TAG"),
    _file("a tagged document", f"--- !sop\n{FULL}", "TAG"),
    _file("a YAML version", f"%YAML 1.2\n---\n{FULL}", "YAML_RUSAK"),
    _file("a YAML version to come", "%YAML 9.9\n---\na: b\n", "YAML_RUSAK"),
    _file("a tag handle", f"%TAG ! tag:x,2026:\n---\n{FULL}", "YAML_RUSAK"),
    _file("an unknown directive", "%SOP 1\n---\na: b\n", "YAML_RUSAK"),
    _file("a directive without document", "%YAML 1.1\n", "YAML_RUSAK", 2),
    _file("two documents", f"{FULL}---\n{FULL}", "DOKUMEN_GANDA", FULL.count("\n") + 1),
    _file("an empty second document", f"{FULL}---\n", "DOKUMEN_GANDA", FULL.count("\n") + 1),
    _file("a document after the end", f"{FULL}...\n---\na: b\n", "DOKUMEN_GANDA", FULL.count("\n") + 2),
    _file("nothing", "", "KOSONG"),
    _file("only a comment", "# sop\n", "KOSONG"),
    _file("only spaces", "  \n \n", "KOSONG"),
    _file("only a document mark", "---\n", "BENTUK_SALAH", 2),
    _file("a text", "sop", "BENTUK_SALAH"),
    _file("a list", "- sop\n", "BENTUK_SALAH"),
    _file("a null", "~\n", "BENTUK_SALAH"),
    _file("JSON cut short", '{"format": "sop/1", "sop": ', "YAML_RUSAK"),
    _file(
        "XML", "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "BENTUK_SALAH"
    ),
    _file("a script", "#!/bin/sh\nrm -rf /\n", "BENTUK_SALAH", 2),
    _file("depth of lists", "a: " + "[" * 41, "TERLALU_DALAM"),
    _file("depth of mappings", "".join(f"{' ' * n}a:\n" for n in range(60)), "TERLALU_DALAM", 41),
    _file("depth of dashes", "- " * 41 + "a\n", "TERLALU_DALAM"),
]

BY_HAND = [*ENCODINGS, *CHARACTERS, *VALUES, *PIECES, *FILES]


def _stages(count: int, rest: str) -> str:
    """FULL's head with many stages of one line each; `N` in the rest becomes a number."""
    head = FULL[: FULL.index("tahapan:\n")].replace("tahap: penyerahan", "tahap: t1")
    return (
        head + "tahapan:\n" + "".join(f"- {{id: t{n}, kegiatan: x{rest.replace('N', str(n))}}}\n" for n in range(count))
    )


_FIRST = FULL[: FULL.index("tahapan:\n")].count("\n") + 2  # the line of the first stage
_DEEP = "".join(f"{{{'k' * 60}{n}: " for n in range(38))
_MANY = "likelihood_of_being_called_so_"
HEAVY = [
    _file("a large file", "#" * 1_000_001, "TERLALU_BESAR"),
    _file("many items", "a:\n" + "- x\n" * 60_000, "TERLALU_BANYAK", 59_997),
    _file("many pairs", "a: [" + "b: c, " * 20_000 + "]", "TERLALU_BANYAK"),
    _file("lists in lists", "[" * 50_000, "TERLALU_DALAM"),
    _file("mappings in mappings", "{a: " * 50_000, "TERLALU_DALAM"),
    _file("dashes", "- " * 50_000, "TERLALU_DALAM"),
    _file("question marks", "? " * 400_000, "TERLALU_DALAM"),
    _file("closed brackets", "[]" * 400_000, "YAML_RUSAK"),
    _file("colons", ": " * 400_000, "YAML_RUSAK"),
    _file("single quotes", "'" * 999_999, "YAML_RUSAK"),
    _file("double quotes", '"' * 999_999, "YAML_RUSAK"),
    _file("tabs", "a:\n" + "\t" * 900_000, "YAML_RUSAK", 2),
    _file("one long key", "x" * 990_000 + ": y", "YAML_RUSAK"),
    _file("directives", "%A b\n" * 190_000, "YAML_RUSAK"),
    _file("documents", "---\n" * 240_000, "DOKUMEN_GANDA", 2),
    _file("blank lines", "\n" * 999_000, "KOSONG"),
    _file("aliases", "a:\n" + "- *x\n" * 59_000, "JANGKAR", 2),
    _file("anchors", "a:\n" + "- &x y\n" * 59_000, "JANGKAR", 2),
    _file(
        "laughs that would fill a disk",
        "".join(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}]\n" for n in range(1, 40)),
        "JANGKAR",
    ),
    _file("tags", "a:\n" + "- !x y\n" * 59_000, "TAG", 2),
    _file("one key again and again", "a: b\n" * 29_000, "KUNCI_GANDA", 2),
    _file("lists for keys", "? [a]\n: b\n" * 14_000, "KUNCI_BUKAN_TEKS"),
    _file("zero width on every line", "\u200b\n" * 249_000, "KARAKTER_TERLARANG"),
    _file("zero width on one line", "a: " + "\u200b" * 330_000, "KARAKTER_TERLARANG"),
    _file("marks piled high", "a: x" + "\u0301\u0327" * 240_000, "KARAKTER_TERLARANG"),
    _file("letters taken apart", "a: " + "e\u0301" * 320_000, "KARAKTER_TERLARANG"),
    _file("spelt out on every line", "a:\n" + '- "\\a"\n' * 55_000, "KARAKTER_TERLARANG", 2),
    _file("unknown keys", "".join(f"k{n}: x\n" for n in range(29_000)), "KUNCI_TAK_DIKENAL"),
    _file(
        "a deep path of long names",
        f"{_DEEP}[{'x,' * 59_000}",
        "YAML_RUSAK",
    ),
    _file("deep, long and doubled", f"a: b\na: c\nd: {_DEEP}[{'x,' * 58_000}]{'}' * 38}\n", "KUNCI_GANDA", 2),
    _file(
        "deep and long",
        f"{_DEEP}[{'x,' * 58_000}]{'}' * 38}",
        "KUNCI_TAK_DIKENAL",
    ),
    _file("accents", "a: " + "é" * 490_000, "KUNCI_TAK_DIKENAL"),
    _file("accents in quotes", 'a: "' + "é" * 490_000 + '"', "KUNCI_TAK_DIKENAL"),
    _file("a text of many lines", "a: >\n" + " x\n\n" * 240_000, "KUNCI_TAK_DIKENAL"),
    _value("a megabyte of text", "x" * 990_000, "TERLALU_PANJANG"),
    _edit("a megabyte for a month", "tanggal: akhir Juni", "tanggal: akhir " + "x" * 980_000, "TANGGAL_SALAH"),
    _edit("a megabyte for an id", "id: sidang", "id: " + "x " * 490_000, "ID_SALAH"),
    _edit("a megabyte of digits", "butir: 1\n", f"butir: {'9' * 980_000}\n", "BILANGAN_SALAH"),
    _file(
        "texts for stages", FULL[: FULL.index("tahapan:\n")] + "tahapan:\n" + "- x\n" * 58_000, "BENTUK_SALAH", _FIRST
    ),
    _file("empty stages", FULL[: FULL.index("tahapan:\n")] + "tahapan:\n" + "- {}\n" * 28_000, "KUNCI_KURANG", _FIRST),
    _file("misspelt stages", _stages(5_500, ", pelaksan: petugas"), "KUNCI_TAK_DIKENAL", _FIRST),
    _file("senseless durations", _stages(5_500, ", pelaksana: petugas, waktu: x"), "WAKTU_SALAH", _FIRST),
    _file("mappings for durations", _stages(4_000, ", pelaksana: petugas, waktu: {a: b}"), "BENTUK_SALAH", _FIRST),
    _file("one id for all", re.sub(r"\bt\d+", "t", _stages(5_500, ", pelaksana: petugas")), "ID_GANDA", _FIRST + 1),
    _file(
        "unknown positions", _stages(4_500, f", pelaksana: {_MANY}N, tembusan: {_MANY}N"), "JABATAN_TAK_DIKENAL", _FIRST
    ),
    _file(
        "targets like all others and yet unknown",
        _stages(4_000, f", pelaksana: petugas, lalu: ke x{_MANY}N, tidak_sebelum: sesudah y{_MANY}N").replace(
            "id: t", f"id: {_MANY}"
        ),
        "TAHAP_TAK_DIKENAL",
        _FIRST,
    ),
    _edit("endless outcomes", "      ya: lanjut\n", "".join(f"      h{n}: x\n" for n in range(28_000)), "TUJUAN_SALAH"),
    _edit(
        "unknown units",
        "mengetahui:\n  - arsip\n",
        "mengetahui:\n" + "".join(f"  - arsi{n}\n" for n in range(50_000)),
        "UNIT_TAK_DIKENAL",
        1,
    ),
    _edit("one unit for ever", "mengetahui:\n  - arsip\n", "mengetahui:\n" + "  - arsip\n" * 50_000, "GANDA"),
    _edit(
        "empty lists in a list",
        "dasar_hukum:\n    - Per",
        f"dasar_hukum: [{'[],' * 28_000}]\n  keterkaitan:\n    - Per",
        "BENTUK_SALAH",
    ),
]


def _large(name: str, siklus: str, count: int, rest: str) -> Hostile:
    text = _stages(count, f", pelaksana: petugas{rest}").replace("siklus: tahun_anggaran", f"siklus: {siklus}")
    text = text.replace("  mulai: hari kerja pertama Januari tahun berikutnya\n", "").replace(
        "- arsip", "- arsip\n  - kantor"
    )
    return _file(name, text, "-")


SOUND_BUT_LARGE = [
    _large("a thousand stages", "tahun_anggaran", 1000, ", waktu: 1 hari"),
    _large("minutes every month", "bulanan", 5_500, ", waktu: 1 menit"),
    _large("years every month", "bulanan", 5_500, ", waktu: 24 bulan"),
    _large("days every month", "bulanan", 5_500, ", waktu: 400 hari"),
    _large("almanac days once", "sekali", 5_500, ", waktu: 800 hari kalender"),
    _large("not before the end of time", "sekali", 4_500, ", waktu: 1 hari, tidak_sebelum: 2100-12-31"),
]
