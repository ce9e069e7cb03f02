"""The tables of a report."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from app.domain.report.content import Table
from app.domain.report.report_texts import NOTHING, estimate_text, mean_of
from app.domain.trends.messages import Messages
from app.domain.trends.side_effects import SideEffect, Step
from app.domain.trends.summary import Summary
from app.domain.trends.trend import CompositeTrend, MeasureTrend, Week
from app.domain.trends.verdict import Status, Verdict
from app.domain.trends.weeks import VALID_DAYS

_LATEST = 4
"""So many valid weeks are the present."""
MOST_STEPS = 4
"""So many dose steps have a column, the latest."""
_LABEL_SHARE = 0.16


def results(summary: Summary, messages: Messages) -> Table:
    """A row for all symptoms together and one for each measure."""
    codes = ("symptom", "baseline", "latest", "weeks", "drop", "status")
    series = [(messages.name("series", "other"), summary.composite)]
    series += [(trend.label, trend) for trend in summary.measures.values()]
    return Table(
        head=tuple(messages.say(f"report-head-{code}") for code in codes),
        rows=tuple(_result(label, trend, messages) for label, trend in series),
        widths=(0.2, 0.15, 0.13, 0.17, 0.15, 0.2),
    )


def _result(label: str, trend: CompositeTrend | MeasureTrend, messages: Messages) -> tuple[str, ...]:
    before = trend.baseline
    days = (
        NOTHING
        if before.mean is None
        else messages.say("report-mean", mean=messages.number(before.mean), n=before.entries)
    )
    return (
        label,
        days,
        mean_of(latest_mean(trend.weeks), messages),
        estimate_text(trend.verdict.weeks_to_benefit, messages),
        estimate_text(trend.verdict.drop, messages),
        _status(trend.verdict, messages),
    )


def _status(verdict: Verdict, messages: Messages) -> str:
    name = messages.name("status", verdict.status)
    claims = verdict.status in {Status.BENEFIT, Status.BENEFIT_EARLY}
    return messages.say("report-unconfirmed", status=name) if claims and not verdict.published else name


def latest_mean(weeks: tuple[Week, ...]) -> float | None:
    """The mean of the last 4 valid treatment weeks, weighted by entries (trends, section 2, step 1)."""
    valid = [(week.n, week.mean) for week in weeks if week.week >= 0 and week.n >= VALID_DAYS and week.mean is not None]
    entries = sum(n for n, _ in valid[-_LATEST:])
    return sum(n * mean for n, mean in valid[-_LATEST:]) / entries if entries else None


def doses(summary: Summary, since: date | None, messages: Messages) -> Table:
    """A row for each stretch at one dose, cut to the days that are shown."""
    return Table(
        head=tuple(messages.say(f"report-head-{code}") for code in ("dose", "from", "to", "nights")),
        rows=tuple(_dose_rows(summary, since, messages)),
        widths=(0.2, 0.32, 0.32, 0.16),
    )


def _dose_rows(summary: Summary, since: date | None, messages: Messages) -> Iterator[tuple[str, ...]]:
    for band in summary.dose_bands:
        first = band.starts_on if since is None else max(band.starts_on, since)
        if first <= band.ends_on:
            nights = (band.ends_on - first).days + 1
            mg = messages.say("chart-mg", mg=band.mg)
            yield mg, messages.day(first), messages.day(band.ends_on), f"{nights}"


def effects(summary: Summary, since: date | None, messages: Messages) -> Table:
    """A row for each side effect, a column for each of the latest dose steps on days that are shown."""
    shown = [one for one in summary.side_effects if since is None or one.step.starts_on >= since]
    steps = sorted({one.step.starts_on: one.step for one in shown}.items())[-MOST_STEPS:]
    cells = {(one.label, one.step.starts_on): _effect(one, messages) for one in shown}
    labels = dict.fromkeys(one.label for one in shown)
    return Table(
        head=(messages.say("report-head-effect"), *(_step(step, messages) for _, step in steps)),
        rows=tuple((label, *(cells.get((label, day), NOTHING) for day, _ in steps)) for label in labels),
        widths=(_LABEL_SHARE, *((1 - _LABEL_SHARE) / len(steps) for _ in steps)),
    )


def _step(step: Step, messages: Messages) -> str:
    return messages.say("report-step", from_mg=step.from_mg or Decimal(0), to_mg=step.to_mg, day=step.starts_on)


def _effect(one: SideEffect, messages: Messages) -> str:
    """Bad nights before, early and later; the rise; and what is said of them."""
    nights = {
        phase.phase: messages.say("report-share", nights=phase.nights, of=phase.of) for phase in one.nights_at_4_or_more
    }
    status = messages.name("effect", one.status)
    if one.course is not None:
        status = messages.say("report-status-course", status=status, course=messages.name("course", one.course))
    before, early, later = (nights.get(phase, NOTHING) for phase in ("before", "early", "later"))
    rise = estimate_text(one.rise, messages)
    return messages.say("report-effect", before=before, early=early, later=later, rise=rise, status=status)
