"""Limits on guessing and flooding, and that neither they nor anything else tells who has an account."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import Engine, event
from starlette.testclient import TestClient

from app.config import Settings, Switch
from app.domain.limits import (
    PASSWORD_RESET,
    PASSWORD_RESET_EVERYWHERE,
    PASSWORD_RESET_MAILS,
    PASSWORD_RESET_TOKENS_EVERYWHERE,
    SIGN_IN,
    SIGN_UP,
    SIGN_UP_EVERYWHERE,
    TOKENS_EVERYWHERE,
    Policy,
)
from app.main import StandIns, create_app
from tests.support.clock import SettableClock
from tests.support.mailbox import Mailbox
from tests.support.people import PASSWORD, Person, sign_in

WRONG = "not the password of anybody"
QUARTER = timedelta(minutes=15)


def at_network(client: TestClient, number: int) -> TestClient:
    """The same service, asked from another network."""
    return TestClient(client.app, client=(f"203.0.{number}.7", 50000), raise_server_exceptions=False)


def attempt(client: TestClient, email: str, password: str = WRONG) -> Response:
    form = {"grant_type": "password", "username": email, "password": password}
    return client.post("/v1/auth/token", data=form)


def use_up(client: TestClient, email: str) -> None:
    for _ in range(SIGN_IN.quota):
        assert attempt(client, email).status_code == 400


def shown(answer: Response, *besides: str) -> tuple[int, dict[str, str], dict[str, Any]]:
    """All that an answer tells, but what differs by chance."""
    headers = {name: value for name, value in answer.headers.items() if name not in {"x-request-id", *besides}}
    return answer.status_code, headers, answer.json() | {"request_id": ""}


@contextmanager
def statements() -> Generator[list[str]]:
    """The SQL of all engines while the block runs."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_tenth_wrong_password_is_the_last_for_a_quarter_of_an_hour(
    client: TestClient, clock: SettableClock, patient: Person
) -> None:
    use_up(client, patient.email)
    refused = attempt(client, patient.email, PASSWORD)
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-requests")
    assert refused.headers["retry-after"] == "900"
    assert refused.json()["detail"] == "Please wait 15 minutes, then try again."
    assert refused.json()["error"] == "temporarily_unavailable"
    assert refused.headers["ratelimit"] == '"sign-in";r=0;t=900'
    assert refused.headers["ratelimit-policy"] == '"sign-in";q=10;w=900'
    clock.advance(QUARTER)
    assert attempt(client, patient.email, PASSWORD).status_code == 200


def test_limit_counts_wrong_passwords_alone(client: TestClient, clock: SettableClock, patient: Person) -> None:
    for _ in range(SIGN_IN.quota + 1):
        sign_in(client, patient.email)
        client.post("/v1/auth/token", data={"grant_type": "refresh_token", "refresh_token": "onset_rt_wrong"})
    clock.advance(QUARTER)
    assert client.get("/v1/me", headers=patient.headers).json()["code"] == "token-expired"
    answer = attempt(client, patient.email)
    assert answer.headers["ratelimit"] == '"sign-in";r=9;t=900, "sign-in-network";r=299;t=900'


def test_right_password_shows_what_remains(client: TestClient, clock: SettableClock, patient: Person) -> None:
    attempt(client, patient.email)
    clock.advance(timedelta(minutes=5))
    answer = attempt(client, patient.email, PASSWORD)
    assert answer.status_code == 200
    assert answer.headers["ratelimit"] == '"sign-in";r=9;t=600, "sign-in-network";r=299;t=600'


def test_guesses_elsewhere_do_not_lock_the_owner_out(client: TestClient, patient: Person) -> None:
    for number in range(10):
        use_up(at_network(client, number), patient.email)
    elsewhere = attempt(at_network(client, 99), patient.email, PASSWORD)
    assert elsewhere.status_code == 429
    assert elsewhere.headers["ratelimit"] == '"sign-in-elsewhere";r=0;t=3600'
    sign_in(client, patient.email)


def test_network_stays_familiar_for_ninety_days(client: TestClient, clock: SettableClock, patient: Person) -> None:
    holiday = at_network(client, 200)
    sign_in(holiday, patient.email)
    clock.advance(timedelta(days=90))
    for number in range(10):
        use_up(at_network(client, number), patient.email)
    sign_in(holiday, patient.email)
    clock.advance(timedelta(days=90, seconds=1))
    for number in range(10):
        use_up(at_network(client, number), patient.email)
    assert attempt(holiday, patient.email, PASSWORD).status_code == 429


def test_unknown_address_is_answered_and_limited_like_a_known_one(client: TestClient, patient: Person) -> None:
    known, unknown = at_network(client, 1), at_network(client, 2)
    for _ in range(SIGN_IN.quota + 1):
        assert shown(attempt(unknown, "nobody@example.org")) == shown(attempt(known, patient.email))


def test_unknown_address_is_answered_alike_on_the_owners_own_network(client: TestClient, patient: Person) -> None:
    for _ in range(SIGN_IN.quota + 1):
        known, unknown = attempt(client, patient.email), attempt(client, "nobody@example.org")
        assert shown(unknown, "ratelimit") == shown(known, "ratelimit")


def test_unknown_address_costs_the_same_statements(client: TestClient, patient: Person) -> None:
    for email in (patient.email, "nobody@example.org"):  # connections are made, statements prepared
        attempt(client, email)
    with statements() as for_known:
        attempt(client, patient.email)
    with statements() as for_unknown:
        attempt(client, "nobody@example.org")
    assert for_unknown == for_known
    assert len(for_known) > 3


def test_wrong_password_counts_wherever_it_is_asked_for(client: TestClient, patient: Person) -> None:
    for _ in range(5):
        body = {"current_password": WRONG, "new_password": "a slow river in the evening"}
        assert client.post("/v1/me/password", json=body, headers=patient.headers).status_code == 400
        assert client.post("/v1/me/erasure", json={"password": WRONG}, headers=patient.headers).status_code == 400
    answer = client.post("/v1/me/erasure", json={"password": PASSWORD}, headers=patient.headers)
    assert answer.status_code == 429
    assert attempt(client, patient.email, PASSWORD).status_code == 429
    assert client.get("/v1/me", headers=patient.headers).status_code == 200


def test_right_password_shows_what_remains_wherever_it_is_asked_for(client: TestClient, patient: Person) -> None:
    attempt(client, patient.email)
    remains = '"sign-in";r=9;t=900, "sign-in-network";r=299;t=900'
    body = {"current_password": PASSWORD, "new_password": "a slow river in the evening"}
    changed = client.post("/v1/me/password", json=body, headers=patient.headers)
    assert (changed.status_code, changed.headers["ratelimit"]) == (204, remains)
    erased = client.post("/v1/me/erasure", json={"password": body["new_password"]}, headers=patient.headers)
    assert (erased.status_code, erased.headers["ratelimit"]) == (204, remains)
    assert erased.headers["ratelimit-policy"] == '"sign-in";q=10;w=900, "sign-in-network";q=300;w=900'


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/me/password", {}),
        ("/v1/me/password", {"current_password": PASSWORD, "new_password": "too short"}),
        ("/v1/me/erasure", {}),
    ],
)
def test_what_is_refused_before_the_password_is_asked_shows_how_the_network_stands(
    client: TestClient, patient: Person, path: str, body: dict[str, str]
) -> None:
    attempt(client, "nobody@example.org")
    for _ in range(2):
        refused = client.post(path, json=body, headers=patient.headers)
        assert (refused.status_code, refused.headers["ratelimit"]) == (422, '"sign-in-network";r=299;t=900')


def test_asking_for_a_reset_shows_both_of_its_limits(client: TestClient) -> None:
    answer = client.post("/v1/auth/password-reset", json={"email": "nobody@example.org"})
    assert answer.headers["ratelimit"] == '"password-reset-network";r=99;t=3600, "password-reset";r=9;t=3600'
    assert answer.headers["ratelimit-policy"] == ('"password-reset-network";q=100;w=3600, "password-reset";q=10;w=3600')


def test_reset_by_mail_lets_the_owner_in_again(client: TestClient, mailbox: Mailbox, patient: Person) -> None:
    use_up(client, patient.email)
    client.post("/v1/auth/password-reset", json={"email": patient.email})
    body = {"token": mailbox.reset_token(), "new_password": "a slow river in the evening"}
    assert client.post("/v1/auth/password-reset/confirm", json=body).status_code == 204
    sign_in(client, patient.email, "a slow river in the evening")


def test_sign_up_is_limited_for_each_network(client: TestClient) -> None:
    for used in range(SIGN_UP.quota):
        answer = client.post("/v1/accounts", json={})
        assert answer.status_code == 422
        assert answer.headers["ratelimit"] == f'"sign-up";r={SIGN_UP.quota - used - 1};t=3600'
    refused = client.post("/v1/accounts", json={})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "3600")
    assert refused.headers["ratelimit-policy"] == '"sign-up";q=300;w=3600'
    assert at_network(client, 1).post("/v1/accounts", json={}).status_code == 422


@pytest.mark.parametrize(
    ("path", "policy"),
    [
        ("/v1/accounts", SIGN_UP_EVERYWHERE),
        ("/v1/auth/token", TOKENS_EVERYWHERE),
        ("/v1/auth/revoke", TOKENS_EVERYWHERE),
        ("/v1/auth/password-reset", PASSWORD_RESET_EVERYWHERE),
        ("/v1/auth/password-reset/confirm", PASSWORD_RESET_TOKENS_EVERYWHERE),
    ],
)
def test_all_networks_together_are_limited(
    settings: Settings, stand_ins: StandIns, clock: SettableClock, path: str, policy: Policy
) -> None:
    app = create_app(settings, stand_ins)
    with TestClient(app) as client:
        assert at_network(client, 1).post(path).status_code not in {404, 405, 429}
        for _ in range(policy.quota - 1):
            app.state.parts.limits.count(policy, "everywhere")
        refused = at_network(client, 2).post(path)
        window_s = policy.window // timedelta(seconds=1)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, str(window_s))
        assert refused.headers["ratelimit"] == f'"{policy.name}";r=0;t={window_s}'
        clock.advance(policy.window)
        assert at_network(client, 2).post(path).status_code != 429


def test_refresh_shows_its_limit(client: TestClient, patient: Person) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": patient.tokens["refresh_token"]}
    answer = client.post("/v1/auth/token", data=form)
    assert answer.headers["ratelimit-policy"] == '"tokens";q=10000;w=3600'


def test_reset_mails_for_one_address_are_limited(client: TestClient, mailbox: Mailbox, patient: Person) -> None:
    for number in range(4):
        network = at_network(client, number)
        for _ in range(PASSWORD_RESET.quota):
            assert network.post("/v1/auth/password-reset", json={"email": patient.email}).status_code == 202
        refused = network.post("/v1/auth/password-reset", json={"email": patient.email})
        assert (refused.status_code, refused.headers["ratelimit"]) == (429, '"password-reset";r=0;t=3600')
    assert len(mailbox.mails) == PASSWORD_RESET_MAILS.quota


def test_limits_can_be_off(settings: Settings, stand_ins: StandIns) -> None:
    off = settings.model_copy(update={"limits": Switch.OFF})
    with TestClient(create_app(off, stand_ins)) as client:
        use_up(client, "nobody@example.org")
        answer = attempt(client, "nobody@example.org")
        assert answer.status_code == 400
        assert "ratelimit" not in answer.headers


def test_proxy_that_is_trusted_names_the_network(settings: Settings, stand_ins: StandIns) -> None:
    behind = settings.model_copy(update={"trusted_proxies": "192.0.2.1"})
    with TestClient(create_app(behind, stand_ins), client=("192.0.2.1", 1)) as client:
        client.headers["X-Forwarded-For"] = "198.51.100.7"
        use_up(client, "nobody@example.org")
        assert attempt(client, "nobody@example.org").status_code == 429
        client.headers["X-Forwarded-For"] = "198.51.101.7"
        assert attempt(client, "nobody@example.org").status_code == 400
