"""Stretches at one dose level, to be drawn behind the weekly series."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from app.domain.trends.dates import DateRange
from app.domain.trends.regimen import Regimen, daily_mg
from app.domain.trends.treatment import PAUSE_NIGHTS, Treatment

_ODD_NIGHTS = 3
"""Fewer nights than this at another level, with the old level after them, are no step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseBand:
    """A stretch at one daily total; ends_on is its last day in view."""

    starts_on: date
    ends_on: date
    mg: Decimal


@dataclass(slots=True, kw_only=True)
class _Run:
    first: int
    last: int
    mg: Decimal
    nights: int = 1


def dose_bands(
    totals: Mapping[int, Decimal], regimen: Regimen, treatment: Treatment, view: Iterable[DateRange]
) -> tuple[DoseBand, ...]:
    """The dose levels from the first dose on, ascending.

    A day's level is what was taken, else what the plan says outside of pauses. Nights that tell nothing are bridged,
    unless there are 14 or more in a row.
    """
    runs: list[_Run] = []
    for ordinal, mg in _levels(totals, regimen, treatment, view):
        _extend(runs, ordinal, mg)
    for run, after in pairwise(runs):
        if after.first - run.last <= PAUSE_NIGHTS:
            run.last = after.first - 1
    return tuple(
        DoseBand(starts_on=date.fromordinal(run.first), ends_on=date.fromordinal(run.last), mg=run.mg) for run in runs
    )


def _extend(runs: list[_Run], ordinal: int, mg: Decimal) -> None:
    if len(runs) > 1 and runs[-1].mg != mg == runs[-2].mg and runs[-1].nights < _ODD_NIGHTS:
        odd = runs[-1]
        if ordinal - odd.last <= PAUSE_NIGHTS and odd.first - runs[-2].last <= PAUSE_NIGHTS:
            runs.pop()
            runs[-1].last = odd.last
    if runs and runs[-1].mg == mg and ordinal - runs[-1].last <= PAUSE_NIGHTS:
        runs[-1].last = ordinal
        runs[-1].nights += 1
    else:
        runs.append(_Run(first=ordinal, last=ordinal, mg=mg))


def _levels(
    totals: Mapping[int, Decimal], regimen: Regimen, treatment: Treatment, view: Iterable[DateRange]
) -> Iterator[tuple[int, Decimal]]:
    if treatment.first_dose is None:
        return
    start = treatment.first_dose.toordinal()
    paused = {ordinal for pause in treatment.pauses for ordinal in pause.nights.ordinals}
    for span in view:
        for ordinal in range(max(start, span.ordinals.start), span.ordinals.stop):
            mg = totals.get(ordinal)
            if mg is None and ordinal not in paused and (step := regimen.in_force(ordinal)) is not None:
                mg = daily_mg(step)
            if mg is not None:
                yield ordinal, mg
