"""Observations of days, readings and notes."""

# ruff: noqa: ANN401 - more of what is shown

from datetime import date
from typing import Any

from app.domain.catalogue import MEASURES, Direction
from app.domain.fhir.names import Names
from app.domain.fhir.observation import observations
from app.domain.fhir.own import OwnDay, OwnMoment
from app.domain.fhir.shown import Person, Shown
from app.domain.trends.choice import Scale
from app.domain.trends.series import SOURCES
from tests.support.fhir import as_json

REST = Names(b"k" * 32)
DAY = date(2026, 3, 29)
GRIP = {"own:grip": Scale(label="Grip", direction=Direction.HIGHER_IS_BETTER)}


def day(on: date = DAY, skipped: tuple[str, ...] = (), note: str | None = None, **scores: int | None) -> OwnDay:
    named = {name.replace("own_", "own:"): value for name, value in scores.items()}
    return OwnDay(local_date=on, scores=named, skipped=skipped, note=note)


def moment(measure: str = "pain", at: str = "2026-03-29T03:30:00+02:00", note: str | None = None) -> OwnMoment:
    return OwnMoment(id="m1", local_date=DAY, at=at, measure=measure, value=4, note=note)


def made(*days: OwnDay, moments: tuple[OwnMoment, ...] = (), **more: Any) -> list[tuple[str, dict[str, Any]]]:
    shown = Shown(person=Person(), as_of=DAY, days=days, moments=moments, measures=GRIP, **more)
    return [(on, as_json(resource)) for on, resource in observations(shown, REST)]


def only(*days: OwnDay, **more: Any) -> dict[str, Any]:
    ((_, resource),) = made(*days, **more)
    return resource


def codes(resource: dict[str, Any]) -> list[str]:
    return [coding["code"] for coding in resource["code"]["coding"]]


def test_score_is_a_quantity_of_the_patients_on_the_diary_date() -> None:
    observation = only(day(pain=6))
    assert observation == {
        "resourceType": "Observation",
        "id": REST.of("Observation", "day", "2026-03-29", "pain"),
        "status": "final",
        "category": [
            {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "survey"}]}
        ],
        "code": {
            "coding": [
                {
                    "system": "http://loinc.org",
                    "code": "72514-3",
                    "display": "Pain severity - 0-10 verbal numeric rating [Score] - Reported",
                },
                {"system": "urn:onset:diary", "code": "pain"},
            ],
            "text": "Pain",
        },
        "subject": {"reference": f"Patient/{REST.patient}"},
        "effectiveDateTime": "2026-03-29",
        "performer": [{"reference": f"Patient/{REST.patient}"}],
        "valueQuantity": {
            "value": 6,
            "unit": "{score}",
            "system": "http://unitsofmeasure.org",
            "code": "{score}",
        },
    }


def test_zero_is_a_value() -> None:
    assert only(day(vivid_dreams=0))["valueQuantity"]["value"] == 0


def test_no_answer_emits_nothing_and_a_declined_one_says_so() -> None:
    assert made(day(pain=None)) == []
    declined = only(day(skipped=("pain",), pain=None))
    assert declined["dataAbsentReason"]["coding"][0]["code"] == "asked-declined"
    assert "valueQuantity" not in declined


def test_answer_stands_before_a_declined_question() -> None:
    assert only(day(skipped=("pain",), pain=0))["valueQuantity"]["value"] == 0


def test_only_pain_has_a_standard_code() -> None:
    days = {code: OwnDay(local_date=DAY, scores={code: 1}, skipped=(), note=None) for code in MEASURES}
    standard = {code for code, one in days.items() if codes(only(one))[0] != code}
    assert standard == {"pain"}


def test_quality_of_sleep_is_told_as_given() -> None:
    assert SOURCES["sleep_disturbance"] == "sleep_quality"
    observation = only(day(sleep_quality=8))
    assert (codes(observation), observation["valueQuantity"]["value"]) == (["sleep_quality"], 8)


def test_own_measure_says_which_way_it_runs() -> None:
    observation = only(day(own_grip=2))
    assert (codes(observation), observation["code"]["text"]) == (["own_higher_is_better"], "Grip")


def test_measure_that_is_gone_is_left_out() -> None:
    assert made(day(own_gone=2), moments=(moment("own:gone"),)) == []


def test_note_is_an_observation_in_words() -> None:
    observation = only(day(note=" a\u2028b\r\nc\u00a0\x01 "))
    assert (codes(observation), observation["valueString"]) == (["note"], "a\nb\nc")
    assert made(day(note="\u3000")) == []


def test_reading_within_a_day_has_its_instant_in_utc() -> None:
    observation = only(moments=(moment(note="after lunch"),))
    assert observation["effectiveDateTime"] == "2026-03-29T01:30:00Z"
    assert observation["note"] == [{"text": "after lunch"}]
    assert "note" not in only(moments=(moment(),))


def test_fractions_of_a_second_and_far_offsets_are_plain_in_utc() -> None:
    at = "1900-01-01T00:00:00.123456789+23:59"
    assert only(moments=(moment(at=at),))["effectiveDateTime"] == "1899-12-31T00:01:00Z"


def test_order_is_by_diary_date_and_days_come_before_their_readings() -> None:
    days = [day(date(2026, 3, 28), pain=1), day(pain=2), day(date(2026, 3, 30), pain=3)]
    found = made(*days, moments=(moment(at="2026-03-30T00:10:00+02:00"),))
    assert [on for on, _ in found] == ["2026-03-28", "2026-03-29", "2026-03-29", "2026-03-30"]
    assert [resource["valueQuantity"]["value"] for _, resource in found] == [1, 2, 4, 3]


def test_each_has_a_name_of_its_own() -> None:
    names = [one["id"] for _, one in made(day(pain=1, fatigue=1, note="x"), moments=(moment(),))]
    assert len(set(names)) == 4
    assert all(name[14] == "8" and name[19] in "89ab" for name in names)
