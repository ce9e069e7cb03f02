"""What one measure did at one step to a higher dose (trends, section 4)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from app.domain.trends.dose_steps import DoseStep
from app.domain.trends.rise import HALF_WIDTH, Difference, Window, difference, window
from app.domain.trends.series import Values

EARLY_NIGHTS: Final = 14
_LATE_NIGHTS: Final = 14
_LATE_FROM: Final = 21
"""Nights after the step before which none is late."""
HELD_NIGHTS: Final = 28
"""So long a dose is held before its course is judged."""
_LEAST_RISE: Final = 1.0
_BAR: Final = 2.24
_DAILY_BAR: Final = 3.6
"""The bar while the early window grows. A diary is looked at every day, and nine looks in a row at 2.24 would find a
rise in 4 to 9 of 100 steps that change nothing (simulated); with this one it is at most 4, flares included."""


class StepStatus(StrEnum):
    """Whether the measure rose in the first two weeks at the new dose."""

    ROSE = "rose"
    NO_CLEAR_RISE = "no_clear_rise"
    TOO_EARLY = "too_early"
    """Nothing clear so far, and the first two weeks are not over."""
    TOO_SHORT = "too_short"
    """Fewer than 6 scored days since the step, or until the dose changed again."""
    NO_BASELINE = "no_baseline"
    """Fewer than 6 scored days before the step to compare with."""


class Course(StrEnum):
    """What became of a rise."""

    FADES = "fades"
    PERSISTS = "persists"
    UNCLEAR = "unclear"
    TOO_EARLY = "too_early"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEffect:
    """The windows on both sides of a step, in the days on which their scores were written, and what they tell."""

    before: Window
    early: Window
    later: range
    """The days at this dose after the early ones."""
    early_days: range
    before_days: range
    status: StepStatus
    course: Course | None
    """None where nothing rose."""
    rise: Difference | None
    """Early above before; None where one of the two is too small."""


def step_effect(values: Values, step: DoseStep, lag: int, as_of: date) -> StepEffect:
    """Judges one measure, whose scores are written `lag` days after their night."""
    nights, before_days = _moved(step.nights, lag), _moved(step.before, lag)
    early_days = nights[:EARLY_NIGHTS]
    before, early = window(values, before_days), window(values, early_days)
    rise = difference(before, early) if before.tells and early.tells else None
    growing = step.goes_on and as_of.toordinal() < nights.start + EARLY_NIGHTS - 1
    status = _status(early, rise, growing=growing)
    return StepEffect(
        before=before,
        early=early,
        later=nights[EARLY_NIGHTS:],
        early_days=early_days,
        before_days=before_days,
        status=status,
        course=_course(values, step, nights, before, early) if status is StepStatus.ROSE else None,
        rise=rise,
    )


def _status(early: Window, rise: Difference | None, *, growing: bool) -> StepStatus:
    if not early.tells:
        return StepStatus.TOO_SHORT
    if rise is None:
        return StepStatus.NO_BASELINE
    if rise.points >= _LEAST_RISE and rise.z >= (_DAILY_BAR if growing else _BAR):
        return StepStatus.ROSE
    return StepStatus.TOO_EARLY if growing else StepStatus.NO_CLEAR_RISE


def _course(values: Values, step: DoseStep, nights: range, before: Window, early: Window) -> Course:
    """Whether the last two weeks at the dose, the fourth or later ones, are back or still up."""
    if len(step.nights) < HELD_NIGHTS:
        return Course.TOO_EARLY if step.goes_on else Course.UNCLEAR
    late = window(values, nights[max(_LATE_FROM, len(nights) - _LATE_NIGHTS) :])
    if not late.tells:
        return Course.UNCLEAR
    half, fall, left = (early.mean - before.mean) / 2, difference(late, early), difference(before, late)
    if fall.z >= HALF_WIDTH and left.points <= half:
        return Course.FADES
    if left.points >= half and left.z >= HALF_WIDTH:
        return Course.PERSISTS
    return Course.UNCLEAR


def _moved(days: range, lag: int) -> range:
    return range(days.start + lag, days.stop + lag)
