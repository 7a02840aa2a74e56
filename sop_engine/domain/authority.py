"""Who may do what beyond holding a position: admins, signatures, the second person (design §5, §10)."""

from sop_engine.domain.people import RATIFYING, TITLES, People
from sop_engine.domain.state import Actor
from sop_engine.errors import NotAuthorised

NOBODY = 0  # the installation itself, while it is being set up


def check_admin(people: People, actor: Actor, act: str) -> None:
    """Refuse an act of administration to whoever is no admin."""
    if actor.person_id != NOBODY and not people.person(actor.person_id).admin:
        raise NotAuthorised(
            f"{people.person(actor.person_id).name} bukan admin, jadi tidak dapat {act}.",
            instead="Mintalah admin kantor ini melakukannya; lihat `sop people`.",
        )


def check_proof(actor: Actor, needed: str = "sandi") -> None:
    """Refuse a signature whose signer did not just prove who they are."""
    if not actor.proof.startswith(needed):
        raise NotAuthorised(
            "Tanda tangan memerlukan kata sandi Saudara" + (" dan kode autentikator." if "totp" in needed else "."),
            instead="Ulangi dan masukkan keduanya." if "totp" in needed else "Ulangi dan masukkan kata sandi.",
        )


def check_ratifier(actor: Actor, position: str, position_name: str, act: str) -> None:
    """Refuse an act on an SOP to whoever is not its ratifying official, definitif or Plt."""
    if actor.position != position:
        raise NotAuthorised(
            f"SOP ini hanya dapat {act} oleh {position_name}.",
            instead="Mintalah pemegang jabatan itu melakukannya.",
        )
    if actor.capacity not in RATIFYING:
        raise NotAuthorised(
            f"{TITLES[actor.capacity]}{position_name} tidak berwenang: SOP hanya dapat {act} pejabat definitif atau "
            "Plt. (UU 30/2014 Pasal 14).",
            instead="Mintalah Plt. atau pejabat definitif.",
        )
