"""Evidence cards (domain, sections 1 and 7): what studies found, dated and cited, and never advice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from app.domain.catalogue.conditions import CONDITIONS
from app.domain.catalogue.files import check, read_file
from app.domain.catalogue.measures import MEASURES


class Certainty(StrEnum):
    """How far the finding may be trusted; our own reading, not a published grade."""

    NONE = "none"
    """No efficacy trial was found."""
    VERY_LOW = "very_low"
    """No comparison group, or so few people that chance explains anything."""
    LOW = "low"
    """Small controlled trials."""
    MODERATE = "moderate"
    """A controlled trial of about 100 people with its main question fixed beforehand."""


class DoseTiming(StrEnum):
    """When in the day the study gave the drug."""

    BEDTIME = "bedtime"
    MORNING = "morning"
    OTHER = "other"


class Unit(StrEnum):
    """What a card's figures count."""

    POINTS = "points"
    """Points of the outcome's own scale; below 0 is a fall."""
    PERCENT = "percent"
    """Percent of the baseline; below 0 is a fall."""
    PERCENT_OF_PEOPLE = "percent_of_people"
    """The share of people in whom the outcome was seen, not a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceCard:
    """One finding on one condition. None is what the sources do not tell; nothing is filled in from elsewhere."""

    condition: str
    measure: str | None
    """The catalogue's measure that comes nearest to the outcome."""
    claim: str
    study: str | None
    design: str | None
    n: int | None
    """People in the study, both groups together."""
    dose_mg: float | None
    """Milligrams a day, the dose aimed at; None where doses differed, which the claim then says."""
    timing: DoseTiming | None
    assessed_week: int | None
    """When the study looked, which is not when an effect is expected; a study's month is read as 4 weeks."""
    outcome: str | None
    unit: Unit | None
    drug_change: float | None
    placebo_change: float | None
    difference: float | None
    """Drug minus placebo as the study estimated it, which rounding or adjustment may set apart from the changes."""
    interval: tuple[float, float] | None
    """The 95 % confidence interval of the difference."""
    certainty: Certainty
    citation: str
    """The publication; where no trial was found, what was looked for and when."""
    reviewed_on: date

    def __post_init__(self) -> None:
        """Figures have a unit, a study and a source; a card without a study says that there is none."""
        figures = (self.drug_change, self.placebo_change, self.difference)
        counts = (self.n, self.dose_mg, self.assessed_week)
        with_figures = any(figure is not None for figure in figures)
        with_study = self.certainty is not Certainty.NONE
        check(
            f"evidence on {self.condition}",
            {
                "condition is known": self.condition in CONDITIONS,
                "measure is known": self.measure is None or self.measure in MEASURES,
                "has a claim": bool(self.claim.strip()),
                "has a citation": bool(self.citation.strip()),
                "study and design are named where there is one": with_study == bool(self.study and self.design),
                "counts are above 0": all(count is None or count > 0 for count in counts),
                "figures belong to a study": with_study or not (with_figures or any(counts)),
                "figures have outcome and unit": bool(self.outcome and self.unit) or not with_figures,
                "interval holds the difference": self.interval is None
                or self._interval_holds_difference(self.interval),
            },
        )

    def _interval_holds_difference(self, interval: tuple[float, float]) -> bool:
        low, high = interval
        return self.difference is not None and low <= self.difference <= high


def _card(entry: Mapping[str, Any]) -> EvidenceCard:
    read: dict[str, Any] = {
        **entry,
        "timing": entry["timing"] and DoseTiming(entry["timing"]),
        "unit": entry["unit"] and Unit(entry["unit"]),
        "interval": entry["interval"] and tuple(entry["interval"]),
        "certainty": Certainty(entry["certainty"]),
        "reviewed_on": date.fromisoformat(entry["reviewed_on"]),
    }
    return EvidenceCard(**read)


EVIDENCE_FILE = read_file("evidence.json")
EVIDENCE = tuple(_card(entry) for entry in EVIDENCE_FILE.content["cards"])
SIDE_EFFECT_YARDSTICKS = tuple(_card(entry) for entry in EVIDENCE_FILE.content["side_effects"])
"""How often side effects were reported on the drug and on placebo; a card's condition is that of the people studied."""


def evidence(condition: str) -> tuple[EvidenceCard, ...]:
    """List what studies found on a condition, strongest certainty first; empty for a code the catalogue lacks."""
    return tuple(card for card in EVIDENCE if card.condition == condition)
