"""The versions of the records' schema that phones in the field may speak."""

from typing import Final, NewType

from app.domain.errors import Refusal
from app.domain.records.kinds import KINDS, Kind

Schema = NewType("Schema", int)
"""A version; each kind and field names the one that brought it."""

MIN_SCHEMA: Final = Schema(1)
MAX_SCHEMA: Final = Schema(1)


class SchemaUnsupported(Refusal):
    """The app speaks a version that is no longer, or not yet, understood here."""

    code = "schema-unsupported"
    min_schema = MIN_SCHEMA
    max_schema = MAX_SCHEMA


def checked_schema(version: int) -> Schema:
    """The version, if it is understood; refuses with SchemaUnsupported."""
    if not MIN_SCHEMA <= version <= MAX_SCHEMA:
        raise SchemaUnsupported
    return Schema(version)


def known_kinds(schema: Schema) -> tuple[Kind, ...]:
    """The kinds that a phone of this version knows."""
    return tuple(kind for kind in KINDS.values() if kind.since <= schema)


def brought_after(schema: Schema) -> tuple[tuple[Kind, frozenset[str]], ...]:
    """What came later: kinds, each with its newer fields, or with none where the whole kind is newer."""
    found: list[tuple[Kind, frozenset[str]]] = []
    for kind in KINDS.values():
        newer = frozenset(name for name, field in kind.fields.items() if field.since > schema)
        if kind.since > schema:
            found.append((kind, frozenset()))
        elif newer:
            found.append((kind, newer))
    return tuple(found)
