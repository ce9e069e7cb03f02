"""Runs the migrations on a connection handed in (by the service, a test), or on the configured database.

`alembic upgrade head --sql` writes what PostgreSQL would be told, without a database, for reading and for squawk.
"""

from alembic import context
from sqlalchemy import Connection

from app.config import Settings
from app.storage.engines import make_engine
from app.storage.tables import metadata


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
        _run(opened)
else:
    _run(given)
