"""What is asked of the service, request by request."""

import asyncio
import itertools
import json
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scripts.lib.bench.client import request
from scripts.lib.bench.diaries import PASSWORD, Patient

CONNECTIONS = 16
_DAYS_WRITTEN = 300
_TREND = "/v1/trends/fibromyalgia"
_REPORT = f"{_TREND}/report.pdf"
TREND_OF_ONE, TREND_OF_TEN, TREND_OF_TREATED = "trend, 1 year", "trend, 10 years", "trend, 10 treated"
COLD_TREND_OF_ONE, COLD_TREND_OF_TEN, COLD_TREND_OF_TREATED = (
    f"{name}, made anew" for name in (TREND_OF_ONE, TREND_OF_TEN, TREND_OF_TREATED)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One sort of request, by all connections."""

    name: str
    requests: Callable[[], Sequence[Iterator[bytes]]]
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who asks."""

    writers: Sequence[Patient]
    """By REST."""
    pushers: Sequence[Patient]
    """By sync, and nobody else: a push meets no dispute."""
    of_a_year: Patient
    of_ten_years: Patient
    """A diary of ten years, treated in the last of them."""
    treated_ten_years: Patient
    of_five_years: Patient
    """1,825 days without a dose."""
    young: Patient
    """A diary of a year that one phone writes to; nobody writes to the others, so their summaries stand still."""
    of_twenty_years: Patient


def cases(people: People, port: int) -> list[Case]:
    """All of them; a 304 needs the summary's present tag, which is fetched here."""
    one, ten, treated = (each.tokens for each in (people.of_a_year, people.of_ten_years, people.treated_ten_years))
    year_ago = datetime.now(UTC).date() - timedelta(days=364)
    tag = _tag(port, _TREND, one[0])
    return [
        Case(name="PUT of a day", requests=lambda: [_puts(patient.tokens[0]) for patient in people.writers]),
        Case(name="list of a year", requests=_same(f"/v1/days?from={year_ago}&limit=366", one)),
        Case(name=TREND_OF_ONE, requests=_same(_TREND, one)),
        Case(name=TREND_OF_TEN, requests=_same(_TREND, ten)),
        Case(name=TREND_OF_TREATED, requests=_same(_TREND, treated)),
        Case(name=COLD_TREND_OF_ONE, requests=_never_kept(_TREND, one)),
        Case(name=COLD_TREND_OF_TEN, requests=_never_kept(_TREND, ten)),
        Case(name=COLD_TREND_OF_TREATED, requests=_never_kept(_TREND, treated)),
        Case(name="report as PDF, one by one", requests=_never_kept(_REPORT, treated[:1])),
        Case(
            name="trend unchanged (304)",
            requests=_same(_TREND, one, headers=(("If-None-Match", tag),)),
            status=304,
        ),
    ]


BARE = Case(name="bare handler", requests=lambda: [itertools.repeat(request("GET", "/")) for _ in range(CONNECTIONS)])


def sign_in_twice_at_once(port: int, email: str) -> None:
    """Two logins whose passwords are hashed at the same moment."""

    def sign_in() -> None:
        form = urllib.parse.urlencode({"grant_type": "password", "username": email, "password": PASSWORD}).encode()
        urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/auth/token", form, timeout=30).close()

    async def both() -> None:
        await asyncio.gather(asyncio.to_thread(sign_in), asyncio.to_thread(sign_in))

    asyncio.run(both())


def _puts(token: str) -> Iterator[bytes]:
    """Days that are new at first and changed ever after."""
    today = datetime.now(UTC).date()
    for number in itertools.count():
        turn, back = divmod(number, _DAYS_WRITTEN)
        day = today - timedelta(days=back)
        scores = {"pain": turn % 11, "sleep_disturbance": (turn + 3) % 11, "vivid_dreams": 2, "digestive_upset": 0}
        body = json.dumps({"local_date": day.isoformat(), "time_zone": "Europe/London", **scores})
        yield request("PUT", f"/v1/days/{day}", token=token, body=body.encode())


def _same(
    path: str, tokens: Sequence[str], headers: tuple[tuple[str, str], ...] = ()
) -> Callable[[], Sequence[Iterator[bytes]]]:
    return lambda: [itertools.repeat(request("GET", path, token=token, headers=headers)) for token in tokens]


def _never_kept(path: str, tokens: Sequence[str]) -> Callable[[], Sequence[Iterator[bytes]]]:
    """Each with a query that means nothing and was not seen before, so that its answer is made anew."""

    def asked(token: str) -> Iterator[bytes]:
        unseen = f"{path}?unseen={token[-8:]}.{datetime.now(UTC).timestamp()}"
        return (request("GET", f"{unseen}.{n}", token=token) for n in itertools.count())

    return lambda: [asked(token) for token in tokens]


def _tag(port: int, path: str, token: str) -> str:
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - our own service
        return answer.headers["ETag"]
