"""What a phone is told of each mutation of its push, and how that is kept for a push that comes again."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.errors import FieldError
from app.domain.ids import RecordId
from app.domain.records.notices import Notice
from app.domain.records.record import KindName, StoredRecord
from app.domain.sync.change import Change, Merged, Status
from app.domain.sync.mutation import Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of one mutation; all that is kept of the answer."""

    status: Status
    conflict_fields: tuple[str, ...] = ()
    error: FieldError | None = None
    notices: tuple[Notice, ...] = ()

    @classmethod
    def of(cls, result: Merged | Rejected, notices: Sequence[Notice] = ()) -> "Told":
        """The result as it is told, with what the rest of the diary makes worth saying."""
        if isinstance(result, Rejected):
            return cls(status=Status.REJECTED, error=result.error)
        return cls(
            status=result.status,
            conflict_fields=result.conflict_fields,
            notices=(*result.notices, *notices),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The answer to one mutation: what became of it, and the record as it stands now."""

    kind: str
    id: str
    told: Told
    record: StoredRecord | None


def place(mutation: Change | Rejected) -> tuple[KindName, RecordId]:
    """What a mutation is about; empty where it doesn't say so in a way that could be kept."""
    if isinstance(mutation, Rejected):
        return KindName(mutation.kind), RecordId(mutation.id)
    return mutation.kind.name, mutation.id


def kept_text(told: Sequence[Told]) -> str:
    """As JSON, with nothing but the status where that is all."""
    return json.dumps([_kept(each) for each in told], separators=(",", ":"))


def from_kept(text: str) -> list[Told]:
    """What `kept_text` kept."""
    return [_told(*each) for each in json.loads(text)]


def _kept(told: Told) -> list[Any]:
    if told == Told(status=told.status):
        return [told.status]
    error = told.error and [told.error.pointer, told.error.code, told.error.message]
    notices = [[notice.code, notice.field, notice.text] for notice in told.notices]
    return [told.status, told.conflict_fields, error, notices]


def _told(
    status: str, conflict_fields: Sequence[str] = (), error: list[str] | None = None, notices: Sequence[list[str]] = ()
) -> Told:
    return Told(
        status=Status(status),
        conflict_fields=tuple(conflict_fields),
        error=FieldError(pointer=error[0], code=error[1], message=error[2]) if error else None,
        notices=tuple(Notice(code=code, field=field, text=text) for code, field, text in notices),
    )
