"""Which write each field of a record goes back to, as its history tells it: what an export does not say by itself."""

import re
from collections.abc import Callable, Mapping, Sequence

from app.domain.ids import Device, RecordId, Revision
from app.domain.records.kinds import CONFLICT
from app.domain.records.record import Value
from app.domain.records.validation import absent_is_null
from app.domain.sync.change import THE_DELETE, FieldRevs, Outcome
from app.domain.sync.disputes import conflict_id
from app.domain.sync.imported import Brought
from app.domain.sync.past import PastRow

Origin = tuple[Revision, Device]
Changes = Mapping[str, tuple[Value, Value]]
WasRaised = Callable[[RecordId, Revision], bool]
"""Whether the conflict record was written in the revision."""


def origins(brought: Brought, past: Sequence[tuple[PastRow, Revision]], was_raised: WasRaised) -> FieldRevs | None:
    """For each field the last write that gave it its value, and for a tombstone its delete; None where one has none.

    `past` is in the order of revisions. Rows that an import took up from elsewhere may stand among them and say what
    never held here, so only what accounts for the present value counts. Where a history leaves it open, the later write
    is taken: what a phone has not seen is then rather disputed than overwritten.
    """
    tracing = _Tracing(brought)
    refused = {rev for row, rev in past if row.entry.outcome is Outcome.CONFLICT and not row.entry.changes}
    for row, rev in past:
        origin, changes = (rev, row.device), row.entry.changes
        match row.entry.outcome:
            case Outcome.APPLIED:
                tracing.write(changes, origin)
            case Outcome.REVIVED:
                # The same conflict record tells of a delete that was refused, and of one that was undone.
                is_told = rev not in refused and was_raised(conflict_id(*brought.key, None), rev)
                tracing.revive(changes, origin, is_told=is_told)
            case Outcome.DELETED:
                tracing.found[THE_DELETE] = origin
            case _:  # what was not taken
                pass
    return tracing.whole()


class _Tracing:
    """The fields of one record on their way through its history."""

    def __init__(self, brought: Brought) -> None:
        self._brought = brought
        self._values: dict[str, Value] = {}
        """Those that are not null."""
        self._began: Origin | None = None
        """The write that last began the record anew."""
        self.found: dict[str, Origin] = {}

    def write(self, changes: Changes, origin: Origin) -> None:
        """A change of what stands, or the first of all."""
        self._began = self._began or origin
        for name, (_, value) in changes.items():
            self._set(name, value, origin)

    def revive(self, changes: Changes, origin: Origin, *, is_told: bool) -> None:
        """A revival: one that is told brought back what stood before, any other began the record anew.

        Whoever deleted it is told, where somebody else revives it. The row names all that is there afterwards.
        """
        if is_told and self.found.get(THE_DELETE, origin)[1] != origin[1]:
            for name in self._values.keys() - changes.keys():
                self._set(name, None, origin)
            changes = {
                name: change
                for name, change in changes.items()
                if not absent_is_null(self._values.get(name), change[1])
            }
        else:
            self._began, self._values = origin, {}
            self.found = {name: its for name, its in self.found.items() if self._brought.fields.get(name) is not None}
        self.write(changes, origin)

    def whole(self) -> FieldRevs | None:
        """The origins, if each value has one; a null that no write names goes back to where the record began."""
        fields, found = self._brought.fields, self.found
        if not self._brought.deleted:
            found.pop(THE_DELETE, None)
        if self._began and self._brought.kind is not CONFLICT:
            for name, value in fields.items():
                if value is None:
                    found.setdefault(name, self._began)
        return found if all(name in found for name, value in fields.items() if value is not None) else None

    def _set(self, name: str, value: Value, origin: Origin) -> None:
        if value is None:
            self._values.pop(name, None)
        else:
            self._values[name] = value
        kind = self._brought.kind
        is_known = name in kind.fields or (kind.open_form and re.fullmatch(kind.open_form, name))
        if is_known and absent_is_null(self._brought.fields.get(name), value):
            self.found[name] = origin
