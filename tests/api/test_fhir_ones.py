"""Each FHIR resource by its id, and what is computed by search."""

import json
import re
from collections.abc import Iterable

import pytest
from starlette.testclient import TestClient

from tests.api.test_fhir import Resource, found, of_category, pages, phone, read, refusal
from tests.api.test_fhir_shared import EVERYTHING, asked, clinician, clinics, diary
from tests.support.diary import Phone
from tests.support.people import Person, sign_up
from tests.support.sharing import Shared, shared

__all__ = ["clinician", "diary", "phone"]  # fixtures
BASE = "http://testserver/v1/fhir/"
TYPES = {"Observation", "MedicationAdministration", "MedicationStatement", "Condition", "Consent"}
TRENDS = "Observation?category=urn:onset:diary|trend&_count=1000"


def addresses(bundle: Resource) -> dict[str, Resource]:
    """What a search found, by where it says that each is."""
    return {entry["fullUrl"].removeprefix(BASE): entry["resource"] for entry in bundle.get("entry", ())}


def references(resources: Iterable[Resource]) -> set[str]:
    """Every reference within."""
    return set(re.findall(r'"reference": "([^"]+)"', json.dumps([*resources])))


def test_every_address_and_reference_leads_to_its_resource(phone: Phone, client: TestClient) -> None:
    grant = shared(client, phone.person, sign_up(client, role="clinician"), scopes=EVERYTHING)
    for reader, whose in ((phone, "me"), (clinics(grant), grant.pid)):
        seen: dict[str, Resource] = {}
        for search in (*sorted(TYPES), TRENDS, *(["AuditEvent"] if whose == "me" else [])):
            query = "&" if "?" in search else "?"
            seen |= addresses(read(reader, f"{search}{query}patient={whose}"))
        assert {address.partition("/")[0] for address in seen} >= TYPES
        assert len([address for address in seen if address.startswith("Observation")]) > 100
        for address, resource in [*seen.items()][::9] + [*seen.items()][-9:]:
            assert read(reader, address) == resource
        followed = references(seen.values())
        assert {one.partition("/")[0] for one in followed} == {"Patient", "Device"}
        for reference in followed:
            resource = read(reader, reference)
            assert reference == f"{resource['resourceType']}/{resource['id']}"


def test_ids_are_of_their_own_type_and_reader(phone: Phone, client: TestClient) -> None:
    grant = shared(client, phone.person, sign_up(client, role="clinician"), scopes=EVERYTHING)
    (own, *_), (granted, *_) = (
        addresses(read(reader, f"Condition?patient={whose}"))
        for reader, whose in ((phone, "me"), (clinics(grant), grant.pid))
    )
    assert own != granted
    stranger = Phone(client, sign_up(client, role="clinician"))
    for reader, address in (
        (phone, granted),
        (clinics(grant), own),
        (stranger, granted),
        (Phone(client, sign_up(client)), own),
        (phone, own.replace("Condition", "Consent")),
        (clinics(grant), f"Condition/{grant.pid}"),
        (clinics(grant), f"{granted}0"),
        (phone, "AuditEvent/1"),
    ):
        assert refusal(reader.get(f"/v1/fhir/{address}")) == (404, "not-found"), address
    assert refusal(clinics(grant).get("/v1/fhir/AuditEvent/1")) == (403, "wrong-role")


@pytest.mark.usefixtures("diary")
def test_each_read_by_id_is_one_row_of_the_log(client: TestClient, patient: Person, clinician: Person) -> None:
    grant = shared(client, patient, clinician, scopes=EVERYTHING)
    (address, *_) = addresses(read(clinics(grant), f"MedicationAdministration?patient={grant.pid}"))
    before = len(grant.log())
    assert asked(grant, address).status_code == 200
    assert refusal(asked(grant, f"{address}x")) == (404, "not-found")
    grant.patient_does("pause")
    assert refusal(asked(grant, address)) == (403, "grant-paused")
    rows = grant.log()[before:]
    assert {row["route"] for row in rows} == {"/v1/fhir/MedicationAdministration/{id}"}
    assert [(row["outcome"], row["code"], row["counts"]) for row in rows] == [
        ("served", None, {"MedicationAdministration": 1}),
        ("denied", "not-found", {}),
        ("denied", "grant-paused", {}),
    ]


@pytest.mark.usefixtures("diary")
def test_scopes_bound_what_an_id_opens(client: TestClient, patient: Person, clinician: Person) -> None:
    def first(grant: Shared, search: str) -> str:
        joint = "&" if "?" in search else "?"
        return next(iter(addresses(read(clinics(grant), f"{search}{joint}patient={grant.pid}"))))

    trends = shared(client, patient, clinician, scopes=["summary", "export"])
    assert asked(trends, first(trends, TRENDS)).status_code == 200
    for kind in ("Observation", "MedicationAdministration"):
        assert refusal(asked(trends, f"{kind}/{trends.pid}.x")) == (403, "scope-not-granted")
    days = shared(client, patient, clinician, scopes=["observations", "doses", "export"])
    for kind in ("Observation", "MedicationAdministration"):
        assert asked(days, first(days, kind)).status_code == 200
    assert refusal(asked(days, f"Observation/{days.pid}.x")) == (404, "not-found")
    no_files = shared(client, patient, clinician, scopes=["summary", "doses", "observations"])
    for kind in (*TYPES, "Device"):
        assert refusal(asked(no_files, f"{kind}/{no_files.pid}.x")) == (403, "scope-not-granted")


def test_trends_are_found_where_they_are_asked_for(phone: Phone) -> None:
    document = of_category(read(phone, "Patient/me/$summary"), "trend")
    trends = [*pages(phone, TRENDS)]
    assert len(trends) == len(document) > 4

    def told(resources: list[Resource]) -> list[tuple[str, object]]:
        return sorted((one["code"]["text"], str(one.get("valueQuantity"))) for one in resources)

    assert told(trends) == told(document)
    assert [*pages(phone, "Observation?category=trend&_count=2")] == trends
    changes = [*pages(phone, "Observation?code=change_from_baseline")]
    assert len(changes) == 1 + 3
    assert not [one for one in pages(phone, "Observation?_count=1000") if one in trends]
    assert not [one for one in pages(phone, "Observation?code=pain&_count=1000") if one in trends]
    both = [*pages(phone, "Observation?category=survey,trend&_count=7")]
    assert len(both) == len(trends) + len([*pages(phone, "Observation?_count=1000")])
    assert len({one["id"] for one in both}) == len(both)
    assert [*pages(phone, "Observation?category=survey,trend&_count=7&_sort=-date")][-1] == both[0]


def test_trends_are_found_by_the_dates_they_speak_of(phone: Phone) -> None:
    for dates, many in (("date=lt2026-01-01", 0), ("date=2026-01-20", 3), ("date=gt2026-03-10", 0)):
        assert len(found(read(phone, f"Observation?code=change_from_baseline&{dates}"))) == many, dates
    assert len(found(read(phone, "Observation?code=rise_after_dose_step&date=2026-02-09"))) == 2
    assert found(read(phone, "Observation?code=rise_after_dose_step&date=2026-02-10")) == []


@pytest.mark.usefixtures("diary")
def test_trends_take_the_scope_summary_alone(client: TestClient, patient: Person, clinician: Person) -> None:
    trends = shared(client, patient, clinician, scopes=["summary", "export"])
    document = of_category(read(clinics(trends), f"Patient/{trends.pid}/$summary"), "trend")
    assert len(found(read(clinics(trends), f"{TRENDS}&patient={trends.pid}"))) == len(document) > 0
    both = f"Observation?category=survey,trend&patient={trends.pid}"
    assert refusal(asked(trends, both)) == (403, "scope-not-granted")
    days = shared(client, patient, clinician, scopes=["observations", "export"])
    for query in (both.replace(trends.pid, days.pid), f"{TRENDS}&patient={days.pid}"):
        assert refusal(asked(days, query)) == (403, "scope-not-granted")
