"""The web of one installation: its pages brought together behind the doorkeeper and the guard."""

from collections.abc import Callable
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from sop_engine.web.access import ACCESS, Route
from sop_engine.web.account import Account
from sop_engine.web.books import Books
from sop_engine.web.demo_pages import DemoPages
from sop_engine.web.editing import Editing
from sop_engine.web.guard import Guard
from sop_engine.web.looking import Looking
from sop_engine.web.overview import Overview
from sop_engine.web.persons import Persons
from sop_engine.web.proposals import Proposals
from sop_engine.web.ratifying import Ratifying
from sop_engine.web.reassigning import Reassigning
from sop_engine.web.shell import HERE, Shell
from sop_engine.web.signing import Signing
from sop_engine.web.signing_in import SigningIn
from sop_engine.web.staff import Staff
from sop_engine.web.visit import Doorkeeper, NotYet
from sop_engine.wiring import Engine

_ON_THIS_MACHINE = ("127.0.0.1", "localhost", "[::1]")


def create_app(engine: Engine, demo_command: str = "", revised: Callable[[str], str] = str) -> ASGIApp:
    """Build the web of one installation; KeyError for a route without a row in the table of access.

    `demo_command` makes it a demo's: one line that sets the shell up, one that calls the program; `revised` gives the
    example of a revision that it offers for a text.
    """
    app = FastAPI(openapi_url=None)  # and with it no docs
    shell = Shell(engine, demo_command, revised)
    signing_in = SigningIn(shell)
    routes = [
        *Looking(shell).routes,
        *Overview(shell).routes,
        *signing_in.routes,
        *Account(shell).routes,
        *Staff(shell).routes,
    ]
    routes += [*Editing(shell).routes, *Persons(shell).routes, *Books(shell).routes]
    routes += [*Signing(shell).routes, *Ratifying(shell).routes, *Proposals(shell).routes]
    routes += Reassigning(shell).routes
    if demo_command:
        routes += DemoPages(shell).routes
    shell.know(routes)
    for route in routes:
        _add(app, route, Doorkeeper(engine, bool(demo_command), ACCESS[route.method, route.path]))
    app.mount("/statis", StaticFiles(directory=HERE / "static"))
    app.add_exception_handler(NotYet, signing_in.first)
    app.add_exception_handler(HTTPException, shell.refused)
    app.add_exception_handler(RequestValidationError, shell.misread)
    app.add_exception_handler(Exception, shell.broken)
    host = urlsplit(engine.settings.base_url).hostname
    return Guard(app, frozenset({*_ON_THIS_MACHINE, *([host] if host else [])}))


def _add(app: FastAPI, route: Route, doorkeeper: Doorkeeper) -> None:
    methods = ["GET", "HEAD"] if route.method == "GET" else [route.method]
    admitted = [Depends(doorkeeper)]
    app.add_api_route(route.path, route.endpoint, methods=methods, dependencies=admitted, response_class=HTMLResponse)
