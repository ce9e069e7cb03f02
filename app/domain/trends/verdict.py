"""What one series of one period can tell, and the verdict's shape.

This form judges no change: of the states of trends, section 2, step 1 it tells the three that need no inference, and
`no_clear_change` with the caveat `not-yet-assessed` wherever a judgement would be possible.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.trends.periods import BASELINE_VALID_WEEKS, Period
from app.domain.trends.series import Values
from app.domain.trends.weeks import Baseline, WeekRow, baseline, weekly_rows, within

METHOD_VERSION = "none-0"
BASELINE_ENTRIES = 10
TREATMENT_WEEKS = 6
"""Valid weeks that a judgement needs from the first dose on."""
LOWEST_BASELINE = 3.0
"""Below this mean there is no room for a fall that counts."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """An inferred number with its interval."""

    estimate: float
    low: float
    high: float
    level: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing that is missing for a judgement."""

    code: str
    """`first_dose`, `usual_level`, `baseline_days`, `baseline_weeks`, `treatment_weeks` or `confirmation`."""
    measure: str | None
    """The measure it is about; None where it is about the composite or the treatment."""
    have: int
    want: int
    by: date | None
    """The last date that still helps (in the past where none does), for treatment weeks when they are there at the
    earliest; None where that hangs on a first dose or a restart without a date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer on one series. What can't be told is None."""

    status: Status
    published: bool
    z: float | None
    bar: float | None
    false_alarm_percent: int | None
    weeks_to_benefit: Estimate | None
    drop: Estimate | None
    size: str | None
    needs: tuple[Need, ...]
    possible_from: date | None
    last_week_on: date | None
    """The last day of the last valid week."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one series stands in one period: its counted weeks; every value lower-is-better."""

    rows: tuple[WeekRow, ...]
    """All complete weeks with a value, ascending, baseline and before included."""
    baseline: Baseline
    scored_baseline_days: int
    """Scored days of the baseline, valid week or not."""
    treatment: tuple[WeekRow, ...]
    """The valid weeks that may be judged."""
    last_week_on: date | None
    status: Status


def standing(values: Values, period: Period) -> Standing:
    """Counts the weeks of one series, and says what may be told from them (trends, section 2, step 1)."""
    complete = period.complete_weeks
    rows = tuple(row for row in weekly_rows(values, period.anchor) if row.week < complete)
    inside = within(values, period.baseline)
    before = baseline(weekly_rows(inside, period.anchor))
    treatment = tuple(row for row in rows if row.valid and period.judges(row.week))
    return Standing(
        rows=rows,
        baseline=before,
        scored_baseline_days=len(inside),
        treatment=treatment,
        last_week_on=_last_week_on(rows, period),
        status=_status(period, before, len(inside), len(treatment)),
    )


def enough_baseline(before: Baseline) -> bool:
    """Whether the weeks before the first dose allow a judgement."""
    return before.weeks >= BASELINE_VALID_WEEKS and before.entries >= BASELINE_ENTRIES


def _status(period: Period, before: Baseline, scored: int, treatment_weeks: int) -> Status:
    if period.treated and scored == 0:
        return Status.NO_BASELINE
    if not period.treated or not enough_baseline(before) or treatment_weeks < TREATMENT_WEEKS:
        return Status.NOT_ENOUGH_DATA
    if before.mean is not None and before.mean < LOWEST_BASELINE:
        return Status.TOO_LOW_TO_JUDGE
    return Status.NO_CLEAR_CHANGE


def _last_week_on(rows: tuple[WeekRow, ...], period: Period) -> date | None:
    """Treatment weeks only, once there is a treatment."""
    valid = [row.week for row in rows if row.valid and (row.week >= 0 or not period.treated)]
    return period.last_day(valid[-1]) if valid else None
