"""The own diary as FHIR R4, to be read by other programs (sharing, section 4)."""

import base64
import binascii
from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import orjson
from fastapi import Path, Query, Request, Response

from app import __version__
from app.api.conditional import conditional
from app.api.deps import Patient, TheParts
from app.api.outcomes import MEDIA_TYPE, PREFIX
from app.api.problems import problems
from app.api.render import json_of
from app.api.v1.router import Router
from app.api.v1.shapes import IF_NONE_MATCH, TAGGED
from app.api.wire import Day, WholeNumber
from app.domain.access import OwnDiary
from app.domain.catalogue import CATALOGUE_VERSION
from app.domain.errors import FieldError, Invalid, NotFound
from app.domain.fhir.bundle import searchset
from app.domain.fhir.capability import capability_statement
from app.domain.fhir.code_system import ID, code_system
from app.domain.fhir.datatypes import Resource
from app.domain.fhir.search import Found, Place, Search, Span, has_token, span_of
from app.services import fhir
from app.services.parts import Parts

ME: Final = "me"
_MOST: Final = 1000
_CACHE_CONTROL: Final = "public, max-age=3600"
_UNCHANGED: Final[dict[int | str, dict[str, Any]]] = {304: {"description": "Unchanged", **TAGGED}}


def _resource_schema(kind: str, **more: object) -> dict[str, Any]:
    properties = {"resourceType": {"type": "string", "const": kind}, **more}
    return {
        "type": "object",
        "description": f"{kind} of FHIR R4 (4.0.1).",
        "required": [*properties],
        "properties": properties,
        "additionalProperties": True,
    }


SCHEMAS: Final = {
    "FhirBundle": _resource_schema("Bundle", type={"type": "string", "enum": ["document", "searchset"]}),
    "FhirPatient": _resource_schema("Patient", id={"type": "string"}),
    "FhirCodeSystem": _resource_schema("CodeSystem", url={"type": "string"}),
    "FhirCapabilityStatement": _resource_schema("CapabilityStatement", fhirVersion={"type": "string"}),
}


def _shown(name: str, **more: object) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {"description": "OK", "content": {MEDIA_TYPE: {"schema": schema}}, **more}


_BUNDLE: Final[dict[int | str, dict[str, Any]]] = {200: _shown("FhirBundle"), **problems(404)}

Pid = Annotated[str, Path(max_length=64, description="`me`, or the Patient's id.")]
Whose = Annotated[str, Query(alias="patient", max_length=72, description="`me`, or the Patient's id.")]
Tokens = Annotated[list[str] | None, Query(max_length=10, description="`code` or `system|code`; several by commas.")]
Dates = Annotated[list[str] | None, Query(max_length=10, description="Dates such as `ge2026-03-01`; all must hold.")]
Count = Annotated[WholeNumber, Query(alias="_count", ge=1, description="Resources on a page; 1,000 at most are given.")]
Sort = Annotated[str | None, Query(alias="_sort", max_length=20, description="Ascending by default.")]
PageAt = Annotated[str | None, Query(alias="_page", max_length=60, description="As in the `next` link.")]

router = Router(prefix=PREFIX, tags=["fhir"], default_response_class=Response)
_private = Router(
    prefix=PREFIX, tags=["fhir"], default_response_class=Response, responses=problems(401, "wrong-role", 503)
)


@router.get(
    "/metadata",
    responses={200: _shown("FhirCapabilityStatement", **TAGGED), **_UNCHANGED},
    openapi_extra={"parameters": [IF_NONE_MATCH]},
)
async def read_capabilities(request: Request) -> Response:
    """What these routes offer, as a CapabilityStatement."""
    tag = f'"{__version__}.{CATALOGUE_VERSION}"'
    return _public(request, tag, capability_statement(_base(request), __version__))


@router.get(
    f"/CodeSystem/{ID}",
    responses={200: _shown("FhirCodeSystem", **TAGGED), **_UNCHANGED},
    openapi_extra={"parameters": [IF_NONE_MATCH]},
)
async def read_code_system(request: Request) -> Response:
    """The diary's own codes, each with its direction."""
    return _public(request, f'"{CATALOGUE_VERSION}"', code_system())


@_private.get("/Patient/{pid}", responses={200: _shown("FhirPatient"), **problems(404)})
async def read_fhir_patient(parts: TheParts, access: Patient, pid: Pid) -> Response:
    """The Patient: a pseudonym, and what the account tells."""
    _own(parts, access, pid)
    return _answer(await fhir.own_patient(parts, access))


@_private.get("/Patient/{pid}/$summary", responses=_BUNDLE)
async def read_fhir_summary(
    parts: TheParts,
    access: Patient,
    pid: Pid,
    start: Annotated[Day | None, Query(description="The first diary date; the first there is by default.")] = None,
    end: Annotated[Day | None, Query(description="The last diary date.")] = None,
) -> Response:
    """The diary as one document to hand over: problems, medication, entries, trends."""
    _own(parts, access, pid)
    span = Span() if start is None else Span(first=start)
    span = span if end is None else Span(first=span.first, last=end)
    return _answer(await fhir.own_summary(parts, access, span))


@_private.get("/Observation", responses=_BUNDLE)
async def search_fhir_observations(  # noqa: PLR0913 - a search has many parameters
    request: Request,
    parts: TheParts,
    access: Patient,
    whose: Whose = ME,
    code: Tokens = None,
    category: Tokens = None,
    dates: Annotated[Dates, Query(alias="date")] = None,
    count: Count = 100,
    sort: Sort = None,
    at: PageAt = None,
) -> Response:
    """Scores, readings and notes by their diary dates."""
    _own(parts, access, whose)
    has_code = has_token(code or (), lambda resource: [resource["code"]])
    has_category = has_token(category or (), lambda resource: resource["category"])
    search = Search(
        span=span_of(dates or (), pointer="date"),
        matches=lambda resource: has_code(resource) and has_category(resource),
        descending=_descends(sort, "date"),
        count=min(count, _MOST),
        after=_place(at),
    )
    asked = [("patient", whose), *_each("code", code), *_each("category", category), *_each("date", dates)]
    found = await fhir.search_observations(parts, access, search)
    return _page(request, "Observation", [*asked, *_order(sort, count)], at, found)


@_private.get("/MedicationAdministration", responses=_BUNDLE)
async def search_fhir_administrations(  # noqa: PLR0913 - a search has many parameters
    request: Request,
    parts: TheParts,
    access: Patient,
    whose: Whose = ME,
    dates: Annotated[Dates, Query(alias="effective-time")] = None,
    count: Count = 100,
    sort: Sort = None,
    at: PageAt = None,
) -> Response:
    """Logged doses by their nights."""
    _own(parts, access, whose)
    search = Search(
        span=span_of(dates or (), pointer="effective-time"),
        matches=lambda _: True,
        descending=_descends(sort, "effective-time"),
        count=min(count, _MOST),
        after=_place(at),
    )
    asked = [("patient", whose), *_each("effective-time", dates), *_order(sort, count)]
    return _page(
        request, "MedicationAdministration", asked, at, await fhir.search_administrations(parts, access, search)
    )


@_private.get("/MedicationStatement", responses=_BUNDLE)
async def search_fhir_statements(request: Request, parts: TheParts, access: Patient, whose: Whose = ME) -> Response:
    """Each step of the plan, and the other medicines; all on one page."""
    _own(parts, access, whose)
    found = Found(resources=await fhir.own_medication_statements(parts, access), following=None)
    return _page(request, "MedicationStatement", [("patient", whose)], None, found)


@_private.get("/Condition", responses=_BUNDLE)
async def search_fhir_conditions(request: Request, parts: TheParts, access: Patient, whose: Whose = ME) -> Response:
    """The conditions that are tracked; all on one page."""
    _own(parts, access, whose)
    found = Found(resources=await fhir.own_conditions(parts, access), following=None)
    return _page(request, "Condition", [("patient", whose)], None, found)


ROUTES: Final = (*router.routes, *_private.routes)


def _own(parts: Parts, access: OwnDiary, pid: str) -> None:
    """Refuses with NotFound any Patient but the caller's own."""
    if pid.removeprefix("Patient/") not in {ME, fhir.own_names(parts, access).patient}:
        raise NotFound


def _descends(sort: str | None, parameter: str) -> bool:
    if sort not in {None, parameter, f"-{parameter}"}:
        message = f"This must be {parameter} or -{parameter}."
        raise Invalid([FieldError(pointer="_sort", code="out-of-range", message=message)])
    return sort == f"-{parameter}"


def _place(cursor: str | None) -> Place | None:
    if cursor is None:
        return None
    try:
        day, _, given = base64.b64decode(cursor, b"-_", validate=True).decode("ascii").partition(".")
        place = Place(day=date.fromisoformat(day), given=int(given))
    except (binascii.Error, ValueError):
        place = None
    if place is None or place.given < 1 or _cursor(place) != cursor:
        raise Invalid([FieldError(pointer="_page", code="out-of-range", message="This is no page of this search.")])
    return place


def _cursor(place: Place) -> str:
    """An opaque cursor; it names a place and grants nothing."""
    return base64.urlsafe_b64encode(f"{place.day}.{place.given}".encode()).decode()


def _each(name: str, values: list[str] | None) -> list[tuple[str, str]]:
    return [(name, value) for value in values or ()]


def _order(sort: str | None, count: int) -> list[tuple[str, str]]:
    return [*([("_sort", sort)] if sort else []), ("_count", str(min(count, _MOST)))]


def _page(request: Request, kind: str, asked: list[tuple[str, str]], at: str | None, found: Found) -> Response:
    def link(cursor: str | None) -> str:
        return f"{_base(request)}/{kind}?{urlencode(asked + ([('_page', cursor)] if cursor else []))}"

    following = link(_cursor(found.following)) if found.following else None
    return _answer(searchset(found.resources, _base(request), here=link(at), following=following))


def _base(request: Request) -> str:
    """The address of these routes: the operator's, or where none was told that by which the request came."""
    address: str | None = request.app.state.public_url
    return f"{(address or str(request.base_url)).rstrip('/')}{PREFIX}"


def _answer(resource: Resource) -> Response:
    return Response(json_of(resource), media_type=MEDIA_TYPE)


def _public(request: Request, tag: str, resource: Resource) -> Response:
    return conditional(
        request, tag, lambda: orjson.dumps(resource), media_type=MEDIA_TYPE, cache_control=_CACHE_CONTROL
    )
