"""One mutation of a push, read for itself: what is wrong with it is its own fault and never the push's (sync, 3)."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, cast

from app.domain.errors import FieldError, Invalid, fault
from app.domain.ids import RecordId, Revision, is_record_id
from app.domain.records.kinds import KINDS, Kind
from app.domain.records.record import KindName
from app.domain.records.validation import check_fields, check_id
from app.domain.strict_json import JsonValue, RepeatedKeys, is_storable
from app.domain.sync.change import Change, Delete, Entry, Outcome, Put

_MEMBERS: Final = {
    "put": frozenset({"kind", "op", "id", "base", "fields", "changed"}),
    "delete": frozenset({"kind", "op", "id", "base"}),
}
_MOST_REVISION: Final = 2**53
MOST_KEPT_BYTES: Final = 8 * 1024
ITSELF: Final = ""
"""The name under which the history keeps what was offered as a whole; no field has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A mutation that breaks a rule by itself; nothing of it is stored, but the history keeps what was offered."""

    kind: str
    """As sent, if a kind could be called so; else empty, and the history has no place for it."""
    id: str
    """As sent, if a record may carry it; else empty."""
    error: FieldError
    offered: str
    """What was sent, as escaped JSON text of at most 8 KiB."""

    @classmethod
    def of(cls, change: Change, error: FieldError) -> "Rejected":
        """A change that turned out to break a rule once it met what is stored."""
        offered = change.fields if isinstance(change, Put) else None
        return cls(kind=change.kind.name, id=change.id, error=error, offered=_escaped(offered))

    @property
    def entry(self) -> Entry:
        """Its row in the history."""
        return Entry(outcome=Outcome.REJECTED, changes={ITSELF: (None, self.offered)})


def read_mutation(sent: JsonValue) -> Change | Rejected:
    """What is asked, or why it can't be; never raises."""
    try:
        return _change(sent)
    except Invalid as invalid:
        members = cast("dict[str, JsonValue]", sent) if isinstance(sent, dict) else {}
        return Rejected(
            kind=name_of(members.get("kind")),
            id=name_of(members.get("id")),
            error=invalid.errors[0],
            offered=_escaped(members.get("fields")),
        )


def checked_base(change: Change, rev: Revision) -> Change:
    """The change, if its writer can have seen what it says; `rev` is the revision that the change itself takes."""
    if change.base is not None and change.base >= rev:
        raise fault("base", "out-of-range", "The diary has never been at this revision.")
    return change


def _change(sent: JsonValue) -> Change:
    if not isinstance(sent, dict):
        raise fault("", "wrong-type", "A mutation is a JSON object.")
    if isinstance(sent, RepeatedKeys):
        raise fault("", "repeated-field", "A member stands here twice.")
    kind = _kind(sent)
    operation = _needed(sent, "op", str, lambda value: value in _MEMBERS, "Give put or delete.")
    unknown = next((name for name in sent if name not in _MEMBERS[cast("str", operation)]), None)
    if unknown is not None:
        raise fault(_named(unknown), "unknown-field", "A mutation has no such member.")
    record_id = _needed(sent, "id", str, lambda _: True, "Give the record's id as text.")
    check_id(kind, cast("str", record_id))
    base = _needed(sent, "base", int, _is_revision, "Give the revision that was seen, 0 for none.", default=0)
    about, seen = RecordId(cast("str", record_id)), Revision(cast("int", base))
    if operation == "delete":
        return Delete(kind=kind, id=about, base=seen)
    offered = sent.get("fields")
    if not isinstance(offered, dict):
        code = "missing-field" if offered is None else "wrong-type"
        raise fault("fields", code, "Give the fields as a JSON object.")
    fields = check_fields(kind, offered)
    return Put(kind=kind, id=about, base=seen, fields=fields, changed=_changed(sent, fields))


def _kind(sent: Mapping[str, JsonValue]) -> Kind:
    kind = sent.get("kind")
    found = KINDS.get(KindName(kind)) if isinstance(kind, str) else None
    if found is None:
        raise fault("kind", "out-of-range" if isinstance(kind, str) else "wrong-type", "There is no such kind.")
    return found


def _changed(sent: Mapping[str, JsonValue], fields: Mapping[str, object]) -> frozenset[str] | None:
    named = sent.get("changed")
    if named is None:
        return None
    if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
        raise fault("changed", "wrong-type", "Give the names of the changed fields as a list.")
    names = frozenset(cast("list[str]", named))
    if not names <= fields.keys():
        raise fault("changed", "unknown-field", "Every changed field must stand in fields.")
    return names


def type_fault(value: JsonValue, wanted: type) -> str | None:
    """The code for what is not there, or is of another type; None if it is of this one."""
    if type(value) is wanted:
        return None
    return "missing-field" if value is None else "wrong-type"


def _needed(  # noqa: PLR0913 - what to look at, and what it must be
    sent: Mapping[str, JsonValue],
    name: str,
    its_type: type,
    fits: Callable[[Any], bool],
    wanted: str,
    *,
    default: JsonValue = None,
) -> JsonValue:
    value = sent.get(name, default)
    code = type_fault(value, its_type) or (None if fits(value) else "out-of-range")
    if code is not None:
        raise fault(name, code, wanted)
    return value


def _is_revision(value: int) -> bool:
    return 0 <= value <= _MOST_REVISION


def name_of(value: JsonValue) -> str:
    """The value, if a kind or a record could be called so; else empty."""
    return value if isinstance(value, str) and is_record_id(value) else ""


def _named(name: str) -> str:
    return name[:64] if is_storable(name) else ""


def _escaped(offered: object) -> str:
    """As ASCII JSON, so that what no database could hold can be kept and read; cut where it is too long."""
    return json.dumps(offered, default=_plain, ensure_ascii=True)[:MOST_KEPT_BYTES]


def _plain(value: object) -> str:
    assert isinstance(value, Decimal)  # noqa: S101 - the reader makes nothing else that JSON lacks
    return str(value)
