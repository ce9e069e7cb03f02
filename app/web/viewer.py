"""The page that shows what a link carries: it decrypts in the browser, so that the service never sees a key."""

from pathlib import Path
from typing import Final

from fastapi import APIRouter, Response

from app.domain.sharing.shlink import VIEWER_PATH
from app.web.pages import answer, policy

_FOLDER: Final = Path(__file__).with_name("viewer")


def _read(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")


_PAGE: Final = (
    _read("page.html")
    .replace("/* style */", _read("style.css"))
    .replace("/* script */", f"{_read('show.js')}\n{_read('open.js')}")
)
_POLICY: Final = f"{policy(_PAGE)}; require-trusted-types-for 'script'"

router = APIRouter(include_in_schema=False)


@router.get(VIEWER_PATH)
async def view() -> Response:
    """The same page for every link: what it opens stands in the address's fragment, which no server sees."""
    return answer(_PAGE, _POLICY)
