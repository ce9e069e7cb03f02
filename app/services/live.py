"""Waiting for news of one's own diary: a stream of revisions, or a pull that waits until there is something in it.

Whoever waits longer than a request takes is looked at again before anything more is handed out: the session may have
been ended in the meantime.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from app.domain.access import OwnDiary
from app.domain.errors import Unavailable
from app.domain.ids import Revision
from app.domain.sessions import TokenExpired, TokenInvalid
from app.services.news import Way
from app.services.parts import Parts
from app.services.sessions import admit
from app.services.sync import Pulled, Wanted, pull

HEARTBEAT_S: Final = 25.0
"""Seconds after which a stream shows that it lives, and its session is looked at again."""


async def follow(
    parts: Parts,
    access: OwnDiary,
    token: str | None,
    *,
    seen: Revision | None,
    tell: Callable[[Revision | None], Awaitable[None]],
) -> None:
    """Tells the diary's revision where it is not the one seen, then each newer one, and None at each heartbeat.

    Returns when the service stops, the session of the token has ended or run out, the account is gone, or too many
    later ones follow the same diary.
    """
    with parts.news.listen(access.patient, Way.STREAM) as waiter, suppress(TokenInvalid, TokenExpired):
        told = await _present(parts, token, access.revision)
        if told != seen:
            await tell(told)
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT_S):
                    while (newer := await waiter.beyond(told)) is not None:
                        await tell(newer)
                        told = newer
                return
            present = await _present(parts, token, told)
            if present > told:
                await tell(present)
                told = present
            await tell(None)


async def pull_when_new(  # noqa: PLR0913 - as a pull, and how it waits
    parts: Parts, access: OwnDiary, token: str | None, wanted: Wanted, *, wait_s: float, aside: Callable[[], None]
) -> Pulled:
    """The page that `pull` answers, once there is anything in it; an empty one after `wait_s` seconds.

    `aside` is called when the wait begins. It ends early when the service stops, or too many others wait for the same
    diary. Refuses as `pull` does, and as `admit` where the session has ended in the meantime.
    """
    with parts.news.listen(access.patient, Way.POLL) as waiter:
        found = await pull(parts, access, wanted)
        if found.changes:
            return found
        aside()
        ends_at = asyncio.get_running_loop().time() + wait_s
        while not found.changes:
            try:
                async with asyncio.timeout_at(ends_at):
                    if await waiter.beyond(found.rev) is None:
                        break
            except TimeoutError:
                break
            found = await pull(parts, await _own_diary(parts, token), wanted)
        return found


async def _own_diary(parts: Parts, token: str | None) -> OwnDiary:
    access = await admit(parts, token)
    assert isinstance(access, OwnDiary)  # noqa: S101 - nobody's role ever changes
    return access


async def _present(parts: Parts, token: str | None, otherwise: Revision) -> Revision:
    """The revision of the diary that the token opens; a database that is away ends nobody's session."""
    try:
        return (await _own_diary(parts, token)).revision
    except Unavailable:
        return otherwise
