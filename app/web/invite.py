"""The page that an invite's link and QR code lead to."""

from pathlib import Path
from typing import Final

from fastapi import APIRouter, Response

from app.services.inviting import INVITE_PATH
from app.web.pages import answer, policy

_PAGE: Final = Path(__file__).with_name("invite.html").read_text("utf-8")
_POLICY: Final = policy(_PAGE)

router = APIRouter(include_in_schema=False)


@router.get(INVITE_PATH)
async def invite() -> Response:
    """Has a clinician sign in and take up the invite, whose secret stays in the address's fragment."""
    return answer(_PAGE, _POLICY)
