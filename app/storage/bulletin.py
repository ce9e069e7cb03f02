"""What the workers of one PostgreSQL tell each other: which diary is at which revision, by LISTEN and NOTIFY.

NOTIFY stays out of the transactions that write, since those that hold one commit one after the other, on a lock of the
whole server: a thread of its own tells of many commits at once. What is lost on the way costs a second at most, since
that thread also looks at the diaries that somebody waits for. Internal keys and revisions are told, and nothing else.
"""

import os
import queue
import re
import select
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, Final

import structlog
from sqlalchemy import ARRAY, BigInteger, Connection, any_, bindparam, func
from sqlalchemy import select as rows_of
from typing_extensions import override

from app.domain.ids import PatientKey, Revision
from app.storage.engines import make_engine, one_statement
from app.storage.moves import Tell
from app.storage.tables import patient_state

Moved = Mapping[PatientKey, Revision]

CHANNEL: Final = "onset_revisions"
_TOLD_AT_ONCE: Final = 180
"""Diaries in one NOTIFY: at 41 characters each at most they stay below the 8,000 bytes that PostgreSQL allows."""
_PAUSE_S: Final = 0.02
"""Between two NOTIFY: the first commit after a quiet time is told at once, those of a busy time together."""
_LOOK_EVERY_S: Final = 1.0
_FIRST_RETRY_S: Final = 0.1
_LONGEST_RETRY_S: Final = 5.0
_END_WITHIN_S: Final = 4.5
_PAIR: Final = re.compile(r"([0-9]{1,19}):([0-9]{1,19})")

_notify = rows_of(func.pg_notify(CHANNEL, bindparam("pairs")))
_present = rows_of(patient_state.c.patient, patient_state.c.rev).where(
    patient_state.c.patient == any_(bindparam("patients", type_=ARRAY(BigInteger)))
)

_log = structlog.get_logger()


class Bulletin:
    """Two threads, each with a connection of its own, until `close`; a server that is away is tried again and again.

    `heard` is told of diaries that nobody waits for too, and of what is known already.
    """

    def __init__(self, url: str, *, heard: Tell, waited_for: Callable[[], Sequence[PatientKey]]) -> None:
        self._teller = _Teller(url, heard, waited_for)
        self._listener = _Listener(url, heard)
        self._teller.start()
        self._listener.start()

    def post(self, patient: PatientKey, rev: Revision) -> None:
        """Has the other workers told; from any thread, without waiting, and never fails."""
        self._teller.post(patient, rev)

    def close(self) -> None:
        """Tells what was posted, then ends the threads and their connections."""
        self._teller.end()
        self._listener.end()


class _Teller(threading.Thread):
    """Tells others what was posted, and looks for itself at the diaries that are waited for."""

    def __init__(self, url: str, heard: Tell, waited_for: Callable[[], Sequence[PatientKey]]) -> None:
        super().__init__(name="onset-teller", daemon=True)
        self._engine = one_statement(make_engine(url))
        self._heard = heard
        self._waited_for = waited_for
        self._posted: queue.SimpleQueue[tuple[PatientKey, Revision] | None] = queue.SimpleQueue()
        self._is_ending = False
        self._connection: Connection | None = None
        self._silent_until = 0.0

    def post(self, patient: PatientKey, rev: Revision) -> None:
        self._posted.put((patient, rev))

    def end(self) -> None:
        self._posted.put(None)
        self.join(_END_WITHIN_S)

    @override
    def run(self) -> None:
        look_at = time.monotonic() + _LOOK_EVERY_S
        while not self._is_ending:
            moved = self._collect(look_at)
            if moved and time.monotonic() >= self._silent_until:
                self._use(lambda connection: _tell(connection, moved))  # noqa: B023 - used at once
            if self._is_ending:
                break
            if time.monotonic() >= look_at:
                self._look()
                look_at = time.monotonic() + _LOOK_EVERY_S
            elif moved:
                time.sleep(_PAUSE_S)
        self._leave()

    def _collect(self, until: float) -> Moved:
        """What was posted, once there is anything, each diary once; nothing if nothing comes."""
        moved: dict[PatientKey, Revision] = {}
        try:
            posted = self._posted.get(timeout=max(0.0, until - time.monotonic()))
            while posted is not None:
                patient, rev = posted
                moved[patient] = max(rev, moved.get(patient, rev))
                posted = self._posted.get_nowait()
            self._is_ending = True
        except queue.Empty:
            pass
        return moved

    def _look(self) -> None:
        patients = self._waited_for()
        if patients:
            self._use(lambda connection: _hear_all(connection, patients, self._heard))

    def _use(self, use: Callable[[Connection], None]) -> None:
        """Uses the connection: if it was lost, a new one. What fails is lost, and made good by a look."""
        for _ in range(2):
            try:
                use(self._connection or self._connect())
            except Exception:  # noqa: BLE001 - whatever it was, the next look tries again
                self._leave()
            else:
                return
        self._silent_until = time.monotonic() + _LOOK_EVERY_S

    def _connect(self) -> Connection:
        self._connection = self._engine.connect()
        self._connection.exec_driver_sql("SET synchronous_commit TO off")  # NOTIFY leaves nothing for the disk to keep
        return self._connection

    def _leave(self) -> None:
        if self._connection is not None:
            _abandon(self._connection)
            self._connection = None


class _Listener(threading.Thread):
    """Hears what others tell."""

    def __init__(self, url: str, heard: Tell) -> None:
        super().__init__(name="onset-listener", daemon=True)
        self._engine = one_statement(make_engine(url))
        self._heard = heard
        self._ending = threading.Event()
        self._wakes, self._wake = os.pipe()

    def end(self) -> None:
        os.write(self._wake, b"\0")
        self._ending.set()  # last: from now on the thread may close what was written to
        self.join(_END_WITHIN_S)

    @override
    def run(self) -> None:
        retry_s = _FIRST_RETRY_S
        while not self._ending.is_set():
            connection: Connection | None = None
            try:
                connection = self._engine.connect()
                connection.exec_driver_sql(f"LISTEN {CHANNEL}")
                retry_s = _FIRST_RETRY_S
                self._listen(connection.connection.driver_connection)
            except Exception as failure:  # noqa: BLE001 - whatever it was, it is tried again
                _log.warning("listening-interrupted", error=type(failure).__name__, again_in_s=retry_s)
                self._ending.wait(retry_s)
                retry_s = min(2 * retry_s, _LONGEST_RETRY_S)
            finally:
                if connection is not None:
                    _abandon(connection)
        os.close(self._wake)
        os.close(self._wakes)

    def _listen(self, driver: Any) -> None:  # noqa: ANN401 - psycopg's connection, which only SQLAlchemy imports
        arrivals = select.poll()
        arrivals.register(driver.fileno(), select.POLLIN)
        arrivals.register(self._wakes, select.POLLIN)
        while not self._ending.is_set():
            for notice in driver.notifies(timeout=0):
                for patient, rev in _PAIR.findall(notice.payload):
                    self._heard(PatientKey(int(patient)), Revision(int(rev)))
            arrivals.poll()


def _tell(connection: Connection, moved: Moved) -> None:
    pairs = (f"{patient}:{rev}" for patient, rev in moved.items())
    while told := ",".join(islice(pairs, _TOLD_AT_ONCE)):
        connection.execute(_notify, {"pairs": told})


def _hear_all(connection: Connection, patients: Sequence[PatientKey], heard: Tell) -> None:
    for patient, rev in connection.execute(_present, {"patients": patients}):
        heard(patient, rev)


def _abandon(connection: Connection) -> None:
    connection.invalidate()
    connection.close()
