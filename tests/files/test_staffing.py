"""Who is in post is judged where a database knows it: vacancies, quorums, and two persons for a sign-off."""

import pytest

from sop_engine.files.check import check, check_organisation
from tests.files.faults import ORGANISATION, SOUND

IN_POST = {
    "kepala": {1},
    "kepala_loket": {2},
    "petugas": {3},
    "juru_ukur": {4},
}
STAFF_CODES = {"JABATAN_KOSONG", "KUORUM_TAK_TERCAPAI", "PENGESAH_ORANG_SAMA"}


def found(**changed: set[int]) -> list[tuple[str, str]]:
    """(code, path) of what is found when these positions are held by these persons instead."""
    persons = {name: frozenset(held) for name, held in (IN_POST | changed).items()}
    organisation = check_organisation(ORGANISATION.encode(), "kantor-contoh.yaml", "kantor-contoh")
    problems = check(SOUND.encode(), "izin.yaml", lambda _: organisation, staff=persons).problems
    assert {problem.severity for problem in problems} <= {"warning"}
    return [(problem.code, problem.path) for problem in problems]


def test_where_everybody_is_in_post_nothing_is_found() -> None:
    assert found() == []


def test_a_vacant_position_is_told_once_where_it_is_first_named() -> None:
    assert found(juru_ukur=set()) == [("JABATAN_KOSONG", "tahapan.kajian_teknis.untuk_setiap.juru_ukur")]


def test_an_outside_party_is_in_post_through_whoever_records_for_it() -> None:
    assert ("JABATAN_KOSONG", "tahapan.permohonan.pelaksana.pemohon") in found(petugas=set())


def test_a_body_without_its_quorum_can_decide_nothing() -> None:
    assert found(kepala_loket={1}, juru_ukur={1}) == [("KUORUM_TAK_TERCAPAI", "tahapan.sidang.pelaksana.tim")]


@pytest.mark.parametrize(("held", "told"), [({3}, True), ({1, 3}, False)])
def test_a_signer_who_performs_the_stage_himself_is_told(held: set[int], told: bool) -> None:
    same = ("PENGESAH_ORANG_SAMA", "tahapan.penyerahan.pengesahan.oleh.kepala")

    assert (same in found(kepala=held)) is told


def test_without_a_database_nobody_is_missed() -> None:
    organisation = check_organisation(ORGANISATION.encode(), "kantor-contoh.yaml", "kantor-contoh")

    assert check(SOUND.encode(), "izin.yaml", lambda _: organisation).problems == []
