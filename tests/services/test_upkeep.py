"""What the service does unasked."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

from fastapi import FastAPI
from starlette.testclient import TestClient

from app.config import Settings
from app.services.parts import Parts
from app.services.upkeep import keep_tidy
from app.storage.database import Database
from tests.support.clock import SettableClock
from tests.support.links import kept_files, visit_link
from tests.support.people import Person, sign_up


async def tidied(parts: Parts, for_s: float) -> bool:
    """Lets it work for a while, and says whether it still does."""
    working = asyncio.create_task(keep_tidy(parts, first_s=0.0, every_s=0.01))
    await asyncio.sleep(for_s)
    lives = not working.done()
    working.cancel()
    return lives


def test_old_files_go_by_themselves(
    client: TestClient, patient: Person, clock: SettableClock, settings: Settings
) -> None:
    for _ in range(22):  # more than go at once
        visit_link(client, patient)
    clock.advance(timedelta(days=8))
    parts: Parts = cast("FastAPI", client.app).state.parts
    assert kept_files(settings) == 22
    assert client.portal is not None
    assert client.portal.call(tidied, parts, 0.3)
    assert kept_files(settings) == 0
    late = visit_link(client, sign_up(client))
    assert client.portal.call(tidied, parts, 0.05)
    assert late.get().status_code == 200


def test_an_outage_ends_nothing(client: TestClient, tmp_path: Path) -> None:
    parts: Parts = cast("FastAPI", client.app).state.parts
    away = Database(f"sqlite:///{tmp_path / 'nowhere' / 'onset.db'}")
    assert client.portal is not None
    assert client.portal.call(tidied, replace(parts, database=away), 0.1)
    away.close()
