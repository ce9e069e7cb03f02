"""What is missing for a judgement, and from which date one becomes possible."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from app.domain.trends.composite import composite
from app.domain.trends.look import Look, Subject
from app.domain.trends.periods import BASELINE_VALID_WEEKS, Period, split
from app.domain.trends.series import Values
from app.domain.trends.treatment import Pause
from app.domain.trends.verdict import (
    BASELINE_ENTRIES,
    TREATMENT_WEEKS,
    Need,
    Standing,
    Status,
    enough_baseline,
)
from app.domain.trends.weeks import VALID_DAYS, Baseline, baseline, weekly_rows, within
from app.domain.trends.window import SCAN_WEEKS, baseline_before

BEFORE_FIRST_DOSE = frozenset({"first_dose", "usual_level", "baseline_days", "baseline_weeks"})
"""Codes of what can only be given before the first dose."""
_DAY = timedelta(days=1)
_WEEK_DAYS = 7


def needs(subject: Subject, stands: Standing, seen: Look, period: Period) -> tuple[tuple[Need, ...], date | None]:
    """What is missing for a judgement, and the first date on which a look finds enough.

    The date holds if every measure in use is scored each day from tomorrow on; before the first dose, if that comes on
    the planned day, or without a plan on the first day that has a sufficient baseline before it. None where no scoring
    can bring a judgement about, and where nothing is missing.
    """
    if period.ended or stands.status not in {Status.NO_BASELINE, Status.NOT_ENOUGH_DATA}:
        return (), None
    treatment = seen.diary.treatment
    possible = _possible_from(subject, stands, seen, period)
    missing: list[Need] = []
    if not period.treated:
        missing.append(Need(code="first_dose", measure=None, have=0, want=1, by=treatment.planned_on))
    usual_by = treatment.first_dose or treatment.planned_on
    if usual_by is None or seen.as_of <= usual_by:
        missing += [Need(code="usual_level", measure=code, have=0, want=1, by=usual_by) for code in subject.unanswered]
    missing += _baseline_needs(subject.measure, stands, _baseline_by(seen, period))
    have, want = len(stands.treatment), TREATMENT_WEEKS
    if have < want and stands.status is Status.NOT_ENOUGH_DATA:
        missing.append(Need(code="treatment_weeks", measure=subject.measure, have=have, want=want, by=possible))
    return tuple(missing), possible


def confirmation(subject: Subject, period: Period) -> Need:
    """The second look that publishes a benefit: one week after the first that told it, at the end of this week."""
    by = period.last_day(period.complete_weeks)
    return Need(code="confirmation", measure=subject.measure, have=1, want=2, by=by)


def _possible_from(subject: Subject, stands: Standing, seen: Look, period: Period) -> date | None:
    if not period.treated:
        return _possible_before_first_dose(subject, seen.diary.treatment.planned_on, seen.as_of)
    return _sixth_week_ends(subject, stands, seen, period) if enough_baseline(stands.baseline) else None


def _baseline_by(seen: Look, period: Period) -> date | None:
    """The last day that can belong to the baseline."""
    planned_on = seen.diary.treatment.planned_on
    if period.treated:
        return period.baseline.last
    return None if planned_on is None else planned_on - _DAY


def _baseline_needs(measure: str | None, stands: Standing, by: date | None) -> Iterator[Need]:
    before, scored = stands.baseline, stands.scored_baseline_days
    if before.entries < BASELINE_ENTRIES:
        # A day outside the valid weeks counts here as long as it could still help to make its week valid.
        have = scored if scored < BASELINE_ENTRIES else before.entries
        yield Need(code="baseline_days", measure=measure, have=have, want=BASELINE_ENTRIES, by=by)
    if before.weeks < BASELINE_VALID_WEEKS:
        yield Need(code="baseline_weeks", measure=measure, have=before.weeks, want=BASELINE_VALID_WEEKS, by=by)


def _sixth_week_ends(subject: Subject, stands: Standing, seen: Look, period: Period) -> date | None:
    """When the last missing treatment week is over; None while the treatment pauses, or past the weeks that count."""
    if any(_goes_on(pause, seen) for pause in period.pauses):
        return None
    as_of = period.ends_on
    missing, paused = TREATMENT_WEEKS - len(stands.treatment), period.paused_weeks
    for week in range(period.complete_weeks, SCAN_WEEKS):
        if week not in paused and _can_count(subject.values, period.first_day(week), as_of):
            missing -= 1
            if missing == 0:
                return period.last_day(week)
    return None


def _goes_on(pause: Pause, seen: Look) -> bool:
    """Whether the next dose may be the restart after a pause, and by that begin to count the weeks anew."""
    if pause.restarts_on is not None:
        return False
    tomorrow = seen.as_of + _DAY
    return seen.as_of - _DAY <= pause.nights.last or split(pause, seen.targets, tomorrow) is not None


def _can_count(values: Values, begins: date, as_of: date) -> bool:
    """Whether a week that is not over yet gets enough days if each day after as_of is scored."""
    over = range(begins.toordinal(), as_of.toordinal() + 1)
    return sum(ordinal in values for ordinal in over) + _WEEK_DAYS - len(over) >= VALID_DAYS


def _possible_before_first_dose(subject: Subject, planned_on: date | None, as_of: date) -> date | None:
    waits: Sequence[int] = range(BASELINE_ENTRIES + 1)
    starts = [as_of + _DAY + timedelta(days=wait) for wait in waits] if planned_on is None else [planned_on]
    start = next((day for day in starts if enough_baseline(_expected_baseline(subject, day, as_of))), None)
    return None if start is None else start + timedelta(weeks=TREATMENT_WEEKS) - _DAY


def _expected_baseline(subject: Subject, start: date, as_of: date) -> Baseline:
    """The baseline of a first dose on this date, if every measure in use is scored on each day until then."""
    span = baseline_before(start)
    to_come = dict.fromkeys(range(as_of.toordinal() + 1, start.toordinal()), 0.0)
    targets = {
        code: within(values, span) | (to_come if code in subject.measures else {})
        for code, values in subject.targets.items()
    }
    inside = within(composite(targets, span).values, span)
    return baseline(weekly_rows(inside, start.toordinal()))
