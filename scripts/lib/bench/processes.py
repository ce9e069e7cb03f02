"""The processes that are measured: the service, and a bare handler on the same server."""

import asyncio
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_LONGEST_START_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One that answers on a port of this machine."""

    port: int
    pid: int

    def cpu_s(self) -> float:
        """What it has used so far, all threads together."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND

    def memory_mb(self, name: str = "VmRSS") -> float:
        """Its resident memory: `VmRSS` now, `VmHWM` at most so far."""
        lines = Path(f"/proc/{self.pid}/status").read_text("ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


@contextmanager
def service(data: Path, database_url: str | None) -> Generator[Process]:
    """The service as `scripts/serve` runs it, without the limits on requests."""
    url = {"ONSET_DATABASE_URL": database_url} if database_url else {}
    environment = {**os.environ, "ONSET_LIMITS": "off", "ONSET_LOG_LEVEL": "warning", **url}
    port = _free_port()
    with _running(["app.cli", "serve", "--data", str(data), "--port", str(port)], port, "/readyz", environment) as it:
        yield it


@contextmanager
def bare() -> Generator[Process]:
    """A handler that does nothing."""
    port = _free_port()
    with _running([__name__, str(port)], port, "/", dict(os.environ)) as it:
        yield it


@contextmanager
def _running(module: Sequence[str], port: int, path: str, environment: dict[str, str]) -> Generator[Process]:
    started = subprocess.Popen([sys.executable, "-m", *module], env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait(port, path, started)
        yield Process(port=port, pid=started.pid)
    finally:
        started.terminate()
        started.wait()


def _wait(port: int, path: str, started: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _LONGEST_START_S
    while time.monotonic() < until and started.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5).close()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
        else:
            return
    sys.exit(f"{started.args} did not start")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def _serve_bare(port: int) -> None:
    app = FastAPI()

    @app.api_route("/", methods=["GET", "PUT"])
    async def nothing() -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]  the router calls it
        return {"nothing": "to do"}

    config = uvicorn.Config(app, host="127.0.0.1", port=port, loop="uvloop", http="httptools", access_log=False)
    asyncio.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    _serve_bare(int(sys.argv[1]))
