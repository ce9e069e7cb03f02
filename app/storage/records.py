"""The one table of records, read by kind and day; app/storage/ledger.py writes it.

Every statement names one patient, the one of the access; a test listens for those that don't.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, exists, select, text, tuple_

from app.domain.access import Guest, OwnDiary
from app.domain.ids import RecordId, Revision
from app.domain.records.kinds import Kind
from app.domain.records.listing import OPEN, Place, Window
from app.domain.records.record import Dated, KindName, StoredRecord
from app.domain.sessions import TokenInvalid
from app.storage.lines import Lines
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
_days = Lines(
    _of_kind.where(_from, _to)
    .order_by(records.c.local_day, records.c.id)
    .limit(bindparam("limit"))
    .offset(bindparam("skip")),
    records.c.local_day,
    records.c.id,
    records.c.fields,
)
_other = records.alias("other")
_dosed = exists().where(
    _other.c.patient == records.c.patient,
    _other.c.kind == records.c.kind,
    _other.c.local_day == records.c.local_day,
    ~_other.c.deleted,
    text("other.fields ->> 'status' IN ('taken', 'partial')"),
)
_quiet_nights = select(records.c.local_day).where(_MINE, QUIET, ~_dosed).distinct()
_revision = select(patient_state.c.rev).where(patient_state.c.patient == bindparam("patient"))

DayText = tuple[date, str]
"""The day of a record, and its fields as stored."""


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

    def days(
        self, kind: Kind, first: date, last: date | None = None, *, limit: int | None = None, skip: int = 0
    ) -> list[DayText]:
        """Day and stored text of the live records from `first` on, in ascending order of (day, id)."""
        return [(row.day, row.text) for row in self.dated(kind, first, last, limit=limit, skip=skip)]

    def dated(
        self, kind: Kind, first: date, last: date | None = None, *, limit: int | None = None, skip: int = 0
    ) -> list[Dated]:
        """The same with their ids."""
        values = {
            **self._mine,
            "kind": kind.name,
            "first": first.isoformat(),
            "last": (last or date.max).isoformat(),
            "limit": _MANY if limit is None else limit,
            "skip": skip,
        }
        return [
            Dated(date.fromisoformat(day), its, fields) for day, its, fields in _days.fetch(self._connection, values)
        ]

    def quiet_nights(self) -> list[date]:
        """The dates that have a dose record and none with status taken or partial."""
        return [date.fromisoformat(day) for day in self._connection.execute(_quiet_nights, self._mine).scalars()]

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
