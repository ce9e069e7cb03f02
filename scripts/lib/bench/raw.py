"""The same reads and writes by the driver alone: one connection, plain SQL, no HTTP."""

import itertools
import json
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import psycopg
from sqlalchemy import make_url

from app.storage import sqlite_library
from app.storage.engines import PRAGMAS

_TOGETHER = 16
DAYS_A_PUSH = 30
_KEY = "patient = {0} AND kind = 'day' AND id = {0}"
_COUNT = "UPDATE patient_state SET rev = rev + 1 WHERE patient = {0} RETURNING rev"
_KNOWN = f"SELECT kind, id, rev, deleted, fields, field_revs FROM records WHERE {_KEY}"  # noqa: S608 - constants
_CHANGE = f"UPDATE records SET rev = {{0}}, fields = {{0}} WHERE {_KEY}"  # noqa: S608 - constants
_HISTORY = (
    "INSERT INTO record_history (patient, kind, id, rev, ordinal, device, at, outcome, changes) "
    "VALUES ({0}, 'day', {0}, {0}, 0, 'raw', 0, 'updated', {0})"
)
_PUSH = f"UPDATE records SET rev = {{0}}, fields = {{0}}, field_revs = {{0}} WHERE {_KEY}"  # noqa: S608 - constants
_PUSH_HISTORY = (
    "INSERT INTO record_history (patient, kind, id, rev, ordinal, device, seq, at, outcome, changes) "
    "VALUES ({0}, 'day', {0}, {0}, 0, {0}, {0}, 1790000000000000, 'applied', {0})"
)
_DAYS_WRITTEN = 300
_YEAR = (
    "SELECT kind, id, rev, deleted, fields FROM records "
    "WHERE patient = {0} AND kind = 'day' AND NOT deleted AND local_day >= {0} ORDER BY local_day, id LIMIT 366"
)
_FIELDS = '{"fatigue":6,"local_date":"2026-01-01","pain":5,"sleep_disturbance":6,"time_zone":"Europe/London"}'
_PUSHED = ("digestive_upset", "fatigue", "low_mood", "pain", "sleep_disturbance", "vivid_dreams")
_PUSHED_FIELDS = json.dumps(
    {**dict.fromkeys(_PUSHED, 5), "local_date": "2026-01-01", "time_zone": "Europe/London"}, separators=(",", ":")
)
_PUSHED_CHANGES = json.dumps(
    {"old": dict.fromkeys(_PUSHED, 4), "new": dict.fromkeys(_PUSHED, 5)}, separators=(",", ":")
)
_CHANGES = '{"old":{"pain":4},"new":{"pain":5}}'


class Raw:
    """A connection of the driver that the service uses."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self._is_sqlite = parsed.get_backend_name() == "sqlite"
        self._connection: Any
        if self._is_sqlite:
            self._connection = sqlite_library.driver.connect(parsed.database, isolation_level=None)
            for pragma in PRAGMAS:
                self._connection.execute(pragma)
        else:
            plain = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
            self._connection = psycopg.connect(plain, autocommit=True)

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()

    def puts(self, patient: int, duration_s: float) -> float:
        """Changed days a second: counter, record and history, 16 in a transaction as the service groups them."""
        day = date.today() - timedelta(days=1)  # noqa: DTZ011 - any day of the diary

        def group() -> int:
            self._run("BEGIN IMMEDIATE" if self._is_sqlite else "BEGIN")
            for _ in range(_TOGETHER):
                (rev,) = self._run(_COUNT, patient).fetchone()
                self._run(_KNOWN, patient, f"day-{day}").fetchone()
                self._run(_CHANGE, rev, _FIELDS, patient, f"day-{day}")
                self._run(_HISTORY, patient, f"day-{day}", rev, _CHANGES)
            self._run("COMMIT")
            return _TOGETHER

        return _rate(group, duration_s)

    def pushes(self, patient: int, duration_s: float) -> float:
        """Changed days a second, as pushes of 30: counter, records and history, 16 pushes in a transaction.

        The rows are as long as those that a phone's push of six scores a day leaves.
        """
        days = [f"day-{date.today() - timedelta(days=back)}" for back in range(_DAYS_WRITTEN)]  # noqa: DTZ011
        device, turns = str(uuid4()), itertools.cycle(range(0, _DAYS_WRITTEN, DAYS_A_PUSH))

        def group() -> int:
            self._run("BEGIN IMMEDIATE" if self._is_sqlite else "BEGIN")
            for _ in range(_TOGETHER):
                (rev,) = self._run(_COUNT, patient).fetchone()
                origins = json.dumps(dict.fromkeys(_PUSHED, (rev, device)), separators=(",", ":"))
                turn = next(turns)
                pushed = days[turn : turn + DAYS_A_PUSH]
                self._run_many(_PUSH, [(rev, _PUSHED_FIELDS, origins, patient, day) for day in pushed])
                rows = [(patient, day, rev, device, rev, _PUSHED_CHANGES) for day in pushed]
                self._run_many(_PUSH_HISTORY, rows)
            self._run("COMMIT")
            return _TOGETHER * DAYS_A_PUSH

        return _rate(group, duration_s)

    def years(self, patient: int, duration_s: float) -> float:
        """Lists of a year of days, a second."""
        first = (date.today() - timedelta(days=364)).isoformat()  # noqa: DTZ011 - as above

        def one() -> int:
            self._run(_YEAR, patient, first).fetchall()
            return 1

        return _rate(one, duration_s)

    def _run_many(self, statement: str, values: Sequence[tuple[object, ...]]) -> None:
        cursor = self._connection.cursor()
        cursor.executemany(statement.format("?" if self._is_sqlite else "%s"), values)
        cursor.close()

    def _run(self, statement: str, *values: object) -> Any:  # noqa: ANN401 - a cursor of either driver
        return self._connection.execute(statement.format("?" if self._is_sqlite else "%s"), values)


def _rate(work: Callable[[], int], duration_s: float) -> float:
    began, done = time.perf_counter(), 0
    while (passed := time.perf_counter() - began) < duration_s:
        done += work()
    return done / passed


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRates:
    """What one connection of the driver alone does in a second."""

    puts: float
    """Days changed one at a time."""
    pushed_days: float
    """Days changed 30 at a time."""
    years: float
    """Lists of a year."""


def raw_rates(url: str, patient: int, duration_s: float) -> RawRates:
    """For a patient with a diary of a year or more."""
    with closing(Raw(url)) as raw:
        return RawRates(
            puts=raw.puts(patient, duration_s),
            pushed_days=raw.pushes(patient, duration_s),
            years=raw.years(patient, duration_s),
        )
