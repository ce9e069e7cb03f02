"""A diary as a file: taken out over HTTP, looked into, and brought into another account."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zipfile import ZipFile

from httpx2 import Response
from starlette.testclient import TestClient

from tests.support.people import Person

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Exported:
    """The zip of an export."""

    members: Mapping[str, bytes]

    @classmethod
    def of(cls, content: bytes) -> "Exported":
        with ZipFile(io.BytesIO(content)) as archive:
            assert archive.testzip() is None
            return cls({name: archive.read(name) for name in archive.namelist()})

    @property
    def json_text(self) -> bytes:
        return self.members["onset.json"]

    @property
    def whole(self) -> dict[str, Any]:
        return json.loads(self.json_text, parse_float=Decimal)

    def records(self) -> dict[Key, tuple[bool, dict[str, Any]]]:
        """Whether each is deleted, and its fields."""
        return {(each["kind"], each["id"]): (each["deleted"], each["fields"]) for each in self.whole["records"]}

    def history(self) -> dict[Key, list[tuple[Any, ...]]]:
        """What became of each, but for the revisions, which belong to one diary."""
        found: dict[Key, list[tuple[Any, ...]]] = {}
        for row in self.whole["history"]:
            told = tuple(row[name] for name in ("device", "seq", "at", "outcome", "changes"))
            found.setdefault((row["kind"], row["id"]), []).append(told)
        return found

    def table(self, kind: str) -> list[dict[str, str]]:
        """The rows of a kind's CSV."""
        return [*csv.DictReader(io.StringIO(self.members[f"csv/{kind}.csv"].decode(), newline=""), strict=True)]


def made_by_hand(days: Sequence[str], *, rev: int) -> dict[str, Any]:
    """The `onset.json` of a diary in which a phone wrote these days, all in one revision."""
    told = {"time_zone": "Europe/London", "pain": 3}
    keys = [{"kind": "day", "id": f"day-{day}", "rev": rev} for day in days]
    fields = [{"local_date": day, **told} for day in days]
    row = {"device": "phone-1", "seq": 1, "at": "2026-03-01T00:00:00Z", "outcome": "applied"}
    return {
        "format": "onset-export",
        "version": 1,
        "epoch": "e9",
        "rev": rev,
        "records": [{**key, "deleted": False, "fields": its} for key, its in zip(keys, fields, strict=True)],
        "history": [
            {**key, **row, "changes": {"old": dict.fromkeys(its), "new": its}}
            for key, its in zip(keys, fields, strict=True)
        ],
    }


def export(client: TestClient, person: Person) -> Exported:
    answer = client.get("/v1/me/export", headers=person.headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    return Exported.of(answer.content)


def bring(client: TestClient, person: Person, content: bytes, media_type: str = "application/json") -> Response:
    return client.post("/v1/me/import", content=content, headers={**person.headers, "Content-Type": media_type})


def brought(client: TestClient, person: Person, content: bytes, media_type: str = "application/json") -> dict[str, Any]:
    """What is answered to an import that must pass; the counts without those that are 0."""
    answer = bring(client, person, content, media_type)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    counts = {name: told.pop(name) for name in ("created", "updated", "unchanged", "kept")}
    return {**told, "counts": {name: count for name, count in counts.items() if count}}
