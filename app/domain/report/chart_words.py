"""A chart in words, for readers who don't see it."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from app.domain.catalogue import Direction
from app.domain.trends.messages import Messages
from app.domain.trends.summary import Summary
from app.domain.trends.trend import CompositeTrend, MeasureTrend


def ends(direction: Direction, messages: Messages) -> tuple[str, str]:
    """What 0 and 10 mean on a scale that runs this way."""
    best, worst = messages.say("chart-best"), messages.say("chart-worst")
    return (worst, best) if direction is Direction.HIGHER_IS_BETTER else (best, worst)


def amount(mg: Decimal) -> str:
    """Milligrams without trailing zeros."""
    return f"{mg.normalize():f}"


def words(summary: Summary, trend: CompositeTrend | MeasureTrend, messages: Messages) -> str:
    """Everything the chart shows: scale, weeks, baseline, doses; and the verdict's text."""
    return " ".join(_sentences(summary, trend, messages))


def _sentences(summary: Summary, trend: CompositeTrend | MeasureTrend, messages: Messages) -> Iterator[str]:
    say = messages.say
    zero, ten = ends(trend.direction, messages)
    yield say("chart-tells-scale", zero=zero, ten=ten)
    scored = [(week, week.mean) for week in trend.weeks if week.mean is not None]
    if not scored:
        yield say("chart-tells-nothing")
    else:
        means = [mean for _, mean in scored]
        yield say(
            "chart-tells-weeks",
            scored=len(scored),
            weeks=len(trend.weeks),
            first=trend.weeks[0].starts_on,
            last=trend.weeks[-1].starts_on + timedelta(days=6),
            lowest=f"{min(means):.1f}",
            highest=f"{max(means):.1f}",
        )
        week, mean = scored[-1]
        yield say("chart-tells-last", starts_on=week.starts_on, mean=f"{mean:.1f}")
    before = trend.baseline
    if summary.first_dose_date is not None and before.mean is not None:
        yield say(
            "chart-tells-baseline",
            first_dose=summary.first_dose_date,
            mean=f"{before.mean:.1f}",
            entries=before.entries,
        )
    for band in summary.dose_bands:
        yield say("chart-tells-band", mg=amount(band.mg), starts_on=band.starts_on, ends_on=band.ends_on)
    yield trend.verdict.text
