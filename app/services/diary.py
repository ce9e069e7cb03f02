"""Reading and writing the records of one's own diary over REST, for every kind alike."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.access import OwnDiary
from app.domain.errors import NotFound
from app.domain.ids import RecordId, Revision
from app.domain.records.kinds import Kind
from app.domain.records.listing import Place, Window, day_of
from app.domain.records.notices import Notice
from app.domain.records.record import StoredRecord
from app.domain.records.validation import check_fields
from app.domain.sync.change import NEVER_SEEN, Delete, Put
from app.services.notices import soft_notices
from app.services.parts import Parts
from app.storage.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A record as it stands after a write."""

    record: StoredRecord
    notices: tuple[Notice, ...]
    created: bool
    """Whether there was no live record before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Records in ascending order of (day, id)."""

    records: list[StoredRecord]
    next: Place | None
    """Where the next page begins; None where this was the last."""


async def read_record(parts: Parts, access: OwnDiary, kind: Kind, record_id: RecordId) -> StoredRecord:
    """The live record; refuses with NotFound."""
    record = await parts.database.read(access, lambda work: work.records.get(kind, record_id))
    if record is None or record.deleted:
        raise NotFound
    return record


async def list_records(  # noqa: PLR0913 - a page is named by its kind, window, place and size
    parts: Parts, access: OwnDiary, kind: Kind, window: Window, *, after: Place | None, limit: int
) -> Page:
    """One page of live records."""
    found = await parts.database.read(
        access, lambda work: work.records.listed(kind, window, after=after, limit=limit + 1)
    )
    records = found[:limit]
    last = records[-1] if len(found) > limit else None
    return Page(records=records, next=Place(day=day_of(kind, last.fields), id=last.id) if last else None)


async def put_record(  # noqa: PLR0913 - a write is named by its kind, id, content and condition
    parts: Parts,
    access: OwnDiary,
    kind: Kind,
    record_id: RecordId,
    sent: Mapping[str, object],
    *,
    expected: Revision | None,
) -> Stored:
    """Creates the record or writes the named fields; with an expected revision it replaces the record.

    Refuses with Invalid, EntryChanged and RevisionRequired.
    """
    put = Put(
        kind=kind,
        id=record_id,
        fields=check_fields(kind, sent),
        base=_seen(expected),
        replaces=expected is not None,
    )
    return await _write(parts, access, put, expected=expected)


async def patch_record(  # noqa: PLR0913 - as put_record
    parts: Parts,
    access: OwnDiary,
    kind: Kind,
    record_id: RecordId,
    sent: Mapping[str, object],
    *,
    expected: Revision | None,
) -> Stored:
    """Writes the named fields of a live record; refuses as put_record does, and with NotFound."""
    fields = check_fields(kind, sent)
    put = Put(
        kind=kind,
        id=record_id,
        fields=fields,
        base=_seen(expected),
        changed=frozenset(fields),
        may_create=False,
    )
    return await _write(parts, access, put, expected=expected)


async def delete_record(
    parts: Parts, access: OwnDiary, kind: Kind, record_id: RecordId, *, expected: Revision | None
) -> None:
    """Makes the record a tombstone; one that is deleted stays as it is, one that never was is NotFound."""
    at = parts.clock()

    def delete(work: Work) -> None:
        known = work.records.get(kind, record_id)
        if known is None:
            raise NotFound
        if not known.deleted:
            work.ledger.write(Delete(kind=kind, id=record_id, base=_seen(expected)), expected=expected, at=at)

    await parts.database.write(access, delete)


async def _write(parts: Parts, access: OwnDiary, put: Put, *, expected: Revision | None) -> Stored:
    at = parts.clock()

    def write(work: Work) -> Stored:
        merged = work.ledger.write(put, expected=expected, at=at)
        record = merged.record
        assert record is not None  # noqa: S101 - a put always leaves a record
        return Stored(record=record, notices=(*merged.notices, *soft_notices(work, record)), created=merged.created)

    return await parts.database.write(access, write)


def _seen(expected: Revision | None) -> Revision | None:
    """What the writer says it saw, which lets it settle a dispute; who names none counts as having seen what stands."""
    return expected if expected is not None and expected > NEVER_SEEN else None
