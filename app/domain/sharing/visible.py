"""What others may see of a diary. Every outlet for them takes this type, and only `redacted` makes it.

A value here can be shown as it is: ids are the consent's own, and what was not granted is not in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.domain.catalogue import Condition
from app.domain.errors import NotFound
from app.domain.sharing.scopes import Scope, ScopeNotGranted
from app.domain.sharing.shared_summary import Shared, shared_summary
from app.domain.trends.choice import Scale
from app.domain.trends.dates import DateRange
from app.domain.trends.messages import ENGLISH, Messages
from app.domain.trends.summary import Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class VisibleCondition:
    """A granted condition that there is."""

    code: str
    """The catalogue's code, or an id of the consent's own."""
    listed: Condition | None
    """None for one of the patient's own."""
    label: str | None
    """The patient's name for it, else the catalogue's."""
    status: str | None
    diagnosed_on: date | None
    tracked_since: date | None
    primary_measure: str | None
    target_measures: tuple[str, ...]

    def name_in(self, messages: Messages) -> str:
        """The patient's own name for it, else the catalogue's in the reader's language."""
        if self.listed is not None and self.label in {None, self.listed.label}:
            return messages.label("condition", self.listed.code, self.listed.label)
        return self.label or self.code


@dataclass(frozen=True, slots=True, kw_only=True)
class VisibleDay:
    """The granted scores of one day; an absent or null one is no answer."""

    id: str
    local_date: date
    scores: Mapping[str, int | None]
    skipped: tuple[str, ...]
    """Granted measures that were declined on purpose."""
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisibleMoment:
    """A reading of a granted measure within a day."""

    id: str
    local_date: date
    at: str
    """An instant with its offset, as the phone wrote it."""
    measure: str
    value: int
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisibleDose:
    """One dose as recorded, without its reason."""

    id: str
    local_date: date
    """The dose night."""
    status: str
    mg: Decimal | None
    taken_at: str | None
    """An instant with its offset, as the phone wrote it."""
    timing: str | None
    formulation: str | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisibleStep:
    """What was planned from a date on, without its reason; one that began before the granted dates begins with them."""

    id: str
    starts_on: date
    ends_on: date | None
    mg: Decimal
    doses_per_day: int
    timing: str | None
    formulation: str | None
    stops: bool
    """Whether it ends the treatment instead of setting a dose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisibleMedication:
    """Another medicine that the patient takes for a granted condition; dates outside of the granted ones are None."""

    id: str
    name: str
    drug_class: str | None
    conditions: tuple[str, ...]
    """The granted ones."""
    starts_on: date | None
    ends_on: date | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisibleEvent:
    """Something that happened and that the patient assigned to a granted condition."""

    id: str
    kind: str
    condition: str
    starts_on: date
    ends_on: date | None
    severity: int | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisibleDiary:
    """What one consent shows of one diary on one date."""

    as_of: date
    span: DateRange | None
    """The dates that can be seen; None where there are none yet."""
    scopes: frozenset[Scope]
    conditions: Mapping[str, VisibleCondition]
    """By their visible codes."""
    measures: Mapping[str, Scale]
    """Label and direction of each granted measure."""
    days: tuple[VisibleDay, ...]
    """This and the next are empty without the scope `observations`."""
    moments: tuple[VisibleMoment, ...]
    doses: tuple[VisibleDose, ...]
    """This and the next are empty without the scope `doses`."""
    steps: tuple[VisibleStep, ...]
    medications: tuple[VisibleMedication, ...]
    events: tuple[VisibleEvent, ...]
    _shared: Mapping[str, Shared] = field(repr=False)

    def summary(self, condition: str, messages: Messages = ENGLISH) -> Summary:
        """The trend summary of a granted condition, by its visible code.

        Refuses with ScopeNotGranted without the scope `summary`, and with NotFound for any other condition.
        """
        if Scope.SUMMARY not in self.scopes:
            raise ScopeNotGranted
        if condition not in self._shared:
            raise NotFound
        return shared_summary(self._shared[condition], self.as_of, messages)
