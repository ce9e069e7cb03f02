"""The wire shape of a record, the same for every kind."""

import base64
import binascii
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from app.domain.errors import FieldError, Invalid
from app.domain.ids import RecordId, is_record_id
from app.domain.records.field_types import CivilDate, Fault
from app.domain.records.json_schema import schema
from app.domain.records.kinds import KINDS, Kind
from app.domain.records.listing import Place
from app.domain.records.notices import Notice
from app.domain.records.record import StoredRecord

Schema = dict[str, Any]

_NOTICE: Schema = {
    "type": "object",
    "description": "Something to know about a record that was accepted; more codes may come.",
    "required": ["code", "field", "text"],
    "properties": {name: {"type": "string"} for name in ("code", "field", "text")},
}


def reference(name: str) -> Schema:
    """A reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def schema_name(kind: Kind, what: str) -> str:
    """The name of the kind's `Fields` (of a new record), `Patch` (of those named), `Record` (answered) or `Page`."""
    return "".join(map(str.capitalize, kind.name.split("_"))) + what


def record_schemas(kind: Kind) -> dict[str, Schema]:
    """The JSON Schemas of the kind, by name."""
    fields = schema(kind)
    found: dict[str, Schema] = {
        "Fields": fields,
        "Record": {
            "type": "object",
            "required": ["id", "rev", "deleted", "fields", "notices"],
            "properties": {
                "id": {"type": "string"},
                "rev": {"type": "integer", "minimum": 1},
                "deleted": {"type": "boolean"},
                "fields": reference(schema_name(kind, "Fields")),
                "notices": {"type": "array", "items": reference("Notice"), "description": "Empty on reads."},
            },
        },
        "Page": {
            "type": "object",
            "required": ["items", "next_cursor"],
            "properties": {
                "items": {"type": "array", "items": reference(schema_name(kind, "Record"))},
                "next_cursor": {"type": ["string", "null"], "description": "null on the last page."},
            },
        },
    }
    if kind.client_fields is None:
        found["Patch"] = {name: value for name, value in fields.items() if name != "required"}
    return {schema_name(kind, what): described for what, described in found.items()}


SCHEMAS = {name: found for kind in KINDS.values() for name, found in record_schemas(kind).items()} | {"Notice": _NOTICE}
"""Those of all kinds."""


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
    if not is_record_id(record_id) or (day and isinstance(CivilDate().check(day), Fault)):
        raise Invalid([FieldError(pointer="cursor", code="out-of-range", message="This is no cursor of this list.")])
    return Place(day=day, id=RecordId(record_id))
