"""How lists of records are ordered and cut: ascending by (day, id), in a window of days, a page after a place."""

from dataclasses import dataclass

from app.domain.ids import RecordId
from app.domain.records.kinds import Kind
from app.domain.records.record import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Days from `first` to `last`, both included, as `YYYY-MM-DD`; None where that end is open."""

    first: str | None = None
    last: str | None = None


OPEN = Window()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The last record of a page: the next one begins after it."""

    day: str
    id: RecordId


def day_of(kind: Kind, fields: Fields) -> str:
    """The day by which lists of the kind are ordered; empty where the record has none."""
    return str(fields.get(kind.date_field) or "") if kind.date_field else ""
