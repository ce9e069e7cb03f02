"""How much of the time in view the diary covers."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.trends.dates import DateRange
from app.domain.trends.series import Values

_LOW_SHARE = 0.5
_EARLY_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Days with a score of at least one target measure, of the days in view from the first dose on."""

    days_scored: int
    days: int

    @property
    def low(self) -> bool:
        """Whether fewer than half of the days of at least a week are scored, so that most are a guess."""
        return self.days >= _EARLY_DAYS and self.days_scored < _LOW_SHARE * self.days


def coverage(targets: Iterable[Values], spans: Iterable[DateRange]) -> Coverage:
    """Counts over spans that are apart from one another."""
    scored = set[int]().union(*targets)
    days = [span.ordinals for span in spans]
    return Coverage(days_scored=sum(len(scored.intersection(span)) for span in days), days=sum(map(len, days)))
