"""The real service in this process, on a database of its own, and ways to kill it and to bring back a backup."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
from fastapi import FastAPI

from app.config import Settings, Switch
from app.main import StandIns, create_app
from app.security.passwords import HashingCost
from scripts.lib.fleet.stores import Store
from tests.support.clock import SettableClock
from tests.support.mailbox import Mailbox

_CHEAP = HashingCost(memory_kib=64, passes=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: Any

    @property
    def code(self) -> str | None:
        """Of a refusal."""
        return self.body.get("code") if isinstance(self.body, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


class Service:
    """One application, which is opened, killed and opened anew on its store."""

    def __init__(self, store: Store, data: Path, clock: SettableClock) -> None:
        self.store = store
        self.clock = clock
        settings = Settings(data=data, database_url=store.url, limits=Switch.OFF)
        self._app: FastAPI = create_app(settings, StandIns(clock=clock, hashing=_CHEAP, mailer=Mailbox()))
        self._life: AbstractAsyncContextManager[Any] | None = None

    async def open(self) -> None:
        """Starts it on what the store holds now."""
        self._life = self._app.router.lifespan_context(self._app)
        await self._life.__aenter__()

    async def close(self) -> None:
        """Ends it."""
        if self._life:
            life, self._life = self._life, None
            await life.__aexit__(None, None, None)

    async def kill(self) -> None:
        """Ends it as a power cut would: what stands on the disk at this moment is all that the next one finds."""
        image = self.store.image()
        await self.close()
        self.store.take_up(image)
        await self.open()

    async def kill_during(self, at_statement: int, ask: Callable[[], Awaitable[Answer]]) -> Answer | None:
        """Kills it while it works at a request, just before the given statement of its transaction.

        None, unless it came to an answer before it died: where it had fewer statements, or began again and was faster.
        """
        with self.store.killing_at(self._app.state.parts.database.primary, at_statement) as image:
            answer = await ask()
        found = image()
        late = self.store.image()
        await self.close()
        self.store.take_up(found or late)
        await self.open()
        return None if found else answer

    async def ask(  # noqa: PLR0913 - a request has as many parts
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: object = None,
        form: Mapping[str, str] | None = None,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request, answered whole."""
        sent, content = b"", b"application/json"
        if form is not None:
            sent, content = urlencode(form).encode(), b"application/x-www-form-urlencoded"
        elif isinstance(body, bytes):
            sent = body
        elif body is not None:
            sent = orjson.dumps(body)
        listed = [(b"host", b"fleet"), (b"content-type", content), (b"content-length", str(len(sent)).encode())]
        if token:
            listed.append((b"authorization", f"Bearer {token}".encode()))
        listed += [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
        exchange = _Exchange(sent)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": urlencode(query or {}).encode(),
            "headers": listed,
            "client": ("127.0.0.1", 1),
            "server": ("fleet", 80),
            "state": {},
        }
        await self._app(scope, exchange.receive, exchange.send)
        return Answer(exchange.status, orjson.loads(exchange.body) if exchange.body else None)


class _Exchange:
    """A request's way in and its answer's way out."""

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body
        self.status = 0
        self.body = b""

    async def receive(self) -> dict[str, Any]:
        """The body, all at once."""
        if self._body is None:
            await asyncio.Event().wait()  # the client stays until it is answered
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Mapping[str, Any]) -> None:
        """Takes in the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")
