"""`sop simulate`: the report as JSON, the timeline as words."""

import re
from typing import Any

import pytest

from sop_engine.cli.call import console
from sop_engine.cli.timeline import timeline
from tests.cli.conftest import Terminal
from tests.office import SOP_396


def drawn(report: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> str:
    console().print(timeline(report))
    return " ".join(capsys.readouterr().out.split())


def test_a_year_reads_as_a_timeline_and_answers_in_its_promised_shape(
    sop: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    report = sop.json(
        "simulate", SOP_396, "--year", 2026, "--late", "persiapan=1", "--outcome", "verifikasi=tidak(ksb_kul),ya"
    )

    assert (report["case"], report["edition"]["status"]) == ({"status": "completed", "year": 2026}, "expired")
    assert len(report["stages"]) == 18
    assert report["stages"][0].keys() >= {"id", "pass", "position", "status", "activated_at", "due_at", "completed_at"}
    assert report["sign_offs"][0].keys() >= {"stage", "pass", "position", "status", "at"}
    assert report["messages"][0].keys() >= {"kind", "to_position", "stage", "subject", "at"}
    assert report["audit"]["verified"] is True
    words = drawn(report, capsys)
    assert "Senin, 4 Januari 2027 07.30 ▶ S01 Menerima surat permintaan LKj" in words
    assert re.search(r"▶ S02 [^▶]*Kepala Subbagian Perencanaan, Data, dan Informasi; tenggat Rabu, 6 Januari", words)
    assert "dilewati: 5 Jan (Isra Mikraj" in words
    assert "✉ Penugasan S01 → Sekretaris" in words
    assert "✉ Laporan keterlambatan S02 → Sekretaris" in words
    assert re.search(r"✓ S02 [^✓]*; melewati tenggat", words)
    assert re.search(r"✓ S05 [^✓]* selesai: tidak", words)
    assert "(putaran 2) — Kepala Subbagian Keuangan, Umum, dan Logistik; tenggat" in words
    assert "✎ S02 disahkan — Sekretaris" in words
    assert "Kasus selesai; SOP berakhir." in words
    assert "ksb_" not in words


@pytest.mark.parametrize(
    "wrong", [["--late", "nihil=2"], ["--outcome", "nihil=ya"], ["--late", "disposisi=dua"], ["--start", "besok"]]
)
def test_what_a_simulation_can_not_do_is_told_before_it_begins(sop: Terminal, wrong: list[str]) -> None:
    told = sop("simulate", SOP_396, *wrong)

    assert told.code == 2
    assert told.out == ""
