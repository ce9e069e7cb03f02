"""Routes that limit how often they may be called, and say so in headers, whatever the answer."""

from collections.abc import Callable, Coroutine, MutableMapping, Sequence
from typing import Any, Final

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.types import Message, Receive, Scope, Send

from app.api.deps import TheParts, Visitor
from app.domain.limits import LimitReached, Policy, Standing, limit_headers
from app.domain.sessions import InvalidGrant

_STANDINGS: Final = "limit_standings"
_EVERYWHERE: Final = "everywhere"


class LimitedRoute(APIRoute):
    """A route whose answers carry RateLimit and RateLimit-Policy: the class of a router with limits."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Notes the standings that a refusal brings along."""
        answer = super().get_route_handler()

        async def noting(request: Request) -> Response:
            try:
                return await answer(request)
            except LimitReached as reached:
                show(request, [each for each in reached.standings if not each.allowed])
                raise
            except InvalidGrant as refused:
                show(request, refused.standings)
                raise

        return noting

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Adds the headers to the answer, be it one of the route or a refusal."""

        async def sending(message: Message) -> None:
            standings = scope.get("state", {}).get(_STANDINGS)
            if standings and message["type"] == "http.response.start":
                _add_headers(message, standings)
            await send(message)

        await super().handle(scope, receive, sending)


def show(request: Request, standings: Sequence[Standing]) -> None:
    """Has the answer tell of these standings, in place of those shown before."""
    if standings:
        setattr(request.state, _STANDINGS, standings)


def show_also(request: Request, standings: Sequence[Standing]) -> None:
    """Has the answer tell of these standings besides those shown before."""
    show(request, [*getattr(request.state, _STANDINGS, ()), *standings])


def limited(*here: Policy, everywhere: Sequence[Policy] = ()) -> Any:  # noqa: ANN401  as fastapi.Depends
    """Counts the call for the caller's network, and for all networks together; or refuses it with LimitReached.

    Only the former is shown, unless the latter is used up.
    """

    async def count(request: Request, parts: TheParts, visitor: Visitor) -> None:
        if parts.limits is not None:
            calls = [*((policy, visitor.network) for policy in here), *((policy, _EVERYWHERE) for policy in everywhere)]
            show(request, parts.limits.admit(*calls)[: len(here)])

    return Depends(count)


def guarded(policy: Policy) -> Any:  # noqa: ANN401  as fastapi.Depends
    """Shows how the caller's network stands and counts nothing: for routes whose service counts what is wrong."""

    async def look(request: Request, parts: TheParts, visitor: Visitor) -> None:
        if parts.limits is not None:
            show(request, [parts.limits.standing(policy, visitor.network)])

    return Depends(look)


def _add_headers(message: MutableMapping[str, Any], standings: Sequence[Standing]) -> None:
    fields = ((name.lower().encode(), value.encode()) for name, value in limit_headers(standings).items())
    message["headers"] = [*message.get("headers", ()), *fields]
