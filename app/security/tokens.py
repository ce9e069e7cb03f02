"""Opaque tokens: 256 bits of chance behind a prefix that secret scanners can find, with a checksum at the end.

`onset_at_` opens the API, `onset_rt_` gets new tokens, `onset_pr_` sets a new password once, `onset_in_` is the secret
of an invite to share. What is stored is the fingerprint alone; a token is never written anywhere.

All refresh tokens that follow one sign-in begin with the same 144 random bits, their family. It stays inside the
tokens, so that whoever presents it once held one of them: this tells a copy of an old token from noise.
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
_FAMILY_BYTES = 18
_CHECKSUM_BYTES = 4
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


class TokenKind(StrEnum):
    """What a token is for, as its prefix says."""

    ACCESS = "onset_at_"
    REFRESH = "onset_rt_"
    PASSWORD_RESET = "onset_pr_"  # noqa: S105  # a prefix, not a password
    INVITE = "onset_in_"

    @property
    def payload_bytes(self) -> int:
        """What stands between prefix and checksum; with the checksum a multiple of 3, so that no padding is needed."""
        return _FAMILY_BYTES + _SECRET_BYTES if self is TokenKind.REFRESH else _SECRET_BYTES

    @property
    def body_characters(self) -> int:
        """What stands behind the prefix."""
        return (self.payload_bytes + _CHECKSUM_BYTES) * 4 // 3


_KINDS = {kind.value: kind for kind in TokenKind}
_PREFIX_CHARACTERS = 9


def new_token(kind: TokenKind, chance: Chance) -> str:
    """A token that nobody has seen before; a refresh token begins a new family."""
    return _token(kind, chance(kind.payload_bytes))


def successor(secret_key: bytes, presented: str) -> str:
    """The one refresh token that follows the presented, well-formed one in its family.

    Its secret is HMAC-SHA256 of the presented token under the service's secret key: whoever asks again with the same
    token after a lost answer is given the same successor, though neither of the two is stored.
    """
    secret = hmac.digest(secret_key, b"refresh successor\0" + presented.encode(), "sha256")
    return _token(TokenKind.REFRESH, _family(presented) + secret)


def kind_of(token: str) -> TokenKind | None:
    """What the token can be, told without a look into the database; None for anything that was never handed out.

    Guards against typing errors and noise, not against forgery: anybody can compute the checksum.
    """
    kind = _KINDS.get(token[:_PREFIX_CHARACTERS])
    if kind is None or len(token) != len(kind) + kind.body_characters or not _BASE64URL.fullmatch(token, len(kind)):
        return None
    raw = base64.urlsafe_b64decode(token[len(kind) :])
    payload, checksum = raw[:-_CHECKSUM_BYTES], raw[-_CHECKSUM_BYTES:]
    return kind if checksum == _checksum(kind, payload) else None


def fingerprint(token: str) -> bytes:
    """The 32 bytes under which a well-formed token is stored and found; SHA-256 is enough for 256 bits of chance."""
    return hashlib.sha256(token.encode()).digest()


def family_fingerprint(refresh_token: str) -> bytes:
    """The 32 bytes under which the session of a well-formed refresh token is found, however old the token is."""
    return hashlib.sha256(b"refresh family\0" + _family(refresh_token)).digest()


def _family(refresh_token: str) -> bytes:
    start = len(TokenKind.REFRESH)
    return base64.urlsafe_b64decode(refresh_token[start : start + _FAMILY_BYTES * 4 // 3])


def _token(kind: TokenKind, payload: bytes) -> str:
    return kind + base64.urlsafe_b64encode(payload + _checksum(kind, payload)).decode()


def _checksum(kind: TokenKind, payload: bytes) -> bytes:
    return zlib.crc32(kind.encode() + payload).to_bytes(_CHECKSUM_BYTES, "big")
