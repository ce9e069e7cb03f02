"""Says "unchanged" (304) before the framework begins on a request: its way to a route costs more than the answer.

For what phones ask again and again, and is kept (app/api/rendered.py). The bearer is admitted first, as always; what
this cannot say goes on to its route, which finds the bearer admitted.
"""

from collections.abc import Callable

from fastapi import Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.conditional import is_known
from app.api.deps import the_patient
from app.api.rendered import Kept, Name, Rendered
from app.domain.access import OwnDiary
from app.domain.errors import Refusal
from app.services.parts import Parts

PresentTag = Callable[[Parts, OwnDiary], str]
"""The tag that an answer would have now, where its address has no query."""


class Unchanged:
    """Looks at conditional requests without a query at addresses that begin with `below`."""

    def __init__(self, app: ASGIApp, below: str, tag: PresentTag) -> None:
        self._app = app
        self._below = below
        self._tag = tag

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers, or hands the request on."""
        if (
            scope["type"] == "http"
            and scope["path"].startswith(self._below)
            and scope["method"] == "GET"
            and not scope["query_string"]
            and any(name == b"if-none-match" for name, _ in scope["headers"])
        ):
            request = Request(scope)
            tag, kept = await self._kept(request)
            if kept and is_known(request, tag):
                scope["route"] = kept.route
                await Response(status_code=304, headers={"ETag": tag})(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _kept(self, request: Request) -> tuple[str, Kept | None]:
        try:
            access = await the_patient(request)
        except Refusal:  # which the route gives in full
            return "", None
        tag = self._tag(request.app.state.parts, access)
        rendered: Rendered = request.app.state.rendered
        return tag, rendered.get(Name(access.patient, request.scope["path"], b"", tag))
