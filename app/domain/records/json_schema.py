"""JSON Schemas (2020-12) of the fields of each kind, for the OpenAPI document and for phones (`/v1/sync/config`)."""

from typing import cast

from app.domain.records.field_types import Schema
from app.domain.records.kinds import MOST_FIELDS, SCORE, Field, Kind


def schema(kind: Kind) -> Schema:
    """What the fields of a new record may be; rules that join fields, and true against 3.0, are beyond a schema."""
    found: Schema = {
        "type": "object",
        "properties": {name: _of_field(declared) for name, declared in kind.fields.items()},
        "required": [name for name, declared in kind.fields.items() if declared.required and not declared.filled_in],
        "additionalProperties": False,
        "maxProperties": MOST_FIELDS,
    }
    if kind.open_form:
        found["patternProperties"] = {f"^{kind.open_form}$": _of_field(Field(SCORE))}
    return found


def _of_field(declared: Field) -> Schema:
    found = declared.type.schema()
    if declared.required:
        return found
    types = found["type"]
    nullable = found | {"type": [*(cast("list[str]", types) if isinstance(types, list) else [types]), "null"]}
    if "enum" in found:
        nullable["enum"] = [*cast("list[str]", found["enum"]), None]
    return nullable
