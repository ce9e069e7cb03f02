"""A planned alternation of dose times, analysed by pairs of weeks as chance assigned them (trends, section 5)."""

from collections.abc import Iterator

from app.domain.records.timing_order import BEDTIME
from app.domain.trends.diary import TimingPlan
from app.domain.trends.dose_times import nights_of
from app.domain.trends.series import Values
from app.domain.trends.weeks import VALID_DAYS


def pair_differences(plan: TimingPlan, values: Values, last: int) -> list[float]:
    """The bedtime week's mean less the morning week's, for each pair of weeks with enough scored nights.

    values are lower-is-better, by dose night; last is the ordinal of the last night that may count. A pair that had not
    ended by then, or by the plan's early end, does not count. Every night counts for the time that was assigned to its
    week, whatever was taken: the test is exact for what chance chose, and for nothing that the patient did.
    """
    means = list(_week_means(plan, values, last))
    pairs = zip(plan.order[::2], means[::2], means[1::2], strict=False)
    return [
        first - second if time == BEDTIME else second - first
        for time, first, second in pairs
        if first is not None and second is not None
    ]


def _week_means(plan: TimingPlan, values: Values, last: int) -> Iterator[float | None]:
    nights = nights_of(plan)
    for begin in range(nights.start, min(nights.stop, last + 1) - 6, 7):
        scored = [values[night] for night in range(begin, begin + 7) if night in values]
        yield sum(scored) / len(scored) if len(scored) >= VALID_DAYS else None
