"""Passwords that are changed, forgotten and set anew."""

from dataclasses import replace
from datetime import timedelta

import pytest
from httpx2 import Response
from sqlalchemy import text
from starlette.testclient import TestClient

from app.config import Settings
from app.main import StandIns, create_app
from app.storage.database import Database
from tests.support.clock import SettableClock
from tests.support.mailbox import Mailbox
from tests.support.people import PASSWORD, Person, sign_in, sign_up

NEW_PASSWORD = "a slow river in the evening"


def change(client: TestClient, person: Person, current: str = PASSWORD, new: str = NEW_PASSWORD) -> Response:
    body = {"current_password": current, "new_password": new}
    return client.post("/v1/me/password", json=body, headers=person.headers)


def forget(client: TestClient, email: str) -> Response:
    return client.post("/v1/auth/password-reset", json={"email": email})


def confirm(client: TestClient, token: str, new: str = NEW_PASSWORD) -> Response:
    return client.post("/v1/auth/password-reset/confirm", json={"token": token, "new_password": new})


def is_signed_in(client: TestClient, tokens: dict[str, str]) -> bool:
    answer = client.get("/v1/me", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    return answer.status_code == 200


def opens(client: TestClient, email: str, password: str) -> bool:
    form = {"grant_type": "password", "username": email, "password": password}
    return client.post("/v1/auth/token", data=form).status_code == 200


def test_new_password_ends_all_other_sessions(client: TestClient, patient: Person) -> None:
    other, stranger = sign_in(client, patient.email), sign_up(client)
    assert change(client, patient).status_code == 204
    assert is_signed_in(client, patient.tokens)
    assert not is_signed_in(client, other)
    assert is_signed_in(client, stranger.tokens)
    assert opens(client, patient.email, NEW_PASSWORD)
    assert not opens(client, patient.email, PASSWORD)


def test_wrong_present_password_changes_nothing(client: TestClient, patient: Person) -> None:
    answer = change(client, patient, current="not my password at all")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-grant")
    assert answer.json()["detail"] == "The password is wrong."
    assert opens(client, patient.email, PASSWORD)


def test_new_password_is_held_to_the_rules(client: TestClient, patient: Person) -> None:
    answer = change(client, patient, new="too short")
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [
        ("/new_password", "password-too-short")
    ]
    assert change(client, patient, new=patient.email.upper()).json()["errors"][0]["code"] == "password-too-common"


def test_mail_lets_its_holder_choose_a_password_once(client: TestClient, mailbox: Mailbox, patient: Person) -> None:
    assert (forget(client, patient.email.upper()).status_code, forget(client, patient.email).content) == (202, b"")
    token = mailbox.reset_token()
    assert {mail.to for mail in mailbox.mails} == {patient.email}
    assert confirm(client, token).status_code == 204
    assert not is_signed_in(client, patient.tokens)
    assert opens(client, patient.email, NEW_PASSWORD)
    assert not opens(client, patient.email, PASSWORD)
    again = confirm(client, token, new="yet another long password")
    assert (again.status_code, again.json()["code"]) == (400, "invalid-grant")


def test_without_a_mail_server_a_reset_is_answered_alike_and_nothing_is_kept(
    settings: Settings, stand_ins: StandIns, database: Database
) -> None:
    with TestClient(create_app(settings, replace(stand_ins, mailer=None))) as client:
        person = sign_up(client)
        for email in (person.email, "nobody@example.org"):
            assert (forget(client, email).status_code, forget(client, email).content) == (202, b"")
    with database.primary.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM password_resets")) == 0


def test_any_use_of_one_reset_voids_the_others(client: TestClient, mailbox: Mailbox, patient: Person) -> None:
    forget(client, patient.email)
    first = mailbox.reset_token()
    forget(client, patient.email)
    assert confirm(client, first).status_code == 204
    assert confirm(client, mailbox.reset_token()).status_code == 400


def test_changed_password_voids_resets(client: TestClient, mailbox: Mailbox, patient: Person) -> None:
    forget(client, patient.email)
    change(client, patient)
    assert confirm(client, mailbox.reset_token(), new="yet another long password").status_code == 400


def test_reset_runs_out_after_an_hour(
    client: TestClient, clock: SettableClock, mailbox: Mailbox, patient: Person
) -> None:
    forget(client, patient.email)
    clock.advance(timedelta(hours=1))
    assert confirm(client, mailbox.reset_token()).status_code == 400
    forget(client, patient.email)
    assert confirm(client, mailbox.reset_token()).status_code == 204


def test_refused_new_password_leaves_the_reset_good(client: TestClient, mailbox: Mailbox, patient: Person) -> None:
    forget(client, patient.email)
    answer = confirm(client, mailbox.reset_token(), new="too short")
    assert answer.json()["errors"][0]["pointer"] == "/new_password"
    assert confirm(client, mailbox.reset_token()).status_code == 204


def test_reset_tells_nobody_who_has_an_account(client: TestClient, mailbox: Mailbox, patient: Person) -> None:
    known, unknown = forget(client, patient.email), forget(client, "nobody@example.org")
    assert (unknown.status_code, unknown.content) == (known.status_code, known.content) == (202, b"")
    assert without_ids(unknown) | {"ratelimit": ""} == without_ids(known) | {"ratelimit": ""}
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize("token", ["", "onset_pr_" + "A" * 48, "nothing"])
def test_made_up_reset_token_opens_nothing(client: TestClient, token: str) -> None:
    assert confirm(client, token).json()["code"] == "invalid-grant"


def without_ids(answer: Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name != "x-request-id"}
