"""The one composite that the condition's verdict comes from (trends, section 2)."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.trends.dates import DateRange
from app.domain.trends.series import Values
from app.domain.trends.weeks import within

CENTRE_ENTRIES = 5
"""A target with fewer entries in the baseline can't be centred, and is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """Daily values of all targets together."""

    measures: tuple[str, ...]
    """The targets that take part, in their own order."""
    values: Values


def composite(targets: Mapping[str, Values], span: DateRange) -> Composite:
    """The mean over the present targets of (value - baseline mean), plus the mean of the baseline means.

    A plain mean would fall when a patient stops scoring the worst of three symptoms; this one does not. At least half
    of the targets that take part must be present on a day. Where none has a baseline, all take part and the mean is
    plain. span is the baseline.
    """
    found = {code: within(values, span) for code, values in targets.items()}
    centres = {
        code: sum(known.values()) / len(known) for code, known in found.items() if len(known) >= CENTRE_ENTRIES
    } or dict.fromkeys(targets, 0.0)
    level = sum(centres.values()) / max(1, len(centres))
    sums: dict[int, float] = {}
    centre_sums: dict[int, float] = {}
    counts: dict[int, int] = {}
    for code, centre in centres.items():
        for ordinal, value in targets[code].items():
            sums[ordinal] = sums.get(ordinal, 0.0) + value
            centre_sums[ordinal] = centre_sums.get(ordinal, 0.0) + centre
            counts[ordinal] = counts.get(ordinal, 0) + 1
    values = {
        ordinal: sums[ordinal] / count + (level - centre_sums[ordinal] / count)
        for ordinal, count in sorted(counts.items())
        if 2 * count >= len(centres)
    }
    return Composite(measures=tuple(centres), values=values)
