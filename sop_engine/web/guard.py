"""What stands around every answer: known hosts only, no endless forms, headers that leave a browser no freedom."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sop_engine.web.visit import set_cookie

POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}

LARGEST = 12_000_000  # bytes of a form with its files
_FOR_GOOD = "public, max-age=31536000, immutable"  # their addresses bear a digest of what they hold


def policy(**changed: str) -> str:
    """Write the content security policy, with single directives changed (`style_src=…`)."""
    directives = POLICY | {name.replace("_", "-"): value for name, value in changed.items()}
    return "; ".join(f"{name} {value}" for name, value in directives.items())


class Guard:
    """Wraps an application: refuses hosts it does not know, adds the headers an answer lacks."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if scope["path"].startswith("/statis/") and message["status"] in (200, 304):
                    headers["Cache-Control"] = _FOR_GOOD
                headers.setdefault("Content-Security-Policy", policy())
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                visit = scope.get("state", {}).get("visit")
                if visit and visit.cookie is not None:
                    headers.append("Set-Cookie", set_cookie(visit))
            await send(message)

        sent = Headers(scope=scope)
        app = self._app if self._knows(sent) else _STRANGE_HOST
        if scope["method"] == "POST" and not 0 <= int(sent.get("content-length", "-1")) <= LARGEST:
            app = _TOO_LARGE
        await app(scope, receive, guarded)

    def _knows(self, headers: Headers) -> bool:
        named = headers.getlist("host")
        return len(named) == 1 and _without_port(named[0]) in self._hosts


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).lower()


_STRANGE_HOST = PlainTextResponse(
    "Alamat ini tidak dikenal oleh sistem SOP. Bukalah halaman melalui alamat yang tercantum pada surel Saudara.",
    status_code=400,
)
_TOO_LARGE = PlainTextResponse(
    "Kiriman ini terlalu besar. Lampirkan berkas paling besar 10 MB; tidak ada yang berubah.", status_code=413
)
