"""What a page needs to show the HTML part of a mail in a frame that may do nothing."""

import hashlib
from base64 import b64encode
from html.parser import HTMLParser

KINDS = {
    "penugasan": "Penugasan",
    "permintaan_pengesahan": "Permintaan pengesahan",
    "disahkan": "Pengesahan diberikan",
    "pengembalian": "Pengembalian",
    "pengingat": "Pengingat",
    "terlambat": "Pemberitahuan keterlambatan",
    "eskalasi": "Laporan keterlambatan",
    "selesai": "Pemberitahuan selesai",
    "revisi": "Revisi SOP",
    "berakhir": "SOP berakhir",
    "batal": "SOP batal",
    "pemberitahuan": "Pemberitahuan",
    "checkpoint": "Titik periksa catatan",
    "uji": "Surel uji",
}


def style_sources(html: str) -> str:
    """The CSP sources that allow exactly this mail's own style attributes, and no others."""
    styles = _Styles()
    styles.feed(html)
    digests = (hashlib.sha256(style.encode()).digest() for style in sorted(styles.found))
    return " ".join(["'unsafe-hashes'", *(f"'sha256-{b64encode(digest).decode()}'" for digest in digests)])


def frame_height(text: str) -> int:
    """Pixels that about fit the HTML part beside this text part, so that the page scrolls, not the frame."""
    return 260 + 19 * text.count("\n")


class _Styles(HTMLParser):
    """Collects the style attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {value for name, value in attrs if name == "style" and value}
