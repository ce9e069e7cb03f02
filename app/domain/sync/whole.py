"""A whole diary out of an export, to stand in an empty one under the revisions that it had (sharing, section 5).

A file whose history does not account for its records is none that a diary gave: it can be merged, record by record, but
not stand as it is.
"""

import re
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from app.domain.ids import RecordId, Revision
from app.domain.records.kinds import CONFLICT
from app.domain.records.record import StoredRecord, encode
from app.domain.records.validation import fill_in
from app.domain.sync.change import Circumstances, Outcome, Written
from app.domain.sync.disputes import OPEN, SETTLED
from app.domain.sync.epoch import EMPTY, Fork
from app.domain.sync.imported import Brought, Import
from app.domain.sync.origins import origins
from app.domain.sync.past import PastRow
from app.domain.sync.push import MOST_MUTATIONS
from app.domain.sync.resume import resumed

MOST_ROWS: Final = 40_000
"""Records and rows of history that are stored at once, in one or two seconds; ten years of days and doses are fewer."""
MOST_CONFLICTS: Final = 10_000
"""In one revision: a push may raise one for each field that it holds."""
_FAST_CLOCKS: Final = timedelta(days=1)
"""How far the clock of the service that a file comes from may be ahead."""
_DEVICE: Final = re.compile("[A-Za-z0-9_:-]{1,100}")
"""Devices as phones and the service itself name them."""
_LIVING: Final = frozenset({Outcome.APPLIED, Outcome.REVIVED, Outcome.CONFLICT})
"""What moves a record that then is there."""

Raised = Container[tuple[RecordId, Revision]]
"""Conflict records, each at a revision in which it was written."""


class Placed(NamedTuple):
    """A row of history where it stood: its revision, and its place among those of its record in that."""

    row: PastRow
    rev: Revision
    ordinal: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeDiary:
    """A diary with all that became of it."""

    rev: Revision
    records: Sequence[Written]
    """Each at its own revision; their rows of history stand apart."""
    history: Sequence[Placed]
    fork: Fork
    """How the history goes on to which its revisions belong."""


def whole_diary(found: Import, by: Circumstances, *, at: datetime) -> WholeDiary | None:
    """What the file holds, if it is a diary as one could stand at this instant; else None."""
    if found.unfit or found.epoch is None or found.rev is None or _is_too_much(found):
        return None
    if found.rev > resumed(EMPTY, found.epoch, at=at + _FAST_CLOCKS).resumed_at:
        return None  # no diary comes so far, and one that stood there would soon have no revisions left
    history = {(rows[0].kind, rows[0].id): _placed(rows, found.rev) for rows in found.past}
    raised = {
        (each.row.id, each.rev)
        for (kind, _), rows in history.items()
        if kind == CONFLICT.name
        for each in rows
        if each.row.entry.changes.get("status") != (OPEN, SETTLED)
    }
    written = [_written(brought, history.get(brought.key, ()), raised, by) for brought in found.records]
    records = [record for record in written if record and record.record.rev <= found.rev]
    if len(records) < len(written) or sum(map(len, history.values())) < sum(map(len, found.past)):
        return None
    return WholeDiary(
        rev=found.rev,
        records=records,
        history=[row for rows in history.values() for row in rows],
        fork=resumed(found.rev, found.epoch, at=at),
    )


def forks_after(whole: WholeDiary, epoch: str) -> list[Fork]:
    """The forks of a diary that stood empty under the named epoch, and in which the whole one stands now."""
    empty = Fork(epoch=epoch, forked_at=EMPTY, resumed_at=Revision(EMPTY + 1))
    return [empty] if whole.fork.epoch == epoch else [empty, whole.fork]


def _is_too_much(found: Import) -> bool:
    """Whether it is more than one transaction may hold, or more in one revision than a page of a pull may."""
    if len(found.records) + sum(map(len, found.past)) > MOST_ROWS:
        return True
    together = Counter((each.rev, each.kind is CONFLICT) for each in found.records)
    most = {False: MOST_MUTATIONS, True: MOST_CONFLICTS}
    return any(count > most[is_conflict] for (_, is_conflict), count in together.items())


def _placed(rows: Iterable[PastRow], newest: Revision) -> list[Placed]:
    """Those of one record that can have been, in the order of their revisions."""
    told = [(row.rev, row) for row in rows if row.rev is not None and row.rev <= newest]
    ordinals = Counter[Revision]()
    placed: list[Placed] = []
    for rev, row in sorted(told, key=lambda each: each[0]):
        if _DEVICE.fullmatch(row.device):
            placed.append(Placed(row, rev, ordinals[rev]))
            ordinals[rev] += 1
    return placed


def _written(brought: Brought, history: Iterable[Placed], raised: Raised, by: Circumstances) -> Written | None:
    """The record with the origins of its fields; None where its history does not account for it."""
    rev = brought.rev
    if rev is None or not brought.fields or not _says_all(brought, by):
        return None
    past = [(each.row, each.rev) for each in history if each.rev <= rev]
    last = {row.entry.outcome for row, its in past if its == rev}
    found = origins(brought, past, lambda conflict, at: (conflict, at) in raised)
    if found is None or not (last & ({Outcome.DELETED} if brought.deleted else _LIVING)):
        return None
    text = encode(brought.fields)
    record = StoredRecord(kind=brought.kind.name, id=brought.id, rev=rev, deleted=brought.deleted, text=text)
    return Written(record=record, fields=brought.fields, field_revs=found, entries=())


def _says_all(brought: Brought, by: Circumstances) -> bool:
    """Whether nothing is left out that a service fills in."""
    zone, day_start = by.time_zone, by.day_start_minutes
    filled, _ = fill_in(brought.kind, brought.id, brought.fields, account_time_zone=zone, day_start_minutes=day_start)
    return filled == brought.fields
