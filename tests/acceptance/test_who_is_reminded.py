"""Found by the stateful test: who is reminded, and told on, once work is handed in and several sign it off."""

from datetime import timedelta
from typing import Any

import pytest

from sop_engine.application.answer_sign_off import approve
from sop_engine.application.fire_reminders import fire_reminders
from tests.invariants import check, nobody_idle_is_reminded
from tests.office import Office
from tests.strategies import ORGANISATION, move_in, text_of

LATE = ("pengingat", "terlambat", "eskalasi")


def signed_off(**rule: Any) -> dict[str, Any]:
    """One stage of staf_dua that others sign off."""
    return {
        "format": "sop/1",
        "sop": "uji-pengesahan",
        "identitas": {"nomor": "1/UJI/2027", "nama": "Uji", "disahkan_oleh": {"jabatan": "kepala"}},
        "penanggungjawab": "kepala",
        "organisasi": ORGANISATION["id"],
        "jadwal": {"siklus": "per_permohonan", "pengingat": ["saat tenggat"], "eskalasi": ["1 hari sesudah"]},
        "tahapan": [
            {"id": "naskah", "kegiatan": "Menyusun", "pelaksana": "staf_dua", "waktu": "1 hari", "pengesahan": rule}
        ],
    }


@pytest.fixture
def asked(office: Office, request: pytest.FixtureRequest) -> Office:
    """An office in which the stage's work was handed in."""
    move_in(office)
    office.start(office.in_force(text_of(signed_off(**request.param), "1/UJI/2027"), signer="kepala"))
    office.done("naskah")
    return office


def reminded(office: Office, days: int) -> list[tuple[str, str]]:
    """(kind, position) of what is mailed about lateness while some days pass."""
    before = len(office.engine.reading.messages())
    for _ in range(days * 4):
        office.at += timedelta(hours=6)
        fire_reminders(office.store, office.at)
    nobody_idle_is_reminded(office)
    return [(m.kind, m.to_position) for m in office.engine.reading.messages()[before:] if m.kind in LATE]


def test_who_has_handed_work_in_is_not_reminded_of_it(running: Office) -> None:
    running.done("disposisi")
    running.done("persiapan")

    told = {position for _, position in reminded(running, 7)}

    assert told == {"sekretaris", "ketua"}, "only the signer is late, and his superior hears of it"
    check(running)


@pytest.mark.parametrize("asked", [{"oleh": ["kabid_satu", "staf_satu"]}], indirect=True)
def test_who_is_asked_in_two_positions_is_reminded_once_until_both_are_given(asked: Office) -> None:
    """One person is staf_satu and acting kabid_satu."""
    both = asked.person["staf_satu"]
    (first, *_), (second, *_) = asked.asked()
    rows = asked.store.query("SELECT level FROM reminders WHERE person_id = ? AND state = 'armed'", (both,))
    assert len(rows) == 2

    approve(asked.store, asked.who(both), first)

    assert ("terlambat", "kabid_satu") in reminded(asked, 3)
    approve(asked.store, asked.who(both), second)
    assert reminded(asked, 3) == []
    check(asked)


@pytest.mark.parametrize("asked", [{"oleh": ["kabid_satu", "wakil"]}], indirect=True)
def test_who_has_signed_is_not_reminded_while_another_is_asked(asked: Office) -> None:
    approve(asked.store, asked.who("kabid_satu"), asked.asked()[0][0])

    told = {position for _, position in reminded(asked, 3)}

    assert "kabid_satu" not in told
    assert "wakil" in told
    check(asked)


@pytest.mark.parametrize("asked", [{"oleh": ["kabid_satu", "kabid_dua"], "berurutan": "ya"}], indirect=True)
def test_each_turn_has_a_deadline_and_a_way_up_of_its_own(asked: Office) -> None:
    """Both turns are late; the same superior is told of each."""
    first = reminded(asked, 3)
    approve(asked.store, asked.who("kabid_satu"), asked.asked()[0][0])

    second = reminded(asked, 3)

    assert ("eskalasi", "wakil") in first
    assert ("eskalasi", "wakil") in second
    check(asked)
