"""A whole diary out of an export, put into one that is empty: it stands there as it stood (sharing, section 5)."""

import asyncio
from datetime import datetime

from app.domain.access import OwnDiary
from app.domain.sync.change import Circumstances
from app.domain.sync.epoch import EMPTY
from app.domain.sync.imported import Import
from app.domain.sync.whole import WholeDiary, forks_after, whole_diary
from app.services.parts import Parts
from app.storage.rows import ReadyDiary
from app.storage.work import Work


async def begin_with(
    parts: Parts, access: OwnDiary, found: Import, by: Circumstances, at: datetime
) -> WholeDiary | None:
    """The diary that now stands, all in one transaction; None where this one is not empty, or the file holds no whole.

    Empty is a diary to which nothing was ever written: its counter stands where it began. One whose records are all
    deleted is not, and neither is one to which a phone pushed what changed nothing.
    """
    if access.revision != EMPTY:
        return None
    prepared = await asyncio.to_thread(_prepared, access, found, by, at)
    if prepared is None:
        return None
    whole, ready = prepared
    epoch = f"e{parts.chance(6).hex()}"

    def begin(work: Work) -> bool:
        standing, _ = work.devices.standing(to_write=True)
        if standing.rev != EMPTY:
            return False
        work.ledger.begin_with(ready, forks_after(whole, standing.epoch), epoch=epoch)
        return True

    return whole if await parts.database.write(access, begin) else None


def _prepared(access: OwnDiary, found: Import, by: Circumstances, at: datetime) -> tuple[WholeDiary, ReadyDiary] | None:
    whole = whole_diary(found, by, at=at)
    return None if whole is None else (whole, ReadyDiary(whole, access))
