"""A trend summary as somebody else may read it (sharing, section 2).

What a consent withholds must not be told by anything around it either: week numbers, the last day of a week, a count of
days since the start or a sentence would each give away a dose date as well as the date itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Protocol, TypeVar

from app.domain.trends.adherence import Adherence
from app.domain.trends.caveats import Caveat
from app.domain.trends.choice import LOWER, Scale
from app.domain.trends.confounders import Confounder
from app.domain.trends.coverage import coverage
from app.domain.trends.dates import clipped
from app.domain.trends.diary import Diary
from app.domain.trends.judgement import CLAIMS
from app.domain.trends.look import Look, look
from app.domain.trends.messages import ENGLISH, Messages
from app.domain.trends.series import Values
from app.domain.trends.side_effects import NightsAtFour, SideEffect
from app.domain.trends.step_effect import EARLY_NIGHTS
from app.domain.trends.summary import Summary, summary
from app.domain.trends.trend import CompositeTrend, MeasureTrend, Week
from app.domain.trends.verdict import Status, Verdict
from app.domain.trends.weeks import VALID_DAYS, Baseline, weekly_rows

OTHER_TREATMENT: Final = "~"
"""What the id of a medicine or event begins with that is not assigned to a granted condition."""
_BASELINE_OUTSIDE: Final = "baseline-outside-grant"
_TELLS_OF_DOSES: Final = frozenset({"first-dose-from-plan"})
_OF_THE_START: Final = _TELLS_OF_DOSES | {"primary-chosen-after-start"}
_COVERAGE: Final = "low-coverage"
_EARLY_IS_OVER: Final = timedelta(days=EARLY_NIGHTS)
"""After a step the scores of all its early nights are written, those of the last morning too."""
_NO_ADHERENCE: Final = Adherence(low=None, high=None, days=0, longest_gap_days=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What the summary of one granted condition is made from; the diary is cut to what was granted."""

    diary: Diary
    starts_outside: date | None
    """Where the first dose lies before the granted dates: the first granted date, at which weeks are counted from."""
    chosen_late: bool
    """Whether the measures were chosen after the first dose, wherever that lies."""
    shows_doses: bool
    shows_observations: bool


T = TypeVar("T", CompositeTrend, MeasureTrend)


class _Change(Protocol):
    """What is done to the composite and to each measure alike."""

    def __call__(self, trend: T, /) -> T: ...


def shared_summary(shared: Shared, as_of: date, messages: Messages = ENGLISH) -> Summary:
    """The summary on a date, with everything withheld that the consent does not show."""
    told = summary(shared.diary, as_of, None, messages)
    told = replace(told, confounders=_confounders(told.confounders, messages))
    untreated = told.first_dose_date is None
    if shared.starts_outside is not None:
        told = _starting_outside(told, shared, shared.starts_outside, messages)
    if not shared.shows_doses:
        told = _without_doses(told, messages)
    if not shared.shows_observations:
        told = _without_single_days(told)
    if not shared.shows_doses or (untreated and not shared.shows_observations):
        told = _by_calendar(told, look(shared.diary, as_of, messages), messages)
    if untreated and not shared.shows_observations:
        told = _each_trend(told, _without_sliding_baseline)
    return told if shared.shows_observations else _each_trend(told, _without_few_days)


def _confounders(found: tuple[Confounder, ...], messages: Messages) -> tuple[Confounder, ...]:
    """Those that are not assigned to a granted condition have neither name nor kind, and one entry a date."""
    shown: dict[object, Confounder] = {}
    for one in found:
        if one.id.startswith(OTHER_TREATMENT):
            text = messages.say("another-treatment")
            hidden = Confounder(
                kind="other",
                what="other",
                id=one.id.removeprefix(OTHER_TREATMENT),
                starts_on=one.starts_on,
                ends_on=None,
                text=text,
            )
            shown.setdefault((hidden.kind, hidden.starts_on), hidden)
        else:
            shown[one.id] = one
    return tuple(shown.values())


def _starting_outside(told: Summary, shared: Shared, begins: date, messages: Messages) -> Summary:
    """The treatment began before the granted dates: when is not told, and nothing can be compared with before.

    What came after a restart within the dates is told as ever.
    """
    told = replace(
        told,
        periods=tuple(past for past in told.periods if past.starts_on != begins),
        side_effects=tuple(one for one in told.side_effects if one.step.starts_on != begins),
    )
    if told.first_dose_date not in {None, begins}:
        return told
    text = messages.say("outside-grant")

    def withheld(trend: T) -> T:
        verdict = Verdict(
            status=Status.NO_BASELINE,
            published=False,
            z=None,
            bar=None,
            false_alarm_percent=None,
            weeks_to_benefit=None,
            drop=None,
            size=None,
            needs=(),
            possible_from=None,
            last_week_on=None,
            text=text,
        )
        weeks = _numbered_back(trend.weeks)
        return replace(trend, verdict=verdict, weeks=weeks, baseline=Baseline(weeks=0, entries=0, mean=None))

    kept = (one for one in told.caveats if one.code not in _OF_THE_START)
    outside = Caveat(code=_BASELINE_OUTSIDE, text=messages.say(f"caveat-{_BASELINE_OUTSIDE}"))
    told = replace(
        told,
        first_dose_date=None,
        weeks_treated=None,
        primary_chosen_after_start=shared.chosen_late,
        caveats=(outside, *kept),
    )
    return _each_trend(told, withheld)


def _without_doses(told: Summary, messages: Messages) -> Summary:
    """No mg, no adherence, and nothing from which the date of a dose could be told.

    Weeks to the benefit count from the first dose, and the series shows when the benefit came.
    """

    def withheld(trend: T) -> T:
        verdict = trend.verdict
        text = messages.say(f"shared-{verdict.status}")
        if verdict.status in CLAIMS and not verdict.published:
            text = f"{text} {messages.say('shared-unconfirmed')}"
        verdict = replace(verdict, weeks_to_benefit=None, needs=(), possible_from=None, last_week_on=None, text=text)
        return replace(trend, verdict=verdict)

    told = replace(
        told,
        first_dose_date=None,
        weeks_treated=None,
        dose_bands=(),
        side_effects=(),
        timing=None,
        periods=(),
        adherence=_NO_ADHERENCE,
        caveats=tuple(one for one in told.caveats if one.code not in _TELLS_OF_DOSES),
    )
    return _each_trend(told, withheld)


def _by_calendar(told: Summary, seen: Look, messages: Messages) -> Summary:
    """The series by weeks from Monday to Sunday, counted back, so that they say nothing of when a dose was.

    Nor can weeks that slide with the date of the look be compared with one another to tell single days.
    """
    scored = [ordinal for values in seen.targets.values() for ordinal in values]
    span = clipped(seen.view, date.fromordinal(min(scored)), seen.as_of) if scored else []
    covered = coverage(seen.targets.values(), span)
    low = messages.say(f"caveat-{_COVERAGE}", days_scored=covered.days_scored, days=covered.days)
    caveats = (
        replace(one, text=low) if one.code == _COVERAGE else one
        for one in told.caveats
        if one.code != _COVERAGE or covered.low
    )
    together = tuple(_calendar_weeks(seen.composite_in(seen.present).values, LOWER, seen))
    measures = {
        code: replace(trend, weeks=tuple(_calendar_weeks(seen.series[code].values, seen.scales[code], seen)))
        for code, trend in told.measures.items()
    }
    return replace(
        told,
        coverage=covered,
        caveats=tuple(caveats),
        composite=replace(told.composite, weeks=together),
        measures=measures,
    )


def _calendar_weeks(values: Values, scale: Scale, seen: Look) -> Iterator[Week]:
    """The weeks in view that are over, from the first with a value on."""
    today = seen.as_of.toordinal()
    monday = today + 1 - seen.as_of.isoweekday() % 7
    rows = {row.week: row for row in weekly_rows(values, monday) if row.week < 0}
    for week in range(min(rows, default=0), 0):
        starts_on = date.fromordinal(monday + 7 * week)
        row = rows.get(week)
        if row is not None:
            yield Week(week=week, starts_on=starts_on, n=row.days, mean=scale.shown(row.mean), mg=None)
        elif any(starts_on in span for span in seen.view):
            yield Week(week=week, starts_on=starts_on, n=0, mean=None, mg=None)


def _numbered_back(weeks: tuple[Week, ...]) -> tuple[Week, ...]:
    """As without a first dose: the last one is -1."""
    after = weeks[-1].week + 1 if weeks else 0
    return tuple(replace(week, week=week.week - after) for week in weeks)


def _without_few_days(trend: T) -> T:
    """A mean of one or two days would tell what those days were."""
    weeks = (replace(week, mean=None) if week.n < VALID_DAYS else week for week in trend.weeks)
    return replace(trend, weeks=tuple(weeks))


def _without_single_days(told: Summary) -> Summary:
    """Figures that move with the date of the look would tell a day's score by two looks; those that stand are kept."""
    over = (one for one in told.side_effects if told.as_of - one.step.starts_on >= _EARLY_IS_OVER)
    return replace(
        told, timing=None, side_effects=tuple(replace(one, nights_at_4_or_more=_settled(one)) for one in over)
    )


def _settled(one: SideEffect) -> tuple[NightsAtFour, ...]:
    return tuple(phase for phase in one.nights_at_4_or_more if phase.phase != "later" and phase.of >= VALID_DAYS)


def _without_sliding_baseline(trend: T) -> T:
    """Before a first dose the baseline moves with the date of the look: two looks would tell a day."""
    return replace(trend, baseline=replace(trend.baseline, mean=None))


def _each_trend(told: Summary, change: _Change) -> Summary:
    return replace(
        told,
        composite=change(told.composite),
        measures={code: change(trend) for code, trend in told.measures.items()},
    )
