"""Errors of the FHIR routes: OperationOutcomes, the one exception from problem documents (sharing, section 4).

The code is the problem's, its detail the diagnostics. What is refused before any route is known (a request that is
turned away or comes too slowly) stays a problem document.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.api.render import json_of
from app.domain.errors import FieldError
from app.domain.fhir.operation_outcome import PROBLEM, operation_outcome

PREFIX: Final = "/v1/fhir"
MEDIA_TYPE: Final = "application/fhir+json"
METHODS: Final = ("GET", "HEAD")
"""All that FHIR paths know: nothing is written there."""
SCHEMA_NAME: Final = "OperationOutcome"
SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "description": "FHIR R4. The stable code of the problem stands in `details.coding`.",
    "required": ["resourceType", "issue"],
    "properties": {
        "resourceType": {"type": "string", "const": SCHEMA_NAME},
        "issue": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["severity", "code", "details", "diagnostics"],
                "properties": {
                    "severity": {"type": "string", "const": "error"},
                    "code": {"type": "string", "examples": ["not-found"]},
                    "details": {
                        "type": "object",
                        "required": ["coding", "text"],
                        "properties": {
                            "coding": {
                                "type": "array",
                                "items": {
                                    "type": "object",
                                    "required": ["system", "code"],
                                    "properties": {
                                        "system": {"type": "string", "const": PROBLEM},
                                        "code": {"type": "string"},
                                    },
                                },
                            },
                            "text": {"type": "string"},
                        },
                    },
                    "diagnostics": {"type": "string"},
                    "expression": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
    },
}


def speaks(path: str) -> bool:
    """Whether a path is FHIR's."""
    return path.startswith(f"{PREFIX}/") or path == PREFIX


def outcome_json(code: str, status: int, title: str, detail: str, errors: Sequence[FieldError] = ()) -> bytes:
    """The resource itself."""
    return json_of(operation_outcome(code=code, status=status, title=title, detail=detail, errors=errors))


def shown_as_outcome(response: Mapping[str, Any], codes: Sequence[str]) -> dict[str, Any]:
    """A response of the OpenAPI document that shows problems, as what a FHIR route answers instead."""
    content = {
        "schema": {"$ref": f"#/components/schemas/{SCHEMA_NAME}"},
        "examples": {code: {"$ref": f"#/components/examples/{example_name(code)}"} for code in codes},
    }
    return {**response, "content": {MEDIA_TYPE: content}}


def example_name(code: str) -> str:
    """What the example of an outcome is called in the OpenAPI document."""
    return f"fhir.{code}"
