"""The patients of a benchmark, with diaries of known lengths, written through the service's own way in."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from app.config import Settings
from app.domain.access import Nobody, Operator, OwnDiary, Role
from app.domain.accounts import Settings as AccountSettings
from app.domain.ids import RecordId, uuid7
from app.domain.records.kinds import CONDITION_KIND, DAY, DOSE, REGIMEN_STEP, Kind
from app.main import StandIns, make_parts
from app.services.accounts import sign_up
from app.services.diary import put_record
from app.services.parts import Parts
from app.services.sessions import admit, sign_in

PASSWORD = "nine quiet evenings"  # noqa: S105 - of accounts that live as long as the run
_MEASURES = ("pain", "sleep_disturbance", "vivid_dreams", "digestive_upset", "fatigue", "low_mood")
_TOGETHER = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """One who is signed in."""

    email: str
    tokens: list[str]
    """One for each device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """How long a diary is, for how many of its last days a dose was taken, and how many devices it has."""

    days: int
    treated_days: int
    devices: int


EMPTY = Length(days=0, treated_days=0, devices=1)


def written(settings: Settings, lengths: list[Length]) -> list[Patient]:
    """A patient for each length."""
    return asyncio.run(_written(settings, lengths))


async def _written(settings: Settings, lengths: list[Length]) -> list[Patient]:
    parts = make_parts(settings, StandIns())
    try:
        return [await _patient(parts, number, length) for number, length in enumerate(lengths)]
    finally:
        parts.close()


async def _patient(parts: Parts, number: int, length: Length) -> Patient:
    email = f"patient{number}@onset.example"
    await sign_up(
        parts,
        Operator(reason="benchmark"),
        email=email,
        password=PASSWORD,
        role=Role.PATIENT,
        settings=AccountSettings(time_zone="Europe/London"),
    )
    tokens = [await _sign_in(parts, email) for _ in range(length.devices)]
    access = await admit(parts, tokens[0])
    assert isinstance(access, OwnDiary)  # noqa: S101 - the account was just made a patient's
    if length.days:
        records = list(_records(length, parts.clock().date(), Random(number)))  # noqa: S311 - the same every time
        for at in range(0, len(records), _TOGETHER):
            await asyncio.gather(
                *(
                    put_record(parts, access, kind, RecordId(name), fields, expected=None)
                    for kind, name, fields in records[at : at + _TOGETHER]
                )
            )
    return Patient(email=email, tokens=tokens)


async def _sign_in(parts: Parts, email: str) -> str:
    visitor = Nobody(network="local")
    return (await sign_in(parts, visitor, email=email, password=PASSWORD, device_name="benchmark")).access_token


def _records(length: Length, today: date, chance: Random) -> Iterator[tuple[Kind, str, dict[str, object]]]:
    first_day = today - timedelta(days=length.days - 1)
    first_dose = today - timedelta(days=length.treated_days - 1)
    yield CONDITION_KIND, "fibromyalgia", {"targets_chosen_on": first_day.isoformat(), "status": "active"}
    yield (
        REGIMEN_STEP,
        _id(first_dose, chance),
        {"starts_on": first_dose.isoformat(), "mg": Decimal("4.5"), "timing": "bedtime"},
    )
    for number in range(length.days):
        day = first_day + timedelta(days=number)
        given = {"local_date": day.isoformat(), "time_zone": "Europe/London"}
        yield DAY, f"day-{day}", {**given, **{measure: chance.randrange(3, 9) for measure in _MEASURES}}
        if day >= first_dose:
            yield DOSE, _id(day, chance), {**given, "status": "taken", "mg": Decimal("4.5"), "timing": "bedtime"}


def _id(day: date, chance: Random) -> str:
    return uuid7(datetime.combine(day, time(22), UTC), chance.randbytes(10))
