"""The page that the mail of a password reset leads to."""

import base64
import hashlib
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Response

_PAGE: Final = Path(__file__).with_name("reset.html").read_text("utf-8")


def _hash_of(tag: str) -> str:
    """The source expression that lets this page's one element of the kind through, and nothing else."""
    inside = _PAGE.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
    return f"'sha256-{base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()}'"


_POLICY: Final = (
    f"default-src 'none'; script-src {_hash_of('script')}; style-src {_hash_of('style')}; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)

router = APIRouter(include_in_schema=False)


@router.get("/reset")
async def reset() -> Response:
    """Sends what was typed to the API; the token stays in the address's fragment, which no server sees."""
    return Response(_PAGE, media_type="text/html", headers={"Content-Security-Policy": _POLICY})
