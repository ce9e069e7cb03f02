"""Dates and instants as the wire has them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.api.wire import Day, Instant

_DAYS: TypeAdapter[date] = TypeAdapter(Day)
_INSTANTS: TypeAdapter[datetime] = TypeAdapter(Instant)


@given(st.dates(min_value=date(1900, 1, 1)))
def test_every_day_from_1900_on_is_read(day: date) -> None:
    assert _DAYS.validate_python(day.isoformat(), strict=True) == day


@given(st.datetimes(min_value=datetime(1900, 1, 2), timezones=st.just(UTC)))  # noqa: DTZ001  the zone is drawn
def test_every_instant_from_1900_on_is_read(instant: datetime) -> None:
    assert _INSTANTS.validate_python(instant.isoformat(), strict=True) == instant


def test_instant_is_read_in_utc() -> None:
    read = _INSTANTS.validate_python("2026-03-01T01:30:00.5+02:00", strict=True)
    assert read.isoformat() == "2026-02-28T23:30:00.500000+00:00"


@pytest.mark.parametrize(
    "sent",
    [
        "86400",
        86400,
        None,
        "2026-3-1",
        "20260301",
        "2026-02-30",
        "1899-12-31",
        "2026-03-01T00:00:00Z",
        "2026-03-01 ",
        "\u0662\u0660\u0662\u0666-\u0660\u0663-\u0660\u0661",
    ],
)
def test_what_is_no_day_is_an_invalid_date(sent: object) -> None:
    with pytest.raises(ValidationError) as refused:
        _DAYS.validate_python(sent, strict=True)
    assert [error["type"] for error in refused.value.errors()] == ["invalid-date"]


@pytest.mark.parametrize(
    "sent",
    [
        86400,
        "86400",
        "2026-03-01",
        "2026-03-01T10:00:00",
        "2026-03-01 10:00:00Z",
        "2026-03-01T10:00Z",
        "2026-03-01T25:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "1899-12-31T23:59:59Z",
    ],
)
def test_what_is_no_instant_is_an_invalid_date(sent: object) -> None:
    with pytest.raises(ValidationError) as refused:
        _INSTANTS.validate_python(sent, strict=True)
    assert [error["type"] for error in refused.value.errors()] == ["invalid-date"]
