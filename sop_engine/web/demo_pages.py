"""What only a demo has: everybody's mail, and one click to be anybody."""

from collections import Counter
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from notifications.sink import read_mail
from sop_engine.domain.indonesian import instant
from sop_engine.storage.reading import Mail
from sop_engine.web.access import Route
from sop_engine.web.guard import policy
from sop_engine.web.looking import Number
from sop_engine.web.mail_page import KINDS, frame_height, style_sources
from sop_engine.web.shell import Shell
from sop_engine.web.visit import Visiting

Recipient = Annotated[str, Query(pattern=r"^[0-9]{0,15}$")]


class DemoPages:
    """The pages that only a demo has; elsewhere they don't exist."""

    def __init__(self, shell: Shell) -> None:
        self._shell, self._reading = shell, shell.reading
        self.routes = [
            Route("GET", "/surel", self.inbox),
            Route("GET", "/surel/{number}", self.mail),
            Route("POST", "/jadi/{number}", self.become),
        ]

    def become(self, visit: Visiting, number: Number) -> Response:
        """Be another person of the demo, without a password."""
        if number not in self._reading.people().persons:
            raise HTTPException(404, f"Tidak ada orang nomor {number} di kantor ini.")
        visit.sign_in(number, "sandi+totp")
        return RedirectResponse(self._shell.safe(visit.said("ke")) or "/tugas", 303)

    def inbox(self, visit: Visiting, kepada: Recipient = "") -> Response:
        """Every mail sent, the newest first, of one recipient if asked."""
        sent, people = self._sent(), self._reading.people()
        chosen = people.persons.get(int(kepada or 0))
        if kepada and not chosen:
            raise HTTPException(404, f"Tidak ada orang nomor {kepada} di kantor ini.")
        counts = Counter(mail.person_id for mail in sent)
        told = [(person, held, counts[person.id]) for person, held in self._shell.everybody() if counts[person.id]]
        return self._shell.page(
            visit,
            "surat_masuk.html",
            mails=[self._listed(mail) for mail in sent if not chosen or mail.person_id == chosen.id],
            recipients=told,
            chosen=chosen,
            total=len(sent),
            waiting=self._reading.unsent()[0],
        )

    def mail(self, visit: Visiting, number: Number) -> Response:
        """One mail, as its recipient got it: the frozen bytes taken apart."""
        found = next((mail for mail in self._sent() if mail.id == number), None)
        if found is None or found.body is None:
            raise HTTPException(404, f"Tidak ada surel nomor {number}.")
        parts, link = read_mail("", [], found.body), found.context.get("tautan", "")
        height = frame_height(parts.text)
        page = self._shell.page(visit, "surat.html", mail=self._listed(found), parts=parts, link=link, height=height)
        page.headers["Content-Security-Policy"] = policy(style_src=f"'self' {style_sources(parts.html)}")
        return page

    def _sent(self) -> list[Mail]:
        return [mail for mail in reversed(self._reading.messages()) if mail.state == "sent"]

    def _listed(self, mail: Mail) -> dict[str, Any]:
        prefix, bracket, about = mail.subject.partition("] ")  # `[SOP …] Penugasan: …`
        return {
            "id": mail.id,
            "kind": KINDS.get(mail.kind, mail.kind),
            "prefix": prefix + bracket if bracket else "",
            "about": about or prefix,
            "to": mail.to_name,
            "person": mail.person_id,
            "position": str(mail.context.get("penerima_jabatan", "")),
            "at": instant(mail.sent_at or mail.created_at, self._shell.zone()),
        }
