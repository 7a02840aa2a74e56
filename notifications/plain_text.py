"""Words of other people made harmless before they stand in a mail.

Names, notes and titles come from outside. Here they lose what a mail program would obey (control and
invisible characters, encoded words), what it would turn into a link, and what is too long to read.
"""

import re

_SCHEME = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,15}(?=://)|mailto):")
_DOTTED = re.compile(r"(?i)(?<![a-z0-9-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?=([/?#:])?)")


def one_line(text: str) -> str:
    """Give the text on one line, everything that can't be printed as a single space."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def lines(text: str) -> str:
    """Clean the text line by line: its line breaks stay, blank lines go."""
    kept = (one_line(line) for line in text.splitlines())
    return "\n".join(line for line in kept if line)


def shortened(text: str, limit: int) -> str:
    """Cut the text after a whole word, to `limit` characters with the sign of the cut."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 2].rstrip()
    whole = cut.rsplit(None, 1)[0] if len(cut.split(None, 1)) > 1 else cut
    return f"{whole} …"


def unlinked(text: str) -> str:
    """Break what a mail program would make clickable; the words stay readable."""
    return _DOTTED.sub(_host_apart, _SCHEME.sub(r"\1 :", text))


def _host_apart(found: re.Match[str]) -> str:
    """Set a host's labels apart; titles such as S.E. and A.Md.Kom. have short ones and stay as written."""
    *labels, last = found[0].split(".")
    is_host = found[1] or any(len(label) > 2 for label in labels)
    return " .".join([*labels, last]) if is_host else found[0]


def for_header(text: str, limit: int) -> str:
    """Give a header value that is one printable line and holds no encoded word."""
    return shortened(one_line(text).replace("=?", "= ?"), limit)
