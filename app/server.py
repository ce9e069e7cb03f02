"""The HTTP server as this service runs it: uvloop, our protocol, a stop that cuts nothing."""

import asyncio
import resource
from typing import Any

import uvicorn

from app.api.admission import Admission
from app.api.protocol import Deadlines, ServerConfig

_GRACEFUL_STOP_S = 30
_MOST_FILES = 65_536


class Server(uvicorn.Server):
    """Tells streams and long polls that the service stops, then lets everything under way end."""

    def __init__(self, config: uvicorn.Config, stopping: asyncio.Event) -> None:
        super().__init__(config)
        self._stopping = stopping

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
) -> Server:
    """A server for one process; `run()` serves until SIGTERM or SIGINT, port 0 takes a free one.

    `stopping` is set when the stop begins: whoever streams or waits without end has to look at it, since the stop waits
    for them, 30 seconds at most.
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
    return Server(config, stopping)


def raise_file_limit() -> None:
    """Each connection is a file to the system, which by default allows 1,024 though the hard limit is far higher."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (enough, hard))
