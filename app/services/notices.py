"""What the rest of the diary makes worth saying about a record just written, by whatever route."""

from collections.abc import Iterator
from decimal import Decimal

from app.domain.records.kinds import DOSE, KINDS, MEDICATION, REGIMEN_STEP, Kind
from app.domain.records.listing import Window, day_of
from app.domain.records.notices import Notice, dose_notices, medication_notices, night_notices
from app.domain.records.record import Fields, StoredRecord
from app.storage.work import Work

_TAKEN = ("taken", "partial")


def soft_notices(work: Work, record: StoredRecord) -> Iterator[Notice]:
    """The notices, in the unit of work that wrote the record; a tombstone has none."""
    kind = KINDS[record.kind]
    if record.deleted:
        return
    if kind is MEDICATION:
        yield from medication_notices(record.fields)
    elif kind is DOSE or kind is REGIMEN_STEP:
        yield from _dose_notices(work, kind, record)


def _dose_notices(work: Work, kind: Kind, record: StoredRecord) -> Iterator[Notice]:
    fields = record.fields
    day = day_of(kind, fields)
    mg = _milligrams(fields)
    if mg is not None:
        before = (_milligrams(earlier.fields) for earlier in work.records.before(kind, day, limit=14))
        yield from dose_notices(mg, previous_mg=next((found for found in before if found is not None), None))
    if kind is DOSE and fields.get("status") in _TAKEN:
        night = work.records.listed(DOSE, Window(first=day, last=day))
        others = [dose for dose in night if dose.id != record.id and dose.fields.get("status") in _TAKEN]
        yield from night_notices(other_doses=len(others))


def _milligrams(fields: Fields) -> Decimal | None:
    mg = fields.get("mg")
    return Decimal(mg) if isinstance(mg, int | Decimal) else None
