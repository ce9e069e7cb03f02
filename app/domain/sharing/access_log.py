"""The patient's access log: what others read or were refused, in a chain that shows any change (sharing, section 5).

Each row's hash is an HMAC over the patient, the row before and the row; the key is derived from the service's secret
key and stands in no database. The head has an HMAC of its own, so that rows cut off at the end are missed too.
"""

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Final, cast

from app.domain.ids import AccountId

FIRST: Final = b""
"""What stands before the first row."""


class ActorKind(StrEnum):
    """Who reads."""

    CLINICIAN = "clinician"
    LINK = "link"
    OPERATOR = "operator"


class Outcome(StrEnum):
    """What became of a request."""

    SERVED = "served"
    UNCHANGED = "unchanged"
    """The reader held the present answer already."""
    DENIED = "denied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who reads, as the patient is told."""

    kind: ActorKind
    label: str
    assurance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request is about."""

    route: str
    """As it is written in the document, never what was typed."""
    conditions: tuple[str, ...] = ()
    """The patient's own codes and ids; none that are not granted."""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row, but for its place in the chain."""

    at: datetime
    actor: Actor
    grant_id: str | None
    share_id: str | None
    asked: Asked
    counts: Mapping[str, int]
    """How much of what was in the answer."""
    outcome: Outcome
    code: str | None
    """The problem's code where it was denied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A row as it is stored."""

    seq: int
    at: datetime
    text: str
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where a chain ends."""

    seq: int
    hash: bytes
    seal: bytes


def log_key(secret_key: bytes) -> bytes:
    """The key of all chains."""
    return hmac.digest(secret_key, b"access log\0", "sha256")


def row_text(seq: int, entry: Entry) -> str:
    """The row as canonical JSON: as it is stored, hashed and shown, but for the hash."""
    row: dict[str, Any] = {
        "seq": seq,
        "at": instant_text(entry.at),
        "actor": {"kind": entry.actor.kind, "label": entry.actor.label, "assurance": entry.actor.assurance},
        "grant_id": entry.grant_id,
        "share_id": entry.share_id,
        "route": entry.asked.route,
        "conditions": list(entry.asked.conditions),
        "from": entry.asked.first and entry.asked.first.isoformat(),
        "to": entry.asked.last and entry.asked.last.isoformat(),
        "counts": dict(entry.counts),
        "outcome": entry.outcome,
        "code": entry.code,
    }
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def instant_text(at: datetime) -> str:
    """An instant in UTC with `Z`, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def chained(key: bytes, patient: AccountId, before: bytes, text: str) -> bytes:
    """The hash of a row after another."""
    return hmac.digest(key, _joined(b"row", patient.encode(), before, text.encode()), "sha256")


def sealed(key: bytes, patient: AccountId, seq: int, last: bytes) -> bytes:
    """What proves that the chain ends with this row."""
    return hmac.digest(key, _joined(b"head", patient.encode(), str(seq).encode(), last), "sha256")


def first_fault(key: bytes, patient: AccountId, links: Iterable[Link], head: Head | None) -> int | None:
    """The number of the first row that is not as it was written; None for a whole chain.

    Where rows are missing, it is the number of the first that should be there.
    """
    before, wanted = FIRST, 1
    for link in links:
        row: dict[str, Any] = _read(link.text)
        as_written = link.seq == wanted == row.get("seq") and row.get("at") == instant_text(link.at)
        if not as_written or not hmac.compare_digest(link.hash, chained(key, patient, before, link.text)):
            return wanted
        before, wanted = link.hash, wanted + 1
    last = wanted - 1
    if head is None:
        return 1 if last else None
    if head.seq != last or not hmac.compare_digest(head.seal, sealed(key, patient, last, before)):
        return min(head.seq, last) + 1 if head.seq != last else last
    return None


def _read(text: str) -> dict[str, Any]:
    try:
        row = json.loads(text)
    except ValueError:
        return {}
    return cast("dict[str, Any]", row) if isinstance(row, dict) else {}


def _joined(*parts: bytes) -> bytes:
    """Each part behind its length, so that no two lists of parts are the same bytes."""
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)
