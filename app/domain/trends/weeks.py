"""Weekly rows: what every method looks at (trends, section 1)."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from app.domain.trends.dates import DateRange
from app.domain.trends.series import Values

VALID_DAYS = 3
"""A week counts with so many scored days."""


# A look makes one of these for each week of each series: as a tuple it costs a third of what a dataclass costs.
class WeekRow(NamedTuple):
    """One week of one measure with at least one score; week 0 begins on the first dose date."""

    week: int
    days: int
    """Days with a value, 1 to 7."""
    total: float
    """Sum of the values, lower is better."""

    @property
    def mean(self) -> float:
        """Mean of the days with a value."""
        return self.total / self.days

    @property
    def valid(self) -> bool:
        """Whether the week has enough days to count."""
        return self.days >= VALID_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The valid weeks before the first dose; mean is weighted by entries, None without a valid week."""

    weeks: int
    entries: int
    mean: float | None


def weekly_rows(values: Values, anchor: int) -> list[WeekRow]:
    """The weeks with a value, ascending; anchor is the ordinal of the day on which week 0 begins."""
    rows: list[WeekRow] = []
    week, days, total, next_week_on = 0, 0, 0.0, 0
    for ordinal, value in values.items():
        if ordinal >= next_week_on:
            if days:
                rows.append(WeekRow(week, days, total))
            week, days, total = (ordinal - anchor) // 7, 0, 0.0
            next_week_on = anchor + 7 * week + 7
        days += 1
        total += value
    return [*rows, WeekRow(week, days, total)] if days else rows


def scored_on(values: Values, days: range) -> list[float]:
    """The values of a stretch of days (ordinals), ascending."""
    ordinals = list(values)
    return list(values.values())[bisect_left(ordinals, days.start) : bisect_left(ordinals, days.stop)]


def within(values: Values, span: DateRange) -> dict[int, float]:
    """The values of the days of a (short) range."""
    return {ordinal: values[ordinal] for ordinal in span.ordinals if ordinal in values}


def baseline(rows: Iterable[WeekRow]) -> Baseline:
    """What the weeks before the first dose amount to."""
    valid = [row for row in rows if row.valid]
    entries = sum(row.days for row in valid)
    mean = sum(row.total for row in valid) / entries if valid else None
    return Baseline(weeks=len(valid), entries=entries, mean=mean)
