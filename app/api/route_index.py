"""Finds a route without trying them all.

The framework tries every route in turn, each with its regular expression, and included routers twice: with this
service's hundred routes that costs more than all the rest of answering. Here routes are looked up by the first two
parts of their path (`/v1/days`), and only those under the same name are tried. Where none of them takes the request,
everything goes the framework's own way: unknown paths, wrong methods, mounts.
"""

from collections import defaultdict
from typing import Final

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

_PARTS: Final = 2


def install(app: FastAPI) -> None:
    """Puts the index before the application's routes; those added later are not in it, but found all the same.

    It tells the routers apart that the application itself includes: one that includes others is tried as a whole.
    """
    app.router.middleware_stack = _RouteIndex(app)


class _RouteIndex:
    def __init__(self, app: FastAPI) -> None:
        self._router = app.router
        self._all_routes = app.router.middleware_stack
        found: defaultdict[str, dict[int, BaseRoute]] = defaultdict(dict)
        for route in app.routes:
            for context in iter_route_contexts([route]):
                name = _name(context.path_format or "{}")
                if "{" not in name:
                    found[name][id(route)] = route
        self._routes = {name: tuple(routes.values()) for name, routes in found.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            for route in self._routes.get(_name(scope["path"]), ()):
                match, found = route.matches(scope)
                if match is Match.FULL:
                    scope["router"] = self._router
                    scope.update(found)
                    await route.handle(scope, receive, send)
                    return
        await self._all_routes(scope, receive, send)


def _name(path: str) -> str:
    return "/".join(path.split("/", _PARTS + 1)[: _PARTS + 1])
