"""Which measures a summary is about, and how they run."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.domain.catalogue import MEASURES, Condition, Direction
from app.domain.trends.diary import OwnMeasure, Tracked
from app.domain.trends.messages import ENGLISH, Messages
from app.domain.trends.series import TOP


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The measures that count: what the patient chose, else the catalogue's."""

    condition: str
    """The catalogue's code, or the id of a condition of the patient's own."""
    primary: str | None
    targets: tuple[str, ...]
    """What the composite may be made from; each once."""
    chosen_on: date | None

    @property
    def measures(self) -> tuple[str, ...]:
        """Every measure to be shown, the primary one first."""
        first = () if self.primary is None else (self.primary,)
        return tuple(dict.fromkeys((*first, *self.targets)))

    def late_for(self, first_dose: date | None) -> bool:
        """Whether the choice may have been made with the answer in view."""
        return first_dose is not None and (self.chosen_on is None or self.chosen_on > first_dose)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How one measure is called and runs."""

    label: str
    direction: Direction

    @property
    def higher_is_better(self) -> bool:
        """Whether values must be turned before they are compared."""
        return self.direction is Direction.HIGHER_IS_BETTER

    def shown(self, mean: float) -> float:
        """A lower-is-better mean on the measure's own scale."""
        return TOP - mean if self.higher_is_better else mean


LOWER = Scale(label="", direction=Direction.LOWER_IS_BETTER)
"""How a composite runs."""


def _catalogue(messages: Messages) -> Mapping[str, Scale]:
    return {
        code: Scale(label=messages.label("measure", code, known.label), direction=known.direction)
        for code, known in MEASURES.items()
    }


_ENGLISH: Final = _catalogue(ENGLISH)


def scales(own_measures: Iterable[OwnMeasure], messages: Messages = ENGLISH) -> Mapping[str, Scale]:
    """Of each measure that there is: the catalogue's, and the patient's own.

    Of any other, deleted or never declared, nobody can tell which way it runs.
    """
    own = {one.code: Scale(label=one.label, direction=Direction(one.direction)) for one in own_measures}
    return {**(_ENGLISH if messages is ENGLISH else _catalogue(messages)), **own}


def choice(condition: Condition | None, tracked: Tracked | None, known: Mapping[str, Scale]) -> Choice:
    """The patient's own choice stands before the catalogue's; at least one of the two must be there.

    known are the measures that there are; what else was chosen counts as not chosen.
    """
    wished = tuple(code for code in tracked.target_measures if code in known) if tracked else ()
    targets = wished or (condition.target_measures if condition else ())
    primary = tracked.primary_measure if tracked and tracked.primary_measure in known else None
    primary = primary or (condition.primary_measure if condition else None)
    code = condition.code if condition else tracked.id if tracked else ""
    chosen_on = tracked.targets_chosen_on if tracked else None
    own = (primary,) if primary is not None and not targets else targets
    return Choice(condition=code, primary=primary, targets=tuple(dict.fromkeys(own)), chosen_on=chosen_on)
