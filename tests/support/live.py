"""The whole service on a port of its own, at the address that it tells others, with the clock of the machine."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

import httpx2
from starlette.testclient import TestClient

from app.config import Settings
from app.main import StandIns, create_app
from tests.support.clock import SettableClock
from tests.support.serving import serving


@contextmanager
def live(settings: Settings, stand_ins: StandIns) -> Generator[TestClient]:
    """A client of it; readers of links hold the time they expire against their own clock."""
    app = create_app(settings, replace(stand_ins, clock=SettableClock(datetime.now(UTC))))
    with serving(app) as running:
        address = f"http://127.0.0.1:{running.port}"
        with httpx2.Client(base_url=address) as client:
            yield cast("TestClient", client)
