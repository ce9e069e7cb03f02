"""Domain values as JSON: dataclasses by their fields, dates as text, exact decimals as plain JSON numbers."""

from decimal import Decimal
from functools import lru_cache

import orjson

from app.domain.records.record import plain


def json_of(value: object) -> bytes:
    """The value as UTF-8 JSON."""
    return orjson.dumps(value, default=_number)


def _number(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal):
        return _exact(value)
    raise TypeError(f"{type(value).__qualname__} has no JSON form")


@lru_cache(maxsize=1024)
def _exact(number: Decimal) -> orjson.Fragment:
    """Kept, since one answer names the same dose a hundred times."""
    return orjson.Fragment(plain(number))
