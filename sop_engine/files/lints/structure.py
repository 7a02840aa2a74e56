"""Lints on people: every position, body and unit is known, and whoever signs does not perform."""

from collections.abc import Iterator

from sop_engine.domain.definition import Definition
from sop_engine.domain.organisation import Organisation
from sop_engine.errors import Problem
from sop_engine.files.lints.subject import Subject, error, instead, performers_of, shortened, warning


def known_positions(subject: Subject) -> Iterator[Problem]:
    """Every position named is known; bodies only perform, outside parties answer for nothing."""
    if subject.organisation is None:
        return
    clause = subject.definition.clause_for("dilaksanakan_setiap_bagian")
    for path, name, role in named(subject):
        position = subject.organisation.positions.get(name)
        body = subject.organisation.bodies.get(name)
        if position is None and body is None:
            known = [
                *subject.organisation.positions,
                *(subject.organisation.bodies if role == "pelaksana" else ()),
            ]
            otherwise = "daftarkan di berkas organisasi atau perbaiki id-nya"
            message = f"jabatan «{name}» tidak ada dalam organisasi; {instead(name, known, otherwise)}"
            yield error("JABATAN_TAK_DIKENAL", path, message, clause.number if clause else None)
        elif body and role != "pelaksana":
            message = f"«{name}» adalah kelompok dan hanya dapat menjadi pelaksana; sebut jabatannya"
            yield error("BUKAN_JABATAN", path, message)
        elif position and position.outside and role == "berwenang":
            message = f"«{name}» pihak luar dan tidak dapat memikul tugas ini; sebut jabatan di dalam organisasi"
            yield error("PIHAK_LUAR", path, message)


def named(subject: Subject) -> Iterator[tuple[str, str, str]]:
    """(path, id, role) of everyone a definition names; the role is pelaksana, berwenang or tembusan."""
    definition = subject.definition
    yield "penanggungjawab", definition.responsible, "berwenang"
    yield "identitas.disahkan_oleh.jabatan", definition.identity.ratified_by.position, "berwenang"
    for path, stage in subject.stages:
        key = "pelaksana" if stage.performers else "untuk_setiap"
        yield from ((f"{path}.{key}.{name}", name, "pelaksana") for name in performers_of(stage))
        if stage.responsible and stage.responsible != "pelaksana":
            yield f"{path}.penanggungjawab", stage.responsible, "berwenang"
        if stage.sign_off:
            yield from ((f"{path}.pengesahan.oleh.{name}", name, "berwenang") for name in stage.sign_off.by)
        yield from ((f"{path}.tembusan.{name}", name, "tembusan") for name in stage.informed)


def bodies_stand_alone(subject: Subject) -> Iterator[Problem]:
    """A body acts by itself: beside others in a list nobody could tell whose quorum counts."""
    bodies = subject.organisation.bodies if subject.organisation else {}
    for path, stage in subject.stages:
        names = stage.performers or ()
        for name in names:
            if name in bodies and len(names) > 1:
                message = f"kelompok «{name}» harus berdiri sendiri sebagai pelaksana; pisahkan tahapnya"
                yield error("KELOMPOK_DALAM_DAFTAR", f"{path}.pelaksana.{name}", message)


def known_units(subject: Subject) -> Iterator[Problem]:
    """Every unit named is in the organisation."""
    if subject.organisation is None:
        return
    units = subject.organisation.units
    named = [("ruang_lingkup.unit", name) for name in subject.definition.scope.units]
    named += [("mengetahui", name) for name in subject.definition.informed_units]
    for path, name in named:
        if name not in units:
            proposal = instead(name, units, "daftarkan di berkas organisasi atau perbaiki id-nya")
            message = f"unit «{name}» tidak ada dalam organisasi; {proposal}"
            yield error("UNIT_TAK_DIKENAL", f"{path}.{name}", message)


def two_persons(subject: Subject) -> Iterator[Problem]:
    """Nobody signs off work of his own, nor work he records for an outside party."""
    for path, stage in subject.stages:
        if not stage.sign_off:
            continue
        performing = subject.positions_of(performers_of(stage))
        places = subject.organisation.positions if subject.organisation else {}
        recording = {places[name].recorded_by for name in performing if name in places and places[name].outside}
        for name in stage.sign_off.by:
            where = f"{path}.pengesahan.oleh.{name}"
            if name in performing:
                message = f"«{name}» juga pelaksana tahap ini; pengesah harus jabatan lain (asas dua orang)"
                yield error("PENGESAH_PELAKSANA", where, message)
            elif name in recording:
                message = f"«{name}» mencatat tindakan pihak luar pada tahap ini; pengesah harus jabatan lain"
                yield error("PENGESAH_PENCATAT", where, message)


def every_unit(subject: Subject) -> Iterator[Problem]:
    """Rule 1: each unit of the structure performs a stage or is in `mengetahui`."""
    clause = subject.definition.clause_for("dilaksanakan_setiap_bagian")
    if subject.organisation is None or clause is None:
        return
    path = "mengetahui" if subject.definition.informed_units else f"ketentuan.{clause.number}"
    for name in units_without_part(subject.definition, subject.organisation):
        message = (
            f"unit «{name}» tidak melaksanakan tahap apa pun; beri tahap, atau tulis di `mengetahui` "
            f"(angka {clause.number}: dilaksanakan di setiap bagian)"
        )
        yield error("UNIT_TANPA_TUGAS", path, message, clause.number)


def units_without_part(definition: Definition, organisation: Organisation) -> list[str]:
    """The units that neither perform a stage nor are to know of the SOP; outside parties don't count."""
    subject = Subject(definition, organisation)
    performing = subject.positions_of(name for _, stage in subject.stages for name in performers_of(stage))
    places = organisation.positions
    taking_part = {places[name].unit for name in performing if name in places} | set(definition.informed_units)
    outside = {place.unit for place in places.values() if place.outside}
    inside = {place.unit for place in places.values() if not place.outside}
    return [name for name in organisation.units if name not in taking_part | (outside - inside)]


def organisation_words(organisation: Organisation) -> Iterator[Problem]:
    """Every position, unit and member an organisation names is one of its own, and each id stands once."""
    positions, otherwise = organisation.positions, "perbaiki id-nya"
    for name, place in positions.items():
        for key, other in (("atasan", place.superior), ("dicatat_oleh", place.recorded_by)):
            if other and other not in positions:
                message = f"jabatan «{other}» tidak ada; {instead(other, positions, otherwise)}"
                yield error("JABATAN_TAK_DIKENAL", f"jabatan.{name}.{key}", message)
            elif other and positions[other].outside:
                message = f"«{other}» pihak luar dan tidak dapat memikul tugas ini; sebut jabatan lain"
                yield error("PIHAK_LUAR", f"jabatan.{name}.{key}", message)
        if place.unit and place.unit not in organisation.units:
            message = f"unit «{place.unit}» tidak ada; {instead(place.unit, organisation.units, otherwise)}"
            yield error("UNIT_TAK_DIKENAL", f"jabatan.{name}.unit", message)
        if name in organisation.bodies:
            message = f"id «{name}» juga dipakai sebuah jabatan; pilih id lain"
            yield error("ID_GANDA", f"kelompok.{name}", message)


def superiors_form_a_forest(organisation: Organisation) -> Iterator[Problem]:
    """Going up from any position one arrives at a root."""
    safe: set[str] = set()
    for name in organisation.positions:
        way: dict[str, None] = {}  # in order
        here: str | None = name
        while here in organisation.positions and here not in safe and here not in way:
            way[here] = None
            here = organisation.positions[here].superior
        if here in way:
            names = list(way)
            circle = shortened(" → ".join([*names[names.index(here) :], here]))
            message = f"atasan berputar ({circle}); salah satunya harus tanpa atasan atau beratasan lain"
            yield error("ATASAN_BERPUTAR", f"jabatan.{here}.atasan", message)
        safe.update(way)


def members_and_quorum(organisation: Organisation) -> Iterator[Problem]:
    """A body's members are positions, and enough persons can hold them."""
    for name, body in organisation.bodies.items():
        for member in body.members:
            if member not in organisation.positions:
                proposal = instead(member, organisation.positions, "sebut jabatan, bukan kelompok")
                message = f"jabatan «{member}» tidak ada; {proposal}"
                yield error("JABATAN_TAK_DIKENAL", f"kelompok.{name}.anggota.{member}", message)
        if body.quorum > len(body.members):
            message = (
                f"kuorum {body.quorum} orang, sedangkan anggotanya {len(body.members)} jabatan; "
                "pastikan jabatan itu dipegang cukup banyak orang"
            )
            yield warning("KUORUM_BESAR", f"kelompok.{name}.kuorum", message)
