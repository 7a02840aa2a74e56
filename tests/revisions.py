"""Changing SOP 396's text for tests of revisions: single edits by key, and who proposes and signs them."""

from datetime import date
from typing import Any

from sop_engine.application.revise_edition import preview_revision, propose_revision, sign_revision
from sop_engine.domain.adopting import Ground
from sop_engine.wiring import parse_definition
from tests.office import SOP_396, Office

TEXT = SOP_396.read_text("utf-8")
FLOOD = Ground("Banjir merendam kantor.", "bencana_alam", date(2027, 1, 4), "ab" * 32)


def of_stage(stage: str, before: str, after: str, text: str = TEXT) -> str:
    """The text with the first occurrence of something behind a stage's id replaced."""
    place = text.index(before, text.index(f"- id: {stage}\n"))
    return text[:place] + after + text[place + len(before) :]


def with_stage(before: str, stage: str, text: str = TEXT) -> str:
    """The text with a stage put before another one."""
    place = text.index(f"  - id: {before}\n")
    return text[:place] + stage + text[place:]


def without_stage(stage: str, text: str = TEXT) -> str:
    """The text without a stage."""
    begin = text.index(f"  - id: {stage}\n")
    return text[:begin] + text[text.index("  - id: ", begin + 5) :]


EXTRA = """  - id: pencadangan
    kegiatan: Mencadangkan data capaian
    pelaksana: staf_rendatin
    waktu: 1 hari

"""


def propose(office: Office, edition: int, text: str, ground: Ground = FLOOD, **said: Any) -> dict[str, Any]:
    return propose_revision(office.store, office.who("admin"), edition, text, parse_definition, ground, **said)


def preview(office: Office, proposal: int) -> dict[str, Any]:
    return preview_revision(office.store, office.who("admin"), proposal, parse_definition)


def sign(office: Office, proposed: dict[str, Any], signer: str = "sekretaris") -> dict[str, Any]:
    who = office.who(signer)
    return sign_revision(office.store, who, proposed["proposal"], proposed["digest"], parse_definition)


def revise(office: Office, edition: int, text: str, ground: Ground = FLOOD, **said: Any) -> dict[str, Any]:
    """Propose and sign; cases follow at their next act or tick."""
    return sign(office, propose(office, edition, text, ground, **said))
