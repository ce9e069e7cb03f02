"""A diary as it becomes when several phones and a browser write it for a while: edits, deletes, revivals, disputes."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from starlette.testclient import TestClient

from tests.support.diary import SAMPLES, uuid7
from tests.support.people import Person
from tests.support.sync import Device, Json

Key = tuple[str, str]

_SCORES = (0, 3, 6, 10, None)
_TAKEN_AT = ("2026-03-01T22:15:00Z", "2026-03-02T00:20:00+01:00", None)
_DAY: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("pain", "fatigue", "headache", "own:grip", "sleep_quality"), _SCORES),
    "note": ("=1+1 \u00fc \U0001f600", "so-so", None),
    "skipped": (["fatigue", "own:grip"], ["pain"], [], None),
    "time_zone": ("Asia/Tokyo", "Europe/London"),
}
_MENU: dict[Key, tuple[Json, dict[str, tuple[Any, ...]]]] = {
    **{("day", f"day-2026-02-{number}"): ({}, _DAY) for number in (25, 26, 27, 28)},
    ("dose", uuid7(2)): (
        {"status": "taken", "local_date": "2026-03-01"},
        {"mg": (1.5, 3, 4.505, None), "taken_at": _TAKEN_AT, "status": ("partial", "skipped"), "note": ("x", None)},
    ),
    ("dose", uuid7(12)): ({"status": "held", "local_date": "2026-03-01"}, {"reason": ("a", "b", None)}),
    ("moment", uuid7(1)): (SAMPLES[1].fields, {"value": (0, 1, 2), "note": ("after lunch", None)}),
    ("regimen_step", uuid7(3)): (SAMPLES[3].fields, {"ends_on": ("2026-02-20", "2026-03-01", None), "mg": (2, 4.5)}),
    ("condition", "fibromyalgia"): ({}, {"status": ("active", "remission"), "target_measures": (["pain"], None)}),
    ("condition", uuid7(20)): ({"label": "Something rare"}, {"label": ("Rare", "Rarer"), "primary_measure": ("pain",)}),
    ("medication", uuid7(4)): ({"name": "Ibuprofen"}, {"conditions": ([uuid7(20)], []), "note": ("as needed", None)}),
    ("event", uuid7(5)): (SAMPLES[6].fields, {"severity": _SCORES, "condition": ("fibromyalgia", None)}),
    ("impression", "impression-2026-03-01"): ({}, {"change": (1, 4, 7, None)}),
    ("measure", "grip"): (SAMPLES[8].fields, {"label": ("Grip", "Strength"), "retired": (True, False, None)}),
    ("timing_plan", uuid7(6)): (SAMPLES[9].fields, {"ended_on": ("2026-03-20", None)}),
    ("usual", "pain"): (SAMPLES[10].fields, {"value": (5, 6)}),
}
"""For each record what it can't be without, and what may be written to its fields."""
_BROKEN: tuple[Json, ...] = ({"pain": 99}, {"nothing": 1}, {"note": "\0"}, {})
_PATHS = {"day": "days", "medication": "medications", "event": "events"}


@dataclass(slots=True)
class Writers:
    """Three phones and a browser of one person, whose choices chance makes."""

    client: TestClient
    person: Person
    chance: Random
    phones: list[Device] = field(default_factory=list[Device])
    seen: dict[tuple[str, Key], int] = field(default_factory=dict[tuple[str, Key], int])
    """The revision of each record that a phone saw last."""

    def write(self, pushes: int) -> None:
        self.phones = [Device(self.client, self.person, f"phone-{number}") for number in (1, 2, 3)]
        for _ in range(pushes):
            if self.chance.random() < 0.2:
                self._edit_in_the_browser()
            phone = self.chance.choice(self.phones)
            if self.chance.random() < 0.4:
                self._look(phone)
            mutations = [self._mutation(phone) for _ in range(self.chance.randint(1, 8))]
            for result in phone.push(*mutations, *self._settling(phone))["results"]:
                if result["record"] and self.chance.random() < 0.8:
                    self.seen[phone.name, (result["kind"], result["id"])] = result["record"]["rev"]

    def _look(self, phone: Device) -> None:
        self.seen |= {(phone.name, (each["kind"], each["id"])): each["rev"] for each in phone.everything()}

    def _mutation(self, phone: Device) -> Json:
        key = self.chance.choice([*_MENU])
        about = {"kind": key[0], "id": key[1], "base": self.seen.get((phone.name, key), 0)}
        choice = self.chance.random()
        if choice < 0.2:
            return {**about, "op": "delete"}
        fields = dict(self.chance.choice(_BROKEN)) if choice < 0.25 else self._fields(key)
        named = {"changed": self.chance.sample([*fields], len(fields) // 2)} if choice > 0.7 else {}
        return {**about, "op": "put", "fields": fields, **named}

    def _fields(self, key: Key) -> Json:
        needed, others = _MENU[key]
        names = self.chance.sample([*others], self.chance.randint(1, len(others)))
        return {**needed, **{name: self.chance.choice(others[name]) for name in names}}

    def _settling(self, phone: Device) -> list[Json]:
        open_ones = [each for each in phone.pull(kinds="conflict")["changes"] if each["fields"]["status"] == "open"]
        chosen = [each for each in open_ones if self.chance.random() < 0.2]
        about = [{"kind": "conflict", "op": "put", "id": each["id"], "base": each["rev"]} for each in chosen]
        return [{**each, "fields": {"status": "settled"}} for each in about]

    def _edit_in_the_browser(self) -> None:
        """A whole record is replaced, or deleted."""
        key = self.chance.choice([key for key in _MENU if key[0] in _PATHS])
        address = f"/v1/{_PATHS[key[0]]}/{key[1]}"
        found = self.client.get(address, headers=self.person.headers)
        named = {**self.person.headers, **({"If-Match": found.headers["etag"]} if found.status_code == 200 else {})}
        if found.status_code == 200 and self.chance.random() < 0.2:
            assert self.client.delete(address, headers=named).status_code == 204
        else:
            answer = self.client.put(address, json=self._fields(key), headers=named)
            assert answer.status_code in {200, 201}, answer.text
