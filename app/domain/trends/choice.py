"""Which measures a summary is about, and how they run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.catalogue import Condition, Direction, measure
from app.domain.trends.diary import OwnMeasure, Tracked
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


def choice(condition: Condition | None, tracked: Tracked | None) -> Choice:
    """The patient's own choice stands before the catalogue's; at least one of the two must be there."""
    targets = (tracked.target_measures if tracked else ()) or (condition.target_measures if condition else ())
    primary = (tracked.primary_measure if tracked else None) or (condition.primary_measure if condition else None)
    code = condition.code if condition else tracked.id if tracked else ""
    chosen_on = tracked.targets_chosen_on if tracked else None
    own = (primary,) if primary is not None and not targets else targets
    return Choice(condition=code, primary=primary, targets=tuple(dict.fromkeys(own)), chosen_on=chosen_on)


def scale(code: str, own_measures: Sequence[OwnMeasure]) -> Scale:
    """The catalogue's or the patient's own scale; of a measure that is gone the code, lower being better."""
    if (known := measure(code)) is not None:
        return Scale(label=known.label, direction=known.direction)
    own = next((one for one in own_measures if one.code == code), None)
    if own is None:
        return Scale(label=code, direction=Direction.LOWER_IS_BETTER)
    return Scale(label=own.label, direction=Direction(own.direction))
