"""An office's web behind a real server: uvicorn in a process of its own, or in a thread beside the test."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from sop_engine.web.app import create_app
from tests.office import OPENING, Office, SqliteFile

_PROCESS = """
import sys
from datetime import datetime
from pathlib import Path
from tests.office import Office, SqliteFile
from tests.web.serving import serve
office = Office(SqliteFile(Path(sys.argv[1])), datetime.fromisoformat(sys.argv[2]), new=False)
serve(office, int(sys.argv[3]))
"""


def listener() -> socket.socket:
    """A socket on a free port of this machine."""
    return socket.create_server(("127.0.0.1", 0), backlog=200)


def server(office: Office, demo: str = "") -> uvicorn.Server:
    config = uvicorn.Config(
        create_app(office.engine, demo),
        log_level="error",
        server_header=False,
        timeout_keep_alive=300,  # on a busy machine a test may think long between two requests
    )
    return uvicorn.Server(config)


def serve(office: Office, descriptor: int) -> None:
    """Serve an office at an inherited socket until the process is ended."""
    server(office).run(sockets=[socket.socket(fileno=descriptor)])


@contextmanager
def in_a_process(office: Office) -> Iterator[str]:
    """Serve the office's file from another process; gives the address."""
    assert isinstance(office.place, SqliteFile)
    with listener() as here:
        said = [str(office.place.folder), OPENING.isoformat(), str(here.fileno())]
        process = subprocess.Popen([sys.executable, "-c", _PROCESS, *said], pass_fds=[here.fileno()])
        try:
            yield f"http://127.0.0.1:{here.getsockname()[1]}"
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def in_a_thread(office: Office, demo: str = "") -> Iterator[str]:
    """Serve the office as it stands here, with its clock; gives the address."""
    here, running = listener(), server(office, demo)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [here]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{here.getsockname()[1]}"
    finally:
        running.should_exit = True
        thread.join(20)
        here.close()
