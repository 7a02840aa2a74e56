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

from sop_engine import demo
from sop_engine.errors import SopError


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

    assert "Sedang dikerjakan" in page
    assert '<g class="completed"' in page
    assert "2 dari 4 jabatan selesai" in page
    assert re.search(r"Penugasan:[^<]*Menerima surat permintaan LKj", mails)
    first = re.findall(r'href="(/surel/\d+)"', mails)[-1]
    assert "Rahayu Contoh" in get(inbox[1].removesuffix("/surel") + first) or "disahkan" in mails
    assert f"sqlite:///{tmp_path}" in said
    assert "hendra.rekaan@contoh.invalid" in said

    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert not list(tmp_path.iterdir())


def test_a_busy_port_is_a_sentence_with_the_remedy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(SopError, match=rf"Port {port} .* demo --port \d+"):
            demo.run(port)


def test_nobody_in_the_demo_has_an_address_that_could_exist() -> None:
    addresses = {demo.email_of(name) for _, name in demo.PEOPLE}

    assert len(addresses) == len(demo.PEOPLE)
    assert all(re.fullmatch(r"[a-z.]+@contoh\.invalid", address) for address in addresses)
