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
    ("GET", "/ikhtisar"): May.VIEWER,
    ("GET", "/kasus/{number}"): May.VIEWER,
    ("GET", "/edisi/{number}"): May.VIEWER,
    ("GET", "/edisi/{number}/cetak"): May.VIEWER,
    ("GET", "/berkas/{number}"): May.VIEWER,
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
    ("POST", "/tugas/{number}/lampirkan"): May.PERSON,
    ("POST", "/tugas/{number}/tarik-berkas"): May.PERSON,
    ("POST", "/tugas/{number}/selesai"): May.PERSON,
    ("POST", "/tugas/{number}/alihkan"): May.PERSON,
    ("POST", "/tugas/{number}/tarik"): May.PERSON,
    ("GET", "/tugas/{number}/pindahkan"): May.PERSON,
    ("POST", "/tugas/{number}/pindahkan"): May.PERSON,
    # cases: started by an admin or who answers for the SOP, cancelled by the latter
    ("GET", "/edisi/{number}/mulai"): May.PERSON,
    ("POST", "/edisi/{number}/mulai"): May.PERSON,
    ("GET", "/kasus/{number}/batal"): May.PERSON,
    ("POST", "/kasus/{number}/batal"): May.PERSON,
    # an admin: the texts of SOPs
    ("GET", "/edisi"): May.ADMIN,
    ("GET", "/muat"): May.ADMIN,
    ("POST", "/muat"): May.ADMIN,
    ("POST", "/muat/periksa"): May.ADMIN,
    ("GET", "/edisi/{number}/ulang"): May.ADMIN,
    ("GET", "/edisi/{number}/ubah"): May.ADMIN,
    ("POST", "/edisi/{number}/banding"): May.ADMIN,
    ("POST", "/edisi/{number}/usulkan"): May.ADMIN,
    # an admin: people
    ("GET", "/orang"): May.ADMIN,
    ("POST", "/orang"): May.ADMIN,
    ("POST", "/orang/{number}/pulihkan"): May.ADMIN,
    ("POST", "/orang/tunjuk"): May.ADMIN,
    ("POST", "/orang/akhiri"): May.ADMIN,
    ("POST", "/orang/absen"): May.ADMIN,
    ("POST", "/orang/hadir"): May.ADMIN,
    # an admin: the office's books
    ("GET", "/kalender"): May.ADMIN,
    ("POST", "/kalender"): May.ADMIN,
    ("GET", "/catatan"): May.ADMIN,
    ("POST", "/catatan/periksa"): May.ADMIN,
    ("GET", "/antrean"): May.ADMIN,
    # whoever signs off
    ("GET", "/pengesahan"): May.PERSON,
    ("POST", "/pengesahan"): May.PERSON,
    ("GET", "/pengesahan/{number}"): May.PERSON,
    ("POST", "/pengesahan/{number}/sahkan"): May.PERSON,
    ("POST", "/pengesahan/{number}/kembalikan"): May.PERSON,
    # an edition: who signs, receives or voids it is decided by the act
    ("POST", "/edisi/{number}/sahkan"): May.PERSON,
    ("POST", "/edisi/{number}/basah"): May.PERSON,
    ("POST", "/edisi/{number}/terima"): May.PERSON,
    ("GET", "/edisi/{number}/batal"): May.PERSON,
    ("POST", "/edisi/{number}/batal"): May.PERSON,
    # what waits for a second person or a signature
    ("GET", "/usulan"): May.PERSON,
    ("POST", "/usulan/{number}/setuju"): May.PERSON,
    ("POST", "/usulan/{number}/tarik"): May.PERSON,
    ("GET", "/akibat/{number}"): May.PERSON,
    ("POST", "/akibat/{number}/sahkan"): May.PERSON,
}
