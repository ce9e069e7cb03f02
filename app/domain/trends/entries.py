"""What a look sees of the days and moments: those on the dates that count."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from app.domain.trends.choice import Scale
from app.domain.trends.dates import DateRange
from app.domain.trends.diary import Day, Lived, Moment
from app.domain.trends.series import Series, measure_series

_ordinal = itemgetter(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """A diary, and of its days and moments those in view."""

    lived: Lived
    view: tuple[DateRange, ...]
    days: Sequence[Day]
    """Ascending, one a date."""
    moments: Sequence[Moment]

    @property
    def names(self) -> set[str]:
        """Of everything that was answered, measures and sources of measures among it."""
        return set[str]().union(*(scores for _, scores in self.days), (moment.measure for moment in self.moments))

    def series(self, measures: Iterable[str], known: Mapping[str, Scale]) -> dict[str, Series]:
        """The daily values of some of the known measures."""
        return {
            code: measure_series(code, self.days, self.moments, higher_is_better=known[code].higher_is_better)
            for code in measures
        }


def entries(lived: Lived, view: tuple[DateRange, ...]) -> Entries:
    """Cuts a diary at the view, whose ranges are ascending; its rows may come in any order."""
    return Entries(
        lived=lived,
        view=view,
        days=list(_in_view(lived, view)),
        moments=[moment for moment in lived.moments if any(moment.local_date in span for span in view)],
    )


def _in_view(lived: Lived, view: Iterable[DateRange]) -> Iterator[Day]:
    ordered = sorted(lived.days, key=_ordinal)
    for span in view:
        dates = span.ordinals
        first, after = (bisect_left(ordered, end, key=_ordinal) for end in (dates.start, dates.stop))
        yield from ordered[first:after]
