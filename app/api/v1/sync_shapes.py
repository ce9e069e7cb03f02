"""What sync's routes take and answer, as the OpenAPI document shows it; app/api/v1/sync.py writes it by hand."""

from typing import Any, Final

from app.api.v1.records import reference
from app.domain.records.kinds import KINDS
from app.domain.sync.change import Outcome, Status
from app.domain.sync.push import MOST_MUTATIONS

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_OR_NULL: Final[Schema] = {"type": ["string", "null"]}
_REVISION: Final[Schema] = {"type": "integer", "minimum": 0, "maximum": 2**53}
_DEVICE: Final[Schema] = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}
_KIND: Final[Schema] = {"type": "string", "enum": list(KINDS)}
_ANY_FIELDS: Final[Schema] = {"type": "object", "description": "The record's fields; empty for a tombstone."}


def _object(properties: Schema, description: str = "", *, optional: tuple[str, ...] = ()) -> Schema:
    found: Schema = {
        "type": "object",
        "required": [name for name in properties if name not in optional],
        "properties": properties,
    }
    return found | ({"description": description} if description else {})


_RECORD = _object({"kind": _KIND, "id": _TEXT, "rev": _REVISION, "deleted": {"type": "boolean"}, "fields": _ANY_FIELDS})
_MUTATION = _object(
    {
        "kind": _KIND,
        "op": {"type": "string", "enum": ["put", "delete"]},
        "id": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
        "base": _REVISION | {"description": "The record's revision as this phone last showed it; 0: never seen."},
        "fields": {"type": "object", "description": "For a put."},
        "changed": {"type": "array", "items": _TEXT, "description": "The fields that were changed; all by default."},
    },
    optional=("base", "fields", "changed"),
)
_RESULT = _object(
    {
        "kind": _TEXT,
        "id": _TEXT,
        "status": {"type": "string", "enum": list(Status)},
        "rev": {"type": ["integer", "null"], "description": "The stored record's; null if there is none."},
        "conflict_fields": {"type": "array", "items": _TEXT},
        "error": {
            "type": ["object", "null"],
            "required": ["code", "field", "message"],
            "properties": {"code": _TEXT, "field": _TEXT, "message": _TEXT},
        },
        "notices": {"type": "array", "items": reference("Notice")},
        "record": {"anyOf": [reference("SyncRecord"), {"type": "null"}], "description": "The stored record, always."},
    }
)
_PUSHED = _object(
    {
        "rev": _REVISION,
        "epoch": _TEXT,
        "seq": {"type": "integer"},
        "replayed": {"type": "boolean"},
        "results": {"type": "array", "items": reference("SyncResult")},
    }
)
_PULLED = _object(
    {
        "changes": {"type": "array", "items": reference("SyncRecord")},
        "cursor": _TEXT,
        "has_more": {"type": "boolean"},
        "rev": _REVISION,
        "epoch": _TEXT,
        "ack": {"type": ["integer", "null"], "description": "The last push of the device that this view holds."},
        "counts": {"type": ["object", "null"], "additionalProperties": {"type": "integer"}},
        "digest": _OR_NULL,
    }
)
_HISTORY = _object(
    {
        "items": {
            "type": "array",
            "items": _object(
                {
                    "rev": _REVISION,
                    "device": _TEXT,
                    "seq": {"type": ["integer", "null"], "description": "The device's push; null for REST."},
                    "field": _OR_NULL | {"description": "null where it is about the record as a whole."},
                    "old": {},
                    "new": {"description": "What was written, or offered and not taken."},
                    "outcome": {"type": "string", "enum": list(Outcome)},
                    "at": {"type": "string", "format": "date-time"},
                }
            ),
        },
        "next_cursor": _OR_NULL,
    }
)
_CONFIG = _object(
    {
        "min_schema": {"type": "integer"},
        "max_schema": {"type": "integer"},
        "kinds": {"type": "object", "description": "The JSON Schema of each kind's fields."},
        "limits": {"type": "object", "additionalProperties": {"type": "integer"}},
        "server_time": {"type": "string", "format": "date-time"},
    }
)
PUSH: Final = _object(
    {
        "device": _DEVICE,
        "seq": {"type": "integer", "minimum": 1, "description": "1 for a device's first push, then one more each."},
        "schema": {"type": "integer", "minimum": 1},
        "epoch": _TEXT | {"description": "As the last pull named it."},
        "mutations": {"type": "array", "items": reference("SyncMutation"), "maxItems": MOST_MUTATIONS},
    }
)
SCHEMAS: Final = {
    "SyncPush": PUSH,
    "SyncMutation": _MUTATION,
    "SyncRecord": _RECORD,
    "SyncResult": _RESULT,
    "SyncPushed": _PUSHED,
    "SyncPulled": _PULLED,
    "SyncHistory": _HISTORY,
    "SyncConfig": _CONFIG,
}
