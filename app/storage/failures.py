"""What a database error means to the caller: full, away, a lost race, or a fault of ours."""

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError

from app.domain.errors import DatabaseUnavailable, Refusal, StorageFull

_FULL_STATES = frozenset({"53100"})  # PostgreSQL: disk_full
_LOST_RACE_STATES = frozenset({"40001", "40P01"})  # serialization_failure, deadlock_detected
_AWAY_STATES = _LOST_RACE_STATES | {"25006"}  # read_only_sql_transaction: a standby, or a server told not to write
_AWAY_CLASSES = ("08", "53", "55", "57", "58")  # connection, resources, lock, shutdown and timeouts, system
_SQLITE_FULL = "SQLITE_FULL"
_SQLITE_AWAY = (
    *("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PROTOCOL"),
    *("SQLITE_CORRUPT", "SQLITE_NOTADB"),
)


def _state(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""


def _sqlite_name(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlite_errorname", None) or ""


def lost_race(error: DBAPIError) -> bool:
    """Whether the unit lost against another and may simply run again."""
    return _state(error) in _LOST_RACE_STATES


def was_stale(error: Exception | None) -> bool:
    """Whether the connection was lost before anything was committed, so that the unit may run again on a new one.

    A failed COMMIT names no statement: whether it took effect is unknown, and it is never run again.
    """
    return isinstance(error, DBAPIError) and error.connection_invalidated and error.statement is not None


def breaks_transaction(error: Exception | None) -> bool:
    """Whether the whole transaction is gone, and not just the statement that failed."""
    return isinstance(error, DBAPIError) and not isinstance(error, IntegrityError)


def as_refusal(error: Exception) -> Refusal | None:
    """The refusal that the error amounts to; None where it is a fault of ours."""
    if not isinstance(error, DBAPIError):
        return None
    state, name = _state(error), _sqlite_name(error)
    if state in _FULL_STATES or name == _SQLITE_FULL:
        return StorageFull()
    # Without either name it is a connection that PostgreSQL's driver could not make or lost.
    lost = not (state or name) and isinstance(error, (OperationalError, InterfaceError))
    away = state in _AWAY_STATES or state.startswith(_AWAY_CLASSES) or name.startswith(_SQLITE_AWAY)
    return DatabaseUnavailable() if away or lost else None
