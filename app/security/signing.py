"""Signatures that anybody can check offline: compact JWS (RFC 7515) with Ed25519 (RFC 8037).

The signing key is derived from the service's secret key, so there is one secret to keep. A new secret key means a new
signing key: the key set that was fetched before still checks what was signed before.
"""

import base64
import hmac
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_RECEIPT: Final = "onset-receipt+jwt"


class Signer:
    """Signs consent receipts."""

    def __init__(self, secret_key: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(hmac.digest(secret_key, b"receipts\0", "sha256"))
        public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        required = {"crv": "Ed25519", "kty": "OKP", "x": base64url(public)}
        self.key_id: Final = base64url(sha256(_json(required)).digest())
        """The key's thumbprint (RFC 7638)."""
        self._public = {**required, "kid": self.key_id, "alg": "EdDSA", "use": "sig"}

    def signed(self, payload: Mapping[str, Any]) -> str:
        """The payload as a compact JWS."""
        header = {"alg": "EdDSA", "kid": self.key_id, "typ": _RECEIPT}
        text = f"{base64url(_json(header))}.{base64url(_json(payload))}"
        return f"{text}.{base64url(self._key.sign(text.encode()))}"

    def key_set(self) -> dict[str, list[dict[str, str]]]:
        """The public key as a JSON Web Key Set (RFC 7517)."""
        return {"keys": [self._public]}


def base64url(data: bytes) -> str:
    """Without padding, as JOSE has it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
