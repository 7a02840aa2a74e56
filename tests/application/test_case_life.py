"""A case as the office lives it, through the real store."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from sop_engine.application.answer_sign_off import approve, return_work
from sop_engine.application.appoint import appoint, end_appointment
from sop_engine.application.claim_task import claim_task, release_task
from sop_engine.application.complete_task import complete_task
from sop_engine.application.fire_reminders import fire_reminders
from sop_engine.application.set_up import add_person
from sop_engine.application.start_case import cancel_case, start_case
from sop_engine.errors import KeyReused, NotAuthorised, NotFound, Refusal
from tests.invariants import check
from tests.office import Office


def mails(office: Office, kind: str) -> list[tuple[str, str]]:
    """(position, stage) of every mail of a kind."""
    return [(mail.to_position, mail.stage) for mail in office.engine.reading.messages() if mail.kind == kind]


def test_the_whole_sop_runs_to_its_end_and_the_edition_expires(running: Office) -> None:
    acts = running.to_the_end()

    case = running.engine.reading.cases()[0]
    assert (case.state, running.engine.reading.editions()[0].state) == ("completed", "expired")
    assert len(running.runs()) == 16
    assert sum(verb == "approve" for verb, _ in acts) == 3
    assert sorted({stage for stage, _, _, state in running.runs() if state == "completed"}).__len__() == 13
    check(running)


def test_the_end_is_told_to_the_responsible_and_everybody_who_took_part(running: Office) -> None:
    running.to_the_end()

    ended = {position for position, _ in mails(running, "berakhir")}
    assert ended >= {"sekretaris", "ksb_rendatin", "ksb_kul", "staf_rendatin", "ketua", "anggota"}
    assert ("sekretaris", "") in mails(running, "selesai")
    assert ("ksb_parmas_sdm", "publikasi") in mails(running, "selesai")


def test_a_decision_sends_named_units_back_and_keeps_the_others(running: Office) -> None:
    running.done("disposisi")
    running.done("persiapan")
    running.approve()
    running.done("rapat_persiapan")
    for slot in ("ksb_kul", "ksb_tekhum", "ksb_parmas_sdm", "ksb_rendatin"):
        running.done("data_capaian", slot)
    first_passes = running.runs()

    running.done("verifikasi", outcome="tidak", redo=("ksb_kul",), note="Bukti belum lengkap.")

    assert running.runs()[: len(first_passes) - 1] == first_passes[:-1]
    assert running.runs()[-1] == ("data_capaian", 2, "ksb_kul", "active")
    running.done("data_capaian", "ksb_kul")
    assert running.runs()[-1] == ("verifikasi", 2, "", "active")
    again = [m for m in running.engine.reading.messages() if m.kind == "penugasan" and m.stage == "data_capaian"]
    assert again[-1].context["catatan"] == "Bukti belum lengkap."
    assert again[-1].context["putaran"] == "2"
    check(running)


def test_a_returned_run_is_frozen_and_its_next_pass_opens(running: Office) -> None:
    running.done("disposisi")
    running.done("persiapan", result="SK Tim")

    running.send_back("Tim belum lengkap.")

    assert running.runs()[-2:] == [("persiapan", 1, "", "returned"), ("persiapan", 2, "", "active")]
    assert mails(running, "pengembalian") == [("ksb_rendatin", "persiapan")]
    running.done("persiapan")
    running.approve()
    assert running.runs()[-1][0] == "rapat_persiapan"
    check(running)


def test_a_return_needs_a_reason(running: Office) -> None:
    running.done("disposisi")
    running.done("persiapan")

    with pytest.raises(Refusal, match="alasan"):
        running.send_back("  ")


def test_nobody_signs_off_their_own_work(running: Office) -> None:
    performer = running.person["ksb_rendatin"]
    running.done("disposisi")
    running.done("persiapan")
    appoint(running.store, running.who(0), performer, "sekretaris", "plt", "SP 9/2027", running.at)

    with pytest.raises(NotAuthorised, match="asas dua orang"):
        approve(running.store, running.who(performer), running.asked()[0][0])


def test_with_no_other_signer_the_request_goes_to_the_superior(running: Office) -> None:
    """The performer is the only Sekretaris: the Ketua is asked instead."""
    holder = next(h for h in running.engine.reading.people().holders if h.position == "sekretaris")
    running.done("disposisi")
    running.at += timedelta(hours=1)
    end_appointment(running.store, running.who(0), holder.id, running.at)
    appoint(running.store, running.who(0), running.person["ksb_rendatin"], "sekretaris", "plt", "SP 9", running.at)

    running.done("persiapan")

    assert [position for _, position, _ in running.asked()] == ["ketua"]


def test_a_stranger_sees_no_task(running: Office) -> None:
    task = running.open_tasks("disposisi")[0][0]

    with pytest.raises(NotFound):
        complete_task(running.store, running.who("ksb_kul"), task)


def test_who_no_longer_holds_the_position_cannot_act(running: Office) -> None:
    task, person, _ = running.open_tasks("disposisi")[0]
    holder = next(h for h in running.engine.reading.people().holders if h.position == "sekretaris")
    running.at += timedelta(minutes=1)
    end_appointment(running.store, running.who(0), holder.id, running.at)

    with pytest.raises(NotAuthorised):
        complete_task(running.store, running.who(person), task)


def test_a_body_needs_its_quorum(running: Office) -> None:
    running.done("disposisi")
    running.done("persiapan")
    running.approve()
    running.done("rapat_persiapan")
    for slot in ("ksb_kul", "ksb_tekhum", "ksb_parmas_sdm", "ksb_rendatin"):
        running.done("data_capaian", slot)
    for stage in ("verifikasi", "penyusunan_draf", "pemeriksaan", "pembahasan", "reviu"):
        running.done(stage)

    with pytest.raises(Refusal, match="Kuorum"):
        running.done("pleno", present=(running.person["anggota0"],))
    with pytest.raises(Refusal, match="Bukan anggota"):
        running.done("pleno", present=(running.person["staf_rendatin"],))
    running.done("pleno")

    present = running.store.query("SELECT present FROM stage_runs WHERE stage = 'pleno'")[0][0]
    assert len(json.loads(present)) == 5


def test_a_decision_must_be_made_and_known(running: Office) -> None:
    task, person, _ = running.open_tasks("disposisi")[0]

    with pytest.raises(Refusal, match="bukan hasil"):
        complete_task(running.store, running.who(person), task, outcome="mungkin")


def test_claim_and_release(running: Office) -> None:
    running.done("disposisi")
    running.done("persiapan")
    running.approve()
    (mine, me, _), (theirs, them, _), *_ = running.open_tasks("rapat_persiapan")

    claim_task(running.store, running.who(me), mine)
    with pytest.raises(Refusal, match="sudah diambil"):
        claim_task(running.store, running.who(them), theirs)
    release_task(running.store, running.who(me), mine)
    claim_task(running.store, running.who(them), theirs)
    with pytest.raises(Refusal, match="belum diambil"):
        release_task(running.store, running.who(me), mine)

    check(running)


def test_a_second_case_is_refused_quoting_clause_5(running: Office) -> None:
    edition = running.engine.reading.editions()[0].id

    with pytest.raises(Refusal) as refused:
        running.start(edition)

    assert refused.value.clause == 5
    assert "berakhirnya tahapan kegiatan" in str(refused.value)


def test_a_cancelled_case_frees_its_edition(running: Office) -> None:
    case, edition = running.engine.reading.cases()[0].id, running.engine.reading.editions()[0].id
    with pytest.raises(NotAuthorised):
        cancel_case(running.store, running.who("ksb_kul"), case, "ksb_kul", "Salah tahun.")
    with pytest.raises(Refusal, match="alasan"):
        cancel_case(running.store, running.who("sekretaris"), case, "sekretaris", " ")

    cancel_case(running.store, running.who("sekretaris"), case, "sekretaris", "Salah tahun.")

    assert running.engine.reading.editions()[0].state == "in_force"
    assert [state for *_, state in running.runs()] == ["void"]
    running.start(edition)
    check(running)


def test_the_date_of_the_letter_is_entered_at_the_start(office: Office) -> None:
    edition = office.in_force()
    with pytest.raises(Refusal, match="tidak dapat diisi"):
        office.start(edition, limits={"undang_undang": date(2027, 1, 5)})

    office.start(edition, limits={"surat": date(2027, 1, 20)})
    office.to_the_end()

    assert office.engine.reading.cases()[0].limits == {"surat": "2027-01-20"}


def test_the_same_key_gives_the_same_answer_once(running: Office) -> None:
    task, person, _ = running.open_tasks("disposisi")[0]
    who = running.who(person, key="klik-1")

    first = complete_task(running.store, who, task, result="Disposisi")
    again = complete_task(running.store, who, task, result="Disposisi")

    assert first == again
    assert len(running.runs()) == 2
    with pytest.raises(KeyReused):
        complete_task(running.store, who, task, result="Lain")


def test_a_refusal_is_not_kept_under_its_key(running: Office) -> None:
    task, person, _ = running.open_tasks("disposisi")[0]
    who = running.who(person, key="klik-2")
    with pytest.raises(Refusal):
        complete_task(running.store, who, task, outcome="mungkin")

    assert complete_task(running.store, running.who(person), task)["status"] == "completed"


def test_of_fifty_who_complete_at_once_one_wins(running: Office) -> None:
    task, person, _ = running.open_tasks("disposisi")[0]

    def attempt(_: int) -> str:
        try:
            return str(complete_task(running.store, running.who(person), task)["status"])
        except Refusal as refusal:
            return type(refusal).__name__

    with ThreadPoolExecutor(50) as crowd:
        answers = list(crowd.map(attempt, range(50)))

    assert answers.count("completed") == 1
    assert answers.count("Refusal") == 49
    assert len(running.runs()) == 2
    check(running)


def test_a_vacant_position_stops_only_its_stage_and_tells_the_superior(office: Office) -> None:
    holder = next(h for h in office.engine.reading.people().holders if h.position == "ksb_kul")
    end_appointment(office.store, office.who(0), holder.id, office.at + timedelta(seconds=1))
    office.start(office.in_force())
    office.at += timedelta(hours=1)
    office.done("disposisi")
    office.done("persiapan")
    office.approve()
    office.done("rapat_persiapan")

    assert not office.open_tasks("data_capaian", "ksb_kul")
    assert len(office.open_tasks("data_capaian")) == 3
    told = [m for m in office.engine.reading.messages() if m.kind == "pemberitahuan" and "kosong" in m.subject]
    assert [message.to_position for message in told] == ["sekretaris"]


def test_reminders_lateness_and_the_way_up(running: Office) -> None:
    running.done("disposisi")
    running.done("persiapan")
    running.approve()
    running.done("rapat_persiapan")
    for slot in ("ksb_kul", "ksb_tekhum", "ksb_parmas_sdm", "ksb_rendatin"):
        running.done("data_capaian", slot)
    running.done("verifikasi")

    for _ in range(30):
        running.at += timedelta(hours=8)
        fire_reminders(running.store, running.at)
        fire_reminders(running.store, running.at)  # twice doubles nothing

    about = [m for m in running.engine.reading.messages() if m.stage == "penyusunan_draf"]
    assert [(m.kind, m.to_position) for m in about] == [
        ("penugasan", "staf_rendatin"),
        ("pengingat", "staf_rendatin"),
        ("pengingat", "staf_rendatin"),
        ("terlambat", "staf_rendatin"),
        ("eskalasi", "ksb_rendatin"),
        ("terlambat", "staf_rendatin"),
        ("eskalasi", "sekretaris"),
    ]
    check(running)


def test_after_a_long_silence_only_the_highest_level_is_sent(running: Office) -> None:
    running.at += timedelta(days=30)

    fire_reminders(running.store, running.at)

    late = [(m.kind, m.to_position) for m in running.engine.reading.messages() if m.stage == "disposisi"]
    assert late == [("penugasan", "sekretaris"), ("terlambat", "sekretaris"), ("eskalasi", "ketua")]
    check(running)


def test_an_address_is_registered_once(office: Office) -> None:
    with pytest.raises(Refusal, match="sudah terdaftar"):
        add_person(office.store, office.who(0), "Orang Lain", "KETUA@contoh.invalid")


def test_a_case_starts_with_its_year(office: Office) -> None:
    edition = office.in_force()
    with pytest.raises(Refusal, match="Sebutkan tahun"):
        start_case(office.store, office.who("sekretaris"), edition)

    assert start_case(office.store, office.who("sekretaris"), edition, year=2026)["year"] == 2026


def test_returning_work_twice_is_refused(running: Office) -> None:
    running.done("disposisi")
    running.done("persiapan")
    asked = running.asked()[0][0]
    running.send_back("Perbaiki.")

    with pytest.raises(Refusal, match="sudah dikembalikan"):
        return_work(running.store, running.who("sekretaris"), asked, "Lagi.")
