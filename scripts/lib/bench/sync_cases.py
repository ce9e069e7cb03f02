"""What phones ask of sync, request by request."""

import gzip
import itertools
import json
import random
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from scripts.lib.bench.cases import Case, People
from scripts.lib.bench.client import request
from scripts.lib.bench.diaries import Patient

_MEASURES = ("pain", "sleep_disturbance", "vivid_dreams", "digestive_upset", "fatigue", "low_mood")
_DAYS_WRITTEN = 300
_NEW = 30
GZIP = (("Accept-Encoding", "gzip"),)


@dataclass(slots=True)
class Phone:
    """A device that pushes and pulls; it goes on counting from round to round."""

    token: str
    epoch: str
    rev: int
    device: str = field(default_factory=lambda: str(uuid4()))
    seq: int = 0
    written: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - the same every time

    def pushes(self, days: int) -> Iterator[bytes]:
        """Pushes of so many days each, new at first and changed ever after."""
        while True:
            self.seq += 1
            body = json.dumps(
                {
                    "device": self.device,
                    "seq": self.seq,
                    "schema": 1,
                    "epoch": self.epoch,
                    "mutations": [self._mutation() for _ in range(days)],
                }
            )
            yield request("POST", "/v1/sync/push", token=self.token, body=body.encode())

    def pulls(self) -> Iterator[bytes]:
        """Pulls of the last changes."""
        return itertools.repeat(self._pull(self.rev - _NEW))

    def first_pulls(self) -> Iterator[bytes]:
        """All of the days in two pages, one after the other, again and again."""
        half = f"/v1/sync/pull?kinds=day&limit=1000&epoch={self.epoch}&since="
        pages = [request("GET", f"{half}{since}", token=self.token, headers=GZIP) for since in (0, 1000 + 3)]
        return itertools.cycle(pages)

    def mixed(self) -> Iterator[bytes]:
        """A push of a day, a pull, a push of 30, a pull."""
        one, many = self.pushes(1), self.pushes(_NEW)
        while True:
            yield next(one)
            yield self._pull(self.rev + self.seq - 1)
            yield next(many)
            yield self._pull(self.rev + self.seq - 1)

    def _pull(self, since: int) -> bytes:
        path = f"/v1/sync/pull?since={since}&epoch={self.epoch}&limit=500&schema=1&device={self.device}"
        return request("GET", path, token=self.token)

    def _mutation(self) -> dict[str, object]:
        self.written += 1
        day = _today() - timedelta(days=self.written % _DAYS_WRITTEN)
        scores = {measure: self.chance.randrange(11) for measure in _MEASURES}
        fields = {"local_date": day.isoformat(), "time_zone": "Europe/London", **scores}
        return {
            "kind": "day",
            "op": "put",
            "id": f"day-{day}",
            "base": self.rev,
            "fields": fields,
            "changed": [*scores],
        }


PUSH_OF_ONE, PUSH_OF_MANY, PULL, FIRST_SYNC, MIXED = (
    "push of 1 day",
    f"push of {_NEW} days",
    f"pull of {_NEW}",
    "first sync, half of 1,825",
    "mixed pushes and pulls",
)
OF_ONE_YEAR, OF_TWENTY_YEARS = "1 year, one phone", "20 years, one phone"


def cases(people: People, port: int) -> list[Case]:
    """All of them: by 16 phones at once, then by one phone of a young diary and of an old one."""
    writers = phones(port, people.pushers)
    readers = phones(port, [people.of_a_year])
    newcomers = phones(port, [people.of_five_years])
    found = [
        Case(name=PUSH_OF_ONE, requests=lambda: [phone.pushes(1) for phone in writers]),
        Case(name=PUSH_OF_MANY, requests=lambda: [phone.pushes(_NEW) for phone in writers]),
        Case(name=PULL, requests=lambda: [phone.pulls() for phone in readers]),
        Case(name=FIRST_SYNC, requests=lambda: [phone.first_pulls() for phone in newcomers]),
        Case(name=MIXED, requests=lambda: [phone.mixed() for phone in writers]),
    ]
    for age, patient in ((OF_ONE_YEAR, people.young), (OF_TWENTY_YEARS, people.of_twenty_years)):
        phone = phones(port, [patient])[0]
        found.append(Case(name=f"{PULL}, {age}", requests=lambda phone=phone: [phone.pulls()]))
        found.append(Case(name=f"{PUSH_OF_MANY}, {age}", requests=lambda phone=phone: [phone.pushes(_NEW)]))
    return found


def phones(port: int, patients: Sequence[Patient]) -> list[Phone]:
    """A phone for each device of the patients."""
    return [_phone(port, token) for patient in patients for token in patient.tokens]


def first_sync_bytes(port: int, token: str) -> int:
    """What a first sync of the days weighs, compressed."""
    cursor, weight = "", 0
    while True:
        answer, size = _get(port, f"/v1/sync/pull?kinds=day&limit=1000&cursor={cursor}", token, compressed=True)
        weight += size
        if not answer["has_more"]:
            return weight
        cursor = answer["cursor"]


def _phone(port: int, token: str) -> Phone:
    answer, _ = _get(port, "/v1/sync/pull?limit=1", token)
    return Phone(token=token, epoch=answer["epoch"], rev=answer["rev"])


def _get(port: int, path: str, token: str, *, compressed: bool = False) -> tuple[dict[str, Any], int]:
    headers = {"Authorization": f"Bearer {token}"} | (dict(GZIP) if compressed else {})
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path.replace('&cursor=', '&cursor=', 1)}", headers=headers)
    with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - our own service
        body = answer.read()
    return json.loads(gzip.decompress(body) if answer.headers["Content-Encoding"] == "gzip" else body), len(body)


def _today() -> date:
    return datetime.now(UTC).date()
