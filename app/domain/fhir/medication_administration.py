"""MedicationAdministrations: each night that was logged, taken or not. Silence about a night emits nothing."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from app.domain.fhir.codes import NALTREXONE
from app.domain.fhir.datatypes import Dated, Part, Resource, annotation, concept, instant, quantity, text_of
from app.domain.fhir.names import Names
from app.domain.fhir.shown import Dose, Shown

_COMPLETED, _NOT_DONE = "completed", "not-done"
_STATUSES: Final = {"taken": _COMPLETED, "partial": _COMPLETED, "skipped": _NOT_DONE, "held": _NOT_DONE}
_PLAIN_REASONS: Final = {"skipped": "Skipped", "held": "Held back"}
"""Why a dose was not taken, where the patient does not say more or it is not to be seen."""


def medication_administrations(shown: Shown, names: Names) -> Iterator[Dated]:
    """One for each record, in the order of the nights."""
    subject = names.to_patient
    shared: Part = {"subject": subject, "performer": [{"actor": subject}]}
    for dose in shown.doses:
        name = names.of("MedicationAdministration", dose.id)
        yield dose.local_date.isoformat(), _administration(dose, name, shared, text_of(shown.reasons.get(dose.id)))


def _administration(dose: Dose, name: str, shared: Part, reason: str | None) -> Resource:
    status = _STATUSES[dose.status]
    at = None if dose.taken_at is None else datetime.fromisoformat(dose.taken_at)
    made: Resource = {
        "resourceType": "MedicationAdministration",
        "id": name,
        "status": status,
        "medicationCodeableConcept": NALTREXONE,
        **shared,
        "effectiveDateTime": dose.local_date.isoformat() if at is None else instant(at),
    }
    notes = ["Part of the dose" if dose.status == "partial" else None, _night(dose, at), text_of(dose.note)]
    if status == _COMPLETED:
        notes.append(reason)
        if dose.mg is not None:
            made["dosage"] = {"dose": quantity(dose.mg, "mg")}
    else:
        made["statusReason"] = [concept(text=reason or _PLAIN_REASONS[dose.status])]
    if written := annotation(*notes):
        made["note"] = written
    return made


def _night(dose: Dose, at: datetime | None) -> str | None:
    """Says which night a dose after midnight belongs to."""
    return None if at is None or at.date() == dose.local_date else f"Dose of the night of {dose.local_date}"
