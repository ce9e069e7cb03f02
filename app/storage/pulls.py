"""What a phone has not seen yet, in order of revisions, and proof that it has all."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, tuple_

from app.domain.access import OwnDiary
from app.domain.ids import RecordId, Revision
from app.domain.records.record import KindName, StoredRecord
from app.storage.records import SHOWN, stored
from app.storage.tables import record_history, records

_WANTED = (records.c.patient == bindparam("patient"), records.c.kind.in_(bindparam("kinds", expanding=True)))
_ORDER = (records.c.rev, records.c.kind, records.c.id)
_after = select(*SHOWN).where(*_WANTED, records.c.rev > bindparam("after")).order_by(*_ORDER).limit(bindparam("limit"))
_whole = select(*SHOWN).where(*_WANTED, records.c.rev == bindparam("at")).order_by(*_ORDER)
_up_to = select(*SHOWN).where(*_WANTED, records.c.rev <= bindparam("up_to")).order_by(*_ORDER)
_counts = select(records.c.kind, func.count()).where(*_WANTED, ~records.c.deleted).group_by(records.c.kind)
_lines = select(records.c.kind, records.c.id, records.c.rev).where(*_WANTED).order_by(records.c.kind, records.c.id)
_PLACE = (record_history.c.rev, record_history.c.ordinal)
_history = (
    select(
        *_PLACE,
        record_history.c.device,
        record_history.c.seq,
        record_history.c.at,
        record_history.c.outcome,
        record_history.c.changes,
    )
    .where(
        record_history.c.patient == bindparam("patient"),
        record_history.c.kind == bindparam("kind"),
        record_history.c.id == bindparam("id"),
        tuple_(*_PLACE) > tuple_(bindparam("after_rev"), bindparam("after_ordinal")),
    )
    .order_by(*_PLACE)
    .limit(bindparam("limit"))
)


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A row of a record's history."""

    rev: Revision
    ordinal: int
    device: str
    seq: int | None
    at: datetime
    outcome: str
    old: dict[str, Any]
    new: dict[str, Any]


class Pulls:
    """The diary of the patient of one access, as phones fetch it."""

    def __init__(self, connection: Connection, access: OwnDiary) -> None:
        self._connection = connection
        self._mine = {"patient": access.patient}

    def after(self, rev: Revision, kinds: Sequence[KindName], *, limit: int) -> tuple[list[StoredRecord], bool]:
        """At least `limit` records and tombstones beyond the revision, if there are as many, and whether more follow.

        In order of revisions, of which none is cut in two.
        """
        values = {**self._mine, "kinds": kinds, "after": rev, "limit": limit + 1}
        page = self._fetch(_after, values)
        if len(page) <= limit:
            return page, False
        last = page[limit - 1].rev
        if page[limit].rev != last:
            return page[:limit], True
        whole = self._fetch(_whole, {**self._mine, "kinds": kinds, "at": last})
        page = [record for record in page if record.rev < last] + whole
        beyond = self._fetch(_after, {**self._mine, "kinds": kinds, "after": last, "limit": 1})
        return page, bool(beyond)

    def holding(self, fields: dict[KindName, frozenset[str]], *, up_to: Revision) -> list[StoredRecord]:
        """The records up to the revision that hold one of the named fields, or any where a kind names none."""
        found = self._fetch(_up_to, {**self._mine, "kinds": list(fields), "up_to": up_to})
        return [record for record in found if not (newer := fields[record.kind]) or newer & record.fields.keys()]

    def counts(self, kinds: Sequence[KindName]) -> dict[str, int]:
        """The live records of each kind that has any."""
        rows = self._connection.execute(_counts, {**self._mine, "kinds": kinds})
        return {kind: count for kind, count in rows}  # noqa: C416 - rows are not pairs to the type checker

    def digest(self, kinds: Sequence[KindName]) -> str:
        """SHA-256 over the sorted lines `kind:id:rev`, each ended by a newline, of records and tombstones."""
        rows = self._connection.execute(_lines, {**self._mine, "kinds": kinds})
        lines = sorted(f"{kind}:{record_id}:{rev}\n" for kind, record_id, rev in rows)
        return f"sha256:{sha256(''.join(lines).encode()).hexdigest()}"

    def history(self, kind: str, record_id: RecordId, *, after: tuple[int, int], limit: int) -> list[HistoryRow]:
        """Rows of a record's history beyond a place (revision, ordinal), the oldest first."""
        values = {
            **self._mine,
            "kind": kind,
            "id": record_id,
            "after_rev": after[0],
            "after_ordinal": after[1],
            "limit": limit,
        }
        return [
            HistoryRow(Revision(rev), ordinal, device, seq, at, outcome, **json.loads(changes))
            for rev, ordinal, device, seq, at, outcome, changes in self._connection.execute(_history, values)
        ]

    def _fetch(self, query: Any, values: dict[str, Any]) -> list[StoredRecord]:  # noqa: ANN401 - any select of SHOWN
        return [stored(row) for row in self._connection.execute(query, values)]
