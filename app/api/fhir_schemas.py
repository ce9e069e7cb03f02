"""How the FHIR routes' answers stand in the OpenAPI document: by their types, since FHIR itself says the rest."""

from typing import Any, Final

from app.api.outcomes import MEDIA_TYPE

DENIED: Final = ("scope-not-granted", "grant-revoked", "grant-expired", "grant-paused")
"""The codes with which a grant refuses."""
ONES: Final = (
    *("Observation", "MedicationAdministration", "MedicationStatement", "Condition", "Consent", "Device"),
    "AuditEvent",
)
"""The types of which each resource can be read by its id."""


def _schema(kind: str, **more: object) -> dict[str, Any]:
    properties = {"resourceType": {"type": "string", "const": kind}, **more}
    return {
        "type": "object",
        "description": f"{kind} of FHIR R4 (4.0.1).",
        "required": [*properties],
        "properties": properties,
        "additionalProperties": True,
    }


SCHEMAS: Final = {
    "FhirBundle": _schema("Bundle", type={"type": "string", "enum": ["document", "searchset"]}),
    "FhirPatient": _schema("Patient", id={"type": "string"}),
    "FhirCodeSystem": _schema("CodeSystem", url={"type": "string"}),
    **{f"Fhir{kind}": _schema(kind, id={"type": "string"}) for kind in ONES},
    "FhirCapabilityStatement": _schema("CapabilityStatement", fhirVersion={"type": "string"}),
}


def shown(name: str, **more: object) -> dict[str, Any]:
    """A response that is a resource of this schema."""
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {"description": "OK", "content": {MEDIA_TYPE: {"schema": schema}}, **more}
