"""The shipped SOP says what the document says, admits what it does not, and has only known faults."""

import re
from pathlib import Path

import pytest
import yaml

from sop_engine.domain.definition import Definition
from sop_engine.files.check import check_file
from sop_engine.files.reader import read
from sop_engine.files.schema import SHIPPED, text_of

WORKFLOWS = Path(__file__).parent.parent.parent / "workflows"
SOP_396 = WORKFLOWS / "396-ort06-3601-2023.yaml"

# The document, sentence by sentence, its own slips included.
DOCUMENT = """\
KOMISI PEMILIHAN UMUM KABUPATEN PANDEGLANG
Standar Operasional Prosedur Penyusunan Laporan Kinerja Komisi Pemilihan Umum Kabupaten Pandeglang
Komplek Perkantoran Cikupa (Jl Raya Labuan Km.1 Pandeglang, Kecamatan Pandeglang, Kabupaten Pandeglang)
E-mail : kab_pandeglang@kpu.go.id
https://kab-pandeglang.kpu.go.id/
SEKRETARIAT KOMISI PEMILIHAN UMUM KABUPATEN PANDEGLANG
396/ORT.06/3601/2023
1 November 2023
Sekretaris, Mohamad Rukbi
Penyusunan Laporan Kinerja Komisi Pemilihan Umum Kabupaten Pandeglang
Keputusan Komisi Pemilihan Umum Republik Indonesia Nomor : 5/PR.03-1-Kpt/03/KPU/1/2018 tentang Petunjuk \
Teknis Perjanjian Kinerja dan Pelaporan Kinerja di Lingkungan Komisi Pemilihan Umum.
Mengetahui alur penyusunan Laporan Kinerja di Lingkungan Komisi Pemilihan Umum Kabupaten Pandeglang.
SOP yang diterbitkan oleh Komisi Pemilihan Umum Kabupaten Pandeglang
Lembar Kerja/Rencana Aksi Kinerja/Pengukuran Kinerja;
IKU, Renstra,;
Komputer/Printer/Scanner.
Jika SOP tidak dilaksanakan, penyusunan Laporan Kinerja Komisi Pemilihan Umum Kabupaten Pandeglang dapat \
terhambat/tidak terlaksana
Disimpan sebagai arsip/dokumen baik berupa softcopy/hardcopy.
NOMOR : 346/ORT.06/3601/2023
TENTANG PENYUSUNAN LAPORAN KINERJA KOMISI PEMILIHAN UMUM KABUPATEN PANDEGLANG
LEMBAR PENGESAHAN
Standar Operasional Prosedur ini dibuat untuk dilaksanakan di setiap bagian sebagaimana struktur organisasi \
yang telah ditetapkan.
Untuk mengantisipasi keadaan kahar, perubahan/revisi dapat dilakukan selama pelaksanaan Standar Operasional \
Prosedur ini.
Perubahan tidak berlaku untuk tahapan kegiatan yang sudah selesai dilaksanakan.
Perubahan terhadap ruang lingkup dan penanggungjawab kegiatan mengakibatkan Standar Operasional Prosedur ini \
batal seluruhnya
Dengan berakhirnya tahapan kegiatan, maka Standar Operasional Prosedur ini dinyatakan tidak berlaku.
Standar Operasional Prosedur ini berlaku pada saat ditandatangani.
Disahkan di Pandeglang
Pada tanggal 1 November 2023
"""

ROWS = [
    # no, id, who, responsible, waktu, signed off by
    ("S01", "disposisi", "sekretaris", "sekretaris", "1 hari", ""),
    ("S02", "persiapan", "ksb_rendatin", "ksb_rendatin", "1 hari", "sekretaris"),
    ("S03", "rapat_persiapan", "tim_penyusun", "ksb_rendatin", "1 hari", ""),
    ("S04", "data_capaian", "ksb_kul ksb_tekhum ksb_parmas_sdm ksb_rendatin", "pelaksana", "4 hari", ""),
    ("S05", "verifikasi", "ksb_rendatin", "ksb_rendatin", "2 hari", ""),
    ("S06", "penyusunan_draf", "staf_rendatin", "ksb_rendatin", "3 hari", ""),
    ("S07", "pemeriksaan", "ksb_rendatin", "ksb_rendatin", "1 hari", ""),
    ("S08", "pembahasan", "tim_penyusun", "ksb_rendatin", "1 hari", ""),
    ("S09", "reviu", "sekretaris", "sekretaris", "1 hari", ""),
    ("S10", "pleno", "pleno", "ketua", "1 hari", ""),
    ("S11", "penggandaan", "staf_rendatin", "ksb_rendatin", "1 hari", "sekretaris"),
    ("S12", "penyampaian", "staf_rendatin", "sekretaris", "1 hari", "sekretaris"),
    ("S13", "publikasi", "staf_rendatin", "ksb_rendatin", "1 hari", ""),
]
BACK = {
    "verifikasi": "data_capaian",
    "pemeriksaan": "penyusunan_draf",
    "reviu": "penyusunan_draf",
    "pleno": "penyusunan_draf",
}


@pytest.fixture(scope="module")
def sound():
    return check_file(SOP_396).require()


def plain(text: str) -> str:
    return " ".join(re.sub(r"(?m)^\s*#", " ", text).split()).casefold()


@pytest.mark.parametrize("sentence", DOCUMENT.splitlines())
def test_the_whole_document_stands_in_the_file(sentence):
    assert plain(sentence) in plain(SOP_396.read_text("utf-8"))


def test_the_identity_block_is_verbatim(sound):
    identity = sound.definition.identity
    printed = [
        identity.number,
        *identity.legal_basis,
        *identity.performer_qualifications,
        *identity.related_procedures,
        *identity.equipment,
        *identity.warnings,
        *identity.records,
        *(clause.text for clause in sound.definition.clauses),
    ]

    assert set(printed) <= set(DOCUMENT.splitlines())
    assert (identity.number, identity.annex_number) == ("396/ORT.06/3601/2023", "346/ORT.06/3601/2023")
    assert (identity.created_on, identity.revised_on, identity.effective_on) == (
        "2023-11-01",
        None,
        "2023-11-01",
    )


def test_only_the_known_warnings_are_told(sound):
    assert [(problem.code, problem.path) for problem in sound.problems] == [
        ("NOMOR_TIDAK_KONSISTEN", "identitas.nomor_lampiran"),
        ("KELUARAN_TAK_TERPAKAI", "tahapan.penyampaian.keluaran"),
        ("KUORUM_BESAR", "kelompok.pleno.kuorum"),
    ]


def test_the_thirteen_rows_are_those_of_the_reconstruction(sound):
    def row(stage):
        who = " ".join(stage.performers or stage.for_each)
        signers = " ".join(stage.sign_off.by) if stage.sign_off else ""
        return stage.number, stage.id, who, stage.responsible, stage.duration.text, signers

    assert [row(stage) for stage in sound.definition.stages()] == ROWS
    assert sound.working_days == (19, 19)


def test_four_decisions_lead_back_and_the_last_row_tells_the_ppid(sound):
    stages = {stage.id: stage for stage in sound.definition.stages()}
    decisions = {name: stage.decision.outcomes for name, stage in stages.items() if stage.decision}

    assert {name: outcomes["tidak"].stage for name, outcomes in decisions.items()} == BACK
    assert all(outcomes["ya"].kind == "next" for outcomes in decisions.values())
    assert stages["publikasi"].informed == ("ksb_parmas_sdm",)


def test_what_the_document_does_not_say_is_called_reconstruction(sound):
    definition = sound.definition
    parts = [definition.scope, definition.schedule, *definition.schedule.limits, *definition.stages()]

    assert all(part.provenance == "rekonstruksi" and part.source for part in parts)
    assert definition.identity.provenance == "dokumen"
    assert sound.organisation.provenance == "rekonstruksi"


def test_the_six_clauses_carry_the_six_rules(sound):
    assert [(clause.number, clause.rule) for clause in sound.definition.clauses] == [
        (1, "dilaksanakan_setiap_bagian"),
        (2, "revisi_karena_kahar"),
        (3, "tahapan_selesai_terkunci"),
        (4, "batal_bila_berubah"),
        (5, "tidak_berlaku_saat_berakhir"),
        (6, "berlaku_saat_ditandatangani"),
    ]


def test_everybody_answers_to_the_chairman_in_the_end(sound):
    ways = {name: sound.organisation.superiors_of(name) for name in sound.organisation.positions}

    assert ways["staf_rendatin"] == ["ksb_rendatin", "sekretaris", "ketua"]
    assert {way[-1] for way in ways.values() if way} == {"ketua"}
    assert ways["ketua"] == []


def test_the_definition_written_again_reads_the_same(sound):
    written = yaml.safe_dump(sound.definition.dump(), allow_unicode=True, sort_keys=False)

    assert read(written.encode(), "lagi", Definition) == sound.definition


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_schema_is_that_of_the_models(name):
    assert (WORKFLOWS / name).read_text("utf-8") == text_of(SHIPPED[name])
