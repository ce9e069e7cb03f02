"""Tokens: from a password to an answer, through lost replies, thieves and sign-out."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from tests.support.clock import SettableClock
from tests.support.mailbox import Mailbox
from tests.support.people import PASSWORD, Person, sign_in, sign_up

ACCESS_LIFETIME = timedelta(minutes=15)
Tokens = dict[str, Any]


def ask(client: TestClient, tokens: Tokens) -> Response:
    return client.get("/v1/me", headers={"Authorization": f"Bearer {tokens['access_token']}"})


def code_of(answer: Response) -> str:
    return answer.json()["code"]


def renew(client: TestClient, refresh_token: str) -> Response:
    return client.post("/v1/auth/token", data={"grant_type": "refresh_token", "refresh_token": refresh_token})


def renewed(client: TestClient, tokens: Tokens) -> Tokens:
    answer = renew(client, tokens["refresh_token"])
    assert answer.status_code == 200, answer.text
    return answer.json()


def sessions(client: TestClient, tokens: Tokens) -> list[dict[str, Any]]:
    answer = client.get("/v1/me/sessions", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert answer.json()["next_cursor"] is None
    return answer.json()["items"]


@pytest.mark.parametrize("path", ["/v1/auth/token", "/v1/auth/revoke"])
def test_every_problem_of_the_token_routes_has_an_error_for_clients_of_oauth(client: TestClient, path: str) -> None:
    refused = client.post(path, json={"grant_type": "password"})
    assert (refused.status_code, refused.json()["error"]) == (415, "invalid_request")
    refused = client.post(path, data={"token": "x" * 20_000})
    assert (refused.status_code, refused.json()["error"]) == (413, "invalid_request")
    assert "error" not in client.post("/v1/accounts", data={"email": "a"}).json()


def test_password_opens_a_session_as_oauth_has_it(client: TestClient) -> None:
    person = sign_up(client)
    form = {"grant_type": "password", "username": person.email, "password": PASSWORD, "scope": "", "client_id": "docs"}
    answer = client.post("/v1/auth/token", data=form, auth=("a client", "its secret"))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    tokens = answer.json()
    assert tokens.keys() == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert (tokens["token_type"], tokens["expires_in"]) == ("bearer", 900)
    assert tokens["access_token"].startswith("onset_at_")
    assert tokens["refresh_token"].startswith("onset_rt_")
    assert ask(client, tokens).json() == person.account


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"scope": "diary"}, "invalid_request"),
        ({"grant_type": "password", "username": "a@example.org"}, "invalid_request"),
        ({"grant_type": "password", "password": "a", "username": ""}, "invalid_request"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "refresh_token": "onset_rt_none"}, "invalid_grant"),
        ({"grant_type": "password", "username": "nobody", "password": "\ud7ff"}, "invalid_grant"),
    ],
)
def test_what_opens_nothing_is_refused_in_oauths_words(client: TestClient, form: dict[str, str], error: str) -> None:
    answer = client.post("/v1/auth/token", data=form)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.headers["content-type"] == "application/problem+json"


def test_password_typed_on_another_keyboard_is_the_same(client: TestClient) -> None:
    composed, decomposed = "Ein schöner langer Satz", "Ein scho\u0308ner langer Satz"
    account = {"email": "jo@example.org", "password": decomposed, "time_zone": "Europe/Berlin"}
    assert client.post("/v1/accounts", json=account).status_code == 201
    sign_in(client, "jo@example.org", composed)


@pytest.mark.parametrize("sent", [None, "Basic YTpi", "Bearer", "Bearer ", "bearer\tonset_at_x"])
def test_without_a_token_the_answer_is_token_missing_or_invalid(client: TestClient, sent: str | None) -> None:
    answer = client.get("/v1/me", headers={"Authorization": sent} if sent else {})
    assert answer.status_code == 401
    assert code_of(answer) in {"token-missing", "token-invalid"}
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "made_up",
    [
        "onset_at_",
        "not a token",
        "onset_at_" + "A" * 48,
        "onset_at_é",
        "\x00",
    ],
)
def test_made_up_token_is_invalid(client: TestClient, made_up: str) -> None:
    answer = client.get("/v1/me", headers={b"Authorization": b"Bearer " + made_up.encode("latin-1")})
    assert (answer.status_code, code_of(answer)) == (401, "token-invalid")


def test_refresh_token_opens_no_route(client: TestClient, patient: Person) -> None:
    answer = client.get("/v1/me", headers={"Authorization": f"Bearer {patient.tokens['refresh_token']}"})
    assert code_of(answer) == "token-invalid"


def test_access_token_runs_out_after_a_quarter_of_an_hour(
    client: TestClient, clock: SettableClock, patient: Person
) -> None:
    clock.advance(ACCESS_LIFETIME - timedelta(seconds=1))
    assert ask(client, patient.tokens).status_code == 200
    clock.advance(timedelta(seconds=1))
    answer = ask(client, patient.tokens)
    assert (answer.status_code, code_of(answer)) == (401, "token-expired")
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert ask(client, renewed(client, patient.tokens)).status_code == 200


def test_refresh_after_a_lost_reply_gives_the_same_refresh_token_and_a_new_access_token(
    client: TestClient, patient: Person
) -> None:
    lost, repeated = renewed(client, patient.tokens), renewed(client, patient.tokens)
    assert repeated["refresh_token"] == lost["refresh_token"] != patient.tokens["refresh_token"]
    assert repeated["access_token"] != lost["access_token"]
    assert ask(client, repeated).status_code == 200
    assert ask(client, renewed(client, repeated)).status_code == 200


def test_concurrent_refreshes_of_one_device_agree(client: TestClient, patient: Person) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(renewed, [client] * 8, [patient.tokens] * 8))
    assert len({answer["refresh_token"] for answer in answers}) == 1
    assert len({answer["access_token"] for answer in answers}) == 8
    assert ask(client, answers[0]).status_code == 200
    assert ask(client, answers[-1]).status_code == 200


def test_request_on_its_way_during_a_refresh_is_answered(client: TestClient, patient: Person) -> None:
    first = renewed(client, patient.tokens)
    assert ask(client, first).status_code == 200
    assert ask(client, patient.tokens).status_code == 200
    second = renewed(client, first)
    assert ask(client, second).status_code == 200
    assert code_of(ask(client, patient.tokens)) == "token-invalid"


def used_access_token(client: TestClient, tokens: Tokens) -> None:
    assert ask(client, tokens).status_code == 200


def used_refresh_token(client: TestClient, tokens: Tokens) -> None:
    renewed(client, tokens)


@pytest.mark.parametrize("use", [used_access_token, used_refresh_token])
def test_old_refresh_token_after_its_successor_was_used_ends_the_session_and_tells_the_patient(
    client: TestClient, mailbox: Mailbox, patient: Person, use: Callable[[TestClient, Tokens], None]
) -> None:
    owner = sign_in(client, patient.email)
    successor = renewed(client, patient.tokens)
    use(client, successor)
    refused = renew(client, patient.tokens["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")

    assert code_of(ask(client, successor)) == "token-invalid"
    assert renew(client, successor["refresh_token"]).status_code == 400
    assert [mail.to for mail in mailbox.mails] == [patient.email]
    assert "onset_" not in mailbox.mails[0].text

    stolen, own = sessions(client, owner)
    assert stolen["revoked_at"] == "2026-03-02T12:00:00Z"
    assert stolen["revoked_why"] == "token-copied"
    assert (own["revoked_at"], own["revoked_why"], own["current"]) == (None, None, True)


def test_thief_cannot_hide_the_revocation(client: TestClient, patient: Person) -> None:
    owner = sign_in(client, patient.email)
    successor = renewed(client, patient.tokens)
    ask(client, successor)
    renew(client, patient.tokens["refresh_token"])
    for tokens in (patient.tokens, successor):
        for token in (tokens["access_token"], tokens["refresh_token"]):
            assert client.post("/v1/auth/revoke", data={"token": token}).status_code == 200
    assert [session["revoked_why"] for session in sessions(client, owner)] == ["token-copied", None]


def test_revoked_session_is_shown_for_ninety_days(client: TestClient, clock: SettableClock, patient: Person) -> None:
    successor = renewed(client, patient.tokens)
    ask(client, successor)
    renew(client, patient.tokens["refresh_token"])
    clock.advance(timedelta(days=90) - timedelta(seconds=1))
    assert len(sessions(client, sign_in(client, patient.email))) == 2
    clock.advance(timedelta(seconds=1))
    assert len(sessions(client, sign_in(client, patient.email))) == 2  # this one, and that of a second ago


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_revocation_bites_at_once(client: TestClient, patient: Person, which: str) -> None:
    other = sign_in(client, patient.email)
    answer = client.post(
        "/v1/auth/revoke", data={"token": patient.tokens[which], "token_type_hint": "unheard_of"}, auth=("a", "b")
    )
    assert answer.status_code == 200
    assert code_of(ask(client, patient.tokens)) == "token-invalid"
    assert renew(client, patient.tokens["refresh_token"]).status_code == 400
    assert len(sessions(client, other)) == 1


@pytest.mark.parametrize("token", ["nothing of ours", "onset_at_" + "A" * 48])
def test_revoking_what_is_no_token_is_answered_alike(client: TestClient, token: str) -> None:
    assert client.post("/v1/auth/revoke", data={"token": token}).status_code == 200


def test_refresh_token_lives_for_ninety_days_from_its_last_use_and_a_year_at_most(
    client: TestClient, clock: SettableClock, patient: Person
) -> None:
    tokens = patient.tokens
    for _ in range(4):
        clock.advance(timedelta(days=89))
        tokens = renewed(client, tokens)
        assert ask(client, tokens).status_code == 200
    clock.advance(timedelta(days=9))  # 365 days since the sign-in
    assert renew(client, tokens["refresh_token"]).status_code == 400
    assert renew(client, sign_up(client).tokens["refresh_token"]).status_code == 200


def test_refresh_token_runs_out_when_it_is_not_used(client: TestClient, clock: SettableClock, patient: Person) -> None:
    clock.advance(timedelta(days=90))
    assert renew(client, patient.tokens["refresh_token"]).status_code == 400
    other = sign_in(client, patient.email)
    assert [session["current"] for session in sessions(client, other)] == [True]


def test_devices_are_listed_with_the_name_they_gave(client: TestClient, clock: SettableClock, patient: Person) -> None:
    clock.advance(timedelta(minutes=1))
    form = {"grant_type": "password", "username": patient.email, "password": PASSWORD}
    phone = client.post("/v1/auth/token", data=form | {"device_name": "Ada's \u202ephone\n" + "x" * 200}).json()
    clock.advance(timedelta(minutes=1))
    first, second = sessions(client, phone)
    assert first["device_name"] is None
    assert second["device_name"] == ("Ada's phone" + "x" * 200)[:100]
    assert (first["current"], second["current"]) == (False, True)
    assert first["created_at"] == first["last_seen_at"] == "2026-03-02T12:00:00Z"
    assert (second["created_at"], second["last_seen_at"]) == ("2026-03-02T12:01:00Z", "2026-03-02T12:02:00Z")
    assert second["expires_at"] == "2026-05-31T12:01:00Z"


def test_device_signed_out_from_another_is_refused_at_once(client: TestClient, patient: Person) -> None:
    other = sign_in(client, patient.email)
    gone = next(session for session in sessions(client, other) if not session["current"])
    answer = client.delete(f"/v1/me/sessions/{gone['id']}", headers=patient.headers | bearer(other))
    assert answer.status_code == 204
    assert code_of(ask(client, patient.tokens)) == "token-invalid"
    assert len(sessions(client, other)) == 1
    assert client.delete(f"/v1/me/sessions/{gone['id']}", headers=bearer(other)).status_code == 404


def test_session_of_somebody_else_is_not_there(client: TestClient, patient: Person) -> None:
    stranger = sign_up(client)
    (session,) = sessions(client, patient.tokens)
    answer = client.delete(f"/v1/me/sessions/{session['id']}", headers=stranger.headers)
    assert (answer.status_code, code_of(answer)) == (404, "not-found")
    assert ask(client, patient.tokens).status_code == 200


def bearer(tokens: Tokens) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}
