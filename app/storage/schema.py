"""The schema's version: bringing a database to it, and telling whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from app.storage.failures import as_refusal

_ROOT = Path(__file__).resolve().parents[2]


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, on a given connection where there is one."""
    config = Config(_ROOT / "alembic.ini")
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine, revision: str = "head") -> None:
    """Brings the database to a revision, forwards; a no-op where it is already there. Refuses as Database does."""
    try:
        with engine.connect() as connection:
            command.upgrade(alembic_config(connection), revision)
    except DBAPIError as failure:
        refusal = as_refusal(failure)
        if refusal is None:
            raise
        raise refusal from failure


def wanted_revision() -> str | None:
    """The revision that this version of the program needs."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def present_revision(connection: Connection) -> str | None:
    """The revision that the database is at."""
    return MigrationContext.configure(connection).get_current_revision()
