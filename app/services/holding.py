"""What a patient holds of sharing: the access log and the receipts (sharing, section 5)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from app.domain.access import OwnDiary
from app.domain.sharing.access_log import Link
from app.domain.sharing.receipts import Receipt
from app.services.parts import Parts

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """Rows of the access log, the oldest first."""

    links: list[Link]
    next_after: int | None
    """The number that the next page begins after; None where this was the last."""


async def read_access_log(  # noqa: PLR0913 - a page is named by its window, place and size
    parts: Parts, access: OwnDiary, *, first: date | None, last: date | None, after: int, limit: int
) -> LogPage:
    """One page of the rows that were written from the first to the last date (in UTC)."""
    since, until = _midnight(first or date(1970, 1, 1)), _midnight((last or date(9000, 1, 1)) + _DAY)
    found = await parts.database.read(
        access, lambda work: work.audit.page(after=after, since=since, until=until, limit=limit + 1)
    )
    links = found[:limit]
    return LogPage(links=links, next_after=links[-1].seq if len(found) > limit else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPage:
    """Receipts, the oldest first."""

    receipts: list[Receipt]
    next_after: int | None
    """The number that the next page begins after; None where this was the last."""


async def list_receipts(parts: Parts, access: OwnDiary, *, after: int, limit: int) -> ReceiptPage:
    """One page of the patient's own."""
    found = await parts.database.read(access, lambda work: work.receipts.page(after=after, limit=limit + 1))
    return ReceiptPage(
        receipts=[receipt for _, receipt in found[:limit]],
        next_after=found[limit - 1][0] if len(found) > limit else None,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
