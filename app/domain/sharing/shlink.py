"""SMART Health Links (HL7, STU 1): what a link says (sharing, section 3)."""

import json
from base64 import urlsafe_b64encode
from datetime import datetime
from math import floor
from typing import Final

from app.domain.sharing.share import ShareKind

PATH: Final = "/shl"
VIEWER_PATH: Final = "/s"
LONGEST_BASE: Final = 80
"""Characters of the service's own address, so that a link's is within 128."""
LABEL: Final = "Health diary"
"""Never a condition: a label is shown before anything is opened."""
FLAGS: Final = {ShareKind.VISIT: "U", ShareKind.ONGOING: "LP"}
"""Letters in alphabetical order; U, a file without a manifest, never with the passcode P."""


def link_url(base: str, token: str) -> str:
    """Where a link leads: the address of the manifest, or with U of the file itself."""
    return f"{base.rstrip('/')}{PATH}/{token}"


def shlink(url: str, key: str, kind: ShareKind, expires_at: datetime) -> str:
    """The link; the key is base64url of 32 bytes."""
    payload = {
        "url": url,
        "key": key,
        "exp": floor(expires_at.timestamp()),
        "flag": FLAGS[kind],
        "label": LABEL,
        "v": 1,
    }
    text = json.dumps(payload, separators=(",", ":")).encode()
    return f"shlink:/{urlsafe_b64encode(text).rstrip(b'=').decode()}"


def viewer_url(base: str, link: str) -> str:
    """The link behind the address of a page that shows it: a fragment, which no browser sends to any server."""
    return f"{base.rstrip('/')}{VIEWER_PATH}#{link}"
