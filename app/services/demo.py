"""The demonstration account: 24 weeks of simulated diary and doses up to today, with a known truth."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from app.domain.access import Nobody, Operator, OwnDiary, Role
from app.domain.accounts import EmailTaken, Settings
from app.domain.clock import day_in_zone
from app.domain.ids import RecordId, uuid7
from app.domain.records.kinds import CONDITION_KIND, DAY, DOSE, EVENT, REGIMEN_STEP, USUAL, Kind
from app.domain.trends.simulator import Onset, Person, scores
from app.services.accounts import set_password, sign_up
from app.services.diary import put_record
from app.services.parts import Parts
from app.services.sessions import admit, revoke, sign_in

_EMAIL = "demo@onset.example"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """How to sign in to the demonstration account."""

    email: str
    password: str


async def make_demo(parts: Parts) -> SignIn:
    """The account with its diary, and a new password; an account that is there keeps its diary."""
    operator = Operator(reason="demo")
    password = f"demo-{parts.chance(8).hex()}"
    settings = Settings(time_zone="Europe/London", display_name="Demonstration")
    try:
        await sign_up(parts, operator, email=_EMAIL, password=password, role=Role.PATIENT, settings=settings)
    except EmailTaken:
        await set_password(parts, operator, email=_EMAIL, new_password=password)
    else:
        await _write(parts, password)
    return SignIn(email=_EMAIL, password=password)


async def _write(parts: Parts, password: str) -> None:
    visitor = Nobody(network="local")
    tokens = await sign_in(parts, visitor, email=_EMAIL, password=password, device_name="demonstration")
    access = await admit(parts, tokens.access_token)
    assert isinstance(access, OwnDiary)  # noqa: S101 - the account was just made a patient's
    today = day_in_zone(parts.clock(), access.time_zone)
    first_dose = today - timedelta(days=TREATED_DAYS - 1)
    records = simulated(first_dose, access.time_zone, Random(1))  # noqa: S311 - the same diary every time
    await asyncio.gather(
        *(put_record(parts, access, kind, RecordId(name), fields, expected=None) for kind, name, fields in records)
    )
    await revoke(parts, tokens.refresh_token)


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
