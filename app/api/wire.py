"""Types that Pydantic alone takes too generously: it reads "86400" as a date, and " +1_0.0" as a number."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Final

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.domain.clock import EARLIEST_DAY

_DIGITS: Final = re.compile(r"-?[0-9]{1,100}", re.ASCII)
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?(?:[Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _day(value: object) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise PydanticCustomError("invalid-date", "This must be a date such as 2026-03-01.")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("invalid-date", "There is no such day.") from None
    if day < EARLIEST_DAY:
        raise PydanticCustomError("invalid-date", "This date is too long ago.")
    return day


def _whole_number(value: object) -> object:
    if isinstance(value, str) and not _DIGITS.fullmatch(value):
        raise PydanticCustomError("wrong-type", "This must be a whole number.")
    return value


def _instant(value: object) -> datetime:
    found = value if isinstance(value, str) and _INSTANT.fullmatch(value) else None
    try:
        return datetime.fromisoformat(found.upper()).astimezone(UTC) if found else _no_instant()
    except (ValueError, OverflowError):
        return _no_instant()


def _no_instant() -> datetime:
    raise PydanticCustomError("invalid-date", "This must be an instant such as 2026-03-01T12:00:00Z.")


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
"""A civil date `YYYY-MM-DD` from 1900 on."""
Instant = Annotated[datetime, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})]
"""An instant in RFC 3339 with an offset."""
WholeNumber = Annotated[int, BeforeValidator(_whole_number)]
"""A whole number in a query, in plain digits."""
