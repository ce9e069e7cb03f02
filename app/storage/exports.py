"""A whole diary with its history, a row at a time: for a file of the patient's own."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from app.domain.access import OwnDiary
from app.domain.ids import Device, RecordId, Revision
from app.domain.records.record import KindName, StoredRecord
from app.domain.sync.past import PastRow, kept_entry
from app.storage.records import SHOWN, stored
from app.storage.tables import record_history, records

_AT_ONCE: Final = 500
_COLUMNS = (
    record_history.c.kind,
    record_history.c.id,
    record_history.c.rev,
    record_history.c.device,
    record_history.c.seq,
    record_history.c.at,
    record_history.c.outcome,
    record_history.c.changes,
)
_OWN = record_history.c.patient == bindparam("patient")
_records = select(*SHOWN).where(records.c.patient == bindparam("patient")).order_by(records.c.kind, records.c.id)
_history = select(*_COLUMNS).where(_OWN).order_by(*record_history.primary_key.columns)
_past = select(*_COLUMNS).where(
    _OWN, record_history.c.kind == bindparam("kind"), record_history.c.id.in_(bindparam("ids", expanding=True))
)

HistoryCells = tuple[str, str, int, str, int | None, datetime, str, str]
"""Kind, id, revision, device, push, instant, outcome and `changes` as JSON text."""


class Exports:
    """The diary of the patient of one access, from one view."""

    def __init__(self, connection: Connection, access: OwnDiary) -> None:
        self._connection = connection
        self._mine = {"patient": access.patient}

    def records(self) -> Iterator[StoredRecord]:
        """All records and tombstones, by kind and id."""
        return map(stored, self._stream(_records))

    def history(self) -> Iterator[HistoryCells]:
        """All that became of each, the oldest first."""
        for row in self._stream(_history):
            yield (*row,)

    def past(self, kind: KindName, ids: Sequence[RecordId]) -> Iterator[PastRow]:
        """What the history holds of some records."""
        for row in self._connection.execute(_past, {**self._mine, "kind": kind, "ids": ids}):
            yield PastRow(
                kind=KindName(row.kind),
                id=RecordId(row.id),
                device=Device(row.device),
                seq=row.seq,
                at=row.at,
                entry=kept_entry(row.outcome, row.changes),
                rev=Revision(row.rev),
            )

    def _stream(self, query: Any) -> Iterator[Any]:  # noqa: ANN401 - a select of any columns
        yield from self._connection.execute(query, self._mine, execution_options={"yield_per": _AT_ONCE})
