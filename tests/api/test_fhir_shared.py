"""What a clinician reads by FHIR under a grant, what the patient sees of it, and what must not be told."""

from datetime import date, timedelta

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from tests.api.test_fhir import found, found_of, of_category, pages, read, refusal
from tests.support.diary import LONDON, Phone, days_from, uuid7
from tests.support.fhir import faults
from tests.support.people import Person, sign_up
from tests.support.sharing import Shared, shared
from tests.support.sync import Device, put

FIRST_DOSE = date(2026, 2, 2)
EVERYTHING = ["summary", "doses", "observations", "notes", "export"]
MARK = "canary3e8d"
SEARCHES = ("Observation", "MedicationAdministration", "MedicationStatement", "Condition", "Consent")


@pytest.fixture
def clinician(client: TestClient) -> Person:
    return sign_up(client, role="clinician")


@pytest.fixture
def diary(client: TestClient, patient: Person) -> Phone:
    """Fibromyalgia, and beside it depression, of which nothing may be told."""
    scores = {"pain": 6, "sleep_disturbance": 5, "fatigue": 6, "low_mood": 9}
    dates = days_from(FIRST_DOSE - timedelta(21), 48)
    dose = {"status": "taken", "mg": 1.5, "reason": MARK, **LONDON}
    medicine = {"name": f"Sertraline {MARK}", "conditions": ["depression"]}
    Device(client, patient, "phone").push(
        *(put(0, scores, record_id=f"day-{day}") for day in dates),
        put(0, {"code": "fibromyalgia"}, kind="condition", record_id="fibromyalgia"),
        put(0, {"code": "depression"}, kind="condition", record_id="depression"),
        put(0, medicine, kind="medication", record_id=uuid7(1)),
        put(0, {"starts_on": str(FIRST_DOSE), "mg": 1.5}, kind="regimen_step", record_id=uuid7(2)),
        *(
            put(0, dose | {"local_date": str(night)}, kind="dose", record_id=uuid7(night.toordinal()))
            for night in days_from(FIRST_DOSE, 27)
        ),
    )
    return Phone(client, patient)


def clinics(grant: Shared) -> Phone:
    return Phone(grant.client, grant.clinician)


def asked(grant: Shared, path: str) -> Response:
    return clinics(grant).get(f"/v1/fhir/{path}")


@pytest.mark.usefixtures("diary")
def test_document_holds_what_was_granted_and_the_consent(
    client: TestClient, patient: Person, clinician: Person
) -> None:
    grant = shared(client, patient, clinician, scopes=EVERYTHING)
    bundle = read(clinics(grant), f"Patient/{grant.pid}/$summary?start=2026-02-20&end=2026-02-21")
    assert faults(bundle) == []
    assert [one["code"]["text"] for one in found_of(bundle, "Condition")] == ["Fibromyalgia"]
    (consent,) = found_of(bundle, "Consent")
    assert consent["status"] == "active"
    assert found_of(bundle, "Patient")[0]["identifier"][0]["value"] == grant.pid
    assert len(found_of(bundle, "MedicationAdministration")) == 2
    assert len(of_category(bundle, "survey")) == 2 * 3
    (row,) = [row for row in grant.log() if row["route"].endswith("$summary")]
    assert (row["from"], row["to"], row["outcome"]) == ("2026-02-20", "2026-02-21", "served")
    assert row["counts"]["Observation"] == len(found_of(bundle, "Observation"))


@pytest.mark.usefixtures("diary")
def test_nothing_tells_of_what_was_not_granted(client: TestClient, patient: Person, clinician: Person) -> None:
    client.patch("/v1/me", json={"display_name": MARK, "birth_year": 1975}, headers=patient.headers)
    grant = shared(client, patient, clinician, scopes=EVERYTHING)
    paths = [f"Patient/{grant.pid}", f"Patient/{grant.pid}/$summary"]
    paths += [f"{kind}?patient={grant.pid}" for kind in SEARCHES]
    mine = read(Phone(client, patient), "Patient/me")["id"]
    for path in paths:
        answer = asked(grant, path)
        assert answer.status_code == 200, path
        for told in (MARK, "epress", "low_mood", "Low mood", "Sertraline", "birthDate", "lastUpdated", mine, uuid7(2)):
            assert told not in answer.text, (path, told)
            assert told not in str(answer.headers), (path, told)


@pytest.mark.usefixtures("diary")
def test_searches_page_like_the_patients_own(client: TestClient, patient: Person, clinician: Person) -> None:
    grant = shared(client, patient, clinician, scopes=EVERYTHING)
    for order in ("date", "-date"):
        query = f"Observation?patient=Patient/{grant.pid}&code=pain&_sort={order}&date=ge2026-02-01"
        paged = [*pages(clinics(grant), f"{query}&_count=9")]
        assert paged == [*pages(clinics(grant), f"{query}&_count=1000")]
        assert [one["effectiveDateTime"] for one in paged] == sorted(
            (day.isoformat() for day in days_from(date(2026, 2, 1), 28)), reverse=order == "-date"
        )
    nights = [*pages(clinics(grant), f"MedicationAdministration?patient={grant.pid}&_count=20")]
    assert len(nights) == 27
    assert {one["subject"]["reference"] for one in nights} == {f"Patient/{grant.pid}"}
    statements, conditions = (
        found(read(clinics(grant), f"{kind}?patient={grant.pid}")) for kind in ("MedicationStatement", "Condition")
    )
    assert (len(statements), len(conditions)) == (1, 1)


@pytest.mark.usefixtures("diary")
def test_scopes_bound_what_is_in_it(client: TestClient, patient: Person, clinician: Person) -> None:
    trends = shared(client, patient, clinician, scopes=["summary", "export"])
    bundle = read(clinics(trends), f"Patient/{trends.pid}/$summary")
    assert {one["category"][0]["coding"][0]["code"] for one in found_of(bundle, "Observation")} == {"trend"}
    assert not found_of(bundle, "MedicationAdministration") + found_of(bundle, "MedicationStatement")
    for kind in ("Observation", "MedicationAdministration"):
        assert refusal(asked(trends, f"{kind}?patient={trends.pid}")) == (403, "scope-not-granted")
    days = shared(client, patient, clinician, scopes=["observations", "export"])
    bundle = read(clinics(days), f"Patient/{days.pid}/$summary")
    assert {one["category"][0]["coding"][0]["code"] for one in found_of(bundle, "Observation")} == {"survey"}
    no_files = shared(client, patient, clinician, scopes=["summary", "doses", "observations"])
    for path in (f"Patient/{no_files.pid}", *(f"{kind}?patient={no_files.pid}" for kind in SEARCHES)):
        assert refusal(asked(no_files, path)) == (403, "scope-not-granted"), path


@pytest.mark.usefixtures("diary")
def test_grant_that_does_not_stand_refuses_and_the_log_says_so(
    client: TestClient, patient: Person, clinician: Person
) -> None:
    grant = shared(client, patient, clinician, scopes=EVERYTHING, show_name=True)
    assert read(clinics(grant), f"Patient/{grant.pid}")["id"] == grant.pid
    grant.patient_does("pause")
    assert refusal(asked(grant, f"Observation?patient={grant.pid}")) == (403, "grant-paused")
    grant.patient_does("revoke")
    assert refusal(asked(grant, f"Patient/{grant.pid}/$summary")) == (403, "grant-revoked")
    told = [(row["route"], row["code"]) for row in grant.log()]
    assert told == [
        ("/v1/fhir/Patient/{pid}", None),
        ("/v1/fhir/Observation", "grant-paused"),
        ("/v1/fhir/Patient/{pid}/$summary", "grant-revoked"),
    ]


def test_clinician_without_a_grant_finds_nobody(client: TestClient, patient: Person, clinician: Person) -> None:
    mine = read(Phone(client, patient), "Patient/me")["id"]
    for pid in ("me", mine, "nobody"):
        answer = client.get(f"/v1/fhir/Observation?patient={pid}", headers=clinician.headers)
        assert refusal(answer) == (404, "not-found")
    assert refusal(client.get("/v1/fhir/AuditEvent", headers=clinician.headers)) == (403, "wrong-role")


@pytest.mark.usefixtures("diary")
def test_access_log_is_the_patients_alone_and_holds_who_asked_for_it(
    client: TestClient, patient: Person, clinician: Person
) -> None:
    grant = shared(client, patient, clinician, scopes=EVERYTHING)
    no_files = shared(client, patient, clinician, scopes=["summary"])
    assert refusal(asked(grant, f"AuditEvent?patient={grant.pid}")) == (403, "wrong-role")
    assert refusal(asked(grant, f"AuditEvent/{grant.pid}.1")) == (403, "wrong-role")
    assert refusal(asked(no_files, f"AuditEvent?patient=Patient/{no_files.pid}")) == (403, "scope-not-granted")
    grant.patient_does("pause")
    assert refusal(asked(grant, f"AuditEvent?patient={grant.pid}")) == (403, "grant-paused")
    told = [(row["grant_id"], row["route"], row["outcome"], row["code"]) for row in grant.log()]
    assert told == [
        (grant.id, "/v1/fhir/AuditEvent", "denied", "wrong-role"),
        (grant.id, "/v1/fhir/AuditEvent/{id}", "denied", "wrong-role"),
        (no_files.id, "/v1/fhir/AuditEvent", "denied", "scope-not-granted"),
        (grant.id, "/v1/fhir/AuditEvent", "denied", "grant-paused"),
    ]


def test_patient_sees_consents_and_who_read(client: TestClient, patient: Person, clinician: Person) -> None:
    phone = Phone(client, patient)
    assert [*pages(phone, "Consent"), *pages(phone, "AuditEvent")] == []
    one = shared(client, patient, clinician, scopes=EVERYTHING)
    two = shared(client, patient, clinician, scopes=["summary", "export"], data_from="2026-01-01")
    two.patient_does("revoke")
    told = {one["status"]: one["provision"].get("dataPeriod") for one in found(read(phone, "Consent"))}
    assert told == {"active": None, "inactive": {"start": "2026-01-01"}}
    for _ in range(3):
        assert asked(one, f"Condition?patient={one.pid}").status_code == 200
    assert asked(two, f"Condition?patient={two.pid}").status_code == 403
    events = [*pages(phone, "AuditEvent?_count=2")]
    assert events == found(read(phone, "AuditEvent?date=2026-03-02"))
    assert [event["outcomeDesc"] for event in events] == ["served", "served", "served", "grant-revoked"]
    assert found(read(phone, "AuditEvent?date=lt2026-03-02")) == []
    assert refusal(phone.get("/v1/fhir/AuditEvent?_page=x")) == (422, "invalid")
    assert refusal(phone.get("/v1/fhir/AuditEvent?patient=x")) == (404, "not-found")
