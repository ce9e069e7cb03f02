"""Rows of a record's history as an export tells them, so that an import can take them up again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, cast

from app.domain.errors import fault
from app.domain.ids import Device, RecordId, Revision, is_record_id
from app.domain.records.field_types import AnyValue, Fault, FieldType, Instant, Text, WholeNumber
from app.domain.records.record import KindName, Value, encode
from app.domain.strict_json import JsonValue, RepeatedKeys
from app.domain.sync.change import Entry, Outcome
from app.domain.sync.epoch import EMPTY
from app.domain.sync.mutation import ITSELF, MOST_KEPT_BYTES
from app.domain.sync.resume import MOST_REVISION

_MEMBERS: Final = frozenset({"kind", "id", "rev", "device", "seq", "at", "outcome", "changes"})
_DEVICE: Final = Text(100, shortest=1)
_SEQ: Final = WholeNumber(1, 2**53)
_FIELD: Final = Text(64)
_OFFERED: Final = Text(MOST_KEPT_BYTES)
_MOST_FIELDS: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRow:
    """What once became of a record."""

    kind: KindName
    id: RecordId
    device: Device
    seq: int | None
    at: datetime
    entry: Entry
    rev: Revision | None = None
    """Under which it stands in its diary, if that is told."""

    @property
    def signature(self) -> tuple[object, ...]:
        """What makes it the row that it is, wherever and under whatever revision it is kept."""
        return self.kind, self.id, self.device, self.seq, self.at, self.entry.outcome, changes_text(self.entry)


def changes_text(entry: Entry) -> str:
    """The values before and after as canonical JSON: `{"old": {field: value}, "new": {field: value}}`."""
    old = encode({name: before for name, (before, _) in entry.changes.items()})
    new = encode({name: after for name, (_, after) in entry.changes.items()})
    return f'{{"old":{old},"new":{new}}}'


def kept_entry(outcome: str, changes: str) -> Entry:
    """What `changes_text` wrote, however a database hands it back."""
    sides: dict[str, dict[str, Any]] = json.loads(changes, parse_float=Decimal)
    old, new = sides["old"], sides["new"]
    return Entry(outcome=Outcome(outcome), changes={name: (_plain(old[name]), _plain(new[name])) for name in new})


def read_past(sent: JsonValue) -> PastRow:
    """A row of an export's history; refuses with Invalid, and may be handed anything."""
    if not isinstance(sent, dict) or isinstance(sent, RepeatedKeys):
        raise fault("", "wrong-type", "A row of the history is a JSON object, with each member once.")
    if not sent.keys() <= _MEMBERS:
        raise fault("", "unknown-field", "A row of the history has no other members than its own.")
    for name in ("kind", "id"):
        value = sent.get(name)
        if not isinstance(value, str) or not is_record_id(value):
            raise fault(name, "invalid-text", "Give 1 to 64 letters, digits, - and _.")
    at = datetime.fromisoformat(cast("str", _checked("at", Instant(), sent.get("at")))).astimezone(UTC)
    _checked("at", Instant(), at.isoformat())  # an export tells it in UTC, and must be read again
    seq = sent.get("seq")
    outcome = sent.get("outcome")
    if not isinstance(outcome, str) or outcome not in {*Outcome}:
        raise fault("outcome", "out-of-range", f"Give one of: {', '.join(Outcome)}.")
    return PastRow(
        kind=KindName(cast("str", sent["kind"])),
        id=RecordId(cast("str", sent["id"])),
        device=Device(cast("str", _checked("device", _DEVICE, sent.get("device")))),
        seq=None if seq is None else cast("int", _checked("seq", _SEQ, seq)),
        at=at,
        entry=Entry(outcome=Outcome(outcome), changes=_changes(sent.get("changes"))),
        rev=told_revision(sent.get("rev")),
    )


def told_revision(sent: JsonValue) -> Revision | None:
    """What an export calls a revision; None where it could be none."""
    return Revision(sent) if type(sent) is int and EMPTY < sent < MOST_REVISION else None


def _changes(sent: JsonValue) -> Mapping[str, tuple[Value, Value]]:
    sides: list[Mapping[str, JsonValue]] = []
    for name in ("old", "new"):
        side = sent.get(name) if isinstance(sent, dict) and sent.keys() == {"old", "new"} else None
        if not isinstance(side, dict) or isinstance(side, RepeatedKeys):
            raise fault("changes", "wrong-type", 'Give {"old": {...}, "new": {...}}.')
        sides.append(side)
    old, new = sides
    if old.keys() != new.keys() or len(new) > _MOST_FIELDS:
        raise fault("changes", "out-of-range", f"Give the same fields as old and new, {_MOST_FIELDS} at most.")
    for name in new:
        _checked("changes", _FIELD, name)
    return {name: (_value(name, old[name]), _value(name, new[name])) for name in new}


def _value(name: str, sent: JsonValue) -> Value:
    if sent is None:
        return None
    return _checked("changes", _OFFERED if name == ITSELF else AnyValue(), sent)


def _checked(name: str, wanted: FieldType, value: object) -> Value:
    found = wanted.check(value)
    if isinstance(found, Fault):
        raise fault(name, found.code, found.message)
    return found


def _plain(value: Any) -> Value:  # noqa: ANN401 - what JSON holds
    return tuple(cast("list[str]", value)) if isinstance(value, list) else value
