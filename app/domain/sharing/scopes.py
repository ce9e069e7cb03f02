"""What a consent can show, least first (sharing, section 2)."""

from collections.abc import Iterable
from enum import StrEnum

from app.domain.errors import Refusal


class Scope(StrEnum):
    """One tick of the patient's."""

    SUMMARY = "summary"
    """Trend statistics."""
    DOSES = "doses"
    OBSERVATIONS = "observations"
    """Daily values."""
    NOTES = "notes"
    """Off unless ticked apart."""
    EXPORT = "export"
    """Files: FHIR and PDF."""


class ScopeNotGranted(Refusal):
    """The patient did not tick this."""

    code = "scope-not-granted"


def in_order(scopes: Iterable[Scope]) -> tuple[Scope, ...]:
    """Each once, least first."""
    ticked = frozenset(scopes)
    return tuple(scope for scope in Scope if scope in ticked)
