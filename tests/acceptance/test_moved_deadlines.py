"""A date that counts from a stage of another branch moves the due date of work that is already open."""

from datetime import date, datetime
from typing import Any

import pytest

from sop_engine.application.fire_reminders import fire_reminders
from tests.invariants import check
from tests.office import Office
from tests.strategies import ORGANISATION, move_in, text_of

NUMBER = "2/UJI/2027"


def two_branches(limit: str = "", not_before: str = "") -> dict[str, Any]:
    """Two units survey while one person writes; the writing's dates count from the survey's end."""
    survey = {"id": "survei", "kegiatan": "Menyurvei", "untuk_setiap": ["kabid_satu", "kabid_dua"], "waktu": "5 hari"}
    writing = {"id": "naskah", "kegiatan": "Menulis", "pelaksana": "wakil", "waktu": "10 hari"}
    limits = [{"id": "cepat", "tahap": "naskah", "tanggal": limit}] if limit else []
    return {
        "format": "sop/1",
        "sop": "uji-tenggat",
        "identitas": {"nomor": NUMBER, "nama": "Uji", "disahkan_oleh": {"jabatan": "kepala"}},
        "penanggungjawab": "kepala",
        "organisasi": ORGANISATION["id"],
        "jadwal": {"siklus": "per_permohonan", "batas": limits, "pengingat": ["1 hari sebelum"]},
        "tahapan": [
            {
                "paralel": {
                    "id": "kerja",
                    "cabang": [[survey], [writing | ({"tidak_sebelum": not_before} if not_before else {})]],
                }
            }
        ],
    }


def begun(office: Office, sop: dict[str, Any]) -> Office:
    move_in(office)
    office.start(office.in_force(text_of(sop, NUMBER), signer="kepala"), year=None)
    return office


def due(office: Office) -> tuple[str, int]:
    """The day the writing is due, and how often its due date has moved."""
    [(at, number)] = office.store.query("SELECT due_at, deadline_no FROM stage_runs WHERE stage = 'naskah'")
    return str(at)[:10], number


def reminders(office: Office) -> list[tuple[str, str]]:
    """(day, state) of the writing's reminders."""
    found = office.store.query(
        "SELECT d.at, d.state FROM reminders d JOIN stage_runs r ON r.office_id = d.office_id AND r.id = d.run_id"
        " WHERE r.stage = 'naskah' AND d.person_id = ? ORDER BY d.deadline_no",
        (office.person["wakil"],),
    )
    return [(str(at)[:10], state) for at, state in found]


MOVED = [
    ({"limit": "2 hari sesudah survei"}, "2027-01-18", "2027-01-08"),  # cut by the limit
    ({"not_before": "4 hari sesudah survei"}, "2027-01-18", "2027-01-25"),  # counted from that day's opening
]


@pytest.mark.parametrize(("rule", "before", "after"), MOVED, ids=["limit", "not before"])
def test_the_due_date_moves_with_its_reminders_and_the_performer_is_told(
    office: Office, rule: dict[str, str], before: str, after: str
) -> None:
    begun(office, two_branches(**rule))
    assert due(office) == (before, 1)
    office.at = office.calendar.closing(date(2027, 1, 6))
    office.done("survei", "kabid_satu")
    assert due(office) == (before, 1)  # one unit's survey is not the stage
    office.done("survei", "kabid_dua")

    told = [m for m in office.engine.reading.messages() if m.kind == "penugasan" and m.created_at == office.at]
    assert due(office) == (after, 2)
    assert {mail.to_position for mail in told} == {"wakil"}
    assert all("Tenggat dihitung kembali" in mail.context["catatan"] for mail in told)
    assert [state for _, state in reminders(office)] == ["superseded", "armed"]
    office.at = datetime.fromisoformat(f"{after}T23:00:00+00:00")
    fire_reminders(office.store, office.at)
    assert [state for _, state in reminders(office)] == ["superseded", "sent"]
    check(office)


def test_a_date_that_binds_no_earlier_than_before_moves_nothing(office: Office) -> None:
    begun(office, two_branches(limit="20 hari sesudah survei"))
    office.done("survei", "kabid_satu")
    office.done("survei", "kabid_dua")

    assert due(office)[1] == 1
    assert [state for _, state in reminders(office)] == ["armed"]


def test_a_stage_opened_while_half_of_the_slots_are_done_counts_from_no_slot(office: Office) -> None:
    sop = two_branches(limit="1 hari sesudah survei")
    branch = sop["tahapan"][0]["paralel"]["cabang"][1]
    branch.insert(0, {"id": "bahan", "kegiatan": "Mengumpulkan bahan", "pelaksana": "wakil", "waktu": "1 hari"})
    begun(office, sop)
    office.done("survei", "kabid_satu")
    office.done("bahan")

    assert due(office) == ("2027-01-18", 1)
