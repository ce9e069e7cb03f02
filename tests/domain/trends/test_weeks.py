"""Weekly rows: weeks counted in local dates from the first dose (trends, section 1; domain, section 4)."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from app.domain.trends.dates import DateRange
from app.domain.trends.weeks import Baseline, WeekRow, baseline, weekly_rows, within
from tests.domain.trends.diaries import FIRST_DOSE, on

ANCHOR = FIRST_DOSE.toordinal()
VALUES = st.dictionaries(st.integers(-400, 400), st.integers(0, 10)).map(
    lambda days: {ANCHOR + day: float(days[day]) for day in sorted(days)}
)


@given(VALUES)
def test_each_day_stands_in_the_week_that_its_date_says(values: Mapping[int, float]) -> None:
    rows = weekly_rows(values, ANCHOR)
    for row in rows:
        days = [value for ordinal, value in values.items() if (ordinal - ANCHOR) // 7 == row.week]
        assert (row.days, row.total) == (len(days), sum(days))
    assert [row.week for row in rows] == sorted({(ordinal - ANCHOR) // 7 for ordinal in values})


@given(VALUES, st.integers(-60, 60))
def test_moving_diary_and_first_dose_by_some_days_shifts_no_week(values: Mapping[int, float], days: int) -> None:
    moved = {ordinal + days: value for ordinal, value in values.items()}
    assert weekly_rows(moved, ANCHOR + days) == weekly_rows(values, ANCHOR)


def test_the_first_dose_date_begins_week_0_and_the_day_before_ends_week_minus_1() -> None:
    assert [row.week for row in weekly_rows({ANCHOR - 1: 5, ANCHOR: 5, ANCHOR + 6: 5, ANCHOR + 7: 5}, ANCHOR)] == [
        -1,
        0,
        1,
    ]


@given(VALUES)
def test_the_baseline_is_weighted_by_entries_and_counts_only_valid_weeks(values: Mapping[int, float]) -> None:
    rows = weekly_rows(values, ANCHOR)
    scores = [
        value
        for ordinal, value in values.items()
        if any(row.valid and row.week == (ordinal - ANCHOR) // 7 for row in rows)
    ]
    told = baseline(rows)
    assert told.entries == len(scores)
    assert told.mean == (sum(scores) / len(scores) if scores else None)


def test_a_week_with_three_days_counts_and_one_with_two_does_not() -> None:
    rows = [WeekRow(week=-2, days=2, total=20), WeekRow(week=-1, days=3, total=9)]
    assert baseline(rows) == Baseline(weeks=1, entries=3, mean=3)


def test_within_keeps_both_ends_of_a_range() -> None:
    span = DateRange(first=on(0), last=on(2))
    assert within({ANCHOR - 1: 1, ANCHOR: 0, ANCHOR + 2: 3, ANCHOR + 3: 4}, span) == {ANCHOR: 0, ANCHOR + 2: 3}
