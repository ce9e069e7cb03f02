"""Ranges of diary dates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class DateRange:
    """Diary dates from first to last, both inclusive; never empty."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a range of dates ends before it begins")

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def ordinals(self) -> range:
        """The days as `date.toordinal` counts them."""
        return range(self.first.toordinal(), self.last.toordinal() + 1)


def joined(ranges: Iterable[DateRange]) -> list[DateRange]:
    """The same days as ranges that neither overlap nor touch, ascending."""
    apart: list[DateRange] = []
    for span in sorted(ranges):
        if apart and span.first <= apart[-1].last + timedelta(days=1):
            apart[-1] = DateRange(first=apart[-1].first, last=max(apart[-1].last, span.last))
        else:
            apart.append(span)
    return apart


def clipped(ranges: Iterable[DateRange], first: date, last: date) -> list[DateRange]:
    """What of the ranges lies between two dates."""
    inside = ((max(first, span.first), min(last, span.last)) for span in ranges)
    return [DateRange(first=begin, last=end) for begin, end in inside if begin <= end]
