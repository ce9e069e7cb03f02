"""When the treatment began, paused and went on, told from few rows however long the diary is (trends, section 1).

Doses are looked at through `NightsFrom`: a reader that begins at a date and is left after two or three rows, so that
the first dose of a diary of ten years costs no more than that of a new one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from app.domain.trends.dates import DateRange, clipped, joined

_DAY = timedelta(days=1)
TRIAL_NIGHTS = 14
"""So many nights without a dose record make the single dose before them a trial dose."""
PAUSE_NIGHTS = 14
"""So many nights in a row recorded skipped or held are a pause; silence is none."""
PLAN_SLACK_DAYS = 3


class DoseStatus(StrEnum):
    """What became of one dose."""

    TAKEN = "taken"
    PARTIAL = "partial"
    SKIPPED = "skipped"
    HELD = "held"


TAKEN = frozenset({DoseStatus.TAKEN, DoseStatus.PARTIAL})

NightsFrom = Callable[[date], Iterable[tuple[date, DoseStatus]]]
"""The dose records from a date on, in ascending order of their dates; read lazily, seldom past the third."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimenStep:
    """What was planned from a date on, until the next step begins; mg is one dose's."""

    starts_on: date
    ends_on: date | None
    mg: Decimal
    doses_per_day: int
    reason: str | None
    timing: str | None = None
    """`bedtime`, `morning` or `other`."""

    @property
    def stops(self) -> bool:
        """Whether this step ends the treatment instead of setting a dose."""
        return self.reason == "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Nights known to be without the drug; ends_on is the look's date while they go on."""

    nights: DateRange
    restarts_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """The course of the treatment as one look at a date sees it."""

    first_dose: date | None
    from_plan: bool
    """The first dose date is the plan's, and no recorded dose stands within 3 days of it."""
    planned_on: date | None
    """Where no dose came yet: when the plan begins, after the look's date."""
    pauses: tuple[Pause, ...]
    """Ascending and apart from one another."""
    stopped: tuple[DateRange, ...]
    """From each stop step to the day before the restart, ascending."""
    quiet: tuple[DateRange, ...]
    """Runs of nights recorded skipped or held that are long enough for a pause, ascending."""

    def cut(self, as_of: date) -> "Treatment":
        """The course as a look at an earlier date saw it.

        The one thing that it may see otherwise: within 14 nights of a single dose the earlier look could not know yet
        that it would stay a trial dose.
        """
        if self.first_dose is None or self.first_dose > as_of:
            return replace(self, first_dose=None, from_plan=False, pauses=(), stopped=(), quiet=())
        stopped = tuple(clipped(self.stopped, self.first_dose, as_of))
        quiet = tuple(_long_enough(clipped(self.quiet, self.first_dose, as_of)))
        restarts = {pause.nights.last: pause.restarts_on for pause in self.pauses}
        pauses: list[Pause] = []
        for nights in joined((*stopped, *quiet)):
            again = restarts.get(nights.last, nights.last + _DAY)
            pauses.append(Pause(nights=nights, restarts_on=again if again is not None and again <= as_of else None))
        return replace(self, pauses=tuple(pauses), stopped=stopped, quiet=quiet)


def treatment(
    *, steps: Sequence[RegimenStep], nights_from: NightsFrom, quiet_nights: Iterable[date], as_of: date
) -> Treatment:
    """The course of the treatment.

    quiet_nights are the dates that have a dose record and none with status taken or partial, in any order; in most
    diaries they are few. What lies before the first dose or after as_of is not used.
    """
    known = [step for step in in_order(steps) if step.starts_on <= as_of]
    begun = [step.starts_on for step in known if not step.stops]
    dosed_on = _first_night(nights_from(date.min), as_of)
    first = min((day for day in (dosed_on, *begun[:1]) if day is not None), default=None)
    if first is None:
        planned = (step.starts_on for step in steps if step.starts_on > as_of and not step.stops)
        return Treatment(
            first_dose=None, from_plan=False, planned_on=min(planned, default=None), pauses=(), stopped=(), quiet=()
        )

    def restart(after: date) -> date | None:
        by_dose = _first_night(nights_from(after + _DAY), as_of)
        by_plan = next((day for day in begun if day > after), None)
        return min((day for day in (by_dose, by_plan) if day is not None), default=None)

    slack = first + timedelta(days=PLAN_SLACK_DAYS)
    stopped = tuple(_stops(known, first, restart, as_of))
    quiet = tuple(_runs(day for day in quiet_nights if first <= day <= as_of))
    pauses = tuple(Pause(nights=nights, restarts_on=restart(nights.last)) for nights in joined((*stopped, *quiet)))
    return Treatment(
        first_dose=first,
        from_plan=slack < (dosed_on or as_of),
        planned_on=None,
        pauses=pauses,
        stopped=stopped,
        quiet=quiet,
    )


def in_order(steps: Iterable[RegimenStep]) -> list[RegimenStep]:
    """Steps by their beginning; of two that begin on one day the larger dose comes last, and so is the one in force."""
    return sorted(steps, key=lambda step: (step.starts_on, step.mg * step.doses_per_day, step.reason or ""))


def _first_night(nights: Iterable[tuple[date, DoseStatus]], as_of: date) -> date | None:
    """The first dose that is no trial dose: a single one with 14 nights without any record after it starts nothing."""
    dosed: date | None = None
    for day, status in nights:
        if day > as_of:
            break
        if dosed is not None and day > dosed:
            if (day - dosed).days <= TRIAL_NIGHTS:
                return dosed
            dosed = None
        if dosed is None and status in TAKEN:
            dosed = day
    return None if dosed is None or (as_of - dosed).days >= TRIAL_NIGHTS else dosed


def _stops(
    known: Sequence[RegimenStep], first: date, restart: Callable[[date], date | None], as_of: date
) -> Iterator[DateRange]:
    """What each stop step keeps without the drug."""
    stops = (step.starts_on for step in known if step.stops and step.starts_on > first)
    spans = (DateRange(first=day, last=again - _DAY if (again := restart(day)) else as_of) for day in stops)
    yield from joined(spans)


def _runs(days: Iterable[date]) -> Iterator[DateRange]:
    """The runs of nights in a row that are long enough for a pause."""
    return _long_enough(joined(DateRange(first=day, last=day) for day in days))


def _long_enough(runs: Iterable[DateRange]) -> Iterator[DateRange]:
    return (run for run in runs if (run.last - run.first).days + 1 >= PAUSE_NIGHTS)
