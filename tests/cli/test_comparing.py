"""`sop diff`: the JSON others rely on, the words a Sekretaris reads, and a history for `--completed`."""

from pathlib import Path

import pytest

from sop_engine.cli.comparing import plausible
from sop_engine.domain.flow import Flow
from sop_engine.files.check import check_file
from tests.cli.conftest import Terminal
from tests.office import SOP_396, WORKFLOWS


@pytest.fixture
def proposed(tmp_path: Path) -> Path:
    """A copy of SOP 396 in a folder with its organisation, in which S05 takes a day more."""
    (tmp_path / "organisasi").symlink_to(Path(WORKFLOWS).resolve() / "organisasi")
    file = tmp_path / "usul.yaml"
    text = Path(SOP_396).read_text("utf-8")
    assert text.count("waktu: 2 hari") == 1
    file.write_text(text.replace("waktu: 2 hari", "waktu: 3 hari"), "utf-8")
    return file


def test_the_shape_of_the_answer(sop: Terminal, proposed: Path) -> None:
    answer = sop.json("diff", SOP_396, proposed)

    change = {
        "path": "tahapan.verifikasi.waktu",
        "kind": "schedule",
        "clause": 2,
        "effect": "applies",
        "before": "2 hari",
        "after": "3 hari",
    }
    assert answer["verdict"] == "revision"
    assert answer["changes"] == [change]
    assert sop.json("diff", SOP_396, SOP_396) | {"verdict": "none", "changes": []} == sop.json("diff", SOP_396, SOP_396)


def test_in_words_for_the_ratifying_official(sop: Terminal, proposed: Path) -> None:
    shown = sop("diff", SOP_396, proposed, "--completed", "verifikasi")

    assert shown.code == 1
    assert "S05 «Menghimpun" in shown.out
    assert "2 hari" in shown.out
    assert "3 hari" in shown.out
    assert "Ditolak." in shown.out
    assert "angka 3 «Perubahan tidak berlaku" in " ".join(shown.out.split())


def test_a_later_pass_is_under_the_new_text(sop: Terminal, proposed: Path) -> None:
    assert sop.json("diff", SOP_396, proposed, "--completed", "data_capaian:ksb_kul@2")["verdict"] == "revision"


@pytest.mark.parametrize(
    ("completed", "sentence"),
    [
        ("nirwana", "tidak ada tahap nirwana"),
        ("data_capaian:ketua", "tidak mempunyai bagian ketua"),
        ("verifikasi:ketua", "tidak dibagi"),
        ("Verifikasi!", "tidak dapat dibaca"),
        ("publikasi@2", "tidak dapat mencapai putaran 2"),
    ],
)
def test_a_history_that_cannot_be_says_why(sop: Terminal, proposed: Path, completed: str, sentence: str) -> None:
    shown = sop("diff", SOP_396, proposed, "--completed", completed)

    assert shown.code == 2
    assert sentence in shown.err


@pytest.mark.parametrize(
    ("wanted", "ends"),
    [
        ([("verifikasi", "", 2)], ["verifikasi tidak", "data_capaian", "data_capaian", "data_capaian", "data_capaian"]),
        ([("data_capaian", "ksb_kul", 2)], ["verifikasi tidak", "data_capaian"]),
        ([("verifikasi", "", 1)], ["verifikasi ya"]),
    ],
)
def test_made_up_histories(wanted: list, ends: list[str]) -> None:
    flow = Flow(check_file(Path(SOP_396)).require().definition)

    told = [f"{past.stage} {past.outcome}".removesuffix(" lanjut") for past in plausible(flow, wanted)]

    assert " ".join(ends) in " ".join(told)
