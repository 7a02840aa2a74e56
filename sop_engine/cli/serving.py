"""Processes that stay: the web with its ticker, and the ticker alone, until they are told to end."""

import signal
import socket
import threading
from typing import Annotated

import typer
import uvicorn

from sop_engine.cli.call import Answer, Call
from sop_engine.cli.verbs import verb, whole
from sop_engine.errors import SopError
from sop_engine.web.app import create_app


def listening(host: str, port: int) -> socket.socket:
    """Take a port, or say which one is taken."""
    try:
        return socket.create_server((host, port))
    except (OSError, OverflowError) as error:
        raise SopError(
            f"Tidak dapat melayani di {host}:{port} ({error}). Mungkin port itu sedang dipakai program lain;"
            f" pilih port lain dengan `--port`."
        ) from None


def serve_until_told(call: Call, listener: socket.socket, demo_command: str = "") -> None:
    """Serve the web and tick beside it; a request and a tick under way end first."""
    _told_to_end()
    ticker = call.engine.ticker()
    ticker.start()
    try:
        config = uvicorn.Config(create_app(call.engine, demo_command), log_level="warning")
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        ticker.stop()


def _told_to_end() -> threading.Event:
    """Give an event that SIGINT and SIGTERM set, instead of ending the process where it stands."""
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    return told


@verb("serve", "Layani halaman web, beserta pengingat dan surel.", "sop serve --port 8000")
def serve(
    call: Call,
    host: Annotated[str, typer.Option("--host", metavar="ALAMAT", help="Alamat jaringan.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="PORT", parser=whole, help="Nomor port.")] = 8000,
) -> Answer:
    """Serve the web until stopped."""
    listener = listening(host, port)
    call.say(f"Melayani di http://{host}:{port} (alamat dalam surel: {call.settings.base_url}) — Ctrl-C untuk berhenti.")
    call.announce({"address": f"http://{host}:{port}"})
    serve_until_told(call, listener)
    return {}


@verb("worker", "Kirim pengingat dan surel di latar depan sampai dihentikan.", "sop worker")
def worker(call: Call) -> Answer:
    """Tick until stopped."""
    told = _told_to_end()
    ticker = call.engine.ticker()
    ticker.start()
    call.say(f"Bekerja setiap {call.settings.tick_seconds} detik — Ctrl-C untuk berhenti.")
    call.announce({"tick_seconds": call.settings.tick_seconds})
    told.wait()
    ticker.stop()
    call.say("Berhenti dengan tertib.")
    return {}
