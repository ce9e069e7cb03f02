"""A patient's own records as FHIR is made from them: everything that they hold, for nobody but the patient."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from app.domain import catalogue
from app.domain.catalogue import CONDITIONS, Direction
from app.domain.fhir import shown
from app.domain.records.kinds import (
    CONDITION_KIND,
    DAY,
    DOSE,
    EVENT,
    IMPRESSION,
    MEASURE_KIND,
    MEDICATION,
    MOMENT,
    REGIMEN_STEP,
    USUAL,
    Kind,
)
from app.domain.records.record import Fields, StoredRecord, Value
from app.domain.trends.choice import Scale
from app.domain.trends.summary import Summary
from app.domain.trends.written import usual

OCCASIONAL = (EVENT, IMPRESSION, USUAL)
FEW = (CONDITION_KIND, MEASURE_KIND, REGIMEN_STEP, MEDICATION)
"""Kinds of which a patient has few, so that they are read whole."""
MANY = (DAY, MOMENT, DOSE)
_NO_SCORES = frozenset(DAY.fields) - catalogue.MEASURE_CODES - {"sleep_quality"}


class OwnCondition(NamedTuple):
    """See `shown.Condition`."""

    code: str
    listed: catalogue.Condition | None
    label: str | None
    status: str | None
    diagnosed_on: date | None
    tracked_since: date | None


class OwnDay(NamedTuple):
    """See `shown.Day`."""

    local_date: date
    scores: Mapping[str, int | None]
    skipped: tuple[str, ...]
    note: str | None


class OwnMoment(NamedTuple):
    """See `shown.Moment`."""

    id: str
    local_date: date
    at: str
    measure: str
    value: int
    note: str | None


class OwnDose(NamedTuple):
    """See `shown.Dose`."""

    id: str
    local_date: date
    status: str
    mg: Decimal | None
    taken_at: str | None
    note: str | None


class OwnStep(NamedTuple):
    """See `shown.Step`."""

    id: str
    starts_on: date
    ends_on: date | None
    mg: Decimal
    doses_per_day: int
    timing: str | None
    formulation: str | None
    stops: bool


class OwnMedication(NamedTuple):
    """See `shown.Medication`."""

    id: str
    name: str
    starts_on: date | None
    ends_on: date | None
    note: str | None


class OwnEvent(NamedTuple):
    """See `shown.Event`."""

    id: str
    kind: str
    condition: str | None
    starts_on: date
    ends_on: date | None
    severity: int | None
    note: str | None


class OwnImpression(NamedTuple):
    """See `shown.Impression`."""

    id: str
    local_date: date
    condition: str | None
    change: int | None


def own_diary(
    person: shown.Person, as_of: date, records: Iterable[StoredRecord], summaries: Iterable[Summary]
) -> shown.Shown:
    """All of these records, none of which is deleted; those of one kind come ascending by date and id."""
    read: dict[str, list[tuple[str, Fields]]] = {kind.name: [] for kind in (*FEW, *MANY, *OCCASIONAL)}
    for record in records:
        read[record.kind].append((record.id, record.fields))

    def of(kind: Kind) -> list[tuple[str, Fields]]:
        return read[kind.name]

    explained = [*of(DOSE), *of(REGIMEN_STEP)]
    return shown.Shown(
        person=person,
        as_of=as_of,
        conditions=[_condition(code, fields) for code, fields in of(CONDITION_KIND)],
        measures={f"own:{slug}": _scale(fields) for slug, fields in of(MEASURE_KIND)},
        steps=[_step(record_id, fields) for record_id, fields in of(REGIMEN_STEP)],
        medications=[_medication(record_id, fields) for record_id, fields in of(MEDICATION)],
        days=[_day(fields) for _, fields in of(DAY)],
        moments=[_moment(record_id, fields) for record_id, fields in of(MOMENT)],
        doses=[_dose(record_id, fields) for record_id, fields in of(DOSE)],
        reasons={record_id: reason for record_id, fields in explained if (reason := _text(fields.get("reason")))},
        events=[_event(record_id, fields) for record_id, fields in of(EVENT)],
        impressions=[_impression(record_id, fields) for record_id, fields in of(IMPRESSION)],
        usuals=[usual(record_id, fields) for record_id, fields in of(USUAL)],
        summaries=tuple(summaries),
    )


def _condition(code: str, fields: Fields) -> OwnCondition:
    return OwnCondition(
        code=code,
        listed=CONDITIONS.get(code),
        label=_text(fields.get("label")),
        status=_text(fields.get("status")),
        diagnosed_on=_date(fields.get("diagnosed_on")),
        tracked_since=_date(fields.get("tracked_since")),
    )


def _scale(fields: Fields) -> Scale:
    return Scale(label=str(fields["label"]), direction=Direction(str(fields["direction"])))


def _step(record_id: str, fields: Fields) -> OwnStep:
    often = fields.get("doses_per_day")
    return OwnStep(
        id=record_id,
        starts_on=_required_date(fields["starts_on"]),
        ends_on=_date(fields.get("ends_on")),
        mg=Decimal(str(fields["mg"])),
        doses_per_day=often if isinstance(often, int) else 1,
        timing=_text(fields.get("timing")),
        formulation=_text(fields.get("formulation")),
        stops=fields.get("reason") == "stop",
    )


def _medication(record_id: str, fields: Fields) -> OwnMedication:
    return OwnMedication(
        id=record_id,
        name=str(fields["name"]),
        starts_on=_date(fields.get("starts_on")),
        ends_on=_date(fields.get("ends_on")),
        note=_text(fields.get("note")),
    )


def _day(fields: Fields) -> OwnDay:
    skipped = fields.get("skipped")
    return OwnDay(
        local_date=_required_date(fields["local_date"]),
        scores={name: value for name, value in fields.items() if name not in _NO_SCORES and isinstance(value, int)},
        skipped=skipped if isinstance(skipped, tuple) else (),
        note=_text(fields.get("note")),
    )


def _moment(record_id: str, fields: Fields) -> OwnMoment:
    return OwnMoment(
        id=record_id,
        local_date=_required_date(fields["local_date"]),
        at=str(fields["at"]),
        measure=str(fields["measure"]),
        value=int(str(fields["value"])),
        note=_text(fields.get("note")),
    )


def _dose(record_id: str, fields: Fields) -> OwnDose:
    amount = fields.get("mg")
    return OwnDose(
        id=record_id,
        local_date=_required_date(fields["local_date"]),
        status=str(fields["status"]),
        mg=amount if isinstance(amount, Decimal) else None,
        taken_at=_text(fields.get("taken_at")),
        note=_text(fields.get("note")),
    )


def _event(record_id: str, fields: Fields) -> OwnEvent:
    return OwnEvent(
        id=record_id,
        kind=_text(fields.get("kind")) or "other",
        condition=_text(fields.get("condition")),
        starts_on=_required_date(fields["starts_on"]),
        ends_on=_date(fields.get("ends_on")),
        severity=_number(fields.get("severity")),
        note=_text(fields.get("note")),
    )


def _impression(record_id: str, fields: Fields) -> OwnImpression:
    return OwnImpression(
        id=record_id,
        local_date=_required_date(fields["local_date"]),
        condition=_text(fields.get("condition")),
        change=_number(fields.get("change")),
    )


def _number(value: Value) -> int | None:
    return value if isinstance(value, int) else None


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None


def _date(value: Value) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None


def _required_date(value: Value) -> date:
    return date.fromisoformat(str(value))
