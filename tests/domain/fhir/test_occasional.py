"""Events, impressions and usual levels as Observations."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from app.domain.fhir.code_system import code_system
from app.domain.fhir.names import Names
from app.domain.fhir.observation_search import by_date
from app.domain.fhir.occasional import occasional
from app.domain.fhir.own import own_diary
from app.domain.fhir.search import Search, Span
from app.domain.fhir.shown import Person
from app.domain.records.field_types import Choice
from app.domain.records.kinds import CONDITION_KIND, EVENT, IMPRESSION, MEASURE_KIND, USUAL
from app.domain.records.record import StoredRecord, Value, encode
from tests.support.fhir import AT, as_json, record

NAMES = Names(b"k" * 32)
KINDS_OF_EVENT = ("flare", "infection", "travel", "menstruation", "procedure", "vaccination", "stress", "other")
TRACKED = record(CONDITION_KIND, "lupus", code="lupus")
CODES = {concept["code"] for concept in code_system()["concept"]}


def event(record_id: str, **fields: Value) -> StoredRecord:
    """A record of an event, which has a kind of its own."""
    return replace(record(EVENT, record_id), text=encode(fields))


def test_kinds_are_those_that_records_know() -> None:
    chosen = EVENT.fields["kind"].type
    assert isinstance(chosen, Choice)
    assert {*chosen.words} == {*KINDS_OF_EVENT}


def told(*records: StoredRecord) -> list[dict[str, Any]]:
    """What is made of these records, which R4's models take and whose codes are in our CodeSystem."""
    found = [*map(as_json, occasional(own_diary(Person(), AT.date(), records, ()), NAMES))]
    for resource in found:
        get_fhir_model_class("Observation").model_validate(resource)
        codes = [resource["code"], *resource["category"], resource.get("valueCodeableConcept")]
        codes += [component["code"] for component in resource.get("component", ())]
        assert {coding["code"] for concept in filter(None, codes) for coding in concept["coding"]} <= CODES
    return found


def test_event_has_its_kind_dates_severity_and_condition() -> None:
    spans = {"starts_on": "2026-03-01", "ends_on": "2026-03-04"}
    (flare,) = told(TRACKED, event("e1", kind="flare", condition="lupus", severity=0, note=" wet ", **spans))
    assert flare["effectivePeriod"] == {"start": "2026-03-01", "end": "2026-03-04"}
    assert flare["valueCodeableConcept"]["coding"][0]["code"] == "event_flare"
    assert flare["component"][0]["valueQuantity"]["value"] == 0
    assert flare["note"] == [{"text": "wet"}]
    assert flare["focus"] == [{"reference": f"Condition/{NAMES.of('Condition', 'lupus')}"}]


@pytest.mark.parametrize("kind", KINDS_OF_EVENT)
def test_every_kind_of_event_has_its_code(kind: str) -> None:
    (made,) = told(event("e1", kind=kind, starts_on="2026-03-01", ends_on="2026-03-01"))
    assert (made["effectiveDateTime"], "component" in made, "focus" in made) == ("2026-03-01", False, False)
    assert made["valueCodeableConcept"]["coding"][0]["code"] == f"event_{kind}"


def test_event_of_no_kind_without_an_end_goes_on() -> None:
    (made,) = told(event("e1", condition="lupus", starts_on="2026-03-01"))
    assert made["effectivePeriod"] == {"start": "2026-03-01"}
    assert made["valueCodeableConcept"]["text"] == "Something else"
    assert "focus" not in made, "a condition without a record has no resource"


@pytest.mark.parametrize("change", range(1, 8))
def test_impression_is_told_in_words(change: int) -> None:
    made = record(IMPRESSION, "i", local_date="2026-03-01", condition="lupus", change=change)
    (impression,) = told(TRACKED, made)
    assert impression["valueCodeableConcept"]["coding"][0]["code"] == f"impression_{change}"
    assert impression["effectiveDateTime"] == "2026-03-01"
    assert "focus" in impression


def test_impression_without_an_answer_emits_nothing() -> None:
    assert told(record(IMPRESSION, "i", local_date="2026-03-01", change=None)) == []


def test_usual_level_names_its_measure() -> None:
    grip = record(MEASURE_KIND, "grip", label="Grip", direction="higher_is_better")
    unnamed = record(MEASURE_KIND, "odd", label=" ", direction="lower_is_better")
    levels = [
        record(USUAL, name, value=value, asked_on="2026-02-01")
        for name, value in (("pain", 6), ("own-grip", 0), ("own-odd", 1), ("own-gone", 2))
    ]
    pain, own, odd = told(grip, unnamed, *levels)
    assert pain["valueQuantity"] == {
        "value": 6,
        "unit": "{score}",
        "system": "http://unitsofmeasure.org",
        "code": "{score}",
    }
    assert pain["component"][0]["valueCodeableConcept"]["coding"][0]["code"] == "72514-3"
    assert (own["valueQuantity"]["value"], own["component"][0]["valueCodeableConcept"]["text"]) == (0, "Grip")
    assert own["code"]["text"].startswith("Grip: A usual day")
    assert odd["code"]["text"].startswith("A usual day")


def test_event_that_goes_on_stands_at_its_beginning() -> None:
    events = told(event("e1", starts_on="2026-03-01"), event("e2", starts_on="2026-02-01"))
    search = Search(span=Span(last=date(2026, 3, 1)), matches=bool, descending=True, count=5, after=None)
    assert [day for day, _ in by_date(events, search)] == ["2026-03-01", "2026-02-01"]
