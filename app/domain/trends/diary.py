"""What a summary is made from: the plain values of one diary for one condition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from app.domain.catalogue import Condition
from app.domain.trends.treatment import DoseStatus, RegimenStep, Treatment

# Days, moments and doses come by the hundred: as tuples they cost a third of what frozen dataclasses cost to make.
Day = tuple[int, Mapping[str, int | None]]
"""The ordinal of a diary day (`date.toordinal`), and its scores as given: absent and None both mean no answer, 0 is a
value. What else it holds, such as a note, is under names that no measure has."""


class Moment(NamedTuple):
    """A reading within a day."""

    local_date: date
    measure: str
    value: int


class Dose(NamedTuple):
    """One dose as recorded; mg is None where nothing is said of the amount."""

    local_date: date
    status: DoseStatus
    mg: Decimal | None
    timing: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """The patient's own record of the condition; None and empty mean that the catalogue's choice stands."""

    id: str
    label: str | None
    primary_measure: str | None
    target_measures: tuple[str, ...]
    targets_chosen_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnMeasure:
    """A measure that the patient made; code is `own:<slug>`."""

    code: str
    label: str
    direction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Medication:
    """Another medicine."""

    id: str
    drug_class: str | None
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened; without ends_on it is taken for a single day."""

    id: str
    kind: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """The level of a usual day, asked before the first dose."""

    measure: str
    value: int
    asked_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class TimingPlan:
    """A planned alternation of dose times by weeks, whose order came about by chance (domain, section 3)."""

    id: str
    starts_on: date
    seed: str
    """What the order was made from."""
    order: tuple[str, ...]
    """Bedtime or morning for each week; each pair of weeks has both."""
    ended_on: date | None
    """The last day that was still part of it, where the patient ended it early."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """What was lived, for whichever condition it is looked at.

    Days, moments and doses need only cover `diary_window`; more of them, and their order, change nothing. The other
    records are few and come whole.
    """

    treatment: Treatment
    days: Sequence[Day]
    moments: Sequence[Moment] = ()
    doses: Sequence[Dose] = ()
    steps: Sequence[RegimenStep] = ()
    own_measures: Sequence[OwnMeasure] = ()
    timing_plans: Sequence[TimingPlan] = ()
    """Those agreed with the prescriber."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diary(Lived):
    """Everything a summary may look at."""

    condition: Condition | None
    """None for a condition of the patient's own."""
    tracked: Tracked | None
    medications: Sequence[Medication] = ()
    events: Sequence[Event] = ()
    usuals: Sequence[Usual] = ()

    def __post_init__(self) -> None:
        if self.condition is None and self.tracked is None:
            raise ValueError("a diary without a condition has no summary")
