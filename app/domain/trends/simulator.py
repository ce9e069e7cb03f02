"""Diaries with a known truth, for the demonstration and for measuring the method (trends, section 3)."""

import math
from collections.abc import Iterator, Mapping
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
    missing_when_worse: float = 0.0
    """What is added to that share for each point above the person's level."""


def scores(
    person: Person, days: range, chance: Random, *, onset: Onset | None = None, added: Mapping[int, float] | None = None
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
        missing = person.missing + person.missing_when_worse * max(0.0, value - level)
        yield None if chance.random() < missing else score


def flares(days: range, chance: Random) -> dict[int, float]:
    """Points to add for flares: about every 42 days one of 3 to 7 days that adds 1.5 to 3 points."""
    added: dict[int, float] = {}
    begins = days.start + chance.randint(0, 42)
    while begins < days.stop:
        points = chance.uniform(1.5, 3)
        added |= dict.fromkeys(range(begins, begins + chance.randint(3, 7)), points)
        begins += chance.randint(28, 56)
    return added


def drift(days: range, chance: Random, step: float = 0.05) -> dict[int, float]:
    """Points to add for a level that walks by chance, by this deviation a day."""
    added: dict[int, float] = {}
    points = 0.0
    for day in days:
        added[day] = points
        points += chance.gauss(0, step)
    return added


def swings(days: range, chance: Random, deviation: float = 0.7, memory_days: float = 14) -> dict[int, float]:
    """Points to add for good and bad weeks that come and go: an AR(1) that forgets two thirds in memory_days."""
    memory = math.exp(-1 / memory_days)
    step = deviation * math.sqrt(1 - memory**2)
    added: dict[int, float] = {}
    points = chance.gauss(0, deviation)
    for day in days:
        added[day] = points
        points = memory * points + chance.gauss(0, step)
    return added


def placebo(days: range, points: float, decay_days: float) -> dict[int, float]:
    """Points to add for an expectation that begins with the first dose and fades."""
    return {day: -points * math.exp(-day / decay_days) for day in days if day >= 0}


def gap(days: range, chance: Random) -> range:
    """The days of a holiday from the diary, 4 to 10 of them."""
    begins = chance.randrange(days.start, days.stop)
    return range(begins, begins + chance.randint(4, 10))


def together(*parts: Mapping[int, float]) -> dict[int, float]:
    """Points to add for several things at once."""
    added: dict[int, float] = {}
    for part in parts:
        for day, points in part.items():
            added[day] = added.get(day, 0.0) + points
    return added
