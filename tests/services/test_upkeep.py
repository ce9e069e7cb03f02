"""What the service does unasked."""

import asyncio
import os
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import cast

from fastapi import FastAPI
from starlette.testclient import TestClient

from app.config import Settings
from app.domain.ids import AccountId
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


def test_erasures_that_were_left_behind_are_settled(client: TestClient, patient: Person, settings: Settings) -> None:
    parts: Parts = cast("FastAPI", client.app).state.parts
    there, gone, new = AccountId(patient.account["id"]), AccountId("gone"), AccountId("new")
    for account in (there, gone, new):
        parts.erasures.intend(account)
    for path in (settings.data / "erasing").iterdir():
        if path.name != sha256(new.encode()).hexdigest():
            os.utime(path, (0, 0))
    assert parts.erasures.among([there, gone, new]) == [there, gone, new]
    assert client.portal is not None
    assert client.portal.call(tidied, parts, 0.2)
    assert parts.erasures.among([there, gone, new]) == [gone, new], "what is under way is left alone"
    assert (settings.data / "erased.txt").read_text() == f"{sha256(gone.encode()).hexdigest()}\n"
    assert client.get("/v1/me", headers=patient.headers).status_code == 200


def test_a_folder_that_cannot_be_read_ends_nothing(client: TestClient, settings: Settings) -> None:
    parts: Parts = cast("FastAPI", client.app).state.parts
    parts.erasures.intend(AccountId("gone"))
    (left,) = (settings.data / "erasing").iterdir()
    os.utime(left, (0, 0))
    (settings.data / "erased.txt").mkdir()
    assert client.portal is not None
    assert client.portal.call(tidied, parts, 0.1)
    assert left.exists()
