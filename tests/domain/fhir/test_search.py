"""Searching by dates and tokens, and the pages of what was found."""

# ruff: noqa: ANN401 - changes of any field

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.clock import EARLIEST_DAY
from app.domain.errors import Invalid
from app.domain.fhir.search import LATEST_DAY, Place, Search, Span, has_token, page, span_of

FIRST = date(2026, 3, 1)
Dated = tuple[str, dict[str, Any]]


def search(**told: Any) -> Search:
    blank: dict[str, Any] = {"span": Span(), "matches": bool, "descending": False, "count": 3, "after": None}
    return Search(**{**blank, **told})


def dated(per_day: list[int]) -> list[Dated]:
    """So many resources on each day from the first on."""
    return [
        ((FIRST + timedelta(day)).isoformat(), {"id": f"{day}.{number}"})
        for day, many in enumerate(per_day)
        for number in range(many)
    ]


@given(per_day=st.lists(st.integers(0, 5), max_size=8), count=st.integers(1, 6), descending=st.booleans())
def test_pages_hold_everything_once_and_in_order(per_day: list[int], count: int, *, descending: bool) -> None:
    everything = dated(per_day)
    ordered = everything[::-1] if descending else everything
    found: list[dict[str, Any]] = []
    after: Place | None = None
    for _ in range(len(everything) + 1):
        wanted = search(count=count, descending=descending, after=after)
        inside = [one for one in ordered if wanted.left.first.isoformat() <= one[0] <= wanted.left.last.isoformat()]
        got = page(wanted, inside)
        found += got.resources
        after = got.following
        if after is None:
            break
        assert len(got.resources) == count
    assert found == [resource for _, resource in ordered]


def test_only_matches_are_counted() -> None:
    def second(resource: dict[str, Any]) -> bool:
        return resource["id"].endswith(".1")

    got = page(search(count=2, matches=second), dated([2, 2, 2]))
    assert [resource["id"] for resource in got.resources] == ["0.1", "1.1"]
    assert got.following == Place(day=FIRST + timedelta(1), given=1)


def test_page_is_read_no_further_than_needed() -> None:
    source = iter(dated([9]))
    page(search(count=2), source)
    assert next(source)[1]["id"] == "0.3"


def test_dates_left_begin_at_the_place() -> None:
    span, after = Span(first=date(2026, 1, 1), last=date(2026, 12, 31)), Place(day=FIRST, given=1)
    assert search(span=span, after=after).left == Span(first=FIRST, last=span.last)
    assert search(span=span, after=after, descending=True).left == Span(first=span.first, last=FIRST)
    assert search(span=span).left == span


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [
        ("2026-03-01", FIRST, FIRST),
        ("eq2026-03-01", FIRST, FIRST),
        ("ap2026-03-01", FIRST, FIRST),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("ge2026-03-01", FIRST, LATEST_DAY),
        ("ge2026-03", FIRST, LATEST_DAY),
        ("gt2026-03-01", date(2026, 3, 2), LATEST_DAY),
        ("sa2026", date(2027, 1, 1), LATEST_DAY),
        ("le2026-03", EARLIEST_DAY, date(2026, 3, 31)),
        ("lt2026-03", EARLIEST_DAY, date(2026, 2, 28)),
        ("eb2026-03-01", EARLIEST_DAY, date(2026, 2, 28)),
        ("gt2026-03-01T10:00:00Z", FIRST, LATEST_DAY),
        ("lt2026-03-01T10:00:00+02:00", EARLIEST_DAY, FIRST),
        ("2026-03-01T10:00 02:00", FIRST, FIRST),
        ("2026-03-01T10:00:00.123Z", FIRST, FIRST),
    ],
)
def test_date_is_read_with_its_prefix(value: str, first: date, last: date) -> None:
    assert span_of([value], pointer="date") == Span(first=first, last=last)


def test_all_dates_must_hold() -> None:
    assert span_of([], pointer="date") == Span()
    assert span_of(["ge2026-03-01", "lt2026-04-01", "le2026"], pointer="date") == Span(
        first=FIRST, last=date(2026, 3, 31)
    )


@pytest.mark.parametrize(
    "value",
    ["", "x", "ne2026-03-01", "2026-02-30", "2026-13", "26", "2026-3-1", "２026-03-01", "2026-03-01,2026-03-02"],
)
def test_other_dates_are_refused_by_name(value: str) -> None:
    with pytest.raises(Invalid) as refused:
        span_of([value], pointer="date")
    assert [(error.pointer, error.code) for error in refused.value.errors] == [("date", "invalid-date")]


@pytest.mark.parametrize(
    ("values", "is_found"),
    [
        ([], True),
        (["72514-3"], True),
        (["http://loinc.org|72514-3"], True),
        (["http://loinc.org|"], True),
        (["other|72514-3"], False),
        (["|72514-3"], False),
        (["pain"], True),
        (["fatigue,pain"], True),
        (["fatigue"], False),
        (["pain", "fatigue"], False),
        (["pain", "72514-3"], True),
    ],
)
def test_token_is_a_code_with_or_without_its_system(values: list[str], is_found: bool) -> None:  # noqa: FBT001 - the expectation
    pain = {"coding": [{"system": "http://loinc.org", "code": "72514-3"}, {"system": "urn:x", "code": "pain"}]}
    assert has_token(values, lambda _: [pain])({}) is is_found


def test_concept_without_codes_has_none() -> None:
    assert not has_token(["pain"], lambda _: [{"text": "pain"}])({})
