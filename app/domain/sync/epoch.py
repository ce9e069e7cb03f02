"""The history that a revision belongs to: its name changes when the diary is restored from a backup (sync, 2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.errors import Refusal
from app.domain.ids import Revision

EMPTY: Final = Revision(1)
"""Where a diary stands in which nothing was ever written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork:
    """A restore: the epoch that it ended, the last revision that survived of it, and the first one after it."""

    epoch: str
    forked_at: Revision
    resumed_at: Revision


class ResyncRequired(Refusal):
    """The phone's revisions belong to another history: it fetches the diary anew, and brings back what it held."""

    code = "resync-required"

    def __init__(self, epoch: str, forked_at: Revision, last_seq: int) -> None:
        super().__init__(self.code)
        self.epoch = epoch
        self.forked_at = forked_at
        """The last revision that both histories have; bases above it are lowered to it."""
        self.last_seq = last_seq


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a diary stands."""

    rev: Revision
    epoch: str
    forks: Sequence[Fork]
    """The oldest first."""

    def in_gap(self, rev: Revision) -> bool:
        """Whether a restore took the revision away, or left it out."""
        return any(fork.forked_at < rev < fork.resumed_at for fork in self.forks)

    def forked_at(self, epoch: str) -> Revision:
        """The last revision that the named epoch shares with the present one, as far as it can be told."""
        named = [fork for fork in self.forks if fork.epoch == epoch] or self.forks[-1:]
        return named[0].forked_at if named else EMPTY
