"""The service as its operator runs it: a process of its own, which can be killed."""

import os
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.config import Settings

ROOT = Path(__file__).resolve().parents[2]
_SAYS_WHERE = "Onset is at http://127.0.0.1:"
_LONGEST_START_S = 60


@dataclass(frozen=True, slots=True)
class Process:
    port: int
    _started: "subprocess.Popen[str]"

    def kill(self) -> None:
        """SIGKILL: it has no chance to finish anything."""
        self._started.kill()
        self._started.wait()


@contextmanager
def process(settings: Settings) -> Generator[Process]:
    """`serve` on a free port, until the block ends or it is killed."""
    environment = {
        **os.environ,
        "ONSET_DATA": str(settings.data),
        "ONSET_DATABASE_URL": settings.resolved_database_url(),
        "ONSET_LIMITS": "off",
        "ONSET_LOG_LEVEL": "error",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "app.cli", "serve", "--port", "0"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as started:
        gives_up = threading.Timer(_LONGEST_START_S, started.kill)
        gives_up.start()
        try:
            assert started.stdout
            said = next((line for line in started.stdout if line.startswith(_SAYS_WHERE)), "")
            gives_up.cancel()
            assert said, "the service did not start"
            threading.Thread(target=started.stdout.read, daemon=True).start()  # so that it never waits for a reader
            yield Process(int(said.removeprefix(_SAYS_WHERE).split()[0]), started)
        finally:
            gives_up.cancel()
            started.kill()
