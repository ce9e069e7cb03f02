"""One look at a diary at a date: what was written up to then, as daily values and periods."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from app.domain.trends.choice import LOWER, Choice, Scale, choice, scales
from app.domain.trends.composite import composite
from app.domain.trends.dates import DateRange
from app.domain.trends.diary import Day, Diary
from app.domain.trends.messages import Messages
from app.domain.trends.periods import Period, periods
from app.domain.trends.series import Series, Values, measure_series
from app.domain.trends.window import diary_window


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What one verdict is about: the composite (measure None) or one measure."""

    measure: str | None
    scale: Scale
    targets: Mapping[str, Values]
    """What the series is made from; for one measure itself."""
    measures: tuple[str, ...]
    """Those of the targets that take part now."""
    values: Values
    unanswered: tuple[str, ...]
    """Targets whose usual level was not told by the look's date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The diary cut at as_of, and of it the dates that count."""

    diary: Diary
    as_of: date
    messages: Messages
    view: tuple[DateRange, ...]
    choice: Choice
    scales: Mapping[str, Scale]
    series: Mapping[str, Series]
    periods: tuple[Period, ...]
    unanswered: tuple[str, ...]
    """Targets whose usual level was not told by then."""

    @property
    def targets(self) -> Mapping[str, Values]:
        """The daily values that the composite may be made from."""
        return {code: self.series[code].values for code in self.choice.targets}

    @property
    def present(self) -> Period:
        """The period that goes on at the look's date."""
        return self.periods[-1]

    @property
    def first_dose(self) -> date | None:
        """From where weeks are counted: the first dose, or the restart that began the present period."""
        return self.present.starts_on if self.present.treated else None

    @property
    def chosen_late(self) -> bool:
        """Whether the measures may have been chosen with the answer in view."""
        return self.choice.late_for(self.first_dose)

    def composite_in(self, period: Period) -> Subject:
        """The composite, centred on this period's baseline."""
        together = composite(self.targets, period.baseline)
        return Subject(
            measure=None,
            scale=LOWER,
            targets=self.targets,
            measures=together.measures,
            values=together.values,
            unanswered=self.unanswered,
        )

    def measure(self, code: str) -> Subject:
        """One measure by itself."""
        values = self.series[code].values
        return Subject(
            measure=code,
            scale=self.scales[code],
            targets={code: values},
            measures=(code,),
            values=values,
            unanswered=tuple(one for one in self.unanswered if one == code),
        )


def look(diary: Diary, as_of: date, messages: Messages) -> Look:
    """Cuts the diary at a date; rows may come in any order and reach beyond the window."""
    known = scales(diary.own_measures)
    chosen = choice(diary.condition, diary.tracked, known)
    view = diary_window(diary.treatment, as_of)
    days = list(_in_view(diary.days, view))
    moments = [moment for moment in diary.moments if any(moment.local_date in span for span in view)]
    series = {
        code: measure_series(code, days, moments, higher_is_better=known[code].higher_is_better)
        for code in chosen.measures
    }
    answered = {usual.measure for usual in diary.usuals if usual.asked_on <= as_of}
    return Look(
        diary=diary,
        as_of=as_of,
        messages=messages,
        view=view,
        choice=chosen,
        scales=known,
        series=series,
        periods=tuple(periods(diary.treatment, {code: series[code].values for code in chosen.targets}, as_of)),
        unanswered=tuple(code for code in chosen.targets if code not in answered),
    )


def _in_view(days: Iterable[Day], view: Iterable[DateRange]) -> Iterator[tuple[int, Day]]:
    ordered = sorted(days, key=_date)
    for span in view:
        first = bisect_left(ordered, span.first, key=_date)
        after = bisect_right(ordered, span.last, key=_date)
        for day in ordered[first:after]:
            yield day.local_date.toordinal(), day


def _date(day: Day) -> date:
    return day.local_date
