"""A diary as a phone writes it over HTTP."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from httpx2 import Response
from starlette.testclient import TestClient

from tests.support.people import Person

Fields = dict[str, Any]


def uuid7(number: int) -> str:
    """The id of a record that a phone made; ascending with the number."""
    return f"0198c0de-7a00-7cc3-98c4-{number:012x}"


@dataclass(frozen=True, slots=True)
class Sample:
    """One record of a kind, as a client makes it."""

    path: str
    id: str
    fields: Fields
    """All that its kind asks for, and nothing that the server can tell."""
    field: str
    """One of its fields that may change,"""
    other: object
    """to this."""
    told: Fields
    """What the server fills in."""
    required: frozenset[str] = frozenset[str]()
    """What no such record can be without."""

    @property
    def address(self) -> str:
        return f"/v1/{self.path}/{self.id}"


LONDON = {"time_zone": "Europe/London"}
SAMPLES = (
    Sample("days", "day-2026-03-01", {"pain": 6}, "pain", 4, {"local_date": "2026-03-01", **LONDON}),
    Sample(
        "moments",
        uuid7(1),
        {"at": "2026-03-01T14:30:00Z", "measure": "pain", "value": 7},
        "value",
        3,
        {"local_date": "2026-03-01", **LONDON},
        frozenset({"at", "measure", "value"}),
    ),
    Sample(
        "doses",
        uuid7(2),
        {"status": "taken", "mg": 1.5, "taken_at": "2026-03-01T22:15:00Z"},
        "mg",
        2.345,
        {"local_date": "2026-03-01", **LONDON},
        frozenset({"status"}),
    ),
    Sample(
        "regimen-steps",
        uuid7(3),
        {"starts_on": "2026-02-09", "mg": 1.5},
        "mg",
        3,
        {},
        frozenset({"starts_on", "mg"}),
    ),
    Sample("conditions", "fibromyalgia", {"status": "active"}, "status", "remission", {"code": "fibromyalgia"}),
    Sample("medications", uuid7(4), {"name": "Ibuprofen"}, "name", "Naproxen", {}, frozenset({"name"})),
    Sample(
        "events", uuid7(5), {"starts_on": "2026-02-20", "kind": "flare"}, "severity", 7, {}, frozenset({"starts_on"})
    ),
    Sample("impressions", "impression-2026-03-01", {"change": 3}, "change", 2, {"local_date": "2026-03-01"}),
    Sample(
        "measures",
        "grip",
        {"label": "Strength of grip", "direction": "higher_is_better"},
        "label",
        "Grip",
        {},
        frozenset({"label", "direction"}),
    ),
    Sample(
        "timing-plans",
        uuid7(6),
        {"starts_on": "2026-03-09", "weeks": 4, "seed": "a", "agreed_with_prescriber": True},
        "ended_on",
        "2026-03-20",
        # sha256("a:0") begins with 0x0e and sha256("a:1") with 0x2b
        {"order": ["bedtime", "morning", "morning", "bedtime"]},
        frozenset({"starts_on", "weeks", "seed", "agreed_with_prescriber"}),
    ),
    Sample("usuals", "pain", {"value": 6, "asked_on": "2026-01-05"}, "value", 7, {}, frozenset({"value", "asked_on"})),
)
"""One for each kind that clients write."""
BY_PATH: Mapping[str, Sample] = {sample.path: sample for sample in SAMPLES}


@dataclass(frozen=True, slots=True)
class Phone:
    """Somebody's session, and the diary behind it."""

    client: TestClient
    person: Person

    def get(self, address: str, **headers: str) -> Response:
        return self.client.get(address, headers=self._with(headers))

    def put(self, address: str, fields: object, **headers: str) -> Response:
        return self.client.put(address, json=fields, headers=self._with(headers))

    def patch(self, address: str, fields: object, **headers: str) -> Response:
        return self.client.patch(address, json=fields, headers=self._with(headers))

    def delete(self, address: str, **headers: str) -> Response:
        return self.client.delete(address, headers=self._with(headers))

    def stored(self, address: str, fields: object) -> dict[str, Any]:
        """What a write that must pass answers."""
        answer = self.put(address, fields)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    def _with(self, headers: Mapping[str, str]) -> dict[str, str]:
        return {**self.person.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}


def problem(answer: Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]


def field_faults(answer: Response) -> list[tuple[str, str]]:
    """Pointer and code of each fault of a 422."""
    assert problem(answer) == (422, "invalid"), answer.text
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


def days_from(first: date, count: int) -> list[date]:
    return [first + timedelta(number) for number in range(count)]


def write_days(phone: Phone, days: Iterable[date], **scores: int) -> None:
    zone = phone.person.account["time_zone"]
    write_records(
        phone, "day", {f"day-{day}": {"local_date": day.isoformat(), "time_zone": zone, **scores} for day in days}
    )


def write_doses(phone: Phone, nights: Iterable[date], **fields: object) -> None:
    always = {"status": "taken", "mg": 1.5, "time_zone": phone.person.account["time_zone"]} | fields
    doses = {uuid7(night.toordinal()): always | {"local_date": night.isoformat()} for night in nights}
    write_records(phone, "dose", doses)


def write_records(phone: Phone, kind: str, records: Mapping[str, Fields]) -> None:
    """By one push of a phone that has seen everything: a PUT of each would cost most of many tests' time."""
    seen = phone.get("/v1/sync/pull?limit=1").json()
    written = {"kind": kind, "op": "put", "base": seen["rev"]}
    body = {
        "device": str(uuid4()),
        "seq": 1,
        "schema": 1,
        "epoch": seen["epoch"],
        "mutations": [{**written, "id": name, "fields": fields} for name, fields in records.items()],
    }
    answer = phone.client.post("/v1/sync/push", json=body, headers=phone.person.headers)
    assert answer.status_code == 200, answer.text
    assert {result["status"] for result in answer.json()["results"]} <= {"applied", "merged", "unchanged"}, answer.text
