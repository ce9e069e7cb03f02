"""How often a side effect is told of a dose step, and a difference of a planned alternation, where the truth is known.

Trends, sections 4 and 5. `python -m scripts.lib.calibrate.dose_steps` prints the figures of 5,000 diaries each.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from app.domain.records.timing_order import BEDTIME, timing_order
from app.domain.trends.diary import TimingPlan
from app.domain.trends.dose_steps import BEFORE_DAYS, DoseStep
from app.domain.trends.sign_flip import sign_flip
from app.domain.trends.simulator import Person, scores
from app.domain.trends.step_effect import Course, StepStatus, step_effect
from app.domain.trends.timing_pairs import pair_differences

STEP = date(2026, 3, 2)
HELD_DAYS = 60
MILD = Person(level=2.0)
"""A measure that is mostly low, as side effects are, with the usual noise."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTally:
    """What became of so many steps."""

    steps: int
    rose: int
    """When two weeks were over."""
    ever: int
    """On any of the daily looks until then."""
    persisted: int
    """Of those that rose, after the dose was held for so long."""


def steps(count: int, chance: Random, *, person: Person = MILD, rise: float = 0.0, flares: bool = False) -> StepTally:
    """Simulated steps on day 0 after which every score is `rise` points higher for good."""
    rose = ever = persisted = 0
    for _ in range(count):
        span = range(-BEFORE_DAYS, HELD_DAYS)
        added = dict.fromkeys(range(HELD_DAYS), rise)
        for day, points in _flares(chance) if flares else ():
            added[day] = added.get(day, 0) + points
        made = zip(span, scores(person, span, chance, added=added), strict=True)
        values = {STEP.toordinal() + day: float(score) for day, score in made if score is not None}
        looks = [_status(values, day) for day in range(14)]
        rose += looks[-1] is StepStatus.ROSE
        ever += StepStatus.ROSE in looks
        last = STEP + (HELD_DAYS - 1) * _DAY
        persisted += step_effect(values, _step(HELD_DAYS - 1), 0, last).course is Course.PERSISTS
    return StepTally(steps=count, rose=rose, ever=ever, persisted=persisted)


def clear_plans(count: int, weeks: int, chance: Random, *, difference: float = 0.0) -> int:
    """Of so many planned alternations, those called a clear difference; bedtime is `difference` points worse."""
    clear = 0
    for number in range(count):
        seed = f"{number}:{chance.random()}"
        plan = TimingPlan(id="plan", starts_on=STEP, seed=seed, order=timing_order(seed, weeks), ended_on=None)
        span = range(7 * weeks)
        added = {day: difference for day in span if plan.order[day // 7] == BEDTIME}
        made = zip(span, scores(Person(), span, chance, added=added), strict=True)
        values = {STEP.toordinal() + day: float(score) for day, score in made if score is not None}
        clear += sign_flip(pair_differences(plan, values, STEP.toordinal() + 7 * weeks)) <= 0.05  # noqa: PLR2004 - page
    return clear


def rows(count: int, seed: int = 1) -> Iterator[tuple[str, float, str]]:
    """The figures as shares: what is counted, what was found, what it must be."""
    chance = Random(seed)  # noqa: S311 - a simulation, the same every time
    persons = {"low scores": MILD, "scores around 6.5": Person()}
    for name, person in persons.items():
        quiet = steps(count, chance, person=person)
        flaring = steps(count, chance, person=person, flares=True)
        lasting = steps(count, chance, person=person, rise=2.5)
        yield f"false rise, two weeks after a step, {name}", quiet.rose / count, "<= 4 %"
        yield f"false rise on any day of these, {name}", quiet.ever / count, "<= 4 %"
        yield f"false rise on any day of these, with flares, {name}", flaring.ever / count, "published"
        yield f"lasting rise of 2.5 points found, {name}", lasting.rose / count, ">= 80 %"
        yield f"of these found to persist on day 60, {name}", lasting.persisted / max(1, lasting.rose), "published"
    for weeks in (12, 16, 32):
        yield f"false difference of dose times, {weeks} weeks", clear_plans(count, weeks, chance) / count, "<= 5 %"
        found = clear_plans(count, weeks, chance, difference=1.0)
        yield f"difference of 1 point found, {weeks} weeks", found / count, "published"


def _step(day: int) -> DoseStep:
    start = STEP.toordinal()
    return DoseStep(
        starts_on=STEP,
        ends_on=STEP + day * _DAY,
        goes_on=True,
        from_mg=Decimal("1.5"),
        to_mg=Decimal(3),
        before=range(start - BEFORE_DAYS, start),
    )


def _status(values: dict[int, float], day: int) -> StepStatus:
    """What a look on a day after the step says, which sees nothing later."""
    seen = {ordinal: value for ordinal, value in values.items() if ordinal <= STEP.toordinal() + day}
    return step_effect(seen, _step(day), 0, STEP + day * _DAY).status


def _flares(chance: Random) -> Iterator[tuple[int, float]]:
    """Days with more points: about every 42 days a flare of 3 to 7 days and 1.5 to 3 points."""
    day = -BEFORE_DAYS - chance.randrange(42)
    while day < HELD_DAYS:
        points = chance.uniform(1.5, 3)
        yield from ((day + night, points) for night in range(chance.randint(3, 7)))
        day += chance.randint(30, 54)


if __name__ == "__main__":
    for figure, share, wanted in rows(5000):
        print(f"{figure:<70} {100 * share:5.1f} %  {wanted}")
