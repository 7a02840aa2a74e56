"""Verbs that stay: they end in good order when they are told to."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from notifications.sink import Sink
from tests.cli.conftest import Terminal

HOUSE = Path(__file__).parents[2]


@contextmanager
def begun(*words: str) -> Iterator[subprocess.Popen[str]]:
    """Start `sop` as a process of its own in the present folder; it does not outlive the test."""
    with subprocess.Popen(
        [sys.executable, "-m", "sop_engine", *words],
        env={**os.environ, "PYTHONPATH": str(HOUSE)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def first_object(process: subprocess.Popen[str]) -> str:
    """Read the JSON object a process announces."""
    assert process.stdout
    text = ""
    for line in process.stdout:
        text += line
        if line == "}\n":
            break
    return text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_sends_what_waits_and_ends_in_good_order(
    running: Terminal, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    with Sink() as sink, monkeypatch.context() as environment:
        environment.setenv("SOP_SMTP_PORT", str(sink.port))
        with begun("worker") as process:
            patience = time.monotonic() + 60
            while not sink.mails and time.monotonic() < patience:
                time.sleep(0.05)
            with pytest.raises(subprocess.TimeoutExpired):  # its work is done, yet it stays
                process.wait(2)
            process.send_signal(number)
            out, err = process.communicate(timeout=60)
        mails = sink.mails
    background = next(check for check in running.json("doctor")["checks"] if check["name"] == "latar")

    assert process.returncode == 0, err
    assert mails
    assert "Berhenti dengan tertib" in out
    assert background["what"].count("terakhir") == 2  # reminders and mail have run
    assert "Traceback" not in err


def test_serve_announces_its_address_answers_and_ends(running: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        busy = running("serve", "--port", port)
    with begun("serve", "--port", str(port), "--json") as process:
        announced = first_object(process)
        with urllib.request.urlopen(json.loads(announced)["address"], timeout=60) as page:
            assert page.status == 200
        process.send_signal(signal.SIGTERM)
        rest, err = process.communicate(timeout=60)

    assert busy.code == 1
    assert "--port" in busy.err
    assert process.returncode == 0, err
    assert rest == ""  # one object, already read
