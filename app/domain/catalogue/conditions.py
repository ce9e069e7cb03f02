"""What the drug is used for (domain, section 6): codes for other systems, and which measures tell of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.catalogue.files import by_code, check, read_file
from app.domain.catalogue.measures import MEASURES

SNOMED_CT_ATTRIBUTION = (
    "SNOMED CT codes are from the International Patient Summary Free Set (IPS Free Set) of SNOMED International, "
    "used under the Creative Commons Attribution 4.0 International Public License (CC BY 4.0, "
    "https://creativecommons.org/licenses/by/4.0/). "
    "SNOMED CT is a registered trademark of the International Health Terminology Standards Development Organisation."
)

_OWN_MEASURE = re.compile(r"own:[a-z0-9_]{1,40}")
_ICD10 = re.compile(r"[A-Z][0-9]{2}(\.[0-9])?")
_SNOMED_CT = re.compile(r"[1-9][0-9]{5,17}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition of the catalogue, or a patient's own one with the measures that patient chose."""

    code: str
    label: str
    icd10: str | None
    snomed_ct: str | None
    primary_measure: str
    target_measures: tuple[str, ...]
    """The measures whose mean is the composite."""
    note: str | None
    """What a reader of its numbers is told beside them."""

    def __post_init__(self) -> None:
        """Codes have their form, and every measure is one of the catalogue or an own one."""
        named = (self.primary_measure, *self.target_measures)
        check(
            f"condition {self.code}",
            {
                "code and label are named": bool(self.code and self.label),
                "ICD-10 has its form": self.icd10 is None or _ICD10.fullmatch(self.icd10) is not None,
                "SNOMED CT has its form": self.snomed_ct is None or _SNOMED_CT.fullmatch(self.snomed_ct) is not None,
                "has target measures": bool(self.target_measures),
                "each target measure stands once": len(set(self.target_measures)) == len(self.target_measures),
                "measures are known": all(code in MEASURES or _OWN_MEASURE.fullmatch(code) for code in named),
            },
        )


def _condition(entry: Mapping[str, Any]) -> Condition:
    read: dict[str, Any] = {**entry, "target_measures": tuple(entry["target_measures"])}
    return Condition(**read)


CONDITIONS_FILE = read_file("conditions.json")
CONDITIONS = by_code(_condition(entry) for entry in CONDITIONS_FILE.content["conditions"])
CONDITION_CODES = frozenset(CONDITIONS)


def condition(code: str) -> Condition | None:
    """Find a condition of the catalogue; None for any other code, an own condition's too."""
    return CONDITIONS.get(code)
