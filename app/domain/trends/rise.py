"""How much worse one stretch of days is scored than another, daily scores being alike from day to day.

Scores are lower-is-better, points 0 to 10. The variance of a mean of an AR(1) series widens by (1 + rho) / (1 - rho)
(Bayley and Hammersley 1946, J R Stat Soc Suppl 8:184); the lag-1 autocorrelation of a short series is too low by
(1 + 3 rho) / n (Marriott and Pope 1954, Biometrika 41:390).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

LEAST_ENTRIES: Final = 6
"""A window with fewer entries tells nothing."""
HALF_WIDTH: Final = 1.645
"""Standard errors to each side of a 90 % interval."""
_LEAST_VARIANCE: Final = 0.25
_USUAL_MEMORY: Final = 0.3
"""The autocorrelation expected of daily scores before any is seen, which counts as much as 20 entries."""
_USUAL_ENTRIES: Final = 20
_MOST_MEMORY: Final = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The scored days of a stretch: their mean, and what their scatter is made from."""

    entries: int
    mean: float
    squares: float
    """Sum of the squared deviations from the mean."""
    pairs: int
    """Pairs of consecutive days, both scored."""
    products: float
    """Sum over these of the two deviations' product."""

    @property
    def tells(self) -> bool:
        """Whether there are enough entries to compare."""
        return self.entries >= LEAST_ENTRIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How much higher the later of two windows is, in points."""

    points: float
    error: float
    """The standard error; above 0."""

    @property
    def z(self) -> float:
        """The difference in standard errors."""
        return self.points / self.error

    @property
    def low(self) -> float:
        """The lower end of the 90 % interval."""
        return self.points - HALF_WIDTH * self.error

    @property
    def high(self) -> float:
        """The upper end of the 90 % interval."""
        return self.points + HALF_WIDTH * self.error


def window(values: Mapping[int, float], days: range) -> Window:
    """What the values of these days (ordinals) amount to; the mean of an empty window is 0."""
    scores = [values.get(day) for day in days]
    scored = [score for score in scores if score is not None]
    mean = sum(scored) / max(1, len(scored))
    apart = [None if score is None else score - mean for score in scores]
    products = [one * other for one, other in pairwise(apart) if one is not None and other is not None]
    return Window(
        entries=len(scored),
        mean=mean,
        squares=sum([(score - mean) ** 2 for score in scored]),
        pairs=len(products),
        products=sum(products),
    )


def difference(before: Window, after: Window) -> Difference:
    """The difference of two windows that tell something (trends, section 4)."""
    variance = max(_LEAST_VARIANCE, (before.squares + after.squares) / (before.entries + after.entries - 2))
    memory = _memory(before, after)
    spread = variance * (1 + memory) / (1 - memory)
    error = math.sqrt(spread * (1 / before.entries + 1 / after.entries))
    return Difference(points=after.mean - before.mean, error=error)


def _memory(before: Window, after: Window) -> float:
    """The lag-1 autocorrelation pooled within both windows, corrected for its bias, and shrunk; 0 to 0.8."""
    entries = before.entries + after.entries
    pairs, squares = before.pairs + after.pairs, before.squares + after.squares
    seen = _USUAL_MEMORY
    if pairs and squares:
        seen = (before.products + after.products) / pairs / (squares / entries)
        seen += (1 + 3 * seen) / (entries / 2)
    shrunk = (entries * seen + _USUAL_ENTRIES * _USUAL_MEMORY) / (entries + _USUAL_ENTRIES)
    return min(_MOST_MEMORY, max(0.0, shrunk))
