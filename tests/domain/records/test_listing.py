"""The day by which a record is listed."""

import pytest
from hypothesis import given

from app.domain.records.kinds import CONDITION_KIND, DAY, DOSE, MEDICATION, REGIMEN_STEP, Kind
from app.domain.records.listing import day_of
from app.domain.records.record import Fields, Value
from tests.domain.records.samples import any_record


@given(any_record)
def test_a_record_is_listed_by_the_date_of_its_kind_or_by_none(drawn: tuple[Kind, tuple[str, Fields]]) -> None:
    kind, (_, fields) = drawn
    wanted: Value = fields.get(kind.date_field) if kind.date_field else None
    assert day_of(kind, fields) == (wanted or "")


@pytest.mark.parametrize(
    ("kind", "fields", "day"),
    [
        (DAY, {"local_date": "2026-03-01"}, "2026-03-01"),
        (DOSE, {"local_date": "2026-03-01", "taken_at": "2026-03-02T00:20:00Z"}, "2026-03-01"),
        (REGIMEN_STEP, {"starts_on": "2026-03-01", "ends_on": "2026-04-01"}, "2026-03-01"),
        (MEDICATION, {"starts_on": None}, ""),
        (CONDITION_KIND, {"diagnosed_on": "2020-01-01"}, ""),
    ],
)
def test_which_date_that_is(kind: Kind, fields: Fields, day: str) -> None:
    assert day_of(kind, fields) == day
