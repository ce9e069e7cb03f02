"""Which revision a unit of work moves its diary to: known from the one place that counts them, without a query."""

from collections.abc import Callable, Iterable

from sqlalchemy import Connection
from typing_extensions import override

from app.domain.access import OwnDiary
from app.domain.ids import PatientKey, Revision
from app.domain.sync.epoch import Fork
from app.storage.ledger import Ledger
from app.storage.rows import ReadyDiary
from app.storage.work import Work

Tell = Callable[[PatientKey, Revision], None]
"""Is told, from any thread, at which revision a diary is; neither fails nor blocks."""


class MovingWork(Work):
    """A unit of work that remembers the last revision it took."""

    moved_to: Revision | None = None
    """None where it took none: it wrote to no diary."""

    @property
    @override
    def ledger(self) -> Ledger:
        return _NotingLedger(self._connection, self._owner, self._note)

    def _note(self, taken: Revision) -> None:
        self.moved_to = taken


class _NotingLedger(Ledger):
    def __init__(self, connection: Connection, access: OwnDiary, note: Callable[[Revision], None]) -> None:
        super().__init__(connection, access)
        self._note = note

    @override
    def next_revision(self) -> Revision:
        taken = super().next_revision()
        self._note(taken)
        return taken

    @override
    def begin_with(self, ready: ReadyDiary, its_forks: Iterable[Fork], *, epoch: str) -> Revision:
        reached = super().begin_with(ready, its_forks, epoch=epoch)
        self._note(reached)
        return reached
