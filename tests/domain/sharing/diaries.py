"""A whole diary as storage hands it to the redaction, made from plain fields."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from app.domain.records.kinds import (
    CONDITION_KIND,
    DAY,
    DOSE,
    EVENT,
    MEASURE_KIND,
    MEDICATION,
    MOMENT,
    REGIMEN_STEP,
    USUAL,
    Kind,
)
from app.domain.records.record import Dated, Fields, Value, decode, encode
from app.domain.sharing.whole import WholeDiary
from app.domain.trends.treatment import TAKEN, DoseStatus, RegimenStep, Treatment, treatment
from app.domain.trends.written import regimen_step

FIRST_DOSE = date(2026, 2, 9)
AS_OF = date(2026, 6, 30)


def on(day: int) -> date:
    """A date counted from the first dose."""
    return FIRST_DOSE + timedelta(days=day)


class Written:
    """What a patient wrote, record by record."""

    def __init__(self) -> None:
        self.records: dict[str, dict[str, Fields]] = {}

    def put(self, kind: Kind, record_id: str, /, **fields: Value) -> "Written":
        self.records.setdefault(kind.name, {})[record_id] = {
            name.replace("own_", "own:"): value for name, value in fields.items()
        }
        return self

    def days(self, days: range, **scores: int) -> "Written":
        for day in days:
            self.put(DAY, f"day-{on(day)}", local_date=on(day).isoformat(), **scores)
        return self

    def doses(self, days: range, mg: str = "1.5", **fields: Value) -> "Written":
        for day in days:
            self.put(
                DOSE, f"dose-{day}", local_date=on(day).isoformat(), **{"status": "taken", "mg": Decimal(mg), **fields}
            )
        return self

    def at(self, as_of: date = AS_OF) -> WholeDiary:
        """As it is looked at on a date."""
        steps = [regimen_step(fields) for fields in self._of(REGIMEN_STEP).values()]
        return WholeDiary(
            as_of=as_of,
            treatment=_course(self._dated(DOSE), steps, as_of),
            few={
                kind.name: [(record_id, decode(encode(fields))) for record_id, fields in self._of(kind).items()]
                for kind in (REGIMEN_STEP, CONDITION_KIND, MEDICATION, EVENT, MEASURE_KIND, USUAL)
            },
            days=self._dated(DAY),
            moments=self._dated(MOMENT),
            doses=self._dated(DOSE),
        )

    def _of(self, kind: Kind) -> Mapping[str, Fields]:
        return self.records.get(kind.name, {})

    def _dated(self, kind: Kind) -> list[Dated]:
        found = self._of(kind).items()
        rows = [Dated(date.fromisoformat(str(fields["local_date"])), its, encode(fields)) for its, fields in found]
        return sorted(rows)


def _course(doses: list[Dated], steps: list[RegimenStep], as_of: date) -> Treatment:
    nights = [(row.day, DoseStatus(str(decode(row.text)["status"]))) for row in doses]
    dosed = {day for day, status in nights if status in TAKEN}
    return treatment(
        steps=steps,
        nights_from=lambda first: (night for night in nights if night[0] >= first),
        quiet_nights={day for day, _ in nights} - dosed,
        as_of=as_of,
    )


def plain() -> Written:
    """Four weeks before a first dose and twenty after it, three targets and a mood."""
    return (
        Written()
        .days(range(-28, 141), pain=6, sleep_disturbance=5, fatigue=7, low_mood=9, vivid_dreams=2)
        .doses(range(141))
        .put(REGIMEN_STEP, "step-1", starts_on=on(0).isoformat(), mg=Decimal("1.5"), reason="start", timing="bedtime")
    )
