"""A running SOP is revised: its own clauses judge the change, and every case follows or stays (design §5)."""

from datetime import date, timedelta
from typing import Any

import pytest

from sop_engine.application.answer_sign_off import return_work
from sop_engine.application.complete_task import complete_task
from sop_engine.application.decide_proposal import confirm, withdraw
from sop_engine.application.ratify_edition import void_edition
from sop_engine.application.revise_edition import sign_revision
from sop_engine.domain.adopting import Ground
from sop_engine.errors import NotAuthorised, Refusal
from sop_engine.wiring import parse_definition
from tests.invariants import check
from tests.office import Office
from tests.revisions import (
    EXTRA,
    FLOOD,
    TEXT,
    of_stage,
    preview,
    propose,
    revise,
    sign,
    with_stage,
    without_stage,
)

LONGER = of_stage("verifikasi", "waktu: 2 hari", "waktu: 5 hari")
WITHOUT_5 = TEXT.replace("aturan: tidak_berlaku_saat_berakhir", "")


def edition_of(office: Office) -> int:
    return office.engine.reading.editions()[0].id


def open_runs(office: Office) -> list[tuple[Any, ...]]:
    return office.store.query(
        "SELECT stage, slot, pass_no, due_at, state FROM stage_runs WHERE state IN ('active', 'submitted') ORDER BY id"
    )


def mails(office: Office, kind: str) -> list[Any]:
    return [mail for mail in office.engine.reading.messages() if mail.kind == kind]


def to_data(office: Office) -> None:
    """Bring the case to the stage where four units work side by side; one of them has ended."""
    office.done("disposisi")
    office.done("persiapan")
    office.approve()
    office.done("rapat_persiapan")
    office.done("data_capaian", "ksb_kul")


def test_a_revision_is_in_force_from_its_signature_and_the_case_follows_at_its_next_act(running: Office) -> None:
    revise(running, edition_of(running), LONGER)

    case = running.engine.reading.cases()[0]
    assert case.judged != running.engine.reading.editions()[0].revision_id  # nothing was done to it yet
    running.done("disposisi")

    case = running.engine.reading.cases()[0]
    assert case.judged == case.revision_id == running.engine.reading.editions()[0].revision_id
    kinds = [event["kind"] for event in running.engine.reading.events(case.id)]
    assert kinds.index("case.revised") < kinds.index("run.completed")
    check(running)


def test_what_is_completed_keeps_its_revision_and_what_is_open_carries_the_new_one(running: Office) -> None:
    to_data(running)

    revise(running, edition_of(running), of_stage("data_capaian", "waktu: 4 hari", "waktu: 9 hari"))
    running.engine.tick()

    rows = running.store.query("SELECT stage, slot, state, revision_id FROM stage_runs ORDER BY id")
    first = rows[0][3]
    assert {row[3] for row in rows if row[2] == "completed"} == {first}
    assert {row[3] for row in rows if row[2] == "active"} == {running.engine.reading.editions()[0].revision_id}
    check(running)


def test_only_a_run_whose_dates_changed_gets_another_due_date(running: Office) -> None:
    to_data(running)
    before = open_runs(running)

    revise(running, edition_of(running), LONGER)
    running.engine.tick()

    assert open_runs(running) == before


def test_a_shorter_time_leaves_at_least_the_next_working_day(running: Office) -> None:
    to_data(running)
    running.at += timedelta(days=1, hours=3)

    revise(running, edition_of(running), of_stage("data_capaian", "waktu: 4 hari", "waktu: 1 hari"))
    running.engine.tick()

    due = {row[3] for row in open_runs(running)}
    tomorrow = running.calendar.closing(running.calendar.next_working_day(running.calendar.local_day(running.at)))
    assert due == {tomorrow.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}


def test_everybody_concerned_gets_one_mail_when_all_cases_have_followed(running: Office) -> None:
    to_data(running)

    revise(running, edition_of(running), of_stage("data_capaian", "waktu: 4 hari", "waktu: 9 hari"))
    assert mails(running, "revisi") == []
    running.engine.tick()
    running.engine.tick()

    told = [mail.to_name for mail in mails(running, "revisi")]
    assert sorted(told) == ["Bayu Contoh", "Citra Contoh", "Dewi Contoh", "Eko Contoh"]
    assert "waktu: 4 hari menjadi 9 hari" in mails(running, "revisi")[0].context["paragraf"][0]
    assert mails(running, "revisi")[0].context["dasar"] == FLOOD.description


def test_another_performer_gets_the_task_and_the_work_stays(running: Office) -> None:
    running.done("disposisi")

    revise(running, edition_of(running), of_stage("persiapan", "pelaksana: ksb_rendatin", "pelaksana: ksb_kul"))
    running.engine.tick()

    assert [position for _, _, position in running.open_tasks("persiapan")] == ["ksb_kul"]
    check(running)


def test_a_submitted_run_whose_own_stage_changed_is_returned_with_its_work(running: Office) -> None:
    running.done("disposisi")
    running.done("persiapan", result="SK Tim")

    revise(running, edition_of(running), of_stage("persiapan", "waktu: 1 hari", "waktu: 2 hari"))
    running.engine.tick()

    runs = running.store.query("SELECT pass_no, state, result FROM stage_runs WHERE stage = 'persiapan' ORDER BY id")
    assert [(number, state) for number, state, _ in runs] == [(1, "returned"), (2, "active")]
    assert runs[0][2] == runs[1][2]  # prefilled
    check(running)


def test_whoever_answers_first_is_told_that_the_revision_took_the_work_back(running: Office) -> None:
    running.done("disposisi")
    running.done("persiapan", result="SK Tim")
    [(number, *_)] = running.asked()

    revise(running, edition_of(running), of_stage("persiapan", "waktu: 1 hari", "waktu: 2 hari"))

    for answer in (running.approve, lambda: return_work(running.store, running.who("sekretaris"), number, "Perbaiki.")):
        with pytest.raises(Refusal, match="pengesahan ini sudah ditarik"):  # the case follows in this very act
            answer()
        check(running)


def test_whoever_works_first_is_told_that_the_revision_gave_the_work_to_another(running: Office) -> None:
    running.done("disposisi")
    [(number, *_)] = running.open_tasks("persiapan")

    revise(running, edition_of(running), of_stage("persiapan", "pelaksana: ksb_rendatin", "pelaksana: ksb_kul"))

    with pytest.raises(Refusal, match="tugas ini sudah ditarik"):
        complete_task(running.store, running.who("ksb_rendatin"), number, result="SK Tim")
    check(running)


def test_a_submitted_run_of_another_stage_stays(running: Office) -> None:
    running.done("disposisi")
    running.done("persiapan")

    revise(running, edition_of(running), LONGER)
    running.approve()

    assert running.runs()[-1][0] == "rapat_persiapan"
    check(running)


REFUSED = {  # what is proposed when one of four units has delivered → the clause that refuses it
    "a completed stage's time": (of_stage("persiapan", "waktu: 1 hari", "waktu: 2 hari"), 3),
    "a completed stage's responsible": (
        of_stage("persiapan", "penanggungjawab: ksb_rendatin", "penanggungjawab: ksb_kul"), 3),
    "a stage before a completed one": (with_stage("persiapan", EXTRA), 3),
    "a stage right before the open one": (with_stage("data_capaian", EXTRA), 3),
    "the open stage is gone": (
        without_stage("data_capaian").replace("kembali ke data_capaian", "kembali ke persiapan"), 3),
    "a completed slot is gone": (of_stage("data_capaian", "      - ksb_kul\n", ""), 3),
    "the limit of law": (TEXT.replace("tanggal: akhir Februari", "tanggal: 15 Maret"), 2),
    "a clause": (TEXT.replace("Perubahan tidak berlaku untuk", "Perubahan berlaku untuk"), None),
    "the number": (TEXT.replace("nomor: 396/", "nomor: 397/"), None),
    "who ratifies": (TEXT.replace("    jabatan: sekretaris", "    jabatan: ketua"), None),
    "nothing": (TEXT, None),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_a_refused_proposal_names_its_clause(running: Office, what: str) -> None:
    to_data(running)
    text, clause = REFUSED[what]

    with pytest.raises(Refusal) as refused:
        propose(running, edition_of(running), text)

    assert refused.value.clause == clause
    assert refused.value.instead
    check(running)


VOIDING = {
    "the subject": TEXT.replace("objek: Laporan Kinerja", "objek: Laporan Keuangan"),
    "the SOP's responsible": TEXT.replace("\npenanggungjawab: sekretaris", "\npenanggungjawab: ketua"),
    "a stage's responsible": of_stage("penyusunan_draf", "penanggungjawab: ksb_rendatin", "penanggungjawab: ksb_kul"),
    "a new stage with a new responsible": with_stage(
        "publikasi", EXTRA.replace("    waktu", "    penanggungjawab: staf_rendatin\n    waktu")),
    "the cycle": TEXT.replace("siklus: tahun_anggaran", "siklus: triwulan"),
    "an open slot whose unit stands in the scope": of_stage("data_capaian", "      - ksb_tekhum\n", ""),
}  # fmt: skip


@pytest.mark.parametrize("what", VOIDING)
def test_scope_or_responsible_voids_everything_on_signature(running: Office, what: str) -> None:
    to_data(running)
    edition = edition_of(running)

    proposed = propose(running, edition, VOIDING[what])
    assert (proposed["verdict"], running.engine.reading.editions()[0].state) == ("void", "in_execution")
    assert preview(running, proposed["proposal"])["status"] == "void"
    assert running.engine.reading.editions()[0].state == "in_execution"  # a preview does nothing
    sign(running, proposed)
    running.engine.tick()

    assert (running.engine.reading.editions()[0].state, running.engine.reading.cases()[0].state) == ("void", "void")
    assert open_runs(running) == []
    [mail, *_] = mails(running, "batal")
    assert (mail.context["butir"], "batal seluruhnya" in mail.context["bunyi"]) == ("4", True)
    with pytest.raises(Refusal, match="dinyatakan batal"):
        propose(running, edition, LONGER)
    check(running)


GROUNDLESS = {
    "no category": Ground("Beban kerja."),
    "an unknown category": Ground("Lupa.", "lupa", date(2027, 1, 4), "ab" * 32),
    "no evidence": Ground("Banjir.", "bencana_alam", date(2027, 1, 4)),
    "no date": Ground("Banjir.", "bencana_alam", None, "ab" * 32),
}


@pytest.mark.parametrize("what", GROUNDLESS)
def test_a_revision_needs_a_ground_of_force_majeure(running: Office, what: str) -> None:
    with pytest.raises(Refusal) as refused:
        propose(running, edition_of(running), LONGER, GROUNDLESS[what])

    assert refused.value.clause == 2


def test_without_clause_2_a_reason_is_enough(office: Office) -> None:
    text = TEXT.replace("aturan: revisi_karena_kahar", "")
    edition = office.in_force(text)

    with pytest.raises(Refusal, match="alasan"):
        propose(office, edition, of_stage("verifikasi", "waktu: 2 hari", "waktu: 5 hari", text), Ground(" "))
    revise(office, edition, of_stage("verifikasi", "waktu: 2 hari", "waktu: 5 hari", text), Ground("Beban kerja."))


def test_a_correction_mends_the_annex_number_and_nothing_else(running: Office) -> None:
    to_data(running)
    mended = TEXT.replace("nomor_lampiran: 346/", "nomor_lampiran: 396/")

    answer = revise(running, edition_of(running), mended, Ground("Salah ketik."), correction_number="1/R")

    assert answer["verdict"] == "correction"
    for text in (LONGER, of_stage("penyusunan_draf", "Menyusun draf", "Tidak menyusun draf")):
        with pytest.raises(Refusal, match="lebih daripada salah ketik"):
            propose(running, edition_of(running), text, correction_number="2/R")


def test_keep_completed_takes_the_rest_of_a_proposal(running: Office) -> None:
    to_data(running)
    both = of_stage("persiapan", "waktu: 1 hari", "waktu: 3 hari", LONGER)

    answer = revise(running, edition_of(running), both, keep_completed=True)
    running.engine.tick()

    effects = {change["path"]: change["effect"] for change in answer["changes"]}
    assert effects == {"tahapan.persiapan.waktu": "frozen", "tahapan.verifikasi.waktu": "applies"}
    check(running)
    running.to_the_end()
    check(running)


def test_a_renamed_stage_is_the_same_stage(running: Office) -> None:
    to_data(running)
    renamed = of_stage("data_capaian", "- id: data_capaian\n", "- id: data_kinerja\n    dahulu: data_capaian\n")
    renamed = renamed.replace("kembali ke data_capaian", "kembali ke data_kinerja")

    answer = revise(running, edition_of(running), renamed)
    running.engine.tick()
    running.done("data_capaian", "ksb_tekhum")  # its open runs bear the id they began with
    running.done("data_capaian", "ksb_parmas_sdm")
    running.done("data_capaian", "ksb_rendatin")
    running.done("verifikasi", outcome="tidak", redo=("ksb_kul",), note="Kurang bukti.")

    assert {change["path"] for change in answer["changes"]} >= {"tahapan.data_kinerja.id"}
    assert running.runs()[-1] == ("data_kinerja", 2, "ksb_kul", "active")
    check(running)
    running.to_the_end()
    check(running)


RENAMED = of_stage("data_capaian", "- id: data_capaian\n", "- id: data_kinerja\n    dahulu: data_capaian\n").replace(
    "kembali ke data_capaian", "kembali ke data_kinerja"
)


def test_a_second_revision_is_judged_for_a_case_that_has_not_followed_a_renaming_yet(running: Office) -> None:
    to_data(running)
    revise(running, edition_of(running), RENAMED)

    revise(running, edition_of(running), of_stage("verifikasi", "waktu: 2 hari", "waktu: 5 hari", RENAMED))
    running.engine.tick()

    case, edition = running.engine.reading.cases()[0], running.engine.reading.editions()[0]
    assert case.revision_id == edition.revision_id
    check(running)
    running.done("data_capaian", "ksb_tekhum")
    running.done("data_capaian", "ksb_parmas_sdm")
    running.done("data_capaian", "ksb_rendatin")
    running.to_the_end()
    check(running)


def test_a_second_revision_is_judged_for_a_case_that_could_not_follow_the_first(office: Office) -> None:
    edition = office.in_force(WITHOUT_5)
    early, late = office.start(edition), office.start(edition)
    for stage in ("disposisi", "persiapan"):
        done = office.store.query(
            "SELECT t.id, t.person_id FROM tasks t JOIN stage_runs r ON r.id = t.run_id AND r.office_id = t.office_id"
            " WHERE t.state = 'offered' AND r.stage = ? AND t.case_id = ?", (stage, late)
        )  # fmt: skip
        complete_task(office.store, office.who(done[0][1]), done[0][0])
    office.approve()
    first = with_stage("persiapan", EXTRA, WITHOUT_5)
    revise(office, edition, first)
    office.engine.tick()

    revise(office, edition, of_stage("verifikasi", "waktu: 2 hari", "waktu: 5 hari", first))
    office.engine.tick()

    cases = {case.id: case for case in office.engine.reading.cases()}
    newest = office.engine.reading.editions()[0].revision_id
    assert [cases[each].judged for each in (early, late)] == [newest, newest]
    assert (cases[early].revision_id == newest, cases[late].revision_id == newest) == (True, False)
    check(office)


def test_cases_that_cannot_follow_finish_under_their_revision(office: Office) -> None:
    edition = office.in_force(WITHOUT_5)
    early, late = office.start(edition), office.start(edition)
    for task, person, _ in office.open_tasks("disposisi")[1:]:
        complete_task(office.store, office.who(person), task)
    text = of_stage("disposisi", "waktu: 1 hari", "waktu: 2 hari", WITHOUT_5)

    revise(office, edition, text)
    office.engine.tick()

    cases = {case.id: case for case in office.engine.reading.cases()}
    newest = office.engine.reading.editions()[0].revision_id
    assert (cases[early].revision_id, cases[late].judged) == (newest, newest)
    assert cases[late].revision_id != newest
    kept = [event["facts"] for event in office.engine.reading.events(late) if event["kind"] == "case.kept_revision"]
    assert [(fact["step"], fact["clause"]) for fact in kept] == [("disposisi", 3)]
    check(office)
    office.to_the_end()
    check(office)


def test_two_proposals_in_a_row_need_a_second_look(running: Office) -> None:
    edition = edition_of(running)
    first, second = propose(running, edition, LONGER), propose(running, edition, with_stage("publikasi", EXTRA))
    sign(running, first)

    with pytest.raises(Refusal, match="sudah tidak berlaku"):
        sign(running, second)


def test_a_proposal_is_judged_again_when_it_is_signed(running: Office) -> None:
    running.done("disposisi")
    proposed = propose(running, edition_of(running), of_stage("persiapan", "waktu: 1 hari", "waktu: 2 hari"))
    running.done("persiapan")
    running.approve()

    with pytest.raises(Refusal) as refused:
        sign(running, proposed)

    assert refused.value.clause == 3


def test_a_proposal_signed_after_the_end_is_refused_by_clause_5(running: Office) -> None:
    proposed = propose(running, edition_of(running), of_stage("publikasi", "waktu: 1 hari", "waktu: 2 hari"))
    running.to_the_end()

    with pytest.raises(Refusal) as refused:
        sign(running, proposed)

    assert refused.value.clause == 5


def test_whoever_proposes_does_not_sign_and_a_plh_does_not_either(running: Office) -> None:
    proposed = propose(running, edition_of(running), LONGER)

    for person in ("admin", "ksb_kul"):
        with pytest.raises(NotAuthorised):
            sign(running, proposed, person)
    with pytest.raises(Refusal, match="bukan naskah yang ditampilkan"):
        sign_revision(running.store, running.who("sekretaris"), proposed["proposal"], "0" * 64, parse_definition)


def test_a_preview_tells_each_case_and_leaves_nothing(running: Office) -> None:
    to_data(running)
    proposed = propose(running, edition_of(running), of_stage("data_capaian", "waktu: 4 hari", "waktu: 9 hari"))
    before = running.store.query("SELECT head_seq, head_hash, next_id FROM offices ORDER BY id")

    [case] = preview(running, proposed["proposal"])["cases"]

    assert running.store.query("SELECT head_seq, head_hash, next_id FROM offices ORDER BY id") == before
    assert case["follows"]
    assert {(due["stage"], due["slot"]) for due in case["due"]} == {
        ("data_capaian", slot) for slot in ("ksb_tekhum", "ksb_parmas_sdm", "ksb_rendatin")
    }
    check(running)


def test_voiding_and_revising_do_not_meet(running: Office) -> None:
    proposed = propose(running, edition_of(running), LONGER)
    void_edition(running.store, running.who("sekretaris"), edition_of(running), "Keputusan KPU 9/2027")

    with pytest.raises(Refusal, match="batal"):
        sign(running, proposed)


def test_a_whole_stage_of_units_in_the_scope_is_scope_and_a_completed_one_is_locked(running: Office) -> None:
    gone = without_stage("data_capaian").replace("kembali ke data_capaian", "kembali ke persiapan")
    running.done("disposisi")

    assert propose(running, edition_of(running), gone)["verdict"] == "void"
    running.done("persiapan")
    running.approve()
    running.done("rapat_persiapan")
    running.done("data_capaian", "ksb_kul")

    with pytest.raises(Refusal) as refused:
        propose(running, edition_of(running), gone)
    assert refused.value.clause == 3


def test_a_limit_of_law_is_not_shifted_by_another_start_and_may_be_added(running: Office) -> None:
    start = "mulai: hari kerja pertama Januari tahun berikutnya"
    assert start in TEXT
    limit = "  batas:\n    - id: audit\n      tahap: reviu\n      tanggal: 31 Maret\n      jenis: undang_undang\n"

    with pytest.raises(Refusal, match="undang_undang") as refused:
        propose(running, edition_of(running), TEXT.replace(start, "mulai: hari kerja pertama Maret tahun berikutnya"))
    assert refused.value.clause == 2
    for harmless in (TEXT.replace(start, "mulai: hari kerja ke-3 Januari tahun berikutnya"),
                     TEXT.replace("  batas:\n", limit)):  # fmt: skip
        assert propose(running, edition_of(running), harmless)["verdict"] == "revision"


def test_ralat_after_ralat_does_not_drift(running: Office) -> None:
    words = ["Menyusun draf", "Menyusan draf", "Menyisan draf", "Menpisan draf"]
    texts = [of_stage("penyusunan_draf", words[0], word) for word in words]
    slip = Ground("Salah ketik.")
    for number, text in enumerate(texts[1:3]):
        revise(running, edition_of(running), text, slip, correction_number=f"{number}/R")

    with pytest.raises(Refusal, match="lebih daripada salah ketik"):
        propose(running, edition_of(running), texts[3], slip, correction_number="3/R")
    assert propose(running, edition_of(running), texts[3])["verdict"] == "revision"


def test_a_revision_keeps_every_position_and_unit_in_the_structure(running: Office) -> None:
    stranger = of_stage("publikasi", "pelaksana: staf_rendatin", "pelaksana: tidak_ada")

    with pytest.raises(Refusal) as refused:
        propose(running, edition_of(running), stranger)

    assert refused.value.clause == 1


def test_a_proposal_of_a_text_is_signed_and_not_confirmed(running: Office) -> None:
    proposed = propose(running, edition_of(running), LONGER)["proposal"]

    for act in (confirm, withdraw):
        with pytest.raises(Refusal, match="ditandatangani"):
            act(running.store, running.who("ksb_kul"), proposed)
    withdraw(running.store, running.who("admin"), proposed)


def test_a_replaced_text_is_not_revised_and_an_ended_one_is_left_alone(office: Office) -> None:
    old = office.in_force(WITHOUT_5)
    office.start(old)
    pending = propose(office, old, of_stage("verifikasi", "waktu: 2 hari", "waktu: 3 hari", WITHOUT_5))
    revise(office, old, of_stage("verifikasi", "waktu: 2 hari", "waktu: 5 hari", WITHOUT_5))
    office.in_force(WITHOUT_5.replace("nomor: 396/", "nomor: 397/"))

    office.engine.tick()

    with pytest.raises(Refusal, match="telah diganti"):
        sign(office, pending)
    check(office)
