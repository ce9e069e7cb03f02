"""When in the day the doses were taken, by dose night."""

from collections.abc import Iterable, Mapping

from app.domain.records.timing_order import BEDTIME, MORNING
from app.domain.trends.dates import DateRange
from app.domain.trends.diary import Dose, TimingPlan
from app.domain.trends.regimen import Regimen
from app.domain.trends.treatment import TAKEN

Times = Mapping[int, str]
"""`bedtime` or `morning` by the ordinal of the dose night, ascending; nights with both or neither are left out."""


def dose_times(doses: Iterable[Dose], view: Iterable[DateRange], regimen: Regimen | None = None) -> dict[int, str]:
    """The times of the doses taken in view; where a dose does not say, what the regimen plans, if given."""
    spans = tuple(view)
    seen: dict[int, set[str | None]] = {}
    for dose in doses:
        if dose.status in TAKEN and any(dose.local_date in span for span in spans):
            ordinal, time = dose.local_date.toordinal(), dose.timing
            if time is None and regimen is not None and (step := regimen.in_force(ordinal)) is not None:
                time = step.timing
            seen.setdefault(ordinal, set()).add(time)
    told = ((ordinal, times.pop()) for ordinal, times in sorted(seen.items()) if len(times) == 1)
    return {ordinal: time for ordinal, time in told if time in {BEDTIME, MORNING}}


def plan_on(plans: Iterable[TimingPlan], ordinal: int) -> TimingPlan | None:
    """The latest begun of the plans that the night belongs to."""
    under_way = [plan for plan in plans if ordinal in nights_of(plan)]
    return max(under_way, key=lambda plan: (plan.starts_on, plan.id), default=None)


def nights_of(plan: TimingPlan) -> range:
    """The ordinals of the nights of a plan, up to its early end."""
    first = plan.starts_on.toordinal()
    after = first + 7 * len(plan.order)
    return range(first, after if plan.ended_on is None else min(after, plan.ended_on.toordinal() + 1))


def planned_time(plan: TimingPlan, ordinal: int) -> str:
    """The dose time that chance gave to the week of a night of the plan."""
    return plan.order[week_of(plan, ordinal)]


def week_of(plan: TimingPlan, ordinal: int) -> int:
    """The week of a night of the plan, from 0."""
    return (ordinal - plan.starts_on.toordinal()) // 7
