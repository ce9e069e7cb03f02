"""Trends as Observations: the change with its interval, what it rests on, and where it cannot be told."""

# ruff: noqa: ANN401 - changes of any field

from dataclasses import replace
from typing import Any

import pytest

from app.domain.catalogue import CONDITIONS, Direction
from app.domain.fhir.names import Names
from app.domain.fhir.own import OwnCondition
from app.domain.fhir.shown import Person, Shown
from app.domain.fhir.trend_observation import trend_observations
from app.domain.trends.estimates import Estimate
from app.domain.trends.judgement import Status
from app.domain.trends.summary import Summary, summary
from tests.domain.trends.diaries import Written, on, steady, taken
from tests.support.fhir import as_json

REST = Names(b"k" * 32)
DROP = Estimate(estimate=2.0 + 1 / 3, low=1.4, high=2.8, level=0.9)
WEEKS = Estimate(estimate=6.1, low=3.4, high=8.8, level=0.9)
TOLD = summary(Written(days=steady(range(-28, 70)), doses=taken(range(70))).at(on(69)), on(69), None)
EMPTY = summary(Written().at(on(69)), on(69), None)


def judged(told: Summary, status: Status, *, published: bool = True, **changes: Any) -> Summary:
    verdict = replace(told.composite.verdict, status=status, published=published, drop=DROP, weeks_to_benefit=WEEKS)
    return replace(told, composite=replace(told.composite, verdict=verdict, **changes), measures={})


def made(*summaries: Summary, tracked: bool = True) -> list[dict[str, Any]]:
    fibromyalgia = OwnCondition(
        code="fibromyalgia",
        listed=CONDITIONS["fibromyalgia"],
        label=None,
        status=None,
        diagnosed_on=None,
        tracked_since=None,
    )
    shown = Shown(person=Person(), as_of=on(69), conditions=[fibromyalgia] if tracked else [], summaries=summaries)
    return [as_json(resource) for resource in trend_observations(shown, REST)]


def components(resource: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in resource["component"]:
        code = part["code"]["coding"][0]["code"]
        found[code] = (
            part["valueQuantity"]["value"]
            if "valueQuantity" in part
            else part["valueCodeableConcept"]["coding"][-1]["code"]
        )
    return found


def test_change_is_told_with_its_interval_and_what_it_rests_on() -> None:
    (found,) = made(judged(TOLD, Status.BENEFIT))
    assert found["valueQuantity"] == {
        "value": -2.33,
        "unit": "{score}",
        "system": "http://unitsofmeasure.org",
        "code": "{score}",
    }
    assert components(found) == {
        "measure": "composite",
        "verdict": "benefit",
        "days_observed": 98,
        "baseline_mean": 6.0,
        "interval_low": -2.8,
        "interval_high": -1.4,
        "interval_level": 90.0,
        "weeks_to_benefit": 6.1,
        "weeks_to_benefit_low": 3.4,
        "weeks_to_benefit_high": 8.8,
    }
    texts = {part["code"]["coding"][0]["code"]: part.get("valueCodeableConcept") for part in found["component"]}
    assert texts["verdict"]["text"] == "A change for the better"
    assert found["code"]["text"] == "Fibromyalgia, all target symptoms together: change from baseline"
    assert found["category"][0]["coding"] == [{"system": "urn:onset:diary", "code": "trend"}]
    assert found["method"]["text"].startswith(f"Onset, method {TOLD.method_version}")
    assert found["device"] == {"reference": f"Device/{REST.of('Device')}"}
    assert found["note"] == [{"text": TOLD.composite.verdict.text}]
    assert found["effectivePeriod"] == {"start": on(-28).isoformat(), "end": on(69).isoformat()}
    assert "dataAbsentReason" not in found
    assert "performer" not in found


def test_change_of_a_measure_that_runs_upwards_is_a_rise() -> None:
    (found,) = made(judged(TOLD, Status.BENEFIT, direction=Direction.HIGHER_IS_BETTER))
    told = components(found)
    assert found["valueQuantity"]["value"] == 2.33
    assert (told["interval_low"], told["interval_high"]) == (1.4, 2.8)


def test_what_cannot_be_told_says_so_and_shows_the_days() -> None:
    first, *measures = made(TOLD)
    assert first["dataAbsentReason"]["coding"][0]["code"] == "unknown"
    assert "valueQuantity" not in first
    assert components(first) == {
        "measure": "composite",
        "verdict": TOLD.composite.verdict.status,
        "days_observed": 98,
        "baseline_mean": 6.0,
    }
    assert [components(one)["measure"] for one in measures] == [*TOLD.measures]
    assert len({one["id"] for one in (first, *measures)}) == 1 + len(TOLD.measures)


def test_zero_days_are_told() -> None:
    (found, *_) = made(EMPTY)
    assert components(found)["days_observed"] == 0
    assert "baseline_mean" not in components(found)
    assert (found["effectiveDateTime"], "effectivePeriod" in found) == (on(69).isoformat(), False)


@pytest.mark.parametrize(
    ("status", "published", "shown"),
    [
        (Status.BENEFIT, False, "preliminary"),
        (Status.BENEFIT_EARLY, False, "preliminary"),
        (Status.BENEFIT, True, "final"),
        (Status.NO_CLEAR_CHANGE, False, "final"),
    ],
)
def test_verdict_that_is_to_be_confirmed_is_preliminary(status: Status, published: bool, shown: str) -> None:  # noqa: FBT001 - as the wire has it
    (found,) = made(judged(TOLD, status, published=published))
    assert found["status"] == shown


def test_condition_that_is_not_shown_is_not_named() -> None:
    (found,) = made(judged(TOLD, Status.BENEFIT), tracked=False)
    assert found["code"]["text"].startswith("Condition without a name")
