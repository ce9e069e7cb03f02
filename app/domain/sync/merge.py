"""The merge of one change into one record, as a pure function (sync, section 3).

Nothing that a writer had not seen is overwritten: the stored value stays, and the offered one is a dispute.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from app.domain.errors import Invalid
from app.domain.ids import Device, Revision
from app.domain.records.kinds import CONFLICT, DOSE, Kind
from app.domain.records.notices import Notice
from app.domain.records.record import Fields, StoredRecord, Value, encode
from app.domain.records.validation import absent_is_null, check_lasting, check_record, fill_in
from app.domain.sync.change import (
    THE_DELETE,
    Change,
    Circumstances,
    Delete,
    Dispute,
    Entry,
    FieldRevs,
    Known,
    Merged,
    Outcome,
    Put,
    Status,
    Written,
)
from app.domain.sync.disputes import of_conflict

DOSE_UNIT = ("mg", "status", "taken_at", "local_date")
"""The safety fields of a dose: one unit, never joined by rule from two devices."""

OpenDisputes = Mapping[str | None, Revision]
"""The disputes about a record that are open, by field, each with the revision at which it last moved."""

_LAST_WRITER = "time_zone"
_BY_ELEMENT = "skipped"


def merge(
    known: Known | None, change: Change, *, rev: Revision, by: Circumstances, disputes: OpenDisputes | None = None
) -> Merged:
    """What the change comes to at this revision; refuses with Invalid where it breaks a rule all by itself.

    `disputes` may be left out for a change that settles none (see `may_settle`).
    """
    if change.kind is CONFLICT:
        return of_conflict(known, change, rev=rev, device=by.device)
    base = rev if change.base is None else change.base
    if isinstance(change, Delete):
        return _delete(known, base, rev, by, disputes or {})
    return _Putting(known, change, base, rev, by).merged(disputes or {})


def may_settle(change: Change) -> bool:
    """Whether the change could settle a dispute: it says what it saw, and what it means to change."""
    return change.base is not None and (isinstance(change, Delete) or change.changed is not None or change.replaces)


def _delete(known: Known | None, base: Revision, rev: Revision, by: Circumstances, disputes: OpenDisputes) -> Merged:
    if known is None or not known.alive:
        return Merged(status=Status.UNCHANGED, record=known.record if known else None)
    if _unseen(known.field_revs, base, by.device):
        kept = replace(known.record, rev=rev)
        entry = Entry(outcome=Outcome.CONFLICT, changes={})
        written = Written(record=kept, fields=kept.fields, field_revs=known.field_revs, entries=(entry,))
        dispute = Dispute(field=None, kept=None, offered=None, offered_by=by.device)
        return Merged(status=Status.CONFLICT, record=kept, written=written, disputes=(dispute,))
    tombstone = replace(known.record, rev=rev, deleted=True)
    written = Written(
        record=tombstone,
        fields=tombstone.fields,
        field_revs={**known.field_revs, THE_DELETE: (rev, by.device)},
        entries=(Entry(outcome=Outcome.DELETED, changes={}),),
    )
    return Merged(status=Status.APPLIED, record=tombstone, written=written, settles=_seen(disputes, disputes, base))


def _unseen(origins: FieldRevs, base: Revision, device: Device) -> frozenset[str]:
    """The fields that another device wrote after `base`."""
    return frozenset(
        name for name, (rev, writer) in origins.items() if rev > base and writer != device and name != THE_DELETE
    )


def _seen(named: Iterable[str | None], disputes: OpenDisputes, base: Revision) -> frozenset[str | None]:
    return frozenset(name for name in named if name in disputes and disputes[name] <= base)


@dataclass(frozen=True, slots=True)
class _Taken:
    """The record with what is taken of an offer, and what is not."""

    fields: Fields
    refused: Mapping[str, Value]
    notices: tuple[Notice, ...]


class _Putting:
    """One put on its way into a record."""

    def __init__(self, known: Known | None, change: Put, base: Revision, rev: Revision, by: Circumstances) -> None:
        self._known = known
        self._change = change
        self._base = base
        self._rev = rev
        self._by = by
        self._revives = known is not None and not known.alive
        self._starts_anew = known is None or (self._revives and self._knew_of_the_delete(known))
        self._stored: Fields = known.record.fields if known else {}
        self._before: Fields = {} if self._starts_anew else self._stored
        """What the offer is laid over."""
        self._origins: FieldRevs = {} if known is None or self._starts_anew else known.field_revs
        self._unseen = _unseen(self._origins, base, by.device)

    def merged(self, disputes: OpenDisputes) -> Merged:
        known, change = self._known, self._change
        taken = self._taken()
        stored: Fields = self._stored if known and known.alive else {}
        changes = {
            name: (stored.get(name), taken.fields.get(name))
            for name in {**stored, **taken.fields}
            if not absent_is_null(stored.get(name), taken.fields.get(name))
        }
        named = change.fields if change.changed is None else change.changed
        settles = _seen(set(named) - taken.refused.keys(), disputes, self._base)
        if not changes and not taken.refused and known and known.alive:
            return Merged(status=Status.UNCHANGED, record=known.record, settles=settles, notices=taken.notices)
        written = self._written(taken, changes)
        told = self._revives and not self._starts_anew
        return Merged(
            status=self._status(taken),
            record=written.record,
            written=written,
            created=not (known and known.alive),
            disputes=(*self._refused(taken), *([self._about_the_delete()] if told else ())),
            settles=settles,
            notices=taken.notices,
        )

    def _knew_of_the_delete(self, known: Known) -> bool:
        rev, device = known.field_revs.get(THE_DELETE, (known.record.rev, Device("")))
        return self._base >= rev or device == self._by.device

    def _offered(self) -> Fields:
        """The fields that the writer means to write; a record that starts anew has all that it can't be without."""
        change = self._change
        named = change.fields if change.changed is None else change.changed
        offered = {name: value for name, value in change.fields.items() if name in named}
        if self._starts_anew:
            offered |= {name: change.fields[name] for name in change.kind.required if name in change.fields}
        if change.replaces:
            offered = {**dict.fromkeys(self._before), **offered}
        return offered

    def _taken(self) -> _Taken:
        change = self._change
        wanted: dict[str, Value] = {}
        refused: dict[str, Value] = {}
        unit_is_unseen = change.kind is DOSE and not self._unseen.isdisjoint(DOSE_UNIT)
        for name, value in self._offered().items():
            stored = self._before.get(name)
            if absent_is_null(stored, value):
                if name not in self._before:
                    wanted[name] = value  # a null that says as much as no answer
            elif name == _LAST_WRITER or not (name in self._unseen or (unit_is_unseen and name in DOSE_UNIT)):
                wanted[name] = value
            elif name in change.kind.id_form.tells(change.id):
                wanted[name] = value  # contradicts the id, for which it will be refused; nobody could choose it
            elif name == _BY_ELEMENT:
                wanted[name] = _joined(stored, value)
            else:
                refused[name] = value
        return self._within_rules(wanted, refused)

    def _within_rules(self, wanted: Fields, refused: Fields) -> _Taken:
        """What breaks a rule only beside what others wrote meanwhile is disputed, and not the writer's fault."""
        try:
            return self._checked(wanted, refused)
        except Invalid:
            joined = wanted.keys() & _broken(self._change.kind, {**self._before, **wanted})
            as_seen = {name: value for name, value in self._before.items() if name not in self._unseen}
            if not self._unseen or not joined or _broken(self._change.kind, {**as_seen, **self._offered()}):
                raise
        return self._checked(
            {name: value for name, value in wanted.items() if name not in joined},
            {**refused, **{name: wanted[name] for name in sorted(joined)}},
        )

    def _checked(self, wanted: Fields, refused: Fields) -> _Taken:
        kind, record_id, by = self._change.kind, self._change.id, self._by
        fields, notices = fill_in(
            kind,
            record_id,
            self._laid_over(wanted),
            account_time_zone=by.time_zone,
            day_start_minutes=by.day_start_minutes,
        )
        check_lasting(kind, self._stored, fields)
        check_record(kind, record_id, fields, latest_day=by.latest_day)
        return _Taken(fields, refused, notices)

    def _laid_over(self, wanted: Fields) -> Fields:
        laid = {**self._before, **wanted}
        if self._change.replaces:  # what it clears is gone, and not a null
            laid = {name: value for name, value in laid.items() if value is not None or name in self._change.fields}
        return _without_declined_scores(laid) if self._unseen else laid

    def _written(self, taken: _Taken, changes: Mapping[str, tuple[Value, Value]]) -> Written:
        change, mine = self._change, (self._rev, self._by.device)
        own = {
            name
            for name in taken.fields.keys() | self._before.keys()
            if self._starts_anew or not absent_is_null(self._before.get(name), taken.fields.get(name))
        }
        text = encode(taken.fields)
        entries: list[Entry] = []
        if changes or self._known is None or self._revives:
            outcome = Outcome.REVIVED if self._revives else Outcome.APPLIED
            entries.append(Entry(outcome=outcome, changes=changes))
        if taken.refused:
            disputed = {name: (self._before.get(name), value) for name, value in taken.refused.items()}
            entries.append(Entry(outcome=Outcome.CONFLICT, changes=disputed))
        origins = {name: origin for name, origin in self._origins.items() if name != THE_DELETE}
        return Written(
            record=StoredRecord(kind=change.kind.name, id=change.id, rev=self._rev, deleted=False, text=text),
            fields=taken.fields,
            field_revs={**origins, **dict.fromkeys(sorted(own), mine)},
            entries=tuple(entries),
        )

    def _refused(self, taken: _Taken) -> list[Dispute]:
        return [
            Dispute(field=name, kept=self._before.get(name), offered=value, offered_by=self._by.device)
            for name, value in taken.refused.items()
        ]

    def _about_the_delete(self) -> Dispute:
        assert self._known  # noqa: S101 - only what was there can be revived
        _, deleted_by = self._known.field_revs.get(THE_DELETE, (self._known.record.rev, Device("")))
        return Dispute(field=None, kept=None, offered=None, offered_by=deleted_by)

    def _status(self, taken: _Taken) -> Status:
        if taken.refused:
            return Status.CONFLICT
        sent = self._change.fields
        beside = any(not absent_is_null(taken.fields.get(name), sent.get(name)) for name in self._unseen)
        altered = _BY_ELEMENT in sent and not absent_is_null(taken.fields.get(_BY_ELEMENT), sent[_BY_ELEMENT])
        restored = self._revives and not self._starts_anew
        return Status.MERGED if beside or altered or restored else Status.APPLIED


def _joined(one: Value, other: Value) -> Value:
    """The elements of both lists, each once."""
    lists = [value for value in (one, other) if isinstance(value, tuple)]
    return tuple(dict.fromkeys(element for each in lists for element in each))


def _without_declined_scores(fields: Fields) -> Fields:
    """A score beats a decline, where different people may have given them: what has a score was not skipped."""
    declined = fields.get(_BY_ELEMENT)
    if not isinstance(declined, tuple) or all(fields.get(element) is None for element in declined):
        return fields
    return {**fields, _BY_ELEMENT: tuple(element for element in declined if fields.get(element) is None)}


def _broken(kind: Kind, fields: Fields) -> frozenset[str]:
    """The fields of the rules that join several and are broken."""
    return frozenset(name for rule in kind.rules if any(rule.faults(fields)) for name in rule.fields)
