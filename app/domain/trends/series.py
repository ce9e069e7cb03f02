"""The daily values of one measure, turned so that lower is better (trends, section 1 and 2)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.trends.diary import Day, Moment

TOP = 10
"""The upper end of every scale."""
SOURCES = {"sleep_disturbance": "sleep_quality"}
"""Measures that may be told by another one that runs the other way: 10 - x, marked derived."""

Values = Mapping[int, float]
"""Lower-is-better values by the ordinal of their day (`date.toordinal`), ascending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One measure of one diary."""

    measure: str
    higher_is_better: bool
    """Whether the patient's own scale runs the other way; the values here are turned already."""
    values: Values
    derived_days: int
    """Days whose value was turned from another field of the day."""
    moment_days: int
    """Days whose value is the mean of readings within the day, since the day itself has no score."""


def measure_series(measure: str, days: Sequence[Day], moments: Iterable[Moment], *, higher_is_better: bool) -> Series:
    """One value a day at most: the day's score, else what its source tells, else the mean of its moments.

    days are ascending, one a date.
    """
    values: dict[int, float] = {
        ordinal: score for ordinal, scores in days if (score := scores.get(measure)) is not None
    }
    scored = len(values)
    source = SOURCES.get(measure)
    if source is not None:
        for ordinal, scores in days:
            if ordinal not in values and (score := scores.get(source)) is not None:
                values[ordinal] = TOP - score
    told = len(values)
    for ordinal, readings in _by_day(measure, source, moments).items():
        values.setdefault(ordinal, sum(readings) / len(readings))
    if len(values) > scored:
        values = dict(sorted(values.items()))
    if higher_is_better:
        values = {ordinal: TOP - value for ordinal, value in values.items()}
    return Series(
        measure=measure,
        higher_is_better=higher_is_better,
        values=values,
        derived_days=told - scored,
        moment_days=len(values) - told,
    )


def _by_day(measure: str, source: str | None, moments: Iterable[Moment]) -> dict[int, list[int]]:
    readings: dict[int, list[int]] = {}
    for moment in moments:
        if moment.measure in {measure, source}:
            value = moment.value if moment.measure == measure else TOP - moment.value
            readings.setdefault(moment.local_date.toordinal(), []).append(value)
    return readings
