"""Observations of side effects: for each step to a higher dose, how a complaint changed in its first two weeks.

Points count upwards for the worse, whichever way the measure runs. Where it cannot be told, the note says why.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from app.domain.fhir.code_system import TREND_CODES
from app.domain.fhir.codes import CANNOT_BE_TOLD, TREND, diary_concept, measure_concept
from app.domain.fhir.datatypes import Part, Resource, annotation, concept, present, quantity
from app.domain.fhir.names import Names
from app.domain.fhir.shown import Shown
from app.domain.records.record import plain
from app.domain.trends.side_effects import SideEffect

_LEVEL_PERCENT: Final = 90
_DIGITS: Final = 2
_SCORE: Final = "{score}"


RISE: Final = "rise_after_dose_step"


def step_observations(shown: Shown, names: Names) -> Iterator[Resource]:
    """One for each measure and step, also where several conditions tell of it."""
    found = {(one.measure, one.step.starts_on): one for summary in shown.summaries for one in summary.side_effects}
    for effect in found.values():
        yield _observation(effect, names)


def _observation(effect: SideEffect, names: Names) -> Resource:
    day = effect.step.starts_on.isoformat()
    return present(
        resourceType="Observation",
        id=names.of("Observation", "step", day, effect.measure),
        status="final",
        category=[TREND],
        code=diary_concept(RISE, f"{effect.label} after {_step(effect)}: change for the worse"),
        subject=names.to_patient,
        effectiveDateTime=day,
        valueQuantity=None if effect.rise is None else _points(effect.rise.estimate),
        dataAbsentReason=CANNOT_BE_TOLD if effect.rise is None else None,
        note=annotation(effect.text),
        method={"text": "Onset: mean of the first two weeks at the new dose less the mean before"},
        device=names.to("Device", names.of("Device")),
        component=[*_components(effect)],
    )


def _step(effect: SideEffect) -> str:
    before, after = effect.step.from_mg, plain(effect.step.to_mg)
    return f"the step to {after} mg" if before is None else f"the step from {plain(before)} to {after} mg"


def _components(effect: SideEffect) -> Iterator[Part]:
    measure = measure_concept(effect.measure, effect.label, effect.direction)
    yield {**_named("measure"), "valueCodeableConcept": measure}
    words = ", ".join(filter(None, (effect.status.value, effect.course and effect.course.value)))
    yield {**_named("step_status"), "valueCodeableConcept": concept(text=words)}
    if effect.rise is not None:
        yield {**_named("interval_low"), "valueQuantity": _points(effect.rise.low)}
        yield {**_named("interval_high"), "valueQuantity": _points(effect.rise.high)}
        yield {**_named("interval_level"), "valueQuantity": quantity(_LEVEL_PERCENT, "%")}
    yield {**_named("dose_before"), "valueQuantity": quantity(effect.step.from_mg or Decimal(0), "mg/d")}
    yield {**_named("dose_after"), "valueQuantity": quantity(effect.step.to_mg, "mg/d")}


def _named(code: str) -> Part:
    return {"code": diary_concept(code, TREND_CODES[code])}


def _points(value: float) -> Part:
    return quantity(round(value, _DIGITS), _SCORE)
