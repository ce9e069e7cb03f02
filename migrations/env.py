"""Runs the migrations on a connection handed in (by the service, a test), or on the configured database."""

from alembic import context
from sqlalchemy import Connection

from app.config import Settings
from app.storage.engines import make_engine
from app.storage.tables import metadata


def _run(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # A migration gives up its turn rather than hold up the service behind a lock.
        connection.exec_driver_sql("SET lock_timeout = '5s'")
        connection.exec_driver_sql("SET statement_timeout = '15min'")
        connection.commit()
    context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is None:
    with make_engine(Settings().resolved_database_url()).connect() as connection:
        _run(connection)
else:
    _run(given)
