"""Two workers on one PostgreSQL: what a phone writes through one wakes the phones that wait at the other."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import closing, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import text

from app.config import Settings
from app.storage.engines import make_engine, one_statement
from tests.support.events import Events, events
from tests.support.people import PASSWORD
from tests.support.process import process
from tests.support.waiting import until

pytestmark = pytest.mark.parametrize("engine_name", ["postgresql"])

LISTENERS = "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
WRITTEN = 20


@dataclass(frozen=True, slots=True)
class Worker:
    """A process of the service, as one patient meets it."""

    port: int
    headers: dict[str, str]

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> dict[str, Any]:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, body, {"Content-Type": "application/json"} | self.headers | headers)
            answer = connection.getresponse()
            assert answer.status in {200, 201}
            return json.loads(answer.read())

    def put_day(self, pain: int) -> int:
        """The revision that the write took."""
        return self.ask("PUT", "/v1/days/2026-03-01", json.dumps({"pain": pain % 11, "note": str(pain)}))["rev"]

    def poll(self, since: int) -> list[int]:
        """The revisions of what is new, as soon as there is anything."""
        pulled = self.ask("GET", f"/v1/sync/pull?since={since}", Prefer="wait=60")
        return [change["rev"] for change in pulled["changes"]]


Ask = Callable[[str], list[tuple[object, ...]]]


@pytest.fixture
def ask(database_url: str) -> Iterator[Ask]:
    """Asks the server."""
    with one_statement(make_engine(database_url)).connect() as connection:
        yield lambda statement: [tuple(row) for row in connection.execute(text(statement))]


@pytest.fixture
def workers(settings: Settings, tmp_path: Path, ask: Ask) -> Iterator[tuple[Worker, Worker]]:
    """Two that listen, and know the same patient."""
    with process(settings) as one, process(settings.model_copy(update={"data": tmp_path / "two"})) as two:
        nobody = Worker(one.port, {})
        nobody.ask(
            "POST", "/v1/accounts", json.dumps({"email": "a@example.org", "password": PASSWORD, "time_zone": "UTC"})
        )
        form = urlencode({"grant_type": "password", "username": "a@example.org", "password": PASSWORD})
        tokens = nobody.ask("POST", "/v1/auth/token", form, **{"Content-Type": "application/x-www-form-urlencoded"})
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        until(lambda: len(ask(f"SELECT 1 {LISTENERS}")) == 2)
        yield Worker(one.port, headers), Worker(two.port, headers)


def hear(stream: Events, rev: int) -> None:
    """Until the revision is told; those before it may be passed over."""
    told = stream.revision()
    while told < rev:
        told = stream.revision()
    assert told == rev


def test_each_write_through_one_worker_reaches_a_stream_at_either(workers: tuple[Worker, Worker]) -> None:
    one, two = workers
    with events(one.port, one.headers) as near, events(two.port, two.headers) as far:
        assert (near.revision(), far.revision()) == (1, 1)
        for number in range(WRITTEN):
            rev = (one, two)[number % 2].put_day(number)
            hear(near, rev)
            hear(far, rev)


def test_a_write_through_one_worker_answers_the_poll_at_the_other(workers: tuple[Worker, Worker]) -> None:
    one, two = workers
    known = 1
    with ThreadPoolExecutor(1) as pool:
        for number in range(5):
            poll = pool.submit(two.poll, known)
            with suppress(FutureTimeout):  # time to arrive: it has nothing to answer yet
                assert poll.result(0.1) == []
            rev = one.put_day(number)
            assert poll.result() == [rev]
            known = rev


def test_a_worker_whose_connections_were_ended_goes_on_to_hear(workers: tuple[Worker, Worker], ask: Ask) -> None:
    one, two = workers
    with events(two.port, two.headers) as far:
        far.revision()
        hear(far, one.put_day(0))
        for number in range(1, 4):
            ask(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            hear(far, one.put_day(number))
