"""Lints on who is in post, where a database knows it: nothing waits for nobody, nobody signs off himself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sop_engine.errors import Problem
from sop_engine.files.lints.structure import named
from sop_engine.files.lints.subject import Subject, performers_of, warning


@dataclass(frozen=True)
class Staffed:
    """A sound definition with its organisation, and the persons in post per position."""

    subject: Subject
    persons: Mapping[str, frozenset[int]]

    def behind(self, performer: str) -> frozenset[int]:
        """The persons who act for a performer: of a body all members, of an outside party who records for it."""
        positions = self.subject.organisation.positions if self.subject.organisation else {}
        acting = [
            place.recorded_by if (place := positions.get(name)) and place.outside else name
            for name in self.subject.positions_of([performer])
        ]
        return frozenset().union(*(self.persons.get(name or "", frozenset()) for name in acting))


def everybody_in_post(staffed: Staffed) -> Iterator[Problem]:
    """Every position that performs, answers or signs is held by somebody."""
    told = set()
    for path, name, role in named(staffed.subject):
        if role != "tembusan" and name not in told and not staffed.behind(name):
            told.add(name)
            message = (
                f"«{name}» belum dipegang siapa pun; tunjuk orangnya dengan `sop holders appoint` sebelum "
                "SOP dilaksanakan, sebab tahapnya akan menunggu"
            )
            yield warning("JABATAN_KOSONG", path, message)


def bodies_can_decide(staffed: Staffed) -> Iterator[Problem]:
    """Of each body that performs a stage at least its quorum is in post."""
    bodies = staffed.subject.organisation.bodies if staffed.subject.organisation else {}
    for path, stage in staffed.subject.stages:
        for name in performers_of(stage):
            count = len(staffed.behind(name))
            if name in bodies and 0 < count < bodies[name].quorum:
                message = (
                    f"kelompok «{name}» memerlukan {bodies[name].quorum} orang, sedangkan yang menjabat {count}; "
                    "tunjuk anggota lain atau perkecil `kuorum`"
                )
                yield warning("KUORUM_TAK_TERCAPAI", f"{path}.pelaksana.{name}", message)


def somebody_else_signs(staffed: Staffed) -> Iterator[Problem]:
    """Whoever performs a stage, of each position that signs somebody else is in post (two persons)."""
    bodies = staffed.subject.organisation.bodies if staffed.subject.organisation else {}
    for path, stage in staffed.subject.stages:
        for name in stage.sign_off.by if stage.sign_off else ():
            signers = staffed.behind(name)
            for performer in performers_of(stage):
                doing = staffed.behind(performer)
                alone = signers <= doing if performer in bodies else len(signers) == 1 and signers == doing
                if signers and alone:
                    message = (
                        f"«{name}» dan pelaksana «{performer}» orang yang sama; pengesahannya akan diminta dari "
                        "atasannya, jadi tunjuk orang lain bila tidak dimaksudkan (asas dua orang)"
                    )
                    yield warning("PENGESAH_ORANG_SAMA", f"{path}.pengesahan.oleh.{name}", message)
                    break
