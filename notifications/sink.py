"""A mail server on this machine that keeps what it is given: for `demo`, `simulate` and the tests."""

import asyncio
import socket
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from types import TracebackType
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """One mail as it arrived: the envelope, the headers decoded, each part as text, the bytes."""

    sender: str
    recipients: tuple[str, ...]
    headers: Mapping[str, str]
    text: str
    html: str
    ics: str
    raw: bytes

    @property
    def subject(self) -> str:
        """The subject as a person reads it."""
        return self.headers.get("Subject", "")

    @property
    def to(self) -> str:
        """The recipient as the letter names them: name and address."""
        return self.headers.get("To", "")


def read_mail(sender: str, recipients: list[str], raw: bytes) -> ReceivedMail:
    """Take a mail apart; a part it doesn't have is ''."""
    message = message_from_bytes(raw, policy=policy.default)
    parts: dict[str, str] = {}
    for part in message.walk():
        if not part.is_multipart():
            parts[part.get_content_subtype()] = part.get_content().replace("\r\n", "\n")
    headers = {name: str(value) for name, value in message.items()}
    return ReceivedMail(
        sender,
        tuple(recipients),
        headers,
        text=parts.get("plain", ""),
        html=parts.get("html", ""),
        ics=parts.get("calendar", ""),
        raw=raw,
    )


class _Letterbox:
    """Keeps what arrives; aiosmtpd calls its method by name."""

    def __init__(self) -> None:
        self.mails: list[ReceivedMail] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        raw = envelope.original_content or b""
        self.mails.append(read_mail(envelope.mail_from or "", envelope.rcpt_tos, raw))
        return "250 OK"


class Sink(Controller):
    """A listening mail server, as a context manager; `mails` gives what came, in order.

    Port 0 takes a free one; an occupied port raises OSError at construction.
    """

    def __init__(self, port: int = 0) -> None:
        self._socket = socket.create_server(("127.0.0.1", port))
        self._letterbox = _Letterbox()
        super().__init__(self._letterbox, hostname="127.0.0.1", port=self._socket.getsockname()[1])

    @property
    def mails(self) -> list[ReceivedMail]:
        """What has arrived so far, oldest first."""
        return list(self._letterbox.mails)

    def factory(self) -> SMTP:
        """Give the protocol of one connection."""
        return SMTP(self.handler, hostname="localhost", ident="sop", data_size_limit=10_000_000, loop=self.loop)

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._socket)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
