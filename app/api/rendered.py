"""Answers made lately, for clients that ask again while nothing has changed."""

from collections import OrderedDict
from typing import NamedTuple

from app.domain.ids import PatientKey

_MOST_BYTES = 4 * 2**20


class Name(NamedTuple):
    """What an answer is made from: the tag names the diary's revision and the versions of all else."""

    patient: PatientKey
    path: str
    query: bytes
    etag: str


class Rendered:
    """Bodies by their names; the longest unused go first once there are more bytes than allowed."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._bodies: OrderedDict[Name, bytes] = OrderedDict()
        self._most_bytes = most_bytes
        self._bytes = 0

    def get(self, name: Name) -> bytes | None:
        """The body, if it is still here."""
        body = self._bodies.get(name)
        if body is not None:
            self._bodies.move_to_end(name)
        return body

    def keep(self, name: Name, body: bytes) -> None:
        """Keeps the body under the name."""
        self._bytes += len(body) - len(self._bodies.pop(name, b""))
        self._bodies[name] = body
        while self._bytes > self._most_bytes:
            _, oldest = self._bodies.popitem(last=False)
            self._bytes -= len(oldest)

    def forget(self, patient: PatientKey) -> None:
        """Lets go of all that was made from an erased diary."""
        for name in [name for name in self._bodies if name.patient == patient]:
            self._bytes -= len(self._bodies.pop(name))
