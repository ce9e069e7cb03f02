"""Fast readers of stored day, moment and dose texts.

The texts of one kind are joined to one JSON array: one call of the parser for a whole year costs a third of one call
a row. The texts are the canonical ones that storage wrote: a broken one is an error of the service.
"""

import json
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from app.domain.trends.diary import Day, Dose, Moment
from app.domain.trends.series import SOURCES
from app.domain.trends.treatment import DoseStatus

Row = tuple[date, str]
"""The local_date of a record that is not deleted, and its fields as canonical JSON text."""


def read_days(rows: Iterable[Row], measures: Collection[str]) -> list[Day]:
    """The scores of these measures on each day; what can be turned into one of them is read too (`sleep_quality`)."""
    wanted = {*measures, *(SOURCES[measure] for measure in measures if measure in SOURCES)}
    return [
        Day(day, {name: value for name, value in fields.items() if name in wanted})
        for day, fields in _parsed(rows, float)
    ]


def read_moments(rows: Iterable[Row]) -> list[Moment]:
    """The readings within days."""
    return [Moment(day, fields["measure"], fields["value"]) for day, fields in _parsed(rows, float)]


def read_doses(rows: Iterable[Row]) -> list[Dose]:
    """The doses, their mg exact."""
    statuses = {status.value: status for status in DoseStatus}
    return [
        Dose(day, statuses[fields["status"]], _exact(fields.get("mg")), fields.get("timing"))
        for day, fields in _parsed(rows, Decimal)
    ]


def _exact(number: int | Decimal | None) -> Decimal | None:
    return Decimal(number) if isinstance(number, int) else number


def _parsed(rows: Iterable[Row], decimals: type[float | Decimal]) -> Iterable[tuple[date, dict[str, Any]]]:
    kept = list(rows)
    fields = json.loads(f"[{','.join([text for _, text in kept])}]", parse_float=decimals)
    return zip([day for day, _ in kept], fields, strict=True)
