"""Answers made lately, for clients that ask again while nothing has changed."""

from collections import OrderedDict
from typing import NamedTuple

from starlette.routing import BaseRoute

from app.domain.ids import PatientKey

_MOST_BYTES = 4 * 2**20


class Name(NamedTuple):
    """What an answer is made from: the tag names the diary's revision and the versions of all else."""

    patient: PatientKey
    path: str
    query: bytes
    etag: str


class Kept(NamedTuple):
    """An answer, and the route that gave it."""

    body: bytes
    route: BaseRoute


class Rendered:
    """Answers by their names; the longest unused go first once there are more bytes than allowed."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._answers: OrderedDict[Name, Kept] = OrderedDict()
        self._most_bytes = most_bytes
        self._bytes = 0

    def get(self, name: Name) -> Kept | None:
        """The answer, if it is still here."""
        answer = self._answers.get(name)
        if answer is not None:
            self._answers.move_to_end(name)
        return answer

    def keep(self, name: Name, answer: Kept) -> None:
        """Keeps the answer under the name."""
        self._let_go(name)
        self._answers[name] = answer
        self._bytes += len(answer.body)
        while self._bytes > self._most_bytes:
            self._let_go(next(iter(self._answers)))

    def forget(self, patient: PatientKey) -> None:
        """Lets go of all that was made from an erased diary."""
        for name in [name for name in self._answers if name.patient == patient]:
            self._let_go(name)

    def _let_go(self, name: Name) -> None:
        answer = self._answers.pop(name, None)
        self._bytes -= len(answer.body) if answer else 0
