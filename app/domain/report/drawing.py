"""One chart that is being drawn: what all its parts need."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.report.frame import Frame
from app.domain.report.shapes import Anchor, Colour, Label
from app.domain.trends.messages import Messages
from app.domain.trends.summary import Summary
from app.domain.trends.trend import CompositeTrend, MeasureTrend, Week

SMALL = 11
"""The smallest letters, in pixels."""
LETTER = 0.6 * SMALL
"""Width of a small letter, rather too much than too little."""


def small(x: float, y: float, text: str, *, anchor: Anchor = Anchor.START, fill: Colour = Colour.SOFT) -> Label:
    """Small text; anchor says which part of it stands at x."""
    return Label(x=x, y=y, text=text, size=SMALL, anchor=anchor, fill=fill)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """One series of a summary, and the weeks of it that are drawn."""

    summary: Summary
    label: str
    trend: CompositeTrend | MeasureTrend
    weeks: Sequence[Week]
    messages: Messages
    frame: Frame
