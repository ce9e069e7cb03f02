"""Somebody signs up, keeps a diary for eight weeks, looks at it, and goes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.clock import SettableClock
from tests.support.diary import Phone, problem, uuid7
from tests.support.people import PASSWORD, Person, sign_in, sign_up

EVENING = datetime(2026, 3, 2, 21, 30, tzinfo=UTC)
FIRST_DOSE = EVENING + timedelta(weeks=2)
NEXT_PASSWORD = "a short swim in the lake"


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(EVENING)


def renewed(client: TestClient, tokens: dict[str, Any]) -> dict[str, Any]:
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    answer = client.post("/v1/auth/token", data=form)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_eight_weeks_of_a_newcomer(client: TestClient, clock: SettableClock) -> None:
    newcomer = sign_up(client, email="ada@example.org")
    phone = Phone(client, newcomer)

    # Before the first dose: what is tracked, what is usual, what is planned.
    phone.stored("/v1/conditions/fibromyalgia", {"status": "active", "targets_chosen_on": "2026-03-02"})
    for measure in ("pain", "sleep_disturbance", "fatigue"):
        phone.stored(f"/v1/usuals/{measure}", {"value": 6, "asked_on": "2026-03-02"})
    plan = {"starts_on": FIRST_DOSE.date().isoformat(), "mg": 1.5, "timing": "bedtime", "reason": "start"}
    phone.stored(f"/v1/regimen-steps/{uuid7(1)}", plan)
    needs = phone.get("/v1/today").json()["needs"]
    assert {need["code"] for need in needs} == {"first_dose", "baseline_days", "baseline_weeks"}
    assert {need["by"] for need in needs} == {"2026-03-15", "2026-03-16"}

    # Every evening a day and, from the third week on, a dose.
    for evening in range(56):
        phone = Phone(client, Person(newcomer.email, newcomer.account, renewed(client, phone.person.tokens)))
        today = phone.get("/v1/today").json()
        assert today["date"] == clock().date().isoformat()
        assert today["day"] is None
        assert (today["yesterday"] is None) is (evening == 0)
        pain = 7 if evening < 28 else 4
        phone.stored(f"/v1/days/{today['date']}", {"pain": pain, "sleep_disturbance": 5, "fatigue": 6})
        if clock() >= FIRST_DOSE:
            assert today["expected_dose"]["mg"] == 1.5
            dose = {"status": "taken", "mg": 1.5, "taken_at": clock().isoformat()}
            assert phone.stored(f"/v1/doses/{uuid7(evening)}", dose)["fields"]["local_date"] == today["date"]
        clock.advance(timedelta(days=1))

    phone = Phone(client, Person(newcomer.email, newcomer.account, renewed(client, phone.person.tokens)))
    check_what_is_told(phone)
    change_password(client, phone, newcomer.email)
    erase(client, newcomer.email)


def check_what_is_told(phone: Phone) -> None:
    told = phone.get("/v1/trends/fibromyalgia").json()
    assert (told["first_dose_date"], told["weeks_treated"]) == ("2026-03-16", 6)
    assert told["primary_chosen_after_start"] is False
    assert told["adherence"] == {"low": 42 / 43, "high": 1.0, "days": 43, "longest_gap_days": 1}
    assert told["composite"]["baseline"] == {"weeks": 2, "entries": 14, "mean": 6.0}
    assert [week["mean"] for week in told["measures"]["pain"]["weeks"]] == [7, 7, 7, 7, 4, 4, 4, 4]
    verdict = told["composite"]["verdict"]
    assert (verdict["status"], verdict["published"]) == ("benefit", False)
    assert [need["code"] for need in verdict["needs"]] == ["confirmation"]
    assert "started-at-worst" in {caveat["code"] for caveat in told["caveats"]}
    chart = phone.get("/v1/trends/fibromyalgia/chart.svg?measure=pain&theme=dark")
    assert (chart.status_code, chart.headers["content-type"]) == (200, "image/svg+xml")
    assert phone.get("/v1/today").json()["needs"] == []


def change_password(client: TestClient, phone: Phone, email: str) -> None:
    other = sign_in(client, email)
    body = {"current_password": PASSWORD, "new_password": NEXT_PASSWORD}
    assert client.post("/v1/me/password", json=body, headers=phone.person.headers).status_code == 204
    assert problem(client.get("/v1/me", headers={"Authorization": f"Bearer {other['access_token']}"})) == (
        401,
        "token-invalid",
    )
    assert phone.get("/v1/me").status_code == 200
    form = {"grant_type": "password", "username": email, "password": PASSWORD}
    assert problem(client.post("/v1/auth/token", data=form)) == (400, "invalid-grant")


def erase(client: TestClient, email: str) -> None:
    tokens = sign_in(client, email, NEXT_PASSWORD)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    erasure = {"password": NEXT_PASSWORD}
    assert client.post("/v1/me/erasure", json=erasure, headers=headers).status_code == 204
    assert problem(client.get("/v1/days", headers=headers)) == (401, "token-invalid")
    form = {"grant_type": "password", "username": email, "password": NEXT_PASSWORD}
    assert problem(client.post("/v1/auth/token", data=form)) == (400, "invalid-grant")
    again = Phone(client, sign_up(client, email=email))
    assert again.get("/v1/days").json() == {"items": [], "next_cursor": None}
    assert again.put("/v1/days/2026-03-02", {"pain": 1}).headers["etag"] == '"2"'
