"""Lets those who ask about the same thing come one after the other, within this process."""

from asyncio import Lock
from weakref import WeakValueDictionary


class Turns:
    """A lock for each thing that somebody waits for; it is gone when nobody does."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, Lock] = WeakValueDictionary()

    def of(self, what: str) -> Lock:
        """The lock, to be held while it is one's turn."""
        lock = self._locks.get(what)
        if lock is None:
            lock = self._locks[what] = Lock()
        return lock
