"""Lanes: threads that each own one database connection and take what is asked from one queue.

Few threads on purpose: with the usual forty they fight over the interpreter, and 2 to 4 gave about twice the reads and
a tenth of the slowest answers.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine

from app.domain.errors import DatabaseUnavailable, Overloaded
from app.storage.failures import breaks_transaction, was_stale

ANSWER_WITHIN_S = 4.5
"""A unit that has not answered by then is refused; for a write that means unknown, not undone."""
_WAITING = 1024


@dataclass(slots=True)
class Unit:
    """One that waits for its turn, and for its answer."""

    asked: Any
    answer: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def is_given_up(self) -> bool:
        """Whether nobody waits for the answer any more: the request was cancelled, or told that it took too long."""
        return self.answer.done()

    def give_up(self) -> None:
        """Has the caller told that it took too long."""
        if not self.answer.done():
            self.answer.set_exception(DatabaseUnavailable())


Answer = tuple[Unit, object, Exception | None]
Run = Callable[[Connection, Sequence[Unit]], list[Answer]]
_Queue = queue.SimpleQueue[Unit | None]


class Lanes:
    """Lanes of one purpose. `run` gets a connection and up to `together` units, and says what became of each."""

    def __init__(self, engine: Engine, run: Run, *, threads: int, together: int = 1) -> None:
        self._queue: _Queue = queue.SimpleQueue()
        self._lanes = [_Lane(self._queue, engine, run, together) for _ in range(threads)]
        for lane in self._lanes:
            lane.start()

    async def submit(self, asked: Any) -> Any:  # noqa: ANN401 - whatever `run` takes and gives
        """What `run` answers to this, or its exception; refuses when too much waits or nothing is answered in time."""
        if self._queue.qsize() >= _WAITING:
            raise Overloaded
        unit = Unit(asked)
        self._queue.put(unit)
        deadline = unit.answer.get_loop().call_later(ANSWER_WITHIN_S, unit.give_up)
        try:
            return await unit.answer
        finally:
            deadline.cancel()

    def close(self) -> None:
        """Lets what waits be answered, then ends the threads and their connections."""
        for _ in self._lanes:
            self._queue.put(None)
        deadline = time.monotonic() + ANSWER_WITHIN_S
        for lane in self._lanes:
            lane.join(max(0.0, deadline - time.monotonic()))


class _Lane(threading.Thread):
    """One thread with its connection, which is opened at need and again after a failure."""

    def __init__(self, units: _Queue, engine: Engine, run: Run, together: int) -> None:
        super().__init__(name="onset-lane", daemon=True)
        self._queue = units
        self._engine = engine
        self._run_units = run
        self._together = together
        self._connection: Connection | None = None

    def run(self) -> None:
        while taken := self._next():
            units = [unit for unit in taken if not unit.is_given_up]
            if not units:
                continue
            was_open = self._connection is not None
            answers = self._attempt(units)
            stale = [unit for unit, _, failure in answers if was_stale(failure)] if was_open else []
            if stale:  # the server had closed the connection since it was last used
                answers = [answer for answer in answers if not was_stale(answer[2])] + self._attempt(stale)
            _deliver(answers)
        self._abandon()

    def _attempt(self, units: Sequence[Unit]) -> list[Answer]:
        try:
            self._connection = self._connection or self._engine.connect()
            answers = self._run_units(self._connection, units)
        except Exception as failure:  # noqa: BLE001 - every waiting caller gets it, and the lane goes on
            self._abandon()
            return [(unit, None, failure) for unit in units]
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
        with suppress(RuntimeError):  # a loop that has closed has nobody left who waits
            loop.call_soon_threadsafe(_settle, its)


def _settle(answers: Sequence[Answer]) -> None:
    for unit, value, failure in answers:
        if unit.answer.done():  # the caller gave up waiting
            continue
        if failure is None:
            unit.answer.set_result(value)
        elif isinstance(failure, StopIteration):  # which a future refuses to hold
            unit.answer.set_exception(RuntimeError("a unit of work let StopIteration out"))
        else:
            unit.answer.set_exception(failure)
