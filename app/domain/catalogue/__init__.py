"""What can be tracked and what is known: measures, conditions and the evidence about them, as data files."""

from app.domain.catalogue.cards import (
    EVIDENCE,
    EVIDENCE_FILE,
    SIDE_EFFECT_YARDSTICKS,
    Certainty,
    DoseTiming,
    EvidenceCard,
    Unit,
    evidence,
)
from app.domain.catalogue.conditions import (
    CONDITION_CODES,
    CONDITIONS,
    CONDITIONS_FILE,
    SNOMED_CT_ATTRIBUTION,
    Condition,
    condition,
)
from app.domain.catalogue.files import version_of
from app.domain.catalogue.measures import (
    MEASURE_CODES,
    MEASURES,
    MEASURES_FILE,
    Direction,
    ImportantChange,
    Measure,
    MeasureRole,
    Recall,
)

CATALOGUE_VERSION = version_of((MEASURES_FILE, CONDITIONS_FILE, EVIDENCE_FILE))
"""Changes with any byte of the data files: part of every ETag that shows the catalogue."""

__all__ = [
    "CATALOGUE_VERSION",
    "CONDITIONS",
    "CONDITION_CODES",
    "EVIDENCE",
    "MEASURES",
    "MEASURE_CODES",
    "SIDE_EFFECT_YARDSTICKS",
    "SNOMED_CT_ATTRIBUTION",
    "Certainty",
    "Condition",
    "Direction",
    "DoseTiming",
    "EvidenceCard",
    "ImportantChange",
    "Measure",
    "MeasureRole",
    "Recall",
    "Unit",
    "condition",
    "evidence",
]
