"""A load of requests over kept-open connections, with as little work for each as Python allows."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_LATEST_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What came of it."""

    answers: int
    duration_s: float
    statuses: Counter[int]
    latencies_s: Sequence[float]
    """Ascending."""

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.duration_s

    def latency_ms(self, share: float) -> float:
        """The latency that this share of the answers did not exceed."""
        return self.latencies_s[min(int(share * len(self.latencies_s)), len(self.latencies_s) - 1)] * 1000


class _Connection(asyncio.Protocol):
    """Asks, waits for the whole answer, asks again, until the time is over."""

    def __init__(self, asked: Iterator[bytes], until: float, ended: asyncio.Future[None]) -> None:
        self._asked = asked
        self._until = until
        self._ended = ended
        self._arrived = bytearray()
        self._asked_at = 0.0
        self.statuses: Counter[int] = Counter()
        self.latencies_s: list[float] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a TCP connection's
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._arrived += data
        end = self._arrived.find(b"\r\n\r\n")
        if end < 0 or len(self._arrived) < end + 4 + _content_length(self._arrived, end):
            return
        now = time.perf_counter()
        self.latencies_s.append(now - self._asked_at)
        self.statuses[int(self._arrived[9:12])] += 1
        self._arrived.clear()
        if now < self._until:
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._ended.done():
            self._ended.set_exception(exc) if exc else self._ended.set_result(None)

    def _ask(self) -> None:
        self._asked_at = time.perf_counter()
        self._transport.write(next(self._asked))


def _content_length(head: bytearray, end: int) -> int:
    at = head.find(b"\r\ncontent-length: ", 0, end)
    return 0 if at < 0 else int(head[at + 18 : head.find(b"\r\n", at + 18)])


async def load(port: int, asked: Sequence[Iterator[bytes]], duration_s: float) -> Load:
    """One connection for each iterator, all at once, for so long."""
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    connections: list[_Connection] = []
    ends: list[asyncio.Future[None]] = []
    for each in asked:
        ended = loop.create_future()
        _, connection = await loop.create_connection(
            lambda each=each, ended=ended: _Connection(each, began + duration_s, ended), "127.0.0.1", port
        )
        connections.append(connection)
        ends.append(ended)
    await asyncio.wait_for(asyncio.gather(*ends), duration_s + _LATEST_S)
    statuses: Counter[int] = Counter()
    for connection in connections:
        statuses += connection.statuses
    latencies_s = sorted(latency for connection in connections for latency in connection.latencies_s)
    return Load(
        answers=len(latencies_s),
        duration_s=time.perf_counter() - began,
        statuses=statuses,
        latencies_s=latencies_s,
    )


def request(
    method: str, path: str, *, token: str = "", body: bytes = b"", headers: tuple[tuple[str, str], ...] = ()
) -> bytes:
    """A request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in headers)]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body
