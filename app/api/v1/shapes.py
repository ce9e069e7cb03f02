"""Wire shapes that several routes share, or that no domain value has by itself.

A response shape has no defaults: what it lists is always there.
"""

from datetime import date
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field

from app.domain.trends.side_effects import SideEffect
from app.domain.trends.summary import ShortSummary
from app.services.trends import AdherenceReport

TAGGED: Final = {"headers": {"ETag": {"description": "Names this content.", "schema": {"type": "string"}}}}
"""Shown of an answer with an ETag."""
IF_NONE_MATCH: Final = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "ETags held: 304 where one is still true.",
    "schema": {"type": "string"},
}


class TrendsOut(BaseModel):
    """A line for each tracked condition; never cut into pages."""

    model_config = ConfigDict(frozen=True)

    items: list[ShortSummary]
    next_cursor: None


class SideEffectsOut(BaseModel):
    """Side effects by dose step; never cut into pages."""

    model_config = ConfigDict(frozen=True)

    items: list[SideEffect]
    next_cursor: None


class AdherenceOut(BaseModel):
    """How regularly doses were taken in a range of dates."""

    model_config = ConfigDict(frozen=True, serialize_by_alias=True)

    from_: date = Field(serialization_alias="from")
    to: date
    low: float | None
    high: float | None
    days: int
    longest_gap_days: int
    days_taken: int
    days_not_taken: int
    days_unknown: int

    @classmethod
    def of(cls, report: AdherenceReport) -> Self:
        """The report as the wire shows it."""
        return cls(
            from_=report.first,
            to=report.last,
            low=report.range.low,
            high=report.range.high,
            days=report.range.days,
            longest_gap_days=report.range.longest_gap_days,
            days_taken=report.counts.days_taken,
            days_not_taken=report.counts.days_not_taken,
            days_unknown=report.counts.days_unknown,
        )
