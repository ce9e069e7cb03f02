"""The page that the mail of a password reset leads to."""

from pathlib import Path
from typing import Final

from fastapi import APIRouter, Response

from app.web.pages import answer, policy

_PAGE: Final = Path(__file__).with_name("reset.html").read_text("utf-8")
_POLICY: Final = policy(_PAGE)

router = APIRouter(include_in_schema=False)


@router.get("/reset")
async def reset() -> Response:
    """Sends what was typed to the API; the token stays in the address's fragment, which no server sees."""
    return answer(_PAGE, _POLICY)
