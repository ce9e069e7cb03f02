"""Patients for FHIR: all that a diary can hold, in few days, the same for the same number."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, cast

from app.api.render import json_of
from app.domain.catalogue import CONDITIONS, MEASURE_CODES, Direction
from app.domain.fhir.bundle import collection, document
from app.domain.fhir.consent import Permission
from app.domain.fhir.names import Names
from app.domain.fhir.own import own_diary
from app.domain.fhir.shown import Person, Shown
from app.domain.ids import RecordId, Revision
from app.domain.records.kinds import (
    CONDITION_KIND,
    DAY,
    DOSE,
    MEASURE_KIND,
    MEDICATION,
    MOMENT,
    REGIMEN_STEP,
    Kind,
)
from app.domain.records.record import StoredRecord, Value, encode
from app.domain.trends.diary import Diary, Dose, OwnMeasure, Tracked
from app.domain.trends.estimates import Estimate
from app.domain.trends.judgement import Status
from app.domain.trends.side_effects import Rise, SideEffect, Step
from app.domain.trends.step_effect import Course, StepStatus
from app.domain.trends.summary import Summary, summary
from app.domain.trends.treatment import DoseStatus, RegimenStep
from app.domain.trends.verdict import Verdict
from tests.domain.trends.diaries import course
from tests.support.diary import uuid7

AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
NAMES = Names(b"k" * 32, in_bundle=True)
VERSION = "0.1.0"
OWN_CONDITION = uuid7(9)
CORE = ("pain", "sleep_disturbance", "vivid_dreams", "digestive_upset", "fatigue")
PEOPLE = (
    Person(),
    Person(name="Ada Lovelace", born="1975", gender="female"),
    Person(name="محمد علي", born="1975-04-30", gender="male"),
    Person(name="שרה כהן", gender="other"),
    Person(name="José Ñandú & <b>Söhne</b>", born="1930"),
    Person(name="李小龍 🧡", gender="unknown"),
    Person(name="  \u00a0 "),
)
_NOTES = ("slept badly", "a < b & c > d", "שלום\r\nعالم", "tab\there\u2028and\u00a0there", "\x0b\x1f", "🧡", " ")
# Nights on which clocks changed: an hour that is not there, and one that is there twice.
_CHANGES = (
    ("2026-03-28", "2026-03-29T03:30:00+02:00"),
    ("2026-10-24", "2026-10-25T02:30:00+02:00"),
    ("2026-10-24", "2026-10-25T02:30:00.123456789+01:00"),
    ("2026-03-07", "2026-03-08T01:59:59-05:00"),
)
Part = dict[str, Any]


def record(kind: Kind, record_id: str, **fields: object) -> StoredRecord:
    """A record as storage hands it out."""
    text = encode(cast("dict[str, Value]", fields))
    return StoredRecord(kind=kind.name, id=RecordId(record_id), rev=Revision(1), deleted=False, text=text)


@dataclass(slots=True)
class _Patient:
    """One diary of at most so many days, in which everything may be missing."""

    chance: Random
    days: int
    conditions: tuple[str, ...]

    def maybe(self, share: float) -> bool:
        return self.chance.random() < share

    def note(self) -> dict[str, object]:
        return {"note": self.chance.choice(_NOTES)} if self.maybe(0.3) else {}

    def on(self, day: int) -> date:
        return date(2026, 11, 25) - timedelta(days=self.days - day)

    def few(self) -> Iterator[StoredRecord]:
        for code in self.conditions:
            known = {} if code == OWN_CONDITION else {"code": code}
            label = {"label": "Ache of <mine> & yours"} if code == OWN_CONDITION else {}
            status = {"status": self.chance.choice(["active", "remission", "resolved"])} if self.maybe(0.7) else {}
            dates = {"diagnosed_on": "2019-05-04", "tracked_since": "2026-01-01"} if self.maybe(0.5) else {}
            yield record(CONDITION_KIND, code, **known, **label, **status, **dates)
        yield record(MEASURE_KIND, "grip", label="Grip 握力", direction="higher_is_better")
        for number in range(self.chance.randint(0, 3)):
            timing = {"timing": self.chance.choice(["bedtime", "morning", "other"]), "formulation": "liquid"}
            yield record(
                REGIMEN_STEP,
                uuid7(100 + number),
                starts_on=self.on(7 * number).isoformat(),
                mg=Decimal("1.5") * (number + 1),
                reason=self.chance.choice(["start", "planned_up", "supply", "stop", None]),
                **(timing if self.maybe(0.8) else {"doses_per_day": 2, "ends_on": self.on(40).isoformat()}),
            )
        for number in range(self.chance.randint(0, 2)):
            span = {"starts_on": "2026-02-01"} if self.maybe(0.5) else {"ends_on": "2026-05-01"}
            yield record(MEDICATION, uuid7(200 + number), name="Ibuprofen <400>", **span, **self.note())

    def many(self) -> Iterator[StoredRecord]:
        for day in range(self.days):
            if self.maybe(0.2):
                continue
            local = {"local_date": self.on(day).isoformat(), "time_zone": "Europe/Berlin"}
            scores = {code: self.chance.choice([0, 3, 7, 10, None]) for code in self._measures() if self.maybe(0.8)}
            skipped = {"skipped": tuple(self.chance.sample(CORE, 2))} if self.maybe(0.3) else {}
            yield record(DAY, f"day-{self.on(day)}", **local, **scores, **skipped, **self.note())
            if self.maybe(0.6):
                status = self.chance.choice(["taken", "partial", "skipped", "held"])
                amount = {"mg": Decimal(self.chance.choice(["0.001", "1.5", "4.5", "50"]))} if self.maybe(0.8) else {}
                reason = {"reason": "felt <sick>"} if self.maybe(0.3) else {}
                yield record(DOSE, uuid7(1000 + day), status=status, **local, **amount, **reason, **self.note())
            if self.maybe(0.2):
                at, measure = (
                    f"{self.on(day)}T08:15:00+13:45",
                    self.chance.choice(["pain", "own:grip", "sleep_quality"]),
                )
                yield record(MOMENT, uuid7(5000 + day), at=at, measure=measure, value=0, **local, **self.note())
        for number, (night, at) in enumerate(_CHANGES):
            dose = {"status": "taken", "mg": Decimal("4.5"), "taken_at": at, "local_date": night}
            yield record(DOSE, uuid7(9000 + number), time_zone="Europe/Berlin", **dose)

    def _measures(self) -> list[str]:
        return [*CORE, "sleep_quality", "own:grip", "own:gone", *self.chance.sample(sorted(MEASURE_CODES), 2)]


def generated(number: int, days: int = 6) -> Shown:
    """One of many patients; each condition is had by some, and one in ten has an empty diary."""
    chance = Random(number)  # noqa: S311 - the same patient each time
    listed = [*CONDITIONS, OWN_CONDITION]
    conditions = (listed[number % len(listed)], *chance.sample(listed, chance.randint(0, 2)))
    person = PEOPLE[number % len(PEOPLE)]
    if number % 10 == 9:
        return Shown(person=person, as_of=AT.date())
    patient = _Patient(chance, days, tuple(dict.fromkeys(conditions)))
    records = [*patient.few(), *sorted(patient.many(), key=lambda one: (str(one.fields["local_date"]), one.id))]
    return own_diary(person, AT.date(), records, _summaries(records, patient.conditions, chance))


def steady(days: int, measures: tuple[str, ...] = CORE) -> Shown:
    """A diary without gaps: all these measures and a dose, every day."""
    patient = _Patient(Random(1), days, ("fibromyalgia", "depression"))  # noqa: S311 - the same diary each time
    dates = [patient.on(day).isoformat() for day in range(days)]
    local = {"time_zone": "Europe/London"}
    records = [
        record(REGIMEN_STEP, uuid7(1), starts_on=dates[0], mg=Decimal("4.5"), timing="bedtime"),
        *(record(CONDITION_KIND, code, code=code) for code in patient.conditions),
        *(
            record(
                DAY, f"day-{day}", local_date=day, **local, **{code: patient.chance.randint(0, 10) for code in measures}
            )
            for day in dates
        ),
        *(
            record(
                DOSE,
                uuid7(number),
                local_date=day,
                status="taken",
                mg=Decimal("4.5"),
                taken_at=f"{day}T22:15:00Z",
                timing="bedtime",
                **local,
            )
            for number, day in enumerate(dates)
        ),
    ]
    return own_diary(PEOPLE[1], AT.date(), records, _summaries(records, patient.conditions, patient.chance))


def permission(number: int) -> Permission:
    """Some permission or other."""
    return Permission(
        id=uuid7(number),
        active=number % 3 > 0,
        given_at=AT - timedelta(days=3),
        expires_at=AT + timedelta(days=87),
        scopes=("summary", "doses", "export"),
        recipient="Dr. <Who> & Co" if number % 2 else None,
        data_from=date(2026, 1, 1) if number % 4 else None,
    )


def documents(patients: int) -> Iterator[Part]:
    """Documents and, of every fourth, the collection for check-in, as JSON has them."""
    for number in range(patients):
        shown = generated(number)
        allowed = permission(number) if number % 2 else None
        yield as_json(document(shown, NAMES, AT, VERSION, permission=allowed))
        if number % 4 == 0:
            yield as_json(collection(shown, NAMES, AT, VERSION, story=b"%PDF-1.7 story", rendering=b"%PDF-1.7 all"))


def as_json(resource: Part) -> Part:
    """The resource as a client reads it."""
    return json.loads(json_of(resource))


def _summaries(records: list[StoredRecord], conditions: tuple[str, ...], chance: Random) -> list[Summary]:
    of: dict[str, list[Part]] = {}
    for one in records:
        of.setdefault(one.kind, []).append(cast("Part", one.fields))
    doses = [
        Dose(date.fromisoformat(one["local_date"]), DoseStatus(one["status"]), one.get("mg"), None)
        for one in of.get("dose", ())
    ]
    steps = [
        RegimenStep(
            starts_on=date.fromisoformat(one["starts_on"]),
            ends_on=None,
            mg=one["mg"],
            doses_per_day=1,
            reason=one.get("reason"),
        )
        for one in of.get("regimen_step", ())
    ]
    days = [(date.fromisoformat(one["local_date"]).toordinal(), one) for one in of.get("day", ())]
    return [
        _judged(
            summary(
                Diary(
                    condition=CONDITIONS.get(code),
                    tracked=Tracked(
                        id=code,
                        label=None,
                        primary_measure="own:grip" if code == OWN_CONDITION else None,
                        target_measures=(),
                        targets_chosen_on=None,
                    ),
                    treatment=course(doses, steps, AT.date()),
                    days=days,
                    doses=doses,
                    steps=steps,
                    own_measures=[OwnMeasure(code="own:grip", label="Grip 握力", direction="higher_is_better")],
                ),
                AT.date(),
                None,
            ),
            chance,
        )
        for code in conditions
    ]


def _judged(told: Summary, chance: Random) -> Summary:
    """With any verdict at all, as if the diary were long enough for it."""
    return replace(
        told,
        side_effects=(_side_effect(chance),),
        composite=replace(told.composite, verdict=_verdict(told.composite.verdict, chance)),
        measures={
            code: replace(trend, verdict=_verdict(trend.verdict, chance)) for code, trend in told.measures.items()
        },
    )


def _side_effect(chance: Random) -> SideEffect:
    return SideEffect(
        measure="vivid_dreams",
        label="Vivid dreams",
        direction=Direction.LOWER_IS_BETTER,
        step=Step(starts_on=date(2026, 3, 9), from_mg=chance.choice([None, Decimal("1.5")]), to_mg=Decimal(3)),
        status=chance.choice([*StepStatus]),
        course=chance.choice([None, *Course]),
        rise=chance.choice([None, Rise(estimate=-0.5, low=-1.25, high=0.0)]),
        nights_at_4_or_more=(),
        text="Vivid dreams <after> the step.",
    )


def _verdict(verdict: Verdict, chance: Random) -> Verdict:
    status = chance.choice([*Status])
    told = status in {Status.BENEFIT, Status.BENEFIT_EARLY, Status.POSSIBLE, Status.FADED}
    drop = Estimate(estimate=2.0 + 1 / 3, low=0.0, high=4.75, level=0.9) if told else None
    weeks = Estimate(estimate=6.1, low=0.0, high=8.8, level=0.9) if told else None
    return replace(verdict, status=status, published=chance.random() < 0.5, drop=drop, weeks_to_benefit=weeks)


_STRING = re.compile(r"[ \r\n\t\S]+")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def faults(resource: Part) -> list[str]:
    """Where a resource breaks a rule that holds for all of FHIR's JSON, or a reference leads nowhere."""
    names = {entry["fullUrl"] for entry in resource.get("entry", ())}
    return [
        f"{where}: {fault}"
        for where, value in _walk(resource, "")
        if (fault := _fault(where, value, names if resource["type"] != "searchset" else None))
    ]


def _walk(value: object, where: str) -> Iterator[tuple[str, object]]:
    yield where, value
    if isinstance(value, dict):
        for name, part in cast("Part", value).items():
            yield from _walk(part, f"{where}.{name}")
    elif isinstance(value, list):
        for number, part in enumerate(cast("list[object]", value)):
            yield from _walk(part, f"{where}[{number}]")


def _fault(where: str, value: object, names: set[str] | None) -> str | None:
    if value is None or value in ([], {}, ""):
        return "nothing there"
    if isinstance(value, str):
        if not _STRING.fullmatch(value) or value != value.strip() or "\x7f" in value:
            return "no FHIR string"
        if where.endswith(".reference") and names is not None and value not in names:
            return "leads nowhere"
        if "T" in value and where.endswith(("DateTime", ".timestamp", ".recorded", ".dateTime", ".creation")):
            return None if _INSTANT.fullmatch(value) else "no instant in UTC"
    return None
