"""The gates in their order, each quoting its clause; without the clause it is the engine's own rule."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from sop_engine.domain.definition import Definition, RuleName
from sop_engine.domain.organisation import Organisation
from sop_engine.domain.rules import CATALOGUE, ONLY_OF_PROPOSALS, Act, pass_gates
from sop_engine.domain.state import Edition, Run
from sop_engine.errors import Refusal

NOW = datetime(2027, 1, 4, 1, tzinfo=UTC)
CLAUSES = [
    {"butir": "1", "aturan": "dilaksanakan_setiap_bagian", "teks": "di setiap bagian"},
    {"butir": "3", "aturan": "tahapan_selesai_terkunci", "teks": "tidak berlaku untuk tahapan yang sudah selesai"},
    {"butir": "4", "aturan": "batal_bila_berubah", "objek": ["ruang_lingkup"], "teks": "batal seluruhnya"},
    {"butir": "5", "aturan": "tidak_berlaku_saat_berakhir", "teks": "dinyatakan tidak berlaku"},
    {"butir": "6", "aturan": "berlaku_saat_ditandatangani", "teks": "pada saat ditandatangani"},
]
ORGANISATION = Organisation.model_validate(
    {
        "format": "organisasi/1",
        "id": "uji",
        "nama": "Uji",
        "unit": {"a": {"nama": "A"}},
        "jabatan": {"kepala": {"nama": "Kepala"}},
    }
)


def definition(clauses: list | None = None) -> Definition:
    return Definition.model_validate(
        {
            "format": "sop/1",
            "sop": "uji",
            "identitas": {"nomor": "1/X/2027", "nama": "Uji", "disahkan_oleh": {"jabatan": "kepala"}},
            "penanggungjawab": "kepala",
            "organisasi": "uji",
            "ketentuan": CLAUSES if clauses is None else clauses,
            "tahapan": [{"id": "a", "kegiatan": "Mengerjakan", "pelaksana": "kepala"}],
        }
    )


def edition(state: str, in_force_at: datetime = NOW) -> Edition:
    return Edition(1, "uji", "1/X/2027", "0", state=state, in_force_at=in_force_at, single_case=1)


def run(state: str) -> Run:
    return Run(7, 1, "a", 1, "", 1, NOW, 1, state=state)


def act(subject: Edition, clauses: list | None = None, **about: object) -> Act:
    return Act(subject, definition(clauses), ORGANISATION, NOW, **about)  # type: ignore[arg-type]


RULES = [
    ("berlaku_saat_ditandatangani", edition("draft"), {}, 6, "belum ditandatangani"),
    ("berlaku_saat_ditandatangani", edition("in_force", NOW + timedelta(days=1)), {}, 6, "baru berlaku"),
    ("batal_bila_berubah", edition("void"), {}, 4, "batal seluruhnya"),
    ("tidak_berlaku_saat_berakhir", edition("expired"), {}, 5, "telah berakhir"),
    ("tidak_berlaku_saat_berakhir", edition("replaced"), {}, 5, "telah diganti"),
    ("tidak_berlaku_saat_berakhir", edition("in_execution"), {"earlier_cases": 1}, 5, "hanya untuk satu siklus"),
    ("dilaksanakan_setiap_bagian", edition("in_execution"), {"position": "asing"}, 1, "tidak ada dalam struktur"),
    ("tahapan_selesai_terkunci", edition("in_execution"), {"run": run("completed")}, 3, "«Mengerjakan» sudah selesai"),
]
OUR_OWN = [row for row in RULES if row[0] != "dilaksanakan_setiap_bagian"]


def test_every_rule_of_the_format_is_one_function_of_the_catalogue() -> None:
    assert CATALOGUE.keys() | ONLY_OF_PROPOSALS == set(get_args(RuleName))
    assert not CATALOGUE.keys() & ONLY_OF_PROPOSALS
    assert len(set(CATALOGUE.values())) == len({rule.__doc__ for rule in CATALOGUE.values()}) == len(CATALOGUE)
    assert {row[0] for row in RULES} == set(CATALOGUE)


@pytest.mark.parametrize(("rule", "subject", "about", "clause", "words"), RULES)
def test_each_gate_quotes_its_clause(rule: str, subject: Edition, about: dict, clause: int, words: str) -> None:
    with pytest.raises(Refusal, match=words) as refused:
        pass_gates(act(subject, **about))

    assert refused.value.clause == clause
    assert refused.value.clause_text in str(refused.value)


@pytest.mark.parametrize(("rule", "subject", "about", "clause", "words"), OUR_OWN)
def test_without_the_clause_it_is_our_own_rule(
    rule: str, subject: Edition, about: dict, clause: int, words: str
) -> None:
    with pytest.raises(Refusal, match=words) as refused:
        pass_gates(act(subject, [], **about))

    assert refused.value.clause is None
    assert "aturan mesin SOP" in str(refused.value)


def test_without_rule_1_the_structure_is_not_asked() -> None:
    pass_gates(act(edition("in_execution"), [], position="asing"))


@pytest.mark.parametrize("state", ["in_force", "in_execution"])
def test_an_edition_in_force_lets_acts_pass(state: str) -> None:
    pass_gates(act(edition(state), position="kepala", run=run("active")))


@pytest.mark.parametrize(("rule", "subject", "about", "clause", "words"), RULES)
def test_each_rule_is_needed(
    rule: RuleName, subject: Edition, about: dict, clause: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a rule what only it forbids would pass."""
    monkeypatch.delitem(CATALOGUE, rule)

    pass_gates(act(subject, **about))


def test_the_first_rule_that_forbids_is_the_one_that_speaks() -> None:
    with pytest.raises(Refusal) as refused:
        pass_gates(act(edition("void"), position="asing", run=run("completed")))

    assert refused.value.clause == 4


def test_without_clause_5_an_edition_holds_any_number_of_cases() -> None:
    free = edition("in_execution")
    free.single_case = 0

    pass_gates(act(free, [], earlier_cases=7))
