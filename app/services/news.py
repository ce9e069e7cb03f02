"""News of diaries: those who wait for one to change, woken when its revision moves.

All in memory: whoever waits holds no thread and no connection. A change is told after its commit, so whoever first
listens and then looks misses nothing.
"""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from threading import Lock
from typing import Final

from app.domain.ids import PatientKey, Revision
from app.storage.moves import Tell


class Way(Enum):
    """How one waits."""

    STREAM = auto()
    POLL = auto()


MOST: Final = {Way.STREAM: 20, Way.POLL: 100}
"""How many may wait for one diary at once; beyond that, the wait that began first is over."""


class Waiter:
    """One that waits for news of one diary."""

    def __init__(self, way: Way) -> None:
        self.way = way
        self._newest = Revision(0)
        self._is_over = False
        self._woken = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    async def beyond(self, rev: Revision) -> Revision | None:
        """The diary's revision once it is above this one; None once the wait is over."""
        while not self._is_over:
            if self._newest > rev:
                return self._newest
            self._woken.clear()
            await self._woken.wait()
        return None

    def tell(self, rev: Revision) -> None:
        """Wakes whoever waits for a revision below; from any thread, but from one at a time."""
        if rev > self._newest:
            self._newest = rev
            self._wake()

    def end(self) -> None:
        """Ends the wait; from any thread."""
        self._is_over = True
        self._wake()

    def _wake(self) -> None:
        with suppress(RuntimeError):  # in a loop that has closed nobody waits
            self._loop.call_soon_threadsafe(self._woken.set)


class News:
    """Who waits for which diary."""

    def __init__(self) -> None:
        self._waiting: dict[PatientKey, list[Waiter]] = {}
        self._lock = Lock()
        self._is_over = False
        self._pass_on: Tell | None = None

    @contextmanager
    def listen(self, patient: PatientKey, way: Way) -> Generator[Waiter]:
        """A wait for the diary, as long as the block runs; it is over at once when all waiting has ended."""
        waiter = Waiter(way)
        self._add(patient, waiter)
        try:
            yield waiter
        finally:
            self._remove(patient, waiter)

    def moved(self, patient: PatientKey, rev: Revision) -> None:
        """A commit of this process has moved the diary to the revision; from any thread, and never fails."""
        self.heard(patient, rev)
        if self._pass_on:
            self._pass_on(patient, rev)

    def heard(self, patient: PatientKey, rev: Revision) -> None:
        """The diary is at the revision, whoever moved it; from any thread, and never fails."""
        if patient not in self._waiting:  # as with most commits; who listens from now on looks afterwards
            return
        with self._lock:
            for waiter in self._waiting.get(patient, ()):
                waiter.tell(rev)

    def pass_on(self, tell: Tell | None) -> None:
        """Has the commits of this process told to others too."""
        self._pass_on = tell

    def waited_for(self) -> list[PatientKey]:
        """The diaries that somebody waits for; from any thread."""
        with self._lock:
            return list(self._waiting)

    def end(self) -> None:
        """Ends all waits, and those that begin later at once: the service stops."""
        with self._lock:
            self._is_over = True
            for waiters in self._waiting.values():
                for waiter in waiters:
                    waiter.end()

    def _add(self, patient: PatientKey, waiter: Waiter) -> None:
        with self._lock:
            waiters = self._waiting.setdefault(patient, [])
            alike = [each for each in waiters if each.way is waiter.way]
            if len(alike) >= MOST[waiter.way]:
                alike[0].end()
                waiters.remove(alike[0])
            waiters.append(waiter)
            if self._is_over:
                waiter.end()

    def _remove(self, patient: PatientKey, waiter: Waiter) -> None:
        with self._lock:
            waiters = self._waiting.get(patient, [])
            if waiter in waiters:  # else it made room for a later one
                waiters.remove(waiter)
            if not waiters:
                self._waiting.pop(patient, None)
