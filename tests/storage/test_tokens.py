"""A token that is voided while somebody waits to use it opens nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, Engine
from starlette.testclient import TestClient

from app.domain.access import ANYWHERE
from app.security.tokens import fingerprint
from app.storage.engines import make_engine
from app.storage.tokens import Bearer, Tokens
from tests.support.people import Person
from tests.support.waiting import until

WAITS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def void(connection: Connection, its: Bearer) -> None:
    """As confirming another token of the same generation does."""
    connection.exec_driver_sql(f"DELETE FROM access_tokens WHERE session = {its.access.session}")  # noqa: S608 - a number


def revoke(connection: Connection, its: Bearer) -> None:
    Tokens(connection, ANYWHERE).revoke(its.access.session, NOW)


def end(connection: Connection, its: Bearer) -> None:
    Tokens(connection, ANYWHERE).end(its.access.session)


def leave(_connection: Connection, _its: Bearer) -> None:
    """Nothing happens to the token."""


@pytest.mark.parametrize("engine_name", ["postgresql"])  # SQLite has one writer, so nobody waits within a unit of work
@pytest.mark.parametrize(("happens", "opens"), [(void, False), (revoke, False), (end, False), (leave, True)])
def test_token_opens_what_it_opens_after_the_wait(
    client: TestClient,
    patient: Person,
    database_url: str,
    happens: Callable[[Connection, Bearer], None],
    *,
    opens: bool,
) -> None:
    assert client.get("/healthz").status_code == 200  # the service is there, and looks at no token meanwhile
    engine, token = make_engine(database_url), fingerprint(patient.tokens["access_token"])
    with ThreadPoolExecutor(1) as pool, engine.begin() as first:
        its = Tokens(first, ANYWHERE).bearer(token)
        assert its is not None
        second = pool.submit(_ask, engine, token)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as eye:
            until(lambda: eye.exec_driver_sql(WAITS).scalar_one() == 1)
        happens(first, its)
        first.commit()
        assert (second.result() is not None) is opens
    engine.dispose()


def _ask(engine: Engine, token: bytes) -> Bearer | None:
    with engine.begin() as connection:
        return Tokens(connection, ANYWHERE).bearer(token)
