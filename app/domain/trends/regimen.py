"""The planned daily amount on each day, derived from the regimen step in force."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from app.domain.trends.treatment import RegimenStep, in_order


class Regimen:
    """The plan as one look at a date sees it: steps that begin later are not in it."""

    def __init__(self, steps: Iterable[RegimenStep], as_of: date) -> None:
        self._steps = [step for step in in_order(steps) if step.starts_on <= as_of]
        self._starts = [step.starts_on.toordinal() for step in self._steps]
        self._ends = [
            date.max.toordinal() if step.ends_on is None else step.ends_on.toordinal() for step in self._steps
        ]

    def in_force(self, ordinal: int) -> RegimenStep | None:
        """The last step that had begun on the day, unless it was over or stops the treatment."""
        at = bisect_right(self._starts, ordinal) - 1
        if at < 0 or ordinal > self._ends[at] or self._steps[at].stops:
            return None
        return self._steps[at]


def daily_mg(step: RegimenStep) -> Decimal:
    """What a step plans for one day."""
    return step.mg * step.doses_per_day
