"""Processes that stay until they are told to end: the demo, the web with its ticker, the ticker alone."""

import contextlib
import signal
import socket
import sys
import threading
from typing import Annotated

import uvicorn

from sop_engine import demo as demonstration
from sop_engine.cli.call import Answer, Call
from sop_engine.cli.verbs import option, verb, whole
from sop_engine.errors import SopError
from sop_engine.web.app import create_app

Port = Annotated[int, option("--port", "PORT", "Nomor port; bawaan 8000.", whole)]


@verb("demo", "Coba semuanya: SOP 396 berjalan dengan orang-orang rekaan; web dan kotak surat di peramban.", "sop demo")
def demo(call: Call, port: Port = 8000) -> Answer:
    """Run the demo until stopped; what it made is thrown away."""
    with contextlib.redirect_stdout(sys.stderr) if call.as_json else contextlib.nullcontext():
        demonstration.run(port)
    return {}


@verb("serve", "Layani halaman web, beserta pengingat dan surel.", "sop serve --port 8000")
def serve(
    call: Call,
    host: Annotated[str, option("--host", "ALAMAT", "Alamat jaringan; bawaan 127.0.0.1.")] = "127.0.0.1",
    port: Port = 8000,
) -> Answer:
    """Serve the web and tick beside it until stopped; a request and a tick under way end first."""
    web = create_app(call.engine)
    try:
        listener = socket.create_server((host, port))
    except (OSError, OverflowError) as error:
        raise SopError(
            f"Tidak dapat melayani di {host} port {port} ({error}); pilih yang lain dengan `--port`."
        ) from None
    _told_to_end()
    ticker = call.engine.ticker()
    ticker.start()
    call.say(f"Melayani di http://{host}:{port} — Ctrl-C untuk berhenti.")
    call.announce({"address": f"http://{host}:{port}"})
    try:
        uvicorn.Server(uvicorn.Config(web, log_level="warning", server_header=False)).run(sockets=[listener])
    finally:
        ticker.stop()
    return {}


@verb("worker", "Kirim pengingat dan surel di latar depan sampai dihentikan.", "sop worker")
def worker(call: Call) -> Answer:
    """Tick until stopped; a tick under way ends first."""
    told = _told_to_end()
    ticker = call.engine.ticker()
    ticker.start()
    call.say(f"Bekerja setiap {call.settings.tick_seconds} detik — Ctrl-C untuk berhenti.")
    call.announce({"tick_seconds": call.settings.tick_seconds})
    told.wait()
    ticker.stop()
    call.say("Berhenti dengan tertib.")
    return {}


def _told_to_end() -> threading.Event:
    """Give an event that SIGINT and SIGTERM set, instead of ending the process where it stands."""
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    return told
