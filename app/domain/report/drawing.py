"""One chart that is being drawn: what all its parts need."""

from dataclasses import dataclass

from app.domain.report.frame import Frame
from app.domain.report.paint import Theme, number, paint, plain
from app.domain.trends.messages import Messages
from app.domain.trends.summary import Summary
from app.domain.trends.trend import CompositeTrend, MeasureTrend

SMALL = 11
"""The smallest letters, in pixels."""
_HALO = 'stroke-width="3" stroke-linejoin="round" paint-order="stroke"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """One series of a summary, and how it is to be drawn."""

    summary: Summary
    label: str
    trend: CompositeTrend | MeasureTrend
    theme: Theme
    messages: Messages
    key: str
    """Sets the ids of this chart apart from those of others on the same page."""
    frame: Frame

    def text(self, x: float, height: float, text: str, *, anchor: str = "start", fill: str = "soft") -> str:
        """Small text on a halo, which keeps it readable over lines; anchor says which end of it stands at x."""
        return (
            f'<text x="{number(x)}" y="{number(height)}" text-anchor="{anchor}" {_HALO} '
            f"{paint(self.theme, fill=fill, stroke='paper')}>{plain(text)}</text>"
        )
