"""The chart of one series: weekly means over time with baseline and doses, as SVG text (trends, section 8).

Made for a phone 360 pixels wide, where its smallest letters are 11 pixels high. Nothing is told by colour alone: bands
have borders, patterns and labels, and weeks with few days are hollow. Missing weeks are gaps. All of it is told in
words too.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from app.domain.errors import NotFound
from app.domain.report import chart_parts as parts
from app.domain.report.chart_words import words
from app.domain.report.drawing import SMALL, Drawing
from app.domain.report.frame import HEIGHT, SCALE_TOP, WIDTH, Frame
from app.domain.report.paint import Theme, paint, plain, style
from app.domain.trends.messages import ENGLISH, Messages
from app.domain.trends.summary import Summary
from app.domain.trends.trend import Week

COMPOSITE = "composite"
"""What `measure` says for all targets together."""


def chart(summary: Summary, measure: str | None, theme: Theme, messages: Messages = ENGLISH) -> str:
    """One series of a summary drawn.

    measure is a code of `summary.measures`, or `composite` or None for all targets together; NotFound for any other.
    """
    if measure is None or measure == COMPOSITE:
        trend, label = summary.composite, messages.name("series", "other")
    elif measure in summary.measures:
        trend = summary.measures[measure]
        label = trend.label
    else:
        raise NotFound
    it = Drawing(
        summary=summary,
        label=label,
        trend=trend,
        theme=theme,
        messages=messages,
        key="onset-" + (measure or COMPOSITE).replace(":", "-"),
        frame=_frame(summary, trend.weeks),
    )
    return "".join((_opening(it), *_picture(it), "</svg>"))


def _frame(summary: Summary, weeks: Sequence[Week]) -> Frame:
    if not weeks:
        return Frame.of([0], summary.first_dose_date or summary.as_of)
    return Frame.of([week.week for week in weeks], weeks[0].starts_on - timedelta(weeks=weeks[0].week))


def _opening(it: Drawing) -> str:
    title = plain(it.messages.say("chart-title", label=it.label))
    told = plain(words(it.summary, it.trend, it.messages))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" aria-labelledby="{it.key}-title {it.key}-words" xml:lang="{it.messages.language}" '
        f'font-family="system-ui,-apple-system,Segoe UI,Roboto,sans-serif" font-size="{SMALL}">'
        f'<title id="{it.key}-title">{title}</title><desc id="{it.key}-words">{told}</desc>{style(it.theme)}'
        f'<rect width="{WIDTH}" height="{HEIGHT}" {paint(it.theme, fill="paper")}/>'
    )


def _picture(it: Drawing) -> Iterator[str]:
    yield from parts.heading(it)
    if not it.trend.weeks:
        yield from parts.grid(it, step=SCALE_TOP)
        yield from parts.empty(it)
        return
    yield from parts.baseline(it)
    yield from parts.grid(it, step=2)
    yield from parts.bands(it)
    yield from parts.axis(it)
    yield from parts.series(it)
    yield from parts.marks(it)
    yield from parts.legend(it)
