"""`sop check` shows what was found: in JSON, in sentences, with the faulty place quoted however long its line."""

import json
import tracemalloc
from pathlib import Path

import pytest

from sop_engine.cli.main import main

SOP_396 = Path(__file__).parents[2] / "workflows" / "396-ort06-3601-2023.yaml"


def test_the_calendar_of_a_year_is_in_the_answer(capsys):
    code = main(["check", str(SOP_396), "--year", "2026", "--json"])

    answer = json.loads(capsys.readouterr().out)
    assert (code, answer["ok"]) == (0, True)
    assert answer["working_days"] == {"shortest": 19, "longest_without_rework": 19}
    assert answer["calendar"] == {
        "year": 2026,
        "cases": [
            {
                "start": "2027-01-04",
                "shortest": "2027-01-29",
                "longest_without_rework": "2027-01-29",
                "limits": [
                    {"id": "surat", "date": "2027-01-31", "falls_on": "2027-01-29", "late": 0},
                    {"id": "undang_undang", "date": "2027-02-28", "falls_on": "2027-02-26", "late": 0},
                ],
            }
        ],
    }


def test_the_calendar_of_a_year_is_told_in_a_sentence(capsys):
    main(["check", str(SOP_396), "--year", "2026"])

    shown = capsys.readouterr().out
    assert "Menurut kalender, mulai Senin, 4 Januari 2027 dan selesai paling lambat Jumat, 29 Januari 2027." in shown
    assert "rencanakan dengan Jumat, 26 Februari 2027" in shown


@pytest.mark.parametrize("year", ["27", "1999", "2101", "20270", "tahun depan", "²⁰²⁷"])
def test_a_year_nobody_means_is_misuse(year, capsys):
    assert main(["check", str(SOP_396), "--year", year]) == 2
    assert "tulis tahun dengan empat angka" in capsys.readouterr().err


def test_of_a_long_line_only_what_surrounds_the_fault_is_quoted(tmp_path, capsys):
    file = tmp_path / "panjang.yaml"
    file.write_text(f"a: [{'x, ' * 5_000}*y, {'z, ' * 5_000}]\n", "utf-8")

    assert main(["check", str(file)]) == 1

    lines = capsys.readouterr().out.splitlines()
    at = next(number for number, line in enumerate(lines) if "*y" in line and "│" in line)
    assert len(lines[at]) < 250
    assert lines[at + 1].index("^") == lines[at].index("*y")


def test_a_file_far_too_large_is_refused_without_being_read(tmp_path, capsys):
    file = tmp_path / "besar.yaml"
    with file.open("wb") as out:
        out.truncate(300_000_000)
    tracemalloc.start()
    code = main(["check", str(file)])
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert code == 1
    assert "lebih besar dari 1 MB" in capsys.readouterr().out
    assert most < 30_000_000
