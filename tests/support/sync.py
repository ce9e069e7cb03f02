"""A device that pushes and pulls over HTTP exactly what a test says, and keeps nothing but its sequence."""

from dataclasses import dataclass
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from tests.support.people import Person

Json = dict[str, Any]
DAY = "day-2026-03-01"


def put(base: int, fields: Json, *, changed: list[str] | None = None, kind: str = "day", record_id: str = DAY) -> Json:
    """A mutation; that of a day names its date and zone by itself."""
    told = {"local_date": record_id[-10:], "time_zone": "Europe/London"} if kind == "day" else {}
    named = {} if changed is None else {"changed": changed}
    return {"kind": kind, "op": "put", "id": record_id, "base": base, "fields": told | fields, **named}


def delete(base: int, *, kind: str = "day", record_id: str = DAY) -> Json:
    return {"kind": kind, "op": "delete", "id": record_id, "base": base}


@dataclass(slots=True)
class Device:
    """One of somebody's devices."""

    client: TestClient
    person: Person
    name: str
    seq: int = 0

    @property
    def epoch(self) -> str:
        return self.pull()["epoch"]

    def post(self, seq: int, *mutations: object, **other: object) -> Response:
        """A push as it stands."""
        body = {"device": self.name, "seq": seq, "schema": 1, "epoch": self.epoch, "mutations": mutations, **other}
        return self.client.post("/v1/sync/push", json=body, headers=self.person.headers)

    def push(self, *mutations: object) -> Json:
        """The next push, which is accepted."""
        self.seq += 1
        answer = self.post(self.seq, *mutations)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def one(self, mutation: Json) -> Json:
        """The result of a push of one mutation."""
        (result,) = self.push(mutation)["results"]
        return result

    def get(self, address: str, **query: object) -> Response:
        params = {name: str(value) for name, value in query.items()}
        return self.client.get(address, params=params, headers=self.person.headers)

    def pull(self, **query: object) -> Json:
        answer = self.get("/v1/sync/pull", **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def everything(self, **query: object) -> list[Json]:
        """All changes, page by page."""
        found: list[Json] = []
        page = self.pull(**query)
        while True:
            found += page["changes"]
            if not page["has_more"]:
                return found
            page = self.pull(**query, cursor=page["cursor"])

    def history(self, record_id: str = DAY, kind: str = "day", **query: object) -> Json:
        answer = self.get("/v1/sync/history", kind=kind, id=record_id, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()
