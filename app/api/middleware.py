"""What every request passes, once: its id, the default headers, the log line, the figures, and the last catch.

One pure ASGI middleware, since each layer costs each request; written for speed before beauty.
"""

import os
import re
import time
from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.metrics import Metrics
from app.api.problems import CLIENT_GONE, problem_response

_SANE_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_NO_STORE: Final = (b"cache-control", b"no-store")
_SAFETY: Final = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer")]

_log = structlog.get_logger()


class Edge:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers HEAD as GET without the body, which the server leaves out."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        method: str = scope["method"]
        if method == "HEAD":
            scope = {**scope, "method": "GET"}
        status = 0
        sent_bytes = 0

        async def sending(message: Message) -> None:
            nonlocal status, sent_bytes
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message["headers"] = [*message.get("headers", ()), *_SAFETY]
                headers.append((b"x-request-id", request_id.encode()))
                if not any(name == b"cache-control" for name, _ in headers):
                    headers.append(_NO_STORE)
            else:
                sent_bytes += len(message.get("body", b""))
            await send(message)

        self._metrics.in_flight.inc()
        try:
            await self._app(scope, receive, sending)
        except Exception as unexpected:  # noqa: BLE001  the last catch: everything unforeseen is a 500 problem
            _log.error("request-failed", request_id=request_id, exc_info=unexpected)
            if not status:
                await problem_response("internal", request_id=request_id)(scope, receive, sending)
        finally:
            self._metrics.in_flight.dec()
            duration_s = time.perf_counter() - began
            route = _template(scope)
            self._metrics.answered(method, route, status or CLIENT_GONE, duration_s)
            _log.info(
                "request",
                method=method,
                route=route,
                status=status or CLIENT_GONE,
                duration_ms=round(duration_s * 1000, 2),
                request_id=request_id,
                bytes=sent_bytes,
            )


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _SANE_ID.fullmatch(value):
            return value.decode()
    return os.urandom(8).hex()


def _template(scope: Scope) -> str:
    """The route's path as it was written, `{id}` and all; never the path that was asked for."""
    context = scope.get("fastapi", {}).get("effective_route_context")
    route = context or scope.get("route")
    if route is not None:
        return route.path_format
    return "mounted" if "endpoint" in scope else "unmatched"
