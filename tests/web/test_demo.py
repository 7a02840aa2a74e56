"""The demo as a newcomer meets it: one process that serves a living case and its mail."""

import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from httpx2 import Client

from sop_engine import demo
from sop_engine.errors import SopError
from tests.web.conftest import token_on
from tests.web.test_staff import form_on


@pytest.fixture
def running_demo(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A demo on a free port, and all it said."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from sop_engine.demo import run; run(0)"],
        cwd=demo.SOP_FILE.parent.parent,
        env={"TMPDIR": str(tmp_path), "PATH": ""},
        stdout=subprocess.PIPE,
        text=True,
    )
    said = ""
    try:
        assert process.stdout
        for line in process.stdout:
            said += line
            if "Ctrl-C" in line:
                break
        yield process, said
    finally:
        process.kill()
        process.communicate()


def get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=30) as answer:
        return unescape(answer.read().decode())


def test_the_demo_shows_a_living_case_and_the_first_task_mail(
    running_demo: tuple[subprocess.Popen[str], str], tmp_path: Path
) -> None:
    process, said = running_demo
    case, inbox = (re.search(rf"{name} +(http://\S+)", said) for name in ("Kasus", "Kotak surel"))
    assert case, said
    assert inbox, said

    page, mails = get(case[1]), get(inbox[1])

    assert "Terlambat" in page
    assert '<g class="completed"' in page
    assert "2 dari 4 jabatan selesai" in page
    assert re.search(r"Penugasan:[^<]*Menerima surat permintaan LKj", mails)
    first = re.findall(r'href="(/surel/\d+)"', mails)[-1]
    assert "Rahayu Contoh" in get(inbox[1].removesuffix("/surel") + first) or "disahkan" in mails
    assert f"sqlite:///{tmp_path}" in said
    assert "hendra.rekaan@contoh.invalid" in said

    here = {"sec-fetch-site": "same-origin"}
    with Client(base_url=case[1].partition("/kasus")[0], headers=here, follow_redirects=True, timeout=30) as visitor:
        try_everything(visitor)

    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert not list(tmp_path.iterdir())


def try_everything(visitor: Client) -> None:
    """Be whom the home page proposes, by one click each: sign off two of a kind, do what is late, revise and sign."""
    home = visitor.get("/").text
    assert "Semua nama dan riwayat adalah rekaan" in home
    first, late, admin = (form for form in re.findall(r"<form.*?</form>", home, re.DOTALL) if 'name="ke"' in form)

    asked = press(visitor, first)
    assert asked.count('name="sahkan"') == 2
    kind = re.search(r'href="(/pengesahan\?tahap=\w+)"', asked)
    assert kind
    form = form_on(visitor.get(kind[1]).text, "/pengesahan")
    assert visitor.post("/pengesahan", data=form).text.count("<b>disahkan.</b>") == 2

    task = press(visitor, late)
    assert "Melewati" in task or "lewat" in task
    assert "hari kerja" in task

    change = press(visitor, admin)
    example = re.search(r'href="(/edisi/\d+/ubah\?contoh=ya)"', change)
    assert example
    banding = example[1].replace("ubah?contoh=ya", "banding")
    form = form_on(visitor.get(example[1]).text, banding)
    assert "Revisi: dapat diterima" in visitor.post(banding, data=form).text
    proposed = visitor.post(banding.replace("banding", "usulkan"), data=form)
    assert "Akibat bagi kasus yang berjalan" in proposed.text
    assert re.search(r"Tenggat S04 [^<]* menjadi", proposed.text)
    press(visitor, first)
    page = proposed.url.path
    signed = visitor.post(f"{page}/sahkan", data=form_on(visitor.get(page).text, f"{page}/sahkan"))
    assert "Perubahan berlaku saat ini juga" in signed.text


def press(visitor: Client, form: str) -> str:
    """Press a button of the home page's, as it stands there now."""
    person = re.search(r'action="(/jadi/\d+)"', form)
    to = re.search(r'name="ke" value="([^"]+)"', form)
    assert person
    assert to
    said = {"_tanda": token_on(visitor.get("/").text), "ke": to[1]}
    return visitor.post(person[1], data=said).text


def test_a_busy_port_is_a_sentence_with_the_remedy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(SopError, match=rf"Port {port} .* demo --port \d+"):
            demo.run(port)


def test_nobody_in_the_demo_has_an_address_that_could_exist() -> None:
    addresses = {demo.email_of(name) for _, name in demo.PEOPLE}

    assert len(addresses) == len(demo.PEOPLE)
    assert all(re.fullmatch(r"[a-z.]+@contoh\.invalid", address) for address in addresses)
