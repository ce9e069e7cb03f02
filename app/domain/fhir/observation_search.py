"""Which Observations a search means: entries, what is written now and then, and what is computed.

What is computed speaks of many days and changes with each new one; it, and what is written now and then, is found where
its category or codes are asked for, and is not among the entries of a diary that is read through.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import merge
from operator import itemgetter
from typing import Final

from app.domain.catalogue import Direction
from app.domain.fhir.codes import OCCASIONAL, SURVEY, TREND, diary_concept, measure_concept, measure_concepts
from app.domain.fhir.datatypes import Dated, Part, Resource
from app.domain.fhir.names import Names
from app.domain.fhir.observation import NOTE
from app.domain.fhir.occasional import KINDS
from app.domain.fhir.search import Search, has_token
from app.domain.fhir.shown import Shown
from app.domain.fhir.step_observation import RISE, step_observations
from app.domain.fhir.trend_observation import CHANGE, trend_observations

_CODES: Final = (
    *measure_concepts({}).values(),
    *(measure_concept("own", "", direction) for direction in Direction),
    NOTE,
)
_ENTRIES: Final = [{"category": [SURVEY], "code": code} for code in _CODES]
_OCCASIONAL: Final = [{"category": [OCCASIONAL], "code": diary_concept(code, code)} for code in KINDS]
_COMPUTED: Final = [{"category": [TREND], "code": diary_concept(code, code)} for code in (CHANGE, RISE)]
"""One of each sort, to try what a search takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a search by codes and categories can find."""

    matches: Callable[[Resource], bool]
    entries: bool
    occasional: bool
    computed: bool


ANY: Final = Sought(matches=lambda _: True, entries=True, occasional=True, computed=True)
"""Where nothing tells which is meant."""


def sought(codes: Sequence[str], categories: Sequence[str]) -> Sought:
    """What these tokens mean; a search that can find nothing is one of entries."""
    has_code = has_token(codes, lambda resource: [resource["code"]])
    has_category = has_token(categories, lambda resource: resource["category"])

    def matches(resource: Resource) -> bool:
        return has_code(resource) and has_category(resource)

    if not codes and not categories:
        return Sought(matches=matches, entries=True, occasional=False, computed=False)
    entries, occasional, computed = (any(map(matches, sort)) for sort in (_ENTRIES, _OCCASIONAL, _COMPUTED))
    neither = not occasional and not computed
    return Sought(matches=matches, entries=entries or neither, occasional=occasional, computed=computed)


def computed(shown: Shown, names: Names) -> Iterator[Resource]:
    """Those that are computed."""
    yield from trend_observations(shown, names)
    yield from step_observations(shown, names)


def by_date(resources: Iterable[Resource], search: Search) -> list[Dated]:
    """Those whose dates meet the ones that are asked for, in the search's order and as of its page.

    Each stands at its last date (one without an end at its first), or at the last one asked for where that comes first.
    """
    left, found = search.left, list[Dated]()
    for resource in resources:
        first, last = _dates(resource)
        at = min(last, search.span.last)
        if max(first, search.span.first) <= at and left.first <= at <= left.last:
            found.append((at.isoformat(), resource))
    return sorted(found, key=itemgetter(0), reverse=search.descending)


def in_order(search: Search, *dated: Iterator[Dated] | list[Dated]) -> Iterator[Dated]:
    """All of these, each of which is in the search's order."""
    return merge(*dated, key=itemgetter(0), reverse=search.descending)


def _dates(resource: Part) -> tuple[date, date]:
    if on := resource.get("effectiveDateTime"):
        return date.fromisoformat(on), date.fromisoformat(on)
    span = resource["effectivePeriod"]
    return date.fromisoformat(span["start"]), date.fromisoformat(span.get("end", span["start"]))
