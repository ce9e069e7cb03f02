"""A change that somebody asks of one record, what the diary knows of that record, and what is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from app.domain.errors import Refusal
from app.domain.ids import Device, RecordId, Revision
from app.domain.records.kinds import Kind
from app.domain.records.notices import Notice
from app.domain.records.record import Fields, StoredRecord, Value

NEVER_SEEN: Final = Revision(0)
"""The revision that a writer names who takes the record for a new one; no stored record has it."""
ANY_REVISION: Final = Revision(-2)
"""What a writer names who asks only that there be a record, without saying what was seen of it."""

THE_DELETE: Final = ""
"""The name under which a tombstone keeps who deleted it, and when; no field has it."""

FieldRevs = Mapping[str, tuple[Revision, Device]]
"""For each field, the revision of its last write and who wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Who changes when: what filling in and checking a record need to know."""

    device: Device
    time_zone: str
    """The account's, for records that name none."""
    day_start_minutes: int
    latest_day: date
    """The last diary day that can have begun anywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A record as stored, with the origin of each field."""

    record: StoredRecord
    field_revs: FieldRevs

    @property
    def alive(self) -> bool:
        """Whether it is there for its readers."""
        return not self.record.deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """Writes the fields it names; with `replaces`, clears the others."""

    kind: Kind
    id: RecordId
    fields: Fields
    base: Revision | None = None
    """The revision of the record that the writer saw last; None counts as the present one."""
    changed: frozenset[str] | None = None
    """The fields that the writer says it changed; None: all that are sent."""
    replaces: bool = False
    may_create: bool = True
    """Whether it also makes a record, where there is none; else it is NotFound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """Makes the record a tombstone."""

    kind: Kind
    id: RecordId
    base: Revision | None = None
    """As of Put."""


Change = Put | Delete


class Status(StrEnum):
    """What became of a change, as its writer is told."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"
    MERGED = "merged"
    """Applied, and fields of others stand beside it."""
    CONFLICT = "conflict"
    """At least one field of it was not taken; it is kept for the patient to settle."""
    REJECTED = "rejected"


class Outcome(StrEnum):
    """What became of a change, as the history names it."""

    APPLIED = "applied"
    CONFLICT = "conflict"
    REJECTED = "rejected"
    DELETED = "deleted"
    REVIVED = "revived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of the history."""

    outcome: Outcome
    changes: Mapping[str, tuple[Value, Value]]
    """For each field what was stored, and what was written or offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a change leaves to be stored: the record at its new revision, and its rows in the history."""

    record: StoredRecord
    fields: Fields
    """The record's fields, as values."""
    field_revs: FieldRevs
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """Two devices, neither of which had seen the other, disagree on a field, or on whether there is a record."""

    field: str | None
    """None where the one deleted and the other wrote."""
    kept: Value
    offered: Value
    offered_by: Device


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What a change comes to."""

    status: Status
    record: StoredRecord | None
    """The record as it stands afterwards; None where there is still none."""
    written: Written | None = None
    """None where the record stays as it is."""
    created: bool = False
    """Whether there was no live record before."""
    disputes: tuple[Dispute, ...] = ()
    """What is to be kept for the patient to settle."""
    settles: frozenset[str | None] = frozenset()
    """The open disputes about this record that the change settles, by field."""
    notices: tuple[Notice, ...] = ()

    @property
    def conflict_fields(self) -> tuple[str, ...]:
        """The fields that were not taken."""
        if self.status is not Status.CONFLICT:
            return ()
        return tuple(dispute.field for dispute in self.disputes if dispute.field is not None)


class EntryChanged(Refusal):
    """The caller had not seen the present revision."""

    code = "revision-changed"

    def __init__(self, current: StoredRecord | None) -> None:
        super().__init__(self.code)
        self.current = current
        """The stored record; None where it is deleted or never was."""


class RevisionRequired(Refusal):
    """Another device wrote this dose last; who changes it must say which revision was seen."""

    code = "revision-required"
