"""The classifier: every key of the format has its kind, the clauses decide in their order, loopholes are refused."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from sop_engine.domain.changes import KINDS, Kind, is_spelling
from sop_engine.domain.definition import Definition
from sop_engine.domain.flow import ON, Flow, Past, Position, outcomes_of, replay, standing
from sop_engine.domain.verdicts import Judgement, classify
from sop_engine.files.check import check_file
from tests.office import SOP_396
from tests.strategies import definitions

SOUND = check_file(Path(SOP_396)).require()
DONE = [Past("disposisi"), Past("persiapan")]
many = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def models(found: Any) -> Iterator[type[BaseModel]]:
    """Every model a type is made of."""
    if isinstance(found, type) and issubclass(found, BaseModel):
        yield found
        for field in found.model_fields.values():
            yield from models(field.annotation)
    for inner in get_args(found):
        yield from models(inner)


def test_every_key_of_the_format_has_a_kind() -> None:
    seen: set[Any] = set()

    def walk(found: Any) -> None:
        if isinstance(found, type) and issubclass(found, BaseModel) and found not in seen:
            seen.add(found)
            for field in found.model_fields.values():
                walk(field.annotation)
        for inner in get_args(found):
            walk(inner)

    walk(Definition)
    from sop_engine.domain.definition import Parallel, Stage  # the union of steps names them as forward references

    walk(Stage)
    walk(Parallel)
    assert seen == set(KINDS)
    for model in seen:
        assert set(KINDS[model]) == set(model.model_fields), model.__name__
        assert set(KINDS[model].values()) <= set(get_args(Kind))


def with_change(path: str, value: Any) -> Definition:
    """SOP 396 with one value changed; a stage is named by its id, a clause by its number, a limit by its id."""
    found = copy.deepcopy(SOUND.definition.dump())
    *way, last = path.split(".")
    here: Any = found
    for name in way:
        if isinstance(here, list):
            here = next(each for each in here if str(each.get("id", each.get("butir"))) == name)
        else:
            here = here.setdefault(name, {})
    if value is None:
        del here[last]
    else:
        here[last] = value
    return Definition.model_validate(found)


def judge(new: Definition, history: list[Past] | None = DONE, **given: Any) -> Judgement:
    return classify(SOUND.definition, new, history, organisation=SOUND.organisation, **given)


KEYS = [  # path, new value, kind, effect, clause, verdict
    ("asal", "rekonstruksi", "clerical", "applies", None, "correction"),
    ("sop", "lain", "identity", "refused", None, "refused"),
    ("organisasi", "lain", "identity", "refused", None, "refused"),
    ("penanggungjawab", "ketua", "responsible", "voids", 4, "void"),
    ("mengetahui", ["kul"], "performer", "applies", 2, "revision"),
    ("identitas.nomor", "397/X/2023", "identity", "refused", None, "refused"),
    ("identitas.nomor_lampiran", "396/ORT.06/3601/2023", "clerical", "applies", None, "correction"),
    ("identitas.nama", "Penyusunan Laporan Tahunan", "scope", "voids", 4, "void"),
    ("identitas.instansi", "KPU Kabupaten Lain", "identity", "applies", 2, "revision"),
    ("identitas.tanggal_revisi", "2024-02-01", "identity", "applies", 2, "revision"),
    ("identitas.peralatan", ["Mesin ketik"], "identity", "applies", 2, "revision"),
    ("identitas.disahkan_oleh.jabatan", "ketua", "rules", "refused", None, "refused"),
    ("identitas.disahkan_oleh.nama", "Orang Lain Sekali", "identity", "applies", 2, "revision"),
    ("ruang_lingkup.objek", "Laporan lain sama sekali", "scope", "voids", 4, "void"),
    ("ruang_lingkup.unit", ["sekretariat"], "scope", "voids", 4, "void"),
    ("ruang_lingkup.asal", "dokumen", "clerical", "applies", None, "correction"),
    ("ketentuan.3.teks", "Boleh semuanya.", "rules", "refused", None, "refused"),
    ("ketentuan.4.bila", "semua", "rules", "refused", None, "refused"),
    ("ketentuan.4.objek", ["ruang_lingkup"], "rules", "refused", None, "refused"),
    ("ketentuan.4.sumber", "Rapat", "rules", "refused", None, "refused"),
    ("jadwal.siklus", "sekali", "scope", "voids", 4, "void"),
    ("jadwal.zona_waktu", "Asia/Makassar", "schedule", "applies", 2, "revision"),
    ("jadwal.pengingat", ["saat tenggat"], "schedule", "applies", 2, "revision"),
    ("jadwal.batas.surat.tanggal", "15 Februari", "schedule", "applies", 2, "revision"),
    ("jadwal.batas.undang_undang.tanggal", "31 Maret", "schedule", "refused", 2, "refused"),
    ("jadwal.batas.undang_undang.jenis", "internal", "schedule", "refused", 2, "refused"),
    ("jadwal.batas.undang_undang.tahap", "publikasi", "schedule", "refused", 2, "refused"),
    ("jadwal.batas.undang_undang.sumber", "Perpres 29/2014", "clerical", "applies", None, "correction"),
    ("tahapan.verifikasi.kegiatan", "Menghitung saja", "stage", "applies", 2, "revision"),
    (
        "tahapan.verifikasi.kegiatan",
        "Menghimpun, memverivikasi dan mengukur capaian kinerja",
        "clerical",
        "applies",
        None,
        "correction",
    ),
    ("tahapan.verifikasi.no", "S99", "stage", "applies", 2, "revision"),
    ("tahapan.verifikasi.keluaran", ["Lain"], "stage", "applies", 2, "revision"),
    ("tahapan.verifikasi.waktu", "3 hari", "schedule", "applies", 2, "revision"),
    ("tahapan.verifikasi.tidak_sebelum", "2027-02-01", "schedule", "applies", 2, "revision"),
    ("tahapan.verifikasi.pelaksana", "ksb_kul", "performer", "applies", 2, "revision"),
    ("tahapan.verifikasi.tembusan", ["ketua"], "performer", "applies", 2, "revision"),
    ("tahapan.verifikasi.bila", "Perlu?", "flow", "applies", 2, "revision"),
    ("tahapan.verifikasi.keputusan.tidak", "kembali ke persiapan", "flow", "applies", 2, "revision"),
    ("tahapan.verifikasi.penanggungjawab", "ksb_kul", "responsible", "voids", 4, "void"),
    ("tahapan.data_capaian.penanggungjawab", "ksb_rendatin", "responsible", "voids", 4, "void"),
    ("tahapan.data_capaian.selesai_bila", "3", "flow", "applies", 2, "revision"),
    ("tahapan.data_capaian.untuk_setiap", ["ksb_kul", "ksb_tekhum", "ksb_rendatin"], "scope", "voids", 4, "void"),
    ("tahapan.penggandaan.pengesahan", ["ketua"], "performer", "applies", 2, "revision"),
    ("tahapan.persiapan.waktu", "3 hari", "schedule", "refused", 3, "refused"),
    (
        "tahapan.persiapan.kegiatan",
        "Menyusun jadual, tim penyusun dan nota dinas permintaan data",
        "clerical",
        "refused",
        3,
        "refused",
    ),
    ("tahapan.persiapan.penanggungjawab", "ketua", "responsible", "refused", 3, "refused"),
    ("tahapan.persiapan.sumber", "Rapat", "clerical", "applies", None, "correction"),
]


@pytest.mark.parametrize(("path", "value", "kind", "effect", "clause", "verdict"), KEYS)
def test_one_key(path: str, value: Any, kind: str, effect: str, clause: int | None, verdict: str) -> None:
    judged = judge(with_change(path, value))

    [change] = judged.changes
    assert (change.change.path.startswith(path), change.change.kind) == (True, kind)
    assert (change.effect, change.clause, judged.verdict) == (effect, clause, verdict)
    if verdict == "refused":
        assert judged.refusal is not None
        text = next((each.text for each in SOUND.definition.clauses if each.number == clause), "aturan mesin")
        assert text in str(judged.refusal)


def test_clause_4_may_ask_for_both_or_protect_one() -> None:
    def old(**keys: Any) -> Definition:
        found = copy.deepcopy(SOUND.definition.dump())
        found["ketentuan"][3] |= keys
        return Definition.model_validate(found)

    def judged(ours: Definition, **keys: Any) -> str:
        return classify(ours, Definition.model_validate({**ours.dump(), **keys})).verdict

    scope = {"ruang_lingkup": {**SOUND.definition.dump()["ruang_lingkup"], "objek": "Lain sama sekali"}}
    both, one = old(bila="semua"), old(objek=["ruang_lingkup"])
    assert judged(both, penanggungjawab="ketua") == "revision"
    assert judged(both, **scope) == "revision"
    assert judged(both, penanggungjawab="ketua", **scope) == "void"
    assert judged(one, penanggungjawab="ketua") == "revision"
    assert judged(one, **scope) == "void"


def test_the_order_of_reasons() -> None:
    found = copy.deepcopy(SOUND.definition.dump())
    found["tahapan"][0]["waktu"] = "2 hari"
    assert judge(Definition.model_validate(found), ground=False).refusal.clause == 2  # type: ignore[union-attr]
    found["tahapan"][9]["penanggungjawab"] = "sekretaris"
    assert judge(Definition.model_validate(found), ground=False).verdict == "void"
    found["tahapan"][1]["penanggungjawab"] = "ketua"
    refused = judge(Definition.model_validate(found), ground=False)
    assert (refused.verdict, refused.refusal.clause) == ("refused", 3)  # type: ignore[union-attr]
    found["ketentuan"].pop(2)
    refused = judge(Definition.model_validate(found), ground=False)
    assert (refused.verdict, refused.refusal.clause) == ("refused", None)  # type: ignore[union-attr]
    assert len(refused.changes) == 4


def renamed_stage(**keys: Any) -> Definition:
    found = copy.deepcopy(SOUND.definition.dump())
    found["tahapan"][8] |= {"id": "telaah", **keys}
    return Definition.model_validate(found)


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (renamed_stage(), "tulis `dahulu: reviu`"),
        (renamed_stage(kegiatan="Hal lain", keluaran=["Lain"]), "tulis `dahulu: reviu`"),
        (renamed_stage(dahulu="tidak_ada"), "dahulu"),
        (with_change("ketentuan", []), "edisi baru"),
    ],
)
def test_loopholes_are_refused(new: Definition, words: str) -> None:
    judged = judge(new)

    assert judged.verdict == "refused"
    assert words in str(judged.refusal)


def test_a_renamed_stage_is_compared_as_the_same_wherever_it_is_named() -> None:
    found = copy.deepcopy(SOUND.definition.dump())
    found["tahapan"][3] |= {"id": "data", "dahulu": "data_capaian", "waktu": "5 hari"}
    found["tahapan"][4]["keputusan"]["tidak"] = "kembali ke data"
    history = [*DONE, Past("rapat_persiapan"), Past("data_capaian", "ksb_kul")]

    judged = judge(Definition.model_validate(found), history)

    assert {each.change.path for each in judged.changes} == {"tahapan.data.waktu", "tahapan.data.id"}
    assert judged.verdict == "revision"
    gone = [*history, *(Past("data_capaian", slot) for slot in ("ksb_tekhum", "ksb_parmas_sdm", "ksb_rendatin"))]
    assert judge(Definition.model_validate(found), gone).verdict == "refused"


def test_an_id_is_never_used_again() -> None:
    new = with_change("tahapan.reviu.keterangan", "x")
    steps = list(new.steps)
    steps.insert(9, new.stages()[9].model_copy(update={"id": "dulu_ada", "activity": "Baru", "outputs": ("Baru",)}))

    judged = judge(new.model_copy(update={"steps": tuple(steps)}), retired=frozenset({"dulu_ada"}))

    assert "pernah dipakai" in str(judged.refusal)


def test_a_completed_slot_stays_and_the_open_ones_may_change() -> None:
    history = [*DONE, Past("rapat_persiapan"), Past("data_capaian", "ksb_kul")]
    less = ["ksb_tekhum", "ksb_parmas_sdm", "ksb_rendatin"]

    judged = judge(with_change("tahapan.data_capaian.untuk_setiap", less), history)

    assert (judged.verdict, judged.refusal.clause) == ("refused", 3)  # type: ignore[union-attr]
    assert "ksb_kul" in str(judged.refusal)
    more = ["ksb_kul", *less, "staf_rendatin"]
    assert judge(with_change("tahapan.data_capaian.untuk_setiap", more), history).verdict == "revision"


def test_a_way_back_to_a_stage_that_was_leapt_over_stands_in_the_new_flow_too() -> None:
    ways = {"tanya": "Ke mana?", "lompat": "ke c", "jalan": "lanjut"}
    back = {"tanya": "Baik?", "ya": "lanjut", "tidak": "kembali ke b"}
    head = SOUND.definition.dump() | {"jadwal": {"siklus": "tahun_anggaran"}}
    place = {"pelaksana": "ketua"}
    steps = [
        {"id": "a", "kegiatan": "A", "keputusan": ways, **place},
        {"id": "b", "kegiatan": "B", **place},
        {"id": "c", "kegiatan": "C", "keputusan": back, **place},
    ]
    old = Definition.model_validate({**head, "tahapan": steps})
    new = Definition.model_validate({**head, "tahapan": [*steps, {"id": "d", "kegiatan": "D", **place}]})
    flow = Flow(old)
    history = standing([Past("a", outcome="lompat"), Past("c", outcome="tidak")], lambda _: flow)

    assert history == [Past("a", outcome="lompat"), Past("b", stood=frozenset({"c"}))]
    assert classify(old, new, history).verdict == "revision"


def test_what_is_completed_can_be_left_as_it_was() -> None:
    found = copy.deepcopy(SOUND.definition.dump())
    found["tahapan"][0]["waktu"] = "2 hari"
    found["tahapan"][5]["waktu"] = "5 hari"
    new = Definition.model_validate(found)

    kept = judge(new, keep_completed=True)

    assert judge(new).verdict == "refused"
    assert (kept.verdict, kept.taken) == ("revision", True)
    assert [(each.change.stage, each.effect) for each in kept.changes] == [
        (found["tahapan"][0]["id"], "frozen"),
        ("penyusunan_draf", "applies"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [
        ("Memeriksa draf", "Memerikasa draf", True),
        ("Memeriksa draf", "Memeriksa darf", True),
        ("Memeriksa draf", "Membaca draf", False),
        ("dapat dibuka", "tidak dibuka", False),
        ("bidak", "tidak", False),
        ("lengkap dan benar", "lengkap dari benar", False),
        ("ke Ketua", "di Ketua", False),
        ("3 salinan", "4 salinan", False),
        ("harus segera", "harus", False),
        (("a", "salinan"), ("a",), False),
        (("satu salinn",), ("satu salinan",), True),
        (None, "baru", False),
    ],
)
def test_the_limits_of_a_ralat(before: Any, after: Any, allowed: bool) -> None:
    assert is_spelling(before, after) is allowed


def history_of(flow: Flow, choose: Any, length: int) -> list[Past]:
    """A random history of a flow, as long as it goes."""
    position, done = Position(flow), list[Past]()
    position.begin()
    while position.visits and len(done) < length:
        stage, slot = choose(sorted((v.stage, s) for v in position.visits.values() for s in v.pending))
        ways = outcomes_of(flow.stages[stage])
        outcome = choose(sorted(ways))
        again = flow.stages[ways[outcome].stage].for_each if ways[outcome].kind == "back" else None
        run = Past(stage, slot, outcome, tuple(choose([[], again[:1]])) if again else ())
        assert position.complete(run.stage, run.slot, outcome, run.redo)
        done.append(run)
    return done


@given(definitions(), st.randoms(use_true_random=False), st.integers(0, 12))
@many
def test_the_same_text_changes_nothing_and_fits_every_case(found: dict, chance: Any, length: int) -> None:
    same = Definition.model_validate(found)
    flow = Flow(same)
    runs = history_of(flow, chance.choice, length)
    history = standing(runs, lambda _: flow)

    judged = classify(same, same, history)

    assert (judged.verdict, judged.changes, judged.fit.misfit) == ("none", (), None)
    whole, short = replay(flow, runs), replay(flow, history)
    assert isinstance(whole, Position)
    assert isinstance(short, Position)
    stands = [{(v.stage, s) for v in each.visits.values() for s in v.pending} for each in (whole, short)]
    assert stands[0] == stands[1]


@given(definitions(), definitions(), st.randoms(use_true_random=False), st.integers(0, 8))
@many
def test_any_other_text_is_judged(found: dict, other: dict, chance: Any, length: int) -> None:
    old, new = Definition.model_validate(found), Definition.model_validate(other)
    flow = Flow(old)
    judged = classify(old, new, standing(history_of(flow, chance.choice, length), lambda _: flow))

    assert (judged.verdict == "none") == (not judged.changes)
    assert (judged.verdict == "refused") == (judged.refusal is not None)
    assert all(each.change.kind in get_args(Kind) for each in judged.changes)


@given(definitions(), st.randoms(use_true_random=False), st.integers(0, 8))
@many
def test_one_random_edit_is_always_classified(found: dict, chance: Any, length: int) -> None:
    old = Definition.model_validate(found)
    flow = Flow(old)
    new, steps = copy.deepcopy(found), []

    def gather(listed: list) -> None:
        for step in listed:
            steps.append((listed, step)) if "paralel" not in step else [*map(gather, step["paralel"]["cabang"])]

    gather(new["tahapan"])
    listed, step = chance.choice(steps)
    edit = chance.choice(["text", "time", "insert", "swap"])
    if edit == "text":
        step["kegiatan"] = "Sesuatu yang lain"
    elif edit == "time":
        step["waktu"] = "9 hari"
    elif edit == "insert":
        listed.insert(listed.index(step), {"id": "sisipan", "kegiatan": "Sisipan", "pelaksana": "kepala"})
    else:
        listed.reverse()

    judged = classify(
        old, Definition.model_validate(new), standing(history_of(flow, chance.choice, length), lambda _: flow)
    )

    assert judged.changes or new == found
    if judged.fit.misfit:
        assert any(each.effect in ("refused", "frozen") for each in judged.changes)
    assert ON not in {each.effect for each in judged.changes}
