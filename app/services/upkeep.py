"""What the service does unasked, for as long as it runs."""

import asyncio
from typing import Final

import structlog

from app.domain.errors import Refusal
from app.services.accounts import settle_erasures
from app.services.linking import purge
from app.services.parts import Parts

FIRST_S: Final = 60.0
EVERY_S: Final = 3600.0

_log = structlog.get_logger()


async def _empty_log(parts: Parts) -> int:
    """What was deleted goes from SQLite's files too, where an erasure did not get that far."""
    await parts.database.empty_log()
    return 0


_WORK: Final = {"files": purge, "erasures": settle_erasures, "write-ahead log": _empty_log}


async def keep_tidy(parts: Parts, *, first_s: float = FIRST_S, every_s: float = EVERY_S) -> None:
    """Deletes old files of links, settles erasures, empties the log; soon after the start, then hourly."""
    wait_s = first_s
    while True:
        await asyncio.sleep(wait_s)
        wait_s = every_s
        for what, work in _WORK.items():
            try:
                count = await work(parts)
            except Refusal as refusal:  # no database just now; the next hour will do
                _log.warning("upkeep-put-off", what=what, code=refusal.code)
            except OSError as failure:
                _log.error("upkeep-put-off", what=what, exc_info=failure)
            else:
                if count:
                    _log.info("upkeep-done", what=what, count=count)
