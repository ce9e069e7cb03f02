"""One series as a phone gets it: baseline, weeks and verdict, every mean on the measure's own scale."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from app.domain.catalogue import Direction
from app.domain.trends.choice import Scale
from app.domain.trends.confounders import confounders_in
from app.domain.trends.error_rates import false_alarm_percent
from app.domain.trends.judgement import CLAIMS
from app.domain.trends.look import Look, Subject
from app.domain.trends.needs import confirmation, needs
from app.domain.trends.periods import Period
from app.domain.trends.result_text import Found, result_text
from app.domain.trends.size import size_in_words
from app.domain.trends.verdict import Standing, Verdict, published, standing
from app.domain.trends.verdict_text import verdict_text
from app.domain.trends.weeks import Baseline
from app.domain.trends.window import weeks_in_view


# A summary has some hundreds of these: frozen ones cost two and a half times as much to make, and slotted ones four
# times as much to write as JSON.
@dataclass(kw_only=True)
class Week:
    """One complete week in view; mean is None where n is 0, mg where no dose with an amount is recorded."""

    week: int
    starts_on: date
    n: int
    """Days with a value."""
    mean: float | None
    mg: Decimal | None
    """Median daily total of the days with a dose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositeTrend:
    """All targets together."""

    measures: tuple[str, ...]
    """The targets that take part."""
    direction: Direction
    baseline: Baseline
    weeks: tuple[Week, ...]
    """From the first week with a value on, weeks without one included; ascending."""
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureTrend:
    """One measure by itself, secondary to the composite."""

    label: str
    direction: Direction
    derived_days: int
    """Days in view whose value was turned from the opposite measure (`sleep_quality`)."""
    moment_days: int
    """Days in view without a score of their own, told by the mean of their moments."""
    baseline: Baseline
    weeks: tuple[Week, ...]
    verdict: Verdict


Frame = Mapping[int, tuple[date, Decimal | None]]
"""The complete weeks in view by their number, ascending, with the day on which each starts and its mg."""


def frame(period: Period, mg: Mapping[int, Decimal]) -> Frame:
    """What all series of a summary share."""
    return {week: (period.first_day(week), mg.get(week)) for week in weeks_in_view(period.complete_weeks)}


def composite_trend(subject: Subject, stands: Standing, seen: Look, weeks: Frame) -> CompositeTrend:
    """The composite in the present period."""
    return CompositeTrend(
        measures=subject.measures,
        direction=subject.scale.direction,
        baseline=stands.baseline,
        weeks=_weeks(subject.scale, stands, weeks),
        verdict=verdict(subject, stands, seen, seen.present),
    )


def measure_trend(code: str, seen: Look, weeks: Frame) -> MeasureTrend:
    """One measure in the present period."""
    subject, series = seen.measure(code), seen.series[code]
    scale, stands = subject.scale, standing(subject, seen.present)
    before = stands.baseline
    return MeasureTrend(
        label=scale.label,
        direction=scale.direction,
        derived_days=series.derived_days,
        moment_days=series.moment_days,
        baseline=before if before.mean is None else replace(before, mean=scale.shown(before.mean)),
        weeks=_weeks(scale, stands, weeks),
        verdict=verdict(subject, stands, seen, seen.present),
    )


def verdict(subject: Subject, stands: Standing, seen: Look, period: Period) -> Verdict:
    """The answer on one series in one period."""
    judged = stands.judged
    is_published = published(subject, stands, seen, period)
    missing, possible_from = needs(subject, stands, seen, period)
    to_confirm = stands.status in CLAIMS and not is_published and not period.ended
    confirmed = confirmation(subject, period) if to_confirm else None
    size = size_in_words(subject, judged)
    if judged.z is None:
        text = verdict_text(subject, stands, seen, period, possible_from)
    else:
        found = Found(
            subject=subject,
            stands=stands,
            period=period,
            published=is_published,
            confirmed_on=confirmed.by if confirmed else None,
            size=size,
            confounded=bool(confounders_in(period, seen)),
        )
        text = result_text(found, seen)
    return Verdict(
        status=stands.status,
        published=is_published,
        z=judged.z,
        bar=judged.bar,
        false_alarm_percent=false_alarm_percent(judged),
        weeks_to_benefit=judged.weeks_to_benefit,
        drop=judged.drop,
        size=size,
        needs=(*missing, confirmed) if confirmed else missing,
        possible_from=possible_from,
        last_week_on=stands.last_week_on,
        text=text,
    )


def _weeks(scale: Scale, stands: Standing, weeks: Frame) -> tuple[Week, ...]:
    rows = {row.week: row for row in stands.rows if row.week in weeks}
    if not rows:
        return ()
    first = min(0, *rows)
    return tuple(
        [
            Week(week=week, starts_on=starts_on, n=row.days, mean=scale.shown(row.mean), mg=mg)
            if (row := rows.get(week))
            else Week(week=week, starts_on=starts_on, n=0, mean=None, mg=mg)
            for week, (starts_on, mg) in weeks.items()
            if first <= week
        ]
    )
