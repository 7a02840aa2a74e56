"""One kept connection to the mail server: hand over a mail, and say exactly what became of it.

The phases are driven one by one, since aiosmtplib's `send` hides which of them failed. What a failure
means depends on the phase: a recipient can be wrong for good, but a refused sender or password would
refuse every other mail as well.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from ssl import SSLError
from typing import Literal

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from notifications.plain_text import for_header
from sop_engine.errors import SopError

CONNECT_SECONDS = 30  # for each step up to the server's greeting, TLS and sign-in
COMMAND_SECONDS = 60
FINAL_DOT_SECONDS = 600  # RFC 5321 §4.5.3.2.6: giving up earlier makes second copies
WHOLE_SECONDS = 660  # one mail, connecting included
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Verdict(Enum):
    """What became of one hand-over."""

    SENT = "sent"
    DEFERRED = "deferred"  # this mail, later
    FAILED = "failed"  # this mail, never
    UNREACHABLE = "unreachable"  # no server: every mail, later
    PAUSED = "paused"  # the server refuses us, not the recipient: somebody must look


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict with its reason, a sentence for the message's row."""

    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over. A password is only sent encrypted, or to this very machine."""

    host: str
    port: int = 25
    security: Literal["none", "starttls", "tls"] = "none"
    username: str = ""
    password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.username and self.security == "none" and self.host not in _LOOPBACK:
            raise SopError("Kata sandi server surel tidak dikirim tanpa enkripsi; pilih `starttls`/`tls`.")


class Connection:
    """One connection, opened when first needed and kept for the mails that follow."""

    def __init__(self, server: SmtpServer, sender_address: str) -> None:
        self._server, self._sender = server, sender_address
        self._smtp: SMTP | None = None
        self._phase = ""
        self._delivered = 0

    async def deliver(self, recipient: str, body: bytes) -> Outcome:
        """Hand over one mail to one recipient. Never raises for anything a server or network does."""
        while True:
            kept = self._delivered
            try:
                async with asyncio.timeout(WHOLE_SECONDS):
                    await self._converse(recipient, body)
            except (SMTPException, OSError, ValueError) as error:
                outcome = _outcome_of(error, self._phase)
                await self._tidy(error)
                if kept and self._phase == "MAIL" and self._smtp is None:
                    continue  # the server had hung up on a kept connection: nothing was handed over yet
                return outcome
            self._delivered += 1
            return Outcome(Verdict.SENT)

    async def close(self) -> None:
        """Say good-bye where there is still somebody; may be called again."""
        smtp, self._smtp, self._delivered = self._smtp, None, 0
        if smtp is None:
            return
        with suppress(SMTPException, OSError):  # the mails are already accounted for
            await smtp.quit(timeout=5)
        smtp.close()

    async def _converse(self, recipient: str, body: bytes) -> None:
        if self._smtp is None:
            self._phase = "CONNECT"
            self._smtp = self._client()
            await self._smtp.connect()
            self._phase = "EHLO"
            if self._smtp.is_ehlo_or_helo_needed:
                await self._smtp.ehlo()
        self._phase = "MAIL"
        await self._smtp.mail(self._sender, timeout=COMMAND_SECONDS)
        self._phase = "RCPT"
        await self._smtp.rcpt(recipient, timeout=COMMAND_SECONDS)
        self._phase = "DATA"
        await self._smtp.data(body, timeout=FINAL_DOT_SECONDS)

    def _client(self) -> SMTP:
        server = self._server
        return SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username or None,
            password=server.password or None,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            local_hostname=self._sender.rpartition("@")[2],
            timeout=CONNECT_SECONDS,
        )

    async def _tidy(self, error: Exception) -> None:
        """Make a refused connection ready for the next mail; drop it where that is in doubt."""
        smtp = self._smtp
        answered = isinstance(error, SMTPResponseException) and self._phase in ("MAIL", "RCPT", "DATA")
        if smtp is None:
            return
        if answered and smtp.is_connected:
            with suppress(SMTPException, OSError):
                await smtp.rset(timeout=COMMAND_SECONDS)
                return
        smtp.close()
        self._smtp, self._delivered = None, 0


def _outcome_of(error: Exception, phase: str) -> Outcome:
    reason = f"{_SAID[phase]}: {_words_of(error)}"
    refused = isinstance(error, SMTPResponseException) and error.code >= 500
    if phase in ("CONNECT", "EHLO"):
        passing = isinstance(error, (SMTPResponseException, OSError)) and not isinstance(error, SSLError)
        return Outcome(Verdict.UNREACHABLE if passing and not refused else Verdict.PAUSED, reason)
    if refused and phase == "MAIL":
        return Outcome(Verdict.PAUSED, reason)
    lasting = refused or (isinstance(error, ValueError) and not isinstance(error, OSError))
    return Outcome(Verdict.FAILED if lasting else Verdict.DEFERRED, reason)


_SAID = {
    "CONNECT": "Sambungan atau masuk ke server surel tidak berhasil",
    "EHLO": "Server surel tidak menerima salam pembuka",
    "MAIL": "Server surel tidak menerima alamat pengirim",
    "RCPT": "Server surel tidak menerima alamat penerima",
    "DATA": "Penyerahan isi surel tidak berhasil atau jawabannya tidak diterima",
}


def _words_of(error: Exception) -> str:
    said = f"{error.code} {error.message}" if isinstance(error, SMTPResponseException) else str(error)
    return for_header(said, 200) or "waktu tunggu habis"
