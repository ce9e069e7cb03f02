"""Bedtime against morning doses: a plan that left the order to chance, else what was observed (trends, section 5)."""

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Final

from app.domain.records.timing_order import BEDTIME, MORNING
from app.domain.trends.choice import LOWER
from app.domain.trends.composite import composite
from app.domain.trends.diary import TimingPlan
from app.domain.trends.dose_times import Times, dose_times, nights_of, planned_time
from app.domain.trends.look import Look
from app.domain.trends.regimen import Regimen
from app.domain.trends.series import Values
from app.domain.trends.side_effect_measures import COMMON, lag_days
from app.domain.trends.sign_flip import sign_flip
from app.domain.trends.timing_pairs import pair_differences
from app.domain.trends.timing_shape import MeasureTiming, PlanShown, Timing, TimingStatus
from app.domain.trends.timing_text import observed_text, planned_text

_LEVEL: Final = 0.05
_SWITCHES: Final = 2
_DAYS_EACH: Final = 14
"""What is observed is shown with so many switches, or so many scored days with each time."""
_LEAST_DAYS: Final = 3
_PAIR_NIGHTS: Final = 14


def timing(seen: Look) -> Timing | None:
    """Of the plan begun last, unless it was ended before a pair of weeks was over; else of what was recorded."""
    plan = _plan(seen)
    return _observed(seen) if plan is None else _planned(seen, plan)


def _plan(seen: Look) -> TimingPlan | None:
    lived = [
        plan
        for plan in seen.diary.timing_plans
        if plan.starts_on <= seen.as_of
        and any(date.fromordinal(nights_of(plan)[-1]) in span or _runs(plan, seen.as_of) for span in seen.view)
        and (_runs(plan, seen.as_of) or len(nights_of(plan)) >= _PAIR_NIGHTS)
    ]
    return max(lived, key=lambda plan: (plan.starts_on, plan.id), default=None)


def _runs(plan: TimingPlan, as_of: date) -> bool:
    """Whether nights of it are still to come, or the morning after the last one."""
    return as_of.toordinal() <= nights_of(plan)[-1]


def _planned(seen: Look, plan: TimingPlan) -> Timing:
    runs = _runs(plan, seen.as_of)
    last = seen.as_of.toordinal() - 1  # the last night whose morning has come
    together = pair_differences(plan, _together(seen), last)
    found, p = (None, None) if runs else _tested(together)
    if runs:
        status = TimingStatus.RUNNING
    elif p is None:
        status = TimingStatus.NOT_ENOUGH_DATA
    else:
        status = TimingStatus.CLEAR_DIFFERENCE if p <= _LEVEL else TimingStatus.NO_CLEAR_DIFFERENCE
    measures = {} if runs else {code: pair_differences(plan, values, last) for code, values in _each(seen).items()}
    last_day = date.fromordinal(nights_of(plan)[-1])
    return Timing(
        status=status,
        pairs=len(together),
        difference=found,
        p=p,
        observational=False,
        direction=LOWER.direction,
        bedtime_days=None,
        morning_days=None,
        switches=None,
        measures={code: _measure(seen, code, len(pairs), *_tested(pairs)) for code, pairs in measures.items()},
        plan=_shown(seen, plan, last_day),
        text=planned_text(status, len(together), found, p, last_day, seen.messages),
    )


def _tested(pairs: list[float]) -> tuple[float | None, float | None]:
    """The mean difference and its p."""
    return (sum(pairs) / len(pairs), sign_flip(pairs)) if pairs else (None, None)


def _shown(seen: Look, plan: TimingPlan, last_day: date) -> PlanShown:
    nights = nights_of(plan)
    told = {night: time for night, time in dose_times(seen.diary.doses, seen.view).items() if night in nights}
    return PlanShown(
        id=plan.id,
        starts_on=plan.starts_on,
        last_day=last_day,
        seed=plan.seed,
        order=plan.order,
        nights_told=len(told),
        nights_as_planned=sum(time == planned_time(plan, night) for night, time in told.items()),
    )


def _observed(seen: Look) -> Timing | None:
    if not {dose.timing for dose in seen.diary.doses} | {step.timing for step in seen.diary.steps} >= {
        BEDTIME,
        MORNING,
    }:
        return None  # as in most diaries, of which no night need be looked at
    times = {
        night: time
        for night, time in dose_times(seen.diary.doses, seen.view, Regimen(seen.diary.steps, seen.as_of)).items()
        if night >= seen.present.anchor
    }
    if len(set(times.values())) < 2:  # noqa: PLR2004 - bedtime and morning
        return None
    bedtime, morning = _split(_together(seen), times)
    switches = sum(one != other for one, other in pairwise(times.values()))
    if switches < _SWITCHES and min(len(bedtime), len(morning)) < _DAYS_EACH:
        return None
    found = _difference(bedtime, morning)
    measures = {code: _difference(*_split(values, times)) for code, values in _each(seen).items()}
    return Timing(
        status=TimingStatus.NOT_ENOUGH_DATA if found is None else TimingStatus.OBSERVED,
        pairs=None,
        difference=found,
        p=None,
        observational=True,
        direction=LOWER.direction,
        bedtime_days=len(bedtime),
        morning_days=len(morning),
        switches=switches,
        measures={code: _measure(seen, code, None, apart, None) for code, apart in measures.items()},
        plan=None,
        text=observed_text(len(bedtime), len(morning), found, seen.messages),
    )


def _split(values: Values, times: Times) -> tuple[list[float], list[float]]:
    """The values of nights with a bedtime and with a morning dose."""
    bedtime: list[float] = []
    morning: list[float] = []
    for night, time in times.items():
        if night in values:
            (bedtime if time == BEDTIME else morning).append(values[night])
    return bedtime, morning


def _difference(bedtime: list[float], morning: list[float]) -> float | None:
    if min(len(bedtime), len(morning)) < _LEAST_DAYS:
        return None
    return sum(bedtime) / len(bedtime) - sum(morning) / len(morning)


def _measure(seen: Look, code: str, pairs: int | None, difference: float | None, p: float | None) -> MeasureTiming:
    scale = seen.scales[code]
    return MeasureTiming(label=scale.label, direction=scale.direction, pairs=pairs, difference=difference, p=p)


def _together(seen: Look) -> Values:
    """The composite by dose night; a target that is never scored takes no part."""
    targets = {code: _by_night(code, values) for code, values in seen.targets.items() if values}
    return composite(targets, seen.present.baseline).values


def _each(seen: Look) -> Mapping[str, Values]:
    """The measures by dose night: what the summary is about, and the common side effects where they are scored."""
    more = [code for code in COMMON if code not in seen.series]
    every = {**seen.series, **seen.entries.series(more, seen.scales)}
    return {code: _by_night(code, one.values) for code, one in every.items() if one.values}


def _by_night(code: str, values: Values) -> Values:
    lag = lag_days(code)
    return {ordinal - lag: value for ordinal, value in values.items()} if lag else values
