"""The service is killed in the middle of its writes, again and again: nothing that it acknowledged is lost or doubled.

A few rounds by default; `ONSET_TEST_KILL_ROUNDS=50` asks for more, and `-s` shows what came of each.
"""

import json
import os
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from random import Random
from urllib.parse import urlencode

from sqlalchemy import text

from app.config import Settings
from app.storage.engines import make_engine
from tests.support.people import PASSWORD
from tests.support.process import process

ROUNDS = int(os.environ.get("ONSET_TEST_KILL_ROUNDS", "3"))
PATIENTS = 3
WRITERS_EACH = 2
DAYS = [f"2026-01-{day:02}" for day in range(1, 13)]


@dataclass(slots=True)
class Ledger:
    """What was sent, and what the service said of it; a mark is the note of one write, and of no other."""

    sent: dict[str, str] = field(default_factory=dict[str, str])
    """The patient of each mark."""
    acknowledged: dict[str, int] = field(default_factory=dict[str, int])
    """The revision that the service named for a mark."""
    refused: Counter[int] = field(default_factory=Counter[int])
    grew: threading.Condition = field(default_factory=threading.Condition)

    def acknowledge(self, mark: str, revision: int) -> None:
        with self.grew:
            self.acknowledged[mark] = revision
            self.grew.notify_all()

    def wait_for(self, more: int) -> None:
        """Until so many more were acknowledged."""
        with self.grew:
            wanted = len(self.acknowledged) + more
            assert self.grew.wait_for(lambda: len(self.acknowledged) >= wanted, timeout=60)


class Client:
    """One connection of one patient."""

    def __init__(self, port: int, email: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self._headers = {"Content-Type": "application/json"}
        self._email = email

    def close(self) -> None:
        self._connection.close()

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> tuple[int, dict[str, object]]:
        self._connection.request(method, path, body, {**self._headers, **headers})
        answer = self._connection.getresponse()
        return answer.status, json.loads(answer.read())

    def sign_up(self) -> None:
        body = {"email": self._email, "password": PASSWORD, "time_zone": "UTC", "role": "patient"}
        assert self.ask("POST", "/v1/accounts", json.dumps(body))[0] == 201

    def sign_in(self) -> "Client":
        form = urlencode({"grant_type": "password", "username": self._email, "password": PASSWORD})
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        status, tokens = self.ask("POST", "/v1/auth/token", form, **kind)
        assert status == 200
        self._headers["Authorization"] = f"Bearer {tokens['access_token']}"
        return self

    def write(self, ledger: Ledger, numbers: Iterator[int], chance: Random) -> None:
        """Writes until the service is gone."""
        try:
            while True:
                mark = f"mark {next(numbers)}"
                ledger.sent[mark] = self._email
                path = f"/v1/days/{chance.choice(DAYS)}"
                status, stored = self.ask("PUT", path, json.dumps({"note": mark, "pain": chance.randint(0, 10)}))
                if status in {200, 201}:
                    ledger.acknowledge(mark, int(str(stored["rev"])))
                else:
                    ledger.refused[status] += 1
        except (OSError, HTTPException, ValueError):
            self.close()  # the last mark is unknown: stored or not


def seeded(seed: float) -> Random:
    return Random(seed)  # noqa: S311 - which days, and when to kill


def emails() -> list[str]:
    return [f"patient{number}@example.org" for number in range(PATIENTS)]


def kill_while_writing(settings: Settings, ledger: Ledger, numbers: Iterator[int], chance: Random) -> None:
    with process(settings) as service:
        clients = [Client(service.port, email).sign_in() for email in emails() for _ in range(WRITERS_EACH)]
        writers = [
            threading.Thread(target=client.write, args=(ledger, numbers, seeded(chance.random()))) for client in clients
        ]
        for writer in writers:
            writer.start()
        ledger.wait_for(chance.randint(1, 120))
        service.kill()
        for writer in writers:
            writer.join()


HISTORY = """
    SELECT a.email, h.id, h.rev, CAST(h.changes AS TEXT) FROM record_history AS h
    JOIN accounts AS a ON a.key = h.patient ORDER BY h.patient, h.rev
"""
RECORDS = (
    "SELECT a.email, r.id, r.rev, CAST(r.fields AS TEXT) FROM records AS r JOIN accounts AS a ON a.key = r.patient"
)
STATES = "SELECT a.email, s.rev FROM patient_state AS s JOIN accounts AS a ON a.key = s.patient"


def check(settings: Settings, ledger: Ledger) -> int:
    """Holds the database against the ledger; answers how many unknown writes were stored."""
    engine = make_engine(settings.resolved_database_url(), read_only=True)
    with engine.connect().execution_options(any_patient=True) as connection:
        history = connection.execute(text(HISTORY)).all()
        records = connection.execute(text(RECORDS)).all()
        states = {row.email: row.rev for row in connection.execute(text(STATES))}
    marks = [(json.loads(changes)["new"]["note"], email, rev) for email, _, rev, changes in history]
    stored = {mark: rev for mark, _, rev in marks}
    assert ledger.acknowledged.items() <= stored.items(), "an acknowledged write is lost, or has another revision"
    assert len(marks) == len(stored), "a write is stored twice"
    assert all(ledger.sent[mark] == email for mark, email, _ in marks), "a write stands in another patient's diary"
    revisions: defaultdict[str, list[int]] = defaultdict(list)
    latest: dict[tuple[str, str], tuple[int, str]] = {}
    for email, record_id, rev, changes in history:
        revisions[email].append(rev)
        latest[email, record_id] = (rev, json.loads(changes)["new"]["note"])
    assert {email: [*range(2, rev + 1)] for email, rev in states.items()} == {
        email: revisions[email] for email in states
    }, "the revisions have a gap or a double"
    assert latest == {(email, name): (rev, json.loads(fields)["note"]) for email, name, rev, fields in records}
    return len(stored.keys() - ledger.acknowledged.keys())


def check_over_http(settings: Settings, ledger: Ledger) -> None:
    """What the service shows after its last death is what the database holds, and it goes on writing."""
    with process(settings) as service:
        for email in emails():
            with closing(Client(service.port, email).sign_in()) as client:
                _, listed = client.ask("GET", "/v1/days?limit=100")
                assert {ledger.sent[note] for note in re.findall(r"mark \d+", json.dumps(listed))} == {email}
                assert client.ask("PUT", f"/v1/days/{DAYS[0]}", json.dumps({"note": "the end"}))[0] in {200, 201}


def test_what_was_acknowledged_outlives_every_kill(settings: Settings) -> None:
    ledger, numbers = Ledger(), count(1)
    chance = seeded(1)
    with process(settings) as service:
        for email in emails():
            with closing(Client(service.port, email)) as client:
                client.sign_up()
    for number in range(1, ROUNDS + 1):
        before = len(ledger.sent), len(ledger.acknowledged)
        kill_while_writing(settings, ledger, numbers, chance)
        stored = check(settings, ledger)
        sent, acknowledged = len(ledger.sent) - before[0], len(ledger.acknowledged) - before[1]
        print(f"round {number}: {sent} sent, {acknowledged} acknowledged, {stored} unknown ones stored so far")  # noqa: T201 - for -s
    assert ledger.refused == {}
    check_over_http(settings, ledger)
    print(f"{ROUNDS} kills, {len(ledger.acknowledged)} acknowledged writes: 0 lost, 0 double, 0 crossing patients")  # noqa: T201 - for -s
