"""What a consent is about: conditions, scopes and dates; and the measures that are frozen when it begins."""

import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.domain.catalogue import CONDITIONS, MEASURES
from app.domain.catalogue.measures import MeasureRole
from app.domain.errors import FieldError
from app.domain.sharing.scopes import Scope
from app.domain.sharing.spoken import characters
from app.domain.trends.choice import choice, scales
from app.domain.trends.dates import DateRange
from app.domain.trends.diary import OwnMeasure, Tracked
from app.domain.trends.series import SOURCES

MOST_CONDITIONS: Final = 20
LONGEST_PURPOSE: Final = 200
_ID_BYTES: Final = 26
"""Of a digest, each a character of base32: 130 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a patient offers to show."""

    conditions: tuple[str, ...]
    """Catalogue codes, and ids of conditions of the patient's own; each once."""
    scopes: frozenset[Scope]
    data_from: date | None
    data_to: date | None
    """The first and the last diary date that can be seen; None where there is no such bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The measures of one condition as they stood when the consent began."""

    primary: str | None
    targets: tuple[str, ...]
    chosen_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms(Offer):
    """An offer that was taken, with what only this consent has."""

    chosen: Mapping[str, Chosen]
    """By condition; empty until the consent begins, so that nothing can be seen."""
    side_effects: tuple[str, ...]
    """Measures of what the drug itself does, seen beside its doses."""
    id_key: bytes
    """Makes the ids that are shown: those of two consents have nothing in common."""

    def shows(self, *scopes: Scope) -> bool:
        """Whether all of them are ticked."""
        return self.scopes.issuperset(scopes)

    @property
    def measures(self) -> tuple[str, ...]:
        """Every measure that can be seen, each once."""
        named = (code for one in self.chosen.values() for code in (one.primary, *one.targets) if code is not None)
        return tuple(dict.fromkeys((*named, *self.side_effects)))

    @property
    def day_fields(self) -> frozenset[str]:
        """The measures and what they are told by: the fields of a day that can be seen."""
        return frozenset(self.measures) | {SOURCES[code] for code in self.measures if code in SOURCES}

    def span(self, last: date) -> DateRange | None:
        """The diary dates up to `last` that can be seen; None where there are none."""
        first, until = self.data_from or date.min, min(last, self.data_to or last)
        return DateRange(first=first, last=until) if first <= until else None

    def shown_id(self, kind: str, record_id: str) -> str:
        """The id under which a record is shown: an HMAC, so that it tells nothing and links to no other consent."""
        return characters(hmac.digest(self.id_key, f"{kind}\0{record_id}".encode(), "sha256")[:_ID_BYTES]).lower()

    def shown_condition(self, condition: str) -> str:
        """What a condition is called: its catalogue code, or an id of this consent's for one of the patient's own."""
        return condition if condition in CONDITIONS else self.shown_id("condition", condition)

    def condition_shown_as(self, shown: str) -> str | None:
        """The granted condition that is called so; None for any other, tracked or not."""
        return next((code for code in self.chosen if self.shown_condition(code) == shown), None)

    def last_look(self, today: date) -> date:
        """The latest date on which the diary may be looked at."""
        return min(today, self.data_to or today)


def frozen(offer: Offer, tracked: Mapping[str, Tracked], own_measures: Iterable[OwnMeasure], id_key: bytes) -> Terms:
    """The terms of a consent that begins now. What the patient chooses later changes nothing of what can be seen."""
    known = scales(own_measures)
    found: dict[str, Chosen] = {}
    for code in offer.conditions:
        listed, its = CONDITIONS.get(code), tracked.get(code)
        if listed is None and its is None:
            continue
        made = choice(listed, its, known)
        found[code] = Chosen(primary=made.primary, targets=made.targets, chosen_on=made.chosen_on)
    side_effects = (code for code, one in MEASURES.items() if MeasureRole.SIDE_EFFECT in one.roles)
    return Terms(
        conditions=offer.conditions,
        scopes=offer.scopes,
        data_from=offer.data_from,
        data_to=offer.data_to,
        chosen=found,
        side_effects=tuple(side_effects) if Scope.DOSES in offer.scopes else (),
        id_key=id_key,
    )


def offer_errors(offer: Offer, purpose: str | None) -> list[FieldError]:
    """What is wrong with an offer, but for conditions that nobody knows of; empty if nothing."""
    return list(_errors(offer, purpose))


def unknown_condition(at: int) -> FieldError:
    """The condition at this place of the list is neither in the catalogue nor the patient's own."""
    return FieldError(pointer=f"/conditions/{at}", code="out-of-range", message="There is no such condition.")


def _errors(offer: Offer, purpose: str | None) -> Iterator[FieldError]:
    count = len(offer.conditions)
    if not 1 <= count <= MOST_CONDITIONS or len(set(offer.conditions)) < count:
        message = f"Name 1 to {MOST_CONDITIONS} conditions, each once."
        yield FieldError(pointer="/conditions", code="out-of-range", message=message)
    if not offer.scopes:
        yield FieldError(pointer="/scopes", code="out-of-range", message="Tick at least one thing to show.")
    if offer.data_from and offer.data_to and offer.data_to < offer.data_from:
        yield FieldError(pointer="/data_to", code="out-of-range", message="This is before the first date.")
    if purpose is not None and len(purpose) > LONGEST_PURPOSE:
        message = f"A purpose has at most {LONGEST_PURPOSE} characters."
        yield FieldError(pointer="/purpose", code="out-of-range", message=message)
