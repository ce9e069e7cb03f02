"""Lanes: threads that each own one database connection and take units of work from one queue.

Few threads on purpose: with the usual forty they fight over the interpreter, and 2 to 4 gave about twice the reads and
a tenth of the slowest answers.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from app.domain.access import Access
from app.domain.errors import DatabaseUnavailable, Overloaded

ANSWER_WITHIN_S = 4.5
"""A unit that has not answered by then is refused; for a write that means unknown, not undone."""


@dataclass(slots=True)
class Unit:
    """One unit of work that waits for its turn, and for its answer."""

    access: Access
    work: Callable[[Any], object]
    answer: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


Answer = tuple[Unit, object, Exception | None]
Run = Callable[[Connection, Sequence[Unit]], list[Answer]]


class Lanes:
    """Threads of one purpose. `run` gets a connection and up to `together` units, and says what became of each."""

    def __init__(self, name: str, engine: Engine, run: Run, *, threads: int, together: int, waiting: int) -> None:
        self._engine = engine
        self._run = run
        self._together = together
        self._waiting = waiting
        self._queue: queue.SimpleQueue[Unit | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, name=f"onset-{name}-{number}", daemon=True) for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    async def submit(self, access: Access, work: Callable[[Any], object]) -> Any:  # noqa: ANN401 - the work's answer
        """The work's answer, or its exception; refuses when too much waits or the database does not answer."""
        if self._queue.qsize() >= self._waiting:
            raise Overloaded
        unit = Unit(access, work)
        self._queue.put(unit)
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await unit.answer
        except TimeoutError:
            raise DatabaseUnavailable from None

    def close(self) -> None:
        """Lets what waits be answered, then ends the threads and their connections."""
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join(ANSWER_WITHIN_S)

    def _work(self) -> None:
        while taken := self._next():
            units = [unit for unit in taken if not unit.answer.cancelled()]
            fresh = self._connection is None
            answers = self._attempt(units)
            if not fresh and any(_was_stale(failure) for _, _, failure in answers):
                answers = self._attempt(units)
            _deliver(answers)
        self._abandon()

    def _attempt(self, units: Sequence[Unit]) -> list[Answer]:
        try:
            self._connection = self._connection or self._engine.connect()
            answers = self._run(self._connection, units)
        except Exception as failure:  # noqa: BLE001 - every waiting caller gets it, and the lane goes on
            answers = [(unit, None, failure) for unit in units]
        if any(breaks_transaction(failure) for _, _, failure in answers):
            self._abandon()  # one that has seen a lost server or a read-only disk stays broken
        return answers

    def _abandon(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def _next(self) -> list[Unit]:
        """The units to run now, at least one; none at the end."""
        first = self._queue.get()
        if first is None:
            return []
        units = [first]
        while len(units) < self._together:
            try:
                unit = self._queue.get_nowait()
            except queue.Empty:
                break
            if unit is None:
                self._queue.put(None)  # the end comes after what was taken
                break
            units.append(unit)
        return units


def _deliver(answers: Sequence[Answer]) -> None:
    """Wakes the callers: once for each event loop, since a wake-up costs as much as a small query."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Answer]] = {}
    for answer in answers:
        by_loop.setdefault(answer[0].answer.get_loop(), []).append(answer)
    for loop, its in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, its)


def _settle(answers: Sequence[Answer]) -> None:
    for unit, value, failure in answers:
        if unit.answer.done():  # the caller gave up waiting
            continue
        if failure is None:
            unit.answer.set_result(value)
        else:
            unit.answer.set_exception(failure)
