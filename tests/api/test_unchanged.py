"""A trend that a phone holds already is told unchanged before any route is asked, to those alone who may read it."""

from datetime import timedelta

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from tests.support.clock import SettableClock
from tests.support.diary import Phone, problem
from tests.support.people import Person, sign_in, sign_up

TREND = "/v1/trends/fibromyalgia"
ADDRESSES = ("/v1/trends", TREND, f"{TREND}/chart.svg")


@pytest.fixture
def phone(client: TestClient, patient: Person) -> Phone:
    phone = Phone(client, patient)
    phone.stored("/v1/days/2026-03-01", {"pain": 6})
    return phone


def never(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on no route is reached."""

    async def fail(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise AssertionError("a route was asked")

    assert isinstance(client.app, FastAPI)
    monkeypatch.setattr(client.app.router, "middleware_stack", fail)


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_route_is_asked_for_what_the_phone_holds(
    client: TestClient, phone: Phone, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = phone.get(address).headers["etag"]
    never(client, monkeypatch)
    for named in (tag, f'"other", W/{tag}', "*"):
        told = phone.get(address, If_None_Match=named)
        assert (told.status_code, told.content, told.headers["etag"]) == (304, b"", tag)
        assert told.headers["cache-control"] == "no-store"
    assert client.head(address, headers=phone.person.headers | {"If-None-Match": tag}).status_code == 304
    assert phone.get(address, If_None_Match='"other"').status_code == 500


def test_it_is_counted_under_the_route_that_gave_the_answer(client: TestClient, phone: Phone) -> None:
    tag = phone.get(TREND).headers["etag"]
    phone.get(TREND, If_None_Match=tag)
    counted = 'onset_requests_total{method="GET",route="/v1/trends/{condition}",status="304"} 1.0'
    assert counted in client.get("/metrics").text


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_next_day_is_another_answer(phone: Phone, clock: SettableClock, address: str) -> None:
    tag = phone.get(address).headers["etag"]
    clock.advance(timedelta(hours=12, minutes=14))
    phone = Phone(phone.client, Person(phone.person.email, {}, sign_in(phone.client, phone.person.email)))
    assert phone.get(address, If_None_Match=tag).status_code == 200


def test_who_may_not_read_is_refused_however_well_the_tag_is_known(client: TestClient, phone: Phone) -> None:
    tag = phone.get(TREND).headers["etag"]
    clinician = sign_up(client, role="clinician")
    assert problem(client.get(TREND, headers={"If-None-Match": tag})) == (401, "token-missing")
    assert problem(client.get(TREND, headers=clinician.headers | {"If-None-Match": tag})) == (403, "wrong-role")
    client.post("/v1/auth/revoke", data={"token": phone.person.tokens["refresh_token"]})
    assert problem(phone.get(TREND, If_None_Match=tag)) == (401, "token-invalid")


def test_what_is_about_another_day_is_left_to_its_route(phone: Phone) -> None:
    tag = phone.get(f"{TREND}?as_of=2026-03-01").headers["etag"]
    assert phone.get(TREND, If_None_Match=tag).status_code == 200
    assert phone.get(f"{TREND}?as_of=2026-03-01", If_None_Match=tag).status_code == 304


def test_what_is_not_there_is_not_found_whatever_tag_is_named(phone: Phone) -> None:
    assert problem(phone.get("/v1/trends/atlantis", If_None_Match="*")) == (404, "not-found")
