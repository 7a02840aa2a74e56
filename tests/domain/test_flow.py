"""The flow: sequence, decisions, rework, slots, blocks, quorum; always as a replay of what was done."""

from dataclasses import dataclass

import pytest

from sop_engine.domain.definition import Definition
from sop_engine.domain.flow import Flow, Position, replay

HEAD = {
    "format": "sop/1",
    "sop": "uji",
    "identitas": {"nomor": "1/X/2027", "nama": "Uji", "disahkan_oleh": {"jabatan": "kepala"}},
    "penanggungjawab": "kepala",
    "organisasi": "uji",
}


@dataclass(frozen=True)
class Done:
    stage: str
    slot: str = ""
    outcome: str | None = None
    redo: tuple[str, ...] = ()


def flow_of(*steps: dict) -> Flow:
    return Flow(Definition.model_validate({**HEAD, "tahapan": list(steps)}))


def stage(name: str, **keys: object) -> dict:
    performer = {} if "untuk_setiap" in keys else {"pelaksana": "staf"}
    return {"id": name, "kegiatan": f"Mengerjakan {name}", **performer, **keys}


def walk(flow: Flow, *done: Done) -> tuple[list[str], bool]:
    """The stages open after some completions, and whether the end was reached by the last."""
    position, ended = Position(flow), False
    position.begin()
    for run in done:
        move = position.complete(run.stage, run.slot, run.outcome or "lanjut", run.redo)
        assert move is not None, run
        ended = move.ended
    return sorted(position.visits), ended


def test_stages_follow_each_other_and_the_last_one_ends_the_case() -> None:
    flow = flow_of(stage("a"), stage("b"))

    assert walk(flow) == (["a"], False)
    assert walk(flow, Done("a")) == (["b"], False)
    assert walk(flow, Done("a"), Done("b")) == ([], True)


def test_a_decision_leads_on_back_forward_or_to_the_end() -> None:
    ways = {
        "tanya": "Bagaimana?",
        "baik": "lanjut",
        "ulang": "kembali ke a",
        "cepat": "ke d",
        "henti": "selesai",
    }
    flow = flow_of(stage("a"), stage("b", keputusan=ways), stage("c"), stage("d"))

    assert walk(flow, Done("a"), Done("b", outcome="baik"))[0] == ["c"]
    assert walk(flow, Done("a"), Done("b", outcome="ulang"))[0] == ["a"]
    assert walk(flow, Done("a"), Done("b", outcome="cepat"))[0] == ["d"]
    assert walk(flow, Done("a"), Done("b", outcome="henti")) == ([], True)
    assert flow.goes_back("b", "ulang")
    assert not flow.goes_back("b", "cepat")


def test_an_outcome_the_stage_does_not_have_moves_nothing() -> None:
    flow = flow_of(stage("a"), stage("b"))
    position = Position(flow)
    position.begin()

    assert position.complete("a", "", "mungkin") is None
    assert position.complete("b", "", "lanjut") is None
    assert sorted(position.visits) == ["a"]


def test_every_slot_must_end_before_the_flow_goes_on() -> None:
    flow = flow_of(stage("a", untuk_setiap=["x", "y"]), stage("b"))

    assert walk(flow, Done("a", "y"))[0] == ["a"]
    assert walk(flow, Done("a", "y"), Done("a", "x"))[0] == ["b"]


def test_at_quorum_the_other_slots_are_dropped() -> None:
    flow = flow_of(stage("a", untuk_setiap=["x", "y", "z"], selesai_bila="2"), stage("b"))
    position = Position(flow)
    position.begin()
    position.complete("a", "x", "lanjut")

    move = position.complete("a", "z", "lanjut")

    assert move is not None
    assert move.dropped == [("a", "y")]
    assert [visit.stage for visit in move.opened] == ["b"]


def test_rework_redoes_the_named_slots_only() -> None:
    back = {"tanya": "Lengkap?", "ya": "lanjut", "tidak": "kembali ke a"}
    flow = flow_of(stage("a", untuk_setiap=["x", "y"]), stage("b", keputusan=back))
    first = [Done("a", "x"), Done("a", "y")]
    position = Position(flow)
    position.begin()
    for run in first:
        position.complete(run.stage, run.slot, "lanjut")

    move = position.complete("b", "", "tidak", ["x"])

    assert move is not None
    assert [visit.pending for visit in move.opened] == [{"x"}]
    assert walk(flow, *first, Done("b", outcome="tidak", redo=("x",)), Done("a", "x"))[0] == ["b"]
    assert walk(flow, *first, Done("b", outcome="tidak"), Done("a", "x"))[0] == ["a"]


def test_branches_run_side_by_side_and_join() -> None:
    inner = {"paralel": {"id": "q", "cabang": [[stage("c")], [stage("d")]]}}
    flow = flow_of(stage("a"), {"paralel": {"id": "p", "cabang": [[stage("b")], [inner, stage("e")]]}}, stage("f"))

    assert walk(flow, Done("a"))[0] == ["b", "c", "d"]
    assert walk(flow, Done("a"), Done("c"), Done("d"))[0] == ["b", "e"]
    assert walk(flow, Done("a"), Done("c"), Done("d"), Done("e"))[0] == ["b"]
    assert walk(flow, Done("a"), Done("c"), Done("d"), Done("e"), Done("b"))[0] == ["f"]


def test_a_block_with_a_quorum_leaves_the_slower_branches() -> None:
    branches = [[stage("b")], [stage("c"), stage("d")], [stage("e")]]
    flow = flow_of({"paralel": {"id": "p", "cabang": branches, "selesai_bila": "2"}}, stage("f"))
    position = Position(flow)
    position.begin()
    position.complete("b", "", "lanjut")

    move = position.complete("e", "", "lanjut")

    assert move is not None
    assert move.dropped == [("c", "")]
    assert sorted(position.visits) == ["f"]


def test_going_back_over_a_block_runs_all_its_branches_again() -> None:
    back = {"tanya": "Baik?", "ya": "lanjut", "tidak": "kembali ke a"}
    flow = flow_of(
        stage("a"),
        {"paralel": {"id": "p", "cabang": [[stage("b")], [stage("c")]]}},
        stage("d", keputusan=back),
    )
    once = [Done("a"), Done("c"), Done("b"), Done("d", outcome="tidak")]

    assert walk(flow, *once)[0] == ["a"]
    assert walk(flow, *once, Done("a"), Done("b"))[0] == ["c"]


def test_a_skipped_stage_leads_on() -> None:
    flow = flow_of(stage("a", bila="Perlu?"), stage("b"))

    assert walk(flow, Done("a", outcome="dilewati"))[0] == ["b"]


def test_replay_names_the_first_run_that_does_not_fit() -> None:
    flow = flow_of(stage("a"), stage("baru"), stage("b"))
    strange = Done("b")

    assert isinstance(replay(flow, [Done("a"), Done("baru")]), Position)
    assert replay(flow, [Done("a"), strange]) is strange


@pytest.mark.parametrize("count", [3, 40])
def test_one_machine_serves_every_case_and_keeps_no_model(count: int) -> None:
    flow = flow_of(stage("a"), stage("b"))
    for _ in range(count):
        walk(flow, Done("a"), Done("b"))

    assert flow.machine.models == []
