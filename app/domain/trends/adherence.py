"""Adherence as a range, since silence about a dose is not a missed dose (trends, section 5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.domain.trends.dates import DateRange
from app.domain.trends.diary import Dose
from app.domain.trends.treatment import DoseStatus, Treatment

_UNKNOWN, _SKIPPED, _HELD, _TAKEN = range(4)  # of several doses on one day the highest decides
_RANKS = {
    DoseStatus.SKIPPED: _SKIPPED,
    DoseStatus.HELD: _HELD,
    DoseStatus.TAKEN: _TAKEN,
    DoseStatus.PARTIAL: _TAKEN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Adherence:
    """The share of days with a dose; both bounds are None where nothing is recorded."""

    low: float | None
    """Unknown days counted as missed."""
    high: float | None
    """Unknown days left out."""
    days: int
    """Days from the first dose on, without held and stopped ones."""
    longest_gap_days: int
    """The most such days in a row without a dose recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdherenceCount:
    """What the range is made from."""

    days_taken: int
    days_not_taken: int
    """Days recorded as skipped."""
    days_unknown: int
    longest_gap_days: int

    @property
    def range(self) -> Adherence:
        """The range; low is never above high."""
        known = self.days_taken + self.days_not_taken
        days = known + self.days_unknown
        return Adherence(
            low=self.days_taken / days if known else None,
            high=self.days_taken / known if known else None,
            days=days,
            longest_gap_days=self.longest_gap_days,
        )


def adherence(doses: Iterable[Dose], treatment: Treatment, spans: Iterable[DateRange]) -> AdherenceCount:
    """Counts the days of the spans, which are apart from one another and over; doses must cover them.

    Days before the first dose don't count; without a first dose none does.
    """
    ranks = _ranks(doses)
    stopped = {ordinal for span in treatment.stopped for ordinal in span.ordinals}
    start = treatment.first_dose.toordinal() if treatment.first_dose is not None else date.max.toordinal()
    taken = missed = unknown = longest = 0
    for span in spans:
        gap = 0
        for ordinal in span.ordinals:
            rank = ranks.get(ordinal, _UNKNOWN)
            if rank == _HELD or ordinal < start or ordinal in stopped:
                gap = 0
            elif rank == _TAKEN:
                taken += 1
                gap = 0
            else:
                missed += rank == _SKIPPED
                unknown += rank == _UNKNOWN
                gap += 1
                longest = max(longest, gap)
    return AdherenceCount(days_taken=taken, days_not_taken=missed, days_unknown=unknown, longest_gap_days=longest)


def _ranks(doses: Iterable[Dose]) -> dict[int, int]:
    ranks: dict[int, int] = {}
    for dose in doses:
        ordinal, rank = dose.local_date.toordinal(), _RANKS[dose.status]
        if ranks.get(ordinal, _UNKNOWN) < rank:
            ranks[ordinal] = rank
    return ranks
