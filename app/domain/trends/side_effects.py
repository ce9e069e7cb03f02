"""Side effects by dose step (trends, section 4).

Each measure is held against the patient's own days before the step, since such complaints are common on placebo too.
All points are worse the higher they are: the values of a higher-is-better measure are turned.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from app.domain.catalogue import Direction
from app.domain.trends.choice import Scale, scales
from app.domain.trends.dose_bands import DoseBand
from app.domain.trends.dose_steps import DoseStep, dose_steps
from app.domain.trends.entries import Entries
from app.domain.trends.messages import Messages
from app.domain.trends.series import Values
from app.domain.trends.side_effect_measures import Looked, lag_days
from app.domain.trends.side_effect_text import side_effect_text
from app.domain.trends.step_effect import Course, StepEffect, StepStatus, step_effect
from app.domain.trends.weeks import scored_on
from app.domain.trends.wilson import wilson

_MANY: Final = 4
"""From this score on a night is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A rise of the daily amount; from_mg is None for a start or restart, with no drug before it."""

    starts_on: date
    from_mg: Decimal | None
    to_mg: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rise:
    """The mean of the first two weeks at the new dose less the mean before, in points; low and high hold 90 %."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NightsAtFour:
    """Nights with a score of at least 4 (of a higher-is-better measure at most 6) among the scored ones of a phase."""

    mg: Decimal | None
    """The dose of these nights; None without the drug."""
    phase: str
    """`early`: the first 14 nights at the new dose; `later`: the rest of them; `before`: those compared with."""
    nights: int
    of: int
    low: float
    """The share's 95 % interval, 0 to 1."""
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SideEffect:
    """One measure at one step. Field names are those of the wire; what can't be told is None."""

    measure: str
    label: str
    direction: Direction
    step: Step
    status: StepStatus
    course: Course | None
    rise: Rise | None
    nights_at_4_or_more: tuple[NightsAtFour, ...]
    """Phases with a scored night."""
    text: str


def side_effects(
    entries: Entries, looked: Looked, bands: tuple[DoseBand, ...], as_of: date, messages: Messages
) -> tuple[SideEffect, ...]:
    """Every step in view, ascending, and of each the measures scored around it; bands are those of the same look."""
    lived = entries.lived
    steps = list(dose_steps(bands, lived.treatment, entries.view, as_of))
    if not steps:
        return ()
    known = scales(lived.own_measures, messages)
    series = entries.series(looked.measures(entries.names, known), known)
    return tuple(
        item
        for step in steps
        for code, scored in series.items()
        for item in _item(code, known[code], scored.values, step, looked, as_of, messages)
    )


def _item(  # noqa: PLR0913, PLR0917 - what is looked at, with what, and when
    code: str, scale: Scale, values: Values, step: DoseStep, looked: Looked, as_of: date, messages: Messages
) -> Iterator[SideEffect]:
    """At most one; none where nothing is scored, or where the disease alone may speak."""
    effect = step_effect(values, step, lag_days(code), as_of)
    nights = tuple(_nights(values, step, effect))
    told = any(phase.phase != "before" for phase in nights)
    if not told or (code in looked.of_the_disease and not effect.before.tells):
        return
    yield SideEffect(
        measure=code,
        label=scale.label,
        direction=scale.direction,
        step=Step(starts_on=step.starts_on, from_mg=step.from_mg, to_mg=step.to_mg),
        status=effect.status,
        course=effect.course,
        rise=effect.rise and Rise(estimate=effect.rise.points, low=effect.rise.low, high=effect.rise.high),
        nights_at_4_or_more=nights,
        text=side_effect_text(scale, step, effect, messages),
    )


def _nights(values: Values, step: DoseStep, effect: StepEffect) -> Iterator[NightsAtFour]:
    for phase, mg, days in (
        ("early", step.to_mg, effect.early_days),
        ("later", step.to_mg, effect.later),
        ("before", step.from_mg, effect.before_days),
    ):
        scored = scored_on(values, days)
        if scored:
            hits = len([value for value in scored if value >= _MANY])
            low, high = wilson(hits, len(scored))
            yield NightsAtFour(mg=mg, phase=phase, nights=hits, of=len(scored), low=low, high=high)
