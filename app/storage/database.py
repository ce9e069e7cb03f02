"""The database: `read(access, work)` and `write(access, work)`, and the only commit in the program.

A unit of work is a function of `Work`. It may run more than once, has no effect outside the database, and does nothing
slow. When `write` returns, its commit is on the disk.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, make_url, text
from sqlalchemy.exc import DBAPIError

from app.domain.access import ANYWHERE, Access, OwnDiary
from app.domain.errors import DatabaseUnavailable
from app.domain.ids import Revision
from app.domain.sessions import TokenInvalid
from app.storage.engines import BUSY_TIMEOUT_MS, make_engine, one_statement
from app.storage.failures import as_refusal, breaks_transaction, lost_race
from app.storage.lanes import Answer, Lanes, Run, Unit
from app.storage.moves import MovingWork, Tell
from app.storage.tokens import Bearer
from app.storage.work import Work

T = TypeVar("T")

_READERS = 2
_POSTGRES_WRITERS = 4
_TOGETHER = 64
"""How many waiting writes SQLite commits as one, and how many looks are answered as one."""
_READ_IN_A_ROW, _GLANCE_IN_A_ROW = 4, 16
"""How many one lane takes at once: waking it, and whoever waits, costs as much as a glance; reads can be large."""
_RACES = 5
_READERS_END_WITHIN_MS = 250
"""How long writes wait for readers to end when the log is emptied; only a backup reads longer."""
_EMPTY_LOG = object()
"""What the one writer of SQLite is asked instead of a unit of work."""


class Database:
    """SQLite or PostgreSQL behind the same two verbs; `on_move` is told of each commit that moves a diary."""

    def __init__(self, url: str, *, replica_url: str | None = None, on_move: Tell | None = None) -> None:
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.primary = make_engine(url)
        reading = make_engine(url, read_only=True)
        self._readers = _reading_lanes(reading)
        self._glancers = Lanes(one_statement(reading), _read_each, threads=_READERS, together=_GLANCE_IN_A_ROW)
        self._lookers = Lanes(one_statement(reading), _find_bearers, threads=1, together=_TOGETHER)
        self._replica_readers = _reading_lanes(make_engine(replica_url, read_only=True)) if replica_url else None
        self._writers = (
            Lanes(self.primary, _emptying(_telling(_write_together, on_move)), threads=1, together=_TOGETHER)
            if self.is_sqlite
            else Lanes(self.primary, _telling(_write_each, on_move), threads=_POSTGRES_WRITERS)
        )

    async def read(self, access: Access, work: Callable[[Work], T]) -> T:
        """What the work answers, from one consistent view of the database.

        A diary may be read from the replica, once that has all that the primary had when the caller was let in.
        """
        if self._replica_readers and isinstance(access, OwnDiary):
            with suppress(_Behind, TokenInvalid, DatabaseUnavailable):
                return await _answered(self._replica_readers, _Job(access, _caught_up(access.revision, work)))
        return await _answered(self._readers, _Job(access, work))

    async def glance(self, access: Access, work: Callable[[Work], T]) -> T:
        """`read` for a unit of one statement, which sees one view by itself: PostgreSQL is spared the transaction."""
        if self._replica_readers:
            return await self.read(access, work)
        return await _answered(self._glancers, _Job(access, work))

    async def bearer(self, token: bytes) -> Bearer | None:
        """What the access token with this fingerprint opens now (never by a replica).

        Every request asks this, so all that wait are answered together.
        """
        return await _answered(self._lookers, token)

    async def write(self, access: Access, work: Callable[[Work], T]) -> T:
        """What the work answers, once it is durable; refuses with DatabaseUnavailable or StorageFull."""
        return await _answered(self._writers, _Job(access, work))

    async def empty_log(self) -> bool:
        """Has SQLite bring its write-ahead log into the file and cut it to nothing; False where a reader is in the way.

        Until then, what was deleted still lies in both. Nothing to do on PostgreSQL. Refuses with DatabaseUnavailable.
        """
        return not self.is_sqlite or await _answered(self._writers, _EMPTY_LOG)

    def close(self) -> None:
        """Answers what waits, then closes every connection."""
        self._writers.close()
        self._readers.close()
        self._glancers.close()
        self._lookers.close()
        if self._replica_readers:
            self._replica_readers.close()
        self.primary.dispose()


@contextmanager
def at_length(url: str, *, read_only: bool) -> Generator[Connection]:
    """One transaction for a command that takes its time, such as a backup; refuses as Database does.

    One that only reads sees one view throughout, while others write; one that writes is committed as a whole at the
    end, or not at all.
    """
    engine = make_engine(url, read_only=read_only)
    try:
        with engine.connect() as connection, connection.begin() as transaction:
            if engine.name == "postgresql":
                for timeout in ("statement_timeout", "idle_in_transaction_session_timeout"):
                    connection.execute(text(f"SET LOCAL {timeout} = 0"))
            yield connection
            if read_only:
                transaction.rollback()
    except DBAPIError as failure:
        refusal = as_refusal(failure)
        if refusal is None:
            raise
        raise refusal from failure
    finally:
        engine.dispose()


class _Behind(Exception):
    """The replica does not have all that the reader may know of."""


def _caught_up(revision: Revision, work: Callable[[Work], T]) -> Callable[[Work], T]:
    def checked(its: Work) -> T:
        if its.records.revision() < revision:
            raise _Behind
        return work(its)

    return checked


async def _answered(lanes: Lanes, asked: object) -> Any:  # noqa: ANN401 - the lanes' answer
    try:
        return await lanes.submit(asked)
    except DBAPIError as failure:
        refusal = as_refusal(failure)
        if refusal is None:
            raise
        raise refusal from failure


@dataclass(slots=True)
class _Job:
    """A unit of work, and who acts."""

    access: Access
    work: Callable[[Work], object]
    moved_to: Revision | None = None
    """The revision that its last run took, if it writes to a diary."""


def _done(connection: Connection, job: _Job) -> object:
    return job.work(Work(connection, job.access))


def _written_by(connection: Connection, job: _Job) -> object:
    work = MovingWork(connection, job.access)
    value = job.work(work)
    job.moved_to = work.moved_to
    return value


def _telling(run: Run, on_move: Tell | None) -> Run:
    """`run`, and then what it committed is told.

    Here, and not where the answer is awaited, since nobody may await it any more.
    """
    if on_move is None:
        return run

    def run_and_tell(connection: Connection, units: Sequence[Unit]) -> list[Answer]:
        answers = run(connection, units)
        for unit, _, failure in answers:
            job: _Job = unit.asked
            if failure is None and job.moved_to is not None and isinstance(job.access, OwnDiary):
                on_move(job.access.patient, job.moved_to)
        return answers

    return run_and_tell


def _emptying(run: Run) -> Run:
    """`run`, and behind it the log is emptied, if that is among what was asked.

    By the thread that writes: some SQLite libraries lose commits where one connection writes and another checkpoints.
    """

    def run_and_empty(connection: Connection, units: Sequence[Unit]) -> list[Answer]:
        writes = [unit for unit in units if unit.asked is not _EMPTY_LOG]
        answers = run(connection, writes) if writes else []
        return answers + [(unit, _emptied(connection), None) for unit in units if unit.asked is _EMPTY_LOG]

    return run_and_empty


def _emptied(connection: Connection) -> bool:
    driver = connection.connection.driver_connection  # SQLAlchemy would begin a transaction, which is in the way
    if driver is None:
        return False
    try:
        driver.execute(f"PRAGMA busy_timeout = {_READERS_END_WITHIN_MS}")
        try:
            return driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        finally:
            driver.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    except connection.dialect.loaded_dbapi.Error:  # a full disk, say: what was committed stands
        return False


def _reading_lanes(engine: Engine) -> Lanes:
    return Lanes(engine, _read_each, threads=_READERS, together=_READ_IN_A_ROW)


def _read_each(connection: Connection, units: Sequence[Unit]) -> list[Answer]:
    return [_read(connection, unit) for unit in units if not unit.is_given_up]


def _read(connection: Connection, unit: Unit) -> Answer:
    try:
        with connection.begin() as transaction:
            value = _done(connection, unit.asked)
            transaction.rollback()
    except Exception as failure:  # noqa: BLE001 - the caller's answer
        return unit, None, failure
    return unit, value, None


def _find_bearers(connection: Connection, units: Sequence[Unit]) -> list[Answer]:
    with connection.begin() as transaction:
        found = Work(connection, ANYWHERE).tokens.bearers([unit.asked for unit in units])
        transaction.rollback()
    return [(unit, found.get(unit.asked), None) for unit in units]


def _write_each(connection: Connection, units: Sequence[Unit]) -> list[Answer]:
    return [_write_alone(connection, unit) for unit in units]


def _write_alone(connection: Connection, unit: Unit) -> Answer:
    for attempt in range(1, _RACES + 1):
        try:
            with connection.begin():
                value = _written_by(connection, unit.asked)
        except DBAPIError as failure:
            if attempt < _RACES and lost_race(failure):
                continue
            return unit, None, failure
        except Exception as failure:  # noqa: BLE001 - the caller's answer
            return unit, None, failure
        return unit, value, None
    raise AssertionError  # the last attempt returns


def _write_together(connection: Connection, units: Sequence[Unit]) -> list[Answer]:
    """Group commit: one durable commit for all units, each in a savepoint of its own.

    If the transaction itself is lost, as on a full disk, the units run again one at a time and only those that fail
    are refused.
    """
    if len(units) == 1:
        return [_write_alone(connection, units[0])]
    try:
        with connection.begin():
            return [_write_in_savepoint(connection, unit) for unit in units]
    except DBAPIError:
        return [_write_alone(connection, unit) for unit in units if not unit.is_given_up]


def _write_in_savepoint(connection: Connection, unit: Unit) -> Answer:
    connection.exec_driver_sql("SAVEPOINT unit")  # in plain SQL: SQLAlchemy's own costs as much as half the write
    try:
        value = _written_by(connection, unit.asked)
    except Exception as failure:
        if breaks_transaction(failure):
            raise
        connection.exec_driver_sql("ROLLBACK TO unit")
        connection.exec_driver_sql("RELEASE unit")
        return unit, None, failure
    connection.exec_driver_sql("RELEASE unit")
    return unit, value, None
