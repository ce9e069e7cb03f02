"""The schema's version: bringing a database to it, and telling whether it is there.

Alembic is loaded only where there is something to migrate: a process that serves does without its 11 MB.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from app.storage.failures import as_refusal

if TYPE_CHECKING:
    from alembic.config import Config

_ROOT = Path(__file__).resolve().parents[2]
_HEAD = "head"
_NAME = len("2026_11_25_0400")


def alembic_config(connection: Connection | None = None) -> "Config":
    """Alembic's configuration, on a given connection where there is one."""
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config(_ROOT / "alembic.ini")
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine, revision: str = _HEAD) -> None:
    """Brings the database to a revision, forwards; a no-op where it is already there. Refuses as Database does."""
    try:
        if revision == _HEAD and _is_there(engine):
            return
        from alembic import command  # noqa: PLC0415 - see above

        with engine.connect() as connection:
            command.upgrade(alembic_config(connection), revision)
    except DBAPIError as failure:
        refusal = as_refusal(failure)
        if refusal is None:
            raise
        raise refusal from failure


def _is_there(engine: Engine) -> bool:
    with engine.connect() as connection:
        return present_revision(connection) == wanted_revision()


def wanted_revision() -> str:
    """The revision that this version of the program needs: the last migration, which are named by their times."""
    return max(file.name for file in (_ROOT / "migrations/versions").glob("*.py"))[:_NAME]


def present_revision(connection: Connection) -> str | None:
    """The revision that the database is at."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(text("SELECT version_num FROM alembic_version"))
