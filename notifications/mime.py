"""From a letter to the frozen bytes of one mail: same input, same bytes, on every Python.

The bytes are put together here from the standard library's encoders rather than by its message
generator: some supported Pythons let an encoded word inside a subject become a header of its own
(CVE-2024-6923). The finished bytes are read back, and a header that nobody wrote refuses the mail.
"""

import binascii
import hashlib
import re
from base64 import encodebytes
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.parser import BytesParser
from email.utils import format_datetime, getaddresses

from icalendar import Calendar, Event

from notifications.plain_text import for_header, shortened
from notifications.render import Letter, Unsendable
from sop_engine.application.outbox_port import OutgoingMessage

WITH_CALENDAR = frozenset({"penugasan", "pengingat", "permintaan_pengesahan"})
HEADERS = (
    "From", "To", "Subject", "Date", "Message-ID",
    "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version", "Content-Type",
)  # fmt: skip

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAILBOX = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>{_LABEL}(?:\.{_LABEL})+)")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who the office's mail comes from; answers and bounces go to the same address."""

    name: str
    address: str

    def __post_init__(self) -> None:
        one_mailbox(self.address)

    @property
    def domain(self) -> str:
        """The part after the @; it also names our Message-IDs and calendar entries."""
        return self.address.rpartition("@")[2].lower()


def one_mailbox(address: str) -> str:
    """Give the address back where it is exactly one plain ASCII mailbox; raises Unsendable."""
    found = _MAILBOX.fullmatch(address)
    if not found or len(found["local"]) > 64 or len(address) > 254 or "=?" in address:
        shown = for_header(address, 80)
        raise Unsendable(f"Alamat surel «{shown}» bukan satu alamat yang sah; perbaiki pada data orang.")
    return address


def freeze(message: OutgoingMessage, letter: Letter, sender: Sender) -> bytes:
    """Give the bytes every attempt to send this message will carry; raises Unsendable."""
    calendar = deadline_entry(message, letter, sender)
    digest = hashlib.sha256("\0".join((letter.text, letter.html)).encode() + calendar).hexdigest()[:24]
    content_type, body = _multipart(
        "alternative", f"sop-{digest}-a", [_text("plain", letter.text), _text("html", letter.html)]
    )
    if calendar:
        inner = f"Content-Type: {content_type}\r\n\r\n".encode() + body
        content_type, body = _multipart("mixed", f"sop-{digest}-m", [inner, _attachment(calendar)])
    values = (
        _mailbox("From", sender.name, sender.address),
        _mailbox("To", message.to_name, one_mailbox(message.to_address)),
        _encoded("Subject", for_header(letter.subject, 250)),
        format_datetime(message.created_at.astimezone(UTC)),
        f"<{_identity(message)}@{sender.domain}>",
        "auto-generated",
        "OOF, AutoReply",
        "1.0",
        content_type,
    )
    head = "".join(f"{name}: {value}\r\n" for name, value in zip(HEADERS, values, strict=True))
    return _read_back(head.encode("ascii") + b"\r\n" + body, message.to_address)


def deadline_entry(message: OutgoingMessage, letter: Letter, sender: Sender) -> bytes:
    """Give the deadline as an iCalendar file, or b'' where the mail has none.

    A reminder carries the same UID as the assignment (it is the page's), so that a calendar keeps one
    entry for a task and a moved deadline moves it.
    """
    iso = message.context.get("tenggat_iso")
    if message.kind not in WITH_CALENDAR or not iso:
        return b""
    page = str(message.context["tautan"]).strip("/").replace("/", "-") or str(message.id)
    activity = shortened(for_header(str(message.context["kegiatan"]), 250), 150)
    entry = Event()
    entry.add("uid", f"{message.office_id}-{page}@{sender.domain}")
    entry.add("dtstamp", message.created_at.astimezone(UTC).replace(microsecond=0))
    entry.add("dtstart", _instant(iso))
    entry.add("summary", f"Tenggat: {activity}")
    entry.add("description", for_header(letter.subject, 250))
    entry.add("transp", "TRANSPARENT")
    if letter.link:
        entry.add("url", letter.link)
    calendar = Calendar()
    for name, value in (("prodid", "-//sop_engine//surel//ID"), ("version", "2.0"), ("method", "PUBLISH")):
        calendar.add(name, value)
    calendar.add_component(entry)
    return bytes(calendar.to_ical())


def _instant(iso: str) -> datetime:
    try:
        due_at = datetime.fromisoformat(iso)
    except ValueError:
        due_at = None
    if due_at is None or due_at.tzinfo is None:
        raise Unsendable(f"Isian «tenggat_iso» bukan waktu ISO 8601 dengan zona: «{for_header(iso, 40)}».")
    return due_at.astimezone(UTC).replace(microsecond=0)


def _identity(message: OutgoingMessage) -> str:
    """Name the message; its instant keeps a newly set up database from repeating an older one's names."""
    return f"sop-{message.office_id}-{message.id}-{message.created_at.astimezone(UTC):%Y%m%d%H%M%S}"


def _multipart(subtype: str, boundary: str, parts: list[bytes]) -> tuple[str, bytes]:
    edge = f"--{boundary}".encode()
    body = b"".join(edge + b"\r\n" + part + b"\r\n" for part in parts) + edge + b"--\r\n"
    return f'multipart/{subtype}; boundary="{boundary}"', body


def _text(subtype: str, text: str) -> bytes:
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
    head += "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    lines = "\r\n".join(text.splitlines()) + "\r\n"
    return head.encode() + binascii.b2a_qp(lines.encode())


def _attachment(calendar: bytes) -> bytes:
    head = (
        'Content-Type: text/calendar; charset="utf-8"; method=PUBLISH;\r\n name="tenggat.ics"\r\n'
        'Content-Disposition: attachment; filename="tenggat.ics"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head.encode() + encodebytes(calendar).replace(b"\n", b"\r\n")


def _mailbox(header: str, name: str, address: str) -> str:
    shown = for_header(name, 120)
    if not shown:
        return address
    if shown.isascii():
        escaped = shown.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}" <{address}>'
    return f"{_encoded(header, shown)} <{address}>"


def _encoded(header: str, value: str) -> str:
    charset = "us-ascii" if value.isascii() else "utf-8"
    return Header(value, charset, header_name=header).encode(linesep="\r\n")


def _read_back(body: bytes, address: str) -> bytes:
    found = BytesParser().parsebytes(body)
    recipients = [mailbox for _, mailbox in getaddresses(found.get_all("To", []))]
    if tuple(found.keys()) != HEADERS or recipients != [address] or found.defects:
        raise Unsendable("Kepala surel tidak seperti yang ditulis sistem; surel tidak dikirim.")
    return body
