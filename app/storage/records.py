"""The one table of records, read by kind and day; app/storage/ledger.py writes it.

Every statement names one patient, the one of the access; a test listens for those that don't.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, bindparam, literal_column, select, text, tuple_

from app.domain.access import Guest, OwnDiary
from app.domain.ids import RecordId, Revision
from app.domain.records.kinds import DAY, Kind
from app.domain.records.listing import OPEN, Place, Window
from app.domain.records.record import Dated, KindName, StoredRecord
from app.domain.sessions import TokenInvalid
from app.storage.lines import DatedTexts, Lines
from app.storage.tables import QUIET, patient_state, records

_MINE = records.c.patient == bindparam("patient")
_THIS = (_MINE, records.c.kind == bindparam("kind"), records.c.id == bindparam("id"))
SHOWN = (records.c.kind, records.c.id, records.c.rev, records.c.deleted, records.c.fields)

_one = select(*SHOWN).where(*_THIS)
_several = select(*SHOWN).where(
    _MINE, records.c.kind == bindparam("kind"), records.c.id.in_(bindparam("ids", expanding=True))
)
_MANY = 2**31 - 1
_live = select(records.c.id).where(_MINE, ~records.c.deleted)
_of_kind = _live.where(records.c.kind == bindparam("kind"))
_from = records.c.local_day >= bindparam("first")
_to = records.c.local_day <= bindparam("last")
_dated = records.c.local_day != ""
_after = tuple_(records.c.local_day, records.c.id) > tuple_(bindparam("after_day"), bindparam("after_id"))
_LISTED = (records.c.local_day, records.c.id, records.c.kind, records.c.rev, records.c.fields)
_few = Lines(_live.where(records.c.kind.in_(bindparam("kinds", expanding=True))), *_LISTED)
_before = Lines(
    _of_kind.where(records.c.local_day < bindparam("day"), _dated)
    .order_by(records.c.local_day.desc(), records.c.id.desc())
    .limit(bindparam("limit")),
    *_LISTED,
)
# The id of a day is its date: by the primary key SQLite reads it in a third of the time that its index of dates takes.
_DAY_ID: ColumnElement[str] = literal_column("'day-'", Text)
_DAYS = (records.c.id >= _DAY_ID + bindparam("first"), records.c.id <= _DAY_ID + bindparam("last"))
_between = _of_kind.where(_from, _to)
_in_turn = _between.order_by(records.c.local_day, records.c.id).limit(bindparam("limit")).offset(bindparam("skip"))
_dated_rows = Lines(_between, records.c.local_day, records.c.id, records.c.fields)
_some_days = DatedTexts(records.c.local_day, records.c.fields, _in_turn)
_QUIET_NIGHTS = f"""
SELECT DISTINCT local_day FROM records {{quiet}} WHERE patient = :patient AND {QUIET} AND NOT EXISTS (
    SELECT 1 FROM records AS other {{dated}} WHERE other.patient = records.patient AND other.kind = 'dose'
    AND other.local_day = records.local_day AND NOT other.deleted
    AND other.fields ->> 'status' IN ('taken', 'partial')
)
"""  # noqa: S608 - what is put in are names of indexes
# SQLite, which knows no numbers of rows, would read every dose, and all of them again for each quiet night; told an
# index, it refuses any other way.
_quiet_nights_on = {
    "sqlite": text(
        _QUIET_NIGHTS.format(
            quiet="INDEXED BY ix_records_quiet_nights", dated="INDEXED BY ix_records_patient_kind_local_day"
        )
    ),
    "postgresql": text(_QUIET_NIGHTS.format(quiet="", dated="")),
}
_revision = select(patient_state.c.rev).where(patient_state.c.patient == bindparam("patient"))


class Records:
    """The records of the patient of one access; a guest's are only ever read by app/services/visible.py."""

    def __init__(self, connection: Connection, access: OwnDiary | Guest) -> None:
        self._connection = connection
        self._access = access
        self._mine = {"patient": access.patient}

    def get(self, kind: Kind, record_id: RecordId) -> StoredRecord | None:
        """The record or its tombstone; None where there never was one."""
        row = self._connection.execute(_one, {**self._mine, "kind": kind.name, "id": record_id}).one_or_none()
        return None if row is None else stored(row)

    def present(self, places: Iterable[tuple[KindName, RecordId]]) -> dict[tuple[KindName, RecordId], StoredRecord]:
        """The records and tombstones of these kinds and ids, those that there are."""
        wanted: dict[KindName, set[RecordId]] = {}
        for kind, record_id in places:
            wanted.setdefault(kind, set()).add(record_id)
        found = (
            stored(row)
            for kind, ids in wanted.items()
            for row in self._connection.execute(_several, {**self._mine, "kind": kind, "ids": sorted(ids)})
        )
        return {(record.kind, record.id): record for record in found}

    def listed(
        self, kind: Kind, window: Window = OPEN, *, after: Place | None = None, limit: int | None = None
    ) -> list[StoredRecord]:
        """Live records in ascending order of (day, id); an end of the window leaves out records without a day."""
        values: dict[str, object] = {**self._mine, "kind": kind.name, "limit": _MANY if limit is None else limit}
        if window.first is not None:
            values["first"] = window.first
        if window.last is not None:
            values["last"] = window.last
        if after is not None:
            values |= {"after_day": after.day, "after_id": after.id}
        query = _listed(window.first is not None, window.last is not None, after is not None)
        return [_listed_record(*cells) for cells in query.fetch(self._connection, values)]

    def before(self, kind: Kind, day: str, *, limit: int) -> list[StoredRecord]:
        """The live records with a day before this one, the latest first."""
        values = {**self._mine, "kind": kind.name, "day": day, "limit": limit}
        return [_listed_record(*cells) for cells in reversed(_before.fetch(self._connection, values))]

    def days(self, kinds: Sequence[Kind], first: date, last: date) -> list[str]:
        """For each kind the live records from `first` to `last`.

        They come as a JSON array of arrays `[day, fields as stored]`, in no order.
        """
        query = _days(tuple(kind.name for kind in kinds))
        return query.fetch(self._connection, {**self._mine, **_dates(first, last)})

    def some_days(self, kind: Kind, first: date, last: date, *, limit: int, skip: int = 0) -> str:
        """The same of one kind, and only so many, counted in ascending order of (day, id)."""
        values = {**self._mine, **_dates(first, last), "kind": kind.name, "limit": limit, "skip": skip}
        return _some_days.fetch(self._connection, values)[0]

    def dated(self, kind: Kind, first: date, last: date) -> list[Dated]:
        """The live records from `first` to `last`, in ascending order of (day, id)."""
        found = _dated_rows.fetch(self._connection, {**self._mine, **_dates(first, last), "kind": kind.name})
        return [Dated(date.fromisoformat(day), its, fields) for day, its, fields in found]

    def quiet_nights(self) -> list[date]:
        """The dates that have a dose record and none with status taken or partial."""
        found = self._connection.execute(_quiet_nights_on[self._connection.dialect.name], self._mine).scalars()
        return [date.fromisoformat(day) for day in found]

    def revision(self) -> Revision:
        """The diary's present revision; refuses with TokenInvalid where it was erased since the caller was let in."""
        return there(self._connection.execute(_revision, self._mine).scalar_one_or_none())

    def of_kinds(self, kinds: Sequence[Kind]) -> list[StoredRecord]:
        """All live records of kinds of which a patient has few, such as steps, conditions, medicines."""
        values = {**self._mine, "kinds": [kind.name for kind in kinds]}
        return [_listed_record(*cells) for cells in _few.fetch(self._connection, values)]


def there(revision: int | None) -> Revision:
    """The revision; refuses with TokenInvalid where the diary was erased since the caller was let in."""
    if revision is None:
        raise TokenInvalid
    return Revision(revision)


def _dates(first: date, last: date) -> dict[str, str]:
    return {"first": first.isoformat(), "last": last.isoformat()}


@cache
def _days(kinds: tuple[KindName, ...]) -> DatedTexts:
    queries = (_live.where(records.c.kind == kind, *(_DAYS if kind == DAY.name else (_from, _to))) for kind in kinds)
    return DatedTexts(records.c.local_day, records.c.fields, *queries)


@cache
def _listed(has_first: bool, has_last: bool, is_after: bool) -> Lines:  # noqa: FBT001 - which of the filters apply
    query = _of_kind.order_by(records.c.local_day, records.c.id).limit(bindparam("limit"))
    if has_first:
        query = query.where(_from)
    if has_last:
        query = query.where(_to, _dated)
    if is_after:
        query = query.where(_after)
    return Lines(query, *_LISTED)


def _listed_record(_day: str, record_id: str, kind: str, rev: str, text: str) -> StoredRecord:
    return StoredRecord(kind=KindName(kind), id=RecordId(record_id), rev=Revision(int(rev)), deleted=False, text=text)


def stored(row: Sequence[Any]) -> StoredRecord:
    """The record of a row that begins with `SHOWN`."""
    kind, record_id, rev, deleted, text = row[:5]
    return StoredRecord(kind=KindName(kind), id=RecordId(record_id), rev=Revision(rev), deleted=deleted, text=text)
