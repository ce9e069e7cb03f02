"""What a phone shows first (api, "Diary")."""

from typing import Annotated

from fastapi import Query, Response

from app.api.deps import Patient, TheParts
from app.api.problems import problems
from app.api.render import json_of
from app.api.v1.records import record_of, reference, schema_name
from app.api.v1.router import PREFIX, Router
from app.api.wire import Day
from app.domain.records.kinds import CONFLICT, DAY
from app.domain.records.timing_order import BEDTIME, MORNING
from app.services.today import look_at_day
from app.services.trends import checked_as_of

router = Router(prefix=PREFIX, tags=["today"], responses=problems(401, "wrong-role", 422))

_NULL = {"type": "null"}
_MAYBE_TEXT = {"type": ["string", "null"]}
_DAY_OR_NULL = {"anyOf": [reference(schema_name(DAY, "Record")), _NULL]}
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
_TODAY = {
    "type": "object",
    "required": ["date", "day", "expected_dose", "yesterday", "open_conflicts", "needs", "timing_plan"],
    "properties": {
        "date": {"type": "string", "format": "date"},
        "day": _DAY_OR_NULL,
        "expected_dose": {"anyOf": [reference("ExpectedDose"), _NULL]},
        "yesterday": _DAY_OR_NULL,
        "open_conflicts": {"type": "array", "items": reference(schema_name(CONFLICT, "Record"))},
        "needs": {"type": "array", "items": reference("Need")},
        "timing_plan": {"anyOf": [reference("TimingWeek"), _NULL]},
    },
}
_TIMING_WEEK = {
    "type": "object",
    "description": "The week of a planned alternation of dose times that the day belongs to.",
    "required": ["id", "week", "weeks", "timing"],
    "properties": {
        "id": {"type": "string"},
        "week": {"type": "integer", "minimum": 1},
        "weeks": {"type": "integer"},
        "timing": {"type": "string", "enum": [BEDTIME, MORNING]},
    },
}
SCHEMAS = {"Today": _TODAY, "ExpectedDose": _EXPECTED, "TimingWeek": _TIMING_WEEK}


@router.get(
    "/today", responses={200: {"description": "OK", "content": {"application/json": {"schema": reference("Today")}}}}
)
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
                "timing_plan": today.timing_plan,
            }
        ),
        media_type="application/json",
    )
