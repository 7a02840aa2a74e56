"""The twenty basic workflow patterns, each as a small definition; `docs/control-flow.md` tells of them."""

import re
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from sop_engine.application.claim_task import claim_task
from sop_engine.application.start_case import cancel_case
from sop_engine.domain.flow import Flow, Position
from sop_engine.files.lints import lint
from sop_engine.wiring import parse_definition
from tests.invariants import check
from tests.office import Office

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "control-flow.md"
HEAD = """\
format: sop/1
sop: pola
identitas: {nomor: 1/POLA/2027, nama: Pola, disahkan_oleh: {jabatan: kepala}}
penanggungjawab: kepala
organisasi: pola
tahapan:
"""
TWO_BRANCHES = """
- paralel:
    id: kajian
    cabang:
      - [{id: uji, kegiatan: Uji, pelaksana: a}]
      - [{id: nilai, kegiatan: Nilai, pelaksana: b}]
"""
CHOSEN = """
- paralel:
    id: kajian
    cabang:
      - - {id: teknis, kegiatan: Teknis, pelaksana: a, keputusan: {tanya: Perlu?, ya: lanjut, tidak: selesai}}
        - {id: uji, kegiatan: Uji, pelaksana: a}
      - - {id: hukum, kegiatan: Hukum, pelaksana: b, keputusan: {tanya: Perlu?, ya: lanjut, tidak: selesai}}
        - {id: telaah, kegiatan: Telaah, pelaksana: b}
      - - {id: keuangan, kegiatan: Keuangan, pelaksana: c, keputusan: {tanya: Perlu?, ya: lanjut, tidak: selesai}}
        - {id: hitung, kegiatan: Hitung, pelaksana: c}
- {id: simpulan, kegiatan: Simpulan, pelaksana: a}
"""


def faults(stages: str) -> list[str]:
    """The codes of the errors in stages written as in a file."""
    definition = parse_definition(HEAD + textwrap.indent(stages, "  "))
    return [problem.code for problem in lint(definition) if problem.severity == "error"]


class Token:
    """A case that goes through stages written as in a file; they must be without errors."""

    def __init__(self, stages: str) -> None:
        assert faults(stages) == []
        self.position = Position(Flow(parse_definition(HEAD + textwrap.indent(stages, "  "))))
        self.position.begin()
        self.dropped: list[str] = []
        self.entered: list[str] = []
        self.ended = False

    @property
    def open(self) -> set[str]:
        """The stages somebody may work on now."""
        return set(self.position.visits)

    def done(self, stage: str, outcome: str = "lanjut", slot: str = "") -> set[str]:
        """Complete a stage, or a slot of it; gives the stages open afterwards."""
        move = self.position.complete(stage, slot, outcome)
        assert move is not None, f"{stage} is not open, or has no outcome {outcome}"
        self.dropped += [dropped for dropped, _ in move.dropped]
        self.entered += [visit.stage for visit in move.opened]
        self.ended = move.ended
        return self.open


def test_1_sequence() -> None:
    case = Token("""
- {id: terima, kegiatan: Terima, pelaksana: a}
- {id: catat, kegiatan: Catat, pelaksana: b}
""")
    assert case.open == {"terima"}
    assert case.done("terima") == {"catat"}
    assert case.done("catat") == set()
    assert case.ended


def test_2_parallel_split() -> None:
    case = Token("- {id: terima, kegiatan: Terima, pelaksana: a}" + TWO_BRANCHES)
    assert case.done("terima") == {"uji", "nilai"}


def test_3_synchronization() -> None:
    case = Token(TWO_BRANCHES + "- {id: lapor, kegiatan: Lapor, pelaksana: a}")
    assert case.done("nilai") == {"uji"}
    assert case.done("uji") == {"lapor"}


CHOICE = """
- id: periksa
  kegiatan: Periksa
  pelaksana: a
  keputusan: {tanya: Besarnya?, kecil: lanjut, besar: ke lelang}
- {id: beli, kegiatan: Beli, pelaksana: a, lalu: ke bayar}
- {id: lelang, kegiatan: Lelang, pelaksana: b}
- {id: bayar, kegiatan: Bayar, pelaksana: c}
"""


@pytest.mark.parametrize(("outcome", "way"), [("kecil", "beli"), ("besar", "lelang")])
def test_4_exclusive_choice(outcome: str, way: str) -> None:
    assert Token(CHOICE).done("periksa", outcome) == {way}


@pytest.mark.parametrize(("outcome", "way"), [("kecil", "beli"), ("besar", "lelang")])
def test_5_simple_merge(outcome: str, way: str) -> None:
    case = Token(CHOICE)
    case.done("periksa", outcome)

    assert case.done(way) == {"bayar"}
    assert case.entered.count("bayar") == 1


def test_6_multi_choice() -> None:
    case = Token(CHOSEN)
    case.done("teknis", "ya")
    case.done("hukum", "tidak")

    assert case.done("keuangan", "ya") == {"uji", "hitung"}


def test_6_multi_choice_of_single_stages() -> None:
    case = Token("""
- paralel:
    id: kajian
    cabang:
      - [{id: uji, kegiatan: Uji, pelaksana: a, bila: Perlu uji?}]
      - [{id: survei, kegiatan: Survei, pelaksana: b, bila: Perlu survei?}]
- {id: lapor, kegiatan: Lapor, pelaksana: a}
""")
    case.done("uji", "dilewati")

    assert case.open == {"survei"}
    assert case.done("survei") == {"lapor"}


def test_7_structured_synchronizing_merge() -> None:
    case = Token(CHOSEN)
    case.done("hukum", "tidak")
    case.done("teknis", "ya")
    case.done("keuangan", "tidak")

    assert case.open == {"uji"}
    assert case.done("uji") == {"simpulan"}
    assert case.entered.count("simpulan") == 1


@pytest.mark.parametrize("stage", ["lapor", "terima"])
def test_8_a_branch_can_not_be_left_by_a_jump(stage: str) -> None:
    word = "ke" if stage == "lapor" else "kembali ke"
    assert faults(f"""
- {{id: terima, kegiatan: Terima, pelaksana: a}}
- paralel:
    id: kajian
    cabang:
      - [{{id: uji, kegiatan: Uji, pelaksana: a, keputusan: {{tanya: Cukup?, ya: lanjut, tidak: {word} {stage}}}}}]
      - [{{id: nilai, kegiatan: Nilai, pelaksana: b}}]
- {{id: lapor, kegiatan: Lapor, pelaksana: a}}
""") == ["TUJUAN_LUAR_DAFTAR"]


def test_9_discriminator() -> None:
    case = Token("""
- paralel:
    id: tawaran
    cabang:
      - - {id: toko, kegiatan: Toko, pelaksana: a}
      - - {id: pabrik, kegiatan: Pabrik, pelaksana: b}
        - {id: angkut, kegiatan: Angkut, pelaksana: b}
      - - {id: gudang, kegiatan: Gudang, pelaksana: c}
    selesai_bila: 1
- {id: pilih, kegiatan: Pilih, pelaksana: a}
""")
    case.done("pabrik")

    assert case.done("gudang") == {"pilih"}
    assert sorted(case.dropped) == ["angkut", "toko"]
    assert case.position.complete("toko", "", "lanjut") is None
    assert case.entered.count("pilih") == 1


CYCLE = """
- {id: masuk, kegiatan: Masuk, pelaksana: a, keputusan: {tanya: Dari mana?, baru: lanjut, lama: ke periksa}}
- {id: susun, kegiatan: Susun, pelaksana: a, keputusan: {tanya: Jadi?, ya: lanjut, batal: ke arsip}}
- {id: periksa, kegiatan: Periksa, pelaksana: b, keputusan: {tanya: Baik?, ya: lanjut, tidak: kembali ke susun}}
- {id: terbit, kegiatan: Terbit, pelaksana: a}
- {id: arsip, kegiatan: Arsip, pelaksana: a}
"""


@pytest.mark.parametrize(("entrance", "first"), [("baru", "susun"), ("lama", "periksa")])
@pytest.mark.parametrize(("leaving", "outcome", "outside"), [("susun", "batal", "arsip"), ("periksa", "ya", "terbit")])
def test_10_arbitrary_cycles(entrance: str, first: str, leaving: str, outcome: str, outside: str) -> None:
    case = Token(CYCLE)
    assert case.done("masuk", entrance) == {first}
    for _ in range(3):
        if case.open == {"susun"}:
            case.done("susun", "ya")
        assert case.done("periksa", "tidak") == {"susun"}
    if leaving == "periksa":
        case.done("susun", "ya")

    assert case.done(leaving, outcome) == {outside}


@pytest.mark.parametrize("last", ["uji", "nilai"])
def test_11_implicit_termination(last: str) -> None:
    case = Token(TWO_BRANCHES)
    case.done("nilai" if last == "uji" else "uji")
    assert not case.ended

    case.done(last)

    assert case.ended
    assert case.open == set()


def test_13_instances_known_at_design_time() -> None:
    case = Token("""
- {id: data, kegiatan: Data, untuk_setiap: [a, b, c]}
- {id: rekap, kegiatan: Rekap, pelaksana: a}
""")
    assert case.position.visits["data"].pending == {"a", "b", "c"}
    case.done("data", slot="c")
    case.done("data", slot="a")
    assert case.open == {"data"}
    assert case.done("data", slot="b") == {"rekap"}


def test_13_a_quorum_of_instances() -> None:
    case = Token("""
- {id: data, kegiatan: Data, untuk_setiap: [a, b, c], selesai_bila: 2}
- {id: rekap, kegiatan: Rekap, pelaksana: a}
""")
    case.done("data", slot="c")

    assert case.done("data", slot="a") == {"rekap"}
    assert case.dropped == ["data"]


@pytest.mark.parametrize(("first", "other"), [("jawaban", "batas"), ("batas", "jawaban")])
def test_16_deferred_choice(first: str, other: str) -> None:
    case = Token("""
- paralel:
    id: menunggu
    cabang:
      - [{id: jawaban, kegiatan: Jawaban diterima, pelaksana: a}]
      - [{id: batas, kegiatan: Batas waktu lewat, pelaksana: b}]
    selesai_bila: 1
- {id: putuskan, kegiatan: Putuskan, pelaksana: a}
""")
    assert case.open == {"jawaban", "batas"}
    assert case.done(first) == {"putuskan"}
    assert case.dropped == [other]


RACE = """
- paralel:
    id: pekerjaan
    cabang:
      - [{id: disposisi, kegiatan: Mengerjakan, pelaksana: staf_rendatin}]
      - [{id: pembatalan, kegiatan: Membatalkan, pelaksana: ksb_rendatin}]
    selesai_bila: 1
- {id: lapor, kegiatan: Lapor, pelaksana: staf_rendatin}
"""


def test_19_cancel_activity(office: Office) -> None:
    head = HEAD.replace("kepala", "sekretaris").replace("organisasi: pola", "organisasi: kpu-kab-pandeglang")
    office.start(office.in_force(head + textwrap.indent(RACE, "  ")))
    [(task, person, _)] = office.open_tasks("disposisi")
    claim_task(office.store, office.who(person), task)  # it was begun

    office.done("pembatalan")

    assert [(stage, state) for stage, _, _, state in office.runs()] == [
        ("disposisi", "void"),
        ("pembatalan", "completed"),
        ("lapor", "active"),
    ]
    assert office.open_tasks("disposisi") == []
    check(office)


def test_20_cancel_case(running: Office) -> None:
    running.done("disposisi")
    case = running.engine.reading.cases()[0]

    cancel_case(running.store, running.who("sekretaris"), case.id, "sekretaris", "Permintaan ditarik kembali.")

    assert running.engine.reading.cases()[0].state == "cancelled"
    assert [(stage, state) for stage, _, _, state in running.runs()] == [
        ("disposisi", "completed"),
        ("persiapan", "void"),
    ]
    assert running.open_tasks() == []


# -- the table --------------------------------------------------------------------------------------

ROWS = re.findall(r"^\| (\d+) \| ([^|]+) \| (\w+) \| ([^|]+) \|([^|]*)\|$", DOCUMENT.read_text("utf-8"), re.MULTILINE)
HERE: dict[str, Callable[..., None]] = {name: value for name, value in globals().items() if name.startswith("test_")}


def test_the_table_has_the_twenty_patterns() -> None:
    assert [int(number) for number, *_ in ROWS] == list(range(1, 21))
    assert len({name for _, name, *_ in ROWS}) == 20


@pytest.mark.parametrize(("number", "name", "expressible", "how", "tests"), ROWS)
def test_no_pattern_is_claimed_without_its_test(number: str, name: str, expressible: str, how: str, tests: str) -> None:
    named = re.findall(r"`(\w+)`", tests)

    assert expressible in ("yes", "partly", "no")
    assert (expressible == "no") == how.startswith("not expressible, because")
    assert set(named) <= HERE.keys()
    assert expressible == "no" or any(test.startswith(f"test_{number}_") for test in named)


def test_every_test_of_a_pattern_stands_in_the_table() -> None:
    told = set(re.findall(r"`(test_\w+)`", DOCUMENT.read_text("utf-8")))

    assert {test for test in HERE if re.match(r"test_\d", test)} == told
