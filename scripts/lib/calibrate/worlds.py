"""Simulated diaries: people without any effect, and people with one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from statistics import fmean

from app.domain.catalogue import CONDITIONS
from app.domain.trends.diary import Day, Diary, Tracked, Usual
from app.domain.trends.simulator import Onset, Person, drift, flares, gap, placebo, scores, swings, together
from app.domain.trends.treatment import Treatment

FIRST_DOSE = date(2026, 2, 9)
_PERSON = Person(missing_when_worse=0.03)
_GAPS = 0.4
_MEASURES = ("pain", "sleep_disturbance", "fatigue")
_COMMON = 0.3
"""The share of the noise of one symptom that the others have too."""
_RECALL_ERROR = 0.7
_RECALL_PULL = 0.3
"""How far a recalled usual level is pulled to how things are at the moment."""
_HISTORY_DAYS = 420
Scores = dict[int, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One kind of diary; days are counted from the first dose."""

    before: int = 28
    """Days of diary before the first dose."""
    weeks: int = 26
    onset: Onset | None = None
    measures: int = 1
    flares: bool = False
    drift: bool = False
    swings: bool = False
    placebo: tuple[float, float] | None = None
    """Points, and the days in which they fade to a third."""
    at_worst: bool = False
    """Whether the treatment begins after a week that is among the worst fifth of a year's; for one measure."""
    usual: bool = False
    """Whether the usual level was told before the first dose."""


def diary(world: World, chance: Random) -> Diary:
    """One diary of such a world."""
    days = range(-_HISTORY_DAYS, 7 * world.weeks)
    common = _noise(days, chance, _COMMON) if world.measures > 1 else {}
    start = _worst_start(world, days, chance) if world.at_worst else 0
    series = [_series(world, days, common, start, chance) for _ in _MEASURES[: world.measures]]
    kept = range(start - world.before, start + 7 * world.weeks)
    away = gap(kept, chance) if chance.random() < _GAPS else range(0)
    measures = _MEASURES[: world.measures]
    written: list[Day] = [
        (FIRST_DOSE.toordinal() + day - start, dict(zip(measures, [one[day] for one in series], strict=True)))
        for day in kept
        if day not in away
    ]
    usuals = [_usual(code, one, start, chance) for code, one in zip(measures, series, strict=True)]
    return Diary(
        condition=CONDITIONS["fibromyalgia"],
        tracked=Tracked(
            id="fibromyalgia",
            label=None,
            primary_measure=measures[0],
            target_measures=measures,
            targets_chosen_on=FIRST_DOSE,
        ),
        treatment=Treatment(first_dose=FIRST_DOSE, from_plan=False, planned_on=None, pauses=(), stopped=(), quiet=()),
        days=written,
        usuals=usuals if world.usual else (),
    )


def _series(world: World, days: range, common: Mapping[int, float], start: int, chance: Random) -> Scores:
    parts = [common]
    if world.flares:
        parts.append(flares(days, chance))
    if world.drift:
        parts.append(drift(days, chance))
    if world.swings:
        parts.append(swings(days, chance))
    if world.placebo is not None:
        parts.append(placebo(days, *world.placebo))
    if world.onset is not None:
        parts.append({day: -world.onset.fall(day - start) for day in days})
    own = 1 - _COMMON if common else 1.0
    person = replace(_PERSON, noise_deviation=_PERSON.noise_deviation * own**0.5)
    return dict(zip(days, scores(person, days, chance, added=together(*parts)), strict=True))


def _noise(days: range, chance: Random, share: float) -> dict[int, float]:
    """The part of the noise that all symptoms of a person share, with the memory of the rest."""
    deviation = _PERSON.noise_deviation * share**0.5
    step = deviation * (1 - _PERSON.noise_memory**2) ** 0.5
    added: dict[int, float] = {}
    points = chance.gauss(0, deviation)
    for day in days:
        added[day] = points
        points = _PERSON.noise_memory * points + chance.gauss(0, step)
    return added


def _worst_start(world: World, days: range, chance: Random) -> int:
    """The day after one of the worst weeks of the year before; the person's chance is left as it was found."""
    state = chance.getstate()
    series = _series(replace(world, onset=None), days, {}, 0, chance)
    weeks = [(_mean(series, range(day - 7, day)), day) for day in range(56 - _HISTORY_DAYS, 1, 7)]
    weeks.sort(reverse=True)
    start = chance.choice(weeks[: len(weeks) // 5])[1]
    chance.setstate(state)
    return start


def _usual(code: str, series: Scores, start: int, chance: Random) -> Usual:
    """What a person recalls as usual: their long-run level before, pulled to the last four weeks, with an error."""
    level = _mean(series, range(-_HISTORY_DAYS, start))
    recalled = level + _RECALL_PULL * (_mean(series, range(start - 28, start)) - level)
    value = min(10, max(0, round(recalled + chance.gauss(0, _RECALL_ERROR))))
    return Usual(measure=code, value=value, asked_on=FIRST_DOSE - timedelta(days=1))


def _mean(series: Scores, days: range) -> float:
    known = [score for day in days if (score := series[day]) is not None]
    return fmean(known) if known else 0.0
