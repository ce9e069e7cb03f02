"""A diary as it was written, for redaction and nothing else: no outlet for others may import this module."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.domain.records.kinds import (
    CONDITION_KIND,
    EVENT,
    MEASURE_KIND,
    MEDICATION,
    REGIMEN_STEP,
    USUAL,
    Kind,
)
from app.domain.records.record import Dated, Fields, KindName
from app.domain.trends.treatment import Treatment

FEW: Final = (REGIMEN_STEP, CONDITION_KIND, MEDICATION, EVENT, MEASURE_KIND, USUAL)
"""Kinds of which a patient has few, so that they are read whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeDiary:
    """Everything that others may come to see a part of, as of a date."""

    as_of: date
    treatment: Treatment
    """On that date, from all doses there are."""
    few: Mapping[KindName, Sequence[tuple[str, Fields]]]
    """Ids and fields of the live records of FEW."""
    days: Sequence[Dated] = ()
    moments: Sequence[Dated] = ()
    doses: Sequence[Dated] = ()
    """Those three cover the dates that the answer is about, or more."""

    def of(self, kind: Kind) -> Sequence[tuple[str, Fields]]:
        """The records of one of the kinds of FEW."""
        return self.few.get(kind.name, ())
