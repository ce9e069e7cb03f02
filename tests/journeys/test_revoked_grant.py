"""Fifty readers at once, and a patient who ends, pauses or lets run out what they read under.

No successful read begins after that was answered, and each answer is one row of the access log.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from starlette.testclient import TestClient

from app.config import Settings
from app.main import StandIns, create_app
from tests.support.clock import SettableClock
from tests.support.diary import Phone, days_from, write_doses
from tests.support.people import Person, sign_up
from tests.support.sharing import Shared, shared

READERS = 50
Ending = Callable[[AsyncClient, Shared], Awaitable[None]]


@dataclass(slots=True)
class Seen:
    """What the readers were answered: status and code, and when each began to ask."""

    ended_at: float = float("inf")
    many_served: asyncio.Event = field(default_factory=asyncio.Event)
    many_refused: asyncio.Event = field(default_factory=asyncio.Event)
    answers: Counter[str] = field(default_factory=Counter[str])
    latest_success: float = 0.0


async def _read(client: AsyncClient, grant: Shared, seen: Seen, until: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    while not until.is_set():
        began = loop.time()
        answer = await client.get(f"{grant.path}/doses", headers=grant.clinician.headers)
        if answer.status_code == 200:
            seen.answers["served"] += 1
            seen.latest_success = max(seen.latest_success, began)
        else:
            seen.answers[answer.json()["code"]] += 1
        if seen.answers["served"] >= READERS:
            seen.many_served.set()
        if seen.answers.total() - seen.answers["served"] >= READERS:
            seen.many_refused.set()


async def _race(app: FastAPI, grant: Shared, end: Ending) -> Seen:
    seen, over = Seen(), asyncio.Event()
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://test") as client,
    ):
        readers = [asyncio.create_task(_read(client, grant, seen, over)) for _ in range(READERS)]
        await seen.many_served.wait()
        await end(client, grant)
        seen.ended_at = asyncio.get_running_loop().time()
        await seen.many_refused.wait()
        over.set()
        await asyncio.gather(*readers)
    return seen


async def revoke(client: AsyncClient, grant: Shared) -> None:
    answer = await client.post(f"/v1/grants/{grant.id}/revoke", headers=grant.patient.headers)
    assert answer.status_code == 200


async def pause(client: AsyncClient, grant: Shared) -> None:
    answer = await client.post(f"/v1/grants/{grant.id}/pause", headers=grant.patient.headers)
    assert answer.status_code == 200


@pytest.fixture
def grant(settings: Settings, stand_ins: StandIns) -> Shared:
    with TestClient(create_app(settings, stand_ins)) as client:
        patient: Person = sign_up(client)
        write_doses(Phone(client, patient), days_from(stand_ins.clock().date() - timedelta(3), 3))
        return shared(client, patient, sign_up(client, role="clinician"), expires_at="2026-03-02T12:10:00Z")


@pytest.mark.parametrize("how", ["revoke", "pause", "expire"])
def test_no_read_that_starts_after_the_end_is_served(
    settings: Settings, stand_ins: StandIns, clock: SettableClock, grant: Shared, how: str
) -> None:
    async def expire(_client: AsyncClient, _grant: Shared) -> None:
        clock.advance(timedelta(minutes=10))

    ends: dict[str, Ending] = {"revoke": revoke, "pause": pause, "expire": expire}
    seen = asyncio.run(_race(create_app(settings, stand_ins), grant, ends[how]))
    assert seen.latest_success < seen.ended_at
    codes = {"revoke": "grant-revoked", "pause": "grant-paused", "expire": "grant-expired"}
    assert seen.answers.keys() == {"served", codes[how]}
    with TestClient(create_app(settings, stand_ins)) as client:
        found: Counter[str] = Counter()
        after: object = 0
        while after is not None:
            page = client.get(f"/v1/me/access-log?limit=1000&cursor={after}", headers=grant.patient.headers).json()
            found.update(row["code"] or row["outcome"] for row in page["items"])
            after = page["next_cursor"]
    assert found == seen.answers
