"""Many write to one diary at once while others pull: whatever was acknowledged is delivered (sync, section 6, P4)."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from httpx2 import AsyncClient

from app.config import Settings
from tests.support.people import PASSWORD
from tests.support.process import process

WRITERS, POLLERS, ROUNDS = 12, 3, 12
ZONE = {"time_zone": "Europe/London"}


def day_of(writer: int, number: int) -> str:
    return (date(2020, 1, 1) + timedelta(days=writer * ROUNDS + number)).isoformat()


class Diary:
    """One account, by many devices."""

    def __init__(self, client: AsyncClient) -> None:
        self.client = client
        self.epoch = ""
        self.acknowledged: dict[str, int] = {}
        """The score of each day whose write was answered."""

    async def sign_up(self) -> None:
        account = {"email": "many@example.org", "password": PASSWORD, **ZONE}
        assert (await self.client.post("/v1/accounts", json=account)).status_code == 201
        form = {"grant_type": "password", "username": "many@example.org", "password": PASSWORD}
        token = (await self.client.post("/v1/auth/token", data=form)).json()["access_token"]
        self.client.headers["Authorization"] = f"Bearer {token}"
        self.epoch = (await self.pull())["epoch"]

    async def pull(self, **query: str) -> Any:  # noqa: ANN401 - a JSON answer
        answer = await self.client.get("/v1/sync/pull", params={"limit": "5", **query})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def push_days(self, writer: int) -> None:
        """A device that pushes two days at a time, by turns with REST writes of one."""
        device = str(uuid4())
        for number in range(0, ROUNDS, 3):
            days = [day_of(writer, number), day_of(writer, number + 1)]
            mutations = [
                {"kind": "day", "op": "put", "id": f"day-{day}", "base": 0, "fields": {"pain": writer % 11, **ZONE}}
                for day in days
            ]
            body = {"device": device, "seq": number // 3 + 1, "schema": 1, "epoch": self.epoch, "mutations": mutations}
            answer = await self.client.post("/v1/sync/push", json=body)
            assert answer.status_code == 200, answer.text
            self.acknowledged |= dict.fromkeys(days, writer % 11)
            by_rest = day_of(writer, number + 2)
            answer = await self.client.put(f"/v1/days/{by_rest}", json={"pain": writer % 11, **ZONE})
            assert answer.status_code == 201, answer.text
            self.acknowledged[by_rest] = writer % 11

    async def follow(self, until: asyncio.Event) -> dict[str, int]:
        """A device that pulls small pages until all is written, and then what is left."""
        held: dict[str, int] = {}
        cursor: dict[str, str] = {}
        while True:
            was_over = until.is_set()
            page = await self.pull(**cursor)
            held |= {change["fields"]["local_date"]: change["fields"]["pain"] for change in page["changes"]}
            cursor = {"cursor": page["cursor"]}
            if was_over and not page["has_more"]:
                return held


async def write_and_follow(port: int) -> tuple[dict[str, int], list[dict[str, int]]]:
    async with AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        diary, over = Diary(client), asyncio.Event()
        await diary.sign_up()
        followers = [asyncio.create_task(diary.follow(over)) for _ in range(POLLERS)]
        await asyncio.gather(*(diary.push_days(writer) for writer in range(WRITERS)))
        over.set()
        return diary.acknowledged, await asyncio.gather(*followers)


def test_whatever_was_acknowledged_reaches_everyone_who_pulls(settings: Settings) -> None:
    with process(settings) as service:
        acknowledged, held = asyncio.run(write_and_follow(service.port))
    assert len(acknowledged) == WRITERS * ROUNDS
    assert held == [acknowledged] * POLLERS
