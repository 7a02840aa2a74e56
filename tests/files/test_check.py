"""Every fault of a file is found: with its code, at its line, in a sentence that says what to do."""

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_engine.domain.definition import Definition
from sop_engine.domain.organisation import Organisation
from sop_engine.errors import DefinitionInvalid, Problem
from sop_engine.files.check import Checked, check_file
from sop_engine.files.codes import CODES
from sop_engine.files.guard import LARGEST
from sop_engine.files.reader import inspect, read
from tests.files.faults import (
    ALL,
    END,
    FILE,
    IN_ORGANISATION,
    ORGANISATION,
    SOUND,
    VALUES,
    WARNINGS,
    WHOLE,
    WITH_OTHERS,
    Row,
)
from tests.files.test_staffing import STAFF_CODES

IN_THE_SOP = [*FILE, *VALUES, *WHOLE, *WITH_OTHERS, *WARNINGS]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "organisasi").mkdir()
    return tmp_path


def checked(folder: Path, text: str = SOUND, organisation: str = ORGANISATION) -> Checked:
    (folder / "organisasi" / "kantor-contoh.yaml").write_text(organisation, "utf-8")
    file = folder / "izin.yaml"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    return check_file(file)


def mutated(text: str, row: Row) -> tuple[str, int]:
    """The text with a row's fault in it, and the line it is expected at."""
    _, old, new, down = row
    if old == ALL:
        return new, 1 + down
    if old == END:
        return text + new, max(1, text.count("\n") + 1 + down)
    assert text.count(old) == 1, f"«{old}» must stand once"
    return text.replace(old, new), text[: text.index(old)].count("\n") + 1 + down


def of(problems: list[Problem], severity: str) -> set[tuple[str, int]]:
    return {(problem.code, problem.line) for problem in problems if problem.severity == severity}


def titled(row: Row) -> str:
    return f"{row[0]}-{row[2][:24]}".encode("ascii", "backslashreplace").decode()


def test_the_sound_example_has_no_problem_and_knows_its_length(folder):
    found = checked(folder)

    assert found.problems == []
    assert found.working_days == (5, 8)
    assert found.require().organisation.id == "kantor-contoh"


@pytest.mark.parametrize("row", IN_THE_SOP, ids=titled)
def test_a_fault_is_found_at_its_line(row, folder):
    text, line = mutated(SOUND, row)

    found = checked(folder, text)

    severity = "warning" if row in WARNINGS or row[0] == "BOM" else "error"
    assert (row[0], line) in of(found.problems, severity)
    assert found.ok == (severity == "warning")


@pytest.mark.parametrize("row", [*VALUES, *WHOLE], ids=titled)
def test_one_fault_brings_no_other_errors(row, folder):
    text, _ = mutated(SOUND, row)

    assert {code for code, _ in of(checked(folder, text).problems, "error")} == {row[0]}


@pytest.mark.parametrize("row", IN_ORGANISATION, ids=titled)
def test_a_fault_of_the_organisation_is_found_in_its_file(row, folder):
    organisation, line = mutated(ORGANISATION, row)

    found = checked(folder, organisation=organisation)

    severity = "warning" if row[0] == "KUORUM_BESAR" else "error"
    assert (row[0], line) in of([p for p in found.problems if p.file.endswith("kantor-contoh.yaml")], severity)
    assert found.ok == (severity == "warning")


def test_every_code_is_documented_and_has_its_fault():
    rows = [*IN_THE_SOP, *IN_ORGANISATION]

    assert len(rows) >= 120
    assert {row[0] for row in rows} | {"BERKAS_TAK_TERBACA", "NILAI_SALAH"} | STAFF_CODES == set(CODES)


@pytest.mark.parametrize("row", IN_THE_SOP, ids=titled)
def test_every_sentence_says_what_to_do(row, folder):
    for problem in checked(folder, mutated(SOUND, row)[0]).problems:
        assert ";" in problem.message or "tulis" in problem.message, problem.message
        assert problem.line >= 1
        assert problem.column >= 1
        assert problem.file


def test_faults_of_every_kind_are_told_at_once(folder):
    text = SOUND
    for row in (
        ("", "objek: Izin keramaian", "objek: &a Izin", 0),
        ("", "siklus:", "siklis:", 0),
        ("", "waktu: 1-3 hari", "waktu: sebentar", 0),
        ("", "tahap: penyerahan", "tahap: penyerahen", 0),
        ("", "tidak: kembali ke permohonan", "tidak: kembali ke penyerahan", 0),
        ("", "pengesahan: [kepala]", "pengesahan: [bupati]", 0),
    ):
        text, _ = mutated(text, row)

    found = of(checked(folder, text).problems, "error")

    assert [code for code, _ in sorted(found, key=lambda pair: pair[1])] == [
        "JANGKAR",
        "KUNCI_TAK_DIKENAL",
        "TAHAP_TAK_DIKENAL",
        "WAKTU_SALAH",
        "TUJUAN_BUKAN_MUNDUR",
        "JABATAN_TAK_DIKENAL",
    ]


@pytest.mark.parametrize(
    ("row", "path", "proposal"),
    [
        (("", "mengetahui:", "mengetahuii:", 0), "mengetahuii", "mungkin maksudnya `mengetahui`"),
        (
            ("", "    no: 1\n", "    kegiatn: x\n", 0),
            "tahapan.permohonan.kegiatn",
            "mungkin maksudnya `kegiatan`",
        ),
        (("", "siklus: per_permohonan", "siklus: perpermohonan", 0), "jadwal.siklus", "`per_permohonan`"),
        (("", "id: pemeriksaan", "id: Periksa Berkas", 0), "tahapan.Periksa Berkas.id", "`periksa_berkas`"),
        (
            ("", "pelaksana: tim", "pelaksana: tym", 0),
            "tahapan.sidang.pelaksana.tym",
            "mungkin maksudnya `tim`",
        ),
        (
            ("", "k: ke penyerahan", "k: ke penyerahn", 0),
            "tahapan.pemeriksaan.keputusan.ditolak",
            "`penyerahan`",
        ),
        (
            ("", "tahap: penyerahan", "tahap: sidan", 0),
            "jadwal.batas.layanan.tahap",
            "mungkin maksudnya `sidang`",
        ),
        (("", "unit: [kantor, loket]", "unit: [kantor, loke]", 0), "ruang_lingkup.unit.loke", "`loket`"),
        (("", "id: sidang", "id: kajian_teknis", 0), "tahapan.kajian_teknis(2).id", "sudah dipakai"),
    ],
)
def test_a_misspelt_word_is_named_by_its_path_and_the_right_one_proposed(row, path, proposal, folder):
    told = [p for p in checked(folder, mutated(SOUND, row)[0]).problems if p.path == path]

    assert proposal in told[0].message


def test_a_misspelt_required_key_is_told_once(folder):
    text, _ = mutated(SOUND, ("", "    kegiatan: Memeriksa berkas", "    kegiatn: Memeriksa berkas", 0))

    assert of(checked(folder, text).problems, "error") == {("KUNCI_TAK_DIKENAL", 47)}


def test_windows_line_ends_change_nothing(folder):
    assert checked(folder, SOUND.replace("\n", "\r\n")).definition == checked(folder, SOUND).definition


def test_what_was_read_and_written_again_reads_the_same():
    definition = read(SOUND.encode(), "izin", Definition)
    organisation = read(ORGANISATION.encode(), "kantor", Organisation)

    for value in (definition, organisation):
        written = yaml.safe_dump(value.model_dump(by_alias=True, exclude_unset=True, mode="json"), allow_unicode=True)
        assert read(written.encode(), "lagi", type(value)) == value
    assert yaml.safe_load(yaml.safe_dump(definition.dump())) == definition.dump()


@pytest.mark.parametrize("where", ["tidak-ada.yaml", "organisasi"])
def test_a_file_that_cannot_be_opened_is_a_problem_not_a_crash(where, folder):
    found = check_file(folder / where)

    assert of(found.problems, "error") == {("BERKAS_TAK_TERBACA", 1)}
    with pytest.raises(DefinitionInvalid, match="periksa"):
        found.require()


def test_only_the_beginning_of_a_huge_file_is_read(folder):
    file = folder / "besar.yaml"
    with file.open("wb") as out:
        out.truncate(10 * LARGEST)

    assert of(check_file(file).problems, "error") == {("TERLALU_BESAR", 1)}


def survives(data: bytes) -> None:
    inspection = inspect(data, "acak.yaml", Definition)
    for problem in inspection.problems:
        assert 1 <= problem.line <= len(inspection.lines) + 1
    if inspection.value is None:
        assert inspection.problems
        with pytest.raises(DefinitionInvalid):
            read(data, "acak.yaml", Definition)


@given(st.binary(max_size=400))
def test_random_bytes_are_only_ever_refused(data):
    survives(data)


YAML_WORDS = st.sampled_from(
    [
        "[",
        "]",
        "{",
        "}",
        ": ",
        "- ",
        "\n",
        "  ",
        "&a ",
        "*a",
        "!x ",
        "|",
        ">",
        "'",
        '"',
        "#",
        "? ",
        "---\n",
        "\t",
    ]
)


@given(st.lists(YAML_WORDS | st.text(max_size=6), max_size=40))
def test_random_yaml_is_only_ever_refused(words):
    survives("".join(words).encode("utf-8", "surrogatepass"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_random_edits_of_a_sound_file_never_crash_the_check(folder, data):
    lines = SOUND.splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        kind = data.draw(st.sampled_from(["drop", "double", "swap", "cut", "indent", "word"]))
        if kind == "drop" and len(lines) > 1:
            lines.pop(at)
        elif kind == "double":
            lines.insert(at, lines[data.draw(st.integers(0, len(lines) - 1))])
        elif kind == "swap":
            other = data.draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        elif kind == "cut":
            lines[at] = lines[at][: data.draw(st.integers(0, len(lines[at])))]
        elif kind == "indent":
            lines[at] = "  " + lines[at]
        else:
            key = lines[at].partition(":")[0]
            lines[at] = f"{key}: {data.draw(YAML_WORDS | st.text(max_size=8))}"

    found = checked(folder, "\n".join(lines).encode("utf-8", "ignore").decode())

    assert found.ok == (found.working_days is not None)
