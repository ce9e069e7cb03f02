"""What a FHIR document costs, by itself: from values to bytes, without database and HTTP."""

import time
from collections.abc import Iterator

from app.api.render import json_of
from app.domain.fhir.bundle import document
from tests.support.fhir import AT, NAMES, VERSION, steady

_TIMES = 15
_LENGTHS = {"90 days": 90, "five years": 1826}


def fhir_lines() -> Iterator[str]:
    """A line for each length of diary: five scores and a dose a day."""
    for name, days in _LENGTHS.items():
        shown = steady(days)
        taken: list[float] = []
        size = 0
        for _ in range(_TIMES):
            began = time.perf_counter()
            size = len(json_of(document(shown, NAMES, AT, VERSION)))
            taken.append(time.perf_counter() - began)
        median_ms = 1000 * sorted(taken)[_TIMES // 2]
        yield f"FHIR document of {name}: {median_ms:.1f} ms, {size / 1e6:.2f} MB"
