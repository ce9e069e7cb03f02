"""The HTTP server as this service runs it: uvloop, our protocol, a stop that cuts nothing."""

import asyncio
import ctypes
import gc
import resource
from collections.abc import Callable
from typing import Any

import uvicorn

from app.api.admission import Admission
from app.api.protocol import Deadlines, ServerConfig

_GRACEFUL_STOP_S = 30
_MOST_FILES = 65_536
_ALLOCATIONS_BETWEEN_COLLECTIONS = 20_000
_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3  # of malloc.h
_LARGE_BLOCK_BYTES = 256 * 1024


class Server(uvicorn.Server):
    """Tells streams and long polls that the service stops, then lets everything under way end."""

    def __init__(self, config: uvicorn.Config, stopping: asyncio.Event, on_start: Callable[[int], None] | None) -> None:
        super().__init__(config)
        self._stopping = stopping
        self._on_start = on_start

    async def startup(self, sockets: Any = None) -> None:  # noqa: ANN401  as in the base class
        """Called once; after it, connections are accepted."""
        await super().startup(sockets)
        if self._on_start and self.started:
            self._on_start(self.servers[0].sockets[0].getsockname()[1])

    async def shutdown(self, sockets: Any = None) -> None:  # noqa: ANN401  as in the base class
        """Called once, when the process was told to stop."""
        self._stopping.set()
        await super().shutdown(sockets)


def server(  # noqa: PLR0913  each can be set by the operator or by a test
    app: Any,  # noqa: ANN401  as in uvicorn.Config
    *,
    host: str,
    port: int,
    admission: Admission,
    stopping: asyncio.Event,
    deadlines: Deadlines | None = None,
    on_start: Callable[[int], None] | None = None,
) -> Server:
    """A server for one process; `run()` serves until SIGTERM or SIGINT, port 0 takes a free one.

    `stopping` is set when the stop begins: whoever streams or waits without end has to look at it, since the stop waits
    for them, 30 seconds at most. `on_start` is told the port once connections are accepted.
    """
    config = ServerConfig(
        app,
        deadlines=deadlines or Deadlines(),
        admission=admission,
        host=host,
        port=port,
        loop="uvloop",
        lifespan="on",
        timeout_graceful_shutdown=_GRACEFUL_STOP_S,
    )
    return Server(config, stopping, on_start)


def raise_file_limit() -> None:
    """Each connection is a file to the system, which by default allows 1,024 though the hard limit is far higher."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (enough, hard))


def tame_malloc() -> None:
    """Has all threads allocate from two heaps, and large blocks go back to the system, before the first thread starts.

    By default glibc gives each thread a heap of its own, and what one has freed no other can use: 7 MB more after a
    day's load. And once a large block was freed it takes blocks of that size from the heaps: a login then leaves its
    19 MB behind. Other C libraries have no such thing, and nothing to set.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 2)
        mallopt(_M_MMAP_THRESHOLD, _LARGE_BLOCK_BYTES)


def settle_memory() -> None:
    """Takes what is loaded by now out of the garbage collector's sight, for a process that does nothing but serve.

    Else each full collection walks all modules, routes and models, and holds up every answer for a tenth of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS_BETWEEN_COLLECTIONS, 20, 20)
