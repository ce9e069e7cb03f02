"""The wire shapes of what clinicians read."""

from datetime import date, datetime
from typing import Any, Final

from pydantic import BaseModel

from app.domain.sharing.scopes import Scope, in_order
from app.services.clinic import Held


class PatientOut(BaseModel):
    """A patient whose grant is active."""

    pid: str
    display_name: str | None
    """If the patient chose to show one."""
    conditions: list[str]
    """As they are named in the addresses of their trends."""
    scopes: list[Scope]
    data_from: date | None
    data_to: date | None
    expires_at: datetime

    @classmethod
    def of(cls, its: Held) -> "PatientOut":
        """The patient as far as the grant shows one."""
        terms = its.grant.terms
        return cls(
            pid=its.grant.pid,
            display_name=its.display_name,
            conditions=[*map(terms.shown_condition, terms.conditions)],
            scopes=[*in_order(terms.scopes)],
            data_from=terms.data_from,
            data_to=terms.data_to,
            expires_at=its.grant.expires_at,
        )


class PatientsOut(BaseModel):
    """In the order of their grants."""

    items: list[PatientOut]
    next_cursor: str | None
    """null on the last page."""


def _page_schema(fields: dict[str, Any], description: str) -> dict[str, Any]:
    return {
        "type": "object",
        "description": description,
        "required": ["items", "next_cursor"],
        "properties": {
            "items": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["id", "fields"],
                    "properties": {"id": {"type": "string", "description": "This grant's own."}, "fields": fields},
                },
            },
            "next_cursor": {"type": ["string", "null"], "description": "null on the last page."},
        },
    }


_NOTE: Final = {"type": "string", "description": "Only with the scope `notes`."}
_DATE: Final = {"type": "string", "format": "date"}
SCHEMAS: Final = {
    "SharedDays": _page_schema(
        {
            "type": "object",
            "description": "A score for each granted measure that was answered.",
            "required": ["local_date", "skipped"],
            "properties": {
                "local_date": _DATE,
                "skipped": {"type": "array", "items": {"type": "string"}},
                "note": _NOTE,
            },
            "additionalProperties": {"type": "integer", "minimum": 0, "maximum": 10},
        },
        "Days in ascending order of their dates.",
    ),
    "SharedDoses": _page_schema(
        {
            "type": "object",
            "required": ["local_date", "status"],
            "properties": {
                "local_date": _DATE,
                "status": {"type": "string", "enum": ["taken", "partial", "skipped", "held"]},
                "mg": {"type": "number"},
                "taken_at": {"type": "string", "format": "date-time"},
                "timing": {"type": "string"},
                "formulation": {"type": "string"},
                "note": _NOTE,
            },
        },
        "Doses in ascending order of (dose night, id).",
    ),
}
