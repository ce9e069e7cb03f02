"""The merge of one change into one record, as a pure function.

A change made over REST counts as made on the present revision, so it never conflicts; If-Match says otherwise.
"""

from app.domain.ids import Device, Revision
from app.domain.records.record import Fields, StoredRecord, Value, encode
from app.domain.records.validation import absent_is_null
from app.domain.sync.change import Delete, EntryChanged, FieldRevs, Known, Outcome, Put, RevisionRequired, Written

DOSE_UNIT = ("mg", "status", "taken_at", "local_date")
"""The safety fields of a dose: one unit, never joined by rule from two devices."""


def admit(known: Known | None, change: Put | Delete, *, expected: Revision | None, device: Device) -> None:
    """Lets a REST change through, or refuses with EntryChanged or RevisionRequired.

    `expected` is the revision of If-Match; None where the caller sent none.
    """
    current = known.record if known and not known.record.deleted else None
    if expected is not None:
        if current is None or current.rev != expected:
            raise EntryChanged(current)
        return
    if isinstance(change, Put) and change.kind.name == "dose" and known and current:
        _admit_dose(current, known.field_revs, change, device)


def _admit_dose(current: StoredRecord, field_revs: FieldRevs, change: Put, device: Device) -> None:
    others = any(name in field_revs and field_revs[name][1] != device for name in DOSE_UNIT)
    if others and any(
        name in change.fields and not absent_is_null(current.fields.get(name), change.fields[name])
        for name in DOSE_UNIT
    ):
        raise RevisionRequired


def merge(known: Known | None, change: Put | Delete, *, rev: Revision, device: Device) -> Written | None:
    """What is to be written at this revision; None where the change changes nothing."""
    if isinstance(change, Delete):
        return _delete(known, rev)
    return _put(known, change, rev, device)


def _delete(known: Known | None, rev: Revision) -> Written | None:
    if known is None or known.record.deleted:
        return None
    stored = known.record
    tombstone = StoredRecord(kind=stored.kind, id=stored.id, rev=rev, deleted=True, text=stored.text)
    return Written(record=tombstone, field_revs=known.field_revs, outcome=Outcome.DELETED, changes={})


def _put(known: Known | None, change: Put, rev: Revision, device: Device) -> Written | None:
    alive = known if known and not known.record.deleted else None
    before: Fields = alive.record.fields if alive else {}
    after: Fields = change.fields if change.replaces else {**before, **change.fields}
    changes: dict[str, tuple[Value, Value]] = {
        name: (before.get(name), after.get(name))
        for name in {**before, **after}
        if not absent_is_null(before.get(name), after.get(name))
    }
    if alive and not changes:
        return None
    written = changes if alive else {**changes, **change.fields}
    return Written(
        record=StoredRecord(kind=change.kind.name, id=change.id, rev=rev, deleted=False, text=encode(after)),
        field_revs={**(alive.field_revs if alive else {}), **dict.fromkeys(written, (rev, device))},
        outcome=Outcome.REVIVED if known and not alive else Outcome.APPLIED,
        changes=changes,
    )
