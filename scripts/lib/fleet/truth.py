"""The oracle: what people have seen and written, and what the page (sync, sections 2 to 4) lets the service make of it.

It is written from the page and shares no code with the service. It knows of every write which device made it and at
which revision, and of every person what their screen has shown; the bases that phones send are checked against that.
"""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from scripts.lib.fleet.content import FIELDS
from scripts.lib.fleet.phone import Edit, Phone, Sent
from scripts.lib.fleet.stores import Diary, Key, Row

EVERYTHING: Final = 2**62
"""Later than all revisions: who has seen up to here has seen all."""
EMPTY: Final = Diary(rev=1, epoch="", rows={}, entries=0, last_seqs={})


class Violation(Exception):
    """A guarantee of section 6 that was broken."""

    def __init__(self, guarantee: str, text: str) -> None:
        super().__init__(f"{guarantee}: {text}")
        self.guarantee = guarantee


def require(condition: object, guarantee: str, text: str) -> None:
    """Raises Violation unless it holds."""
    if not condition:
        raise Violation(guarantee, text)


@dataclass(frozen=True, slots=True)
class Write:
    """Who wrote a field last, and when."""

    rev: int
    device: str


@dataclass(slots=True)
class Known:
    """What the oracle knows of the present history; a backup keeps a copy of it."""

    diary: Diary = EMPTY
    writes: dict[Key, dict[str, Write]] = field(default_factory=dict[Key, dict[str, Write]])
    deletes: dict[Key, Write] = field(default_factory=dict[Key, Write])
    pushes: dict[tuple[str, int], tuple[list[Any], list[str]]] = field(
        default_factory=dict[tuple[str, int], tuple[list[Any], list[str]]]
    )
    """For each push that was performed: what was asked, and what was told."""
    cursors: dict[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class Owed:
    """A value that a phone held when its history was lost, and that must come back."""

    phone: str
    key: Key
    field: str
    value: Any


class Truth:
    """All that the oracle knows."""

    def __init__(self, diary: Diary) -> None:
        self.known = Known(diary=diary)
        self.highest = diary.rev
        self.gaps: list[tuple[int, int]] = []
        self.performed: set[int] = set()
        self.owed: list[Owed] = []
        self._eyes: dict[str, dict[Key, dict[str, int]]] = {}

    # What people see

    def look(self, phone: Phone, key: Key) -> None:
        """Notes what the phone's screen shows of a record now."""
        row = phone.kept.held.get(key)
        if row is None or key[0] not in FIELDS:
            return
        edits = phone.edits_of(key)
        seen = self._eyes.setdefault(phone.name, {}).setdefault(key, {})
        if any(_keeps_off(edit, row) for edit in edits):
            return
        for name in ("", *FIELDS[key[0]]):
            if all(row.fields.get(name) in edit.known[name] for edit in edits if edit.writes and name in edit.writes):
                seen[name] = max(seen.get(name, 0), row.rev)

    def seen(self, phone: Phone, key: Key) -> dict[str, int]:
        """Up to which revision the person has seen each field; "" for whether there is a record."""
        return dict(self._eyes.get(phone.name, {}).get(key, {}))

    # What happens to the whole diary

    def unchanged(self, diary: Diary, guarantee: str, by: str) -> None:
        """Requires that nothing was written."""
        require(diary == self.known.diary, guarantee, f"{by} changed the diary: {_difference(self.known.diary, diary)}")

    def accepted(self, diary: Diary, by: str) -> None:
        """Requires that exactly one revision was taken, and nothing of the history was lost."""
        before = self.known.diary
        require(diary.rev == before.rev + 1, "P4", f"{by} moved the revision from {before.rev} to {diary.rev}")
        require(diary.epoch == before.epoch, "P4", f"{by} changed the epoch")
        require(diary.entries >= before.entries, "P2", f"{by} took rows away from the history")
        require(before.rows.keys() <= diary.rows.keys(), "P2", f"{by} took records away")
        self.highest = max(self.highest, diary.rev)

    def backed_up(self) -> Known:
        """What stands in a backup made now."""
        return deepcopy(self.known)

    def restored(self, backup: Known, diary: Diary, phones: list[Phone], history: list[Mapping[str, Any]]) -> None:
        """The history is that of the backup again."""
        before = backup.diary
        require(diary.epoch != self.known.diary.epoch, "P7", "a restore kept the epoch")
        require(diary.rev > self.highest, "P7", f"a restore goes on at {diary.rev}, after {self.highest}")
        require(diary.rows == before.rows and diary.entries == before.entries, "P7", "a restore brought something else")
        self.owed = [owed for owed in self.owed if not self.is_paid(owed, history)]
        self.performed -= {edit.number for phone in phones for edit in phone.kept.edits}
        self.gaps.append((before.rev, diary.rev))
        self.known = deepcopy(backup)
        self.known.diary = diary
        self.known.cursors = {}
        self.highest = diary.rev

    def starts_over(self, phone: Phone, forked_at: int) -> None:
        """What the phone holds beyond the fork is owed to it."""
        for key, row in phone.kept.held.items():
            if row.rev > forked_at and not row.deleted and key[0] in phone.author.knows:
                self.owed += [
                    Owed(phone.name, key, name, value)
                    for name, value in row.fields.items()
                    if name in phone.author.knows[key[0]] and name not in {"time_zone", "skipped"}
                ]

    def in_gap(self, rev: int) -> bool:
        """Whether a restore took the revision away."""
        return any(last < rev < first for last, first in self.gaps)

    def is_paid(self, owed: Owed, history: list[Mapping[str, Any]]) -> bool:
        """Whether the value stands in the diary, or in its history."""
        row = self.known.diary.rows.get(owed.key)
        if row and not row.deleted and row.fields.get(owed.field) == owed.value:
            return True
        told: list[Mapping[str, Any]] = [entry["new"] for entry in history if entry["key"] == owed.key]
        return any(new.get(owed.field) == owed.value or json.dumps(owed.value) in new.get("", "") for new in told)

    def forgives(self, phone: Phone, sent: Sent) -> None:
        """A person who writes over what the phone was to bring back, or deletes it, has seen it."""
        for offer in sent.offers:
            if any(edit.brings_back for edit in offer.edits):
                writes = offer.writes
                self.owed = [
                    owed
                    for owed in self.owed
                    if (owed.phone, owed.key) != (phone.name, offer.key)
                    or (writes is not None and writes.get(owed.field) == owed.value)
                ]


def conflict_key(key: Key, name: str | None) -> Key:
    """The conflict record about a field of a record; None: about the record being there."""
    about = f"{key[0]}:{key[1]}:{name or ''}"
    return "conflict", f"conflict-{sha256(about.encode()).hexdigest()[:40]}"


def is_open(row: Row | None) -> bool:
    """Whether it is a conflict that nobody has settled."""
    return row is not None and row.fields.get("status") == "open"


def _keeps_off(edit: Edit, row: Row) -> bool:
    """Whether the record as it is now can't be seen for the edit."""
    if edit.writes is None:
        present = {name: value for name, value in (edit.shown or {}).items() if value is not None}
        return not row.deleted and dict(row.fields) != present
    return row.deleted and row.rev > edit.base


def _difference(one: Diary, other: Diary) -> str:
    rows = [key for key in {**one.rows, **other.rows} if one.rows.get(key) != other.rows.get(key)]
    return f"revision {one.rev} -> {other.rev}, history {one.entries} -> {other.entries}, records {rows[:3]}"
