"""Hashing of passwords with argon2id; the only file that imports passlib.

Two passwords are hashed at a time at most, so that a wave of sign-ins leaves the other requests their share of the
machine; a caller who would wait too long is refused instead.
"""

import asyncio
import unicodedata
import warnings
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Semaphore
from typing import Protocol, TypeVar, cast

from app.domain.errors import Overloaded
from app.security.password_rules import LONGEST_CODE_POINTS

with warnings.catch_warnings():
    # passlib looks for `crypt` (gone in Python 3.13) and reads argon2's version in a way that argon2-cffi deprecates.
    # Both are harmless, and no operator could do anything about them. argon2-cffi is held below the version that
    # would drop the attribute.
    for message in ("'crypt' is deprecated", "Accessing argon2.__version__ is deprecated"):
        warnings.filterwarnings("ignore", message=message, category=DeprecationWarning, module=r"passlib\.")
    # passlib ships no types, and loads argon2 at first use unless told to.
    from passlib.context import CryptContext  # pyright: ignore[reportMissingTypeStubs]
    from passlib.registry import get_crypt_handler  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

    get_crypt_handler("argon2").set_backend()  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue]

HASHED_AT_ONCE = 2
WAITING_LIMIT = 64
"""At about 25 ms a hash and two at a time, the last in the queue waits for less than a second."""

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class HashingCost:
    """What argon2id spends on one password; the defaults are OWASP's first choice for a server."""

    memory_kib: int = 19456
    passes: int = 2
    lanes: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordCheck:
    """What came of comparing a presented password with a stored hash."""

    matches: bool
    replacement: str | None = None
    """A hash of today's cost to store in place of the old one; only after a match, and mostly absent."""


class _Scheme(Protocol):
    """The part of passlib's untyped context that is used here."""

    def hash(self, secret: str) -> str: ...
    def verify_and_update(self, secret: str, hash: str) -> tuple[bool, str | None]: ...  # noqa: A002  # passlib's name
    def is_enabled(self, hash: str) -> bool: ...  # noqa: A002  # passlib's name
    def disable(self, hash: str) -> str: ...  # noqa: A002  # passlib's name


class Passwords:
    """Hashes and verifies passwords in two threads of its own."""

    def __init__(self, *, cost: HashingCost | None = None, waiting_limit: int = WAITING_LIMIT) -> None:
        cost = cost or HashingCost()
        self._scheme = cast(
            "_Scheme",
            CryptContext(
                schemes=["argon2", "unix_disabled"],
                argon2__type="ID",
                argon2__memory_cost=cost.memory_kib,
                argon2__rounds=cost.passes,
                argon2__parallelism=cost.lanes,
            ),
        )
        self._nobodys = self._scheme.hash("the password of an account that does not exist")
        self._threads = ThreadPoolExecutor(HASHED_AT_ONCE, thread_name_prefix="passwords")
        self._places = Semaphore(HASHED_AT_ONCE + waiting_limit)

    async def hash(self, password: str) -> str:
        """A salted hash to store; refuses with Overloaded if too many are waiting."""
        return await self._in_turn(lambda: self._scheme.hash(_normal(password)))

    async def verify(self, password: str, stored: str | None) -> PasswordCheck:
        """Whether the password belongs to the stored hash; refuses with Overloaded if too many are waiting.

        An unknown account (None), a disabled one and a password that nobody can have cost the same time as any other
        wrong password, so that the time of an answer tells nobody which accounts exist.
        """
        return await self._in_turn(lambda: self._verify(password, stored))

    def disable(self, stored: str) -> str:
        """The hash in a form that no password matches, and from which the operator can bring it back."""
        return self._scheme.disable(stored)

    def close(self) -> None:
        """Waits for the hashes in work and ends the threads."""
        self._threads.shutdown(cancel_futures=True)

    def _verify(self, password: str, stored: str | None) -> PasswordCheck:
        secret = _presented(password)
        real = secret is not None and stored is not None and self._scheme.is_enabled(stored)
        known = stored if stored is not None and real else self._nobodys
        matches, replacement = self._scheme.verify_and_update(secret or "", known)
        return PasswordCheck(matches=matches and real, replacement=replacement if real else None)

    async def _in_turn(self, work: Callable[[], _Answer]) -> _Answer:
        if not self._places.acquire(blocking=False):
            raise Overloaded
        running = self._threads.submit(work)
        # Called once for each piece of work, whether it ended or was given up while it waited.
        running.add_done_callback(self._leave)
        return await asyncio.wrap_future(running)

    def _leave(self, _: Future[_Answer]) -> None:
        self._places.release()


def _normal(password: str) -> str:
    """The password as two keyboards agree on it."""
    return unicodedata.normalize("NFC", password)


def _presented(password: str) -> str | None:
    """The password to compare, or None for one that the rules would never have let in."""
    secret = _normal(password)
    if len(secret) > LONGEST_CODE_POINTS or any("\ud800" <= character <= "\udfff" for character in secret):
        return None
    return secret
