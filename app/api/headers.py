"""Headers that every answer has, whoever writes it: the middleware, or the server before any application ran."""

import re
from collections.abc import Iterable
from random import getrandbits
from typing import Final

from app.domain.sharing.shlink import PATH

RawHeader = tuple[bytes, bytes]

SAFETY: Final[tuple[RawHeader, ...]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
NO_STORE: Final[RawHeader] = (b"cache-control", b"no-store")

_OPEN: Final[tuple[RawHeader, ...]] = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"Retry-After"),
)
_CLOSED: Final[tuple[RawHeader, ...]] = ()
_OPEN_BELOW: Final = f"{PATH}/"


def sharing_headers(path: str) -> tuple[RawHeader, ...]:
    """Links' data may be read by programs on any website, without credentials: refusals too, whoever writes them."""
    return _OPEN if path.startswith(_OPEN_BELOW) else _CLOSED


_SANE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


def request_id_in(headers: Iterable[RawHeader]) -> str:
    """The X-Request-ID that came, where it is 1 to 64 letters, digits, `.`, `_` or `-`; else a new one."""
    for name, value in headers:
        if name == b"x-request-id" and _SANE_ID.fullmatch(value):
            return value.decode()
    return f"{getrandbits(64):016x}"  # no secret: a call of the system each time would cost more than looking at it all
