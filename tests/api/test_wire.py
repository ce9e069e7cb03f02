"""Dates as the wire has them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.api.wire import Day

_DAYS: TypeAdapter[date] = TypeAdapter(Day)


@given(st.dates(min_value=date(1900, 1, 1)))
def test_every_day_from_1900_on_is_read(day: date) -> None:
    assert _DAYS.validate_python(day.isoformat(), strict=True) == day


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
