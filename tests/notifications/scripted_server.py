"""A mail server that misbehaves as told: any answer in any phase, or none, or a cut line."""

import socketserver
import threading
from collections import Counter
from contextlib import suppress
from types import TracebackType
from typing import Self

USUAL = {
    "GREETING": "220 uji",
    "EHLO": "250-uji\r\n250 AUTH PLAIN",
    "AUTH": "235 masuk",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 silakan",
    "DOT": "250 diterima",
    "RSET": "250 ok",
    "QUIT": "221 selesai",
}
CUT = "cut"  # hang up instead of answering
CUT_BEFORE_DOT = "cut before the dot"  # say 354, then hang up while the mail is coming
SILENT = "silent"  # never answer


class ScriptedServer(socketserver.ThreadingTCPServer):
    """Answers as usual but for the script: verb → the answers to its first occurrences."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, **script: list[str]) -> None:
        self.script, self.seen, self.accepted = script, Counter[str](), list[bytes]()
        self.stopped = threading.Event()
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.port = int(self.server_address[1])

    def answer(self, verb: str) -> str:
        self.seen[verb] += 1
        told = self.script.get(verb, [])
        return told[self.seen[verb] - 1] if self.seen[verb] <= len(told) else USUAL.get(verb, "250 ok")

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopped.set()
        self.shutdown()
        self.server_close()


class _HungUp(Exception):
    """The server's end of the line was cut."""


class _Conversation(socketserver.StreamRequestHandler):
    server: ScriptedServer

    def handle(self) -> None:
        with suppress(_HungUp, ConnectionError):
            self.say("GREETING")
            while line := self.rfile.readline():
                verb = line.split()[0].decode().upper()
                if self.say(verb).startswith("354"):
                    self.take_mail()

    def say(self, verb: str) -> str:
        answer = self.server.answer(verb)
        if answer == SILENT:
            self.server.stopped.wait(5)
        if answer in (SILENT, CUT):
            raise _HungUp
        self.wfile.write((USUAL["DATA"] if answer == CUT_BEFORE_DOT else answer).encode() + b"\r\n")
        if answer == CUT_BEFORE_DOT:
            self.rfile.readline()
            raise _HungUp
        if answer.startswith(("221", "421")):
            raise _HungUp
        return answer

    def take_mail(self) -> None:
        mail = b""
        while not mail.endswith(b"\r\n.\r\n"):
            mail += self.rfile.readline() or b"\r\n.\r\n"
        self.server.accepted.append(mail)
        self.say("DOT")
