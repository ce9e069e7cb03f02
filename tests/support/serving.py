"""A real server on loopback for one test, and plain sockets to speak to it as no well-behaved client would."""

import asyncio
import io
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from socket import create_connection, socket
from typing import Any

import orjson
from fastapi import FastAPI

from app.api import document, middleware, problems
from app.api.admission import Admission, Bounds
from app.api.metrics import Metrics
from app.api.problems import MembersOf
from app.api.protocol import Deadlines
from app.logs import configure_logs
from app.server import server
from tests.support.waiting import until

QUICK = Deadlines(farewell_s=0.05)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401  each test knows what it asked for
        return orjson.loads(self.body)


@dataclass(frozen=True, slots=True)
class Running:
    port: int
    admission: Admission
    logged: io.BytesIO

    def connect(self) -> socket:
        return create_connection(("127.0.0.1", self.port), timeout=10)

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        with self.connect() as connection:
            connection.sendall(request(method, path, body, headers))
            return read_answer(connection, head=method == "HEAD")

    def log_lines(self) -> list[dict[str, Any]]:
        """What was logged so far."""
        return [orjson.loads(line) for line in self.logged.getvalue().splitlines()]

    def line_of(self, request_id: str) -> dict[str, Any]:
        """The one line of a request, which is written just after its answer."""

        def lines() -> list[dict[str, Any]]:
            return [line for line in self.log_lines() if line.get("request_id") == request_id]

        until(lines)
        (line,) = lines()
        return line


def make_app(members_of: MembersOf | None = None, metrics: Metrics | None = None) -> FastAPI:
    """An application with all that surrounds the routes, and no routes."""
    app = FastAPI(redirect_slashes=False)
    problems.install(app, members_of)
    document.install(app)
    middleware.install(app, metrics or Metrics(Admission()))
    return app


@contextmanager
def serving(app: FastAPI, *, deadlines: Deadlines = QUICK, bounds: Bounds | None = None) -> Generator[Running]:
    """Runs the application on a free port, in a thread of its own, until the block ends."""
    logged = io.BytesIO()
    configure_logs("info", logged)
    admission = Admission(bounds)
    app.state.stopping = stopping = asyncio.Event()
    service = server(
        app,
        host="127.0.0.1",
        port=0,
        admission=admission,
        stopping=stopping,
        deadlines=replace(deadlines, farewell_s=QUICK.farewell_s),
    )
    thread = threading.Thread(target=service.run)
    thread.start()
    try:
        until(lambda: service.started or not thread.is_alive())
        yield Running(service.servers[0].sockets[0].getsockname()[1], admission, logged)
    finally:
        service.should_exit = True
        thread.join()


def request(method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> bytes:
    """A request as bytes, with a Content-Length where there is a body."""
    named = {"Host": "test", **({"Content-Length": str(len(body))} if body else {}), **(headers or {})}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


def read_answer(connection: socket, *, head: bool = False) -> Answer:
    """One answer that has a Content-Length; EOFError where the server has closed the connection instead."""
    arrived = b""
    while b"\r\n\r\n" not in arrived:
        arrived += _receive(connection, 1)
    status, *lines = arrived.decode("latin-1").splitlines()
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    body = b""
    while not head and len(body) < int(headers.get("content-length", 0)):
        body += _receive(connection, int(headers["content-length"]) - len(body))
    return Answer(int(status.split()[1]), headers, body)


def is_closed(connection: socket) -> bool:
    """Whether the server closes the connection within the socket's timeout, and says nothing more."""
    return connection.recv(1) == b""


def _receive(connection: socket, most: int) -> bytes:
    data = connection.recv(most)
    if not data:
        raise EOFError
    return data
