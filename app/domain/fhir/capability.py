"""The CapabilityStatement: what the FHIR routes offer."""

from typing import Final

from app.domain.catalogue import MEASURES_FILE
from app.domain.fhir.codes import TERMINOLOGY
from app.domain.fhir.datatypes import Part, Resource, coding, concept, present

SUMMARY_OPERATION: Final = "urn:onset:operation:summary"
_COUNT: Final = ("_count", "number", "Resources on a page, 1000 at most.")
_PATIENT: Final = ("patient", "reference", "`me`, or the Patient's id.")


def capability_statement(base: str, version: str) -> Resource:
    """What is offered at an address, by a version of the service."""
    return {
        "resourceType": "CapabilityStatement",
        "name": "Onset",
        "title": "Onset symptom diary",
        "status": "active",
        "date": MEASURES_FILE.version.isoformat(),
        "publisher": "Onset",
        "description": "What a patient wrote in a symptom diary, to be read and never written.",
        "kind": "instance",
        "software": {"name": "Onset", "version": version},
        "implementation": {"description": "Onset", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "security": {
                    "service": [concept(coding(TERMINOLOGY("restful-security-service"), "OAuth"))],
                    "description": "A bearer token of this service; the metadata and the CodeSystem are public.",
                },
                "resource": _RESOURCES,
            }
        ],
    }


def _resource(kind: str, *interactions: str, search: tuple[tuple[str, str, str], ...] = (), **more: object) -> Part:
    parameters = [{"name": name, "type": sort, "documentation": text} for name, sort, text in search]
    return present(type=kind, interaction=[{"code": code} for code in interactions], searchParam=parameters, **more)


_DATED: Final = "also an order: `_sort=-{}`.".format
_RESOURCES: Final = [
    _resource(
        "AuditEvent",
        "read",
        "search-type",
        search=(_PATIENT, ("date", "date", "When the diary was read, in UTC; for the patient alone."), _COUNT),
    ),
    _resource("CodeSystem", "read"),
    _resource("Condition", "read", "search-type", search=(_PATIENT,)),
    _resource("Consent", "read", "search-type", search=(_PATIENT,)),
    _resource("Device", "read"),
    _resource(
        "MedicationAdministration",
        "read",
        "search-type",
        search=(
            _PATIENT,
            ("effective-time", "date", f"The date of the night; {_DATED('effective-time')}"),
            _COUNT,
        ),
    ),
    _resource("MedicationStatement", "read", "search-type", search=(_PATIENT,)),
    _resource(
        "Observation",
        "read",
        "search-type",
        search=(
            _PATIENT,
            ("code", "token", "LOINC's code or our own."),
            ("category", "token", "`survey`; and, found by it or by code alone, `trend` and `occasional`."),
            ("date", "date", f"The diary date; {_DATED('date')}"),
            _COUNT,
        ),
    ),
    _resource(
        "Patient",
        "read",
        operation=[
            {
                "name": "summary",
                "definition": SUMMARY_OPERATION,
                "documentation": "GET Patient/{id}/$summary: a document Bundle; start and end bound its dates.",
            }
        ],
    ),
]
