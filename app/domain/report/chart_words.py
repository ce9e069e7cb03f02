"""A chart in words, for readers who don't see it; and what there is to be told."""

from collections.abc import Iterator
from datetime import date, timedelta

from app.domain.catalogue import Direction
from app.domain.report.drawing import Drawing
from app.domain.trends.confounders import Confounder
from app.domain.trends.messages import Messages
from app.domain.trends.periods import WASHOUT_DAYS
from app.domain.trends.verdict import Estimate
from app.domain.trends.window import baseline_before


def ends(direction: Direction, messages: Messages, *, where: str = "chart") -> tuple[str, str]:
    """What 0 and 10 mean on a scale that runs this way; `chart-axis` has the shorter words."""
    best, worst = messages.say(f"{where}-best"), messages.say(f"{where}-worst")
    return (worst, best) if direction is Direction.HIGHER_IS_BETTER else (best, worst)


def compared_from(it: Drawing) -> date | None:
    """Where the weeks before week 0 begin that are compared with; None where there is nothing to compare.

    8 weeks back, but after a pause not before the pause's eighth day (trends, section 1).
    """
    start = it.summary.first_dose_date
    if start is None or it.trend.baseline.mean is None:
        return None
    washed = (band.ends_on + timedelta(days=1 + WASHOUT_DAYS) for band in it.summary.dose_bands if band.ends_on < start)
    return max((baseline_before(start).first, *washed))


def onset(it: Drawing) -> Estimate | None:
    """When the change began, in weeks from the first dose, if the verdict tells and the chart reaches there.

    A reader who is not told of doses sees weeks that don't count from the first one.
    """
    found = it.trend.verdict.weeks_to_benefit if it.summary.first_dose_date else None
    return found if found is not None and it.frame.shows(found.estimate) else None


def others_in_view(it: Drawing) -> Iterator[tuple[date, Confounder]]:
    """What else changed while the drawn weeks were lived, and when it began."""
    first, after = it.frame.day(it.frame.first), it.frame.day(it.frame.after)
    for other in it.summary.confounders:
        if other.starts_on is not None and first <= other.starts_on < after:
            yield other.starts_on, other


def words(it: Drawing) -> str:
    """Everything the chart shows: scale, weeks, baseline, doses, what else changed; and the verdict's text."""
    return " ".join(_sentences(it))


def _sentences(it: Drawing) -> Iterator[str]:
    say = it.messages.say
    zero, ten = ends(it.trend.direction, it.messages)
    yield say("chart-tells-scale", zero=zero, ten=ten)
    yield from _weeks(it)
    before = it.trend.baseline
    if it.summary.first_dose_date is not None and before.mean is not None:
        yield say(
            "chart-tells-baseline-restart" if it.summary.periods else "chart-tells-baseline",
            first_dose=it.summary.first_dose_date,
            mean=it.messages.number(before.mean),
            entries=before.entries,
        )
    for band in it.summary.dose_bands:
        yield say("chart-tells-band", mg=band.mg, starts_on=band.starts_on, ends_on=band.ends_on)
    for _, other in others_in_view(it):
        yield other.text
    found = onset(it)
    if found is not None:
        numbers = {name: it.messages.number(getattr(found, name)) for name in ("estimate", "low", "high")}
        code = "chart-tells-onset" if it.trend.verdict.published else "chart-tells-onset-unconfirmed"
        yield say(code, first_dose=it.summary.first_dose_date, percent=round(100 * found.level), **numbers)
    yield it.trend.verdict.text


def _weeks(it: Drawing) -> Iterator[str]:
    say = it.messages.say
    scored = [(week, week.mean) for week in it.weeks if week.mean is not None]
    if not scored:
        yield say("chart-tells-nothing")
        return
    means = [mean for _, mean in scored]
    yield say(
        "chart-tells-weeks",
        scored=len(scored),
        weeks=len(it.weeks),
        first=it.weeks[0].starts_on,
        last=it.weeks[-1].starts_on + timedelta(days=6),
        lowest=it.messages.number(min(means)),
        highest=it.messages.number(max(means)),
    )
    week, mean = scored[-1]
    yield say("chart-tells-last", starts_on=week.starts_on, mean=it.messages.number(mean))
