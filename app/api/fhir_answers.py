"""Answers of the FHIR routes: to a patient of the own diary, to a clinician of what a grant shows, and never otherwise.

A patient names the own diary `me`; a clinician names a patient by the pseudonym of the grant.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request, Response

from app.api.outcomes import MEDIA_TYPE
from app.api.render import json_of
from app.domain.access import OwnDiary, SignedIn
from app.domain.errors import NotFound
from app.domain.fhir.datatypes import Resource
from app.domain.fhir.names import pid_in
from app.domain.fhir.search import Span, only
from app.domain.sessions import WrongRole
from app.domain.sharing.access_log import Asked
from app.domain.sharing.scopes import Scope
from app.services import clinic, fhir
from app.services.clinic import Held
from app.services.parts import Parts
from app.services.serving import Built

ME: Final = "me"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asks:
    """What a route asks for: of the own diary, and of one that was granted."""

    own: Callable[[OwnDiary], Awaitable[Resource]]
    shared: Callable[[Held], Awaitable[Resource]]
    needs: frozenset[Scope] = frozenset()
    """The scopes that a grant must have beside `export`, which all of FHIR needs."""
    span: Span | None = None
    """The dates that are asked for."""


async def answer(request: Request, parts: Parts, caller: SignedIn, pid: str, asks: Asks) -> Response:
    """The resource; refuses with NotFound where the caller knows nobody by this name, else as a grant's answers do."""
    pid = pid.removeprefix("Patient/")
    if isinstance(caller, OwnDiary):
        if pid not in {ME, fhir.own_names(parts.secret_key, caller).patient}:
            raise NotFound
        return _fhir_response(await asks.own(caller))
    return await _shared(request, parts, await clinic.held(parts, caller, pid), asks)


async def answer_one(request: Request, parts: Parts, caller: SignedIn, name: str, asks: Asks) -> Response:
    """The resource of this id, which tells a clinician's grant; refuses as `answer`."""
    pid = ME if isinstance(caller, OwnDiary) else pid_in(name)
    return await answer(request, parts, caller, pid, asks)


async def answer_patient(
    request: Request, parts: Parts, caller: SignedIn, pid: str, own: Callable[[OwnDiary], Awaitable[Resource]]
) -> Response:
    """What patients alone see; a clinician is refused with WrongRole or as by a grant, in the log of whom they name."""

    async def refused(_its: Held) -> Resource:
        raise WrongRole

    try:
        return await answer(request, parts, caller, pid, Asks(own=own, shared=refused))
    except NotFound:
        if isinstance(caller, OwnDiary):
            raise
        raise WrongRole from None


def among(
    name: str,
    parts: Parts,
    own: Callable[[Parts, OwnDiary], Awaitable[list[Resource]]],
    shared: Callable[[Parts, Held], Awaitable[list[Resource]]],
) -> Asks:
    """Asks for the resource of this id among few."""

    async def own_one(access: OwnDiary) -> Resource:
        return only(name, await own(parts, access))

    async def shared_one(its: Held) -> Resource:
        return only(name, await shared(parts, its))

    return Asks(own=own_one, shared=shared_one)


async def _shared(request: Request, parts: Parts, its: Held, asks: Asks) -> Response:
    """Built whole, then checked and logged, then sent."""
    span = asks.span or Span()
    asked = Asked(
        route=request.scope["route"].path_format,
        conditions=its.grant.terms.conditions,
        first=None if span.first == Span().first else span.first,
        last=None if span.last == Span().last else span.last,
    )

    async def build() -> Built:
        resource = await asks.shared(its)
        return Built(body=json_of(resource), counts=_counts(resource))

    needs = asks.needs | {Scope.EXPORT}
    built, _ = await clinic.read(parts, its, asked, needs, build, is_known=lambda _: False)
    return Response(built.body, media_type=MEDIA_TYPE)


def _fhir_response(resource: Resource) -> Response:
    """A resource as an HTTP answer."""
    return Response(json_of(resource), media_type=MEDIA_TYPE)


def _counts(resource: dict[str, Any]) -> dict[str, int]:
    """How many resources of which type are in it, for the log."""
    inside = [entry["resource"] for entry in resource.get("entry", ())]
    bundle = resource["resourceType"] == "Bundle"
    return Counter(one["resourceType"] for one in (inside if bundle else [resource]))
