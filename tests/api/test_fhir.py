"""The own diary over the FHIR routes."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class
from httpx2 import Response
from starlette.testclient import TestClient

from app.config import Settings
from app.main import StandIns, create_app
from tests.support.contract import FHIR, code_of
from tests.support.diary import LONDON, Phone, days_from, uuid7
from tests.support.fhir import faults
from tests.support.people import Person, sign_up
from tests.support.sync import Device, put

Resource = dict[str, Any]
FIRST = date(2026, 1, 12)
FIRST_DOSE = date(2026, 2, 9)
GRIP = {"label": "Grip", "direction": "higher_is_better"}
READ = {"local_date": "2026-03-01", **LONDON}


@pytest.fixture
def phone(client: TestClient, patient: Person) -> Phone:
    """Seven weeks of two scores, three weeks of doses, a step, a condition, another medicine; written by one push."""
    days: dict[str, Resource] = {f"day-{day}": {"pain": 6, "sleep_disturbance": 0} for day in days_from(FIRST, 49)}
    days["day-2026-03-01"] |= {"skipped": ["fatigue"], "note": "windy", "own:grip": 3}
    dose = {"status": "taken", "mg": 1.5, **LONDON}
    doses = {uuid7(night.toordinal()): dose | {"local_date": str(night)} for night in days_from(FIRST_DOSE, 21)}
    few = (
        ("measure", "grip", GRIP),
        ("condition", "fibromyalgia", {"code": "fibromyalgia", "status": "active"}),
        ("regimen_step", uuid7(1), {"starts_on": "2026-02-09", "mg": 1.5, "timing": "bedtime"}),
        ("medication", uuid7(2), {"name": "Ibuprofen"}),
        ("moment", uuid7(3), {"at": "2026-03-01T08:00:00+01:00", "measure": "pain", "value": 4} | READ),
    )
    Device(client, patient, "phone").push(
        *(put(0, fields, record_id=record_id) for record_id, fields in days.items()),
        *(put(0, fields, kind="dose", record_id=record_id) for record_id, fields in doses.items()),
        *(put(0, fields, kind=kind, record_id=record_id) for kind, record_id, fields in few),
    )
    return Phone(client, patient)


def read(phone: Phone, path: str) -> Resource:
    """A resource, which R4's models take."""
    answer = phone.get(f"/v1/fhir/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, FHIR), answer.text
    resource = answer.json()
    get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    return resource


def found(bundle: Resource) -> list[Resource]:
    assert bundle["type"] == "searchset"
    assert faults(bundle) == []
    return [entry["resource"] for entry in bundle.get("entry", ())]


def pages(phone: Phone, path: str) -> Iterator[Resource]:
    """The resources of all pages, by following their links."""
    address: str | None = f"/v1/fhir/{path}"
    while address is not None:
        answer = phone.get(address)
        assert answer.status_code == 200, answer.text
        yield from found(answer.json())
        address = next((link["url"] for link in answer.json()["link"] if link["relation"] == "next"), None)


def refusal(answer: Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == FHIR, answer.text
    get_fhir_model_class("OperationOutcome").model_validate(answer.json())
    return answer.status_code, code_of(answer)


def dates(resources: list[Resource]) -> list[str]:
    return [resource["effectiveDateTime"][:10] for resource in resources]


def test_summary_is_a_document_of_the_whole_diary(phone: Phone) -> None:
    bundle = read(phone, "Patient/me/$summary")
    assert (bundle["type"], faults(bundle)) == ("document", [])
    resources = [entry["resource"] for entry in bundle["entry"]]
    kinds = [resource["resourceType"] for resource in resources if resource["resourceType"] != "Observation"]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "Composition": 1,
        "Patient": 1,
        "Device": 1,
        "Condition": 1,
        "MedicationStatement": 2,
        "MedicationAdministration": 21,
        "Provenance": 1,
    }
    assert len(of_category(bundle, "survey")) == 2 * 49 + 4  # and a declined one, grip, a note and a reading
    changes = [
        one for one in of_category(bundle, "trend") if one["code"]["coding"][0]["code"] != "rise_after_dose_step"
    ]
    assert len(changes) == 1 + 3
    assert bundle["timestamp"] == "2026-03-02T12:00:00Z"


def test_summary_can_be_cut_by_dates(phone: Phone) -> None:
    bundle = read(phone, "Patient/me/$summary?start=2026-02-09&end=2026-02-10")
    scores = [one["effectiveDateTime"] for one in of_category(bundle, "survey")]
    assert scores == ["2026-02-09", "2026-02-09", "2026-02-10", "2026-02-10"]
    assert len(found_of(bundle, "MedicationAdministration")) == 2
    assert len(found_of(read(phone, "Patient/me/$summary?end=2026-01-13"), "MedicationAdministration")) == 0


def found_of(bundle: Resource, kind: str) -> list[Resource]:
    return [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind]


def of_category(bundle: Resource, category: str) -> list[Resource]:
    return [one for one in found_of(bundle, "Observation") if one["category"][0]["coding"][0]["code"] == category]


def test_summary_of_an_empty_diary(client: TestClient, patient: Person) -> None:
    bundle = read(Phone(client, patient), "Patient/me/$summary")
    assert [entry["resource"]["resourceType"] for entry in bundle["entry"]] == [
        *("Composition", "Patient", "Device", "Provenance")
    ]


def test_patient_is_a_pseudonym_until_the_account_tells_more(phone: Phone) -> None:
    blank = read(phone, "Patient/me")
    assert blank.keys() == {"resourceType", "id", "identifier"}
    assert phone.patch("/v1/me", {"display_name": "שרה", "birth_year": 1975, "sex": "female"}).status_code == 200
    told = read(phone, f"Patient/{blank['id']}")
    assert (told["name"], told["birthDate"], told["gender"]) == ([{"text": "שרה"}], "1975", "female")
    assert phone.person.account["id"] not in str(told)


def test_observations_are_found_by_patient_code_category_and_date(phone: Phone) -> None:
    me = read(phone, "Patient/me")["id"]
    whole = [*pages(phone, "Observation?_count=1000")]
    assert len(whole) == 2 * 49 + 4
    for patient in ("me", "Patient/me", me, f"Patient/{me}"):
        assert [*pages(phone, f"Observation?patient={patient}&_count=1000")] == whole
    pain = [*pages(phone, "Observation?code=http://loinc.org|72514-3&date=ge2026-02-27&date=lt2026-03-01")]
    assert [(one["effectiveDateTime"], one["valueQuantity"]["value"]) for one in pain] == [
        ("2026-02-27", 6),
        ("2026-02-28", 6),
    ]
    assert len([*pages(phone, "Observation?date=2026-03-01&code=pain,sleep_disturbance")]) == 3
    assert [*pages(phone, "Observation?category=survey&_count=1000")] == whole
    assert [*pages(phone, "Observation?category=laboratory")] == []
    assert [*pages(phone, "Observation?date=2025")] == []
    assert all(one["subject"] == {"reference": f"Patient/{me}"} for one in whole)


def test_pages_follow_one_another_without_a_gap(phone: Phone) -> None:
    for order in ("date", "-date"):
        query = f"Observation?_sort={order}&date=ge2026-02-20"
        whole = [*pages(phone, f"{query}&_count=500")]
        assert dates(whole) == sorted(dates(whole), reverse=order == "-date")
        assert len({one["id"] for one in whole}) == len(whole) == 2 * 10 + 4
        for count in (1, 7, 24):
            assert [*pages(phone, f"{query}&_count={count}")] == whole


def test_what_is_rare_is_found_in_a_long_diary(phone: Phone) -> None:
    older = [put(0, {"fatigue": 1}, record_id=f"day-{day}") for day in days_from(date(2025, 6, 1), 120)]
    Device(phone.client, phone.person, "older").push(*older)
    phone.stored("/v1/days/2025-06-01", {"tremor": 2})
    for order in ("date", "-date"):
        assert dates([*pages(phone, f"Observation?code=tremor&_count=1&_sort={order}")]) == ["2025-06-01"]


def test_nights_are_found_by_date(phone: Phone) -> None:
    path = "MedicationAdministration?effective-time=ge2026-02-25&_count=2&_sort=-effective-time"
    nights = [*pages(phone, path)]
    assert dates(nights) == [f"2026-0{month}-{day:02}" for month, day in ((3, 1), (2, 28), (2, 27), (2, 26), (2, 25))]
    assert {one["status"] for one in nights} == {"completed"}


def test_plan_and_conditions_are_found(phone: Phone) -> None:
    statements, conditions = (found(read(phone, kind)) for kind in ("MedicationStatement", "Condition?patient=me"))
    assert [one["medicationCodeableConcept"]["text"] for one in statements] == ["Low-dose naltrexone", "Ibuprofen"]
    assert [one["code"]["text"] for one in conditions] == ["Fibromyalgia"]


def test_ids_are_the_same_in_search_and_document(phone: Phone) -> None:
    document = {entry["fullUrl"] for entry in read(phone, "Patient/me/$summary")["entry"]}
    searched = [*pages(phone, "Observation?_count=1000"), *found(read(phone, "Condition"))]
    assert {f"urn:uuid:{one['id']}" for one in searched} <= document


def test_deleted_entries_are_not_there(phone: Phone) -> None:
    assert phone.delete("/v1/days/2026-02-28").status_code == 204
    assert [*pages(phone, "Observation?date=2026-02-28")] == []


def test_somebody_else_is_not_found(phone: Phone, client: TestClient) -> None:
    other = Phone(client, sign_up(client))
    mine = read(phone, "Patient/me")["id"]
    for path in (f"Patient/{mine}", f"Patient/{mine}/$summary", f"Observation?patient={mine}", "Condition?patient=x"):
        assert refusal(other.get(f"/v1/fhir/{path}")) == (404, "not-found")
    assert [*pages(other, "Observation")] == []


def test_faulty_search_is_refused_with_the_parameters_name(phone: Phone) -> None:
    for query in (
        *("_count=0", "_count=x", "_sort=code", "_sort=--date", "_page=x", "_page=MjAyNi0wMy0wMS4w", "date=soon"),
        *("_page=MjAyNi0wMy0wMS4tMQ==", "_page=MjAyNjAzMDEuMQ==", "date=2026-02-30", f"patient={'x' * 80}"),
    ):
        answer = phone.get(f"/v1/fhir/Observation?{query}")
        assert refusal(answer) == (422, "invalid"), query
        assert answer.json()["issue"][0]["expression"] == [f"http.{query.partition('=')[0]}"]


def test_more_than_a_thousand_on_a_page_are_not_given(phone: Phone) -> None:
    links = read(phone, "Observation?_count=5000")["link"]
    assert links[0]["url"].endswith("/v1/fhir/Observation?patient=me&_count=1000")


def test_nothing_is_written_here(phone: Phone) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in ("Observation", "Observation/1", "Patient/me", "Patient/me/$summary", "", "metadata", "Nothing"):
            answer = phone.client.request(method, f"/v1/fhir/{path}", headers=phone.person.headers)
            assert refusal(answer) == (405, "method-not-allowed")
            assert answer.headers["allow"] == "GET, HEAD"


def test_what_is_not_offered_is_not_found(phone: Phone) -> None:
    for path in ("", "Nothing", "AllergyIntolerance", "Observation/1"):
        assert refusal(phone.get(f"/v1/fhir/{path}")) == (404, "not-found")


def test_metadata_and_codes_are_public_and_may_be_kept(client: TestClient) -> None:
    for path in ("metadata", "CodeSystem/onset-diary"):
        answer = client.get(f"/v1/fhir/{path}")
        assert answer.status_code == 200
        assert "public" in answer.headers["cache-control"]
        get_fhir_model_class(answer.json()["resourceType"]).model_validate(answer.json())
        again = client.get(f"/v1/fhir/{path}", headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_failure_that_nobody_foresaw_is_an_outcome_too(settings: Settings, stand_ins: StandIns) -> None:
    app = create_app(settings, stand_ins)
    with TestClient(app, raise_server_exceptions=False) as client:
        del app.state.public_url  # a fault of the service's own
        assert refusal(client.get("/v1/fhir/metadata")) == (500, "internal")


def test_links_are_the_operators_address_where_one_is_told(settings: Settings, stand_ins: StandIns) -> None:
    told = Settings(**settings.model_dump(exclude_defaults=True), public_url="https://diary.example/")
    for given, base in ((told, "https://diary.example"), (settings, "http://testserver")):
        with TestClient(create_app(given, stand_ins)) as client:
            metadata = client.get("/v1/fhir/metadata").json()
            assert metadata["implementation"]["url"] == f"{base}/v1/fhir"


def test_page_that_is_long_ago_is_still_one(phone: Phone) -> None:
    """Pages stand by date, so entries that came meanwhile on other days move nothing."""
    first = read(phone, "Observation?_sort=-date&_count=10&code=pain")
    (following,) = [link["url"] for link in first["link"] if link["relation"] == "next"]
    phone.stored(f"/v1/days/{FIRST - timedelta(days=9)}", {"pain": 1})
    second = phone.get(following).json()
    assert not {one["id"] for one in found(first)} & {one["id"] for one in found(second)}
