"""Which requests are let in when more arrive than can be done.

A request counts from the moment its body has arrived until its answer begins; a half-sent body, a stream that flows and
a long poll that waits (`set_aside`) do not count. Reads and writes count apart, so that a database which hangs on
writes leaves reads alone. Beyond the bound, or while the oldest request that has not begun is older than
`queue_age_s`, the rest is turned away at once, before anything was spent on it.

Requests that are let in begin a few at a time: the server looks at its sockets in between, so that turning away stays
a matter of milliseconds however much waits.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog
from starlette.types import Scope

UNCOUNTED: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""Paths that are always let in: whoever watches the service has to see it busy, not gone."""

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_LOG_EVERY_S: Final = 1.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much is taken on at once by one process."""

    in_flight: int = 256
    """Requests of one kind, reads or writes."""
    queue_age_s: float = 0.5
    begun_at_once: int = 8
    """Requests that begin between two looks at the sockets."""


class Ticket:
    """One request's place; given back when its answer begins or it ends, whichever is first."""

    __slots__ = ("_count", "arrived_at")

    def __init__(self, count: "Count", arrived_at: float) -> None:
        self._count: Count | None = count
        self.arrived_at = arrived_at
        count.now += 1

    def give_back(self) -> None:
        """Does nothing the second time."""
        if self._count is not None:
            self._count.now -= 1
            self._count = None


class Count:
    """How many requests of one kind are in flight."""

    __slots__ = ("now",)

    def __init__(self) -> None:
        self.now = 0


class Admission:
    """Lets requests in, in order of arrival, or turns them away."""

    def __init__(self, bounds: Bounds | None = None) -> None:
        self.turned_away = 0
        self._bounds = bounds or Bounds()
        self._reads = Count()
        self._writes = Count()
        self._waiting: deque[tuple[Ticket, Callable[[], None]]] = deque()
        self._may_begin = self._bounds.begun_at_once
        self._resuming = False
        self._logged_at = 0.0
        self._unlogged = 0

    @property
    def in_flight(self) -> int:
        """Requests let in whose answer has not begun."""
        return self._reads.now + self._writes.now

    def ticket(self, method: str, path: str) -> Ticket | None:
        """A place for a request whose body has arrived; None turns it away."""
        now = time.monotonic()
        if path in UNCOUNTED:
            return Ticket(Count(), now)
        count = self._reads if method in _SAFE_METHODS else self._writes
        too_old = bool(self._waiting) and now - self._waiting[0][0].arrived_at > self._bounds.queue_age_s
        if too_old or count.now >= self._bounds.in_flight:
            self._note(now)
            return None
        return Ticket(count, now)

    def begin(self, ticket: Ticket, start: Callable[[], None]) -> None:
        """Calls `start` now, or when it is this request's turn."""
        if self._may_begin and not self._waiting:
            self._may_begin -= 1
            start()
        else:
            self._waiting.append((ticket, start))
        if not self._resuming:
            self._resuming = True
            asyncio.get_running_loop().call_soon(self._resume)

    def _resume(self) -> None:
        self._may_begin = self._bounds.begun_at_once
        while self._may_begin and self._waiting:
            self._may_begin -= 1
            _, start = self._waiting.popleft()
            start()
        self._resuming = bool(self._waiting)
        if self._resuming:
            asyncio.get_running_loop().call_soon(self._resume)

    def _note(self, now: float) -> None:
        """One log line a second at most: logging each would cost what turning away saves."""
        self.turned_away += 1
        self._unlogged += 1
        if now - self._logged_at >= _LOG_EVERY_S:
            _log.warning("overloaded", turned_away=self._unlogged, reads=self._reads.now, writes=self._writes.now)
            self._logged_at = now
            self._unlogged = 0


def set_aside(scope: Scope) -> None:
    """Stops counting this request: it is going to wait for news, not to work."""
    ticket: Ticket | None = scope.get("state", {}).get("ticket")
    if ticket is not None:
        ticket.give_back()
