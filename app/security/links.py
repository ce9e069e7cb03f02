"""The files of links: compact JWE (RFC 7516), `dir` with A256GCM, and the short-lived names of files.

A link's key is made here, goes into the link and is forgotten; what is stored can't be read without the link.
"""

import base64
import json
from binascii import Error
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from hmac import digest
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.security.signing import base64url
from app.security.tokens import Chance

TOKEN_BYTES: Final = 32
KEY_BYTES: Final = 32
_IV_BYTES: Final = 12
_TAG_BYTES: Final = 16
_HEADER: Final = base64url(b'{"alg":"dir","enc":"A256GCM","cty":"application/fhir+json"}')
"""Without `zip`, on which readers in the field fail."""


def encrypted(key: bytes, content: bytes, chance: Chance) -> str:
    """The content as a JWE; each has a new IV."""
    iv = chance(_IV_BYTES)
    sealed = AESGCM(key).encrypt(iv, content, _HEADER.encode())
    text, tag = sealed[:-_TAG_BYTES], sealed[-_TAG_BYTES:]
    return f"{_HEADER}..{base64url(iv)}.{base64url(text)}.{base64url(tag)}"


def is_key_of(key: bytes, jwe: str) -> bool:
    """Whether a JWE made by `encrypted` was made with this key."""
    header, _, iv, text, tag = jwe.split(".")
    try:
        AESGCM(key).decrypt(_decoded(iv), _decoded(text) + _decoded(tag), header.encode())
    except InvalidTag:
        return False
    return True


def key_in(text: str) -> bytes | None:
    """The key that a link writes so; None for what is none."""
    try:
        key = _decoded(text)
    except (Error, ValueError):
        return None
    return key if len(key) == KEY_BYTES and base64url(key) == text else None


def token_fingerprint(token: str) -> bytes:
    """The 32 bytes under which a link is found; SHA-256 is enough for 256 bits of chance."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """Lets somebody who was shown a manifest fetch its file for a while."""

    recipient: str
    expires_at: datetime


class Tickets:
    """Writes tickets as parts of an address that nobody else can make or read, and that are stored nowhere."""

    def __init__(self, secret_key: bytes) -> None:
        self._cipher = AESGCM(digest(secret_key, b"files of links\0", "sha256"))

    def written(self, ticket: Ticket, token: str, chance: Chance) -> str:
        """The ticket for the link of this token."""
        content = {"recipient": ticket.recipient, "expires_at": int(ticket.expires_at.timestamp())}
        iv = chance(_IV_BYTES)
        return base64url(iv + self._cipher.encrypt(iv, json.dumps(content).encode(), token.encode()))

    def read(self, text: str, token: str) -> Ticket | None:
        """What was written for the link of this token; None for anything else."""
        try:
            raw = _decoded(text)
            content: Mapping[str, object] = json.loads(
                self._cipher.decrypt(raw[:_IV_BYTES], raw[_IV_BYTES:], token.encode("utf-8", "surrogatepass"))
            )
        except (Error, ValueError, InvalidTag):
            return None
        expires_at = datetime.fromtimestamp(int(str(content["expires_at"])), UTC)
        return Ticket(recipient=str(content["recipient"]), expires_at=expires_at)


def _decoded(text: str) -> bytes:
    """Raises ValueError or binascii.Error for what is no base64url."""
    return base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
