"""When the change came and how large it is, each with a 90 % interval (trends, section 2, steps 6 and 7)."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from app.domain.trends.scan import Split

TEMPERING = 0.60
"""Calibrated: weekly means hang together, so that a plain likelihood would be too sure of its week."""
LEVEL = 0.9
_TAIL = (1 - LEVEL) / 2
_QUANTILE = 1.645
"""The standard normal's 95 % point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """An inferred number with its interval."""

    estimate: float
    low: float
    high: float
    level: float


def weights(splits: Sequence[Split], weeks: int) -> list[tuple[Split, float]]:
    """How likely each split for the better is the true one, with a sum of 1: proportional to SSE^(-0.60 (weeks-1)/2).

    weeks are those of the whole series, N. At least one split must fall.
    """
    falling = [split for split in splits if split.drop > 0]
    power = TEMPERING * (weeks - 1) / 2
    best = min(split.sse for split in falling)
    likely = [(best / split.sse) ** power for split in falling]
    whole = math.fsum(likely)
    return [(split, one / whole) for split, one in zip(falling, likely, strict=True)]


def weeks_to_benefit(weighted: Sequence[tuple[Split, float]]) -> Estimate:
    """Weeks from the first dose to the change: the median and the 5 % and 95 % points of the weeks' weights.

    A week's weight is spread evenly over it, and half a week taken off, since a week splits best if the change lies
    around its beginning.
    """
    reached = list(accumulate(weight for _, weight in weighted))

    def point(share: float) -> float:
        at = bisect_left(reached, share)
        split, weight = weighted[at]
        return max(0.0, split.week + 1 - (reached[at] - share) / weight - 0.5)

    return Estimate(estimate=point(0.5), low=point(_TAIL), high=point(1 - _TAIL), level=LEVEL)


def drop(weighted: Sequence[tuple[Split, float]]) -> Estimate:
    """Points fallen, from the mean before to the settled mean after; its spread over the weeks is in the interval."""
    fallen = [(split.before - split.settled, split.se_settled, weight) for split, weight in weighted]
    mean = math.fsum(points * weight for points, _, weight in fallen)
    variance = math.fsum((se * se + (points - mean) ** 2) * weight for points, se, weight in fallen)
    reach = _QUANTILE * math.sqrt(variance)
    return Estimate(estimate=mean, low=mean - reach, high=mean + reach, level=LEVEL)
