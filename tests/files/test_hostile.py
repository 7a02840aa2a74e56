"""Hostile files are refused: each with its code at its line, in two seconds and 200 MB, never with a traceback."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from sop_engine.domain.definition import Definition
from sop_engine.domain.organisation import Organisation
from sop_engine.errors import DefinitionInvalid
from sop_engine.files.check import check_file
from sop_engine.files.reader import read
from sop_engine.files.schema import schema_of
from tests.files.attacks import BY_HAND, HEAVY, SOUND_BUT_LARGE
from tests.files.faults import ORGANISATION
from tests.files.hostile import (
    FULL,
    KEYS,
    MORE,
    QUICK,
    Hostile,
    doubled_keys,
    misspelt_keys,
    senseless_values,
    spoilt_values,
    wrong_shapes,
)

ROOT = Path(__file__).parents[2]
SECONDS, MEGABYTES = "2", "100"  # `sop check` has taken some 100 MB when it begins to read
ONE_FAULT = [*wrong_shapes(), *misspelt_keys(), *doubled_keys(), *senseless_values(QUICK)]
GENERATED = [*senseless_values(MORE), *spoilt_values()]

limited = pytest.mark.skipif(sys.platform != "linux", reason="only Linux says and limits what a process uses")


def named(row: Hostile) -> str:
    return f"{row.code}-{row.name[:60]}".encode("ascii", "backslashreplace").decode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "organisasi").mkdir()
    (tmp_path / "organisasi" / "kantor-contoh.yaml").write_text(ORGANISATION, "utf-8")
    return tmp_path


def errors_of(folder: Path, data: bytes) -> set[tuple[str, int]]:
    file = folder / "izin.yaml"
    file.write_bytes(data)
    problems = check_file(file).problems
    assert all(1 <= problem.line <= data.count(b"\n") + 2 for problem in problems)
    assert all(len(problem.message) <= 400 for problem in problems)
    return {(problem.code, problem.line) for problem in problems if problem.severity == "error"}


def test_the_example_is_sound_and_has_every_key_of_the_format(folder):
    schema = schema_of(Definition)
    known = {key for model in [schema, *schema["$defs"].values()] for key in model.get("properties", {})}

    assert errors_of(folder, FULL.encode()) == set()
    assert known | {"oleh", "selesai_bila", "berurutan"} <= {key.name for key in KEYS}


def test_there_are_enough_of_them():
    rows = [*BY_HAND, *ONE_FAULT, *HEAVY]

    assert len({row.data for row in rows}) >= 1000
    assert len({row.data for row in GENERATED}) >= 2000


@pytest.mark.parametrize("row", BY_HAND, ids=named)
def test_a_hostile_file_is_refused_at_its_line(row, folder):
    assert (row.code, row.line) in errors_of(folder, row.data)


@pytest.mark.parametrize("row", ONE_FAULT, ids=named)
def test_one_fault_at_any_key_is_told_at_its_line_and_alone(row, folder):
    found = errors_of(folder, row.data)

    assert (row.code, row.line) in found
    assert {code for code, _ in found} <= {row.code, "KUNCI_KURANG"}


@pytest.mark.long
@pytest.mark.parametrize("row", GENERATED, ids=named)
def test_a_spoilt_value_at_any_key_is_refused_at_its_line(row, folder):
    assert (row.code, row.line) in errors_of(folder, row.data)


WORDS_OF_CODE = [
    "{{ 7*7 }}",
    "{% import os %}",
    "__import__('os').system('ls')",
    "!!python/object/apply:os.system [ls]",
    "os.system('ls')",
    "$(ls) `ls` ; rm -rf /",
    "%s %(nama)s {0.__class__}",
    "<script>alert(1)</script>",
    "'; DROP TABLE cases; --",
    "=cmd|' /C calc'!A0",
    "file:///etc/passwd",
]


@pytest.mark.parametrize("words", WORDS_OF_CODE)
def test_words_that_look_like_code_stay_words(words, folder):
    quoted = json.dumps(words)
    text = FULL.replace("kegiatan: Menyidangkan", f"kegiatan: {quoted}").replace(
        "tanya: Berkas lengkap?", f"tanya: {quoted}"
    )

    definition = read(text.encode(), "izin.yaml", Definition)

    assert errors_of(folder, text.encode()) == set()
    assert {stage.activity for stage in definition.stages()} >= {words}
    assert words in [stage.decision.question for stage in definition.stages() if stage.decision]


def test_an_organisation_whose_superiors_go_round_for_ever_is_told_in_few_words(folder):
    ring = "".join(f"  j{n}: {{nama: x, atasan: j{(n + 1) % 7_000}}}\n" for n in range(7_000))
    (folder / "organisasi" / "kantor-contoh.yaml").write_text(
        f"format: organisasi/1\nid: kantor-contoh\nnama: x\nunit: {{a: {{nama: A}}}}\njabatan:\n{ring}", "utf-8"
    )

    assert "ATASAN_BERPUTAR" in {code for code, _ in errors_of(folder, FULL.encode())}


# -- in a process with limits ------------------------------------------------------------------------


def confined(folder: Path, rows: list[Hostile]) -> dict[str, dict[str, Any]]:
    """What became of each row, by its name, where no check may take more than the limits."""
    for number, row in enumerate(rows):
        (folder / f"{number:05}.yaml").write_bytes(row.data)
    done = subprocess.run(
        [sys.executable, "-m", "tests.files.confined", str(folder), SECONDS, MEGABYTES],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(rows)
    return {f"{row.code} {row.name}": answer for row, answer in zip(rows, answers, strict=True)}


def not_refused(rows: list[Hostile], answers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The rows that were not refused with their code at their line, and what happened instead."""
    expected = {f"{row.code} {row.name}": [row.code, row.line] for row in rows}
    return {
        name: answer.get("problems", answer)[:3] if "problems" in answer else answer
        for name, answer in answers.items()
        if expected[name] not in answer.get("problems", [])
    }


@limited
def test_the_costliest_files_are_refused_in_two_seconds_and_200_megabytes(folder):
    assert not_refused(HEAVY, confined(folder, HEAVY)) == {}


@limited
def test_large_files_without_a_fault_are_checked_within_the_same_bounds(folder):
    answers = confined(folder, SOUND_BUT_LARGE)

    assert {name: answer for name, answer in answers.items() if answer.get("problems") != []} == {}


@limited
def test_a_check_that_takes_too_much_is_ended(folder):
    """The limits are real: what passes them could have failed."""
    (folder / "izin.yaml").write_bytes(SOUND_BUT_LARGE[1].data)
    arguments = [sys.executable, "-m", "tests.files.confined", str(folder), SECONDS, "1"]

    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=True)

    assert "ended" in json.loads(done.stdout)


@limited
@pytest.mark.long
def test_every_hostile_file_is_refused_within_the_bounds(folder, capsys):
    rows = [*BY_HAND, *ONE_FAULT, *GENERATED, *HEAVY]
    rows = list({f"{row.code} {row.name}": row for row in rows}.values())
    answers = confined(folder, rows)

    with capsys.disabled():
        for what in ("seconds", "megabytes"):
            worst = max(answers, key=lambda name: answers[name].get(what, 0))
            most = answers[worst].get(what, 0)
            sys.stdout.write(f"\n{len(rows)} hostile files: at most {most:.2f} {what} ({worst[:60]})")
    assert not_refused(rows, answers) == {}


@pytest.mark.long
def test_a_thousand_stages_are_checked_in_less_than_a_second(folder, capsys):
    [row] = [row for row in SOUND_BUT_LARGE if row.name == "a thousand stages"]
    (folder / "izin.yaml").write_bytes(row.data)
    check_file(folder / "izin.yaml")  # what is read once is read here
    started = time.perf_counter()
    found = check_file(folder / "izin.yaml")
    taken = time.perf_counter() - started

    with capsys.disabled():
        sys.stdout.write(f"\n1,000 stages checked in {taken:.2f} s")
    assert found.definition
    assert len(found.definition.stages()) == 1000
    assert taken < 1


def test_organisations_have_no_such_hole_either():
    text = ORGANISATION.replace("surel: loket@contoh.go.id", "surel: {a: b}")

    with pytest.raises(DefinitionInvalid, match="pasangan"):
        read(text.encode(), "kantor.yaml", Organisation)
