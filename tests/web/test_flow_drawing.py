"""The drawing of the flow: which symbol stands where, what is joined to what, which mark it bears."""

import re
from typing import Any
from xml.etree import ElementTree

from sop_engine.domain.definition import Decision, Stage
from sop_engine.domain.flow import Flow
from sop_engine.domain.flow_words import parse_target
from sop_engine.domain.organisation import Organisation
from sop_engine.web.flow_drawing import COLUMN, Drawing, arrows_of, columns_of, draw, sign
from sop_engine.web.standings import LABELS
from sop_engine.wiring import parse_definition, parse_organisation
from tests.office import KPU, SOP_396

OFFICE = parse_organisation("""\
format: organisasi/1
id: kantor
nama: Kantor
unit: {u: {nama: Unit}}
jabatan:
  kepala: {nama: Kepala, unit: u}
  staf: {nama: Staf, unit: u, atasan: kepala}
  arsip: {nama: Arsip, unit: u, atasan: kepala}
  umum: {nama: Umum, unit: u, atasan: kepala}
kelompok:
  rapat: {nama: Rapat, anggota: [staf, arsip], kuorum: 2}
  jauh: {nama: Jauh, anggota: [kepala, umum], kuorum: 2}
""")


def flow_of(stages: str) -> Flow:
    head = (
        "format: sop/1\nsop: uji\nidentitas: {nomor: 1/A/2027, nama: Uji, disahkan_oleh: {jabatan: kepala}}\n"
        "penanggungjawab: kepala\norganisasi: kantor\ntahapan:\n"
    )
    return Flow(parse_definition(head + stages))


def drawing_of(stages: str, marks: dict[str, dict[str, str]] | None = None) -> Drawing:
    return draw(flow_of(stages), OFFICE, marks or {})


def kind_in(svg: str) -> str:
    """The symbol of a row: capsule, box or diamond."""
    if 'path class="shape"' in svg:
        return "diamond"
    return "capsule" if 'rx="14"' in svg else "box"


def lines_in(svg: str) -> list[tuple[str, str, str, str]]:
    return re.findall(r'<line class="line" x1="([^"]*)" y1="([^"]*)" x2="([^"]*)" y2="([^"]*)"/>', svg)


THREE = """\
  - {id: satu, kegiatan: Satu, pelaksana: staf}
  - {id: dua, kegiatan: Dua, pelaksana: kepala, keputusan: {tanya: Baik?, ya: lanjut, tidak: kembali ke satu}}
  - {id: tiga, kegiatan: Tiga, pelaksana: staf}
"""


def test_sop_396_has_a_capsule_at_each_end_and_a_diamond_for_each_decision() -> None:
    flow = Flow(parse_definition(SOP_396.read_text("utf-8")))

    drawing = draw(flow, parse_organisation(KPU.read_text("utf-8")), {})

    kinds = {stage: kind_in(svg) for stage, svg in drawing.rows.items()}
    assert [stage for stage, kind in kinds.items() if kind == "capsule"] == ["disposisi", "publikasi"]
    assert [stage for stage, kind in kinds.items() if kind == "diamond"] == [
        *("verifikasi", "pemeriksaan", "reviu", "pleno"),
    ]
    assert len(drawing.columns) == 8


def test_columns_are_the_performing_positions_in_the_order_of_the_structure() -> None:
    flow = flow_of("  - {id: satu, kegiatan: Satu, pelaksana: umum}\n  - {id: dua, kegiatan: Dua, pelaksana: rapat}\n")

    assert columns_of(flow, OFFICE) == ("staf", "arsip", "umum")


def test_a_body_is_as_wide_as_its_members_and_split_where_they_stand_apart() -> None:
    drawing = drawing_of(
        "  - {id: satu, kegiatan: Satu, pelaksana: rapat}\n  - {id: dua, kegiatan: Dua, pelaksana: jauh}\n"
    )

    assert drawing.rows["satu"].count('class="shape"') == 1
    assert f'width="{2 * COLUMN - 12.0}"' in drawing.rows["satu"]
    assert drawing.rows["dua"].count('class="shape"') == 2


def test_every_slot_bears_its_own_mark_and_sign() -> None:
    stages = "  - {id: satu, kegiatan: Satu, untuk_setiap: [staf, arsip, umum]}\n"

    svg = drawing_of(stages, {"satu": {"staf": "completed", "arsip": "late"}}).rows["satu"]

    assert re.findall(r'<g class="(\w+)" transform', svg) == ["completed", "late", "waiting"]
    signs = re.findall(r'<g class="sign-in">(.*?)</g>', svg)
    assert signs[0]
    assert signs[1]
    assert signs[0] != signs[1]
    assert not signs[2]


def test_every_mark_but_waiting_has_a_sign_of_its_own() -> None:
    signs = {mark: re.findall(r"<path[^>]*>", sign(mark)) for mark in LABELS}

    assert [mark for mark, path in signs.items() if not path] == ["waiting"]
    assert len({str(path) for path in signs.values()}) == len(LABELS)


def test_a_line_leaves_below_and_arrives_at_the_next_row_at_the_same_place() -> None:
    rows = drawing_of(THREE).rows

    leaves = {x1 for x1, _, _, y2 in lines_in(rows["satu"]) if y2 == "100%"}
    arrives = {x1 for x1, y1, _, y2 in lines_in(rows["dua"]) if (y1, y2) == ("0", "11")}
    assert leaves >= arrives
    assert arrives


def test_a_way_back_runs_beside_the_columns_to_its_target_and_is_named() -> None:
    drawing = drawing_of(THREE)
    edge = 2 * COLUMN

    back = [line for line in lines_in(drawing.rows["dua"]) if float(line[0]) > edge and float(line[2]) > edge]
    assert [(y1, y2) for _, y1, _, y2 in back] == [("0", "50%")]
    target = [line for line in lines_in(drawing.rows["satu"]) if float(line[0]) > edge and float(line[2]) > edge]
    assert [(y1, y2) for _, y1, _, y2 in target] == [("11", "100%")]
    assert not [line for line in lines_in(drawing.rows["tiga"]) if float(line[2]) > edge]
    assert ">Tidak</text>" in drawing.rows["dua"]
    assert ">Ya</text>" in drawing.rows["dua"]


def test_ways_that_overlap_get_lanes_of_their_own() -> None:
    drawing = drawing_of(
        "  - {id: a, kegiatan: A, pelaksana: staf}\n"
        "  - {id: b, kegiatan: B, pelaksana: staf}\n"
        "  - {id: c, kegiatan: C, pelaksana: staf, keputusan: {tanya: T?, ya: lanjut, tidak: kembali ke b}}\n"
        "  - {id: d, kegiatan: D, pelaksana: staf, keputusan: {tanya: T?, ya: lanjut, tidak: kembali ke a}}\n"
    )

    through_b = {x1 for x1, _, x2, _ in lines_in(drawing.rows["b"]) if x1 == x2 and float(x1) > COLUMN}
    assert len(through_b) == 2
    assert all(float(x) < drawing.width for x in through_b)


def test_an_outcome_that_ends_the_sop_leads_to_an_end_of_its_own() -> None:
    drawing = drawing_of(
        "  - {id: a, kegiatan: A, pelaksana: staf, keputusan: {tanya: T?, ya: lanjut, ditolak: selesai}}\n"
        "  - {id: b, kegiatan: B, pelaksana: staf, keputusan: {tanya: T?, ya: lanjut, tidak: kembali ke a}}\n"
    )

    assert 'class="end"' in drawing.rows["a"]
    assert ">Ditolak</text>" in drawing.rows["a"]
    assert 'class="end"' in drawing.rows["b"]


def test_branches_that_run_side_by_side_are_all_reached_and_all_joined() -> None:
    flow = flow_of("""\
  - {id: mulai_kerja, kegiatan: Mulai, pelaksana: kepala}
  - paralel:
      id: blok
      cabang:
        - [{id: kiri, kegiatan: Kiri, pelaksana: staf}]
        - [{id: kanan, kegiatan: Kanan, pelaksana: arsip}]
  - {id: tutup, kegiatan: Tutup, pelaksana: kepala}
""")

    assert {(source, target) for source, target, _ in arrows_of(flow)} == {
        *(("mulai_kerja", "kiri"), ("mulai_kerja", "kanan"), ("kiri", "tutup"), ("kanan", "tutup")),
        ("tutup", "selesai"),
    }
    rows = draw(flow, OFFICE, {}).rows
    assert all('class="head"' in rows[stage] for stage in ("kiri", "kanan", "tutup"))


def test_words_are_escaped_even_where_a_check_before_has_let_them_through() -> None:
    hostile = "<script>alert(1)</script>"
    definition = parse_definition(SOP_396.read_text("utf-8"))
    ways: Any = {"ya": parse_target("lanjut"), hostile: parse_target("kembali ke data_capaian")}
    decision = Decision.model_construct(question="T?", **ways)
    steps = tuple(
        step.model_copy(update={"decision": decision}) if isinstance(step, Stage) and step.id == "verifikasi" else step
        for step in definition.steps
    )
    flow = Flow(definition.model_copy(update={"steps": steps}))

    rows = draw(flow, parse_organisation(KPU.read_text("utf-8")), {}).rows

    texts = [text.text for svg in rows.values() for text in ElementTree.fromstring(svg).iter("text")]
    assert hostile in texts
    assert "<script" not in "".join(rows.values())


def test_the_same_input_draws_the_same_text() -> None:
    assert drawing_of(THREE) == drawing_of(THREE)


def test_a_structure_that_lacks_a_performer_is_drawn_all_the_same() -> None:
    bare = Organisation.model_validate({"format": "organisasi/1", "id": "k", "nama": "K", "unit": {}, "jabatan": {}})

    assert draw(flow_of(THREE), bare, {}).columns == ("staf", "kepala")
