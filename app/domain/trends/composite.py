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
    ordinals = sorted(set[int]().union(*(targets[code] for code in centres)))
    days = zip(*(map(targets[code].get, ordinals) for code in centres), strict=True)
    values: dict[int, float] = {}
    for ordinal, day in zip(ordinals, days, strict=True):
        if None not in day:
            values[ordinal] = sum(day) / len(day)  # the mean of the baseline means, once taken off and once put on
            continue
        present = [(value, centre) for value, centre in zip(day, centres.values(), strict=True) if value is not None]
        if 2 * len(present) >= len(day):
            centred = sum(value - centre for value, centre in present)
            values[ordinal] = centred / len(present) + level
    return Composite(measures=tuple(centres), values=values)
