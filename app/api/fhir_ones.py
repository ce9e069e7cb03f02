"""Each FHIR resource by its id, so that an address or a reference in what was found leads somewhere.

A grant's ids begin with its pseudonym of the patient: that is all that names the patient here.
"""

from typing import Annotated, Any, Final

from fastapi import Path, Request, Response

from app.api.deps import Caller, TheParts
from app.api.fhir_answers import ME, Asks, among, answer_one, answer_patient
from app.api.fhir_schemas import DENIED, shown
from app.api.outcomes import PREFIX
from app.api.problems import problems
from app.api.v1.router import Router
from app.domain.access import OwnDiary
from app.domain.fhir.datatypes import Resource
from app.domain.fhir.names import pid_in
from app.domain.sharing.scopes import Scope
from app.services import fhir, shared_fhir

Name = Annotated[str, Path(alias="id", max_length=64, description="The resource's id.")]

router = Router(prefix=PREFIX, tags=["fhir"], default_response_class=Response, responses=problems(401, 503))


def _one(kind: str, *denied: str) -> dict[int | str, dict[str, Any]]:
    return {200: shown(f"Fhir{kind}"), **problems(404, *denied)}


@router.get("/Observation/{id}", responses=_one("Observation", *DENIED))
async def read_fhir_observation(request: Request, parts: TheParts, caller: Caller, name: Name) -> Response:
    """One score, reading, note or trend, by the id that a search gave it."""
    asks = Asks(
        own=lambda access: fhir.own_observation(parts, access, name),
        shared=lambda its: shared_fhir.shared_observation(parts, its, name),
    )
    return await answer_one(request, parts, caller, name, asks)


@router.get("/MedicationAdministration/{id}", responses=_one("MedicationAdministration", *DENIED))
async def read_fhir_administration(request: Request, parts: TheParts, caller: Caller, name: Name) -> Response:
    """One logged dose."""
    asks = Asks(
        own=lambda access: fhir.own_administration(parts, access, name),
        shared=lambda its: shared_fhir.shared_administration(parts, its, name),
        needs=frozenset({Scope.DOSES}),
    )
    return await answer_one(request, parts, caller, name, asks)


@router.get("/MedicationStatement/{id}", responses=_one("MedicationStatement", *DENIED))
async def read_fhir_statement(request: Request, parts: TheParts, caller: Caller, name: Name) -> Response:
    """One step of the plan, or one other medicine."""
    asks = among(name, parts, fhir.own_medication_statements, shared_fhir.shared_statements)
    return await answer_one(request, parts, caller, name, asks)


@router.get("/Condition/{id}", responses=_one("Condition", *DENIED))
async def read_fhir_condition(request: Request, parts: TheParts, caller: Caller, name: Name) -> Response:
    """One condition."""
    asks = among(name, parts, fhir.own_conditions, shared_fhir.shared_conditions)
    return await answer_one(request, parts, caller, name, asks)


@router.get("/Consent/{id}", responses=_one("Consent", *DENIED))
async def read_fhir_consent(request: Request, parts: TheParts, caller: Caller, name: Name) -> Response:
    """One consent."""
    asks = among(name, parts, fhir.own_consents, shared_fhir.shared_consents)
    return await answer_one(request, parts, caller, name, asks)


@router.get("/Device/{id}", responses=_one("Device", *DENIED))
async def read_fhir_device(request: Request, parts: TheParts, caller: Caller, name: Name) -> Response:
    """The service itself, which trends refer to as what computed them."""
    asks = among(name, parts, fhir.own_devices, shared_fhir.shared_devices)
    return await answer_one(request, parts, caller, name, asks)


@router.get("/AuditEvent/{id}", responses=_one("AuditEvent", "wrong-role", *DENIED))
async def read_fhir_audit_event(request: Request, parts: TheParts, caller: Caller, name: Name) -> Response:
    """One row of the access log."""

    async def own(access: OwnDiary) -> Resource:
        return await fhir.own_audit_event(parts, access, name)

    return await answer_patient(request, parts, caller, ME if isinstance(caller, OwnDiary) else pid_in(name), own)


ROUTES: Final = router.routes
