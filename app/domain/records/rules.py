"""Rules that join several fields of one record; they are checked on the merged record (sync, section 3)."""

# ruff: noqa: D102 - `fields` and `faults` are documented once, by Rule

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from app.domain.errors import FieldError
from app.domain.records.dose_night import lies_near
from app.domain.records.record import Fields
from app.domain.records.timing_order import timing_order


class Rule(Protocol):
    """A rule over the fields of one record; a field that is absent or null breaks none."""

    @property
    def fields(self) -> tuple[str, ...]:
        """Those that it joins."""
        ...

    def faults(self, fields: Fields) -> Iterator[FieldError]:
        """What breaks the rule."""
        ...


@dataclass(frozen=True, slots=True)
class NearItsDay:
    """The instant, read in its own offset, lies within 36 hours of noon of local_date (domain, section 4)."""

    instant: str

    @property
    def fields(self) -> tuple[str, ...]:
        return self.instant, "local_date"

    def faults(self, fields: Fields) -> Iterator[FieldError]:
        at, day = fields.get(self.instant), fields.get("local_date")
        if isinstance(at, str) and isinstance(day, str) and not lies_near(at, date.fromisoformat(day)):
            yield FieldError(
                pointer=f"/{self.instant}",
                code="day-mismatch",
                message="The time is more than 36 hours away from noon of local_date.",
            )


@dataclass(frozen=True, slots=True)
class EndsAfterStart:
    """The last day is not before the first."""

    last: str

    @property
    def fields(self) -> tuple[str, ...]:
        return "starts_on", self.last

    def faults(self, fields: Fields) -> Iterator[FieldError]:
        first, last = fields.get("starts_on"), fields.get(self.last)
        if isinstance(first, str) and isinstance(last, str) and last < first:
            yield FieldError(pointer=f"/{self.last}", code="out-of-range", message="The end lies before starts_on.")


@dataclass(frozen=True, slots=True)
class OwnConditionIsNamed:
    """A condition is one of the catalogue or has a label."""

    @property
    def fields(self) -> tuple[str, ...]:
        return "code", "label"

    def faults(self, fields: Fields) -> Iterator[FieldError]:
        if fields.get("code") is None and not fields.get("label"):
            yield FieldError(pointer="/label", code="missing-field", message="An own condition needs a label.")


@dataclass(frozen=True, slots=True)
class OrderFollowsFromSeed:
    """Nobody chooses the order of the weeks of a timing plan."""

    @property
    def fields(self) -> tuple[str, ...]:
        return "seed", "weeks", "order"

    def faults(self, fields: Fields) -> Iterator[FieldError]:
        seed, weeks, order = fields.get("seed"), fields.get("weeks"), fields.get("order")
        if isinstance(seed, str) and isinstance(weeks, int) and order not in (None, timing_order(seed, weeks)):
            yield FieldError(
                pointer="/order", code="out-of-range", message="The order is not the one that the seed and weeks make."
            )
