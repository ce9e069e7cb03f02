"""Runs the migrations on a connection handed in (by the service, a test), or on the configured database.

`alembic upgrade head --sql` writes what PostgreSQL would be told, without a database, for reading and for squawk.


Processes that start at once on PostgreSQL take turns: the second finds the work done. On SQLite a migration holds the
write lock from its first statement on, and the data folder has one owner.
"""

import time
from collections.abc import Generator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import Connection, func, select

from app.config import Settings
from app.storage.engines import make_engine
from app.storage.tables import metadata

_TURN = 0x6F6E736574  # "onset"
_LOOK_AGAIN_S = 0.1


@contextmanager
def _turn(connection: Connection) -> Generator[None]:
    # Asked for again and again, since a statement that waits for the lock would hold up CREATE INDEX CONCURRENTLY.
    while not connection.scalar(select(func.pg_try_advisory_lock(_TURN))):
        connection.rollback()
        time.sleep(_LOOK_AGAIN_S)
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(select(func.pg_advisory_unlock(_TURN)))
        connection.commit()


def _migrate(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        with _turn(connection):
            _run(connection)
    else:
        _run(connection)


def _run(connection: Connection | None = None) -> None:
    context.configure(
        connection=connection,
        dialect_name=None if connection else "postgresql",
        target_metadata=metadata,
        transaction_per_migration=True,
    )
    if context.get_context().dialect.name == "postgresql":
        # A migration gives up its turn rather than hold up the service behind a lock.
        context.execute("SET lock_timeout = '5s'")
        context.execute("SET statement_timeout = '15min'")
        if connection:
            connection.commit()
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if context.is_offline_mode():
    _run()
elif given is None:
    with make_engine(Settings().resolved_database_url()).connect() as opened:
        _migrate(opened)
else:
    _migrate(given)
