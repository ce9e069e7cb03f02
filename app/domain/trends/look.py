"""One look at a diary at a date: what was written up to then, as daily values and periods."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from app.domain.trends.choice import LOWER, Choice, Scale, choice, scales
from app.domain.trends.composite import composite
from app.domain.trends.dates import DateRange
from app.domain.trends.diary import Diary, Usual
from app.domain.trends.entries import Entries, entries
from app.domain.trends.messages import Messages
from app.domain.trends.periods import Period, periods
from app.domain.trends.series import SOURCES, TOP, Series, Values
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
    usuals: tuple[Usual, ...]
    """Levels of a usual day that were told by the date, lower-is-better; the later of two of one measure stands."""

    @property
    def unanswered(self) -> tuple[str, ...]:
        """What the series is made from, but for the measures whose usual level was told."""
        answered = {usual.measure for usual in self.usuals}
        return tuple(code for code in self.targets if code not in answered)

    def usual_level(self, told_by: date) -> float | None:
        """The mean usual level of the measures that take part; None unless it was told for all of them by the date."""
        told = {usual.measure: usual.value for usual in self.usuals if usual.asked_on <= told_by}
        if not self.measures or any(code not in told for code in self.measures):
            return None
        return sum(told[code] for code in self.measures) / len(self.measures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The diary cut at as_of, and of it the dates that count."""

    diary: Diary
    as_of: date
    messages: Messages
    entries: Entries
    choice: Choice
    scales: Mapping[str, Scale]
    series: Mapping[str, Series]
    periods: tuple[Period, ...]
    usuals: tuple[Usual, ...]
    """Levels of a usual day that were told by then, lower-is-better; the later of two of one measure stands."""

    @property
    def view(self) -> tuple[DateRange, ...]:
        """The dates that count, ascending."""
        return self.entries.view

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
            usuals=self.usuals,
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
            usuals=self.usuals,
        )


def look(diary: Diary, as_of: date, messages: Messages) -> Look:
    """Cuts the diary at a date; rows may come in any order and reach beyond the window."""
    known = scales(diary.own_measures, messages)
    chosen = choice(diary.condition, diary.tracked, known)
    written = entries(diary, diary_window(diary.treatment, as_of))
    series = written.series(chosen.measures, known)
    return Look(
        diary=diary,
        as_of=as_of,
        messages=messages,
        entries=written,
        choice=chosen,
        scales=known,
        series=series,
        periods=tuple(periods(diary.treatment, {code: series[code].values for code in chosen.targets}, as_of)),
        usuals=tuple(_usuals(diary.usuals, known, as_of)),
    )


def _usuals(told: Iterable[Usual], known: Mapping[str, Scale], as_of: date) -> Iterator[Usual]:
    """What was told of a measure itself stands before what its source tells (`sleep_quality`)."""
    turned = {source: measure for measure, source in SOURCES.items()}
    for usual in sorted(told, key=lambda usual: (usual.measure not in turned, usual.asked_on)):
        if usual.asked_on > as_of:
            continue
        scale = known.get(usual.measure)
        if usual.measure in turned:
            yield replace(usual, measure=turned[usual.measure], value=TOP - usual.value)
        elif scale is not None:
            yield replace(usual, value=TOP - usual.value if scale.higher_is_better else usual.value)
