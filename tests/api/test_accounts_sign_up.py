"""Making an account, and the account as its owner sees it."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.people import PASSWORD, Person, sign_in, sign_up

ME = {
    "email": "ada@example.org",
    "role": "patient",
    "time_zone": "Europe/Lisbon",
    "locale": "pt-PT",
    "display_name": "Ada",
    "organisation": None,
    "day_start": "04:00",
    "research_opt_in": False,
    "birth_year": None,
    "sex": None,
    "created_at": "2026-03-02T12:00:00Z",
}


def body(**changes: object) -> dict[str, Any]:
    return {"email": "ada@example.org", "password": PASSWORD, "time_zone": "Europe/Lisbon"} | changes


def faults(client: TestClient, **changes: object) -> list[tuple[str, str]]:
    answer = client.post("/v1/accounts", json=body(**changes))
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == "invalid"
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


def test_sign_up_answers_the_account_in_the_shape_of_me(client: TestClient) -> None:
    made = client.post("/v1/accounts", json=body(locale="pt-PT", display_name=" Ada ", email=" Ada@Example.ORG "))
    assert made.status_code == 201, made.text
    account = made.json()
    assert {name: account[name] for name in ME} == ME
    assert account.keys() == {"id", *ME}
    tokens = sign_in(client, "ADA@example.org")
    me = client.get("/v1/me", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert me.json() == account


def test_clinician_has_an_account_and_no_diary(client: TestClient) -> None:
    clinician = sign_up(client, role="clinician")
    assert clinician.account["role"] == "clinician"
    assert client.get("/v1/me", headers=clinician.headers).status_code == 200
    refused = client.get("/v1/days", headers=clinician.headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "wrong-role")


def test_second_account_with_the_same_address_is_refused(client: TestClient) -> None:
    sign_up(client, email="ada@example.org")
    refused = client.post("/v1/accounts", json=body(email="ADA@EXAMPLE.ORG", password="quite another password"))
    assert (refused.status_code, refused.json()["code"]) == (409, "email-taken")
    sign_in(client, "ada@example.org")


def test_every_fault_of_a_sign_up_is_named_at_once(client: TestClient) -> None:
    found = faults(client, email="ada", password="short", time_zone="Europe/Atlantis", display_name="a\u202eb")
    assert found == [
        ("/email", "invalid-text"),
        ("/password", "password-too-short"),
        ("/time_zone", "out-of-range"),
        ("/display_name", "invalid-text"),
    ]


def test_common_password_is_refused_by_its_own_code(client: TestClient) -> None:
    assert faults(client, password="passwordpassword") == [("/password", "password-too-common")]
    assert faults(client, email="somebody@example.org", password="Somebody@example.org") == [
        ("/password", "password-too-common")
    ]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"plan": "gold"}, ("/plan", "unknown-field")),
        ({"email": 7}, ("/email", "wrong-type")),
        ({"role": "nurse"}, ("/role", "out-of-range")),
        ({"locale": None}, ("/locale", "wrong-type")),
    ],
)
def test_sign_up_takes_no_more_and_nothing_else(
    client: TestClient, changes: dict[str, Any], fault: tuple[str, str]
) -> None:
    assert faults(client, **changes) == [fault]


def test_sign_up_without_a_time_zone_names_what_is_missing(client: TestClient) -> None:
    answer = client.post("/v1/accounts", json={"email": "ada@example.org", "password": PASSWORD})
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [("/time_zone", "missing-field")]


def test_settings_change_only_as_named(client: TestClient, patient: Person) -> None:
    changes = {
        "time_zone": "America/New_York",
        "day_start": "05:30",
        "research_opt_in": True,
        "display_name": "Ada",
        "birth_year": 1980,
        "sex": "female",
    }
    answer = client.patch("/v1/me", json=changes, headers=patient.headers)
    assert answer.json() == patient.account | changes
    answer = client.patch("/v1/me", json={"display_name": None, "sex": None}, headers=patient.headers)
    assert answer.json() == patient.account | changes | {"display_name": None, "sex": None}
    assert client.get("/v1/me", headers=patient.headers).json() == answer.json()


def test_empty_patch_of_settings_changes_nothing(client: TestClient, patient: Person) -> None:
    answer = client.patch("/v1/me", json={}, headers=patient.headers)
    assert (answer.status_code, answer.json()) == (200, patient.account)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"time_zone": "Mars/Olympus"}, ("/time_zone", "out-of-range")),
        ({"time_zone": None}, ("/time_zone", "wrong-type")),
        ({"day_start": "12:00"}, ("/day_start", "out-of-range")),
        ({"research_opt_in": 1}, ("/research_opt_in", "wrong-type")),
        ({"birth_year": 2027}, ("/birth_year", "out-of-range")),
        ({"birth_year": 1980.0}, ("/birth_year", "wrong-type")),
        ({"sex": "unsure"}, ("/sex", "out-of-range")),
        ({"email": "eve@example.org"}, ("/email", "unknown-field")),
        ({"role": "clinician"}, ("/role", "unknown-field")),
    ],
)
def test_refused_setting_leaves_the_account_as_it_was(
    client: TestClient, patient: Person, changes: dict[str, Any], fault: tuple[str, str]
) -> None:
    answer = client.patch("/v1/me", json={"display_name": "Eve"} | changes, headers=patient.headers)
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [fault]
    assert client.get("/v1/me", headers=patient.headers).json() == patient.account


def test_next_request_knows_the_new_time_zone(client: TestClient, patient: Person) -> None:
    client.patch("/v1/me", json={"time_zone": "Pacific/Kiritimati"}, headers=patient.headers)
    # 12:00 UTC on the 2nd is 02:00 on the 3rd there, and a dose at that hour belongs to the night before.
    written = client.put(
        "/v1/doses/0198c0de-0000-7000-8000-000000000001",
        json={"status": "taken", "local_date": "2026-03-02"},
        headers=patient.headers,
    )
    assert written.json()["fields"]["time_zone"] == "Pacific/Kiritimati"
