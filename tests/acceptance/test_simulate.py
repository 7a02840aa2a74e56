"""`simulate`: the whole of SOP 396 through the real store, ticker and SMTP, on a virtual clock."""

import json
from datetime import date
from typing import Any

import pytest

from sop_engine.simulation import Choices, simulate
from tests.office import SOP_396

GOLDEN = {  # research: domain.md §4; the day each stage is due
    2023: ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-10", "2024-01-12", "2024-01-17", "2024-01-18",
           "2024-01-19", "2024-01-22", "2024-01-23", "2024-01-24", "2024-01-25", "2024-01-26"],
    2024: ["2025-01-02", "2025-01-03", "2025-01-06", "2025-01-10", "2025-01-14", "2025-01-17", "2025-01-20",
           "2025-01-21", "2025-01-22", "2025-01-23", "2025-01-24", "2025-01-30", "2025-01-31"],
    2025: ["2026-01-02", "2026-01-05", "2026-01-06", "2026-01-12", "2026-01-14", "2026-01-20", "2026-01-21",
           "2026-01-22", "2026-01-23", "2026-01-26", "2026-01-27", "2026-01-28", "2026-01-29"],
    2026: ["2027-01-04", "2027-01-06", "2027-01-07", "2027-01-13", "2027-01-15", "2027-01-20", "2027-01-21",
           "2027-01-22", "2027-01-25", "2027-01-26", "2027-01-27", "2027-01-28", "2027-01-29"],
}  # fmt: skip


def due_days(found: dict[str, Any]) -> list[str]:
    """The due day of each stage, in the order of the table."""
    return list({stage["id"]: stage["due_at"][:10] for stage in found["stages"]}.values())


@pytest.fixture(scope="module")
def usual() -> dict[str, Any]:
    """Fiscal year 2026, everything as usual."""
    return simulate(SOP_396, year=2026)


@pytest.mark.parametrize("year", GOLDEN)
def test_due_dates_are_the_golden_ones(year: int) -> None:
    assert due_days(simulate(SOP_396, year=year)) == GOLDEN[year]


@pytest.mark.parametrize("spare", [0, 240])
def test_due_dates_do_not_depend_on_how_early_people_finish(spare: int) -> None:
    assert due_days(simulate(SOP_396, year=2026, choices=Choices(spare_minutes=spare))) == GOLDEN[2026]


def test_the_case_ends_and_the_edition_expires(usual: dict[str, Any]) -> None:
    assert (usual["case"]["status"], usual["edition"]["status"]) == ("completed", "expired")
    assert len(usual["stages"]) == 16
    assert {stage["status"] for stage in usual["stages"]} == {"completed"}
    assert [(s["stage"], s["position"], s["status"]) for s in usual["sign_offs"]] == [
        ("persiapan", "sekretaris", "given"),
        ("penggandaan", "sekretaris", "given"),
        ("penyampaian", "sekretaris", "given"),
    ]
    assert usual["audit"]["verified"]


def test_every_mail_reached_the_sink(usual: dict[str, Any]) -> None:
    assert {message["status"] for message in usual["messages"]} == {"sent"}
    kinds = {message["kind"] for message in usual["messages"]}
    assert kinds >= {"penugasan", "permintaan_pengesahan", "disahkan", "selesai", "berakhir", "pemberitahuan"}
    assert "terlambat" not in kinds


def test_two_runs_are_byte_identical(usual: dict[str, Any]) -> None:
    assert json.dumps(simulate(SOP_396, year=2026)) == json.dumps(usual)


def test_one_unit_sent_back_adds_two_runs(usual: dict[str, Any]) -> None:
    found = simulate(SOP_396, year=2026, choices=Choices(outcomes={"verifikasi": ["tidak(ksb_kul)", "ya"]}))

    assert len(found["stages"]) == 18
    again = [(s["id"], s["position"]) for s in found["stages"] if s["pass"] == 2]
    assert again == [("data_capaian", "ksb_kul"), ("verifikasi", "ksb_rendatin")]
    first = [s for s in found["stages"] if s["pass"] == 1 and s["no"] in ("S01", "S02", "S03", "S04")]
    assert first == [s for s in usual["stages"] if s["no"] in ("S01", "S02", "S03", "S04")]


def test_without_units_all_are_sent_back() -> None:
    found = simulate(SOP_396, year=2026, choices=Choices(outcomes={"verifikasi": ["tidak", "ya"]}))

    assert len(found["stages"]) == 21
    assert found["case"]["status"] == "completed"


def test_a_late_stage_is_reminded_and_escalated_up_the_superiors() -> None:
    found = simulate(SOP_396, year=2026, choices=Choices(late={"penyusunan_draf": 4}))

    about = [(m["kind"], m["to_position"]) for m in found["messages"] if m["stage"] == "penyusunan_draf"]
    assert about == [
        ("penugasan", "staf_rendatin"),
        ("pengingat", "staf_rendatin"),
        ("pengingat", "staf_rendatin"),
        ("terlambat", "staf_rendatin"),
        ("eskalasi", "ksb_rendatin"),
        ("terlambat", "staf_rendatin"),
        ("eskalasi", "sekretaris"),
    ]


def test_the_start_can_be_chosen() -> None:
    found = simulate(SOP_396, year=2026, start=date(2027, 1, 11))

    assert found["stages"][0]["activated_at"] == "2027-01-11T07:30:00+07:00"
