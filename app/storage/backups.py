"""The whole database as rows that either engine can take: read from one view, put back in one transaction.

Rows are plain JSON values in the order of their table's columns: instants as RFC 3339, bytes as base64, JSON as its
canonical text. Diaries are read patient by patient, so that each statement names one, as everywhere.
"""

import base64
import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any, Final, TypeAlias

from sqlalchemy import Column, Connection, LargeBinary, Table, bindparam, delete, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from app.domain.access import Operator
from app.domain.ids import AccountId, Revision
from app.domain.records.record import decode, encode
from app.domain.sync.change import Outcome
from app.domain.sync.epoch import Fork
from app.domain.sync.past import changes_text, kept_entry
from app.storage import tables
from app.storage.columns import Instant, JsonText
from app.storage.database import at_length
from app.storage.erasures import Erasures
from app.storage.failures import as_refusal
from app.storage.schema import present_revision

Cell: TypeAlias = bool | int | str | None
Row: TypeAlias = Sequence[Cell]

_OF_ALL: Final = (tables.accounts, tables.grants, tables.shares)
_OF_ACCOUNT: Final = (tables.known_networks,)
_OF_PATIENT: Final = (
    tables.patient_state,
    tables.forks,
    tables.devices,
    tables.pushes,
    tables.records,
    tables.record_history,
    tables.access_log,
    tables.access_log_heads,
    tables.receipts,
    tables.share_files,
)
KEPT: Final[Mapping[str, Table]] = {table.name: table for table in (*_OF_ALL, *_OF_ACCOUNT, *_OF_PATIENT)}
"""The tables of a backup by their names, each after those it refers to."""
LEFT_OUT: Final = frozenset(
    {"sessions", "access_tokens", "password_resets", "wrong_passwords", "invites", "wrong_invites"}
)
"""What ends with a restore, so that no backup holds it."""

_AT_ONCE: Final = 500
_LARGE_AT_ONCE: Final = 4
"""Rows of several megabytes."""
_account_keys = select(tables.accounts.c.key).order_by(tables.accounts.c.key)
_any_account = select(tables.accounts.c.key).limit(1)
_account_ids = select(tables.accounts.c.id)
_erase_all = delete(tables.accounts)
_erase_one = delete(tables.accounts).where(tables.accounts.c.id == bindparam("erased"))
_state = select(tables.patient_state).where(tables.patient_state.c.patient == bindparam("patient"))


class UnfitRows(Exception):
    """The database refuses rows that a backup holds."""


def columns_of(table: str) -> list[str]:
    """The names of a kept table's columns, in the order of a row's cells."""
    return [column.name for column in KEPT[table].columns]


class Snapshot:
    """One view of the whole database."""

    def __init__(self, connection: Connection, _access: Operator) -> None:
        self._connection = connection
        self.schema_revision = present_revision(connection)
        """None for a database without a schema."""

    def rows(self, table: str) -> Iterator[Row]:
        """The rows of a kept table, in order of their keys."""
        chosen = KEPT[table]
        whole = select(*chosen.columns).order_by(*chosen.primary_key.columns)
        writers = [_cell_writer(column) for column in chosen.columns]
        for statement, values in self._parts(chosen, whole):
            for row in self._connection.execute(statement, values, execution_options={"yield_per": _at_once(chosen)}):
                yield [writer(value) for writer, value in zip(writers, row, strict=True)]

    def _parts(self, table: Table, whole: Any) -> Iterator[tuple[Any, dict[str, int]]]:  # noqa: ANN401 - a select of any columns
        if table in _OF_ALL:
            yield whole, {}
            return
        owner = table.c.patient if table in _OF_PATIENT else table.c.account
        of_one = whole.where(owner == bindparam("owner"))
        for key in self._connection.execute(_account_keys).scalars().all():
            yield of_one, {"owner": key}


@contextmanager
def snapshot(url: str, access: Operator) -> Generator[Snapshot]:
    """The database as it stands, while others write on; refuses as Database does."""
    with at_length(url, read_only=True) as connection:
        yield Snapshot(connection, access)


class Restoring(Snapshot):
    """A database that is being filled; nothing of it is there for anybody before the end."""

    def is_empty(self) -> bool:
        """Whether it holds nobody's account."""
        return self._connection.execute(_any_account).one_or_none() is None

    def erase(self) -> None:
        """Deletes every account with all that hangs on it: diaries, sessions, tokens."""
        self._connection.execute(_erase_all)

    def erase_again(self, erasures: Erasures) -> int:
        """Deletes the accounts that were erased since the backup was taken, and says how many."""
        erased = erasures.among([AccountId(found) for found in self._connection.execute(_account_ids).scalars()])
        for account in erased:
            self._connection.execute(_erase_one, {"erased": account})
        return len(erased)

    def lock(self) -> None:
        """Lets nobody sign up, in or out until the end, where another process could."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(text("LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE"))

    def put(self, table: str, rows: Iterable[Row]) -> None:
        """Stores the rows of a kept table; raises UnfitRows."""
        chosen = KEPT[table]
        readers = {column.name: _cell_reader(column) for column in chosen.columns}
        statement, waiting = insert(chosen), iter(rows)
        while taken := [*islice(waiting, _at_once(chosen))]:
            try:
                values = [
                    {name: reader(cell) for (name, reader), cell in zip(readers.items(), row, strict=True)}
                    for row in taken
                ]
                self._connection.execute(statement, values)
            except (TypeError, ValueError) as unfit:
                raise UnfitRows(table) from unfit
            except DBAPIError as failure:
                if as_refusal(failure):
                    raise
                raise UnfitRows(table) from failure

    def resume(self, fork_of: Callable[[Revision, str], Fork], new_epoch: Callable[[], str]) -> int:
        """Begins a new epoch in every diary, and says how many there are."""
        found = 0
        for patient in self._connection.execute(_account_keys).scalars().all():
            state = self._connection.execute(_state, {"patient": patient}).one_or_none()
            if state is None:  # a clinician
                continue
            fork = fork_of(Revision(state.rev), state.epoch)
            # Behind the gap that an import left, should the clock have been put back since.
            resumed_at = max(fork.resumed_at, state.resumes_at or 0)
            own = {"patient": patient, "forked_at": fork.forked_at, "resumed_at": resumed_at}
            self._connection.execute(insert(tables.forks), {**own, "epoch": fork.epoch})
            moved = {"the_patient": patient, "new_rev": resumed_at, "new_epoch": new_epoch()}
            self._connection.execute(_move_on, moved)
            found += 1
        return found

    def pause_consents(self, at: datetime) -> None:
        """Revives no consent: what was active waits for its patient, what was not confirmed is over."""
        self._connection.execute(_pause)
        self._connection.execute(_pause_shares)
        self._connection.execute(_decline, {"at": at})

    def keep_counting(self) -> None:
        """Has new accounts, grants and shares numbered after the restored ones; SQLite does so by itself."""
        if self._connection.dialect.name == "postgresql":
            for table in _OF_ALL:
                key = func.pg_get_serial_sequence(table.name, "key")
                last = select(func.max(table.c.key)).scalar_subquery()
                self._connection.execute(select(func.setval(key, func.greatest(last, func.nextval(key)))))


_pause = tables.grants.update().where(tables.grants.c.status == "active").values(status="paused")
_pause_shares = tables.shares.update().where(tables.shares.c.status == "active").values(status="paused")
_decline = (
    tables.grants.update().where(tables.grants.c.status == "pending").values(status="revoked", ended_at=bindparam("at"))
)
_move_on = (
    tables.patient_state.update()
    .where(tables.patient_state.c.patient == bindparam("the_patient"))
    .values(rev=bindparam("new_rev"), epoch=bindparam("new_epoch"))
)


@contextmanager
def restoring(url: str, access: Operator) -> Generator[Restoring]:
    """A database to fill, all or nothing; refuses as Database does."""
    with at_length(url, read_only=False) as connection:
        yield Restoring(connection, access)


def _at_once(table: Table) -> int:
    return _LARGE_AT_ONCE if table is tables.share_files else _AT_ONCE


def _cell_writer(column: Column[Any]) -> Callable[[Any], Cell]:
    if isinstance(column.type, Instant):
        return lambda at: None if at is None else at.isoformat()
    if isinstance(column.type, LargeBinary):
        return lambda data: None if data is None else base64.b64encode(data).decode()
    if column.type is JsonText:
        return _CANONICAL[column.name]
    return lambda value: value


def _cell_reader(column: Column[Any]) -> Callable[[Any], object]:
    if isinstance(column.type, Instant):
        return lambda cell: None if cell is None else datetime.fromisoformat(cell)
    if isinstance(column.type, LargeBinary):
        return lambda cell: None if cell is None else base64.b64decode(cell, validate=True)
    return lambda value: value


def _fields(stored: str) -> str:
    return encode(decode(stored))


def _origins(stored: str) -> str:
    return json.dumps(json.loads(stored), separators=(",", ":"), sort_keys=True)


def _changes(stored: str) -> str:
    return changes_text(kept_entry(Outcome.APPLIED, stored))


_CANONICAL: Final = {"fields": _fields, "field_revs": _origins, "changes": _changes}
"""PostgreSQL hands JSON out with spaces and keys in an order of its own; a backup's text is the same from both."""
