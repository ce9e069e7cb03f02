"""Observations computed from the diary: for each condition all its symptoms together, then each by itself.

The value is the change from the weeks before the first dose, on the measure's own scale: below 0 is a fall. Where the
verdict gives none, it is said that it cannot be told, and why stands in the note.
"""

from collections.abc import Iterator
from typing import Final

from app.domain.catalogue import Direction
from app.domain.fhir.code_system import STATUS_TEXTS, TREND_CODES
from app.domain.fhir.codes import CANNOT_BE_TOLD, TREND, diary_concept, measure_concept
from app.domain.fhir.condition import WITHOUT_NAME, condition_names
from app.domain.fhir.datatypes import Part, Resource, annotation, period, present, quantity
from app.domain.fhir.names import Names
from app.domain.fhir.shown import Shown
from app.domain.trends.judgement import CLAIMS
from app.domain.trends.summary import Summary
from app.domain.trends.trend import CompositeTrend, MeasureTrend
from app.domain.trends.verdict import Verdict

_SCORE: Final = "{score}"
_TOGETHER: Final = diary_concept("composite", "all target symptoms together")
_DIGITS: Final = 2


CHANGE: Final = "change_from_baseline"


def trend_observations(shown: Shown, names: Names) -> Iterator[Resource]:
    """Those of every summary."""
    called = condition_names(shown)
    for summary in shown.summaries:
        about = called.get(summary.condition, WITHOUT_NAME)
        made = _trend(summary, summary.composite, _TOGETHER, about, names)
        yield {"resourceType": "Observation", "id": names.of("Observation", "trend", summary.condition), **made}
        for code, trend in summary.measures.items():
            measure = measure_concept(code, trend.label, trend.direction)
            name = names.of("Observation", "trend", summary.condition, code)
            yield {"resourceType": "Observation", "id": name, **_trend(summary, trend, measure, about, names)}


def _trend(summary: Summary, trend: CompositeTrend | MeasureTrend, measure: Part, about: str, names: Names) -> Part:
    verdict = trend.verdict
    change = _change(verdict, trend.direction)
    is_open = verdict.status in CLAIMS and not verdict.published
    return present(
        status="preliminary" if is_open else "final",
        category=[TREND],
        code=diary_concept(CHANGE, f"{about}, {measure['text']}: change from baseline"),
        subject=names.to_patient,
        **_when(summary, trend),
        valueQuantity=change and change[0],
        dataAbsentReason=None if change else CANNOT_BE_TOLD,
        note=annotation(verdict.text),
        method={"text": f"Onset, method {summary.method_version}: weekly means, step scan against the baseline"},
        device=names.to("Device", names.of("Device")),
        component=[*_components(trend, change, measure)],
    )


def _change(verdict: Verdict, direction: Direction) -> tuple[Part, Part, Part] | None:
    """The change and its interval; a drop counts upwards where lower is better."""
    if verdict.drop is None:
        return None
    found = (verdict.drop.estimate, verdict.drop.low, verdict.drop.high)
    if direction is Direction.LOWER_IS_BETTER:
        estimate, low, high = found
        found = (-estimate, -high, -low)
    estimate, low, high = (quantity(round(value, _DIGITS), _SCORE) for value in found)
    return estimate, low, high


def _when(summary: Summary, trend: CompositeTrend | MeasureTrend) -> Part:
    """From the first week shown to the last one that counts."""
    if not trend.weeks:
        return {"effectiveDateTime": summary.as_of.isoformat()}
    first, last = trend.weeks[0].starts_on, trend.verdict.last_week_on or summary.as_of
    return {"effectivePeriod": period(first, max(first, last))}


def _components(
    trend: CompositeTrend | MeasureTrend, change: tuple[Part, Part, Part] | None, measure: Part
) -> Iterator[Part]:
    verdict = trend.verdict
    yield {**_named("measure"), "valueCodeableConcept": measure}
    yield {
        **_named("verdict"),
        "valueCodeableConcept": diary_concept(verdict.status.value, STATUS_TEXTS[verdict.status]),
    }
    yield _component("days_observed", sum(week.n for week in trend.weeks), "d")
    if trend.baseline.mean is not None:
        yield _component("baseline_mean", round(trend.baseline.mean, _DIGITS), _SCORE)
    if verdict.drop is not None and change is not None:
        yield {**_named("interval_low"), "valueQuantity": change[1]}
        yield {**_named("interval_high"), "valueQuantity": change[2]}
        yield _component("interval_level", round(verdict.drop.level * 100, _DIGITS), "%")
    if verdict.weeks_to_benefit is not None:
        weeks = verdict.weeks_to_benefit
        yield _component("weeks_to_benefit", round(weeks.estimate, _DIGITS), "wk")
        yield _component("weeks_to_benefit_low", round(weeks.low, _DIGITS), "wk")
        yield _component("weeks_to_benefit_high", round(weeks.high, _DIGITS), "wk")


def _named(code: str) -> Part:
    return {"code": diary_concept(code, TREND_CODES[code])}


def _component(code: str, value: float, unit: str) -> Part:
    return {**_named(code), "valueQuantity": quantity(value, unit)}
