"""Engines: how a connection to SQLite or PostgreSQL is opened, and what every connection is told first.

The threads of app/storage/database.py are the pool, each with one connection of its own, so engines pool nothing.
Errors don't repeat the parameters of a statement: those are what patients wrote.
"""

import logging
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from app.storage import sqlite_library

# What the driver has to say beside its exceptions names the database's user, and tells an operator nothing more.
logging.getLogger("psycopg").setLevel(logging.ERROR)

CONNECT_TIMEOUT_S = 3
STATEMENT_TIMEOUT_S = 4
LOCK_TIMEOUT_S = 3
BUSY_TIMEOUT_MS = LOCK_TIMEOUT_S * 1000

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # a commit is on the disk before it is answered
    "PRAGMA foreign_keys = ON",
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    "PRAGMA secure_delete = ON",  # erased means overwritten
    "PRAGMA cache_size = -2048",  # 2 MiB a connection; the rest is the operating system's cache
    "PRAGMA temp_store = MEMORY",
)
_TIMEOUTS = (
    f"-c statement_timeout={STATEMENT_TIMEOUT_S}s -c lock_timeout={LOCK_TIMEOUT_S}s "
    "-c idle_in_transaction_session_timeout=10s"
)
_ONE_VIEW = r" -c default_transaction_read_only=on -c default_transaction_isolation=repeatable\ read"


_KEEPALIVE = {"keepalives_idle": 2, "keepalives_interval": 1, "keepalives_count": 2}
"""A server whose network went away while it owed an answer is given up after four seconds, not after two hours."""


def make_engine(url: str, *, read_only: bool = False) -> Engine:
    """An engine for `sqlite:///FILE` or `postgresql+psycopg://...`; one that only reads sees one view a transaction.

    On SQLite a transaction that may write takes the write lock when it begins, so it never fails half way for the lock.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return _postgresql(parsed, read_only=read_only)
    return _sqlite(parsed, read_only=read_only)


def one_statement(reading: Engine) -> Engine:
    """The engine for work of one statement: PostgreSQL is then spared the transaction, two of three round trips."""
    return reading.execution_options(isolation_level="AUTOCOMMIT") if reading.name == "postgresql" else reading


def check_url(url: str) -> None:
    """ValueError unless the URL names a database that make_engine can open."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    is_file = parsed and parsed.drivername == "sqlite" and parsed.database not in {None, "", ":memory:"}
    if not (is_file or (parsed and parsed.drivername == "postgresql+psycopg")):
        raise ValueError("a database is named as postgresql+psycopg://USER:PASSWORD@HOST/NAME or sqlite:///FILE")


def sqlite_file(url: str) -> Path | None:
    """The file that holds the database, wherever links to it lie; None for PostgreSQL."""
    parsed = make_url(url)
    return Path(parsed.database or "").resolve() if parsed.get_backend_name() == "sqlite" else None


def _postgresql(url: URL, *, read_only: bool) -> Engine:
    return create_engine(
        url,
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "options": _TIMEOUTS + (_ONE_VIEW if read_only else ""),
            "tcp_user_timeout": STATEMENT_TIMEOUT_S * 1000,
            **_KEEPALIVE,
            "application_name": "onset",
        },
    )


def _sqlite(url: URL, *, read_only: bool) -> Engine:
    # check_same_thread: a connection stays with its thread, but is closed by the thread that stops the service.
    engine = create_engine(
        url,
        module=sqlite_library.driver,
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={"check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def tell(connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver's connection, of either library
        connection.isolation_level = None  # the driver begins nothing by itself; `begin` below does
        for pragma in PRAGMAS:
            connection.execute(pragma)
        if read_only:
            connection.execute("PRAGMA query_only = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine
