"""A file in which every key of the format stands, and the many ways to break it.

Each way yields rows (name, bytes, code, line): refused with that code at that line.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

FULL = """\
format: sop/1
sop: izin-lengkap
asal: rekonstruksi
sumber: Contoh karangan
rekonstruksi:
  - jadwal
identitas:
  instansi: Kantor Contoh
  unit: Loket Contoh
  nomor: 12/PEL/2026
  nomor_lampiran: 12/PEL/2026
  nama: Pelayanan Izin
  tanggal_pembuatan: 2026-01-05
  tanggal_revisi: 2026-01-05
  tanggal_efektif: 2026-01-05
  disahkan_oleh:
    jabatan: kepala
    nama: Ayu Contoh
    tempat: Contoh
    asal: dokumen
    sumber: Lembar pengesahan
    rekonstruksi:
      - tempat
  dasar_hukum:
    - Peraturan Daerah tentang Izin
  kualifikasi_pelaksana:
    - Memahami izin
  keterkaitan:
    - SOP lain
  peralatan:
    - Komputer
  peringatan:
    - Jangan terlambat
  pencatatan:
    - Disimpan
  asal: dokumen
  sumber: Halaman pertama
  rekonstruksi:
    - unit
ruang_lingkup:
  objek: Izin keramaian
  mulai: Permohonan diterima
  akhir: Izin diserahkan
  keluaran_akhir: Izin
  unit:
    - kantor
    - loket
  asal: dokumen
  sumber: Halaman kedua
  rekonstruksi:
    - objek
penanggungjawab: kepala
organisasi: kantor-contoh
mengetahui:
  - arsip
ketentuan:
  - butir: 1
    aturan: batal_bila_berubah
    objek:
      - ruang_lingkup
    bila: salah_satu
    teks: Perubahan membatalkan.
    asal: dokumen
    sumber: Lembar pengesahan
    rekonstruksi:
      - bila
jadwal:
  zona_waktu: Asia/Makassar
  siklus: tahun_anggaran
  mulai: hari kerja pertama Januari tahun berikutnya
  batas:
    - id: layanan
      tahap: penyerahan
      tanggal: akhir Juni
      jenis: internal
      diisi_saat_mulai: ya
      asal: rekonstruksi
      sumber: Kebiasaan
      rekonstruksi:
        - tanggal
  pengingat:
    - 1 hari sebelum
  eskalasi:
    - 1 hari sesudah
  asal: rekonstruksi
  sumber: Kebiasaan
  rekonstruksi:
    - siklus
tahapan:
  - id: permohonan
    dahulu: pengajuan
    no: 1
    kegiatan: Mengajukan permohonan
    pelaksana:
      - pemohon
    kelengkapan:
      - Formulir
    waktu: 30 menit
    bila: Diajukan langsung?
    keluaran:
      - Berkas permohonan
    keterangan: Tanpa biaya
    lalu: lanjut
    asal: rekonstruksi
    sumber: Kebiasaan
    rekonstruksi:
      - waktu
  - id: pemeriksaan
    kegiatan: Memeriksa berkas
    pelaksana:
      - petugas
    penanggungjawab: kepala_loket
    kelengkapan:
      - Berkas permohonan
    waktu: 1-3 hari
    keluaran:
      - Berkas lengkap
    keputusan:
      tanya: Berkas lengkap?
      ya: lanjut
      tidak: kembali ke permohonan
      ditolak: ke penyerahan
      asal: rekonstruksi
      sumber: Kebiasaan
      rekonstruksi:
        - ya
  - paralel:
      id: kajian
      selesai_bila: semua
      asal: rekonstruksi
      sumber: Kebiasaan
      rekonstruksi:
        - selesai_bila
      cabang:
        - - id: kajian_teknis
            kegiatan: Mengkaji teknis
            untuk_setiap:
              - petugas
              - juru_ukur
            selesai_bila: 1
            penanggungjawab: pelaksana
            kelengkapan:
              - Berkas lengkap
            waktu: 2 jam
            keluaran:
              - Telaahan
        - - id: sidang
            kegiatan: Menyidangkan
            pelaksana:
              - tim
            kelengkapan:
              - Berkas lengkap
            waktu: 5 hari kalender
            keluaran:
              - Telaahan
  - id: penyerahan
    kegiatan: Menyerahkan keputusan
    pelaksana:
      - petugas
    kelengkapan:
      - Telaahan
    waktu: 1 hari
    tidak_sebelum: sesudah permohonan
    tembusan:
      - pemohon
    pengesahan:
      oleh:
        - kepala
      selesai_bila: semua
      berurutan: tidak
      asal: rekonstruksi
      sumber: Kebiasaan
      rekonstruksi:
        - berurutan
"""


class Hostile(NamedTuple):
    """A file that must be refused with a code at a line."""

    name: str
    data: bytes
    code: str
    line: int


class Key(NamedTuple):
    """A key of FULL: its lines with what it holds, its indentation, its way, and the kind of what it holds."""

    first: int
    after: int
    lead: str
    way: str
    kind: str

    @property
    def name(self) -> str:
        return self.way.rpartition(".")[2]


LINES = FULL.splitlines()
_KEY = re.compile(r"((?: |- )*)([a-z_]+):(.*)")


def _keys() -> list[Key]:
    found: list[Key] = []
    above: list[tuple[int, str]] = []  # indentation and name of the keys around
    for number, line in enumerate(LINES):
        match = _KEY.fullmatch(line)
        if not match:
            continue
        indent = len(match[1])
        above = [*(outer for outer in above if outer[0] < indent), (indent, match[2])]
        after = number + 1
        while after < len(LINES) and len(LINES[after]) - len(LINES[after].lstrip()) > indent:
            after += 1
        inside = LINES[number + 1].lstrip() if after > number + 1 else ""
        kind = "text" if match[3] else "list" if inside.startswith("- ") else "mapping"
        found.append(Key(number, after, match[1], ".".join(name for _, name in above), kind))
    return found


KEYS = _keys()


def _with(key: Key, *lines: str, whole: bool = True) -> bytes:
    """FULL with lines instead of a key, or after it."""
    first = key.first if whole else key.after
    return "\n".join([*LINES[:first], *lines, *LINES[key.after :], ""]).encode("utf-8", "surrogatepass")


def wrong_shapes() -> Iterator[Hostile]:
    """A list or a mapping where a text belongs, a text where a mapping does, and so on, at every key."""
    wrong = {"text": ("[salah]", "{salah: salah}"), "list": ("{salah: salah}",), "mapping": ("salah salah", "[salah]")}
    for key in KEYS:
        for value in wrong[key.kind] if key.name != "pengesahan" else ("[[salah]]", "[{oleh: salah}]"):
            yield Hostile(
                f"{key.way}:{value}", _with(key, f"{key.lead}{key.name}: {value}"), "BENTUK_SALAH", key.first + 1
            )


def misspelt_keys() -> Iterator[Hostile]:
    """Every key with a letter too many; what stands in a decision is taken for an outcome."""
    for key in KEYS:
        if key.way.endswith((".ya", ".tidak", ".ditolak")):
            continue
        rest = LINES[key.first].partition(":")[2]
        data = _with(key, f"{key.lead}{key.name}x:{rest}", *LINES[key.first + 1 : key.after])
        outcome = ".keputusan." in key.way
        line, code = key.first + 1, "TUJUAN_SALAH" if outcome else "KUNCI_TAK_DIKENAL"
        if outcome and key.kind == "list":
            code = "BENTUK_SALAH"
        yield Hostile(f"{key.way}x", data, code, line)


def doubled_keys() -> Iterator[Hostile]:
    """Every key once more, right after itself."""
    for key in KEYS:
        again = f"{' ' * len(key.lead)}{key.name}: lagi"
        yield Hostile(f"{key.way} again", _with(key, again, whole=False), "KUNCI_GANDA", key.after + 1)


# What a value that is no free text is told when it makes no sense.
_TYPED = {
    "PILIHAN_SALAH": "format asal aturan ketentuan.bila zona_waktu siklus jenis diisi_saat_mulai berurutan",
    "ID_SALAH": "sop jabatan penanggungjawab organisasi id tahap dahulu",
    "TANGGAL_SALAH": "tanggal_pembuatan tanggal_revisi tanggal_efektif jadwal.mulai tanggal tidak_sebelum",
    "BILANGAN_SALAH": "butir selesai_bila",
    "WAKTU_SALAH": "waktu",
    "TUJUAN_SALAH": "lalu ya tidak ditolak",
}
_CODE_OF = {word: code for code, words in _TYPED.items() for word in words.split()}
QUICK = ("17:00", "NO", "2026-02-30", "9" * 5000)
MORE = ("~", ".inf", "0x1F", "1e400", "-1", "1.0", "os.system", "'{{ 7*7 }}'", "'<script>'", "../../etc/passwd", "''")


def senseless_values(values: tuple[str, ...]) -> Iterator[Hostile]:
    """What YAML would make times, truths and numbers of, or what wants to be run, wherever words have types."""
    for key in KEYS:
        code = _CODE_OF.get(".".join(key.way.split(".")[-2:])) or _CODE_OF.get(key.name)
        if not code or key.kind != "text" or key.way == "tahapan.bila":
            continue
        for value in values:
            if value == "''" and key.way.startswith("identitas.tanggal"):
                continue  # an empty date is a date that was not printed
            if key.way in ("sop", "organisasi") and re.fullmatch("[a-z0-9-]+", value):
                continue  # a number is a good name for a procedure
            data = _with(key, f"{key.lead}{key.name}: {value}")
            yield Hostile(f"{key.way}={value[:20]}", data, code, key.first + 1)


_SPOILT = {
    "JANGKAR": ("&a {}", "*a"),
    "TAG": ("!!str {}", "!!python/object/apply:os.system [ls]", "!<tag:x> {}", "!x {}"),
    "KARAKTER_TERLARANG": ("{}\u200b", "\u202e{}", "{}\x07", '"{}\\u2066"', "{}\ufe0f", "{}\ue000", "{}\x00"),
    "YAML_RUSAK": ('"{}', "'{}", "[{}", "@{}", "`{}", "%{}", "{}: {}", '"\\q"', '"\\ud800"'),
    "KUNCI_BUKAN_TEKS": ("{{{{ {} }}}}",),
}


def spoilt_values() -> Iterator[Hostile]:
    """What YAML has beyond plain values, and characters nobody sees, at every key that holds a text."""
    for key in KEYS:
        if key.kind == "text":
            value = LINES[key.first].partition(": ")[2]
            for code, patterns in _SPOILT.items():
                for pattern in patterns:
                    data = _with(key, f"{key.lead}{key.name}: {pattern.replace('{}', value, 1).format(value)}")
                    yield Hostile(f"{key.way}~{pattern}", data, code, key.first + 1)
