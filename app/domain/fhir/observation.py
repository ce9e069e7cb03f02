"""Observations of the diary: a score for each day and measure, readings within a day, notes."""

from collections.abc import Iterator
from heapq import merge
from operator import itemgetter

from app.domain.fhir.codes import DECLINED, SURVEY, diary_concept, measure_concepts
from app.domain.fhir.datatypes import Dated, Part, Resource, annotation, instant_text, quantity, text_of
from app.domain.fhir.names import Names
from app.domain.fhir.shown import Day, Moment, Shown

_CATEGORY = [SURVEY]
NOTE = diary_concept("note", "Note")
_SCORES = {value: quantity(value, "{score}") for value in range(11)}


def observations(shown: Shown, names: Names) -> Iterator[Dated]:
    """All of them by their diary dates: the day's scores first, then its note, then its readings."""
    make = _Maker(shown, names)
    days = ((day.local_date.isoformat(), make.of_day(day)) for day in shown.days)
    moments = ((moment.local_date.isoformat(), make.of_moment(moment)) for moment in shown.moments)
    for date, made in merge(days, moments, key=itemgetter(0)):
        for resource in made:
            yield date, resource


class _Maker:
    """What all Observations share; a diary of five years has ten thousand."""

    def __init__(self, shown: Shown, names: Names) -> None:
        self._names = names
        self._subject = names.to_patient
        self._performer = [self._subject]
        self._concepts = measure_concepts(shown.measures)

    def of_day(self, day: Day) -> Iterator[Resource]:
        """Each score of the day, each question declined, and the note; no answer emits nothing."""
        date = day.local_date.isoformat()
        told: dict[str, Part] = {code: {"dataAbsentReason": DECLINED} for code in day.skipped}
        told |= {code: {"valueQuantity": _SCORES[value]} for code, value in day.scores.items() if value is not None}
        for code, answer in told.items():
            concept = self._concepts.get(code)
            if concept is not None:  # of a measure that is not there any more nobody can tell which way it runs
                yield self._made(concept, date, self._names.of("Observation", "day", date, code), answer)
        if note := text_of(day.note):
            yield self._made(NOTE, date, self._names.of("Observation", "note", date), {"valueString": note})

    def of_moment(self, moment: Moment) -> Iterator[Resource]:
        """The reading."""
        concept = self._concepts.get(moment.measure)
        if concept is not None:
            told: Part = {"valueQuantity": _SCORES[moment.value]}
            if note := text_of(moment.note):
                told["note"] = annotation(note)
            when = instant_text(moment.at)
            yield self._made(concept, when, self._names.of("Observation", "moment", moment.id), told)

    def _made(self, concept: Part, when: str, name: str, told: Part) -> Resource:
        return {
            "resourceType": "Observation",
            "id": name,
            "status": "final",
            "category": _CATEGORY,
            "code": concept,
            "subject": self._subject,
            "effectiveDateTime": when,
            "performer": self._performer,
            **told,
        }
