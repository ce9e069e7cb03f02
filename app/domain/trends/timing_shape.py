"""The shape of what is said of bedtime against morning doses.

Differences are bedtime less morning, in points that are worse the higher they are: above 0, bedtime was worse.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from app.domain.catalogue import Direction

LEAST_PAIRS: Final = 6
"""With fewer pairs of weeks no difference, however large, has p <= 0.05."""


class TimingStatus(StrEnum):
    """What can be said."""

    OBSERVED = "observed"
    """A difference of means; nothing was left to chance, so it is not tested."""
    RUNNING = "running"
    """A plan is not over; its answer comes after it."""
    NOT_ENOUGH_DATA = "not_enough_data"
    NO_CLEAR_DIFFERENCE = "no_clear_difference"
    CLEAR_DIFFERENCE = "clear_difference"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanShown:
    """The plan, with the seed by which anybody can check its order."""

    id: str
    starts_on: date
    last_day: date
    seed: str
    order: tuple[str, ...]
    nights_told: int
    """Nights so far with a recorded dose time."""
    nights_as_planned: int
    """Those of them at the time that was assigned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureTiming:
    """One measure by itself, secondary to all targets together; its p takes no account of the other measures."""

    label: str
    direction: Direction
    pairs: int | None
    difference: float | None
    p: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Bedtime against morning for all targets together. What can't be told is None."""

    status: TimingStatus
    pairs: int | None
    """Pairs of weeks that count; None where nothing was planned."""
    difference: float | None
    p: float | None
    """The exact two-sided sign-flip p over the pairs; None where nothing was left to chance."""
    observational: bool
    direction: Direction
    bedtime_days: int | None
    """Scored days that belong to a bedtime dose; None for a plan, which counts weeks."""
    morning_days: int | None
    switches: int | None
    """Changes of the time from one dose to the next; None for a plan."""
    measures: Mapping[str, MeasureTiming]
    plan: PlanShown | None
    text: str
