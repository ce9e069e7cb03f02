"""From stored records to days, moments and doses.

Rows are `[day, fields]` as a JSON parser gives them, in any order. They hold what storage wrote: a broken one is an
error of the service.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from app.domain.trends.diary import Day, Dose, Moment
from app.domain.trends.series import SOURCES
from app.domain.trends.treatment import DoseStatus

Row = tuple[str, dict[str, Any]]
"""The local_date of a record that is not deleted, and its fields."""

_STATUSES = {status.value: status for status in DoseStatus}


def read_days(rows: Iterable[Row]) -> list[Day]:
    """The days, with all their fields beside the scores."""
    return [(date.fromisoformat(day).toordinal(), fields) for day, fields in rows]


def read_moments(rows: Iterable[Row]) -> list[Moment]:
    """The readings within days."""
    return [Moment(date.fromisoformat(day), fields["measure"], fields["value"]) for day, fields in rows]


def read_doses(rows: Iterable[Row]) -> list[Dose]:
    """The doses; every number of a row must be a Decimal, so that mg is exact."""
    return [
        Dose(date.fromisoformat(day), _STATUSES[fields["status"]], fields.get("mg"), fields.get("timing"))
        for day, fields in rows
    ]


def with_only(measure: str, days: Iterable[Day]) -> list[Day]:
    """The days with the scores of one measure, and with what can be turned into it."""
    names = {measure, SOURCES.get(measure)}
    return [(day, {name: score for name, score in scores.items() if name in names}) for day, scores in days]
