"""Patient, Condition, Device, Consent, CodeSystem, CapabilityStatement, OperationOutcome."""

# ruff: noqa: ANN401 - changes of any field

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.domain.catalogue import CONDITIONS, MEASURES
from app.domain.errors import FieldError
from app.domain.fhir.capability import capability_statement
from app.domain.fhir.code_system import code_system
from app.domain.fhir.condition import conditions
from app.domain.fhir.consent import consent
from app.domain.fhir.device import device
from app.domain.fhir.names import Names
from app.domain.fhir.operation_outcome import operation_outcome
from app.domain.fhir.own import OwnCondition
from app.domain.fhir.patient import patient
from app.domain.fhir.shown import Person, Shown
from app.domain.trends.judgement import Status
from tests.support.fhir import as_json, permission

REST = Names(b"k" * 32)


def condition(code: str = "depression", **told: Any) -> dict[str, Any]:
    blank = OwnCondition(
        code=code, listed=CONDITIONS.get(code), label=None, status=None, diagnosed_on=None, tracked_since=None
    )
    shown = Shown(person=Person(), as_of=date(2026, 6, 30), conditions=[blank._replace(**told)])
    (resource,) = conditions(shown, REST)
    return as_json(resource)


def test_patient_is_a_pseudonym_and_what_was_chosen() -> None:
    name = REST.patient
    assert patient(Person(), REST) == {
        "resourceType": "Patient",
        "id": name,
        "identifier": [{"system": "urn:onset:pseudonym", "value": name}],
    }
    told = patient(Person(name="محمد", born="1975", gender="male"), REST)
    assert (told["name"], told["birthDate"], told["gender"]) == ([{"text": "محمد"}], "1975", "male")
    assert "name" not in patient(Person(name=" "), REST)


def test_condition_is_what_the_patient_says() -> None:
    found = condition(status="remission", diagnosed_on=date(2019, 5, 4), tracked_since=date(2026, 1, 1))
    codes = {name: found[name]["coding"][0]["code"] for name in ("clinicalStatus", "verificationStatus")}
    assert codes == {"clinicalStatus": "remission", "verificationStatus": "unconfirmed"}
    assert found["category"][0]["coding"][0]["code"] == "problem-list-item"
    assert found["asserter"] == found["subject"] == {"reference": f"Patient/{REST.patient}"}
    assert found["code"] == {
        "coding": [
            {"system": "http://hl7.org/fhir/sid/icd-10", "code": "F32.9"},
            {"system": "http://snomed.info/sct", "code": "35489007"},
        ],
        "text": "Depression",
    }
    assert found["extension"][0]["valueDateTime"] == "2019-05-04"
    assert found["recordedDate"] == "2026-01-01"


def test_condition_without_more_is_active() -> None:
    found = condition()
    assert found["clinicalStatus"]["coding"][0]["code"] == "active"
    assert not {"extension", "recordedDate"} & found.keys()


def test_fibromyalgia_has_text_and_icd_10_alone() -> None:
    assert condition("fibromyalgia")["code"] == {
        "coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "M79.7"}],
        "text": "Fibromyalgia",
    }


def test_own_condition_has_the_patients_word_alone() -> None:
    assert condition("0198", label="Aches")["code"] == {"text": "Aches"}
    assert condition("0198", label=" ")["code"] == {"text": "Condition without a name"}


def test_device_is_the_service() -> None:
    assert device(REST, "1.2")["deviceName"] == [{"name": "Onset", "type": "user-friendly-name"}]
    assert device(REST, "1.2")["version"] == [{"value": "1.2"}]


def test_consent_permits_treatment_within_its_time_and_dates() -> None:
    found = as_json(consent(permission(1), REST))
    assert (found["status"], found["scope"]["coding"][0]["code"]) == ("active", "patient-privacy")
    assert found["category"][0]["coding"][0]["code"] == "59284-0"
    provision = found["provision"]
    assert (provision["type"], provision["purpose"][0]["code"]) == ("permit", "TREAT")
    assert provision["period"] == {"start": "2026-11-23T12:00:00Z", "end": "2027-02-21T12:00:00Z"}
    assert provision["dataPeriod"] == {"start": "2026-01-01"}
    assert provision["actor"][0]["reference"] == {"display": "Dr. <Who> & Co"}
    assert [code["text"] for code in provision["code"]] == ["summary", "doses", "export"]


def test_consent_without_more_names_neither_dates_nor_recipient() -> None:
    found = consent(replace(permission(4), active=False), REST)
    assert found["status"] == "inactive"
    assert not {"actor", "dataPeriod"} & found["provision"].keys()


def test_code_system_has_each_code_once_and_each_measure_with_its_direction() -> None:
    system = as_json(code_system())
    codes = [concept["code"] for concept in system["concept"]]
    assert len(set(codes)) == len(codes) == system["count"]
    directions = {
        concept["code"]: concept["property"][0]["valueCode"] for concept in system["concept"] if "property" in concept
    }
    assert directions == {
        **{code: measure.direction for code, measure in MEASURES.items()},
        "sleep_quality": "higher_is_better",
        "own_lower_is_better": "lower_is_better",
        "own_higher_is_better": "higher_is_better",
    }
    assert {status.value for status in Status} <= set(codes)
    assert "Nightmare" not in str(system)


def test_capabilities_name_the_resources_that_there_are() -> None:
    statement = as_json(capability_statement("https://onset.example/v1/fhir", "1.2"))
    assert statement["fhirVersion"] == "4.0.1"
    (rest,) = statement["rest"]
    assert [resource["type"] for resource in rest["resource"]] == [
        "AuditEvent",
        "CodeSystem",
        "Condition",
        "Consent",
        "Device",
        "MedicationAdministration",
        "MedicationStatement",
        "Observation",
        "Patient",
    ]
    interactions = {one["code"] for resource in rest["resource"] for one in resource["interaction"]}
    assert interactions == {"read", "search-type"}


@pytest.mark.parametrize(
    ("status", "kind"), [(401, "login"), (404, "not-found"), (422, "invalid"), (418, "invalid"), (503, "transient")]
)
def test_outcome_has_the_code_and_words_of_the_problem(status: int, kind: str) -> None:
    outcome = operation_outcome(code="some-code", status=status, title="Title", detail="Detail.")
    assert outcome["issue"] == [
        {
            "severity": "error",
            "code": kind,
            "details": {"coding": [{"system": "urn:onset:problem", "code": "some-code"}], "text": "Title"},
            "diagnostics": "Detail.",
        }
    ]


def test_outcome_has_an_issue_for_each_field() -> None:
    error = FieldError(pointer="date", code="invalid-date", message="No.")
    outcome = operation_outcome(code="invalid", status=422, title="Title", detail="Detail.", errors=[error])
    (issue,) = outcome["issue"]
    assert (issue["diagnostics"], issue["expression"]) == ("date (invalid-date): No.", ["http.date"])
