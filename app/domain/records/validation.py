"""What a record must be (domain, sections 3 and 4). All of it reads the registry of kinds.

A write goes through `check_fields` on what was sent, then, once merged with what is stored, through `fill_in` and
`check_record`. Each refusal is an Invalid that names every broken field.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import cast

from app.domain.clock import EARLIEST_DAY, is_known_zone
from app.domain.errors import FieldError, Invalid
from app.domain.ids import RecordId, is_record_id
from app.domain.records.dose_night import dose_night
from app.domain.records.field_types import Fault
from app.domain.records.kinds import DAY, MOST_FIELDS, SCORE, Field, Kind
from app.domain.records.notices import UNKNOWN_TIME_ZONE, Notice, filled_in
from app.domain.records.record import Fields, Value
from app.domain.records.timing_order import timing_order
from app.domain.strict_json import MOST_NAMED, RepeatedKeys, pointer_to

_MISSING = Fault("missing-field", "This field is needed.")
_UNKNOWN = Fault("unknown-field", "There is no such field in this kind of record.")
_CONTRADICTION = Fault("id-mismatch", "The record's id says something else.")
_FUTURE = Fault("date-in-future", "This day has not begun anywhere yet.")
_TOO_EARLY = Fault("out-of-range", "Give a date from 1900-01-01.")
_LASTING = Fault("out-of-range", "This can't be changed once it is set.")
_EARLIEST = EARLIEST_DAY.isoformat()
_OWN_SCORE = Field(SCORE)


def canonical_id(kind: Kind, raw: str) -> RecordId:
    """The id as stored; a day may be named by its plain date."""
    record_id = f"day-{raw}" if kind is DAY and raw[:1].isdecimal() else raw
    check_id(kind, record_id)
    return RecordId(record_id)


def check_id(kind: Kind, record_id: str) -> None:
    """Refuses an id that no record of the kind may carry."""
    if not is_record_id(record_id):
        raise Invalid(
            [FieldError(pointer="id", code="invalid-text", message="Ids are 1 to 64 letters, digits, - and _.")]
        )
    if not kind.id_form.fits(record_id):
        raise Invalid([FieldError(pointer="id", code="id-mismatch", message=f"No {kind.name} record has such an id.")])


def check_fields(kind: Kind, sent: object) -> dict[str, Value]:
    """The sent fields as they are stored; each is judged alone, and none needs to be there."""
    if not isinstance(sent, dict):
        raise Invalid([FieldError(pointer="", code="wrong-type", message="Give the fields as a JSON object.")])
    if isinstance(sent, RepeatedKeys):
        raise Invalid([FieldError(pointer="", code="repeated-field", message="A field stands here twice.")])
    fields: dict[str, Value] = {}
    errors: list[FieldError] = []
    known = kind.fields
    for name, value in cast("dict[str, object]", sent).items():
        declared = known.get(name) or _open_field(kind, name)
        if declared is None:
            found = _UNKNOWN
        elif value is None:
            found = _MISSING if declared.required else None
        else:
            found = declared.type.check(value)
        if isinstance(found, Fault):
            errors.append(_error(name, found))
            if len(errors) == MOST_NAMED:
                break
        else:
            fields[name] = found
    if errors:
        raise Invalid(errors)
    return fields


def _open_field(kind: Kind, name: str) -> Field | None:
    return _OWN_SCORE if kind.open_form and re.fullmatch(kind.open_form, name) else None


def fill_in(
    kind: Kind, record_id: RecordId, fields: Fields, *, account_time_zone: str, day_start_minutes: int
) -> tuple[Fields, tuple[Notice, ...]]:
    """The merged fields with what else the id, the instant, the account or the seed tells, and a notice for each.

    What is there is never touched: local_date is as the phone says (domain, section 4).
    """
    told = dict(_told(kind, record_id, fields, account_time_zone, day_start_minutes))
    filled = {**fields, **told} if told else fields
    notices = tuple(filled_in(name) for name in told)
    zone = filled.get("time_zone")
    if isinstance(zone, str) and not is_known_zone(zone):
        notices += (UNKNOWN_TIME_ZONE,)
    return filled, notices


def _told(
    kind: Kind, record_id: RecordId, fields: Fields, account_time_zone: str, day_start_minutes: int
) -> Iterator[tuple[str, Value]]:
    """What is absent, or null, and can be told."""
    for name, value in kind.id_form.tells(record_id).items():
        if value is not None and fields.get(name) is None:
            yield name, value
    instant = fields.get(kind.instant) if kind.instant else None
    if isinstance(instant, str) and fields.get("local_date") is None:
        night_ends = day_start_minutes if kind.by_night else 0
        yield "local_date", dose_night(instant, day_start_minutes=night_ends).isoformat()
    if "time_zone" in kind.fields and fields.get("time_zone") is None:
        yield "time_zone", account_time_zone
    seed, weeks = fields.get("seed"), fields.get("weeks")
    if isinstance(seed, str) and isinstance(weeks, int) and fields.get("order") is None:
        yield "order", timing_order(seed, weeks)


def check_record(kind: Kind, record_id: RecordId, fields: Fields, *, latest_day: date) -> None:
    """Refuses a merged and filled-in record that breaks a rule; `latest_day` as of app.domain.clock."""
    errors = [_error(name, _MISSING) for name in kind.required if fields.get(name) is None]
    for name, value in kind.id_form.tells(record_id).items():
        if fields.get(name) not in (None, value):
            errors.append(_error(name, _CONTRADICTION))
    day = fields.get("local_date")
    if isinstance(day, str):
        if day > latest_day.isoformat():
            errors.append(_error("local_date", _FUTURE))
        elif day < _EARLIEST:
            errors.append(_error("local_date", _TOO_EARLY))
    for rule in kind.rules:
        errors += rule.faults(fields)
    if len(fields) > MOST_FIELDS:
        errors.append(FieldError(pointer="", code="out-of-range", message=f"Give at most {MOST_FIELDS} fields."))
    if errors:
        raise Invalid(errors)


def check_lasting(kind: Kind, stored: Fields, fields: Fields) -> None:
    """Refuses another value for a field whose first one stands for ever, as an own measure's direction."""
    errors = [
        _error(name, _LASTING)
        for name, declared in kind.fields.items()
        if declared.lasting and stored.get(name) is not None and not absent_is_null(stored.get(name), fields.get(name))
    ]
    if errors:
        raise Invalid(errors)


def absent_is_null(one: Value, other: Value) -> bool:
    """Whether two values of a field are equal, where absent (None here) and null are. True is not 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _error(name: str, fault: Fault) -> FieldError:
    return FieldError(pointer=pointer_to(name), code=fault.code, message=fault.message)
