"""A phone whose replies are lost: it sends each request again, and nothing is there twice or lost."""

from dataclasses import dataclass
from datetime import date

import pytest
from httpx2 import Response
from starlette.testclient import TestClient
from typing_extensions import override

from tests.support.diary import SAMPLES, Phone, days_from, problem, uuid7
from tests.support.people import PASSWORD, Person, sign_in, sign_up


@dataclass(frozen=True, slots=True)
class LuckySecondTime(Phone):
    """Hears only the answer to the second of two equal writes."""

    @override
    def put(self, address: str, fields: object, **headers: str) -> Response:
        Phone.put(self, address, fields, **headers)
        return Phone.put(self, address, fields, **headers)

    @override
    def patch(self, address: str, fields: object, **headers: str) -> Response:
        Phone.patch(self, address, fields, **headers)
        return Phone.patch(self, address, fields, **headers)

    @override
    def delete(self, address: str, **headers: str) -> Response:
        Phone.delete(self, address, **headers)
        return Phone.delete(self, address, **headers)


@pytest.fixture
def phone(client: TestClient, patient: Person) -> LuckySecondTime:
    return LuckySecondTime(client, patient)


def test_everything_sent_twice_is_there_once(client: TestClient, phone: LuckySecondTime) -> None:
    calm = Phone(client, sign_up(client))
    for each in (phone, calm):
        for sample in SAMPLES:
            each.stored(sample.address, sample.fields)
            assert each.patch(sample.address, {sample.field: sample.other}).status_code == 200
        for day in days_from(date(2026, 2, 1), 10):
            each.stored(f"/v1/days/{day}", {"pain": day.day % 10})
        assert each.delete("/v1/days/2026-02-05").status_code == 204
        each.stored(f"/v1/doses/{uuid7(9)}", {"local_date": "2026-02-01", "status": "taken", "mg": 1.5})
    for sample in SAMPLES:
        kept, wanted = (each.get(f"/v1/{sample.path}").json()["items"] for each in (phone, calm))
        assert [(record["id"], record["fields"]) for record in kept] == [
            (record["id"], record["fields"]) for record in wanted
        ]
    assert phone.get("/v1/trends/fibromyalgia").json() | {"as_of_rev": 0} == calm.get(
        "/v1/trends/fibromyalgia"
    ).json() | {"as_of_rev": 0}


def test_guarded_write_sent_twice_says_that_it_had_arrived(phone: LuckySecondTime) -> None:
    phone.stored("/v1/days/2026-03-01", {"pain": 6})
    answer = phone.put("/v1/days/2026-03-01", {"pain": 5}, If_Match='"2"')
    assert problem(answer) == (412, "revision-changed")
    assert answer.json()["current"]["fields"]["pain"] == 5


def test_new_account_sent_twice_is_one(client: TestClient) -> None:
    body = {"email": "ada@example.org", "password": PASSWORD, "time_zone": "Europe/London"}
    assert client.post("/v1/accounts", json=body).status_code == 201
    assert problem(client.post("/v1/accounts", json=body)) == (409, "email-taken")
    assert sign_in(client, "Ada@Example.org ")["token_type"] == "bearer"


def test_refresh_whose_reply_is_lost_signs_nobody_out(client: TestClient, patient: Person) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": patient.tokens["refresh_token"]}
    answers = [client.post("/v1/auth/token", data=form).json() for _ in range(3)]
    assert len({answer["refresh_token"] for answer in answers}) == 1
    for answer in answers[-1:]:
        headers = {"Authorization": f"Bearer {answer['access_token']}"}
        assert client.get("/v1/me", headers=headers).status_code == 200


def test_sign_out_and_erasure_sent_twice_are_over(client: TestClient, patient: Person) -> None:
    tokens = sign_in(client, patient.email)
    for _ in range(2):
        assert client.post("/v1/auth/revoke", data={"token": tokens["refresh_token"]}).status_code == 200
    erasure = {"password": PASSWORD}
    assert client.post("/v1/me/erasure", json=erasure, headers=patient.headers).status_code == 204
    again = client.post("/v1/me/erasure", json=erasure, headers=patient.headers)
    assert problem(again) == (401, "token-invalid")
