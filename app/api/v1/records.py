"""The wire shape of a record, the same for every kind."""

import base64
import binascii
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from app.domain.errors import FieldError, Invalid
from app.domain.ids import RecordId, is_record_id
from app.domain.records.json_schema import schema
from app.domain.records.kinds import Kind
from app.domain.records.listing import Place
from app.domain.records.notices import Notice
from app.domain.records.record import StoredRecord

NOTICE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["code", "field", "text"],
    "properties": {name: {"type": "string"} for name in ("code", "field", "text")},
}


def record_schema(kind: Kind) -> dict[str, Any]:
    """The JSON Schema of a record of the kind, as answered."""
    return {
        "type": "object",
        "required": ["id", "rev", "deleted", "fields", "notices"],
        "properties": {
            "id": {"type": "string"},
            "rev": {"type": "integer", "minimum": 1},
            "deleted": {"type": "boolean"},
            "fields": schema(kind),
            "notices": {"type": "array", "items": NOTICE_SCHEMA},
        },
    }


def page_schema(kind: Kind) -> dict[str, Any]:
    """The JSON Schema of a page of records of the kind."""
    return {
        "type": "object",
        "required": ["items", "next_cursor"],
        "properties": {
            "items": {"type": "array", "items": record_schema(kind)},
            "next_cursor": {"type": ["string", "null"]},
        },
    }


def record_of(record: StoredRecord, notices: Sequence[Notice] = ()) -> dict[str, object]:
    """A record for orjson; the stored text of its fields goes out as it is."""
    return {
        "id": record.id,
        "rev": record.rev,
        "deleted": record.deleted,
        "fields": orjson.Fragment(record.text),
        "notices": notices,
    }


def page_of(records: Iterable[StoredRecord], next_place: Place | None) -> bytes:
    """A page of records as JSON."""
    return orjson.dumps(
        {"items": [record_of(record) for record in records], "next_cursor": next_place and cursor_of(next_place)}
    )


def cursor_of(place: Place) -> str:
    """An opaque cursor; it names a place and grants nothing."""
    return base64.urlsafe_b64encode(f"{place.day}.{place.id}".encode()).decode().rstrip("=")


def place_of(cursor: str) -> Place:
    """The place that a cursor of ours names; refuses with Invalid."""
    try:
        day, _, record_id = (
            base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True).decode().partition(".")
        )
    except (binascii.Error, ValueError):
        day, record_id = "", ""
    if not is_record_id(record_id):
        raise Invalid([FieldError(pointer="cursor", code="out-of-range", message="This is no cursor of this list.")])
    return Place(day=day, id=RecordId(record_id))
