"""A patient's diary, written and read through the database's own two verbs, without HTTP."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any, TypeVar

from sqlalchemy import text

from app.domain.access import Operator, OwnDiary, Role
from app.domain.accounts import Settings
from app.domain.ids import AccountId, PatientKey, RecordId, Revision, SessionId, SessionKey
from app.domain.records.kinds import DAY, Kind
from app.domain.records.record import StoredRecord, Value
from app.domain.sync.change import Delete, Merged, Put
from app.storage.database import Database
from app.storage.logins import NewLogin
from app.storage.work import Work

T = TypeVar("T")

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class HistoryRow:
    kind: str
    id: str
    rev: int
    device: str
    outcome: str
    old: dict[str, Any]
    new: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Diary:
    """One patient on one device."""

    database: Database
    access: OwnDiary

    def on_another_device(self) -> "Diary":
        return Diary(self.database, replace(self.access, session_id=SessionId(f"session-{next(_numbers)}")))

    def read(self, work: Callable[[Work], T]) -> T:
        return asyncio.run(self.database.read(self.access, work))

    def write(self, work: Callable[[Work], T]) -> T:
        return asyncio.run(self.database.write(self.access, work))

    def put(
        self,
        kind: Kind,
        record_id: str,
        fields: Mapping[str, Value],
        *,
        expected: int | None = None,
        replaces: bool = False,
    ) -> Merged:
        return self.write(putting(kind, record_id, fields, expected=expected, replaces=replaces))

    def put_day(self, day: str, **scores: Value) -> Merged:
        return self.write(putting_day(day, **scores))

    def delete(self, kind: Kind, record_id: str, *, expected: int | None = None) -> Merged:
        change = Delete(kind=kind, id=RecordId(record_id))
        return self.write(lambda work: work.ledger.write(change, expected=_revision(expected), at=AT))

    def get(self, kind: Kind, record_id: str) -> StoredRecord | None:
        return self.read(lambda work: work.records.get(kind, RecordId(record_id)))

    def revision(self) -> int:
        return self.read(revision)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query answers in which `:patient` is this one."""
        with self.database.primary.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), {"patient": self.access.patient})]

    def history(self) -> list[HistoryRow]:
        """All of it, in order of revisions."""
        columns = "kind, id, rev, device, outcome, CAST(changes AS TEXT)"
        found = self.rows(f"SELECT {columns} FROM record_history WHERE patient = :patient ORDER BY rev, kind, id")  # noqa: S608 - made of literals
        return [
            HistoryRow(kind, record_id, rev, device, outcome, **json.loads(changes))
            for kind, record_id, rev, device, outcome, changes in found
        ]


def new_diary(database: Database) -> Diary:
    """A new patient's, with nothing in it."""
    number = next(_numbers)
    login = NewLogin(
        id=AccountId(f"account-{number}"),
        email=f"patient{number}@example.org",
        role=Role.PATIENT,
        settings=Settings(time_zone="Europe/London"),
        password_hash="none",
        epoch="e1",
        created_at=AT,
    )
    account = asyncio.run(database.write(Operator(reason="test"), lambda work: work.logins.add(login)))
    access = OwnDiary(
        account=account.key,
        account_id=account.id,
        role=Role.PATIENT,
        session=SessionKey(number),
        session_id=SessionId(f"session-{number}"),
        patient=PatientKey(account.key),
        time_zone="Europe/London",
        locale="en",
        day_start_minutes=240,
        revision=Revision(1),
    )
    return Diary(database, access)


def putting(
    kind: Kind,
    record_id: str,
    fields: Mapping[str, Value],
    *,
    expected: int | None = None,
    replaces: bool = False,
) -> Callable[[Work], Merged]:
    """The unit of work that puts a record."""
    change = Put(kind=kind, id=RecordId(record_id), fields=fields, replaces=replaces)
    return lambda work: work.ledger.write(change, expected=_revision(expected), at=AT)


def putting_day(day: str, **scores: Value) -> Callable[[Work], Merged]:
    """The unit of work that puts scores of a day."""
    return putting(DAY, f"day-{day}", scores)


def revision(work: Work) -> int:
    """The unit of work that reads the diary's revision."""
    return work.records.revision()


def _revision(number: int | None) -> Revision | None:
    return None if number is None else Revision(number)
