"""An organisation: units, positions and bodies, as one file says them (`format: organisasi/1`)."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sop_engine.domain.definition import Count, Id, Ids, Slug, Sourced, Text, Texts, YesNo, fault

Email = Annotated[str, Field(pattern=r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$", max_length=254)]


class Unit(Sourced):
    """A part of the organisation; `alias` keeps former names."""

    name: Text = Field(alias="nama")
    former_names: Texts = Field((), alias="alias")


class Position(Sourced):
    """A post people hold. `superior` builds a forest: a root answers to nobody here."""

    name: Text = Field(alias="nama")
    unit: Id | None = Field(None, alias="unit")
    superior: Id | None = Field(None, alias="atasan")
    email: Email | None = Field(None, alias="surel")
    outside: YesNo = Field(False, alias="luar")
    recorded_by: Id | None = Field(None, alias="dicatat_oleh")

    @model_validator(mode="after")
    def _outside_is_recorded(self) -> Self:
        if self.outside and not self.recorded_by:
            raise fault("PENCATAT_KURANG", "pihak luar tanpa pencatat; tulis `dicatat_oleh: JABATAN`")
        return self


class Body(Sourced):
    """Several positions that act as one, such as the pleno; `quorum` counts persons present."""

    name: Text = Field(alias="nama")
    members: Ids = Field(alias="anggota")
    quorum: Count = Field(1, alias="kuorum")


class Organisation(Sourced):
    """The structure an SOP is carried out in."""

    format: Literal["organisasi/1"]
    id: Slug
    name: Text = Field(alias="nama")
    legal_basis: Texts = Field((), alias="dasar")
    units: dict[Id, Unit] = Field(alias="unit")
    positions: dict[Id, Position] = Field(alias="jabatan")
    bodies: dict[Id, Body] = Field({}, alias="kelompok")

    def name_of(self, position: str) -> str:
        """The printed name of a position or body; the id itself where it is unknown."""
        found = self.positions.get(position) or self.bodies.get(position)
        return found.name if found else position

    def members_of(self, performer: str) -> tuple[str, ...]:
        """The positions behind a performer: a body's members, or the position itself."""
        body = self.bodies.get(performer)
        return body.members if body else (performer,)

    def is_head(self, position: str) -> bool:
        """Whether a position heads its unit: its superior stands outside the unit, or there is none."""
        place = self.positions.get(position)
        superior = self.positions.get((place and place.superior) or "")
        return bool(place and not place.outside and (superior is None or superior.unit != place.unit))

    def superiors_of(self, position: str) -> list[str]:
        """The way up from a position, nearest first; a body starts at its first member."""
        found: list[str] = []
        here = self.positions.get(self.members_of(position)[0])
        while here and here.superior and here.superior not in found:
            found.append(here.superior)
            here = self.positions.get(here.superior)
        return found
