"""Steps to a higher dose, and the days on either side of each (trends, section 4)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from app.domain.trends.dates import DateRange
from app.domain.trends.dose_bands import DoseBand
from app.domain.trends.periods import WASHOUT_DAYS
from app.domain.trends.treatment import PAUSE_NIGHTS, Treatment

BEFORE_DAYS = 28
"""The most days before a step that are compared with."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseStep:
    """A rise of the daily amount on the night of starts_on."""

    starts_on: date
    ends_on: date
    """The last night at this dose, as far as the diary tells; the look's date while it goes on."""
    goes_on: bool
    from_mg: Decimal | None
    """None for a start or restart: before it, there was no drug."""
    to_mg: Decimal
    before: range
    """Ordinals of the nights to compare with: at the previous dose or without the drug; at most 28, maybe none."""

    @property
    def nights(self) -> range:
        """The ordinals of the nights at this dose."""
        return range(self.starts_on.toordinal(), self.ends_on.toordinal() + 1)


def dose_steps(
    bands: Sequence[DoseBand], treatment: Treatment, view: Sequence[DateRange], as_of: date
) -> Iterator[DoseStep]:
    """The steps in view, ascending; bands are those of the same look.

    A band that the view cuts off at its beginning is no step: when its dose was reached is not in view.
    """
    cut = {span.first for span in view}
    for at, band in enumerate(bands):
        if band.starts_on in cut:
            continue
        begun = _rise(bands[at - 1], band, treatment) if at else _start(band, treatment)
        if begun is None:
            continue
        starts_on, from_mg, before_from = begun
        first = max(before_from, starts_on - timedelta(days=BEFORE_DAYS))
        last = starts_on if from_mg is None else min(starts_on, bands[at - 1].ends_on + _DAY)
        goes_on = at == len(bands) - 1 and (as_of - band.ends_on).days < PAUSE_NIGHTS and not _halted(treatment, as_of)
        yield DoseStep(
            starts_on=starts_on,
            ends_on=as_of if goes_on else band.ends_on,
            goes_on=goes_on,
            from_mg=from_mg,
            to_mg=band.mg,
            before=range(first.toordinal(), last.toordinal()),
        )


_Begun = tuple[date, Decimal | None, date]
"""The night of a step, the dose before it, and from when on that was so."""


def _start(band: DoseBand, treatment: Treatment) -> _Begun | None:
    """The first dose; nights between it and the first amount that is told are bridged as in the bands."""
    first = treatment.first_dose
    if first is None or (band.starts_on - first).days >= PAUSE_NIGHTS:
        return None
    return first, None, date.min


def _rise(previous: DoseBand, band: DoseBand, treatment: Treatment) -> _Begun | None:
    """A restart after a pause, whose first days may still feel the drug, or more than the dose known before."""
    for pause in reversed(treatment.pauses):
        if previous.ends_on < pause.nights.first and pause.nights.last < band.starts_on:
            return band.starts_on, None, pause.nights.first + timedelta(days=WASHOUT_DAYS)
    return (band.starts_on, previous.mg, previous.starts_on) if band.mg > previous.mg else None


def _halted(treatment: Treatment, as_of: date) -> bool:
    return any(as_of in pause.nights for pause in treatment.pauses)
