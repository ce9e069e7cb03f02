"""Answers that wait for news: how long a client would wait (RFC 7240), and a wait that ends when the client leaves."""

import asyncio
import re
from collections.abc import Awaitable
from typing import Any, Final, TypeVar

from fastapi import Request
from fastapi.security.utils import get_authorization_scheme_param
from starlette.requests import ClientDisconnect
from starlette.types import Receive

T = TypeVar("T")

LONGEST_WAIT_S: Final = 60
PREFER: Final[dict[str, Any]] = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": f"`wait=25`: where there is nothing new, waits for news, {LONGEST_WAIT_S} seconds at most.",
    "schema": {"type": "string"},
}
APPLIED: Final = {"Preference-Applied": "wait"}

_WAIT: Final = re.compile(r'\s*wait\s*=\s*(?:([0-9]{1,9})|"([0-9]{1,9})")\s*(?:;.*)?', re.IGNORECASE | re.ASCII)


def preferred_wait_s(request: Request) -> int:
    """Seconds that the client would wait for an answer, as many as are granted; 0 where it says nothing of it."""
    for header in request.headers.getlist("prefer"):
        for preference in header.split(","):
            if found := _WAIT.fullmatch(preference):
                return min(int(found[1] or found[2]), LONGEST_WAIT_S)
    return 0


def access_token(request: Request) -> str | None:
    """The token that the bearer was admitted with, to be looked at once more after a wait."""
    return get_authorization_scheme_param(request.headers.get("authorization"))[1] or None


async def while_connected(receive: Receive, work: Awaitable[T]) -> T:
    """What the work answers; if the client leaves first, it is given up, and ClientDisconnect raised."""
    working, leaving = asyncio.ensure_future(work), asyncio.create_task(_left(receive))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        working.cancel()
        leaving.cancel()


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
