"""What every request passes, once: its id, the default headers, the log line, the figures, and the last catch.

One pure ASGI middleware, since every layer costs every request; written for speed before beauty.
"""

import time
from typing import Final

import structlog
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.headers import NO_STORE, SAFETY, request_id_in, sharing_headers
from app.api.metrics import Metrics
from app.api.problems import CLIENT_GONE, problem_response

_GZIP_FROM_BYTES: Final = 1000
"""Below, headers outweigh the gain; and what carries tokens stays below: no compression beside secrets (BREACH)."""
_GZIP_LEVEL: Final = 4
_GZIP_IN_THREAD_FROM_BYTES: Final = 64 * 1024
ASKED_FOR_HEAD: Final = "asked_for_head"
"""Set in the request's state where nobody waits for the body."""
_WRITES: Final = frozenset({"PUT", "PATCH", "DELETE"})


def install(app: FastAPI, metrics: Metrics, *within: Middleware) -> None:
    """Puts the middleware around the application: within it what is given, in this order, and last compression."""
    app.add_middleware(
        Compression,
        minimum_size=_GZIP_FROM_BYTES,
        compresslevel=_GZIP_LEVEL,
        thread_minimum_size=_GZIP_IN_THREAD_FROM_BYTES,
        exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/pdf", "application/jose"),
    )
    app.user_middleware[:0] = [Middleware(Edge, metrics=metrics), *within]


class Compression(GZipMiddleware):
    """Compresses what is read; an answer to a write is a record at most, and is left alone."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands the request on, with a `send` that compresses or without."""
        if scope["type"] == "http" and scope["method"] in _WRITES:
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


class Edge:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        self._log = structlog.get_logger().bind()  # bound once: a lazy logger is made anew at each call

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers HEAD as GET, whose body the server then leaves out."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        state = scope.setdefault("state", {})
        request_id = state["request_id"] = request_id_in(scope["headers"])
        method: str = scope["method"]
        if method == "HEAD":
            scope = {**scope, "method": "GET"}
            state[ASKED_FOR_HEAD] = True  # for an answer that would never end
        status = 0
        sent_bytes = 0

        async def sending(message: Message) -> None:
            nonlocal status, sent_bytes
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message["headers"] = [*message.get("headers", ()), *SAFETY, *sharing_headers(scope["path"])]
                headers.append((b"x-request-id", request_id.encode()))
                if not any(name == b"cache-control" for name, _ in headers):
                    headers.append(NO_STORE)
            else:
                sent_bytes += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as unexpected:  # noqa: BLE001  the last catch: everything unforeseen is a 500 problem
            self._log.error("request-failed", request_id=request_id, exc_info=unexpected)
            if not status:
                await problem_response("internal", request_id=request_id, path=scope["path"])(scope, receive, sending)
        finally:
            duration_s = time.perf_counter() - began
            route = _template(scope)
            status = state.get("answered", status or CLIENT_GONE)
            self._metrics.answered(method, route, status, duration_s)
            self._log.info(
                "request",
                method=method,
                route=route,
                status=status,
                duration_ms=round(duration_s * 1000, 2),
                request_id=request_id,
                bytes=sent_bytes,
            )


def _template(scope: Scope) -> str:
    """The route's path as it was written, `{id}` and all; never the path that was asked for."""
    context = scope.get("fastapi", {}).get("effective_route_context")
    route = context or scope.get("route")
    if route is not None:
        return route.path_format
    return "mounted" if "endpoint" in scope else "unmatched"
