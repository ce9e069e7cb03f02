"""The OperationOutcome: a refusal as FHIR clients know it, with the code and words of our problems."""

from collections.abc import Sequence
from typing import Final

from app.domain.errors import FieldError
from app.domain.fhir.datatypes import Part, Resource, coding, concept, present

PROBLEM: Final = "urn:onset:problem"
"""The system of our stable codes."""
_ISSUE_TYPES: Final = {
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    408: "timeout",
    409: "conflict",
    429: "throttled",
    500: "exception",
    503: "transient",
    507: "no-store",
}


def operation_outcome(
    *, code: str, status: int, title: str, detail: str, errors: Sequence[FieldError] = ()
) -> Resource:
    """One issue; or one for each field error, whose expression is the name of the parameter."""
    kind = _ISSUE_TYPES.get(status, "invalid")
    details = concept(coding(PROBLEM, code), text=title)
    issues: list[Part] = [{"severity": "error", "code": kind, "details": details, "diagnostics": detail}]
    if errors:
        issues = [_issue(kind, details, error) for error in errors]
    return {"resourceType": "OperationOutcome", "issue": issues}


def _issue(kind: str, details: Part, error: FieldError) -> Part:
    return present(
        severity="error",
        code=kind,
        details=details,
        diagnostics=f"{error.pointer} ({error.code}): {error.message}",
        expression=[f"http.{error.pointer}"],
    )
