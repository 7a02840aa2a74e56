"""A definition: what one SOP file says, as frozen values.

Keys of the file are Indonesian (the aliases), names in the code English. Every scalar of a file is
text; the types here give it its meaning. What one value alone can tell is checked here; what needs
the whole definition or the organisation is checked in `files/lints`.
"""

import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    StringConstraints,
    Tag,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from sop_engine.domain.expressions import (
    DateRule,
    Duration,
    Level,
    parse_date_rule,
    parse_duration,
    parse_level,
)
from sop_engine.domain.flow_words import RESERVED, Target, parse_target


class FileModel(BaseModel):
    """A mapping of a file: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True, validate_by_alias=True)

    def dump(self) -> dict[str, Any]:
        """Give it back in the file's own keys, what is absent left out."""
        return self.model_dump(by_alias=True, exclude_unset=True, mode="json")


_OUTCOME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_COUNT = re.compile(r"[1-9][0-9]{0,2}")
_PRINTED = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")


def fault(code: str, message: str) -> PydanticCustomError:
    """A fault of one value for a validator to raise: its code, and the sentence to show."""
    return PydanticCustomError(code, "{message}", {"message": message})


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _not_reserved(value: Any) -> Any:
    if isinstance(value, str) and value in RESERVED:
        raise fault("ID_SALAH", f"«{value}» adalah kata format ini; pilih id lain")
    return value


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(values)) < len(values):
        [(twice, _)] = Counter(values).most_common(1)
        raise fault("GANDA", f"«{twice}» disebut dua kali; tulis sekali saja")
    return values


def _yes_no(value: Any) -> Any:
    if value in ("ya", "tidak"):
        return value == "ya"
    if isinstance(value, bool):
        return value
    raise fault("PILIHAN_SALAH", "tulis `ya` atau `tidak`")


def _count(value: Any) -> Any:
    if isinstance(value, str) and not _COUNT.fullmatch(value):
        raise fault("BILANGAN_SALAH", "tulis bilangan bulat dari 1 sampai 999, tanpa nol di depan")
    return int(value) if isinstance(value, str) else value


def _all_or_count(value: Any) -> Any:
    if value in ("semua", None):
        return None
    if isinstance(value, str) and not _COUNT.fullmatch(value):
        raise fault("BILANGAN_SALAH", "tulis `semua` atau bilangan bulat dari 1 sampai 999")
    return int(value) if isinstance(value, str) else value


def _printed_date(value: Any) -> Any:
    if value in ("", None):
        return None
    if not isinstance(value, str) or not _PRINTED.fullmatch(value):
        raise fault("TANGGAL_SALAH", "tulis seperti `2023-11-01`, `2023-11` atau `2023`, atau kosongkan")
    try:
        date.fromisoformat(value + "-01-01"[len(value) - 4 :])  # what is not printed counts as the first
    except ValueError:
        raise fault("TANGGAL_SALAH", f"tanggal «{value}» tidak ada di kalender; periksa") from None
    return value


def _parsed(parse: Callable[[str], object], code: str) -> BeforeValidator:
    def read(value: Any) -> Any:
        try:
            return parse(value) if isinstance(value, str) else value
        except ValueError as error:
            raise fault(code, str(error)) from None

    return BeforeValidator(read)


def _text_of(value: Any) -> str:
    return str(value.text)


ID_PATTERN = r"^[a-z][a-z0-9_]{0,39}$"
Id = Annotated[str, Field(pattern=ID_PATTERN), BeforeValidator(_not_reserved)]
IdOrPerformer = Annotated[
    str,
    Field(pattern=ID_PATTERN),
    BeforeValidator(lambda value: value if value == "pelaksana" else _not_reserved(value)),
]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
SomeIds = Annotated[
    tuple[Id, ...],
    BeforeValidator(_listed, json_schema_input_type=Id | tuple[Id, ...]),
    AfterValidator(_distinct),
]
Ids = Annotated[SomeIds, Field(min_length=1)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_listed, json_schema_input_type=Text | tuple[Text, ...])]
YesNo = Annotated[
    bool,
    BeforeValidator(_yes_no, json_schema_input_type=Literal["ya", "tidak"]),
    PlainSerializer(lambda flag: "ya" if flag else "tidak"),
]
Count = Annotated[
    int,
    BeforeValidator(_count, json_schema_input_type=Annotated[int, Field(ge=1, le=999)]),
    PlainSerializer(str),
]
AllOrNumber = Annotated[
    int | None,
    BeforeValidator(_all_or_count, json_schema_input_type=Literal["semua"] | Annotated[int, Field(ge=1, le=999)]),
    PlainSerializer(lambda number: "semua" if number is None else str(number)),
]
PrintedDate = Annotated[
    str | None, BeforeValidator(_printed_date), PlainSerializer(lambda day: day or "", return_type=str)
]


def _as_text(*examples: str) -> tuple[PlainSerializer, WithJsonSchema]:
    """A value that is text in files; editors propose the examples."""
    return PlainSerializer(_text_of), WithJsonSchema({"type": "string", "examples": [*examples]})


_DURATIONS = ("30 menit", "2 jam", "1 hari", "1-3 hari", "5 hari kalender", "1 bulan")
_DATES = ("31 Januari", "akhir Februari", "tanggal 5 bulan berikutnya", "1 hari sesudah ID", "2027-01-25")
DurationText = Annotated[Duration, _parsed(parse_duration, "WAKTU_SALAH"), *_as_text(*_DURATIONS)]
DateText = Annotated[
    DateRule,
    _parsed(parse_date_rule, "TANGGAL_SALAH"),
    *_as_text(*_DATES, "hari kerja pertama Januari tahun berikutnya"),
]
LevelText = Annotated[
    Level, _parsed(parse_level, "TINGKAT_SALAH"), *_as_text("1 hari sebelum", "saat tenggat", "1 hari sesudah")
]
TargetText = Annotated[
    Target, _parsed(parse_target, "TUJUAN_SALAH"), *_as_text("lanjut", "selesai", "kembali ke ID", "ke ID")
]
Provenance = Literal["dokumen", "rekonstruksi"]


class Sourced(FileModel):
    """A mapping that says where it comes from: the document, or our reconstruction."""

    provenance: Provenance | None = Field(None, alias="asal")
    source: Text | None = Field(None, alias="sumber")
    reconstructed: Texts = Field((), alias="rekonstruksi")


class Ratifier(Sourced):
    """Who ratifies: the position that signs, with the name as printed."""

    position: Id = Field(alias="jabatan")
    name: Text | None = Field(None, alias="nama")
    place: Text | None = Field(None, alias="tempat")


class Identity(Sourced):
    """The identity block, verbatim, also where the document errs."""

    institution: Text | None = Field(None, alias="instansi")
    unit: Text | None = Field(None, alias="unit")
    number: Text = Field(alias="nomor", max_length=120)
    annex_number: Text | None = Field(None, alias="nomor_lampiran", max_length=120)
    name: Text = Field(alias="nama")
    created_on: PrintedDate = Field(None, alias="tanggal_pembuatan")
    revised_on: PrintedDate = Field(None, alias="tanggal_revisi")
    effective_on: PrintedDate = Field(None, alias="tanggal_efektif")
    ratified_by: Ratifier = Field(alias="disahkan_oleh")
    legal_basis: Texts = Field((), alias="dasar_hukum")
    performer_qualifications: Texts = Field((), alias="kualifikasi_pelaksana")
    related_procedures: Texts = Field((), alias="keterkaitan")
    equipment: Texts = Field((), alias="peralatan")
    warnings: Texts = Field((), alias="peringatan")
    records: Texts = Field((), alias="pencatatan")


class Scope(Sourced):
    """What the procedure covers; a change of it voids the SOP where clause 4 says so."""

    subject: Text | None = Field(None, alias="objek")
    begins: Text | None = Field(None, alias="mulai")
    ends: Text | None = Field(None, alias="akhir")
    final_output: Text | None = Field(None, alias="keluaran_akhir")
    units: SomeIds = Field((), alias="unit")


RuleName = Literal[
    "dilaksanakan_setiap_bagian",
    "revisi_karena_kahar",
    "tahapan_selesai_terkunci",
    "batal_bila_berubah",
    "tidak_berlaku_saat_berakhir",
    "berlaku_saat_ditandatangani",
]


class Clause(Sourced):
    """A clause of the ratification sheet and the rule of ours that carries it out, if any."""

    number: Count = Field(alias="butir")
    rule: RuleName | None = Field(None, alias="aturan")
    objects: Annotated[
        tuple[Literal["ruang_lingkup", "penanggungjawab"], ...],
        BeforeValidator(_listed),
        AfterValidator(_distinct),
    ] = Field((), alias="objek")
    when: Literal["salah_satu", "semua"] = Field("salah_satu", alias="bila")
    text: Text = Field(alias="teks")


class Limit(Sourced):
    """A date a stage must not pass."""

    id: Id
    stage: Id = Field(alias="tahap")
    date: DateText = Field(alias="tanggal")
    kind: Literal["surat", "undang_undang", "internal"] = Field("internal", alias="jenis")
    given_at_start: YesNo = Field(False, alias="diisi_saat_mulai")


Cycle = Literal["tahun_anggaran", "bulanan", "triwulan", "semesteran", "sekali", "per_permohonan"]


class Schedule(Sourced):
    """When a case begins, what it must not pass, and when people are reminded."""

    zone: Literal["Asia/Jakarta", "Asia/Pontianak", "Asia/Makassar", "Asia/Jayapura"] = Field(
        "Asia/Jakarta", alias="zona_waktu"
    )
    cycle: Cycle = Field("tahun_anggaran", alias="siklus")
    begins: DateText | None = Field(None, alias="mulai")
    limits: tuple[Limit, ...] = Field((), alias="batas")
    reminders: tuple[LevelText, ...] = Field((), alias="pengingat")
    escalations: tuple[LevelText, ...] = Field((), alias="eskalasi")


class Decision(Sourced):
    """A question with named outcomes, each leading somewhere (`keputusan`)."""

    model_config = ConfigDict(extra="allow", frozen=True, validate_by_name=True, validate_by_alias=True)
    __pydantic_extra__: dict[str, TargetText]

    question: Text = Field(alias="tanya")

    @property
    def outcomes(self) -> dict[str, Target]:
        """Outcome name → where it leads, in the file's order."""
        return self.__pydantic_extra__

    @model_validator(mode="after")
    def _outcomes_are_names(self) -> Self:
        for name in self.outcomes:
            if not _OUTCOME.fullmatch(name) or name in RESERVED - {"ya", "tidak"}:
                message = f"«{name[:60]}» bukan nama hasil; tulis satu kata seperti `ya` atau `ditolak`"
                raise fault("KEPUTUSAN_SALAH", message)
        if len(self.outcomes) < 2:
            message = "hasilnya kurang dari dua; tulis misalnya `ya: lanjut` dan `tidak: selesai`"
            raise fault("KEPUTUSAN_SALAH", message)
        return self


class SignOffRule(Sourced):
    """Who signs off a stage's work, how many of them, and whether in turn."""

    by: Ids = Field(alias="oleh")
    done_when: AllOrNumber = Field(None, alias="selesai_bila")
    in_order: YesNo = Field(False, alias="berurutan")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"oleh": value} if isinstance(value, (str, list, tuple)) else value


class Stage(Sourced):
    """A row of the activity table."""

    id: Id
    former_id: Id | None = Field(None, alias="dahulu")
    number: Text | None = Field(None, alias="no", max_length=20)
    activity: Text = Field(alias="kegiatan")
    performers: Ids | None = Field(None, alias="pelaksana")
    for_each: Ids | None = Field(None, alias="untuk_setiap")
    done_when: AllOrNumber = Field(None, alias="selesai_bila")
    responsible: IdOrPerformer | None = Field(None, alias="penanggungjawab")
    requirements: Texts = Field((), alias="kelengkapan")
    duration: DurationText | None = Field(None, alias="waktu")
    not_before: DateText | None = Field(None, alias="tidak_sebelum")
    outputs: Texts = Field((), alias="keluaran")
    remarks: Text | None = Field(None, alias="keterangan")
    informed: SomeIds = Field((), alias="tembusan")
    condition: Text | None = Field(None, alias="bila")
    decision: Decision | None = Field(None, alias="keputusan")
    then: TargetText | None = Field(None, alias="lalu")
    sign_off: SignOffRule | None = Field(None, alias="pengesahan")

    @model_validator(mode="after")
    def _one_kind_of_performer(self) -> Self:
        if (self.performers is None) == (self.for_each is None):
            raise fault("PELAKSANA_SALAH", "tulis `pelaksana` atau `untuk_setiap`, tepat salah satu")
        return self


class Block(Sourced):
    """Branches that run side by side until enough of them have ended."""

    id: Id
    branches: tuple[Annotated[tuple["Step", ...], Field(min_length=1)], ...] = Field(alias="cabang", min_length=2)
    done_when: AllOrNumber = Field(None, alias="selesai_bila")


class Parallel(FileModel):
    """A `paralel` entry of a list of stages."""

    block: Block = Field(alias="paralel")


def _kind_of_step(value: Any) -> str:
    if isinstance(value, Parallel) or (isinstance(value, dict) and ("paralel" in value or "block" in value)):
        return "(paralel)"
    return "(tahap)"


Step = Annotated[Annotated[Stage, Tag("(tahap)")] | Annotated[Parallel, Tag("(paralel)")], Discriminator(_kind_of_step)]


class Definition(Sourced):
    """One SOP file (`format: sop/1`)."""

    format: Literal["sop/1"]
    sop: Slug
    identity: Identity = Field(alias="identitas")
    scope: Scope = Field(Scope(), alias="ruang_lingkup")
    responsible: Id = Field(alias="penanggungjawab")
    organisation: Slug = Field(alias="organisasi")
    informed_units: SomeIds = Field((), alias="mengetahui")
    clauses: tuple[Clause, ...] = Field((), alias="ketentuan")
    schedule: Schedule = Field(Schedule(), alias="jadwal")
    steps: tuple[Step, ...] = Field(alias="tahapan", min_length=1)

    def clause_for(self, rule: RuleName) -> Clause | None:
        """The clause a rule carries out, or None where this SOP has no such rule."""
        return next((clause for clause in self.clauses if clause.rule == rule), None)

    def stages(self) -> list[Stage]:
        """Every stage in the order of the file, those of branches included."""
        return list(stages_in(self.steps))

    def responsible_of(self, stage: Stage, slot: str = "") -> str:
        """The position responsible for a stage, or for one slot of it."""
        if stage.responsible == "pelaksana":
            return slot or self.responsible
        return stage.responsible or self.responsible


def stages_in(steps: "tuple[Step, ...]") -> "list[Stage]":
    """List the stages of a list of steps, branches included, in the order of the file."""
    found: list[Stage] = []
    for step in steps:
        if isinstance(step, Stage):
            found.append(step)
        else:
            for branch in step.block.branches:
                found.extend(stages_in(branch))
    return found
