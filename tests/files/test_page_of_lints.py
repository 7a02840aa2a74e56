"""`docs/lints.md` tells of every code what it means, with an example that really brings it, and the remedy."""

import re
from pathlib import Path

import pytest

from sop_engine.errors import DefinitionInvalid
from sop_engine.files.calendars import Decree
from sop_engine.files.check import Checked, check_file
from sop_engine.files.codes import CODES
from sop_engine.files.reader import read
from tests.files.faults import ORGANISATION, SOUND

PAGE = (Path(__file__).parents[2] / "docs" / "lints.md").read_text("utf-8")
ENTRIES = {
    code: body.strip().split("\n\n", 2)
    for code, body in re.findall(r"^### (\w+)\n\n(.*?)(?=\n+#{2,3} |\Z)", PAGE, re.MULTILINE | re.DOTALL)
}
SHOWN = {code: example[8:-4] for code, (_, example, _) in ENTRIES.items() if example.startswith("```yaml\n")}

DECISION = """\
keputusan:
      tanya: Berkas lengkap?
      ya: lanjut
      tidak: kembali ke permohonan
      ditolak: ke penyerahan"""

# What each example stands in for: a piece of the sound SOP, or of its organisation.
INSTEAD_OF = {
    "KARAKTER_TERLARANG": "objek: Izin keramaian",
    "YAML_RUSAK": "objek: Izin keramaian",
    "DOKUMEN_GANDA": "",
    "JANGKAR": "objek: Izin keramaian",
    "TAG": "objek: Izin keramaian",
    "KUNCI_GANDA": "objek: Izin keramaian",
    "KUNCI_BUKAN_TEKS": "objek: Izin keramaian",
    "KUNCI_TAK_DIKENAL": "mengetahui: [arsip]",
    "KUNCI_KURANG": "- id: pemeriksaan\n    kegiatan: Memeriksa berkas\n    pelaksana: [petugas, kepala_loket]",
    "KOSONG": "kegiatan: Memeriksa berkas",
    "BENTUK_SALAH": "kegiatan: Memeriksa berkas",
    "TERLALU_PANJANG": "no: 1\n",
    "PILIHAN_SALAH": "siklus: per_permohonan",
    "ID_SALAH": "id: pemeriksaan",
    "GANDA": "mengetahui: [arsip]",
    "BILANGAN_SALAH": "butir: 1\n",
    "TANGGAL_SALAH": "tanggal_pembuatan: 2026-01-05",
    "WAKTU_SALAH": "waktu: 1-3 hari",
    "TINGKAT_SALAH": "eskalasi: [1 hari sesudah]",
    "TUJUAN_SALAH": "tidak: kembali ke permohonan",
    "KEPUTUSAN_SALAH": DECISION,
    "PELAKSANA_SALAH": "untuk_setiap: [petugas, juru_ukur]",
    "ID_GANDA": "id: sidang",
    "ATURAN_GANDA": "aturan: batal_bila_berubah",
    "OBJEK_KOSONG": "aturan: batal_bila_berubah\n    objek: [ruang_lingkup, penanggungjawab]",
    "OBJEK_TANPA_ATURAN": "aturan: dilaksanakan_setiap_bagian",
    "TAHAP_TAK_DIKENAL": "tahap: penyerahan",
    "TUJUAN_LUAR_DAFTAR": "ditolak: ke penyerahan",
    "TUJUAN_BUKAN_MUNDUR": "tidak: kembali ke permohonan",
    "TUJUAN_BUKAN_MAJU": "ditolak: ke penyerahan",
    "LALU_MUNDUR": "lalu: selesai",
    "LALU_KEPUTUSAN": DECISION,
    "KEPUTUSAN_UNTUK_SETIAP": "untuk_setiap: [petugas, juru_ukur]",
    "PENANGGUNGJAWAB_PELAKSANA": "penanggungjawab: kepala_loket",
    "SELESAI_BILA": "untuk_setiap: [petugas, juru_ukur]\n            selesai_bila: 1",
    "DAHULU_SALAH": "no: 1\n",
    "URUTAN_SALAH": "tidak_sebelum: sesudah permohonan",
    "TAK_TERCAPAI": "no: 1\n",
    "TAK_BERUJUNG": "lalu: selesai",
    "ORGANISASI_TIDAK_ADA": "organisasi: kantor-contoh",
    "JABATAN_TAK_DIKENAL": "pengesahan: [kepala]",
    "BUKAN_JABATAN": "pengesahan: [kepala]",
    "PIHAK_LUAR": "penanggungjawab: kepala_loket",
    "KELOMPOK_DALAM_DAFTAR": "pelaksana: tim",
    "UNIT_TAK_DIKENAL": "mengetahui: [arsip]",
    "UNIT_TANPA_TUGAS": "mengetahui: [arsip]",
    "PENGESAH_PELAKSANA": "pengesahan: [kepala]",
    "PENGESAH_PENCATAT": "pelaksana: pemohon",
    "NOMOR_TIDAK_KONSISTEN": "nomor: 12/PEL/2026",
    "TANGGAL_REVISI": "tanggal_revisi:",
    "TANGGAL_EFEKTIF": "tanggal_efektif: 2026-01-05",
    "LINGKUP_KOSONG": "ruang_lingkup:\n  objek: Izin keramaian\n  unit: [kantor, loket]",
    "ASAL_KOSONG": "asal: dokumen",
    "SUMBER_KOSONG": "no: 1\n",
    "REKONSTRUKSI_TAK_DIKENAL": "no: 1\n",
    "KELUARAN_TAK_TERPAKAI": "keluaran: [Berkas lengkap]",
    "AKHIR_TANPA_TEMBUSAN": "tembusan: [pemohon]",
    "TANPA_WAKTU": "waktu: 30 menit",
    "MENIT_SEHARI": "waktu: 30 menit",
    "SIKLUS_SATU_EDISI": "aturan: dilaksanakan_setiap_bagian",
    "SIKLUS_GANDA": "siklus: per_permohonan",
    "TINGKAT_GANDA": "pengingat: [1 hari sebelum, saat tenggat]",
    "TINGKAT_TERBALIK": "eskalasi: [1 hari sesudah]",
    "BATAS_TERLAMPAUI": "tanggal: 14 hari sesudah permohonan",
    "BATAS_HARI_LIBUR": "tanggal: 14 hari sesudah permohonan\n      jenis: internal",
}
IN_ORGANISATION = {
    "PENCATAT_KURANG": "pemohon: {nama: Pemohon, unit: umum, luar: ya, dicatat_oleh: petugas}",
    "SUREL_SALAH": "surel: loket@contoh.go.id",
    "ID_ORGANISASI": "id: kantor-contoh",
    "ATASAN_BERPUTAR": "kepala: {nama: Kepala, unit: kantor}",
    "KUORUM_BESAR": "tim: {nama: Tim, anggota: [kepala, kepala_loket, juru_ukur], kuorum: 2}",
}


def replaced(text: str, old: str, example: str) -> str:
    """The text with an example in the place of a piece, indented as that was; at the end without a piece."""
    if not old:
        return f"{text}{example}\n"
    assert text.count(old) == 1, f"«{old}» must stand once"
    indent = text.index(old) - text.rindex("\n", 0, text.index(old)) - 1
    return text.replace(old, example.replace("\n", "\n" + " " * indent) + "\n" * old.endswith("\n"))


def checked(folder: Path, sop: str, organisation: str) -> Checked:
    (folder / "organisasi").mkdir()
    (folder / "organisasi" / "kantor-contoh.yaml").write_text(organisation, "utf-8")
    (folder / "izin.yaml").write_text(sop, "utf-8")
    return check_file(folder / "izin.yaml", 2026)


def test_every_code_has_an_entry_with_its_meaning_and_a_remedy():
    assert sorted(re.findall(r"^### (\w+)$", PAGE, re.MULTILINE)) == sorted(CODES)
    for code, (meaning, example, remedy) in ENTRIES.items():
        assert meaning == f"{CODES[code][0].upper()}{CODES[code][1:]}.", code
        assert example.startswith(("```yaml\n", "Misalnya ")), code
        assert re.fullmatch(r"Perbaikan: .+\.", remedy), code


def test_every_example_of_the_page_is_tried_out():
    assert SHOWN.keys() == INSTEAD_OF.keys() | IN_ORGANISATION.keys() | {"NILAI_SALAH"}


@pytest.mark.parametrize("code", INSTEAD_OF)
def test_an_example_brings_its_code(code, tmp_path):
    sop = replaced(SOUND, INSTEAD_OF[code], SHOWN[code])

    assert code in {problem.code for problem in checked(tmp_path, sop, ORGANISATION).problems}


@pytest.mark.parametrize("code", IN_ORGANISATION)
def test_an_example_of_an_organisation_brings_its_code(code, tmp_path):
    organisation = replaced(ORGANISATION, IN_ORGANISATION[code], SHOWN[code])

    assert code in {problem.code for problem in checked(tmp_path, SOUND, organisation).problems}


def test_the_example_of_a_decree_brings_its_code():
    decree = f"format: kalender/1\nid: skb\ndasar: Keputusan Bersama\n{SHOWN['NILAI_SALAH']}\n"

    with pytest.raises(DefinitionInvalid) as refused:
        read(decree.encode(), "skb.yaml", Decree)

    assert {problem.code for problem in refused.value.problems} == {"NILAI_SALAH"}
