"""How much was taken: the total of each day and the median of each week (trends, section 5)."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from statistics import median

from app.domain.trends.diary import Dose
from app.domain.trends.regimen import Regimen
from app.domain.trends.treatment import TAKEN, DoseStatus


def daily_totals(doses: Iterable[Dose], regimen: Regimen) -> dict[int, Decimal]:
    """The mg of each day with a dose, by ordinal; days whose amount is not told are left out.

    A taken dose without an amount is one dose of the plan; a partial one without an amount tells none.
    """
    totals: dict[int, Decimal] = {}
    untold: set[int] = set()
    for dose in doses:
        if dose.status not in TAKEN:
            continue
        ordinal = dose.local_date.toordinal()
        mg = dose.mg
        if mg is None and dose.status is DoseStatus.TAKEN and (step := regimen.in_force(ordinal)) is not None:
            mg = step.mg
        if mg is None:
            untold.add(ordinal)
        else:
            before = totals.get(ordinal)
            totals[ordinal] = mg if before is None else before + mg
    for ordinal in untold:
        totals.pop(ordinal, None)
    return totals


def weekly_mg(totals: Mapping[int, Decimal], anchor: int) -> dict[int, Decimal]:
    """The median daily total of each week's days with a dose, by week; anchor as in `weekly_rows`."""
    weeks: dict[int, list[Decimal]] = {}
    for ordinal, mg in totals.items():
        weeks.setdefault((ordinal - anchor) // 7, []).append(mg)
    return {week: median(amounts) for week, amounts in weeks.items()}
