"""The demonstration account: 24 weeks of simulated diary and doses up to today, with a known truth."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from app.domain.access import OwnDiary
from app.domain.clock import day_in_zone
from app.domain.ids import RecordId, uuid7
from app.domain.records.kinds import CONDITION_KIND, DAY, DOSE, EVENT, REGIMEN_STEP, USUAL, Kind
from app.domain.trends.simulator import Onset, Person, scores
from app.services.diary import put_record
from app.services.parts import Parts

BASELINE_DAYS = 28
TREATED_DAYS = 24 * 7 - BASELINE_DAYS
_STEPS = ((0, Decimal("1.5"), "start"), (28, Decimal(3), "planned_up"), (56, Decimal("4.5"), "planned_up"))
"""Day of the treatment, milligrams, reason."""
_SYMPTOMS = {
    "pain": (Person(), Onset(week=6, points=2.0)),
    "sleep_disturbance": (Person(level=6.0), Onset(week=7, points=1.5)),
    "fatigue": (Person(level=6.8), Onset(week=8, points=1.2)),
    "vivid_dreams": (Person(level=1.2, level_deviation=0.2, noise_deviation=0.9), None),
    "digestive_upset": (Person(level=1.8, level_deviation=0.2, noise_deviation=1.0), None),
}
_DREAMS_AFTER_STEP = {start + night: 2.5 for start in (28, 56) for night in range(12)}
_MISSED_DOSES = 0.05
Sent = tuple[Kind, str, dict[str, object]]
"""Kind, id and fields of one record."""


async def write_demo(parts: Parts, access: OwnDiary) -> int:
    """Writes the diary, and answers the number of its records."""
    today = day_in_zone(parts.clock(), access.time_zone)
    records = list(simulated(today - timedelta(days=TREATED_DAYS - 1), access.time_zone, Random(1)))  # noqa: S311
    await asyncio.gather(
        *(put_record(parts, access, kind, RecordId(name), fields, expected=None) for kind, name, fields in records)
    )
    return len(records)


def simulated(first_dose: date, zone: str, chance: Random) -> Iterator[Sent]:
    """All records of the diary, whose treatment begins at the given date."""
    before = first_dose - timedelta(days=BASELINE_DAYS)
    yield (
        CONDITION_KIND,
        "fibromyalgia",
        {"tracked_since": before.isoformat(), "targets_chosen_on": before.isoformat(), "status": "active"},
    )
    for measure, value in (("pain", 6), ("sleep_disturbance", 6), ("fatigue", 7)):
        yield USUAL, measure, {"value": value, "asked_on": before.isoformat()}
    yield from _days(first_dose, zone, chance)
    yield from _steps(first_dose, chance)
    yield from _doses(first_dose, zone, chance)
    flare = first_dose + timedelta(days=75)
    yield (
        EVENT,
        _id(flare, chance),
        {"kind": "infection", "starts_on": flare.isoformat(), "ends_on": (flare + timedelta(days=4)).isoformat()},
    )


def _days(first_dose: date, zone: str, chance: Random) -> Iterator[Sent]:
    span = range(-BASELINE_DAYS, TREATED_DAYS)
    series = {
        measure: scores(
            person, span, chance, onset=onset, added=_DREAMS_AFTER_STEP if measure == "vivid_dreams" else None
        )
        for measure, (person, onset) in _SYMPTOMS.items()
    }
    for number, *values in zip(span, *series.values(), strict=True):
        given = {measure: value for measure, value in zip(series, values, strict=True) if value is not None}
        if given:
            day = (first_dose + timedelta(days=number)).isoformat()
            yield DAY, f"day-{day}", {"local_date": day, "time_zone": zone, **given}


def _steps(first_dose: date, chance: Random) -> Iterator[Sent]:
    for number, mg, reason in _STEPS:
        day = first_dose + timedelta(days=number)
        fields = {"starts_on": day.isoformat(), "mg": mg, "timing": "bedtime", "formulation": "capsule"}
        yield REGIMEN_STEP, _id(day, chance), {**fields, "reason": reason}


def _doses(first_dose: date, zone: str, chance: Random) -> Iterator[Sent]:
    for number in range(TREATED_DAYS - 1):  # tonight's is still to come
        day = first_dose + timedelta(days=number)
        if chance.random() >= _MISSED_DOSES:
            mg = next(mg for start, mg, _ in reversed(_STEPS) if start <= number)
            fields = {"local_date": day.isoformat(), "time_zone": zone, "status": "taken", "mg": mg}
            yield DOSE, _id(day, chance), {**fields, "timing": "bedtime"}


def _id(day: date, chance: Random) -> str:
    return uuid7(datetime.combine(day, time(22), UTC), chance.randbytes(10))
