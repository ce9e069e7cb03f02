"""Pages of FHIR searches: the parameters, cursors and links that they share."""

import base64
import binascii
from collections.abc import Iterable
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request

from app.api.address import address_of
from app.api.outcomes import PREFIX
from app.api.wire import WholeNumber
from app.domain.errors import FieldError, Invalid
from app.domain.fhir.bundle import searchset
from app.domain.fhir.datatypes import Resource
from app.domain.fhir.search import MOST, Place

Whose = Annotated[str, Query(alias="patient", max_length=72, description="`me`, or the Patient's id.")]
Tokens = Annotated[list[str] | None, Query(max_length=10, description="`code` or `system|code`; several by commas.")]
Dates = Annotated[list[str] | None, Query(max_length=10, description="Dates such as `ge2026-03-01`; all must hold.")]
Count = Annotated[WholeNumber, Query(alias="_count", ge=1, description="Resources on a page; 1,000 at most are given.")]
Sort = Annotated[str | None, Query(alias="_sort", max_length=20, description="Ascending by default.")]
PageAt = Annotated[str | None, Query(alias="_page", max_length=60, description="As in the `next` link.")]

Parameters = Iterable[tuple[str, str]]


def base_of(request: Request) -> str:
    """The address of the FHIR routes: the operator's, or where none was told that by which the request came."""
    return f"{address_of(request)}{PREFIX}"


def bundle_of(  # noqa: PLR0913 - a page is named by its search and its neighbours
    request: Request,
    kind: str,
    found: Iterable[Resource],
    asked: Parameters,
    *,
    at: str | None = None,
    following: str | None = None,
) -> Resource:
    """The searchset; asked are the parameters of every page, at and following the cursors of this and the next."""
    base = base_of(request)

    def link(cursor: str | None) -> str:
        return f"{base}/{kind}?{urlencode([*asked, *([('_page', cursor)] if cursor else [])])}"

    return searchset(found, base, here=link(at), following=following and link(following))


def each(name: str, values: list[str] | None) -> list[tuple[str, str]]:
    """A parameter as often as it was given."""
    return [(name, value) for value in values or ()]


def order(sort: str | None, count: int) -> list[tuple[str, str]]:
    """The order and size of a page as parameters of the next one."""
    return [*([("_sort", sort)] if sort else []), ("_count", str(min(count, MOST)))]


def descends(sort: str | None, parameter: str) -> bool:
    """Whether the order is a descending one; refuses with Invalid any but by this parameter."""
    if sort not in {None, parameter, f"-{parameter}"}:
        message = f"This must be {parameter} or -{parameter}."
        raise Invalid([FieldError(pointer="_sort", code="out-of-range", message=message)])
    return sort == f"-{parameter}"


def place_of(cursor: str | None) -> Place | None:
    """The place that a cursor of ours names; refuses with Invalid."""
    if cursor is None:
        return None
    try:
        day, _, given = base64.b64decode(cursor, b"-_", validate=True).decode("ascii").partition(".")
        place = Place(day=date.fromisoformat(day), given=int(given))
    except (binascii.Error, ValueError):
        raise no_page() from None
    if place.given < 1 or cursor_of(place) != cursor:
        raise no_page()
    return place


def cursor_of(place: Place | None) -> str | None:
    """An opaque cursor; it names a place and grants nothing."""
    return place and base64.urlsafe_b64encode(f"{place.day}.{place.given}".encode()).decode()


def no_page() -> Invalid:
    """The refusal of a cursor that is not ours."""
    return Invalid([FieldError(pointer="_page", code="out-of-range", message="This is no page of this search.")])
