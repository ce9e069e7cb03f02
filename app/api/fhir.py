"""Diaries as FHIR R4, to be read by other programs (sharing, section 4)."""

from itertools import compress
from typing import Annotated, Any, Final

import orjson
from fastapi import Path, Query, Request, Response

from app import __version__
from app.api.conditional import conditional
from app.api.deps import Caller, TheParts
from app.api.fhir_answers import ME, Asks, answer, answer_patient
from app.api.fhir_pages import (
    MOST,
    Count,
    Dates,
    PageAt,
    Sort,
    Tokens,
    Whose,
    base_of,
    bundle_of,
    cursor_of,
    descends,
    each,
    no_page,
    order,
    place_of,
)
from app.api.fhir_schemas import DENIED, shown
from app.api.outcomes import MEDIA_TYPE, PREFIX
from app.api.problems import problems
from app.api.v1.router import Router
from app.api.v1.shapes import IF_NONE_MATCH, TAGGED
from app.api.wire import Day
from app.domain.access import OwnDiary
from app.domain.catalogue import CATALOGUE_VERSION
from app.domain.fhir.capability import capability_statement
from app.domain.fhir.code_system import ID, code_system
from app.domain.fhir.datatypes import Resource
from app.domain.fhir.observation_search import sought
from app.domain.fhir.search import Found, Search, Span, span_of
from app.domain.sharing.scopes import Scope
from app.services import fhir, shared_fhir
from app.services.clinic import Held

_CACHE_CONTROL: Final = "public, max-age=3600"
_UNCHANGED: Final[dict[int | str, dict[str, Any]]] = {304: {"description": "Unchanged", **TAGGED}}
_BUNDLE: Final[dict[int | str, dict[str, Any]]] = {200: shown("FhirBundle"), **problems(404, *DENIED)}

Pid = Annotated[str, Path(max_length=64, description="`me`, or the Patient's id.")]

router = Router(prefix=PREFIX, tags=["fhir"], default_response_class=Response)
_private = Router(prefix=PREFIX, tags=["fhir"], default_response_class=Response, responses=problems(401, 503))


@router.get(
    "/metadata",
    responses={200: shown("FhirCapabilityStatement", **TAGGED), **_UNCHANGED},
    openapi_extra={"parameters": [IF_NONE_MATCH]},
)
async def read_capabilities(request: Request) -> Response:
    """What these routes offer, as a CapabilityStatement."""
    tag = f'"{__version__}.{CATALOGUE_VERSION}"'
    return _public(request, tag, capability_statement(base_of(request), __version__))


@router.get(
    f"/CodeSystem/{ID}",
    responses={200: shown("FhirCodeSystem", **TAGGED), **_UNCHANGED},
    openapi_extra={"parameters": [IF_NONE_MATCH]},
)
async def read_code_system(request: Request) -> Response:
    """The diary's own codes, each with its direction."""
    return _public(request, f'"{CATALOGUE_VERSION}"', code_system())


@_private.get("/Patient/{pid}", responses={200: shown("FhirPatient"), **problems(404, *DENIED)})
async def read_fhir_patient(request: Request, parts: TheParts, caller: Caller, pid: Pid) -> Response:
    """The Patient: a pseudonym, and what the account or the grant tells."""
    asks = Asks(
        own=lambda access: fhir.own_patient(parts, access),
        shared=lambda its: shared_fhir.shared_patient(parts, its),
    )
    return await answer(request, parts, caller, pid, asks)


@_private.get("/Patient/{pid}/$summary", responses=_BUNDLE)
async def read_fhir_summary(  # noqa: PLR0913 - a summary is named by its patient and dates
    request: Request,
    parts: TheParts,
    caller: Caller,
    pid: Pid,
    start: Annotated[Day | None, Query(description="The first diary date; the first there is by default.")] = None,
    end: Annotated[Day | None, Query(description="The last diary date.")] = None,
) -> Response:
    """The diary as one document to hand over: problems, medication, entries, trends."""
    span = Span(first=start or Span().first, last=end or Span().last)
    asks = Asks(
        own=lambda access: fhir.own_summary(parts, access, span),
        shared=lambda its: shared_fhir.shared_summary(parts, its, span),
        span=span,
    )
    return await answer(request, parts, caller, pid, asks)


@_private.get("/Observation", responses=_BUNDLE)
async def search_fhir_observations(  # noqa: PLR0913 - a search has many parameters
    request: Request,
    parts: TheParts,
    caller: Caller,
    whose: Whose = ME,
    code: Tokens = None,
    category: Tokens = None,
    dates: Annotated[Dates, Query(alias="date")] = None,
    count: Count = 100,
    sort: Sort = None,
    at: PageAt = None,
) -> Response:
    """Scores, readings and notes by their diary dates; by category or code also what is computed."""
    meant = sought(code or (), category or ())
    search = Search(
        span=span_of(dates or (), pointer="date"),
        matches=meant.matches,
        descending=descends(sort, "date"),
        count=min(count, MOST),
        after=place_of(at),
    )
    asked = [("patient", whose), *each("code", code), *each("category", category), *each("date", dates)]

    def paged(found: Found) -> Resource:
        following = cursor_of(found.following)
        return bundle_of(
            request, "Observation", found.resources, [*asked, *order(sort, count)], at=at, following=following
        )

    async def own(access: OwnDiary) -> Resource:
        return paged(await fhir.search_observations(parts, access, search, meant))

    async def shared(its: Held) -> Resource:
        return paged(await shared_fhir.search_shared_observations(parts, its, search, meant))

    needs = compress((Scope.OBSERVATIONS, Scope.SUMMARY), (meant.entries or meant.occasional, meant.computed))
    asks = Asks(own=own, shared=shared, needs=frozenset(needs), span=search.span)
    return await answer(request, parts, caller, whose, asks)


@_private.get("/MedicationAdministration", responses=_BUNDLE)
async def search_fhir_administrations(  # noqa: PLR0913 - a search has many parameters
    request: Request,
    parts: TheParts,
    caller: Caller,
    whose: Whose = ME,
    dates: Annotated[Dates, Query(alias="effective-time")] = None,
    count: Count = 100,
    sort: Sort = None,
    at: PageAt = None,
) -> Response:
    """Logged doses by their nights."""
    search = Search(
        span=span_of(dates or (), pointer="effective-time"),
        matches=lambda _: True,
        descending=descends(sort, "effective-time"),
        count=min(count, MOST),
        after=place_of(at),
    )
    asked = [("patient", whose), *each("effective-time", dates), *order(sort, count)]

    def paged(found: Found) -> Resource:
        following = cursor_of(found.following)
        return bundle_of(request, "MedicationAdministration", found.resources, asked, at=at, following=following)

    async def own(access: OwnDiary) -> Resource:
        return paged(await fhir.search_administrations(parts, access, search))

    async def shared(its: Held) -> Resource:
        return paged(await shared_fhir.search_shared_administrations(parts, its, search))

    asks = Asks(own=own, shared=shared, needs=frozenset({Scope.DOSES}), span=search.span)
    return await answer(request, parts, caller, whose, asks)


@_private.get("/MedicationStatement", responses=_BUNDLE)
async def search_fhir_statements(request: Request, parts: TheParts, caller: Caller, whose: Whose = ME) -> Response:
    """Each step of the plan, and the other medicines; all on one page."""

    async def own(access: OwnDiary) -> Resource:
        found = await fhir.own_medication_statements(parts, access)
        return bundle_of(request, "MedicationStatement", found, [("patient", whose)])

    async def shared(its: Held) -> Resource:
        found = await shared_fhir.shared_statements(parts, its)
        return bundle_of(request, "MedicationStatement", found, [("patient", whose)])

    return await answer(request, parts, caller, whose, Asks(own=own, shared=shared))


@_private.get("/Condition", responses=_BUNDLE)
async def search_fhir_conditions(request: Request, parts: TheParts, caller: Caller, whose: Whose = ME) -> Response:
    """The conditions that are tracked; all on one page."""

    async def own(access: OwnDiary) -> Resource:
        return bundle_of(request, "Condition", await fhir.own_conditions(parts, access), [("patient", whose)])

    async def shared(its: Held) -> Resource:
        return bundle_of(request, "Condition", await shared_fhir.shared_conditions(parts, its), [("patient", whose)])

    return await answer(request, parts, caller, whose, Asks(own=own, shared=shared))


@_private.get("/Consent", responses=_BUNDLE)
async def search_fhir_consents(request: Request, parts: TheParts, caller: Caller, whose: Whose = ME) -> Response:
    """What the patient allowed whom; a clinician sees the own grant."""

    async def own(access: OwnDiary) -> Resource:
        return bundle_of(request, "Consent", await fhir.own_consents(parts, access), [("patient", whose)])

    async def shared(its: Held) -> Resource:
        return bundle_of(request, "Consent", await shared_fhir.shared_consents(parts, its), [("patient", whose)])

    return await answer(request, parts, caller, whose, Asks(own=own, shared=shared))


@_private.get("/AuditEvent", responses={200: shown("FhirBundle"), **problems(404, "wrong-role", *DENIED)})
async def search_fhir_audit_events(  # noqa: PLR0913 - a search has many parameters
    request: Request,
    parts: TheParts,
    caller: Caller,
    whose: Whose = ME,
    dates: Annotated[Dates, Query(alias="date")] = None,
    count: Count = 100,
    at: Annotated[str | None, Query(alias="_page", max_length=18, description="As in the `next` link.")] = None,
) -> Response:
    """Who else read the diary or was refused, the oldest first, by dates in UTC."""

    async def own(access: OwnDiary) -> Resource:
        if at is not None and not (at.isascii() and at.isdigit()):
            raise no_page()
        span = span_of(dates or (), pointer="date")
        found = await fhir.own_audit_events(parts, access, span, after=int(at or 0), limit=min(count, MOST))
        asked = [("patient", whose), *each("date", dates), *order(None, count)]
        following = None if found.next_after is None else str(found.next_after)
        return bundle_of(request, "AuditEvent", found.resources, asked, at=at, following=following)

    return await answer_patient(request, parts, caller, whose, own)


ROUTES: Final = (*router.routes, *_private.routes)


def _public(request: Request, tag: str, resource: Resource) -> Response:
    return conditional(
        request, tag, lambda: orjson.dumps(resource), media_type=MEDIA_TYPE, cache_control=_CACHE_CONTROL
    )
