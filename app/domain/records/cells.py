"""Values as cells of a spreadsheet, and back.

A cell that a spreadsheet would take for a formula gets an apostrophe in front, which a reader takes away again; what
looks guarded already is guarded once more, so that every text comes back as it was.
"""

import re
from decimal import Decimal

from app.domain.records.field_types import FieldType, Flag, ListOf, WholeNumber
from app.domain.records.record import Value, plain
from app.domain.strict_json import JsonValue

_BETWEEN = ";"
_GUARD = "'"
_RISKY = re.compile("'*(?:[\t\r\n]|\\s*[=+\\-@\uff1d\uff0b\uff0d\uff20])")
"""What begins a formula, also in full width, or breaks out of the cell."""
_WHOLE = re.compile("[0-9]{1,9}", re.ASCII)
_FLAGS = {"true": True, "false": False}


def to_cell(value: Value) -> str:
    """The value as text; empty for no value."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return plain(value)
        case str():
            return _guarded(value)
        case _:
            return _guarded(_BETWEEN.join(value))


def from_cell(declared: FieldType, cell: str) -> JsonValue:
    """What the cell says, not yet checked; an empty one says nothing."""
    if not cell:
        return None
    if isinstance(declared, WholeNumber) and _WHOLE.fullmatch(cell):
        return int(cell)
    if isinstance(declared, Flag):
        return _FLAGS.get(cell.lower(), cell)
    text = _unguarded(cell)
    return [*text.split(_BETWEEN)] if isinstance(declared, ListOf) else text


def _guarded(text: str) -> str:
    return _GUARD + text if _RISKY.match(text) else text


def _unguarded(cell: str) -> str:
    return cell[1:] if cell[0] == _GUARD and _RISKY.match(cell, 1) else cell
