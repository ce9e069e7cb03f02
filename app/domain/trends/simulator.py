"""Diaries with a known truth, for the demonstration and for measuring the method (trends, section 3)."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Onset:
    """A lasting fall that sets in around a treatment week, along a logistic curve."""

    week: float
    points: float

    def fall(self, day: int) -> float:
        """Points fallen on a day counted from the first dose; next to nothing before it."""
        return self.points / (1 + math.exp(-(day / _WEEK - self.week) / 0.6))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """How one symptom of one person runs without any effect; scores 0 to 10, 10 worst."""

    level: float = 6.5
    level_deviation: float = 0.6
    noise_deviation: float = 1.4
    noise_memory: float = 0.4
    """Lag-1 autocorrelation of the noise."""
    weekday_wave: float = 0.4
    missing: float = 0.15
    """Share of days without a score."""


def scores(
    person: Person, days: range, chance: Random, *, onset: Onset | None = None, added: dict[int, float] | None = None
) -> Iterator[int | None]:
    """One score for each day, counted from the first dose; None where the day is missing.

    `added` are points for single days, such as those of a side effect after a step.
    """
    level = chance.gauss(person.level, person.level_deviation)
    step_deviation = person.noise_deviation * math.sqrt(1 - person.noise_memory**2)
    noise = chance.gauss(0, person.noise_deviation)
    for day in days:
        noise = person.noise_memory * noise + chance.gauss(0, step_deviation)
        wave = person.weekday_wave * math.sin(2 * math.pi * (day % _WEEK) / _WEEK)
        value = level + noise + wave - (onset.fall(day) if onset else 0) + (added or {}).get(day, 0)
        score = min(10, max(0, round(value)))
        yield None if chance.random() < person.missing else score
