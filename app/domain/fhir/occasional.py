"""Observations of what is written down now and then: events, impressions of change, usual levels.

They are the patient's alone: in the export, and found by their category or codes. The condition that one is about is
its focus, if it is tracked.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from app.domain.fhir.code_system import OCCASIONAL_CODES, TREND_CODES
from app.domain.fhir.codes import OCCASIONAL, diary_concept, measure_concepts
from app.domain.fhir.condition import condition_names
from app.domain.fhir.datatypes import Part, Resource, annotation, period, present, quantity, text_of
from app.domain.fhir.names import Names
from app.domain.fhir.shown import Event, Impression, Shown, Usual

KINDS: Final = ("usual", "event", "impression")
"""Their codes."""
_SCORE: Final = "{score}"
_SEVERITY: Final = diary_concept("severity", OCCASIONAL_CODES["severity"])


def occasional(shown: Shown, names: Names) -> Iterator[Resource]:
    """All of them: the usual levels, then events and impressions, as they come."""
    maker = _Maker(shown, names)
    yield from filter(None, map(maker.usual, shown.usuals))
    yield from map(maker.event, shown.events)
    yield from filter(None, map(maker.impression, shown.impressions))


class _Maker:
    """What all of them share."""

    def __init__(self, shown: Shown, names: Names) -> None:
        self._names = names
        self._concepts: Mapping[str, Part] = measure_concepts(shown.measures)
        self._conditions = condition_names(shown)

    def usual(self, usual: Usual) -> Resource | None:
        """The level, unless its measure is not there any more: then nobody can tell which way it runs."""
        measure = self._concepts.get(usual.measure)
        if measure is None:
            return None
        return self._made(
            "usual",
            self._names.of("Observation", "usual", usual.measure),
            f"{measure['text']}: {OCCASIONAL_CODES['usual']}" if "text" in measure else OCCASIONAL_CODES["usual"],
            effectiveDateTime=usual.asked_on.isoformat(),
            valueQuantity=quantity(usual.value, _SCORE),
            component=[
                {"code": diary_concept("measure", TREND_CODES["measure"]), "valueCodeableConcept": measure},
            ],
        )

    def event(self, event: Event) -> Resource:
        """What happened and from when to when; without an end it is told from its beginning on."""
        value = f"event_{event.kind}"
        severity = None if event.severity is None else quantity(event.severity, _SCORE)
        return self._made(
            "event",
            self._names.of("Observation", "event", event.id),
            OCCASIONAL_CODES["event"],
            focus=self._focus(event.condition),
            **_when(event.starts_on, event.ends_on),
            valueCodeableConcept=diary_concept(value, OCCASIONAL_CODES[value]),
            note=annotation(text_of(event.note)),
            component=[{"code": _SEVERITY, "valueQuantity": severity}] if severity else [],
        )

    def impression(self, impression: Impression) -> Resource | None:
        """The change in words and as its number; None where there is no answer."""
        if impression.change is None:
            return None
        value = f"impression_{impression.change}"
        return self._made(
            "impression",
            self._names.of("Observation", "impression", impression.id),
            OCCASIONAL_CODES["impression"],
            focus=self._focus(impression.condition),
            effectiveDateTime=impression.local_date.isoformat(),
            valueCodeableConcept=diary_concept(value, OCCASIONAL_CODES[value]),
        )

    def _focus(self, condition: str | None) -> list[Part]:
        if condition is None or condition not in self._conditions:
            return []
        return [self._names.to("Condition", self._names.of("Condition", condition))]

    def _made(self, code: str, name: str, text: str, **told: object) -> Resource:
        subject = self._names.to_patient
        return present(
            resourceType="Observation",
            id=name,
            status="final",
            category=[OCCASIONAL],
            code=diary_concept(code, text),
            subject=subject,
            performer=[subject],
            **told,
        )


def _when(first: date, last: date | None) -> Part:
    if last == first:
        return {"effectiveDateTime": first.isoformat()}
    return {"effectivePeriod": period(first, last if last is None or last > first else first)}
