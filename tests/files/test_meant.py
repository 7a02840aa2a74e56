"""Common ways of writing a value are answered with the right one, and nothing that is no such way."""

import pytest

from sop_engine.files.meant import meant

MEANT = [
    ("WAKTU_SALAH", "1hari", "1 hari"),
    ("WAKTU_SALAH", "2 Hari", "2 hari"),
    ("WAKTU_SALAH", "15 mnt", "15 menit"),
    ("WAKTU_SALAH", "3 hr", "3 hari"),
    ("WAKTU_SALAH", "1 hari kerja", "1 hari"),
    ("WAKTU_SALAH", "1 s.d. 3 hari", "1-3 hari"),
    ("WAKTU_SALAH", "2 bln", "2 bulan"),
    ("TINGKAT_SALAH", "1 hari setelah", "1 hari sesudah"),
    ("TINGKAT_SALAH", "1 hari sebelum tenggat", "1 hari sebelum"),
    ("TINGKAT_SALAH", "3 hr sblm jatuh tempo", "3 hari sebelum"),
    ("TINGKAT_SALAH", "Saat Tenggat", "saat tenggat"),
    ("TANGGAL_SALAH", "3 hari setelah terima", "3 hari sesudah terima"),
    ("TANGGAL_SALAH", "hari kerja ke 5 bulan berikutnya", "hari kerja ke-5 bulan berikutnya"),
    ("TANGGAL_SALAH", "5 Januari 2026", "2026-01-05"),
    ("TANGGAL_SALAH", "5 Jan 2026", "2026-01-05"),
    ("TANGGAL_SALAH", "01/02/2026", "2026-02-01"),
    ("TUJUAN_SALAH", "terbit", "ke terbit"),
    ("TUJUAN_SALAH", "kembali terbit", "kembali ke terbit"),
    ("TUJUAN_SALAH", "Selesai", "selesai"),
]
NOTHING = [
    ("WAKTU_SALAH", "sebentar"),
    ("WAKTU_SALAH", "17:00"),
    ("WAKTU_SALAH", "900 hari"),
    ("WAKTU_SALAH", "1hari" + " " * 60 + "x"),
    ("TANGGAL_SALAH", "30/02/2026"),
    ("TANGGAL_SALAH", "1 Juni 1999"),
    ("TANGGAL_SALAH", "5 Januarius 2026"),
    ("TUJUAN_SALAH", "kembali"),
    ("TUJUAN_SALAH", "os.system"),
    ("PILIHAN_SALAH", "1hari"),
    ("WAKTU_SALAH", ""),
]


@pytest.mark.parametrize(("code", "text", "proposal"), MEANT)
def test_a_common_way_of_writing_is_answered_with_the_right_one(code: str, text: str, proposal: str) -> None:
    assert meant(code, text) == proposal


@pytest.mark.parametrize(("code", "text"), NOTHING)
def test_nothing_is_proposed_that_could_mislead(code: str, text: str) -> None:
    assert meant(code, text) == ""
