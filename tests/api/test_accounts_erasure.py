"""Erasure leaves nothing, and logs never had anything."""

import io
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
import structlog
from fastapi import FastAPI
from sqlalchemy import inspect, text
from starlette.testclient import TestClient
from typing_extensions import override

from app.config import Settings
from app.domain.ids import AccountId
from app.logs import configure_logs
from app.main import StandIns, create_app
from app.services.parts import Parts
from app.storage.database import at_length
from app.storage.engines import make_engine
from app.storage.erasures import Erasures
from tests.support.people import PASSWORD, Person, sign_in, sign_up
from tests.support.sharing import invited, pending, redeem, shared

CANARY = "canary-5d1e"
WRONG = f"{CANARY} not the password"
KEPT = frozenset({"alembic_version", "days", "doses", "regimen_steps"})


@pytest.fixture
def logged() -> Iterator[io.BytesIO]:
    root, output = logging.getLogger(), io.BytesIO()
    handlers, level = root.handlers[:], root.level
    configure_logs("debug", output)
    yield output
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def fill(client: TestClient) -> Person:
    """A patient of whom every table knows something."""
    person = sign_up(client, email=f"{CANARY}@example.org")
    client.patch("/v1/me", json={"display_name": CANARY}, headers=person.headers)
    note = {"local_date": "2026-03-01", "pain": 3, "note": CANARY * 300}
    assert client.put("/v1/days/2026-03-01", json=note, headers=person.headers).status_code == 201
    form = {"grant_type": "password", "username": person.email, "password": PASSWORD, "device_name": CANARY}
    client.post("/v1/auth/token", data=form)
    client.post("/v1/auth/token", data=form | {"password": WRONG})
    return person


def files(folder: Path) -> list[bytes]:
    """All that SQLite keeps on the disk."""
    return [file.read_bytes() for file in folder.glob("onset.db*")]


def erase(client: TestClient, person: Person, password: str = PASSWORD) -> int:
    return client.post("/v1/me/erasure", json={"password": password}, headers=person.headers).status_code


def test_erasure_leaves_no_row_and_no_byte(
    settings: Settings, stand_ins: StandIns, database_url: str, engine_name: str
) -> None:
    with TestClient(create_app(settings, stand_ins)) as client:
        person = fill(client)
    assert (engine_name == "sqlite") is any(CANARY.encode() in content for content in files(settings.data))
    with TestClient(create_app(settings, stand_ins)) as client:
        assert erase(client, person) == 204
        assert not any(CANARY.encode() in content for content in files(settings.data)), "nor while the service runs"
    assert not any(CANARY.encode() in content for content in files(settings.data))
    with make_engine(database_url).connect().execution_options(any_patient=True) as connection:
        tables = set(inspect(connection).get_table_names()) - KEPT
        left = {table: connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables}  # noqa: S608 - names from the catalogue
    assert left == dict.fromkeys(tables, 0)
    assert {"accounts", "sessions", "wrong_passwords", "records", "record_history"} <= tables


def share(client: TestClient, person: Person) -> Person:
    """Whom the patient shares with, in every way and every state."""
    doctor = sign_up(client, role="clinician")
    read = shared(client, person, doctor, purpose=CANARY, show_name=True, scopes=["observations", "notes"])
    assert CANARY in read.read("days").text
    shared(client, person, doctor, purpose=CANARY).patient_does("revoke")
    pending(client, person, doctor, purpose=CANARY)
    invited(client, person, purpose=CANARY)
    assert redeem(client, doctor, secret="onset_in_wrong").status_code == 404
    return doctor


def test_erasure_leaves_nothing_of_what_was_shared(
    settings: Settings, stand_ins: StandIns, database_url: str, engine_name: str
) -> None:
    tables = ("grants", "invites", "access_log", "access_log_heads", "receipts")
    with TestClient(create_app(settings, stand_ins)) as client:
        person = fill(client)
        doctor = share(client, person)
    assert (engine_name == "sqlite") is any(CANARY.encode() in content for content in files(settings.data))
    engine = make_engine(database_url)

    def rows() -> list[int]:
        with engine.connect().execution_options(any_patient=True) as connection:
            return [connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables]  # noqa: S608 - named above

    assert rows() == [3, 1, 1, 1, 3]
    with TestClient(create_app(settings, stand_ins)) as client:
        assert erase(client, person) == 204
        assert client.get("/v1/grants", headers=doctor.headers).json()["items"] == []
        assert rows() == [0, 0, 0, 0, 0]
        assert erase(client, doctor) == 204
    assert not any(CANARY.encode() in content for content in files(settings.data))
    engine.dispose()


def test_an_erasure_during_a_backup_is_overwritten_after_it(
    client: TestClient, database_url: str, settings: Settings, engine_name: str
) -> None:
    """A backup sees one view throughout, so the old pages stay until it has ended."""
    person, parts = fill(client), cast("Parts", cast("FastAPI", client.app).state.parts)
    with at_length(database_url, read_only=True) as backup:
        assert backup.scalar(text("SELECT count(*) FROM accounts")) == 1
        assert erase(client, person) == 204
        assert (engine_name == "sqlite") is any(CANARY.encode() in content for content in files(settings.data))
        assert client.portal is not None
        assert client.portal.call(parts.database.empty_log) is (engine_name == "postgresql")
    assert client.portal.call(parts.database.empty_log)
    assert not any(CANARY.encode() in content for content in files(settings.data))


def test_erased_account_is_gone_for_every_token_and_its_address_is_free(client: TestClient) -> None:
    person = fill(client)
    other = sign_in(client, person.email)
    assert erase(client, person) == 204
    for tokens in (person.tokens, other):
        answer = client.get("/v1/me", headers={"Authorization": f"Bearer {tokens['access_token']}"})
        assert (answer.status_code, answer.json()["code"]) == (401, "token-invalid")
        form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        assert client.post("/v1/auth/token", data=form).json()["error"] == "invalid_grant"
    again = sign_up(client, email=person.email)
    assert again.account["id"] != person.account["id"]
    assert client.get("/v1/days", headers=again.headers).json()["items"] == []


def test_erasure_with_a_wrong_password_erases_nothing(client: TestClient) -> None:
    person = fill(client)
    assert erase(client, person, WRONG) == 400
    assert len(client.get("/v1/days", headers=person.headers).json()["items"]) == 1


def test_erasure_of_one_leaves_the_others(client: TestClient, patient: Person) -> None:
    assert erase(client, fill(client)) == 204
    assert client.get("/v1/me", headers=patient.headers).json() == patient.account


def test_logs_hold_no_address_name_password_or_token(
    logged: io.BytesIO, settings: Settings, stand_ins: StandIns
) -> None:
    with TestClient(create_app(settings, stand_ins)) as client:
        person = fill(client)
        client.post("/v1/accounts", json={"email": person.email, "password": PASSWORD, "time_zone": "Europe/London"})
        client.post("/v1/auth/password-reset", json={"email": person.email})
        client.get("/v1/me", headers={"Authorization": "Bearer onset_at_wrong"})
        erase(client, person)
    lines = logged.getvalue()
    assert lines.count(b'"route":"/v1/auth/token"') == 3
    for secret in (CANARY, PASSWORD, person.tokens["access_token"], person.tokens["refresh_token"], "onset_at_"):
        assert secret.encode() not in lines


class Meddling(Erasures):
    """A ledger during whose writing the password is changed elsewhere."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.data)
        self._url = settings.resolved_database_url()

    @override
    def intend(self, account: AccountId) -> None:
        super().intend(account)
        engine = make_engine(self._url)
        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE accounts SET password_hash = password_hash || 'x'")
        engine.dispose()


def test_an_erasure_that_is_refused_leaves_no_note(client: TestClient, patient: Person, settings: Settings) -> None:
    """Else a restore would erase an account that stands."""
    assert erase(client, patient, "another walk by the sea") == 400
    app = cast("FastAPI", client.app)
    app.state.parts = replace(app.state.parts, erasures=Meddling(settings))
    assert erase(client, patient) == 400
    assert [*(settings.data / "erasing").iterdir()] == []
    assert not (settings.data / "erased.txt").exists()
    assert client.get("/v1/me", headers=patient.headers).status_code == 200
