"""Opaque tokens: 256 bits of chance behind a prefix that secret scanners can find, with a checksum at the end.

`onset_at_` opens the API, `onset_rt_` gets new tokens, `onset_pr_` sets a new password once. What is stored is the
fingerprint alone; a token is never written anywhere.
"""

import base64
import hashlib
import hmac
import re
import zlib
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum

Chance = Callable[[int], bytes]
"""Hands out that many unpredictable bytes, as `secrets.token_bytes` does."""

PASSWORD_RESET_LIFETIME = timedelta(hours=1)

_SECRET_BYTES = 32
_CHECKSUM_BYTES = 4
_BODY = re.compile(r"[A-Za-z0-9_-]{48}", re.ASCII)


class TokenKind(StrEnum):
    """What a token is for, as its prefix says."""

    ACCESS = "onset_at_"
    REFRESH = "onset_rt_"
    PASSWORD_RESET = "onset_pr_"  # noqa: S105  # a prefix, not a password


def new_token(kind: TokenKind, chance: Chance) -> str:
    """A token that nobody has seen before."""
    return _token(kind, chance(_SECRET_BYTES))


def successor(secret_key: bytes, presented: str) -> str:
    """The one refresh token that follows the presented one.

    HMAC-SHA256 of the presented token under the service's secret key: whoever asks again with the same token after a
    lost answer is given the same successor, though neither of the two is stored.
    """
    return _token(TokenKind.REFRESH, hmac.digest(secret_key, b"refresh successor\0" + presented.encode(), "sha256"))


def kind_of(token: str) -> TokenKind | None:
    """What the token can be, told without a look into the database; None for anything that was never handed out.

    Guards against typing errors and noise, not against forgery: anybody can compute the checksum.
    """
    kind = next((kind for kind in TokenKind if token.startswith(kind)), None)
    if kind is None or _BODY.fullmatch(token, len(kind)) is None:
        return None
    raw = base64.urlsafe_b64decode(token[len(kind) :])
    return kind if raw[_SECRET_BYTES:] == _checksum(kind, raw[:_SECRET_BYTES]) else None


def fingerprint(token: str) -> bytes:
    """The 32 bytes under which a well-formed token is stored and found; SHA-256 is enough for 256 bits of chance."""
    return hashlib.sha256(token.encode()).digest()


def _token(kind: TokenKind, secret: bytes) -> str:
    return kind + base64.urlsafe_b64encode(secret + _checksum(kind, secret)).decode()


def _checksum(kind: TokenKind, secret: bytes) -> bytes:
    return zlib.crc32(kind.encode() + secret).to_bytes(_CHECKSUM_BYTES, "big")
