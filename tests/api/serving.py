"""A real server on loopback for one test, and plain sockets to speak to it as no well-behaved client would."""

import asyncio
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from socket import create_connection, socket

import orjson
from fastapi import FastAPI

from app.api import document, middleware, problems
from app.api.admission import Admission, Bounds
from app.api.metrics import Metrics
from app.api.problems import MembersOf
from app.api.protocol import Deadlines
from app.server import server


def bare_app(members_of: MembersOf | None = None, admission: Admission | None = None) -> FastAPI:
    app = FastAPI(redirect_slashes=False)
    problems.install(app, members_of)
    document.install(app)
    app.state.metrics = Metrics(admission or Admission())
    middleware.install(app, app.state.metrics)
    return app


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict[str, object]:
        return orjson.loads(self.body)


@dataclass
class Running:
    port: int
    admission: Admission
    stop: "threading.Event" = field(default_factory=threading.Event)

    def connect(self, timeout_s: float = 10.0) -> socket:
        return create_connection(("127.0.0.1", self.port), timeout=timeout_s)

    def ask(self, request: bytes) -> Answer:
        with self.connect() as connection:
            connection.sendall(request)
            return read_answer(connection)


def request(method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> bytes:
    named = {"Host": "test", **({"Content-Length": str(len(body))} if body else {}), **(headers or {})}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


def read_answer(connection: socket, *, head: bool = False) -> Answer:
    """One answer with a Content-Length; what follows it stays in the socket. EOFError where the server has closed."""
    arrived = b""
    while b"\r\n\r\n" not in arrived:
        arrived += _receive(connection, 1)
    lines = arrived.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}
    body = b""
    while not head and len(body) < int(headers.get("content-length", 0)):
        body += _receive(connection, int(headers["content-length"]) - len(body))
    return Answer(int(lines[0].split()[1]), headers, body)


def _receive(connection: socket, most: int) -> bytes:
    data = connection.recv(most)
    if not data:
        raise EOFError
    return data


@contextmanager
def serving(
    app: FastAPI,
    *,
    deadlines: Deadlines | None = None,
    bounds: Bounds | None = None,
    admission: Admission | None = None,
) -> Generator[Running]:
    """Runs the application on a free port in a thread of its own until the block ends."""
    admission = admission or Admission(bounds)
    app.state.stopping = stopping = asyncio.Event()
    service = server(app, host="127.0.0.1", port=0, admission=admission, stopping=stopping, deadlines=deadlines)
    thread = threading.Thread(target=service.run)
    thread.start()
    try:
        while not service.started:
            if not thread.is_alive():
                raise RuntimeError("the server did not start")
            time.sleep(0.005)
        port = service.servers[0].sockets[0].getsockname()[1]
        yield Running(port=port, admission=admission)
    finally:
        service.should_exit = True
        thread.join(timeout=35)
