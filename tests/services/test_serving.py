"""Answers to others: checked and logged at the end, and not served where that can't be done."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from app.config import Settings
from app.domain.access import ANYWHERE, OwnDiary, SignedIn
from app.domain.errors import DatabaseUnavailable, NotFound, Refusal
from app.domain.sessions import TokenMissing
from app.domain.sharing.access_log import Asked
from app.domain.sharing.consent import GrantExpired, GrantPaused, GrantRevoked
from app.domain.sharing.scopes import Scope
from app.main import StandIns, create_app, make_parts
from app.services import clinic, granting
from app.services.accounts import read_me
from app.services.parts import Parts
from app.services.serving import Built
from app.services.sessions import admit
from tests.support.clock import SettableClock
from tests.support.people import sign_up
from tests.support.sharing import Shared, shared

ASKED = Asked(route="/v1/x")
SUMMARY = frozenset({Scope.SUMMARY})


@pytest.fixture
def grant(settings: Settings, stand_ins: StandIns) -> Shared:
    with TestClient(create_app(settings, stand_ins)) as client:
        return shared(client, sign_up(client), sign_up(client, role="clinician"), expires_at="2026-03-02T12:10:00Z")


@pytest.fixture
def parts(grant: Shared, settings: Settings, stand_ins: StandIns) -> Iterator[Parts]:
    assert grant
    made = make_parts(settings, stand_ins)
    yield made
    made.close()


async def both(parts: Parts, grant: Shared) -> tuple[OwnDiary, SignedIn]:
    patient = await admit(parts, grant.patient.tokens["access_token"])
    assert isinstance(patient, OwnDiary)
    return patient, await admit(parts, grant.clinician.tokens["access_token"])


async def outcomes(parts: Parts, patient: OwnDiary) -> list[str | None]:
    page = await parts.database.read(patient, lambda work: list(work.audit.whole()))
    return [link.text.partition('"outcome":"')[2].partition('"')[0] for link in page]


@pytest.mark.parametrize(("how", "why"), [("revoke", GrantRevoked), ("pause", GrantPaused), ("expire", GrantExpired)])
def test_a_consent_that_ends_while_the_answer_is_built_serves_nothing(
    parts: Parts, grant: Shared, clock: SettableClock, how: str, why: type[Refusal]
) -> None:
    async def run() -> list[str | None]:
        patient, doctor = await both(parts, grant)
        its = await clinic.held(parts, doctor, grant.pid)

        async def build() -> Built:
            if how == "revoke":
                await granting.revoke(parts, patient, its.grant.id)
            elif how == "pause":
                await granting.pause(parts, patient, its.grant.id)
            else:
                clock.advance(timedelta(minutes=10))
            return Built(body=b"secret")

        with pytest.raises(why):
            await clinic.read(parts, its, ASKED, SUMMARY, build, is_known=lambda _: False)
        return await outcomes(parts, patient)

    assert asyncio.run(run()) == ["denied"]


def test_a_patient_who_is_erased_meanwhile_is_not_there(parts: Parts, grant: Shared) -> None:
    async def run() -> None:
        patient, doctor = await both(parts, grant)
        its = await clinic.held(parts, doctor, grant.pid)
        account = await read_me(parts, patient)

        async def build() -> Built:
            login = await parts.database.read(ANYWHERE, lambda work: work.logins.find(account.email))
            assert login is not None
            await parts.database.write(patient, lambda work: work.accounts.erase(password_hash=login.password_hash))
            return Built(body=b"secret")

        with pytest.raises(NotFound):
            await clinic.read(parts, its, ASKED, SUMMARY, build, is_known=lambda _: False)

    asyncio.run(run())


def rename(parts: Parts, table: str, name: str) -> None:
    with parts.database.primary.begin() as connection:
        connection.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))


@pytest.mark.parametrize("needs", [SUMMARY, frozenset({Scope.NOTES})])
def test_where_the_row_cannot_be_written_nothing_is_answered(
    parts: Parts, grant: Shared, needs: frozenset[Scope]
) -> None:
    async def run() -> None:
        _, doctor = await both(parts, grant)
        its = await clinic.held(parts, doctor, grant.pid)

        async def build() -> Built:
            return Built(body=b"secret")

        rename(parts, "access_log", "elsewhere")
        try:
            with pytest.raises(DatabaseUnavailable):
                await clinic.read(parts, its, ASKED, needs, build, is_known=lambda _: True)
        finally:
            rename(parts, "elsewhere", "access_log")

    asyncio.run(run())


def test_a_mistake_while_building_is_no_denial(parts: Parts, grant: Shared) -> None:
    async def run() -> list[str | None]:
        patient, doctor = await both(parts, grant)
        its = await clinic.held(parts, doctor, grant.pid)

        async def build() -> Built:
            raise TokenMissing

        with pytest.raises(TokenMissing):
            await clinic.read(parts, its, ASKED, SUMMARY, build, is_known=lambda _: False)
        return await outcomes(parts, patient)

    assert asyncio.run(run()) == []
