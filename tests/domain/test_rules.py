"""The gates in their order, each quoting its clause; without the clause it is the engine's own rule."""

from datetime import UTC, datetime, timedelta

import pytest

from sop_engine.domain.definition import Definition
from sop_engine.domain.organisation import Organisation
from sop_engine.domain.rules import GATES, may_start_another, pass_gates
from sop_engine.domain.state import Edition
from sop_engine.errors import Refusal

NOW = datetime(2027, 1, 4, 1, tzinfo=UTC)
CLAUSES = [
    {"butir": "1", "aturan": "dilaksanakan_setiap_bagian", "teks": "di setiap bagian"},
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


REFUSED = [
    (edition("draft"), "kepala", 6, "belum ditandatangani"),
    (edition("in_force", NOW + timedelta(days=1)), "kepala", 6, "baru berlaku"),
    (edition("void"), "kepala", 4, "batal seluruhnya"),
    (edition("expired"), "kepala", 5, "telah berakhir"),
    (edition("in_execution"), "asing", 1, "tidak ada dalam struktur"),
]


@pytest.mark.parametrize(("subject", "position", "clause", "words"), REFUSED)
def test_each_gate_quotes_its_clause(subject: Edition, position: str, clause: int, words: str) -> None:
    with pytest.raises(Refusal, match=words) as refused:
        pass_gates(subject, definition(), ORGANISATION, position, NOW)

    assert refused.value.clause == clause
    assert refused.value.clause_text in str(refused.value)


@pytest.mark.parametrize(("subject", "position", "clause", "words"), REFUSED[:4])
def test_without_the_clause_it_is_our_own_rule(subject: Edition, position: str, clause: int, words: str) -> None:
    with pytest.raises(Refusal, match=words) as refused:
        pass_gates(subject, definition([]), ORGANISATION, position, NOW)

    assert refused.value.clause is None
    assert "aturan mesin SOP" in str(refused.value)


def test_without_rule_1_the_structure_is_not_asked() -> None:
    pass_gates(edition("in_execution"), definition([]), ORGANISATION, "asing", NOW)


@pytest.mark.parametrize("state", ["in_force", "in_execution", "replaced"])  # running cases finish under a replaced one
def test_an_edition_in_force_lets_acts_pass(state: str) -> None:
    pass_gates(edition(state), definition(), ORGANISATION, "kepala", NOW)


@pytest.mark.parametrize("missing", range(len(GATES)))
def test_each_gate_is_needed(missing: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one of the gates, what only it forbids would pass."""
    subject, position = [(s, p) for s, p, _, _ in REFUSED][[0, 2, 3, 4][missing]]
    monkeypatch.setattr("sop_engine.domain.rules.GATES", tuple(g for n, g in enumerate(GATES) if n != missing))

    pass_gates(subject, definition(), ORGANISATION, position, NOW)


def test_the_first_gate_that_forbids_is_the_one_that_speaks() -> None:
    with pytest.raises(Refusal) as refused:
        pass_gates(edition("void"), definition(), ORGANISATION, "asing", NOW)

    assert refused.value.clause == 4


def test_one_edition_is_one_cycle_with_clause_5_only() -> None:
    with pytest.raises(Refusal) as refused:
        may_start_another(edition("in_execution"), definition(), 1)
    assert refused.value.clause == 5

    with pytest.raises(Refusal, match="telah diganti") as refused:
        may_start_another(edition("replaced"), definition(), 0)
    assert refused.value.clause is None

    may_start_another(edition("in_force"), definition(), 0)
    free = edition("in_execution")
    free.single_case = 0
    may_start_another(free, definition([]), 7)
