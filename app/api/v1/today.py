"""What a phone shows first (api, "Diary")."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.api.deps import Patient, TheParts
from app.api.problems import problems
from app.api.render import json_of
from app.api.v1.records import record_of, record_schema
from app.api.wire import Day
from app.domain.records.kinds import CONFLICT, DAY
from app.services.today import look_at_day
from app.services.trends import checked_as_of

router = APIRouter(tags=["today"], responses=problems(401, 403, 422))

_NULL = {"type": "null"}
_MAYBE_TEXT = {"type": ["string", "null"]}
_NEED = {
    "type": "object",
    "required": ["code", "measure", "have", "want", "by"],
    "properties": {
        "code": {"type": "string"},
        "measure": _MAYBE_TEXT,
        "have": {"type": "integer"},
        "want": {"type": "integer"},
        "by": {"type": ["string", "null"], "format": "date"},
    },
}
_EXPECTED = {
    "type": "object",
    "required": ["regimen_step", "mg", "doses_per_day", "timing", "formulation"],
    "properties": {
        "regimen_step": {"type": "string"},
        "mg": {"type": "number"},
        "doses_per_day": {"type": "integer"},
        "timing": _MAYBE_TEXT,
        "formulation": _MAYBE_TEXT,
    },
}
_SHOWN = {
    "type": "object",
    "required": ["date", "day", "expected_dose", "yesterday", "open_conflicts", "needs"],
    "properties": {
        "date": {"type": "string", "format": "date"},
        "day": {"anyOf": [record_schema(DAY), _NULL]},
        "expected_dose": {"anyOf": [_EXPECTED, _NULL]},
        "yesterday": {"anyOf": [record_schema(DAY), _NULL]},
        "open_conflicts": {"type": "array", "items": record_schema(CONFLICT)},
        "needs": {"type": "array", "items": _NEED},
    },
}


@router.get("/today", responses={200: {"description": "OK", "content": {"application/json": {"schema": _SHOWN}}}})
async def read_today(
    parts: TheParts,
    access: Patient,
    day: Annotated[Day | None, Query(alias="date", description="Today in the account's zone by default.")] = None,
) -> Response:
    """The day, the dose that the regimen expects, yesterday for reference, open conflicts, and what is missing."""
    today = await look_at_day(parts, access, checked_as_of(parts, access, day, pointer="date"))
    return Response(
        json_of(
            {
                "date": today.date,
                "day": today.day and record_of(today.day),
                "expected_dose": today.expected_dose,
                "yesterday": today.yesterday and record_of(today.yesterday),
                "open_conflicts": [record_of(conflict) for conflict in today.open_conflicts],
                "needs": today.needs,
            }
        ),
        media_type="application/json",
    )
