"""Random well-formed definitions, the made-up office that can carry them out, and a store that fails."""

import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from sop_engine.application.appoint import appoint
from sop_engine.application.ports import Store, Transaction
from sop_engine.application.set_up import add_person, load_document
from sop_engine.domain.definition import Definition
from sop_engine.domain.organisation import Organisation
from sop_engine.files.lints import lint
from tests.office import Office

Step = dict[str, Any]

_PLACES = {  # position → unit, superior
    "kepala": ("pimpinan", None),
    "wakil": ("pimpinan", "kepala"),
    "kabid_satu": ("bidang_satu", "wakil"),
    "kabid_dua": ("bidang_dua", "wakil"),
    "staf_satu": ("bidang_satu", "kabid_satu"),
    "staf_dua": ("bidang_dua", "kabid_dua"),
    "bendahara": ("bidang_dua", "kepala"),
}
ORGANISATION: dict[str, Any] = {
    "format": "organisasi/1",
    "id": "dinas-karangan",
    "nama": "Dinas Karangan",
    "unit": {name: {"nama": f"Unit {name}"} for name in ("pimpinan", "bidang_satu", "bidang_dua")},
    "jabatan": {
        **{
            name: {"nama": f"Jabatan {name}", "unit": unit, **({"atasan": superior} if superior else {})}
            for name, (unit, superior) in _PLACES.items()
        },
        "pemohon": {"nama": "Pemohon", "luar": "ya", "dicatat_oleh": "staf_dua"},
    },
    "kelompok": {
        "rapat": {"nama": "Rapat Bidang", "anggota": ["kabid_satu", "kabid_dua", "wakil"], "kuorum": "2"},
        "regu": {"nama": "Regu Lapangan", "anggota": ["staf_satu", "staf_dua"]},
    },
}
STAFF = {  # nobody is bendahara: what is asked of it goes to its superior
    "kepala": ["Lestari Contoh"],
    "wakil": ["Made Contoh"],
    "kabid_satu": ["Nur Contoh"],
    "kabid_dua": ["Oki Contoh"],
    "staf_satu": ["Putri Contoh", "Qori Contoh"],
    "staf_dua": ["Ratna Contoh", "Surya Contoh"],
}
ALSO = {"kabid_dua": "wakil", "staf_satu": "kabid_satu"}  # whose first holder is Plh. of which position

POSITIONS = [name for name in STAFF if name != "kepala"]
_UNITS = list(ORGANISATION["unit"])
_DURATIONS = ["30 menit", "3 jam", "1 hari", "1-3 hari", "4 hari", "7 hari kalender", "1 bulan"]
_LEVELS = ["3 hari sebelum", "1 hari sebelum", "saat tenggat"]
_LATE = ["1 hari sesudah", "3 hari sesudah", "5 hari sesudah"]
_LIMITS = ["31 Januari", "akhir Februari", "2027-01-25", "tanggal 5 bulan berikutnya"]
_RULES = {
    1: {"aturan": "dilaksanakan_setiap_bagian", "teks": "Dilaksanakan di setiap bagian."},
    2: {"aturan": "tidak_berlaku_saat_berakhir", "teks": "Berakhir bersama tahapannya."},
    3: {"aturan": "berlaku_saat_ditandatangani", "teks": "Berlaku saat ditandatangani."},
    4: {"teks": "Hal lain diatur kemudian."},
}
LATER = datetime(2099, 1, 1, tzinfo=UTC)
_WORDS = st.text("ab cdé–:#'\"[]{},&*!|>%@`?-~\n", min_size=1, max_size=12).filter(str.strip)


def move_in(office: Office) -> None:
    """Load the made-up structure into an office, and appoint its staff."""
    store, nobody = office.store, office.who(0)
    load_document(store, nobody, "organisation", ORGANISATION["id"], json.dumps(ORGANISATION))
    for position, names in STAFF.items():
        for number, name in enumerate(names):
            person = add_person(store, nobody, name, f"{position}{number}@contoh.invalid")["person"]
            appoint(store, nobody, person, position, "definitif", "SK 2/2027", office.at)
            office.person.setdefault(position, person)
            office.person[f"{position}{number}"] = person
    for position, other in ALSO.items():
        appoint(store, nobody, office.person[position], other, "plh", "SP 3/2027", office.at, LATER)


@dataclass(frozen=True)
class FailingStore:
    """A store in which a command fails after it has written everything, right before COMMIT."""

    store: Store
    error: Exception

    def write(self, office_id: int, work: Callable[[Transaction], Any]) -> Any:
        """Run the work, then fail."""

        def failing(tx: Transaction) -> Any:
            work(tx)
            raise self.error

        return self.store.write(office_id, failing)


@cache
def organisation() -> Organisation:
    """The made-up structure as a value."""
    return Organisation.model_validate(ORGANISATION)


@st.composite
def definitions(
    draw: DrawFn, *, depth: int = 2, lengths: Sequence[int] = (1, 2, 3, 4), quorum: bool = True
) -> dict[str, Any]:
    """A definition without errors, in the keys of the file: every construct of the flow, any nesting.

    `depth` bounds the nesting of blocks, `lengths` are those of the outer list; without `quorum` everything
    is waited for.
    """
    names = (f"t{number}" for number in itertools.count(1))
    steps = draw(_lists(names, depth, lengths, quorum))
    found = {
        "format": "sop/1",
        "sop": "uji-acak",
        "identitas": {
            "nomor": "1/UJI/2027",
            "nama": draw(_WORDS),
            "disahkan_oleh": {"jabatan": "kepala"},
        },
        "penanggungjawab": draw(st.sampled_from(["kepala", "wakil"])),
        "organisasi": ORGANISATION["id"],
        "mengetahui": _UNITS,
        "ketentuan": [
            {"butir": str(number), **_RULES[number]} for number in sorted(draw(st.sets(st.sampled_from([*_RULES]))))
        ],
        "jadwal": draw(_schedules(steps)),
        "tahapan": steps,
    }
    return found if not errors(found) else _without_leaps(found)


def errors(found: dict[str, Any]) -> list[str]:
    """List what `check` would call an error in a definition."""
    problems = lint(Definition.model_validate(found), organisation())
    return [str(problem) for problem in problems if problem.severity == "error"]


def text_of(found: dict[str, Any], number: str) -> str:
    """Write a definition as a file's text, under a number of its own."""
    return json.dumps({**found, "identitas": {**found["identitas"], "nomor": number}}, ensure_ascii=False)


@st.composite
def _lists(draw: DrawFn, names: Iterator[str], depth: int, lengths: Sequence[int], quorum: bool) -> list[Step]:
    steps: list[Step] = []
    for _ in range(draw(st.sampled_from(lengths))):
        if depth and draw(st.integers(0, 2)) == 2:
            steps.append({"paralel": draw(_blocks(names, depth - 1, quorum))})
        else:
            steps.append(draw(_stages(names, quorum)))
    for place, step in enumerate(steps):
        if "paralel" not in step:
            step |= draw(_ways(steps, place))
    return steps


@st.composite
def _blocks(draw: DrawFn, names: Iterator[str], depth: int, quorum: bool) -> Step:
    branches = [draw(_lists(names, depth, (1, 2), quorum)) for _ in range(draw(st.integers(2, 3)))]
    return {"id": next(names), "cabang": branches, **draw(_done_when(len(branches), quorum))}


@st.composite
def _stages(draw: DrawFn, names: Iterator[str], quorum: bool) -> Step:
    kind = draw(st.sampled_from(["one", "each", "list", "body", "each", "outside"]))
    name = next(names)
    found: Step = {"id": name, "kegiatan": f"Mengerjakan {name}"}
    if kind == "each":
        slots = draw(st.lists(st.sampled_from(POSITIONS), min_size=1, max_size=3, unique=True))
        found |= {"untuk_setiap": slots, **draw(_done_when(len(slots), quorum))}
    else:
        several = st.lists(st.sampled_from(POSITIONS), min_size=2, max_size=2, unique=True)
        who = {"list": several, "body": st.sampled_from(["rapat", "regu"]), "outside": st.just("pemohon")}
        found["pelaksana"] = draw(who.get(kind, st.sampled_from(POSITIONS)))
    if draw(st.integers(0, 4)):
        found["waktu"] = draw(st.sampled_from(_DURATIONS))
    if draw(st.integers(0, 7)) == 7:
        found["tidak_sebelum"] = draw(st.sampled_from(["2027-01-06", "2027-01-11"]))
    if draw(st.integers(0, 3)) == 3:
        found["keluaran"] = draw(st.lists(_WORDS, min_size=1, max_size=2))
    if draw(st.integers(0, 3)) == 3:
        found["tembusan"] = [draw(st.sampled_from(POSITIONS))]
    if draw(st.booleans()):
        found |= draw(_sign_offs(found))
    return found


@st.composite
def _sign_offs(draw: DrawFn, stage: Step) -> Step:
    """Signers who neither perform the stage nor record it for an outside party."""
    performers = stage.get("untuk_setiap") or stage["pelaksana"]
    named = {performers} if isinstance(performers, str) else set(performers)
    performing = {place for name in named for place in organisation().members_of(name)}
    if "pemohon" in performing:
        performing.add("staf_dua")
    able = [name for name in [*POSITIONS, "kepala", "bendahara"] if name not in performing]
    by = draw(st.lists(st.sampled_from(able), min_size=1, max_size=3, unique=True))
    in_order = draw(st.sampled_from(["ya", "tidak"]))
    return {"pengesahan": {"oleh": by, "berurutan": in_order, **draw(_done_when(len(by), True))}}


@st.composite
def _ways(draw: DrawFn, steps: list[Step], place: int) -> Step:
    """Where a stage leads: a decision, a condition, a leap, or simply on."""
    behind = [step["id"] for step in steps[: place + 1] if "id" in step]
    ahead = [step["id"] for step in steps[place + 1 :] if "id" in step]
    onward = st.sampled_from(["lanjut", "selesai", *(f"ke {name}" for name in ahead)])
    back = st.sampled_from([f"kembali ke {name}" for name in behind])
    anywhere = back | back | onward
    kind = draw(st.sampled_from(["", "keputusan", "keputusan", "keputusan", "bila", "lalu", "bila lalu"]))
    found: Step = {"bila": "Perlu?"} if "bila" in kind else {}
    if "lalu" in kind:
        found["lalu"] = draw(onward)
    if kind == "keputusan" and "untuk_setiap" not in steps[place]:
        found["keputusan"] = {"tanya": "Bagaimana?", "ya": "lanjut", "tidak": draw(anywhere)}
        if draw(st.booleans()):
            found["keputusan"]["tunda"] = draw(anywhere)
    return found


@st.composite
def _done_when(draw: DrawFn, count: int, quorum: bool) -> Step:
    number = draw(st.integers(0, count)) if quorum else 0
    return {"selesai_bila": str(number) if number else "semua"}


@st.composite
def _schedules(draw: DrawFn, steps: list[Step]) -> Step:
    stages = list(_stages_of(steps))
    bound = draw(st.integers(0, len(stages) - 1))
    after = st.sampled_from([f"{days} hari sesudah {name}" for name in stages[:bound] for days in (1, 3)] or _LIMITS)
    limit = {"id": "akhir_kerja", "tahap": stages[bound], "tanggal": draw(st.sampled_from(_LIMITS) | after)}
    return {
        "siklus": draw(st.sampled_from(["tahun_anggaran", "sekali", "per_permohonan"])),
        "batas": [limit] if draw(st.booleans()) else [],
        "pengingat": [level for level in _LEVELS if draw(st.booleans())],
        "eskalasi": [level for level in _LATE if draw(st.booleans())],
    }


def _stages_of(steps: list[Step]) -> Iterator[str]:
    """Every stage in the order of the file, branches included."""
    for step in steps:
        if "paralel" not in step:
            yield step["id"]
        for branch in step.get("paralel", {}).get("cabang", ()):
            yield from _stages_of(branch)


def _without_leaps(found: dict[str, Any]) -> dict[str, Any]:
    """The same with every `lalu` gone: what was leapt over is reached again."""

    def calm(steps: list[Step]) -> list[Step]:
        return [
            {"paralel": step["paralel"] | {"cabang": [calm(branch) for branch in step["paralel"]["cabang"]]}}
            if "paralel" in step
            else {key: value for key, value in step.items() if key != "lalu"}
            for step in steps
        ]

    return {**found, "tahapan": calm(found["tahapan"])}
