"""Who may call which route: one row each. The web refuses to start with a route that has none.

What a person may do to a case is not decided here but by the command, in its transaction.
"""

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from fastapi.responses import Response


class May(Enum):
    """Who may call a route."""

    ANYBODY = "siapa saja"
    VIEWER = "orang yang masuk; dalam demo siapa saja"
    PERSON = "orang yang masuk"
    ADMIN = "admin"


class Route(NamedTuple):
    """A page (GET, and HEAD with it) or an act (POST)."""

    method: str
    path: str
    endpoint: Callable[..., Response]


ACCESS = {
    ("GET", "/"): May.VIEWER,
    ("GET", "/kasus/{number}"): May.VIEWER,
    ("GET", "/edisi/{number}"): May.VIEWER,
    # only a demo has these three
    ("GET", "/surel"): May.ANYBODY,
    ("GET", "/surel/{number}"): May.ANYBODY,
    ("POST", "/jadi/{number}"): May.ANYBODY,
    # signing in and out
    ("GET", "/masuk"): May.ANYBODY,
    ("POST", "/masuk"): May.ANYBODY,
    ("POST", "/keluar"): May.ANYBODY,
    # one's own password and second factor
    ("GET", "/sandi"): May.ANYBODY,
    ("POST", "/sandi"): May.ANYBODY,
    ("GET", "/akun"): May.PERSON,
    ("POST", "/akun/sandi"): May.PERSON,
    ("POST", "/akun/kode"): May.PERSON,
    # staff
    ("GET", "/tugas"): May.PERSON,
    ("GET", "/tugas/{number}"): May.PERSON,
    ("POST", "/tugas/{number}/ambil"): May.PERSON,
    ("POST", "/tugas/{number}/lepas"): May.PERSON,
    ("POST", "/tugas/{number}/simpan"): May.PERSON,
    ("POST", "/tugas/{number}/selesai"): May.PERSON,
    ("POST", "/tugas/{number}/alihkan"): May.PERSON,
    ("POST", "/tugas/{number}/tarik"): May.PERSON,
    # whoever signs off
    ("GET", "/pengesahan"): May.PERSON,
    ("POST", "/pengesahan"): May.PERSON,
    ("GET", "/pengesahan/{number}"): May.PERSON,
    ("POST", "/pengesahan/{number}/sahkan"): May.PERSON,
    ("POST", "/pengesahan/{number}/kembalikan"): May.PERSON,
    ("POST", "/edisi/{number}/sahkan"): May.PERSON,
}
