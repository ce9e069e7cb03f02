"""What a phone has not seen yet, in order of revisions, and proof that it has all."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Select, Text, bindparam, case, cast, func, literal, select, tuple_

from app.domain.access import OwnDiary
from app.domain.ids import Device, RecordId, Revision
from app.domain.records.kinds import KINDS
from app.domain.records.record import KindName
from app.domain.sync.epoch import Standing
from app.storage.devices import STANDING, standing_of
from app.storage.lines import Lines
from app.storage.tables import record_history, records

_MINE = records.c.patient == bindparam("patient")
_WANTED = (_MINE, records.c.kind.in_(bindparam("kinds", expanding=True)))
_JSON = (
    literal('{"kind":"')
    + records.c.kind
    + '","id":"'
    + records.c.id
    + '","rev":'
    + cast(records.c.rev, Text)
    + case(
        (records.c.deleted, ',"deleted":true,"fields":{}}'),
        else_=literal(',"deleted":false,"fields":') + cast(records.c.fields, Text) + "}",
    )
)
"""A record or tombstone as phones get it; kinds and ids hold nothing that JSON escapes."""


def _lines(query: Select[Any]) -> Lines:
    return Lines(
        query.order_by(records.c.rev, records.c.kind, records.c.id).limit(bindparam("limit")), records.c.rev, _JSON
    )


_after, _after_of_kinds = (
    _lines(select(records.c.rev).where(*wanted, records.c.rev > bindparam("after"))) for wanted in ((_MINE,), _WANTED)
)
_next, _next_of_kinds = (STANDING.add_columns(lines.column) for lines in (_after, _after_of_kinds))
_whole = _lines(select(records.c.rev).where(*_WANTED, records.c.rev == bindparam("at")))
_up_to = select(records.c.kind, records.c.fields, _JSON.label("line")).where(
    *_WANTED, records.c.rev <= bindparam("up_to")
)
_MANY = 2**31 - 1
_counts = select(records.c.kind, func.count()).where(*_WANTED, ~records.c.deleted).group_by(records.c.kind)
_held = select(records.c.kind, records.c.id, records.c.rev).where(*_WANTED)
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
class Page:
    """Records and tombstones, each as JSON, and the revision up to which they go where more follow."""

    lines: list[str]
    more_after: int | None


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

    def glance(
        self, device: Device | None, rev: Revision, kinds: Sequence[KindName], *, limit: int
    ) -> tuple[Standing, int, Page | None]:
        """By one statement what `Devices.standing` tells and what `after` does, unless that would cut a revision."""
        query = _next if len(kinds) == len(KINDS) else _next_of_kinds
        values: dict[str, Any] = {**self._mine, "device": device or "", "after": rev, "limit": limit + 1}
        *row, text = self._connection.execute(query, {**values, "kinds": kinds}).one_or_none() or (None,)
        standing, last_seq = standing_of(row or None)
        return standing, last_seq, _page(_by_revision(Lines.cells(text)), limit)

    def after(self, rev: Revision, kinds: Sequence[KindName], *, limit: int) -> Page:
        """At least `limit` records and tombstones beyond the revision, if there are as many.

        In order of revisions, of which none is cut in two.
        """
        values: dict[str, Any] = {**self._mine, "after": rev, "limit": limit + 1}
        lines = self._fetch(_after if len(kinds) == len(KINDS) else _after_of_kinds, {**values, "kinds": kinds})
        page = _page(lines, limit)
        if page is None:
            last = lines[limit][0]
            whole = self._fetch(_whole, {**self._mine, "kinds": kinds, "at": last, "limit": _MANY})
            follows = self._fetch(_after_of_kinds, {**values, "kinds": kinds, "after": last, "limit": 1})
            before = [line for rev, line in lines if rev < last]
            page = Page(before + [line for _, line in whole], last if follows else None)
        return page

    def holding(self, newer: dict[KindName, frozenset[str]], *, up_to: Revision) -> list[str]:
        """The records up to the revision that hold one of the named fields, or any where a kind names none."""
        rows = self._connection.execute(_up_to, {**self._mine, "kinds": list(newer), "up_to": up_to})
        return [line for kind, fields, line in rows if not newer[kind] or newer[kind] & json.loads(fields).keys()]

    def counts(self, kinds: Sequence[KindName]) -> dict[str, int]:
        """The live records of each kind that has any."""
        rows = self._connection.execute(_counts, {**self._mine, "kinds": kinds})
        return {kind: count for kind, count in rows}  # noqa: C416 - rows are not pairs to the type checker

    def digest(self, kinds: Sequence[KindName]) -> str:
        """SHA-256 over the sorted lines `kind:id:rev`, each ended by a newline, of records and tombstones."""
        rows = self._connection.execute(_held, {**self._mine, "kinds": kinds})
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

    def _fetch(self, lines: Lines, values: dict[str, Any]) -> list[tuple[int, str]]:
        return _by_revision(lines.fetch(self._connection, values))


def _by_revision(lines: Iterable[Sequence[str]]) -> list[tuple[int, str]]:
    """Each with its revision, in order."""
    return sorted((int(rev), line) for rev, line in lines)


def _page(lines: Sequence[tuple[int, str]], limit: int) -> Page | None:
    """Those within the limit; None where it lies within a revision."""
    if len(lines) <= limit:
        return Page([line for _, line in lines], None)
    last, beyond = lines[limit - 1][0], lines[limit][0]
    return None if beyond == last else Page([line for _, line in lines[:limit]], last)
