"""The catalogue: what can be tracked, and what is known about it; public and cacheable (api, "Catalogue")."""

from typing import Annotated, Any, Final

from fastapi import Path, Request, Response
from pydantic import BaseModel, ConfigDict

from app.api.conditional import conditional
from app.api.problems import problems
from app.api.render import json_of
from app.api.v1.router import PREFIX, Router
from app.api.v1.shapes import IF_NONE_MATCH, TAGGED
from app.domain.catalogue import (
    CATALOGUE_VERSION,
    CONDITIONS,
    MEASURES,
    SIDE_EFFECT_YARDSTICKS,
    SNOMED_CT_ATTRIBUTION,
    Condition,
    EvidenceCard,
    Measure,
    evidence,
)
from app.domain.errors import NotFound

_CACHE_CONTROL: Final = "public, max-age=3600"
_UNCHANGED: Final[dict[int | str, dict[str, Any]]] = {200: TAGGED, 304: {"description": "Unchanged", **TAGGED}}
_MAY_BE_HELD: Final = {"parameters": [IF_NONE_MATCH]}

router = Router(prefix=f"{PREFIX}/catalogue", tags=["catalogue"], responses=_UNCHANGED)


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class ConditionsOut(_Shape):
    """The conditions, and whose codes they carry."""

    version: str
    attribution: str
    items: list[Condition]
    next_cursor: None


class MeasuresOut(_Shape):
    """The measures."""

    version: str
    items: list[Measure]
    next_cursor: None


class EvidenceOut(_Shape):
    """What studies found on a condition, and how common side effects were with and without the drug."""

    version: str
    condition: str
    cards: list[EvidenceCard]
    side_effects: list[EvidenceCard]


@router.get("/conditions", response_model=ConditionsOut, openapi_extra=_MAY_BE_HELD)
async def list_catalogue_conditions(request: Request) -> Response:
    """The conditions, each with its codes, its target measures and its primary one."""
    listed = {"items": list(CONDITIONS.values()), "next_cursor": None}
    return _answer(request, {"version": CATALOGUE_VERSION, "attribution": SNOMED_CT_ATTRIBUTION, **listed})


@router.get("/measures", response_model=MeasuresOut, openapi_extra=_MAY_BE_HELD)
async def list_catalogue_measures(request: Request) -> Response:
    """The measures, each with what 0 and 10 mean and which way is better."""
    return _answer(request, {"version": CATALOGUE_VERSION, "items": list(MEASURES.values()), "next_cursor": None})


@router.get(
    "/evidence/{condition}", response_model=EvidenceOut, responses=problems(404, 422), openapi_extra=_MAY_BE_HELD
)
async def read_evidence(
    request: Request, condition: Annotated[str, Path(max_length=64, description="A condition code.")]
) -> Response:
    """The evidence cards of a condition; where there is no trial, the card says so."""
    if condition not in CONDITIONS:
        raise NotFound
    return _answer(
        request,
        {
            "version": CATALOGUE_VERSION,
            "condition": condition,
            "cards": evidence(condition),
            "side_effects": SIDE_EFFECT_YARDSTICKS,
        },
    )


def _answer(request: Request, content: dict[str, object]) -> Response:
    return conditional(request, f'"{CATALOGUE_VERSION}"', lambda: json_of(content), cache_control=_CACHE_CONTROL)
