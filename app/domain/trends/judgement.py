"""From the scan to one of the states: is there a change, and does it count (trends, section 2, steps 1, 4 and 8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.trends.estimates import Estimate, drop, weeks_to_benefit, weights
from app.domain.trends.scan import Split, normal_value, step_scan
from app.domain.trends.weeks import WeekRow, baseline

LOWEST_BASELINE = 3.0
"""Below this mean there is no room for a fall that counts."""
BAR = 3.0
HIGH_BAR = 3.4
"""For long series, where chance has more weeks to choose from, and for single measures beside the composite."""
LONG_WEEKS = 26
POSSIBLE_BAR = 2.1
LEAST_POINTS = 1.0
LEAST_SHARE = 0.15
"""A fall counts from so many points on, and from this share of the mean before it."""
EARLY_WEEKS = 2
LEAST_BELOW_USUAL = 0.5
_SLACK = 1e-9
"""Weeks at whole points lie on the thresholds; the rounding of sums must not decide."""


class Status(StrEnum):
    """What the diary says about one series."""

    NO_BASELINE = "no_baseline"
    NOT_ENOUGH_DATA = "not_enough_data"
    TOO_LOW_TO_JUDGE = "too_low_to_judge"
    NO_CLEAR_CHANGE = "no_clear_change"
    POSSIBLE = "possible"
    BENEFIT_EARLY = "benefit_early"
    BENEFIT = "benefit"
    FADED = "faded"
    WORSE = "worse"


CLAIMS = frozenset({Status.BENEFIT, Status.BENEFIT_EARLY})
"""What is published only when two looks a week apart say so."""
BETTER = CLAIMS | {Status.POSSIBLE, Status.FADED}
"""States whose change for the better is estimated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What one series is judged by; weeks are valid and ascending, every value lower-is-better."""

    baseline: Sequence[WeekRow]
    treatment: Sequence[WeekRow]
    latest: Sequence[WeekRow]
    """The last 4 valid weeks."""
    usual: float | None
    """The level of a usual day, told before the first dose."""
    beside_composite: bool
    """Whether this is a single measure, of which there are several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What was found; None where the status says that it can't be told."""

    status: Status
    z: float | None = None
    """Positive for the better."""
    bar: float | None = None
    long: bool = False
    """Whether more than 26 treatment weeks are in view."""
    split: Split | None = None
    """The best split, of `worse` the worst one."""
    weeks_to_benefit: Estimate | None = None
    drop: Estimate | None = None
    back_to_usual: bool = False
    """The fall would count, were the latest weeks clearly below the usual level."""


def judge(it: Case) -> Judgement:
    """The state of a series that has enough weeks; `worse` is judged first."""
    before = baseline(it.baseline).mean or 0.0
    latest = baseline(it.latest).mean or 0.0
    long = it.treatment[-1].week >= LONG_WEEKS
    splits = step_scan(it.baseline, it.treatment)
    freedom = len(it.baseline) + len(it.treatment) - 2
    top, bottom = max(split.t for split in splits), min(split.t for split in splits)
    worst = next(split for split in splits if split.t <= bottom + _SLACK)
    z_worst = normal_value(worst.t, freedom)
    rose = reaches(-worst.drop, LEAST_POINTS) and reaches(latest - before, LEAST_POINTS)
    if z_worst <= -BAR and rose:
        return Judgement(status=Status.WORSE, z=z_worst, bar=BAR, long=long, split=worst)
    if not reaches(before, LOWEST_BASELINE):
        return Judgement(status=Status.TOO_LOW_TO_JUDGE)
    best = next(split for split in splits if split.t >= top - _SLACK)
    z, bar = normal_value(best.t, freedom), HIGH_BAR if long or it.beside_composite else BAR
    status, back = _for_the_better(it, best, latest, z, bar)
    if status not in BETTER:
        return Judgement(status=status, z=z, bar=bar, long=long, split=best)
    weighted = weights(splits, freedom + 2)
    return Judgement(
        status=status,
        z=z,
        bar=bar,
        long=long,
        split=best,
        weeks_to_benefit=weeks_to_benefit(weighted),
        drop=drop(weighted),
        back_to_usual=back,
    )


def _for_the_better(it: Case, best: Split, latest: float, z: float, bar: float) -> tuple[Status, bool]:
    """The state, and whether only the usual level keeps it from being a benefit."""
    if z < bar or not reaches(best.drop, max(LEAST_POINTS, LEAST_SHARE * best.before)):
        maybe = z >= POSSIBLE_BAR and reaches(best.drop, LEAST_POINTS)
        return (Status.POSSIBLE if maybe else Status.NO_CLEAR_CHANGE), False
    if not reaches(best.before - latest, best.drop / 2):
        return Status.FADED, False
    if it.usual is not None and not reaches(it.usual - latest, LEAST_BELOW_USUAL):
        return Status.POSSIBLE, True
    return (Status.BENEFIT_EARLY if best.week < EARLY_WEEKS else Status.BENEFIT), False


def reaches(points: float, wanted: float) -> bool:
    """Whether points are at least what is wanted, but for rounding."""
    return points >= wanted - _SLACK
