"""What every connection is told, and what errors must not tell."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.storage.database import Database
from app.storage.engines import make_engine

SQLITE = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 3000, "secure_delete": 1}
POSTGRES = {
    "statement_timeout": "4s",
    "lock_timeout": "3s",
    "idle_in_transaction_session_timeout": "10s",
    "synchronous_commit": "on",
    "application_name": "onset",
}
WRITES = {"transaction_read_only": "off", "transaction_isolation": "read committed"}
READS = {"transaction_read_only": "on", "transaction_isolation": "repeatable read"}


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_sqlite_is_told_what_a_durable_commit_needs(database_url: str, *, read_only: bool) -> None:
    wanted = {**SQLITE, "query_only": int(read_only)}
    with make_engine(database_url, read_only=read_only).connect() as connection:
        assert {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in wanted} == wanted


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_postgresql_is_told_how_long_to_try_and_readers_see_one_view(database_url: str, *, read_only: bool) -> None:
    wanted = {**POSTGRES, **(READS if read_only else WRITES)}
    with make_engine(database_url, read_only=read_only).connect() as connection:
        assert {name: connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in wanted} == wanted


@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_a_postgresql_server_whose_network_went_away_is_noticed(database_url: str) -> None:
    with make_engine(database_url).connect() as connection:
        driver = connection.connection.driver_connection
        assert driver
        told = driver.info.get_parameters()
    names = ("connect_timeout", "tcp_user_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count")
    assert {name: told[name] for name in names} == dict(zip(names, ("3", "4000", "2", "1", "2"), strict=True))


def test_an_error_does_not_repeat_what_a_patient_wrote(database: Database) -> None:
    statement = text("SELECT :note FROM a_table_that_is_not_there")
    with database.primary.connect() as connection, pytest.raises(DBAPIError) as failed:
        connection.execute(statement, {"note": "a secret"})
    assert "a_table_that_is_not_there" in str(failed.value)
    assert "a secret" not in str(failed.value)
