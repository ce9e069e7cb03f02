"""Side effects by dose step as Observations."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from app.domain.catalogue import Direction
from app.domain.fhir.names import Names
from app.domain.fhir.shown import Person, Shown
from app.domain.fhir.step_observation import step_observations
from app.domain.trends.side_effects import Rise, SideEffect, Step
from app.domain.trends.step_effect import Course, StepStatus
from app.domain.trends.summary import summary
from tests.domain.trends.diaries import Written, on
from tests.support.fhir import as_json

REST = Names(b"k" * 32)
ROSE = SideEffect(
    measure="vivid_dreams",
    label="Vivid dreams",
    direction=Direction.LOWER_IS_BETTER,
    step=Step(starts_on=date(2026, 3, 9), from_mg=Decimal("1.50"), to_mg=Decimal(3)),
    status=StepStatus.ROSE,
    course=Course.FADES,
    rise=Rise(estimate=2.333, low=0.0, high=3.5),
    nights_at_4_or_more=(),
    text="They rose.",
)


def made(*effects: SideEffect, times: int = 1) -> list[dict[str, Any]]:
    told = replace(summary(Written().at(on(69)), on(69), None), side_effects=effects)
    shown = Shown(person=Person(), as_of=on(69), summaries=[told] * times)
    return [as_json(resource) for resource in step_observations(shown, REST)]


def test_rise_is_told_once_with_its_interval_and_doses() -> None:
    (found,) = made(ROSE, times=2)
    assert found["code"]["text"] == "Vivid dreams after the step from 1.5 to 3 mg: change for the worse"
    assert (found["effectiveDateTime"], found["valueQuantity"]["value"]) == ("2026-03-09", 2.33)
    assert found["note"] == [{"text": "They rose."}]
    parts = {part["code"]["coding"][0]["code"]: part for part in found["component"]}
    told = {code: part["valueQuantity"]["value"] for code, part in parts.items() if "valueQuantity" in part}
    assert told == {"interval_low": 0, "interval_high": 3.5, "interval_level": 90, "dose_before": 1.5, "dose_after": 3}
    assert parts["measure"]["valueCodeableConcept"]["coding"][0]["code"] == "vivid_dreams"
    assert parts["step_status"]["valueCodeableConcept"] == {"text": "rose, fades"}
    assert parts["dose_after"]["valueQuantity"]["code"] == "mg/d"


def test_what_cannot_be_told_says_so() -> None:
    start = replace(ROSE.step, from_mg=None)
    (found,) = made(replace(ROSE, rise=None, course=None, status=StepStatus.TOO_SHORT, step=start))
    assert found["code"]["text"] == "Vivid dreams after the step to 3 mg: change for the worse"
    assert found["dataAbsentReason"]["coding"][0]["code"] == "unknown"
    assert "valueQuantity" not in found
    codes = [part["code"]["coding"][0]["code"] for part in found["component"]]
    assert codes == ["measure", "step_status", "dose_before", "dose_after"]
    assert found["component"][2]["valueQuantity"]["value"] == 0
