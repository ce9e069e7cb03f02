"""What a day can be scored on (domain, section 5): 0 to 10, and each measure says which end is the bad one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain.catalogue.files import by_code, check, read_file

_CODE = re.compile(r"[a-z0-9_]{1,40}")
_LOINC = re.compile(r"[0-9]{1,5}-[0-9]")


class Recall(StrEnum):
    """The stretch of time a score speaks of."""

    LAST_24_HOURS = "last_24_hours"
    LAST_NIGHT = "last_night"
    TODAY = "today"


class Direction(StrEnum):
    """Which way is better."""

    LOWER_IS_BETTER = "lower_is_better"
    HIGHER_IS_BETTER = "higher_is_better"


class MeasureRole(StrEnum):
    """Why a measure is asked: of everybody (core), or as benefit, side effect or function."""

    CORE = "core"
    BENEFIT = "benefit"
    SIDE_EFFECT = "side_effect"
    FUNCTION = "function"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportantChange:
    """From where on a change of the measure may be called clinically important; percent are of the baseline."""

    minimal_percent: int
    moderate_percent: int
    moderate_points: int
    """Points of the 0 to 10 scale; a moderate change reaches either bound."""
    substantial_percent: int
    source: str

    def __post_init__(self) -> None:
        """Bounds ascend and are sourced."""
        bounds = (0, self.minimal_percent, self.moderate_percent, self.substantial_percent, 100)
        check(
            "important change",
            {
                "percent ascend": list(bounds) == sorted(set(bounds)),
                "points are of the scale": 0 < self.moderate_points <= 10,  # noqa: PLR2004 - the scale ends at 10
                "has a source": bool(self.source),
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One thing a patient scores."""

    code: str
    label: str
    zero: str
    """What 0 means to the patient."""
    ten: str
    """What 10 means to the patient."""
    recall: Recall
    roles: tuple[MeasureRole, ...]
    direction: Direction
    loinc: str | None
    minimal_important_change: ImportantChange | None
    """None: no change in this measure is ever called clinically important."""

    def __post_init__(self) -> None:
        """Codes have their form, nothing a patient reads is empty."""
        check(
            f"measure {self.code}",
            {
                "code has its form": _CODE.fullmatch(self.code) is not None,
                "label and both ends are named": all((self.label, self.zero, self.ten)),
                "has a role": bool(self.roles),
                "LOINC has its form": self.loinc is None or _LOINC.fullmatch(self.loinc) is not None,
            },
        )


def _measure(entry: Mapping[str, Any]) -> Measure:
    change = entry["minimal_important_change"]
    read: dict[str, Any] = {
        **entry,
        "recall": Recall(entry["recall"]),
        "roles": tuple(MeasureRole(role) for role in entry["roles"]),
        "direction": Direction(entry["direction"]),
        "minimal_important_change": change and ImportantChange(**change),
    }
    return Measure(**read)


MEASURES_FILE = read_file("measures.json")
MEASURES = by_code(_measure(entry) for entry in MEASURES_FILE.content["measures"])
MEASURE_CODES = frozenset(MEASURES)
