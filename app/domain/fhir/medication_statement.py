"""MedicationStatements: each step of the plan, and the other medicines that the patient wrote down."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from app.domain.fhir.codes import NALTREXONE
from app.domain.fhir.datatypes import Part, Resource, annotation, concept, period, present, quantity, text_of
from app.domain.fhir.names import Names
from app.domain.fhir.shown import Medication, Shown, Step
from app.domain.records.record import plain

_WHEN: Final = {"bedtime": "HS", "morning": "MORN"}
"""FHIR's codes for the time of day; any other time has none."""
_REASONS: Final = {
    "start": "Start of the treatment",
    "planned_up": "Planned step up",
    "tolerability_down": "Step down because of side effects",
    "restart": "Restart after a break",
    "supply": "Because of the supply",
    "clinician": "A clinician's wish",
}
_DAY: Final = timedelta(days=1)


class Planned(NamedTuple):
    """A step as it is in force: until the next one begins, or its own end."""

    step: Step
    last: date | None


def medication_statements(shown: Shown, names: Names) -> Iterator[Resource]:
    """The steps by their beginning, then the other medicines."""
    for step, last in steps_in_force(shown.steps):
        yield present(
            resourceType="MedicationStatement",
            id=names.of("MedicationStatement", "regimen_step", step.id),
            status=_status(step.starts_on, last, shown.as_of),
            medicationCodeableConcept=NALTREXONE,
            subject=names.to_patient,
            effectivePeriod=period(step.starts_on, last),
            informationSource=names.to_patient,
            note=annotation(_REASONS.get(shown.reasons.get(step.id, ""))),
            dosage=[_dosage(step)],
        )
    for medicine in shown.medications:
        first, last = medicine.starts_on, medicine.ends_on
        yield present(
            resourceType="MedicationStatement",
            id=names.of("MedicationStatement", "medication", medicine.id),
            status=_status(first, last, shown.as_of),
            medicationCodeableConcept=concept(text=medicine_name(medicine)),
            subject=names.to_patient,
            effectivePeriod=period(first, last),
            informationSource=names.to_patient,
            note=annotation(text_of(medicine.note)),
        )


def medicine_name(medicine: Medication) -> str:
    """What the patient calls it."""
    return text_of(medicine.name) or "Medicine without a name"


def steps_in_force(steps: Iterable[Step]) -> list[Planned]:
    """The steps that set a dose, ascending; of those that begin on one day the last in force, and no stops."""
    found: list[Planned] = []
    following: date | None = None
    for step in sorted(steps, key=_in_order, reverse=True):
        if step.starts_on != following and not step.stops:
            before_next = following and following - _DAY
            found.append(Planned(step, min((day for day in (step.ends_on, before_next) if day), default=None)))
        following = step.starts_on
    return found[::-1]


def _in_order(step: Step) -> tuple[date, Decimal, bool]:
    return step.starts_on, step.mg * step.doses_per_day, step.stops


def dose_text(step: Step) -> str:
    """The dose in words."""
    often = "once a day" if step.doses_per_day == 1 else f"{step.doses_per_day} times a day"
    how = (word for word in (step.timing, step.formulation) if word not in {None, "other"})
    return ", ".join([f"{plain(step.mg)} mg", often, *map(str, how)])


def _dosage(step: Step) -> Part:
    repeat = {"frequency": step.doses_per_day, "period": 1, "periodUnit": "d"}
    when = _WHEN.get(step.timing or "")
    return {
        "text": dose_text(step),
        "timing": {"repeat": repeat | present(when=[when] if when else [])},
        "doseAndRate": [{"doseQuantity": quantity(step.mg, "mg")}],
    }


def _status(first: date | None, last: date | None, as_of: date) -> str:
    if first is not None and first > as_of:
        return "intended"
    if last is not None and last < as_of:
        return "completed"
    return "unknown" if first is None and last is None else "active"
