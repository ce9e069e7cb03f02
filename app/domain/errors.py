"""Refusals: facts with a stable code that carry what the caller needs to go on.

The HTTP status of each code is decided in one table (app/api/problems.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """What is wrong with one field. The message never repeats what was sent."""

    pointer: str
    """JSON Pointer (RFC 6901) into the body, or the parameter's name for a query or path parameter."""
    code: str
    """Stable, kebab-case: `out-of-range`, `unknown-field`, `wrong-type`, `missing-field`, ..."""
    message: str
    """One sentence that a patient could read."""


class Refusal(Exception):
    """Why the service did not do what was asked."""

    code: ClassVar[str]
    detail: ClassVar[str] = ""


class Invalid(Refusal):
    """The content breaks a rule; every broken field is named."""

    code = "invalid"

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(self.code)
        self.errors = tuple(errors)


def fault(name: str, code: str, message: str) -> Invalid:
    """A refusal for one reason, which lies in the member of this name; empty for the whole of what was sent."""
    return Invalid([FieldError(pointer=f"/{name}" if name else "", code=code, message=message)])


class MalformedJson(Refusal):
    """The body is not one well-formed JSON text in UTF-8."""

    code = "malformed-json"

    def __init__(self, detail: str) -> None:
        super().__init__(self.code)
        self.why = detail


class NotFound(Refusal):
    """There is nothing here for this caller."""

    code = "not-found"


class TooManyRequests(Refusal):
    """A limit was reached."""

    code = "too-many-requests"

    def __init__(self, *, retry_after_s: int) -> None:
        super().__init__(self.code)
        self.retry_after_s = retry_after_s


class Unavailable(Refusal):
    """The service can't do it now; the same request may pass later."""

    retry_after_s: ClassVar[int] = 2


class Overloaded(Unavailable):
    """More work is waiting than can be done in time."""

    code = "overloaded"


class DatabaseUnavailable(Unavailable):
    """The database did not answer; whether a write was stored is unknown."""

    code = "database-unavailable"


class StorageFull(Unavailable):
    """The disk is full; nothing was stored."""

    code = "storage-full"
