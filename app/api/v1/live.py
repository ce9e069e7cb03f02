"""The stream of a diary's revisions, by which phones hear at once that there is something to pull (sync, section 4)."""

import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any, Final

from fastapi import Request, Response
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from app.api.deps import Patient, TheParts
from app.api.middleware import ASKED_FOR_HEAD
from app.api.problems import problems
from app.api.v1.records import reference
from app.api.v1.router import PREFIX, Router
from app.api.waiting import access_token, while_connected
from app.domain.ids import Revision
from app.services.live import HEARTBEAT_S, follow

_EVENTS: Final = "text/event-stream"
_NUMBER: Final = re.compile(r"[0-9]{1,16}", re.ASCII)
_HEARTBEAT: Final = b":\n\n"
_LAST_EVENT_ID: Final[dict[str, Any]] = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "description": "The revision that was heard of last: the stream begins with an event only if it is another now.",
    "schema": {"type": "string"},
}
SCHEMAS: Final = {
    "SyncStream": {
        "type": "object",
        "description": "Each of the server-sent events, and a comment between them every "
        f"{HEARTBEAT_S:g} seconds. The stream ends with the access token: open it again with the next one.",
        "required": ["event", "id", "data"],
        "properties": {
            "event": {"const": "rev"},
            "id": {"type": "string", "description": "The diary's revision."},
            "data": {"type": "string", "description": "The revision as JSON."},
        },
        "examples": [{"event": "rev", "id": "58", "data": '{"rev":58}'}],
    }
}

router = Router(prefix=f"{PREFIX}/sync", tags=["sync"], responses=problems(401, "wrong-role"))


@router.get(
    "/stream",
    response_class=Response,
    responses={200: {"description": "OK", "content": {_EVENTS: {"schema": reference("SyncStream")}}}},
    openapi_extra={"parameters": [_LAST_EVENT_ID]},
)
async def stream(request: Request, parts: TheParts, access: Patient) -> Response:
    """The diary's revision whenever it moves, for as long as the client listens; nothing else of the diary is told."""
    seen = _revision(request.headers.get("last-event-id", ""))
    return _EventStream(partial(follow, parts, access, access_token(request), seen=seen))


def _revision(text: str) -> Revision | None:
    return Revision(int(text)) if _NUMBER.fullmatch(text) else None


class _EventStream(Response):
    """Sends what `follow` tells, until it returns or the client leaves."""

    def __init__(self, follow: Callable[..., Awaitable[None]]) -> None:
        super().__init__(media_type=_EVENTS, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["Content-Length"]  # nobody knows
        self._follow = follow

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def tell(rev: Revision | None) -> None:
            body = _HEARTBEAT if rev is None else b'event: rev\nid: %d\ndata: {"rev":%d}\n\n' % (rev, rev)
            await send({"type": "http.response.body", "body": body, "more_body": True})

        # From here on the request does not count as load (app/api/protocol.py).
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        with suppress(ClientDisconnect):
            if not scope["state"].get(ASKED_FOR_HEAD):
                await while_connected(receive, self._follow(tell=tell))
            await send({"type": "http.response.body", "body": b"", "more_body": False})
