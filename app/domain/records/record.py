"""A stored record and its fields as canonical JSON text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from json import JSONDecoder
from json.encoder import encode_basestring
from types import NoneType
from typing import Any, NamedTuple, NewType, TypeAlias, cast

from app.domain.ids import RecordId, Revision

KindName = NewType("KindName", str)

Value: TypeAlias = bool | int | Decimal | str | tuple[str, ...] | None
"""A field's value. `mg` is a Decimal, also where it is whole; dates and instants are text."""

Fields: TypeAlias = Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """A record as the diary holds it."""

    kind: KindName
    id: RecordId
    rev: Revision
    deleted: bool
    text: str
    """The fields as canonical JSON; handed out as it stands."""

    @property
    def fields(self) -> Fields:
        """The fields, parsed anew at each call."""
        return decode(self.text)


class Dated(NamedTuple):
    """A live record with a day: what lists of many are read as."""

    day: date
    id: str
    text: str


def decode(text: str) -> dict[str, Value]:
    """Fields from canonical JSON text."""
    fields = cast("dict[str, Any]", _DECODER.decode(text))
    for name, value in fields.items():
        if type(value) is list:
            fields[name] = tuple(cast("list[str]", value))
    if type(whole := fields.get("mg")) is int:
        fields["mg"] = Decimal(whole)
    return fields


def encode(fields: Fields) -> str:
    """Canonical JSON: keys in order of code points, no spaces, non-ASCII as it is, decimals plain and shortest."""
    return "{" + ",".join([f"{encode_basestring(name)}:{_encoded(fields[name])}" for name in sorted(fields)]) + "}"


def _encoded(value: Value) -> str:
    return _ENCODERS[type(value)](value)


def _encoded_list(value: tuple[str, ...]) -> str:
    return "[" + ",".join(map(encode_basestring, value)) + "]"


def _encoded_flag(value: bool) -> str:  # noqa: FBT001 - the value itself
    return "true" if value else "false"


def _encoded_nothing(_: None) -> str:
    return "null"


def plain(number: Decimal) -> str:
    """A finite decimal without exponent and without needless zeros."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


_DECODER = JSONDecoder(parse_float=Decimal)
_ENCODERS: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    int: str,
    bool: _encoded_flag,
    Decimal: plain,
    NoneType: _encoded_nothing,
    tuple: _encoded_list,
}
"""By exact type: every write encodes dozens of values."""
