"""Types that Pydantic alone takes too generously: it reads "86400" as a date and a naive time as an instant.

They serve in bodies and in query parameters.
"""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Final

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.domain.clock import EARLIEST_DAY

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})", re.ASCII)


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


def _instant(value: object) -> datetime:
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise PydanticCustomError("invalid-date", "This must be a time such as 2026-03-01T08:30:00Z.")
    try:
        instant = datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        raise PydanticCustomError("invalid-date", "There is no such time.") from None
    if instant.date() < EARLIEST_DAY:
        raise PydanticCustomError("invalid-date", "This time is too long ago.")
    return instant


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
"""A civil date `YYYY-MM-DD` from 1900 on."""

Instant = Annotated[datetime, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})]
"""An RFC 3339 date-time with an offset, from 1900 on, as an aware datetime in UTC."""
