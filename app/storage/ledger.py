"""The one way into a diary: the next revision is taken, then changes are merged and written with their history.

Only a whole diary that comes into an empty one brings its own revisions.

The counter is locked before anything is read: what is read before may be stale when two phones write at once. All that
is slow comes before, and the commit right after (sync, section 1).
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, case, insert, select, text, update

from app.domain.access import OwnDiary
from app.domain.clock import latest_day
from app.domain.errors import Invalid
from app.domain.ids import Device, RecordId, Revision
from app.domain.records.kinds import CONFLICT
from app.domain.records.record import Fields, KindName
from app.domain.sync.change import Change, Circumstances, Entry, FieldRevs, Known, Merged, Written
from app.domain.sync.disputes import brought, conflict_id, field_of, raised, settled
from app.domain.sync.epoch import Fork
from app.domain.sync.merge import OpenDisputes, may_settle, merge
from app.domain.sync.mutation import Rejected, checked_base
from app.domain.sync.past import PastRow
from app.domain.sync.rest import admit
from app.storage.records import SHOWN, stored, there
from app.storage.rows import ReadyDiary, history_row, record_row
from app.storage.tables import forks, patient_state, record_history, records

Key = tuple[KindName, RecordId]

_MINE = records.c.patient == bindparam("patient")
_OF_KIND = (_MINE, records.c.kind == bindparam("kind"))
_next_revision = (
    update(patient_state)
    .where(patient_state.c.patient == bindparam("the_patient"))
    .values(
        rev=case(
            (patient_state.c.resumes_at > patient_state.c.rev, patient_state.c.resumes_at),
            else_=patient_state.c.rev + 1,
        )
    )
    .returning(patient_state.c.rev)
)
_begin = (
    update(patient_state)
    .where(patient_state.c.patient == bindparam("the_patient"))
    .values({name: bindparam(f"its_{name}") for name in ("rev", "epoch", "resumes_at")})
)
_known = select(*SHOWN, records.c.field_revs).where(*_OF_KIND, records.c.id == bindparam("id"))
_many_known = select(*SHOWN, records.c.field_revs).where(*_OF_KIND, records.c.id.in_(bindparam("ids", expanding=True)))
_open_conflicts = select(*SHOWN, records.c.field_revs).where(
    *_OF_KIND, ~records.c.deleted, text("records.fields ->> 'status' = 'open'")
)
_insert = insert(records)
_update = (
    update(records)
    .where(
        records.c.patient == bindparam("the_patient"),
        records.c.kind == bindparam("the_kind"),
        records.c.id == bindparam("the_id"),
    )
    .values({name: bindparam(name) for name in ("rev", "deleted", "local_day", "fields", "field_revs")})
)
_insert_history = insert(record_history)
_insert_fork = insert(forks)
_AT_ONCE: Final = 2_000
"""Rows in one statement, which PostgreSQL gives a few seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """Who writes, when, and as which push of the device; REST has none."""

    device: Device
    at: datetime
    seq: int | None = None


class Ledger:
    """The way into the diary of the patient of one access."""

    def __init__(self, connection: Connection, access: OwnDiary) -> None:
        self._connection = connection
        self._access = access

    def next_revision(self) -> Revision:
        """Takes it, and locks the counter; refuses with TokenInvalid where the diary was erased in the meantime."""
        counted = self._connection.execute(_next_revision, {"the_patient": self._access.patient})
        return there(counted.scalar_one_or_none())

    def write(self, change: Change, *, expected: Revision | None, at: datetime) -> Merged:
        """A REST write; refuses as `admit` does, with Invalid, and with TokenInvalid."""
        writing = Writing(device=self._access.device, at=at)
        batch = _Batch(self._connection, self._access, self.next_revision(), writing)
        admit(batch.known((change.kind.name, change.id)), change, expected=expected, device=writing.device)
        merged = batch.merge(change)
        batch.store()
        return merged

    def push(
        self, mutations: Sequence[Change | Rejected], *, rev: Revision, writing: Writing
    ) -> list[Merged | Rejected]:
        """Each mutation for itself, one after the other: one that breaks a rule is Rejected, and the rest goes on.

        `rev` is the revision that was just taken.
        """
        batch = _Batch(self._connection, self._access, rev, writing)
        batch.look_up(mutations)
        results = [batch.push(mutation) for mutation in mutations]
        batch.store()
        return results

    def bring(
        self, past: Iterable[PastRow], conflicts: Mapping[RecordId, Fields], *, rev: Revision, writing: Writing
    ) -> None:
        """Takes up what an import brings and nobody can write: rows of history, and conflict records not yet there.

        `rev` is the revision that was just taken; the rows stand under it, and are else as they were.
        """
        batch = _Batch(self._connection, self._access, rev, writing)
        for row in past:
            batch.recall(row)
        for record_id, fields in conflicts.items():
            batch.bring(record_id, fields)
        batch.store()

    def begin_with(self, ready: ReadyDiary, its_forks: Iterable[Fork], *, epoch: str) -> Revision:
        """Has a whole diary stand in the empty one, under a new epoch; answers where that leaves the counter.

        Whoever asks has locked the counter and found it where an empty diary stands. The revision after this one is
        the one at which the last fork resumes.
        """
        mine, left = {"patient": self._access.patient}, [*its_forks]
        state = {"its_rev": ready.rev, "its_epoch": epoch, "its_resumes_at": ready.resumes_at}
        self._connection.execute(_begin, {"the_patient": self._access.patient, **state})
        for fork in left:
            row = {"epoch": fork.epoch, "forked_at": fork.forked_at, "resumed_at": fork.resumed_at}
            self._connection.execute(_insert_fork, {**mine, **row})
        for statement, rows in ((_insert, ready.records), (_insert_history, ready.history)):
            for begins in range(0, len(rows), _AT_ONCE):
                self._connection.execute(statement, rows[begins : begins + _AT_ONCE])
        return ready.rev


class _Batch:
    """Changes of one revision: merged one after the other in memory, and stored at once."""

    def __init__(self, connection: Connection, access: OwnDiary, rev: Revision, writing: Writing) -> None:
        self._connection = connection
        self._patient = access.patient
        self._rev = rev
        self._writing = writing
        self._by = Circumstances(
            device=writing.device,
            time_zone=access.time_zone,
            day_start_minutes=access.day_start_minutes,
            latest_day=latest_day(writing.at),
        )
        self._known: dict[Key, Known | None] = {}
        self._stored: set[Key] = set()
        """Those that have a row."""
        self._changed: dict[Key, Written] = {}
        self._history: list[dict[str, object]] = []
        self._entries = Counter[Key]()
        self._open: dict[Key, dict[str | None, RecordId]] | None = None

    def look_up(self, mutations: Iterable[Change | Rejected]) -> None:
        """Reads what the mutations are about, all at once."""
        wanted: dict[KindName, list[RecordId]] = {}
        for mutation in mutations:
            if not isinstance(mutation, Rejected):
                wanted.setdefault(mutation.kind.name, []).append(mutation.id)
        for kind, ids in wanted.items():
            self._known |= dict.fromkeys(((kind, record_id) for record_id in ids), None)
            self._learn(self._connection.execute(_many_known, {"patient": self._patient, "kind": kind, "ids": ids}))

    def known(self, key: Key) -> Known | None:
        """The record as it stands, with what this batch has made of it."""
        if key not in self._known:
            kind, record_id = key
            self._known[key] = None
            self._learn(self._connection.execute(_known, {"patient": self._patient, "kind": kind, "id": record_id}))
        return self._known[key]

    def push(self, mutation: Change | Rejected) -> Merged | Rejected:
        """What becomes of it; whatever a client sends ends here, and never as an exception."""
        if isinstance(mutation, Rejected):
            refused = mutation
        else:
            try:
                return self.merge(checked_base(mutation, self._rev))
            except Invalid as invalid:
                refused = Rejected.of(mutation, invalid.errors[0])
        if refused.kind and refused.id:
            self._remember((KindName(refused.kind), RecordId(refused.id)), refused.entry)
        return refused

    def merge(self, change: Change) -> Merged:
        """What the change comes to, with all that it does to disputes; refuses with Invalid."""
        key = (change.kind.name, change.id)
        disputes = self._disputes(key) if may_settle(change) else None
        merged = merge(self.known(key), change, rev=self._rev, by=self._by, disputes=disputes)
        if merged.written:
            self._keep(merged.written)
        for field in merged.settles:
            self._settle(key, field)
        for dispute in merged.disputes:
            assert merged.record is not None  # noqa: S101 - nothing can be in dispute about no record
            about = (CONFLICT.name, conflict_id(*key, dispute.field))
            self._keep(raised(self.known(about), merged.record, dispute, rev=self._rev, device=self._writing.device))
            if self._open is not None:
                self._open.setdefault(key, {})[dispute.field] = about[1]
        return merged

    def recall(self, row: PastRow) -> None:
        """Has the history hold the row as it was elsewhere."""
        self._add((row.kind, row.id), row.entry, device=row.device, seq=row.seq, at=row.at)

    def bring(self, record_id: RecordId, fields: Fields) -> None:
        """Makes a conflict record as it was elsewhere."""
        self._keep(brought(record_id, fields, rev=self._rev, device=self._writing.device))

    def store(self) -> None:
        """Writes records and history."""
        mine = self._patient
        new = [record_row(mine, written) for key, written in self._changed.items() if key not in self._stored]
        old = [record_row(mine, written, "the_") for key, written in self._changed.items() if key in self._stored]
        for statement, rows in ((_insert, new), (_update, old), (_insert_history, self._history)):
            if rows:
                self._connection.execute(statement, rows if len(rows) > 1 else rows[0])

    def _learn(self, rows: Iterable[Row[*tuple[Any, ...]]]) -> None:
        for row in rows:
            origins: FieldRevs = {name: (rev, device) for name, (rev, device) in json.loads(row[5]).items()}
            record = stored(row)
            key = (record.kind, record.id)
            self._stored.add(key)
            if self._known.get(key) is None:  # else it has changed since
                self._known[key] = Known(record=record, field_revs=origins)

    def _disputes(self, key: Key) -> OpenDisputes:
        """Those that are open about the record."""
        if self._open is None:
            self._open = {}
            values = {"patient": self._patient, "kind": CONFLICT.name}
            self._learn(self._connection.execute(_open_conflicts, values).all())
            for known in list(self._known.values()):
                if known and known.record.kind == CONFLICT.name and known.record.fields.get("status") == "open":
                    fields = known.record.fields
                    about = (KindName(str(fields["record_kind"])), RecordId(str(fields["record_id"])))
                    self._open.setdefault(about, {})[field_of(fields)] = known.record.id
        found: dict[str | None, Revision] = {}
        for field, record_id in self._open.get(key, {}).items():
            conflict = self.known((CONFLICT.name, record_id))
            if conflict:
                found[field] = conflict.record.rev
        return found

    def _settle(self, key: Key, field: str | None) -> None:
        assert self._open is not None  # noqa: S101 - only what was found open can be settled
        conflict = self.known((CONFLICT.name, self._open[key].pop(field)))
        if conflict:
            self._keep(settled(conflict, rev=self._rev, device=self._writing.device))

    def _keep(self, written: Written) -> None:
        record = written.record
        key = (record.kind, record.id)
        self._known[key] = Known(record=record, field_revs=written.field_revs)
        self._changed[key] = written
        for entry in written.entries:
            self._remember(key, entry)

    def _remember(self, key: Key, entry: Entry) -> None:
        writing = self._writing
        self._add(key, entry, device=writing.device, seq=writing.seq, at=writing.at)

    def _add(self, key: Key, entry: Entry, *, device: Device, seq: int | None, at: datetime) -> None:
        kind, record_id = key
        row = PastRow(kind=kind, id=record_id, device=device, seq=seq, at=at, entry=entry)
        self._history.append(history_row(self._patient, row, rev=self._rev, ordinal=self._entries[key]))
        self._entries[key] += 1
