"""Bringing records from a file into one's own diary, by the way that every write takes (sync, section 2).

A whole diary that comes into an empty one simply stands there (app/services/beginning.py). All else is merged:
a file counts as a device that never saw this diary. What it adds is added, and where both say something else, the diary
keeps its own and the other stands in a conflict, once. Nothing is written for what is there already, so that the same
file can be sent again, also when the first attempt ended half way.
"""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeVar

from app.domain import strict_json
from app.domain.access import OwnDiary
from app.domain.clock import latest_day
from app.domain.errors import FieldError, Overloaded
from app.domain.ids import Device, RecordId
from app.domain.records.kinds import CONFLICT
from app.domain.records.record import KindName, StoredRecord
from app.domain.records.validation import absent_is_null
from app.domain.sync.change import NEVER_SEEN, Change, Circumstances, Delete, Merged, Put, Status
from app.domain.sync.disputes import conflict_id
from app.domain.sync.imported import Brought, Import, Unfit, read_export
from app.domain.sync.imported_days import read_days
from app.domain.sync.mutation import Rejected
from app.domain.sync.past import PastRow
from app.domain.sync.push import MOST_MUTATIONS
from app.services.beginning import begin_with
from app.services.parts import Parts
from app.storage.ledger import Writing
from app.storage.work import Work

T = TypeVar("T")
Records = dict[tuple[KindName, RecordId], StoredRecord]

_AT_ONCE: Final = MOST_MUTATIONS // 2
"""Records in one revision; a tombstone takes two changes."""
_TOGETHER: Final = threading.BoundedSemaphore(2)
"""Imports in one process: each holds its file in memory several times over."""


class Became(StrEnum):
    """What became of a record of a file."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    """There already, as it is."""
    KEPT = "kept"
    """The diary keeps its own, and what the file says otherwise stands in a conflict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a file."""

    counts: Counter[Became]
    """Of its records, but for those that were rejected."""
    history: int
    """Rows of the history that were taken up."""
    rejected: Sequence[Unfit]
    """Records and rows of the history that were not taken."""


async def import_export(parts: Parts, access: OwnDiary, body: bytes) -> Imported:
    """Brings in an `onset.json`; refuses with MalformedJson and Invalid what is none, and with Overloaded."""
    return await _import(parts, access, lambda by: read_export(strict_json.read_batch(body), by))


async def import_days(parts: Parts, access: OwnDiary, body: bytes) -> Imported:
    """Brings in a table of days; refuses with Invalid what is none, and with Overloaded."""
    return await _import(parts, access, lambda by: read_days(body, by))


async def _import(parts: Parts, access: OwnDiary, read: Callable[[Circumstances], Import]) -> Imported:
    at = parts.clock()
    by = Circumstances(
        # One of its own for each import: a later file has not seen an earlier one, and overwrites nothing of it.
        device=Device(f"import:{access.session_id}:{parts.chance(4).hex()}"),
        time_zone=access.time_zone,
        day_start_minutes=access.day_start_minutes,
        latest_day=latest_day(at),
    )
    with _turn():
        found = await asyncio.to_thread(read, by)  # a large file takes seconds, in which others are served
        if whole := await begin_with(parts, access, found, by, at):
            counts = Counter({Became.CREATED: len(whole.records)})
            return Imported(counts=counts, history=len(whole.history), rejected=())
        return await _bring(parts, access, found, Writing(device=by.device, at=at))


@contextmanager
def _turn() -> Generator[None]:
    if not _TOGETHER.acquire(blocking=False):
        raise Overloaded
    try:
        yield
    finally:
        _TOGETHER.release()


async def _bring(parts: Parts, access: OwnDiary, found: Import, writing: Writing) -> Imported:
    """The history first, so that it stands before what the import itself writes; conflicts when all else is there."""
    history = 0
    for past in _portions(found.past):
        history += await parts.database.write(access, _recalling(past, writing))
    rejected = [*found.unfit]
    counts = Counter[Became]()
    ordinary = [brought for brought in found.records if brought.kind is not CONFLICT]
    for records in _parts_of(ordinary, _AT_ONCE):
        for brought, became in await parts.database.write(access, _writing(records, writing)):
            if isinstance(became, Became):
                counts[became] += 1
            else:
                about, record_id = brought.key
                rejected.append(Unfit(place=brought.place, kind=about, id=record_id, error=became))
    for records in _parts_of([each for each in found.records if each.kind is CONFLICT], _AT_ONCE):
        new = await parts.database.write(access, _raising(records, writing))
        counts += Counter({Became.CREATED: new, Became.UNCHANGED: len(records) - new})
    return Imported(counts=counts, history=history, rejected=rejected)


def _recalling(past: Sequence[Sequence[PastRow]], writing: Writing) -> Callable[[Work], int]:
    """Takes up the rows that the history does not hold, and answers how many."""

    def recall(work: Work) -> int:
        work.devices.standing(to_write=True)
        missing = [*_missing(work, past)]
        if missing:
            work.ledger.bring(missing, {}, rev=work.ledger.next_revision(), writing=writing)
        return len(missing)

    return recall


def _missing(work: Work, past: Sequence[Sequence[PastRow]]) -> Iterator[PastRow]:
    ids: dict[KindName, list[RecordId]] = {}
    for rows in past:
        ids.setdefault(rows[0].kind, []).append(rows[0].id)
    held = Counter(row.signature for kind, its in ids.items() for row in work.exports.past(kind, its))
    for rows in past:
        for row in rows:
            if held[row.signature]:
                held[row.signature] -= 1  # the same may have happened twice
            else:
                yield row


def _raising(conflicts: Sequence[Brought], writing: Writing) -> Callable[[Work], int]:
    """Makes the conflict records that the diary does not have, and answers how many."""

    def raise_them(work: Work) -> int:
        work.devices.standing(to_write=True)
        present = work.records.present(each.key for each in conflicts)
        new = {each.id: each.fields for each in conflicts if each.key not in present}
        if new:
            work.ledger.bring((), new, rev=work.ledger.next_revision(), writing=writing)
        return len(new)

    return raise_them


Result = tuple[Brought, Became | FieldError]


def _writing(records: Sequence[Brought], writing: Writing) -> Callable[[Work], list[Result]]:
    """Has the records join the diary, in a revision that is taken only where one has something to say."""

    def write(work: Work) -> list[Result]:
        work.devices.standing(to_write=True)
        present = work.records.present(each.key for each in records)
        disputed = work.records.present(_disputes(records, present))
        known = [_known(each, present.get(each.key), disputed) for each in records]
        news = [each for each in known if isinstance(each, Brought)]
        changes = [[*_changes(each, is_new=each.key not in present)] for each in news]
        results: Iterator[Merged | Rejected] = iter(())
        if news:
            mutations = [change for its in changes for change in its]
            results = iter(work.ledger.push(mutations, rev=work.ledger.next_revision(), writing=writing))
        became = iter([[next(results) for _ in its] for its in changes])
        return [
            (each, _verdict(next(became), is_new=each.key not in present) if isinstance(told, Brought) else told)
            for each, told in zip(records, known, strict=True)
        ]

    return write


def _disputes(records: Iterable[Brought], present: Records) -> Iterator[tuple[KindName, RecordId]]:
    """The conflict records that would tell of what the file and the diary disagree on."""
    for each in records:
        stored = present.get(each.key)
        if stored is None:
            continue
        yield CONFLICT.name, conflict_id(*each.key, None)
        for name in _differing(each, stored):
            yield CONFLICT.name, conflict_id(*each.key, name)


def _differing(brought: Brought, stored: StoredRecord) -> list[str]:
    fields = stored.fields
    return [name for name, value in brought.fields.items() if not absent_is_null(fields.get(name), value)]


def _known(brought: Brought, stored: StoredRecord | None, told: Records) -> Brought | Became:
    """What of it is news to the diary; else what to say of it, where it is there or was refused before."""
    if stored is None:
        return brought if brought.fields or not brought.deleted else Became.UNCHANGED
    if brought.deleted or stored.deleted:
        if brought.deleted and stored.deleted:
            return Became.UNCHANGED
        return Became.KEPT if (CONFLICT.name, conflict_id(*brought.key, None)) in told else brought
    differing = _differing(brought, stored)
    if not differing:
        return Became.UNCHANGED
    fields = stored.fields
    again: set[str] = set()
    for name in differing:
        conflict = told.get((CONFLICT.name, conflict_id(*brought.key, name)))
        said = conflict.fields if conflict else None
        if said and said.get("kept") == fields.get(name) and said.get("offered") == brought.fields[name]:
            again.add(name)
    if len(again) == len(differing):
        return Became.KEPT
    return replace(brought, fields={name: value for name, value in brought.fields.items() if name not in again})


def _changes(brought: Brought, *, is_new: bool) -> Iterator[Change]:
    """What to ask for; a tombstone of which nothing is there is written as what it was, and then deleted."""
    if is_new or not brought.deleted:
        yield Put(kind=brought.kind, id=brought.id, fields=brought.fields, base=NEVER_SEEN)
    if brought.deleted:
        yield Delete(kind=brought.kind, id=brought.id, base=NEVER_SEEN)


def _verdict(results: Sequence[Merged | Rejected], *, is_new: bool) -> Became | FieldError:
    for result in results:
        if isinstance(result, Rejected):
            return result.error
    last = results[-1]
    assert isinstance(last, Merged)  # noqa: S101 - those that are not have been answered
    match last.status:
        case Status.CONFLICT:
            return Became.KEPT
        case Status.UNCHANGED:
            return Became.UNCHANGED
        case _:
            return Became.CREATED if is_new else Became.UPDATED


def _parts_of(items: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    for begins in range(0, len(items), most):
        yield items[begins : begins + most]


def _portions(past: Iterable[Sequence[PastRow]]) -> Iterator[Sequence[Sequence[PastRow]]]:
    """Whole histories of records, with as many rows together as a push may hold, or one alone that has more."""
    gathered: list[Sequence[PastRow]] = []
    rows = 0
    for of_record in past:
        if gathered and rows + len(of_record) > MOST_MUTATIONS:
            yield gathered
            gathered, rows = [], 0
        gathered.append(of_record)
        rows += len(of_record)
    if gathered:
        yield gathered
