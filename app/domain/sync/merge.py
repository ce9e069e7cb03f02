"""The merge of one change into one record, as a pure function.

A change made over REST counts as made on the present revision, so it never conflicts; If-Match says otherwise.
"""

from app.domain.errors import NotFound
from app.domain.ids import Device, Revision
from app.domain.records.record import Fields, StoredRecord, Value, encode
from app.domain.records.validation import absent_is_null, check_lasting, check_record, fill_in
from app.domain.sync.change import (
    ANY_REVISION,
    NEVER_SEEN,
    Circumstances,
    Delete,
    EntryChanged,
    Known,
    Merged,
    Outcome,
    Put,
    RevisionRequired,
    Written,
)

DOSE_UNIT = ("mg", "status", "taken_at", "local_date")
"""The safety fields of a dose: one unit, never joined by rule from two devices."""


def admit(known: Known | None, change: Put | Delete, *, expected: Revision | None, device: Device) -> None:
    """Lets a REST change through, or refuses with NotFound, EntryChanged or RevisionRequired.

    `expected` is the revision of If-Match, ANY_REVISION or NEVER_SEEN; None where the caller named none.
    """
    alive = _alive(known)
    if alive is None and isinstance(change, Put) and not change.may_create:
        raise NotFound
    if expected == ANY_REVISION and alive is None:
        raise EntryChanged(None)
    if expected not in (None, ANY_REVISION):
        if (alive.record.rev if alive else NEVER_SEEN) != expected:
            raise EntryChanged(alive.record if alive else None)
    elif isinstance(change, Put) and alive and change.kind.name == "dose" and _touches_dose_unit(alive, change, device):
        raise RevisionRequired


def _touches_dose_unit(known: Known, change: Put, device: Device) -> bool:
    """Whether the change would alter a dose's safety fields, of which another device wrote the last one."""
    if max(known.field_revs[name] for name in DOSE_UNIT if name in known.field_revs)[1] == device:
        return False
    stored = known.record.fields
    return any(
        name in change.fields and not absent_is_null(stored.get(name), change.fields[name]) for name in DOSE_UNIT
    )


def merge(known: Known | None, change: Put | Delete, *, rev: Revision, by: Circumstances) -> Merged:
    """What the change comes to at this revision; refuses with Invalid where the merged record breaks a rule."""
    return _delete(known, rev) if isinstance(change, Delete) else _put(known, change, rev, by)


def _alive(known: Known | None) -> Known | None:
    return known if known and not known.record.deleted else None


def _delete(known: Known | None, rev: Revision) -> Merged:
    alive = _alive(known)
    if alive is None:
        return Merged(record=known.record if known else None, written=None)
    stored = alive.record
    tombstone = StoredRecord(kind=stored.kind, id=stored.id, rev=rev, deleted=True, text=stored.text)
    written = Written(record=tombstone, field_revs=alive.field_revs, outcome=Outcome.DELETED, changes={})
    return Merged(record=tombstone, written=written)


def _put(known: Known | None, change: Put, rev: Revision, by: Circumstances) -> Merged:
    alive = _alive(known)
    before: Fields = alive.record.fields if alive else {}
    after, notices = fill_in(
        change.kind,
        change.id,
        change.fields if change.replaces else {**before, **change.fields},
        account_time_zone=by.time_zone,
        day_start_minutes=by.day_start_minutes,
    )
    check_lasting(change.kind, known.record.fields if known else {}, after)
    check_record(change.kind, change.id, after, latest_day=by.latest_day)
    changes: dict[str, tuple[Value, Value]] = {
        name: (before.get(name), after.get(name))
        for name in {**before, **after}
        if not absent_is_null(before.get(name), after.get(name))
    }
    if alive and not changes:
        return Merged(record=alive.record, written=None, notices=notices)
    wrote = changes if alive else {**changes, **after}
    written = Written(
        record=StoredRecord(kind=change.kind.name, id=change.id, rev=rev, deleted=False, text=encode(after)),
        field_revs={**(alive.field_revs if alive else {}), **dict.fromkeys(wrote, (rev, by.device))},
        outcome=Outcome.REVIVED if known and not alive else Outcome.APPLIED,
        changes=changes,
        creates=alive is None,
    )
    return Merged(record=written.record, written=written, notices=notices)
