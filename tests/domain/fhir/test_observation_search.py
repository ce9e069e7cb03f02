"""Which Observations a search means, and the computed ones in its order."""

from datetime import date
from typing import Any

import pytest

from app.domain.errors import NotFound
from app.domain.fhir.names import Names, pid_in
from app.domain.fhir.observation_search import by_date, computed, in_order, sought
from app.domain.fhir.search import LATEST_DAY, Place, Search, Span, named, only, page
from tests.support.fhir import generated

REST = Names(b"k" * 32, pid="p7")


@pytest.mark.parametrize(
    ("codes", "categories", "meant"),
    [
        ([], [], "entries"),
        (["pain"], [], "entries"),
        (["http://loinc.org|72514-3"], [], "entries"),
        (["own_lower_is_better,note"], ["survey"], "entries"),
        ([], ["laboratory"], "entries"),
        ([], ["trend"], "computed"),
        ([], ["urn:onset:diary|trend"], "computed"),
        (["change_from_baseline"], [], "computed"),
        (["rise_after_dose_step"], ["trend"], "computed"),
        (["change_from_baseline"], ["survey"], "entries"),
        (["pain"], ["trend"], "entries"),
        ([], ["occasional"], "occasional"),
        (["event"], [], "occasional"),
        ([], ["survey,trend"], "entries computed"),
        (["pain,change_from_baseline"], [], "entries computed"),
        (["pain,usual"], [], "entries occasional"),
        (["urn:onset:diary|"], [], "entries occasional computed"),
    ],
)
def test_codes_and_categories_tell_which_are_meant(codes: list[str], categories: list[str], meant: str) -> None:
    found = sought(codes, categories)
    told = {"entries": found.entries, "occasional": found.occasional, "computed": found.computed}
    assert [name for name, is_meant in told.items() if is_meant] == meant.split()


def search(**told: Any) -> Search:  # noqa: ANN401 - changes of any field
    blank: dict[str, Any] = {"span": Span(), "matches": bool, "descending": False, "count": 3, "after": None}
    return Search(**{**blank, **told})


@pytest.mark.parametrize("descending", [False, True])
def test_computed_ones_page_in_the_order_of_their_last_dates(*, descending: bool) -> None:
    shown = generated(3)
    whole = by_date(computed(shown, REST), search(descending=descending))
    assert whole == sorted(whole, key=lambda one: one[0], reverse=descending)
    assert {day for day, _ in whole} > {"2026-03-09"}
    pages: list[dict[str, Any]] = []
    after: Place | None = None
    while True:
        wanted = search(descending=descending, after=after)
        got = page(wanted, in_order(wanted, by_date(computed(shown, REST), wanted)))
        pages += got.resources
        after = got.following
        if after is None:
            break
    assert pages == [resource for _, resource in whole]


def test_computed_ones_stand_at_the_last_date_that_is_asked_for() -> None:
    shown = generated(3)
    for resource in (
        resource for _, resource in by_date(computed(shown, REST), search()) if "effectivePeriod" in resource
    ):
        first = date.fromisoformat(resource["effectivePeriod"]["start"])
        there = search(span=Span(first=first, last=first))
        assert (first.isoformat(), resource) in by_date(computed(shown, REST), there)
        before = Span(last=date.fromordinal(first.toordinal() - 1))
        assert resource not in [one for _, one in by_date(computed(shown, REST), search(span=before))]
    assert by_date(computed(shown, REST), search(span=Span(first=LATEST_DAY))) == []


def test_ids_under_a_grant_begin_with_the_patients_pseudonym() -> None:
    assert pid_in(REST.of("Condition", "lupus")) == "p7"
    assert Names(b"k" * 32, pid="p7", in_bundle=True).of("Condition", "lupus") == REST.of("Condition", "lupus")[3:]
    longest = Names(b"k" * 32, pid="p" * 26).of("Condition", "lupus")
    assert len(longest) == 63  # FHIR's ids have at most 64


def test_one_resource_is_found_by_its_id_or_not_at_all() -> None:
    dated = [("2026-03-02", {"id": "b"}), ("2026-03-01", {"id": "a"})]
    assert only("a", page(named("a"), dated).resources) == {"id": "a"}
    with pytest.raises(NotFound):
        only("c", page(named("c"), dated).resources)
