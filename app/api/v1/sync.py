"""Sync: phones push what was written offline, and pull what others wrote (api, "Sync"; sync)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

import orjson
from fastapi import Query, Request, Response
from pydantic import Field, TypeAdapter

from app.api.admission import set_aside
from app.api.bodies import SYNC_BYTES, raw_body
from app.api.deps import SECURITY, Patient, TheParts, the_patient
from app.api.problems import problems
from app.api.queries import query_parameters, read_query
from app.api.render import json_of
from app.api.v1.records import reference
from app.api.v1.router import PREFIX, Router
from app.api.waiting import APPLIED, PREFER, access_token, preferred_wait_s, while_connected
from app.api.wire import WholeNumber
from app.domain import strict_json
from app.domain.errors import FieldError, Invalid
from app.domain.ids import Device, RecordId, Revision
from app.domain.records.json_schema import schema as json_schema
from app.domain.records.kinds import KINDS
from app.domain.records.record import KindName, StoredRecord
from app.domain.sync.answer import Answered
from app.domain.sync.cursor import BEGINNING, Cursor, read_cursor
from app.domain.sync.push import MOST_MUTATIONS, read_push
from app.domain.sync.schema import MAX_SCHEMA, MIN_SCHEMA, checked_schema
from app.services import live, sync
from app.services.parts import Parts
from app.storage.pulls import HistoryRow

_MOST_CHANGES = 1000
_MOST_REVISION = 2**53
_NAME = r"^[A-Za-z0-9_-]{1,64}$"
_CONFLICTING = ("bad-seq", "resync-required")
_PLACE = re.compile(r"([0-9]{1,16})\.([0-9]{1,9})\.([0-9]{1,3})", re.ASCII)
"""A revision, and which of the record's rows of that revision it is."""

router = Router(prefix=f"{PREFIX}/sync", tags=["sync"], responses=problems(401, "wrong-role", 422))

AnyCursor = Annotated[str | None, Query(max_length=200, description="`cursor` of the pull before.")]


def _json(schema: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": "OK", "content": {"application/json": {"schema": reference(schema)}}}}


@router.post(
    "/push",
    responses={
        **_json("SyncPushed"),
        **problems(400, 408, *_CONFLICTING, 413, 415, 426, 507),
    },
)
async def push(
    parts: TheParts, access: Patient, body: Annotated[bytes, raw_body(reference("SyncPush"), limit=SYNC_BYTES)]
) -> Response:
    """Store what a device wrote: each mutation for itself, all in one revision, and once however often it arrives."""
    pushed = await sync.push(parts, access, read_push(strict_json.read_batch(body)))
    answer = {
        "rev": pushed.rev,
        "epoch": pushed.epoch,
        "seq": pushed.seq,
        "replayed": pushed.replayed,
        "results": [_result(each) for each in pushed.answers],
    }
    return Response(json_of(answer), media_type="application/json")


@dataclass(frozen=True, slots=True, kw_only=True)
class PullQuery:
    """The query of a pull. Phones ask it all the time, and the framework's own way with ten parameters costs more."""

    cursor: Annotated[str | None, Field(max_length=200, description="`cursor` of the pull before.")] = None
    since: Annotated[WholeNumber | None, Field(ge=0, le=_MOST_REVISION, description="In place of a cursor.")] = None
    epoch: Annotated[str | None, Field(pattern=_NAME, description="Beside `since`.")] = None
    limit: Annotated[WholeNumber, Field(ge=1, le=_MOST_CHANGES)] = 500
    kinds: Annotated[str | None, Field(max_length=1000, description="Kinds, separated by commas.")] = None
    device: Annotated[str | None, Field(pattern=_NAME, description="The one whose last push `ack` tells.")] = None
    schema: Annotated[WholeNumber, Field(ge=1, le=_MOST_REVISION)] = 1
    min_rev: Annotated[WholeNumber, Field(ge=0, le=_MOST_REVISION, description="What the answer must hold.")] = 0
    verify: Annotated[WholeNumber, Field(ge=0, le=1, description="1: with `counts` and `digest` at the end.")] = 0

    def wanted(self) -> sync.Wanted:
        """What the phone asks for; refuses with Invalid and SchemaUnsupported."""
        schema = checked_schema(self.schema)
        since = Cursor(epoch=self.epoch, rev=Revision(self.since or BEGINNING), schema=schema)
        return sync.Wanted(
            cursor=read_cursor(self.cursor) if self.cursor else since,
            schema=schema,
            limit=self.limit,
            kinds=_kinds(self.kinds),
            device=None if self.device is None else Device(self.device),
            min_rev=Revision(self.min_rev),
            verify=bool(self.verify),
        )


_PULL_QUERY = TypeAdapter(PullQuery)


@router.get(
    "/pull",
    responses={**_json("SyncPulled"), **problems("resync-required", 426)},
    openapi_extra={"parameters": [*query_parameters(_PULL_QUERY), PREFER], "security": SECURITY},
)
async def pull(request: Request) -> Response:
    """What is new since the cursor, in order of revisions, each record once as it stands."""
    parts: Parts = request.app.state.parts
    access = await the_patient(request)
    wanted = read_query(_PULL_QUERY, request).wanted()
    wait_s = preferred_wait_s(request)
    if wait_s:
        token, aside = access_token(request), partial(set_aside, request.scope)
        waiting = live.pull_when_new(parts, access, token, wanted, wait_s=wait_s, aside=aside)
        found = await while_connected(request.receive, waiting)
    else:
        found = await sync.pull(parts, access, wanted)
    answer = {
        "changes": orjson.Fragment(f"[{','.join(found.changes)}]"),
        "cursor": str(found.cursor),
        "has_more": found.has_more,
        "rev": found.rev,
        "epoch": found.epoch,
        "ack": found.ack,
        "counts": found.counts,
        "digest": found.digest,
    }
    return Response(orjson.dumps(answer), headers=APPLIED if wait_s else None, media_type="application/json")


@router.get("/config", responses=_json("SyncConfig"))
async def read_sync_config(parts: TheParts, _access: Patient) -> Response:
    """What an app needs to know before it syncs."""
    answer = {
        "min_schema": MIN_SCHEMA,
        "max_schema": MAX_SCHEMA,
        "kinds": {name: json_schema(kind) for name, kind in KINDS.items()},
        "limits": {"mutations": MOST_MUTATIONS, "push_bytes": SYNC_BYTES, "pull_changes": _MOST_CHANGES},
        "server_time": parts.clock(),
    }
    return Response(orjson.dumps(answer, option=orjson.OPT_UTC_Z), media_type="application/json")


@router.get("/history", responses=_json("SyncHistory"))
async def read_sync_history(  # noqa: PLR0913 - a page is named by its record, place and size
    parts: TheParts,
    access: Patient,
    kind: Annotated[str, Query(pattern=_NAME)],
    record_id: Annotated[str, Query(alias="id", pattern=_NAME)],
    limit: Annotated[WholeNumber, Query(ge=1, le=_MOST_CHANGES)] = 100,
    cursor: AnyCursor = None,
) -> Response:
    """What became of a record, the oldest first: every value that was written, or offered and not taken."""
    *after, told = _place(cursor)
    rows = await sync.history(parts, access, kind, RecordId(record_id), after=(after[0], after[1]), limit=limit + 1)
    items = [(row, item) for row in rows for item in _items(row)][told:]
    page, beyond = items[:limit], items[limit:]
    more = _place_after([row for row, _ in page], beyond[0][0], (after[0], after[1], told)) if beyond else None
    answer = {"items": [item for _, item in page], "next_cursor": more}
    return Response(orjson.dumps(answer, option=orjson.OPT_UTC_Z), media_type="application/json")


def _kinds(text: str | None) -> frozenset[KindName] | None:
    """Those that are named; None, which means all, where none is: a pull that asks for nothing would skip for good."""
    named = frozenset(KindName(name) for name in (text or "").split(",") if name)
    if not named <= KINDS.keys():
        raise Invalid([FieldError(pointer="kinds", code="out-of-range", message="There is no such kind.")])
    return named or None


def _place(cursor: str | None) -> tuple[int, int, int]:
    """Revision and ordinal of the last row that was told whole, and how many items of the next one were."""
    if cursor is None:
        return 0, 0, 0
    found = _PLACE.fullmatch(cursor)
    if found is None:
        raise Invalid([FieldError(pointer="cursor", code="out-of-range", message="This is no cursor of this list.")])
    return int(found[1]), int(found[2]), int(found[3])


def _place_after(told: Sequence[HistoryRow], following: HistoryRow, began: tuple[int, int, int]) -> str:
    """The cursor behind these rows, one for each item; `following` is the row of the next item."""
    whole = [row for row in told if row is not following]
    rev, ordinal = (whole[-1].rev, whole[-1].ordinal) if whole else began[:2]
    return f"{rev}.{ordinal}.{len(told) - len(whole) + (0 if whole else began[2])}"


def _record(record: StoredRecord) -> dict[str, object]:
    return {
        "kind": record.kind,
        "id": record.id,
        "rev": record.rev,
        "deleted": record.deleted,
        "fields": {} if record.deleted else orjson.Fragment(record.text),
    }


def _result(answer: Answered) -> dict[str, object]:
    told, record = answer.told, answer.record
    error = told.error and {
        "code": told.error.code,
        "field": told.error.pointer.removeprefix("/"),
        "message": told.error.message,
    }
    return {
        "kind": answer.kind,
        "id": answer.id,
        "status": told.status,
        "rev": record and record.rev,
        "conflict_fields": told.conflict_fields,
        "error": error,
        "notices": told.notices,
        "record": record and _record(record),
    }


def _items(row: HistoryRow) -> list[dict[str, object]]:
    """One for each field; one for the whole record where none was named."""
    about = {"device": row.device, "seq": row.seq, "outcome": row.outcome, "at": row.at}
    return [
        {"rev": row.rev, "field": field or None, "old": row.old.get(field), "new": row.new.get(field), **about}
        for field in (row.new or {"": None})
    ]
