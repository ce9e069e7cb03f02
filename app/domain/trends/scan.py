"""The weekly step scan: which week splits a series best, and how strong that split is (trends, section 2)."""

import math
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from app.domain.trends.weeks import WeekRow

_WEEK_DAYS = 7
AFTER_WEEKS = 3
"""A split needs so many valid weeks from its own on."""
_SETTLES = 5
"""With so many weeks from the split on, its first two are taken for the change itself."""
SSE_FLOOR = 0.25
"""Keeps a series without any noise from being certain: scores are whole points."""


# A look makes one of these for each week: as a tuple it costs a third of what a frozen dataclass costs.
class Split(NamedTuple):
    """A series split in two at the beginning of a week; weekly means are weighted by entries."""

    week: int
    before: float
    """Mean of the weeks before it, baseline included."""
    after: float
    """Mean from it on."""
    sse: float
    """Squared deviations from both means, weighted, with SSE_FLOOR."""
    t: float
    """The t of a step between two means: positive where the scores fell, so for the better."""
    settled: float
    """Mean from it on without the change itself: without its first two weeks, where at least 5 weeks remain."""
    se_settled: float
    """Standard error of before - settled."""

    @property
    def drop(self) -> float:
        """Points fallen at the split."""
        return self.before - self.after


def step_scan(baseline: Sequence[WeekRow], treatment: Sequence[WeekRow]) -> list[Split]:
    """Every split of the series at a treatment week, ascending; weeks are valid, ascending, lower-is-better.

    None where fewer than 3 treatment weeks are there or no week before them. Each split is the weighted least squares
    fit of a step (two means); prefix sums make it cheap.
    """
    rows = [*baseline, *treatment]
    weights, firsts, seconds = _prefix_sums(rows)
    whole_weight, whole_first, whole_second = weights[-1], firsts[-1], seconds[-1]
    freedom = len(rows) - 2
    splits: list[Split] = []
    for at in range(max(1, len(baseline)), len(rows) - AFTER_WEEKS + 1):
        left_weight, left_first = weights[at], firsts[at]
        weight, first = whole_weight - left_weight, whole_first - left_first
        before, after = left_first / left_weight, first / weight
        sse = max(0.0, whole_second - left_first * before - first * after) + SSE_FLOOR
        variance = sse / freedom
        t = (before - after) / math.sqrt(variance * (1 / left_weight + 1 / weight))
        settled_from = at + 2 if len(rows) - at >= _SETTLES else at
        settled_weight = whole_weight - weights[settled_from]
        settled = (whole_first - firsts[settled_from]) / settled_weight
        se_settled = math.sqrt(variance * (1 / left_weight + 1 / settled_weight))
        splits.append(Split(rows[at].week, before, after, sse, t, settled, se_settled))
    return splits


def normal_value(t: float, freedom: int) -> float:
    """The standard normal value as unlikely as a t with these degrees of freedom.

    Wallace DL (1959), Bounds on normal approximations to Student's and the chi-square distributions,
    Ann Math Stat 30:1121; the sign is t's.
    """
    size = math.sqrt(freedom * math.log1p(t * t / freedom)) * (8 * freedom + 1) / (8 * freedom + 3)
    return math.copysign(size, t)


def _prefix_sums(rows: Sequence[WeekRow]) -> tuple[list[float], list[float], list[float]]:
    """Sums of v, v m and v m^2 over the weeks before each; v is the week's entries / 7, m its mean."""
    weights = accumulate([days / _WEEK_DAYS for _, days, _ in rows], initial=0.0)
    firsts = accumulate([total / _WEEK_DAYS for _, _, total in rows], initial=0.0)
    seconds = accumulate([total * total / (days * _WEEK_DAYS) for _, days, total in rows], initial=0.0)
    return list(weights), list(firsts), list(seconds)
