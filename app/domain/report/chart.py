"""The chart of one series: weekly means over time with baseline, onset and doses (trends, section 8).

Made for a phone 360 pixels wide, where its smallest letters are 11 pixels high. Nothing is told by colour alone: bands
have borders, patterns and labels, and weeks with few days are hollow. Missing weeks are gaps. All of it is told in
words too.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from app.domain.errors import NotFound
from app.domain.report import chart_parts as parts
from app.domain.report.chart_legend import LEGEND_TOP, LINE_HEIGHT, legend, legend_marks
from app.domain.report.chart_words import words
from app.domain.report.drawing import Drawing
from app.domain.report.frame import BOTTOM, SCALE_TOP, WIDTH, Frame
from app.domain.report.paint import Theme
from app.domain.report.shapes import Mark, Picture
from app.domain.report.svg import svg
from app.domain.trends.messages import ENGLISH, Messages
from app.domain.trends.summary import Summary
from app.domain.trends.trend import Week

COMPOSITE = "composite"
"""What `measure` says for all targets together."""


def chart(summary: Summary, measure: str | None, theme: Theme, messages: Messages = ENGLISH) -> str:
    """One series of a summary as SVG; see `chart_picture`."""
    return svg(chart_picture(summary, measure, messages), theme)


def chart_picture(
    summary: Summary, measure: str | None, messages: Messages = ENGLISH, *, since: date | None = None
) -> Picture:
    """One series of a summary drawn, from the week that holds `since` on if that is given.

    measure is a code of `summary.measures`, or `composite` or None for all targets together; NotFound for any other.
    """
    if measure is None or measure == COMPOSITE:
        trend, label = summary.composite, messages.name("series", "other")
    elif measure in summary.measures:
        trend = summary.measures[measure]
        label = trend.label
    else:
        raise NotFound
    weeks = [week for week in trend.weeks if since is None or week.starts_on + timedelta(days=6) >= since]
    it = Drawing(
        summary=summary,
        label=label,
        trend=trend,
        weeks=weeks,
        messages=messages,
        frame=_frame(summary, weeks),
    )
    keys = legend(it)
    return Picture(
        key="onset-" + (measure or COMPOSITE).replace(":", "-"),
        width=WIDTH,
        height=LEGEND_TOP + LINE_HEIGHT * len(keys) if weeks else BOTTOM + 10,
        title=messages.say("chart-title", label=label),
        words=words(it),
        language=messages.language,
        marks=(*_marks(it), *legend_marks(keys)),
    )


def _frame(summary: Summary, weeks: Sequence[Week]) -> Frame:
    if not weeks:
        return Frame.of([0], summary.first_dose_date or summary.as_of)
    return Frame.of([week.week for week in weeks], weeks[0].starts_on - timedelta(weeks=weeks[0].week))


def _marks(it: Drawing) -> Iterator[Mark]:
    yield from parts.heading(it)
    if not it.weeks:
        yield from parts.grid(it, step=SCALE_TOP)
        yield from parts.empty(it)
        return
    yield from parts.baseline(it)
    yield from parts.onset_band(it)
    yield from parts.grid(it, step=2)
    yield from parts.bands(it)
    yield from parts.axis(it)
    yield from parts.before(it)
    yield from parts.onset_mark(it)
    yield from parts.series(it)
    yield from parts.others(it)
