"""What a FHIR search asks for: tokens, dates with their prefixes, an order, and a page of it."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from app.domain.clock import EARLIEST_DAY
from app.domain.errors import FieldError, Invalid, NotFound
from app.domain.fhir.datatypes import Dated, Part, Resource

LATEST_DAY: Final = date(2999, 12, 31)
"""As far as the dates of records reach."""
MOST: Final = 1000
"""Resources on a page."""
_DAY: Final = timedelta(days=1)
_DATE: Final = re.compile(
    r"(eq|ge|gt|le|lt|sa|eb|ap)?"
    r"([12]\d{3})(?:-(\d\d)(?:-(\d\d)(T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[ +-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
_WANTED: Final = "This must be a date such as ge2026-03-01, with one of eq, ge, gt, le, lt, sa, eb or ap before it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Diary dates from first to last, both inclusive; empty where last comes before first."""

    first: date = EARLIEST_DAY
    last: date = LATEST_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a page ended: so many of that day's matches were given."""

    day: date
    given: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One search of resources that have diary dates."""

    span: Span
    matches: Callable[[Resource], bool]
    descending: bool
    count: int
    after: Place | None

    @property
    def left(self) -> Span:
        """The dates that this page may still come from."""
        if self.after is None:
            return self.span
        if self.descending:
            return Span(first=self.span.first, last=min(self.span.last, self.after.day))
        return Span(first=max(self.span.first, self.after.day), last=self.span.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of what was asked for."""

    resources: Sequence[Resource]
    following: Place | None
    """Where the next page begins; None where this was the last."""


def named(name: str) -> Search:
    """The search for the one resource that has this id, of whichever date: see `only`."""
    return Search(span=Span(), matches=lambda one: one["id"] == name, descending=True, count=1, after=None)


def only(name: str, resources: Iterable[Resource]) -> Resource:
    """The one of these that has this id; refuses with NotFound."""
    found = next((one for one in resources if one["id"] == name), None)
    if found is None:
        raise NotFound
    return found


def page(search: Search, dated: Iterable[Dated]) -> Found:
    """The page out of what lies in `search.left`: that comes in the search's order, and is read as far as needed."""
    resume = search.after or Place(day=LATEST_DAY, given=0)
    unseen = resume.given
    found: list[Dated] = []
    for day, resource in dated:
        if not search.matches(resource):
            continue
        if unseen and day == resume.day.isoformat():
            unseen -= 1
            continue
        found.append((day, resource))
        if len(found) > search.count:
            break
    kept = found[: search.count]
    return Found(
        resources=[resource for _, resource in kept],
        following=_end_of(kept, resume) if len(found) > len(kept) else None,
    )


def _end_of(kept: Sequence[Dated], resume: Place) -> Place:
    last = kept[-1][0]
    given = sum(1 for day, _ in kept if day == last)
    return Place(day=date.fromisoformat(last), given=given + (resume.given if last == resume.day.isoformat() else 0))


def span_of(values: Iterable[str], *, pointer: str) -> Span:
    """The dates on which all conditions agree; refuses with Invalid, naming the parameter.

    An instant stands for its date as written. `ap` is read as `eq`, and a year or a month is all of its days.
    """
    first, last = EARLIEST_DAY, LATEST_DAY
    for value in values:
        begin, end = _bounds(value, pointer)
        first, last = max(first, begin), min(last, end)
    return Span(first=first, last=last)


def _bounds(value: str, pointer: str) -> tuple[date, date]:
    read = _DATE.fullmatch(value)
    if read is None:
        raise _refusal(pointer)
    prefix, year, month, day, time = read.groups()
    try:
        begin = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise _refusal(pointer) from None
    end = begin if day else date(begin.year, int(month or 12), monthrange(begin.year, int(month or 12))[1])
    match prefix:
        case "ge":
            return begin, LATEST_DAY
        case "le":
            return EARLIEST_DAY, end
        case "gt" | "sa":  # the day of an instant ends after it
            return begin if time else end + _DAY, LATEST_DAY
        case "lt" | "eb":
            return EARLIEST_DAY, end if time else begin - _DAY
        case _:
            return begin, end


def _refusal(pointer: str) -> Invalid:
    return Invalid([FieldError(pointer=pointer, code="invalid-date", message=_WANTED)])


def has_token(values: Sequence[str], concepts_of: Callable[[Resource], Iterable[Part]]) -> Callable[[Resource], bool]:
    """Whether a resource has one of the codes of each value; a value is one or more of `system|code`, by commas."""
    wanted = [[_token(text) for text in value.split(",")] for value in values]

    def matches(resource: Resource) -> bool:
        codings = [
            (one["system"], one["code"]) for concept in concepts_of(resource) for one in concept.get("coding", ())
        ]
        return all(
            any(system in {None, its} and code in {"", own} for system, code in either for its, own in codings)
            for either in wanted
        )

    return matches


def _token(text: str) -> tuple[str | None, str]:
    system, bar, code = text.rpartition("|")
    return (system if bar else None), code
