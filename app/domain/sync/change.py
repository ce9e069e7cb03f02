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


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """Writes the fields it names; with `replaces`, clears the others."""

    kind: Kind
    id: RecordId
    fields: Fields
    replaces: bool = False
    may_create: bool = True
    """Whether it also makes a record, where there is none; else it is NotFound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """Makes the record a tombstone."""

    kind: Kind
    id: RecordId


class Outcome(StrEnum):
    """What became of a change, as the history names it."""

    APPLIED = "applied"
    DELETED = "deleted"
    REVIVED = "revived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a change leaves to be stored: the record at its new revision, and its row in the history."""

    record: StoredRecord
    field_revs: FieldRevs
    outcome: Outcome
    changes: Mapping[str, tuple[Value, Value]]
    """Old and new value of each field that changed."""
    creates: bool = False
    """Whether there was no live record before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What a change comes to."""

    record: StoredRecord | None
    """The record as it stands afterwards; None where there is still none."""
    written: Written | None
    """None where the change changes nothing."""
    notices: tuple[Notice, ...] = ()


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
