"""Which dates a summary looks at, so that its cost does not grow with the years (trends, section 8)."""

from datetime import date, timedelta

from app.domain.trends.dates import DateRange, joined
from app.domain.trends.treatment import Treatment

BASELINE_WEEKS = 8
SCAN_WEEKS = 104
"""Treatment weeks of a period that count for its verdict."""
LATEST_WEEKS = 52
_WEEK = timedelta(weeks=1)
_DAY = timedelta(days=1)


def baseline_before(start: date) -> DateRange:
    """The last 8 weeks before a first dose."""
    return DateRange(first=start - BASELINE_WEEKS * _WEEK, last=start - _DAY)


def weeks_in_view(complete_weeks: int) -> list[int]:
    """The weeks of the series, ascending: the baseline, the first 104 treatment weeks, the latest 52."""
    first, latest = range(-BASELINE_WEEKS, min(SCAN_WEEKS, complete_weeks)), complete_weeks - LATEST_WEEKS
    return sorted({*first, *range(latest, complete_weeks)})


def diary_window(treatment: Treatment, as_of: date) -> tuple[DateRange, ...]:
    """The dates whose days, moments and doses a summary needs, ascending and apart from one another.

    For each date from which weeks may be counted (the first dose and each restart) the baseline and the first 104
    weeks; and the latest 52 weeks with the one that is not over. What lies outside changes nothing.
    """
    starts = [pause.restarts_on for pause in treatment.pauses if pause.restarts_on is not None]
    if treatment.first_dose is not None:
        starts.append(treatment.first_dose)
    spans = [
        DateRange(first=start - BASELINE_WEEKS * _WEEK, last=min(as_of, start + SCAN_WEEKS * _WEEK - _DAY))
        for start in starts
    ]
    latest = DateRange(first=as_of - (LATEST_WEEKS + 1) * _WEEK + _DAY, last=as_of)
    return tuple(joined((latest, *spans)))
