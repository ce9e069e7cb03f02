"""For whoever runs the service: is it alive, can it work, what does it do. Outside of the versioned API."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import orjson
from fastapi import APIRouter, Request, Response
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from app.api.metrics import Metrics
from app.api.problems import problem_response, request_id_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether requests can be served, and what was looked at: a word for each, such as `ok`, and no more."""

    ready: bool
    checks: Mapping[str, str]


def operations(metrics: Metrics, readiness: Callable[[], Awaitable[Readiness]]) -> APIRouter:
    """The routes /healthz, /readyz and /metrics."""
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def healthz() -> Response:
        """The process answers; nothing else is asked."""
        return Response(b'{"status":"ok"}', media_type="application/json")

    @router.get("/readyz")
    async def readyz(request: Request) -> Response:
        """200 where requests can be served; else 503, with what is amiss."""
        state = await readiness()
        if state.ready:
            return Response(orjson.dumps({"status": "ok", "checks": state.checks}), media_type="application/json")
        return problem_response(
            "database-unavailable", request_id=request_id_of(request.scope), members={"checks": state.checks}
        )

    @router.get("/metrics")
    def figures() -> Response:
        """In a thread: writing some thousand lines would hold up everybody else's answers."""
        return Response(metrics.text(), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    return router
