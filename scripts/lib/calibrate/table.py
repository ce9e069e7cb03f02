"""The rows of the table: what is counted in which cells, and what it must be (trends, section 3)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import comb, sqrt

from app.domain.trends.judgement import Status
from app.domain.trends.simulator import Onset
from scripts.lib.calibrate.cells import Cell, Seen
from scripts.lib.calibrate.worlds import World

ONSETS = (3, 6, 10)
POINTS = (1.3, 2.0, 3.0)
LONG = Cell(name="stable, two years", world=World(weeks=104), ever=True)
_TWO_POINTS = Onset(week=6, points=2.0)


def _effects(before: int) -> dict[tuple[int, float], Cell]:
    return {
        (week, points): Cell(
            name=f"{points} points at week {week}, {before} days before",
            world=World(before=before, onset=Onset(week=week, points=points), weeks=16),
        )
        for week in ONSETS
        for points in POINTS
    }


STABLE = Cell(name="stable", world=World(), ever=True)
FLARES = Cell(name="flares", world=World(flares=True), ever=True)
STABLE_14 = Cell(name="stable, 14 days before", world=World(before=14), ever=True)
DRIFT = Cell(name="slow drift", world=World(drift=True), ever=True)
WORST = Cell(name="started at one's worst", world=World(swings=True, at_worst=True), ever=True)
WORST_USUAL = Cell(
    name="started at one's worst, usual level told", world=World(swings=True, at_worst=True, usual=True), ever=True
)
PLACEBOS = tuple(
    Cell(name=f"fading placebo, {points} points, {days} days", world=World(placebo=(points, days)), ever=True)
    for points in (1.5, 2.0)
    for days in (12, 21)
)
EFFECTS = _effects(28)
EFFECTS_14 = _effects(14)
THREE = Cell(name="three symptoms, 2 points at week 6", world=World(measures=3, onset=_TWO_POINTS, weeks=16))
THREE_STABLE = Cell(name="three symptoms, stable", world=World(measures=3), ever=True)
TWO_USUAL = Cell(name="2 points at week 6, usual level told", world=World(onset=_TWO_POINTS, weeks=16, usual=True))
WORST_EFFECT_USUAL = Cell(
    name="2 points at week 6, started at one's worst, usual level told",
    world=World(onset=_TWO_POINTS, weeks=16, swings=True, at_worst=True, usual=True),
)
CELLS = (
    *(STABLE, FLARES, STABLE_14, DRIFT, WORST, WORST_USUAL, *PLACEBOS),
    *(*EFFECTS.values(), *EFFECTS_14.values(), THREE, THREE_STABLE, TWO_USUAL, WORST_EFFECT_USUAL),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line; low and high are what the value must lie within."""

    figure: str
    value: float
    low: float | None = None
    high: float | None = None
    of: int | None = None
    """Diaries that a share is of."""
    percent: bool = True

    @property
    def holds(self) -> bool:
        """Whether the value is within its bounds."""
        return (self.low is None or self.value >= self.low) and (self.high is None or self.value <= self.high)

    def __str__(self) -> str:
        unit = " %" if self.percent else ""
        bounds = [
            f"{sign} {bound:g}{unit}" for sign, bound in ((">=", self.low), ("<=", self.high)) if bound is not None
        ]
        value = f"{self.value:.1f}" if self.percent else f"{self.value:.2f}"
        return f"| {self.figure} | {', '.join(bounds)} | {value}{unit}{'' if self.holds else ' MISSED'} |"


Told = Mapping[Cell, Sequence[Seen]]


def rows(told: Told) -> Iterator[Row]:
    """The whole table."""
    for cell in (STABLE, FLARES, STABLE_14, THREE_STABLE):
        yield _share(f"false benefit at week 16, {cell.name}", told[cell], _claims, high=2)
    for cell in (STABLE, FLARES, STABLE_14, THREE_STABLE):
        yield _share(f"false benefit ever shown to week 26, {cell.name}", told[cell], _ever_published, high=5)
    yield from _power(told)
    yield from _onsets(told)
    yield _share("false benefit ever shown, started at one's worst", told[WORST], _ever_published, high=38)
    yield _share("the same at week 16", told[WORST], _claims)
    yield _share("the same at week 16, usual level told", told[WORST_USUAL], _claims, high=12)
    yield _share("the same ever shown, usual level told", told[WORST_USUAL], _ever_published)
    yield _share("false benefit ever shown, slow drift", told[DRIFT], _ever_published, high=12)
    for cell in PLACEBOS:
        yield _share(f"false benefit ever shown, {cell.name}", told[cell], _ever_published)
    yield _share("false `possible` ever told, stable", told[STABLE], lambda one: Status.POSSIBLE in one.ever)
    yield _share("false `worse` ever told, stable", told[STABLE], lambda one: Status.WORSE in one.ever)
    if LONG in told:
        yield _share("false benefit ever shown to week 104, stable", told[LONG], _ever_published)


def _power(told: Told) -> Iterator[Row]:
    for week in ONSETS:
        yield _share(f"power, 2 points at week {week}, 28 days before", told[EFFECTS[week, 2.0]], _claims, low=80)
    for week in ONSETS:
        yield _share(f"power, 2 points at week {week}, 14 days before", told[EFFECTS_14[week, 2.0]], _claims, low=65)
    yield _share("power of the composite of 3", told[THREE], _claims, low=92)
    yield _share("power, 2 points, usual level told", told[TWO_USUAL], _claims, low=75)
    yield _share("power, 2 points, started at one's worst, usual level told", told[WORST_EFFECT_USUAL], _claims)
    for points in (1.3, 3.0):
        for week in ONSETS:
            yield _share(f"power, {points} points at week {week}, 28 days before", told[EFFECTS[week, points]], _claims)


def _onsets(told: Told) -> Iterator[Row]:
    """Of the benefits that were found: how often the interval holds the true week, and how far off the estimate is."""
    errors: list[Row] = []
    for effects, before, low, high in ((EFFECTS, 28, 90.0, 98.0), (EFFECTS_14, 14, None, None)):
        for (week, points), cell in effects.items():
            found = [one.at_look.weeks_to_benefit for one in told[cell] if one.claims]
            known = [one for one in found if one is not None]
            if not known:
                continue
            where = f"{points} points at week {week}, {before} days before"
            within = 100 * sum(one.low <= week <= one.high for one in known) / len(known)
            yield Row(figure=f"interval holds the onset, {where}", value=within, low=low, high=high, of=len(known))
            off = sqrt(sum((one.estimate - week) ** 2 for one in known) / len(known))
            figure = f"onset error in weeks, root mean square, {where}"
            errors.append(Row(figure=figure, value=off, high=2.1 if low else None, percent=False))
    yield from errors


def _share(
    figure: str,
    seen: Sequence[Seen],
    counts: Callable[[Seen], bool],
    *,
    low: float | None = None,
    high: float | None = None,
) -> Row:
    value = 100 * sum(map(counts, seen)) / len(seen)
    return Row(figure=figure, value=value, low=low, high=high, of=len(seen))


def _claims(one: Seen) -> bool:
    return one.claims


def _ever_published(one: Seen) -> bool:
    return one.ever_published


def at_least(count: int, of: int, share: float) -> float:
    """The exact binomial chance of this count or more."""
    return sum(comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(count, of + 1))
