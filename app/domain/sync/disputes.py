"""Conflict records: what two devices disagreed on, kept until the patient settles it (sync, section 3).

They sync like any record, and are the service's own: a client may settle one, and nothing else.
"""

from collections.abc import Mapping
from hashlib import sha256

from app.domain.errors import fault
from app.domain.ids import Device, RecordId, Revision
from app.domain.records.kinds import CONFLICT
from app.domain.records.record import Fields, KindName, StoredRecord, Value, encode
from app.domain.records.validation import absent_is_null
from app.domain.sync.change import Change, Delete, Dispute, Entry, Known, Merged, Outcome, Status, Written

OPEN, SETTLED = "open", "settled"


def conflict_id(kind: KindName, record_id: RecordId, field: str | None) -> RecordId:
    """One for each field, so that a further disagreement finds the record; the dispute about a delete has no field."""
    about = f"{kind}:{record_id}:{field or ''}"
    return RecordId(f"conflict-{sha256(about.encode()).hexdigest()[:40]}")


def raised(known: Known | None, about: StoredRecord, dispute: Dispute, *, rev: Revision, device: Device) -> Written:
    """The conflict record that says so, made or brought up to date; it is open from now on."""
    said: dict[str, Value] = {
        "record_kind": about.kind,
        "record_id": about.id,
        "field": dispute.field,
        "kept": dispute.kept,
        "offered": dispute.offered,
        "offered_by": dispute.offered_by,
        "status": OPEN,
    }
    return _written(known, conflict_id(about.kind, about.id, dispute.field), said, rev=rev, device=device)


def settled(known: Known, *, rev: Revision, device: Device) -> Written:
    """The conflict record once its dispute is over."""
    fields = {**known.record.fields, "status": SETTLED}
    return _written(known, known.record.id, fields, rev=rev, device=device)


def brought(record_id: RecordId, fields: Fields, *, rev: Revision, device: Device) -> Written:
    """A conflict record that an import brings, as it was."""
    return _written(None, record_id, fields, rev=rev, device=device)


def of_conflict(known: Known | None, change: Change, *, rev: Revision, device: Device) -> Merged:
    """What a client's change of a conflict record comes to; refuses with Invalid all but settling it."""
    if known is None or not known.alive or isinstance(change, Delete):
        raise fault("", "unknown-field", "Conflict records are made here, and can only be settled.")
    stored = known.record.fields
    altered = {name: value for name, value in change.fields.items() if not absent_is_null(stored.get(name), value)}
    if change.changed is not None:
        altered = {name: value for name, value in altered.items() if name in change.changed}
    if not altered:
        return Merged(status=Status.UNCHANGED, record=known.record)
    if altered != {"status": SETTLED}:
        name = next((name for name in altered if name != "status"), "status")
        raise fault(name, "out-of-range", "Only the status of a conflict can be written, as settled.")
    if change.base is not None and change.base < known.record.rev:
        return Merged(status=Status.CONFLICT, record=known.record)  # it has moved: what was settled is not what it says
    written = settled(known, rev=rev, device=device)
    return Merged(status=Status.APPLIED, record=written.record, written=written)


def field_of(conflict: Mapping[str, Value]) -> str | None:
    """The field that a conflict record is about."""
    field = conflict.get("field")
    return field if isinstance(field, str) else None


def _written(known: Known | None, record_id: RecordId, fields: Fields, *, rev: Revision, device: Device) -> Written:
    before: Fields = known.record.fields if known else {}
    changes = {
        name: (before.get(name), value) for name, value in fields.items() if not absent_is_null(before.get(name), value)
    }
    record = StoredRecord(kind=CONFLICT.name, id=record_id, rev=rev, deleted=False, text=encode(fields))
    origins = {**(known.field_revs if known else {}), **dict.fromkeys(changes, (rev, device))}
    return Written(
        record=record, fields=fields, field_revs=origins, entries=(Entry(outcome=Outcome.APPLIED, changes=changes),)
    )
