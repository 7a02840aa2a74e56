"""The format as a whole: every key has a test of its effect, and the guide for admins tells of every key."""

import re
from datetime import date
from pathlib import Path
from typing import get_args

from pydantic import BaseModel

from sop_engine.domain.definition import (
    Block,
    Clause,
    Cycle,
    Decision,
    Definition,
    Identity,
    Limit,
    Ratifier,
    RuleName,
    Schedule,
    Scope,
    SignOffRule,
    Stage,
)
from sop_engine.domain.organisation import Body, Organisation, Position, Unit
from sop_engine.files.check import check_file
from sop_engine.simulation import Choices, simulate

ROOT = Path(__file__).parent.parent.parent
GUIDE = (ROOT / "docs" / "format.md").read_text("utf-8")
EFFECTS = {  # test → the keys whose effect it shows
    "test_a_fault_is_found_at_its_line": "format organisasi.format organisasi.id",
    "test_the_shortest_file_runs": "penanggungjawab organisasi tahapan tahapan.id identitas",
    "test_what_the_file_prints_stands_on_the_page": (
        "identitas.unit identitas.nomor identitas.nama identitas.tanggal_pembuatan identitas.tanggal_revisi"
        " identitas.dasar_hukum identitas.kualifikasi_pelaksana identitas.keterkaitan identitas.peralatan"
        " identitas.peringatan identitas.pencatatan identitas.disahkan_oleh identitas.disahkan_oleh.nama"
        " ketentuan ketentuan.butir ketentuan.teks tahapan.no tahapan.kegiatan tahapan.kelengkapan tahapan.keluaran"
        " tahapan.keterangan tahapan.keputusan.tanya jadwal.batas.jenis asal sumber rekonstruksi"
        " organisasi.jabatan.nama organisasi.kelompok.nama"
    ),
    "test_both_numbers_of_the_document_stand_with_their_warning": "identitas.nomor_lampiran",
    "test_the_office_names_itself_in_its_mails": "identitas.instansi",
    "test_without_clause_6_a_case_begins_no_earlier_than_the_effective_date": "identitas.tanggal_efektif",
    "test_whoever_loaded_it_does_not_sign_it": "identitas.disahkan_oleh.jabatan",
    "test_the_unit_that_performs_nothing_must_know_of_it": "mengetahui organisasi.unit",
    "test_each_gate_quotes_its_clause": "ketentuan.aturan",
    "test_an_office_works_by_the_clocks_of_its_own_zone": "jadwal jadwal.zona_waktu",
    "test_any_number_of_cases_of_one_edition_run_side_by_side": "jadwal.siklus",
    "test_due_dates_are_the_golden_ones": "jadwal.mulai",
    "test_late_work_is_cut_by_the_limit_that_counts_from_a_stage": (
        "jadwal.batas jadwal.batas.id jadwal.batas.tahap jadwal.batas.tanggal"
    ),
    "test_a_limit_is_entered_at_the_start_where_the_file_says_so": "jadwal.batas.diisi_saat_mulai",
    "test_reminders_lateness_and_the_way_up": "jadwal.pengingat jadwal.eskalasi organisasi.jabatan.atasan",
    "test_of_a_list_the_first_to_claim_does_it": "tahapan.pelaksana",
    "test_at_quorum_the_slower_slot_and_branch_become_void_with_what_was_nested_in_them": (
        "tahapan.untuk_setiap tahapan.selesai_bila tahapan.paralel.id tahapan.paralel.cabang"
        " tahapan.paralel.selesai_bila"
    ),
    "test_stages_fall_due_when_their_words_of_time_say": "tahapan.waktu",
    "test_before_its_day_a_stage_may_be_worked_on_but_not_ended": "tahapan.tidak_sebelum",
    "test_lateness_climbs_to_whom_the_file_says": "tahapan.penanggungjawab organisasi.jabatan",
    "test_a_stage_tells_its_tembusan_once_however_many_slots_it_has": "tahapan.tembusan",
    "test_a_stage_that_is_not_needed_is_skipped_with_a_reason": "tahapan.bila",
    "test_a_case_goes_through_the_stages_its_outcomes_lead_to": "tahapan.keputusan tahapan.lalu",
    "test_signers_sign_in_order_or_as_many_as_are_needed": (
        "tahapan.pengesahan tahapan.pengesahan.oleh tahapan.pengesahan.selesai_bila tahapan.pengesahan.berurutan"
    ),
    "test_an_outside_party_is_told_through_whoever_records_its_acts": (
        "organisasi.jabatan.luar organisasi.jabatan.dicatat_oleh"
    ),
    "test_each_units_head_is_told_that_the_sop_is_in_force": "organisasi.jabatan.unit organisasi.nama",
    "test_fewer_than_a_quorum_decide_nothing": (
        "organisasi.kelompok organisasi.kelompok.anggota organisasi.kelompok.kuorum"
    ),
}
NOT_YET = {  # read, checked and kept, but nothing happens by them so far
    "sop": "the next edition's signature is to replace one of the same procedure",
    "ruang_lingkup ruang_lingkup.objek ruang_lingkup.mulai ruang_lingkup.akhir ruang_lingkup.keluaran_akhir"
    " ruang_lingkup.unit": "compared when a revision is proposed (rule 4)",
    "ketentuan.objek ketentuan.bila": "rule 4 as well",
    "tahapan.dahulu": "compared when a revision is proposed",
    "organisasi.unit.nama organisasi.unit.alias": "a new name of a unit is an alias, when structures are compared",
    "identitas.disahkan_oleh.tempat organisasi.dasar": "printed on paper",
    "organisasi.jabatan.surel": "mail goes to the persons in post",
}
PARTS: dict[str, type[BaseModel]] = {
    "": Definition,
    "identitas.": Identity,
    "identitas.disahkan_oleh.": Ratifier,
    "ruang_lingkup.": Scope,
    "ketentuan.": Clause,
    "jadwal.": Schedule,
    "jadwal.batas.": Limit,
    "tahapan.": Stage,
    "tahapan.keputusan.": Decision,
    "tahapan.pengesahan.": SignOffRule,
    "tahapan.paralel.": Block,
    "organisasi.": Organisation,
    "organisasi.unit.": Unit,
    "organisasi.jabatan.": Position,
    "organisasi.kelompok.": Body,
}
TEST = re.compile(r"^def (test_\w+)", re.MULTILINE)
ANYWHERE = ("asal", "sumber", "rekonstruksi")
KEYS = {
    key if key in ANYWHERE else part + key
    for part, model in PARTS.items()
    for key in (field.alias or name for name, field in model.model_fields.items())
}


def test_every_key_of_the_format_has_a_test_of_its_effect() -> None:
    files = (ROOT / "tests").rglob("test_*.py")
    tests = {name for file in files for name in TEST.findall(file.read_text("utf-8"))}
    shown, missing = " ".join(EFFECTS.values()).split(), " ".join(NOT_YET).split()

    assert EFFECTS.keys() <= tests
    assert sorted(shown + missing) == sorted(KEYS)


def test_the_guide_names_every_key_and_every_choice() -> None:
    prose = re.sub(r"```.*?```", "", GUIDE, flags=re.DOTALL)
    words = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`]+)`", prose))))
    choices = {*get_args(RuleName), *get_args(Cycle)}

    assert {key.rpartition(".")[2] for key in KEYS} | choices <= words


def test_the_example_of_the_guide_is_sound_and_runs(tmp_path: Path) -> None:
    structure, sop = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    (tmp_path / "organisasi").mkdir()
    (tmp_path / "organisasi" / "kelurahan-rekaan.yaml").write_text(structure, "utf-8")
    (tmp_path / "surat-keterangan.yaml").write_text(sop, "utf-8")

    chosen = Choices(outcomes={"pemeriksaan": ["kurang", "lengkap"], "peninjauan": ["tidak"]})
    found = simulate(tmp_path / "surat-keterangan.yaml", start=date(2027, 1, 4), choices=chosen)

    assert check_file(tmp_path / "surat-keterangan.yaml").problems == []
    assert [(stage["id"], stage["pass"]) for stage in found["stages"]] == [
        *(("permohonan", 1), ("pemeriksaan", 1), ("permohonan", 2), ("pemeriksaan", 2)),
        *(("peninjauan", 1), ("penerbitan", 1)),
    ]
