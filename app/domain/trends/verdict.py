"""What one series of one period tells, and the verdict's shape."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.trends.estimates import Estimate
from app.domain.trends.judgement import CLAIMS, Case, Judgement, Status, judge
from app.domain.trends.look import Look, Subject
from app.domain.trends.periods import BASELINE_VALID_WEEKS, Period, periods
from app.domain.trends.weeks import Baseline, WeekRow, baseline, weekly_rows, within
from app.domain.trends.window import SCAN_WEEKS

METHOD_VERSION = "wss-1"
BASELINE_ENTRIES = 10
TREATMENT_WEEKS = 6
"""Valid weeks that a judgement needs from the first dose on."""
LATEST = 4
"""Valid weeks whose mean says where things stand."""
_WEEK = timedelta(weeks=1)


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
    latest: tuple[WeekRow, ...]
    """The last 4 valid weeks of the treatment, also past those that may be judged."""
    last_week_on: date | None
    judged: Judgement

    @property
    def status(self) -> Status:
        """What may be told."""
        return self.judged.status


def standing(subject: Subject, period: Period) -> Standing:
    """Counts the weeks of one series in one period, and judges them where there are enough (trends, section 2)."""
    complete = period.complete_weeks
    rows = tuple([row for row in weekly_rows(subject.values, period.anchor) if row.week < complete])
    inside = within(subject.values, period.baseline)
    before = [row for row in weekly_rows(inside, period.anchor) if row.valid]
    valid, paused = [row for row in rows if row.valid], period.paused_weeks
    treated = [row for row in valid if row.week >= 0 and row.week not in paused]
    treatment = tuple([row for row in treated if row.week < SCAN_WEEKS])
    latest = tuple(treated[-LATEST:])
    counted = baseline(before)
    missing = _missing(period, counted, len(inside), len(treatment))
    case = Case(
        baseline=before,
        treatment=treatment,
        latest=latest,
        usual=subject.usual_level(period.starts_on),
        beside_composite=subject.measure is not None,
    )
    return Standing(
        rows=rows,
        baseline=counted,
        scored_baseline_days=len(inside),
        treatment=treatment,
        latest=latest,
        last_week_on=_last_week_on(valid, period),
        judged=judge(case) if missing is None else Judgement(status=missing),
    )


def published(subject: Subject, stands: Standing, seen: Look, period: Period) -> bool:
    """Whether the look one week earlier told of a benefit too: today's diary, cut at that date."""
    if stands.status not in CLAIMS:
        return False
    as_of = period.ends_on - _WEEK
    earlier = periods(seen.diary.treatment.cut(as_of), seen.targets, as_of)[-1]
    same = earlier.treated and earlier.starts_on == period.starts_on
    return same and standing(subject, earlier).status in CLAIMS


def enough_baseline(before: Baseline) -> bool:
    """Whether the weeks before the first dose allow a judgement."""
    return before.weeks >= BASELINE_VALID_WEEKS and before.entries >= BASELINE_ENTRIES


def _missing(period: Period, before: Baseline, scored: int, treatment_weeks: int) -> Status | None:
    """What keeps a series from being judged (step 1); None where nothing does."""
    if period.treated and scored == 0:
        return Status.NO_BASELINE
    if not period.treated or not enough_baseline(before) or treatment_weeks < TREATMENT_WEEKS:
        return Status.NOT_ENOUGH_DATA
    return None


def _last_week_on(valid: Sequence[WeekRow], period: Period) -> date | None:
    """Treatment weeks only, once there is a treatment."""
    last = valid[-1].week if valid else None
    return None if last is None or (period.treated and last < 0) else period.last_day(last)
