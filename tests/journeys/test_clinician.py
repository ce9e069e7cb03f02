"""Somebody with a clinician's account: an account like any other, and no diary."""

from starlette.testclient import TestClient

from tests.support.diary import SAMPLES, Phone, problem
from tests.support.people import PASSWORD, Person, sign_in, sign_up


def test_clinician_who_tries_the_diary_is_told_so_and_sees_nothing(client: TestClient, patient: Person) -> None:
    diary, doctor = Phone(client, patient), Phone(client, sign_up(client, role="clinician"))
    for sample in SAMPLES:
        diary.stored(sample.address, sample.fields)
        for answer in (
            doctor.get(f"/v1/{sample.path}"),
            doctor.get(sample.address),
            doctor.put(sample.address, sample.fields),
            doctor.patch(sample.address, sample.fields),
            doctor.delete(sample.address),
        ):
            assert problem(answer) == (403, "wrong-role")
    for address in ("/v1/today", "/v1/trends", "/v1/trends/fibromyalgia", "/v1/adherence", "/v1/conflicts"):
        assert problem(doctor.get(address)) == (403, "wrong-role")
    assert diary.get("/v1/today").json()["yesterday"]["fields"]["pain"] == 6


def test_clinician_keeps_an_account_all_the_same(client: TestClient) -> None:
    person = sign_up(client, role="clinician")
    doctor = Phone(client, person)
    assert doctor.patch("/v1/me", {"organisation": "Harbour clinic"}).json()["organisation"] == "Harbour clinic"
    assert len(doctor.get("/v1/me/sessions").json()["items"]) == 1
    assert doctor.get("/v1/catalogue/conditions").status_code == 200
    next_password = "a short swim in the lake"
    body = {"current_password": PASSWORD, "new_password": next_password}
    assert client.post("/v1/me/password", json=body, headers=person.headers).status_code == 204
    tokens = sign_in(client, person.email, next_password)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert client.post("/v1/me/erasure", json={"password": next_password}, headers=headers).status_code == 204
    assert problem(client.get("/v1/me", headers=headers)) == (401, "token-invalid")


def test_one_person_may_have_both_accounts(client: TestClient) -> None:
    as_clinician = sign_up(client, role="clinician", email="ada@clinic.example")
    as_patient = sign_up(client, email="ada@example.org")
    body = {"email": as_clinician.email, "password": PASSWORD, "time_zone": "UTC", "role": "patient"}
    assert problem(client.post("/v1/accounts", json=body)) == (409, "email-taken")
    assert Phone(client, as_patient).put("/v1/days/2026-03-01", {"pain": 1}).status_code == 201
