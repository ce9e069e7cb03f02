"""Where a diary goes on once it was restored from a backup (sync, section 2)."""

from datetime import UTC, datetime, timedelta
from typing import Final

from app.domain.ids import Revision
from app.domain.sync.epoch import Fork

MOST_REVISION: Final = 2**53
"""Clients count in binary floats, which are exact up to here."""
_PER_SECOND: Final = 2**20
"""More revisions than a diary can take in a second, so that no restore meets those of the one before."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def resumed(rev: Revision, epoch: str, *, at: datetime) -> Fork:
    """The fork of a diary that stood at this revision of this epoch in the backup, restored at this instant.

    ValueError where no revision is left below 2^53, which a clock of this century never comes near.
    """
    resumed_at = max(rev + 1, (at - _EPOCH) // _MICROSECOND * _PER_SECOND // 1_000_000)
    if resumed_at >= MOST_REVISION:
        raise ValueError("no revision is left")
    return Fork(epoch=epoch, forked_at=rev, resumed_at=Revision(resumed_at))
