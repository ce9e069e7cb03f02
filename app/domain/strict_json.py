"""The one reader of raw JSON bytes (reliability, section 4): strict where Python's own reader is generous.

UTF-8 without a byte order mark, no key twice in an object, no NaN or infinity, bounded depth. Numbers are exact:
one with a fraction or an exponent is a Decimal, and so is an integer too long for any field to hold.
"""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from json import JSONDecodeError, JSONDecoder
from typing import NoReturn, TypeAlias, cast

from app.domain.errors import FieldError, Invalid, MalformedJson

JsonValue: TypeAlias = "bool | int | Decimal | str | list[JsonValue] | dict[str, JsonValue] | None"

MOST_NAMED = 100
"""How many faults one refusal names; a body made of faults is not answered with a larger one."""

_LONGEST_INTEGER = 19
_BEYOND_ALL = Decimal("1E+999999999999999999")
_UNFIT = re.compile("[\x00\ud800-\udfff]")
_PERHAPS_UNFIT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_ONE_BRACKET = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class RepeatedKeys(dict[str, JsonValue]):
    """An object in which a key stood more than once; it holds the last value of each."""


def read(body: bytes, *, max_depth: int = 16) -> JsonValue:
    """A body of one record or request; refuses with MalformedJson, or with Invalid where a string can't be stored."""
    value = _parse(body, max_depth, _ONE_RECORD)
    if _PERHAPS_UNFIT.search(body):
        faults = [
            FieldError(pointer=place, code="invalid-text", message="The text holds a character that can't be stored.")
            for place, _ in zip(_unfit_places(value, ""), range(MOST_NAMED), strict=False)
        ]
        if faults:
            raise Invalid(faults)
    return value


def read_batch(body: bytes, *, max_depth: int = 16) -> JsonValue:
    """A body of many records, each judged alone: repeated keys come as RepeatedKeys, and strings as they are.

    The caller owes each object and string the look that `read` takes; `check_fields` does so for a record's fields.
    """
    return _parse(body, max_depth, _MANY_RECORDS)


def is_storable(text: str) -> bool:
    """Whether a string is free of NUL and lone surrogates, which PostgreSQL and UTF-8 can't hold."""
    return _UNFIT.search(text) is None


def pointer_to(name: str) -> str:
    """The JSON Pointer (RFC 6901) to a member, as fit to be sent: long or unstorable names are cut short."""
    return "/" + _UNFIT.sub("\ufffd", name[:100]).replace("~", "~0").replace("/", "~1")


def _parse(body: bytes, max_depth: int, decoder: JSONDecoder) -> JsonValue:
    if not _is_shallow(body, max_depth):
        raise MalformedJson(f"Brackets don't match, or are nested more than {max_depth} deep.")
    try:
        return cast("JsonValue", decoder.decode(body.decode()))
    except UnicodeDecodeError:
        raise MalformedJson("The body is not UTF-8.") from None
    except JSONDecodeError as error:
        raise MalformedJson(f"Not well-formed JSON at character {error.pos}.") from None


def _is_shallow(body: bytes, max_depth: int) -> bool:
    """Whether nesting stays within bounds, told before the recursive parser sees the body.

    With the strings taken out, each pass removes the innermost pairs of brackets: as many passes as levels.
    """
    if body.count(b"[") + body.count(b"{") <= max_depth:
        return True
    outside = b"".join(body.replace(rb"\\", b"").replace(rb"\"", b"").split(b'"')[::2])
    brackets = outside.translate(_ONE_BRACKET, _NO_BRACKETS)
    for _ in range(max_depth):
        brackets = brackets.replace(b"[]", b"")
    return not brackets


def _unfit_places(value: JsonValue, pointer: str) -> Iterator[str]:
    """Pointers to the strings that can't be stored; for a key, to where its member stands."""
    if isinstance(value, str):
        if not is_storable(value):
            yield pointer
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _unfit_places(item, f"{pointer}/{place}")
    elif isinstance(value, dict):
        for name, member in value.items():
            if is_storable(name):
                yield from _unfit_places(member, pointer + pointer_to(name))
            else:
                yield pointer + pointer_to(name)


def _integer(text: str) -> int | Decimal:
    return int(text) if len(text) <= _LONGEST_INTEGER else Decimal(text)


def _fraction(text: str) -> Decimal:
    """The exact number; an exponent beyond what a Decimal can hold becomes one that is out of every field's range."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return _BEYOND_ALL


def _constant(_: str) -> NoReturn:
    raise MalformedJson("NaN and infinities are not JSON.")


def _single(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedJson("A key stands twice in one object.")
    return found


def _marked(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else RepeatedKeys(found)


def _decoder(of_pairs: Callable[[list[tuple[str, JsonValue]]], dict[str, JsonValue]]) -> JSONDecoder:
    return JSONDecoder(object_pairs_hook=of_pairs, parse_int=_integer, parse_float=_fraction, parse_constant=_constant)


_ONE_RECORD = _decoder(_single)
_MANY_RECORDS = _decoder(_marked)
