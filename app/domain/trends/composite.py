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
    parts = [(targets[code].get, centre) for code, centre in centres.items()]
    values: dict[int, float] = {}
    for ordinal in sorted(set[int]().union(*(targets[code] for code in centres))):
        count, total, centred = 0, 0.0, 0.0
        for value_on, centre in parts:
            value = value_on(ordinal)
            if value is not None:
                count += 1
                total += value
                centred += centre
        if 2 * count >= len(parts):
            values[ordinal] = total / count + (level - centred / count)
    return Composite(measures=tuple(centres), values=values)
