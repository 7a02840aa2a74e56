"""An admin at the texts of SOPs: load one, revise one in force, see what would follow."""

import hashlib
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import Response

from sop_engine.application.load_edition import load_edition
from sop_engine.application.revise_edition import judge_revision, propose_revision
from sop_engine.domain.adopting import CATEGORIES, Ground
from sop_engine.domain.change_words import row, verdict_words
from sop_engine.domain.state import Edition
from sop_engine.errors import Refusal
from sop_engine.files.check import Checked
from sop_engine.files.reissue import emptied
from sop_engine.web.access import Route
from sop_engine.web.looking import Number
from sop_engine.web.shell import Shell
from sop_engine.web.uploads import day_of, evidence, text_of
from sop_engine.web.visit import Visit, Visiting

Example = Annotated[str, Query(pattern=r"^(ya)?$")]
_FLOOD = {
    "kategori": "bencana_alam",
    "dasar": "Banjir merendam kantor; data capaian dan draf perlu waktu lebih lama. (Contoh dalam demo.)",
    "sidik_bukti": hashlib.sha256(b"contoh").hexdigest(),
}
_WIDEST = 160  # characters quoted of a faulty line
_EMPTY = Refusal("Naskah belum ada.", instead="Unggah berkas YAML, atau tulis naskahnya di kotak teks.")
_FAULTY = Refusal("Naskah ini belum dapat dipakai.", instead="Perbaiki yang ditandai di bawah, lalu kirim lagi.")


class Editing:
    """Editions, and the texts they are made of."""

    def __init__(self, shell: Shell) -> None:
        self._shell, self._engine, self._reading = shell, shell.engine, shell.reading
        self._store = shell.engine.store
        self.routes = [
            Route("GET", "/edisi", self.editions),
            Route("GET", "/muat", self.new),
            Route("POST", "/muat/periksa", self.check),
            Route("POST", "/muat", self.load),
            Route("GET", "/edisi/{number}/ulang", self.reissue),
            Route("GET", "/edisi/{number}/ubah", self.revise),
            Route("POST", "/edisi/{number}/banding", self.compare),
            Route("POST", "/edisi/{number}/usulkan", self.propose),
        ]

    def editions(self, visit: Visiting) -> Response:
        """Every edition with its state."""
        listed = [
            (edition, self._reading.plan(edition.revision_id, edition.organisation).definition.identity.name)
            for edition in reversed(self._reading.editions())
        ]
        waiting = sum(made.act == "revise" for made in self._reading.proposals())
        return self._shell.page(visit, "edisi_daftar.html", editions=listed, waiting=waiting)

    # -- a new text ------------------------------------------------------------------------------

    def new(self, visit: Visiting) -> Response:
        """An empty page for a text."""
        return self._new(visit, "")

    def reissue(self, visit: Visiting, number: Number) -> Response:
        """The text of an edition with number and dates left empty."""
        return self._new(visit, emptied(self._body(self._shell.edition(number))))

    def check(self, visit: Visiting) -> Response:
        """Say what is wrong with a text; nothing is loaded."""
        checked = self._checked(visit)
        return self._new(visit, _shown(visit), checked, None if checked else _EMPTY)

    def load(self, visit: Visiting) -> Response:
        """Load a sound text as a draft; a faulty one is shown with its problems."""
        checked = self._checked(visit)

        def work() -> str:
            definition = _sound(checked)
            answer = load_edition(self._store, visit.who(), _shown(visit), lambda _: definition)
            return f"/edisi/{answer['edition']}?kabar=dimuat"

        return self._shell.act(work, lambda refusal: self._new(visit, _shown(visit), checked, refusal))

    def _new(
        self, visit: Visit, text: str, checked: Checked | None = None, refusal: Exception | None = None
    ) -> Response:
        return self._shell.page(visit, "muat.html", text=text, refusal=refusal, **_findings(checked))

    # -- a revision ------------------------------------------------------------------------------

    def revise(self, visit: Visiting, number: Number, contoh: Example = "") -> Response:
        """The text in force, to be changed; in a demo as an example has it, with its ground."""
        edition = self._shell.edition(number)
        body = self._body(edition)
        if contoh and self._shell.demo_command:
            today = self._store.clock().date().isoformat()
            return self._change(visit, edition, self._shell.revised(body), said=_FLOOD | {"tanggal": today})
        return self._change(visit, edition, body)

    def compare(self, visit: Visiting, number: Number) -> Response:
        """Lay a text beside the one in force: every change, its clause and effect. Nothing is proposed."""
        edition, checked = self._shell.edition(number), self._checked(visit)
        try:
            _sound(checked)
        except Refusal as refusal:
            return self._change(visit, edition, _shown(visit), checked, refusal)
        return self._change(visit, edition, _shown(visit), checked)

    def propose(self, visit: Visiting, number: Number) -> Response:
        """Propose a changed text for signature; then its consequences are shown."""
        edition, checked = self._shell.edition(number), self._checked(visit)

        def work() -> str:
            definition = _sound(checked)
            described = visit.said("dasar")
            kind, happened = visit.said("kategori"), not visit.said("belum_terjadi")
            ground = Ground(described, kind, day_of(visit, "tanggal"), evidence(visit), happened)
            correction = visit.said("ralat")
            answer = propose_revision(
                self._store, visit.who(), number, _shown(visit), lambda _: definition,
                Ground(described) if correction else ground,
                keep_completed=bool(visit.said("biarkan")), correction_number=correction,
            )  # fmt: skip
            return f"/akibat/{answer['proposal']}?kabar=diusulkan"

        return self._shell.act(work, lambda refusal: self._change(visit, edition, _shown(visit), checked, refusal))

    def _change(
        self,
        visit: Visit,
        edition: Edition,
        text: str,
        checked: Checked | None = None,
        refusal: Exception | None = None,
        said: dict[str, str] | None = None,
    ) -> Response:
        typed = {
            name: visit.said(name) for name in ("kategori", "dasar", "tanggal", "belum_terjadi", "biarkan", "ralat")
        }
        body = self._body(edition)
        return self._shell.page(
            visit,
            "ubah.html",
            edition=edition,
            text=text,
            said=typed | {"sidik_bukti": evidence(visit)} | (said or {}),
            filled=bool(said),
            example=bool(self._shell.demo_command) and self._shell.revised(body) != body,
            categories=CATEGORIES,
            refusal=refusal,
            **_findings(checked),
            **self._compared(visit, edition, checked),
        )

    def _compared(self, visit: Visit, edition: Edition, checked: Checked | None) -> dict[str, Any]:
        if not (checked and checked.ok and checked.definition):
            return {"verdict": "", "changes": [], "words": ""}
        old = self._reading.plan(edition.revision_id, edition.organisation).definition
        keep = bool(visit.said("biarkan"))
        judged = judge_revision(self._store, visit.who(), edition.id, checked.definition, keep_completed=keep)
        changes = [(each.effect, row(each, old, checked.definition)) for each in judged.changes]
        return {"verdict": judged.verdict, "changes": changes, "words": verdict_words(judged, old)}

    # -- what both ask ---------------------------------------------------------------------------

    def _body(self, edition: Edition) -> str:
        revision = self._reading.revision(edition.revision_id)
        assert revision is not None  # an edition always has one
        return revision.body

    def _checked(self, visit: Visit) -> Checked | None:
        data = text_of(visit)
        visit.request.state.text = data
        return self._engine.check_sop(data, "naskah") if data.strip() else None


def _shown(visit: Visit) -> str:
    """The text as it goes back into the text area and into the store."""
    text: bytes = visit.request.state.text
    return text.decode("utf-8-sig", "replace").replace("\0", "")


def _sound(checked: Checked | None) -> Any:
    if checked is None:
        raise _EMPTY
    if not checked.ok or checked.definition is None:
        raise _FAULTY
    return checked.definition


def _findings(checked: Checked | None) -> dict[str, Any]:
    """Every problem with the line it stands in."""
    if checked is None:
        return {"problems": [], "days": None, "checked": False}
    lines = checked.lines
    quoted = [lines[found.line - 1][:_WIDEST] if found.line <= len(lines) else "" for found in checked.problems]
    return {"problems": list(zip(checked.problems, quoted, strict=True)), "days": checked.working_days, "checked": True}
