"""Periods of treatment: a pause long enough to be a baseline begins a new one (trends, section 1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.trends.composite import composite
from app.domain.trends.dates import DateRange
from app.domain.trends.series import Values
from app.domain.trends.treatment import Pause, Treatment
from app.domain.trends.weeks import baseline, weekly_rows, within
from app.domain.trends.window import baseline_before

WASHOUT_DAYS = 7
"""The first days of a pause are no baseline: the drug may still act."""
BASELINE_VALID_WEEKS = 2
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One stretch of treatment with the baseline before it."""

    starts_on: date
    """Where week 0 begins: the first dose or a restart; without a first dose the day after the look."""
    ends_on: date
    """The last day that a look may see: of an ended period the day before its pause, of the present one the look's."""
    baseline: DateRange
    treated: bool
    """False where there is no first dose yet, so that every week lies before it."""
    ended: bool
    """Whether another period follows."""
    pauses: tuple[Pause, ...]
    """Those that split nothing; their weeks are not judged."""

    @property
    def anchor(self) -> int:
        """The ordinal of the day on which week 0 begins."""
        return self.starts_on.toordinal()

    @property
    def complete_weeks(self) -> int:
        """Treatment weeks that end on or before ends_on."""
        return max(0, (self.ends_on.toordinal() - self.anchor + 1) // 7)

    def first_day(self, week: int) -> date:
        """The date on which a week begins."""
        return date.fromordinal(self.anchor + 7 * week)

    def last_day(self, week: int) -> date:
        """The date on which a week ends."""
        return self.first_day(week + 1) - _DAY

    @property
    def paused_weeks(self) -> frozenset[int]:
        """The weeks that a pause touches, so that they tell nothing of the treatment."""
        spans = (pause.nights for pause in self.pauses)
        return frozenset(
            week for span in spans for week in range(self._week_of(span.first), self._week_of(span.last) + 1)
        )

    def _week_of(self, day: date) -> int:
        return (day.toordinal() - self.anchor) // 7


def periods(treatment: Treatment, targets: Mapping[str, Values], as_of: date) -> list[Period]:
    """The periods in their order; the last one is the present one.

    targets are the daily values of the condition's target measures: a pause splits the treatment where their composite
    has two valid weeks within it, its first 7 days left out.
    """
    if treatment.first_dose is None:
        start = as_of + _DAY
        return [
            Period(
                starts_on=start, ends_on=as_of, baseline=baseline_before(start), treated=False, ended=False, pauses=()
            )
        ]
    done: list[Period] = []
    start, span, short = treatment.first_dose, baseline_before(treatment.first_dose), list[Pause]()
    for pause in treatment.pauses:
        restart = pause.restarts_on
        washed = None if restart is None else split(pause, targets, restart)
        if restart is None or washed is None:
            short.append(pause)
            continue
        end = pause.nights.first - _DAY
        if start <= end:
            done.append(
                Period(starts_on=start, ends_on=end, baseline=span, treated=True, ended=True, pauses=tuple(short))
            )
        start, span, short = restart, washed, []
    present = Period(starts_on=start, ends_on=as_of, baseline=span, treated=True, ended=False, pauses=tuple(short))
    return [*done, present]


def split(pause: Pause, targets: Mapping[str, Values], restart: date) -> DateRange | None:
    """The baseline within a pause that a restart on this date would end; None where it is too short for one.

    The baseline is at most the last 8 weeks before the restart.
    """
    first = max(pause.nights.first + timedelta(days=WASHOUT_DAYS), baseline_before(restart).first)
    if first > pause.nights.last:
        return None
    span = DateRange(first=first, last=pause.nights.last)
    inside = composite({code: within(values, span) for code, values in targets.items()}, span).values
    return span if baseline(weekly_rows(inside, restart.toordinal())).weeks >= BASELINE_VALID_WEEKS else None
