"""The server's protocol class: deadlines for what arrives, and admission before anything is spent on a request.

uvicorn has neither. A client must send its headers within a time, and must keep its body coming; an honest slow phone
passes, a stalled one gets 408 and a closed connection. The application starts when the body has arrived, or at the end
of the first read where more is to come, so that a large body can be refused or streamed while it arrives.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from typing_extensions import override
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from app.api.admission import Admission, Ticket, set_aside
from app.api.headers import NO_STORE, SAFETY, request_id_in, sharing_headers
from app.api.problems import KINDS, MEDIA_TYPE, problem_headers, problem_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """How long a connection may take for what, in seconds."""

    headers_s: float = 10.0
    body_silence_s: float = 10.0
    """The longest pause within a body."""
    body_average_after_s: float = 10.0
    """From when on the body's average rate counts."""
    body_bytes_per_s: float = 1024.0
    body_look_every_s: float = 1.0
    keep_alive_s: int = 75
    farewell_s: float = 0.5
    """How long idle connections stay open when the service stops, so that a request under way is still answered."""
    header_bytes: int = 64 * 1024


class ServerConfig(uvicorn.Config):
    """uvicorn's configuration, and what this protocol needs beside it."""

    def __init__(self, app: Any, *, deadlines: Deadlines, admission: Admission, **options: Any) -> None:  # noqa: ANN401  uvicorn hands on what it was given
        self.deadlines = deadlines
        self.admission = admission
        super().__init__(
            app,
            http=Protocol,
            ws="none",
            timeout_keep_alive=deadlines.keep_alive_s,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            **options,
        )


class Stage(Enum):
    """What is arriving."""

    NOTHING = auto()
    HEADERS = auto()
    BODY = auto()


class Protocol(HttpToolsProtocol):
    """One connection."""

    def __init__(
        self,
        config: ServerConfig,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._deadlines = config.deadlines
        self._admission = config.admission
        self._stage = Stage.HEADERS
        self._header_bytes = 0
        self._read_bytes = 0
        self._headers_refused = False
        self._body_bytes = 0
        self._body_began_at = 0.0
        self._body_heard_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._reading = False
        self._to_start: RequestResponseCycle | None = None
        self._stopping = False
        self._counted_app: ASGIApp = cast("Any", config).loaded_app

    # What arrives

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in the base class
        super().connection_made(transport)
        self._set_timer(self._deadlines.headers_s, self._headers_late)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        self._reading = True
        self._read_bytes = len(data)
        super().data_received(data)
        self._reading = False
        if self.transport.is_closing():
            return
        if self._to_start is not None:
            cycle, self._to_start = self._to_start, None
            self._start(cycle)
        if self._stage is Stage.BODY:
            self._watch_body(len(data))
        elif self._stage is Stage.HEADERS:
            self._watch_headers(len(data))
        elif self.cycle.response_complete and self.timeout_keep_alive_task is None and self._timer is None:
            self._set_timer(self._deadlines.headers_s, self._headers_late)  # line breaks between requests, no more

    @override
    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._stage = Stage.HEADERS
        self._header_bytes = 0

    @override
    def on_headers_complete(self) -> None:
        if self._are_headers_too_large():
            self._headers_refused = True
            raise ValueError("headers too large")  # the parser then gives up, and so does the base class
        self._stop_timer()
        self._stage = Stage.BODY
        self._body_bytes = 0
        self._body_began_at = self._body_heard_at = self.loop.time()
        super().on_headers_complete()
        if self._stopping:
            self.cycle.keep_alive = False

    @override
    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._stop_timer()
        self._stage = Stage.NOTHING
        if self._to_start is not None:
            cycle, self._to_start = self._to_start, None
            self._admit(cycle)
        elif not self.pipeline and not self.cycle.response_started:
            self._admit_late(self.cycle)

    # Who begins

    @override
    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Called by the base class at the end of the headers, or when a pipelined request's turn has come."""
        if not cycle.more_body:
            self._admit(cycle)
        elif self._reading:
            self._to_start = cycle
        else:
            self._start(cycle)

    def _admit(self, cycle: RequestResponseCycle) -> None:
        ticket = self._admission.ticket(cycle.scope["method"], cycle.scope["path"])
        if ticket is None:
            self._write_problem("overloaded", cycle)
            cycle.response_started = cycle.response_complete = True
            if not cycle.keep_alive:
                self.transport.close()
            self.on_response_complete()
        else:
            self._admission.begin(ticket, partial(self._start, cycle, ticket))

    def _admit_late(self, cycle: RequestResponseCycle) -> None:
        """The body of a request that has begun is complete: from now on it counts."""
        ticket = self._admission.ticket(cycle.scope["method"], cycle.scope["path"])
        if ticket is None:
            self._cut_short("overloaded", cycle)
        else:
            _state(cycle)["ticket"] = ticket

    def _start(self, cycle: RequestResponseCycle, ticket: Ticket | None = None) -> None:
        if ticket is not None:
            if cycle.disconnected:  # it waited longer than its client
                ticket.give_back()
                return
            _state(cycle)["ticket"] = ticket
        self._unset_keepalive_if_required()
        super()._start_asgi_task(cycle, cast("ASGI3Application", self._run))

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                set_aside(scope)
            await send(message)

        try:
            await self._counted_app(scope, receive, sending)
        finally:
            set_aside(scope)

    # Who is late

    def _are_headers_too_large(self) -> bool:
        """Counted only where so much came that they could be: they may all have come in the last read."""
        most = self._deadlines.header_bytes
        if self._header_bytes + self._read_bytes <= most:
            return False
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > most

    def _watch_headers(self, arrived_bytes: int) -> None:
        self._header_bytes += arrived_bytes
        if self._header_bytes > self._deadlines.header_bytes:
            self._refuse_headers("headers-too-large")
        elif self._timer is None:
            self._set_timer(self._deadlines.headers_s, self._headers_late)

    def _headers_late(self) -> None:
        self._timer = None
        if self._answering():
            self._set_timer(self._deadlines.headers_s, self._headers_late)
        elif self._header_bytes and self._stage is Stage.HEADERS:
            self._refuse_headers("request-timeout")
        else:
            self.transport.close()  # a connection that was opened and never used

    def _refuse_headers(self, code: str) -> None:
        if not self._answering():
            self._write_problem(code, None)
        self.transport.close()

    def _watch_body(self, arrived_bytes: int) -> None:
        self._body_heard_at = self.loop.time()
        self._body_bytes += arrived_bytes
        if self._timer is None:
            self._set_timer(self._deadlines.body_look_every_s, self._look_at_body)

    def _look_at_body(self) -> None:
        self._timer = None
        now = self.loop.time()
        deadlines = self._deadlines
        if self.flow.read_paused or self.cycle.waiting_for_100_continue or self.pipeline:
            # It is we who keep the client waiting.
            self._body_began_at += deadlines.body_look_every_s
            self._body_heard_at = now
        silent = now - self._body_heard_at >= deadlines.body_silence_s
        took_s = now - self._body_began_at
        slow = took_s >= deadlines.body_average_after_s and self._body_bytes < took_s * deadlines.body_bytes_per_s
        if not silent and not slow:
            self._set_timer(deadlines.body_look_every_s, self._look_at_body)
        elif self.cycle.response_started:
            self.transport.close()
        else:
            self._cut_short("request-timeout", self.cycle)

    # Answers of the server itself

    def _cut_short(self, code: str, cycle: RequestResponseCycle) -> None:
        """Answers in place of an application that is at work; to it, the client has gone."""
        cycle.keep_alive = False
        self._write_problem(code, cycle)
        _state(cycle)["answered"] = KINDS[code].status
        cycle.disconnected = True
        cycle.message_event.set()
        self.transport.close()

    def _write_problem(self, code: str, cycle: RequestResponseCycle | None) -> None:
        state = _state(cycle) if cycle is not None else {}
        request_id = state.get("request_id") or request_id_in(cycle.scope["headers"] if cycle else self.headers or ())
        body = problem_json(code, request_id=request_id, path=cycle.scope["path"] if cycle else "")
        headers = [
            *self.server_state.default_headers,
            *SAFETY,
            *(sharing_headers(cycle.scope["path"]) if cycle else ()),
            NO_STORE,
            (b"x-request-id", request_id.encode()),
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", b"%d" % len(body)),
            *((name.encode(), value.encode()) for name, value in problem_headers(code).items()),
        ]
        if cycle is None or not cycle.keep_alive:
            headers.append((b"connection", b"close"))
        lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        if cycle is not None and cycle.scope["method"] == "HEAD":
            body = b""
        self.transport.write(STATUS_LINE[KINDS[code].status] + lines + b"\r\n" + body)

    @override
    def send_400_response(self, msg: str) -> None:
        """What the parser refuses: the same problem shape, unless an answer is under way that this would garble."""
        if not self._answering():
            self._write_problem("headers-too-large" if self._headers_refused else "malformed-request", None)
        self.transport.close()

    @override
    def _unsupported_upgrade_warning(self) -> None:
        """Offers to upgrade are ignored, as HTTP allows, and not worth a line in the log."""

    # Endings

    @override
    def shutdown(self) -> None:
        """Called when the service stops: what is under way is answered, the last answer says that this is the end."""
        self._stopping = True
        if self._answering():
            self.cycle.keep_alive = False
        else:
            self._unset_keepalive_if_required()
            self._stop_timer()
            self._set_timer(self._deadlines.farewell_s, self.transport.close)

    def _answering(self) -> bool:
        return bool(self.cycle) and not self.cycle.response_complete

    def _set_timer(self, after_s: float, callback: Callable[[], None]) -> None:
        self._timer = self.loop.call_later(after_s, callback)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _state(cycle: RequestResponseCycle) -> dict[str, Any]:
    """What the application sees as request.state."""
    return cast("dict[str, Any]", cycle.scope.get("state"))
