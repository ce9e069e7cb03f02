"""What FHIR is made from: the part of a diary that its reader may see, and nothing else.

Nothing here decides what that is. A patient's own data come whole (app/domain/fhir/own.py); under a grant they are what
redaction left over, whose values have these same attributes, so a record or field that must not be told is not there.
"""

# ruff: noqa: D102 - the attributes are those of records, by the same names

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol

from app.domain import catalogue
from app.domain.trends.choice import Scale
from app.domain.trends.summary import Summary


class Condition(Protocol):
    """A condition that is tracked."""

    @property
    def code(self) -> str: ...
    @property
    def listed(self) -> catalogue.Condition | None: ...
    @property
    def label(self) -> str | None: ...
    @property
    def status(self) -> str | None: ...
    @property
    def diagnosed_on(self) -> date | None: ...
    @property
    def tracked_since(self) -> date | None: ...


class Day(Protocol):
    """The scores of one day; an absent or null one is no answer, a skipped one was declined."""

    @property
    def local_date(self) -> date: ...
    @property
    def scores(self) -> Mapping[str, int | None]: ...
    @property
    def skipped(self) -> Collection[str]: ...
    @property
    def note(self) -> str | None: ...


class Moment(Protocol):
    """A reading within a day; `at` is an instant with its offset, as it was written down."""

    @property
    def id(self) -> str: ...
    @property
    def local_date(self) -> date: ...
    @property
    def at(self) -> str: ...
    @property
    def measure(self) -> str: ...
    @property
    def value(self) -> int: ...
    @property
    def note(self) -> str | None: ...


class Dose(Protocol):
    """One dose of one night; `taken_at` as in Moment."""

    @property
    def id(self) -> str: ...
    @property
    def local_date(self) -> date: ...
    @property
    def status(self) -> str: ...
    @property
    def mg(self) -> Decimal | None: ...
    @property
    def taken_at(self) -> str | None: ...
    @property
    def note(self) -> str | None: ...


class Step(Protocol):
    """What was planned from a date on."""

    @property
    def id(self) -> str: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date | None: ...
    @property
    def mg(self) -> Decimal: ...
    @property
    def doses_per_day(self) -> int: ...
    @property
    def timing(self) -> str | None: ...
    @property
    def formulation(self) -> str | None: ...
    @property
    def stops(self) -> bool: ...


class Medication(Protocol):
    """Another medicine."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def starts_on(self) -> date | None: ...
    @property
    def ends_on(self) -> date | None: ...
    @property
    def note(self) -> str | None: ...


class Event(Protocol):
    """Something that happened; kinds are those of records."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def condition(self) -> str | None: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date | None: ...
    @property
    def severity(self) -> int | None: ...
    @property
    def note(self) -> str | None: ...


class Impression(Protocol):
    """How the patient feels altogether, from 1 (very much improved) to 7 (very much worse)."""

    @property
    def id(self) -> str: ...
    @property
    def local_date(self) -> date: ...
    @property
    def condition(self) -> str | None: ...
    @property
    def change(self) -> int | None: ...


class Usual(Protocol):
    """The level of a usual day before the treatment."""

    @property
    def measure(self) -> str: ...
    @property
    def value(self) -> int: ...
    @property
    def asked_on(self) -> date: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whom the diary is about, as far as they chose to tell; all None is a pseudonym alone."""

    name: str | None = None
    born: str | None = None
    """A date or a year alone: `1975`, `1975-04-30`."""
    gender: str | None = None
    """`female`, `male`, `other` or `unknown`: the words of FHIR's administrative-gender."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The diary as its reader may see it; kinds of which nothing is to be seen are empty."""

    person: Person
    as_of: date
    """Today for the patient: what of the plan has begun, and what is over."""
    conditions: Sequence[Condition] = ()
    measures: Mapping[str, Scale] = field(default_factory=dict[str, Scale])
    """Label and direction of each measure of the patient's own, by its code; of others too, if at hand."""
    steps: Sequence[Step] = ()
    medications: Sequence[Medication] = ()
    days: Sequence[Day] = ()
    """Ascending by date, as are moments and doses."""
    moments: Sequence[Moment] = ()
    doses: Sequence[Dose] = ()
    reasons: Mapping[str, str] = field(default_factory=dict[str, str])
    """Why a dose was not taken or a step was made, by its id: the patient's own words and choices, for nobody else."""
    events: Sequence[Event] = ()
    """This and the next two are told to the patient alone."""
    impressions: Sequence[Impression] = ()
    usuals: Sequence[Usual] = ()
    summaries: Sequence[Summary] = ()
    """Of the conditions, in their order."""
