"""What the patterns of a chart mean, below it, where there are any."""

from collections.abc import Iterator, Sequence

from app.domain.report.chart_words import compared_from, onset, others_in_view
from app.domain.report.drawing import Drawing, small
from app.domain.report.frame import LEFT, RIGHT, STRIP_HEIGHT, STRIP_TOP
from app.domain.report.shapes import Anchor, Mark
from app.domain.trends.weeks import VALID_DAYS

LINE_HEIGHT = 15
LEGEND_TOP = STRIP_TOP + STRIP_HEIGHT + 39
"""Where a picture ends that has no legend."""
_BASE = 11
"""From the top of a line to its base line."""


def legend(it: Drawing) -> list[str]:
    """A line for each thing that needs one."""
    if not it.weeks:
        return []
    say, mean, found = it.messages.say, it.trend.baseline.mean, onset(it)
    lines: list[str] = []
    if mean is not None and compared_from(it):
        where = "" if it.frame.first < 0 else "-unseen"
        code = f"chart-before-restart{where}" if it.summary.periods else f"chart-before{where}"
        lines.append(say(code, mean=it.messages.number(mean)))
    if found is not None:
        code = "chart-onset" if it.trend.verdict.published else "chart-onset-unconfirmed"
        numbers = {name: it.messages.number(getattr(found, name)) for name in ("estimate", "low", "high")}
        lines.append(say(code, **numbers))
    kinds = {other.kind for _, other in others_in_view(it)}
    other_lines = [("event", "chart-event"), ("medication", "chart-medicine"), ("other", "chart-other")]
    lines += _joined(say(code) for kind, code in other_lines if kind in kinds)
    lines += _joined(
        text
        for text, shown in (
            (say("chart-few-days", days=VALID_DAYS), any(0 < week.n < VALID_DAYS for week in it.weeks)),
            (say("chart-gap"), any(week.n == 0 for week in it.weeks)),
        )
        if shown
    )
    return lines


def legend_marks(lines: Sequence[str]) -> Iterator[Mark]:
    """The lines, centred below the axis."""
    for at, text in enumerate(lines):
        yield small((LEFT + RIGHT) / 2, LEGEND_TOP + at * LINE_HEIGHT + _BASE - 2, text, anchor=Anchor.MIDDLE)


def _joined(texts: Iterator[str]) -> list[str]:
    line = ", ".join(texts)
    return [line] if line else []
