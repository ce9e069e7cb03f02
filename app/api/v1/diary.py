"""The diary's collections: one for each kind of record, all made from the registry (api, "Diary")."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Query, Request, Response

from app.api.bodies import json_object
from app.api.conditional import conditional, expected_by_put, expected_revision, revision_tag
from app.api.deps import Patient, TheParts
from app.api.problems import problems
from app.api.v1.records import page_of, place_of, record_of, reference, schema_name
from app.api.v1.router import PREFIX, Router
from app.api.v1.shapes import IF_NONE_MATCH, TAGGED
from app.api.wire import Day, WholeNumber
from app.domain.errors import FieldError, Invalid
from app.domain.records.kinds import KINDS, Kind
from app.domain.records.listing import Window
from app.domain.records.validation import canonical_id
from app.services import diary

Id = Annotated[str, Path(alias="id", description="The record's id; a day also answers to its plain date.")]
From = Annotated[Day | None, Query(alias="from", description="The first day wanted.")]
To = Annotated[Day | None, Query(description="The last day wanted.")]
Limit = Annotated[WholeNumber, Query(ge=1, le=1000)]
Cursor = Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before.")]
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The record's ETag: the write is refused if the record has changed since.",
    "schema": {"type": "string", "pattern": r'^(?:\*|"[1-9][0-9]*")$', "examples": ['"41"']},
}
_IF_NEW = {
    **IF_NONE_MATCH,
    "description": "`*`: the write is refused if there is such a record already.",
    "schema": {"const": "*"},
}
_CONTENT = (400, 408, 413, 415, 422)


def routers() -> list[APIRouter]:
    """A router for each kind of record."""
    return [_collection(kind) for kind in KINDS.values()]


def _collection(kind: Kind) -> APIRouter:
    router = Router(prefix=f"{PREFIX}/{kind.path}", tags=[kind.path], responses=problems(401, "wrong-role", 503))
    _add_list(router, kind)
    _add_read(router, kind)
    if kind.client_fields is None:
        _add_writes(router, kind)
    return router


def _add_list(router: APIRouter, kind: Kind) -> None:
    async def answer(parts: TheParts, access: Patient, window: Window, limit: int, cursor: str | None) -> Response:
        after = place_of(cursor) if cursor else None
        page = await diary.list_records(parts, access, kind, window, after=after, limit=limit)
        return Response(page_of(page.records, page.next), media_type="application/json")

    async def list_dated(  # noqa: PLR0913 - a list is named by its window, place and size
        parts: TheParts, access: Patient, first: From = None, to: To = None, limit: Limit = 100, cursor: Cursor = None
    ) -> Response:
        window = Window(first=first and first.isoformat(), last=to and to.isoformat())
        return await answer(parts, access, window, limit, cursor)

    async def list_dateless(
        request: Request, parts: TheParts, access: Patient, limit: Limit = 100, cursor: Cursor = None
    ) -> Response:
        _refuse_dates(request)
        return await answer(parts, access, Window(), limit, cursor)

    router.add_api_route(
        "",
        list_dated if kind.date_field else list_dateless,
        methods=["GET"],
        name=f"list_{kind.name}s",
        summary=f"The {kind.name} records, in ascending order of (date, id)",
        responses={200: _json(schema_name(kind, "Page")), **problems(422)},
    )


def _refuse_dates(request: Request) -> None:
    errors = [
        FieldError(pointer=name, code="unknown-field", message="These records have no date to be listed by.")
        for name in ("from", "to")
        if name in request.query_params
    ]
    if errors:
        raise Invalid(errors)


def _add_read(router: APIRouter, kind: Kind) -> None:
    async def read(request: Request, parts: TheParts, access: Patient, record_id: Id) -> Response:
        record = await diary.read_record(parts, access, kind, canonical_id(kind, record_id))
        return conditional(request, revision_tag(record.rev), lambda: orjson.dumps(record_of(record)))

    one = _json(schema_name(kind, "Record")) | TAGGED
    router.add_api_route(
        "/{id}",
        read,
        methods=["GET"],
        name=f"read_{kind.name}",
        summary=f"One {kind.name} record",
        responses={200: one, 304: {"description": "Unchanged", **TAGGED}, **problems(404, 422)},
        openapi_extra={"parameters": [IF_NONE_MATCH]},
    )


def _add_writes(router: APIRouter, kind: Kind) -> None:
    body, patch_body = (json_object(reference(schema_name(kind, what))) for what in ("Fields", "Patch"))
    one = _json(schema_name(kind, "Record")) | TAGGED
    answers = {200: one, **problems(412, 507, *_CONTENT), **problems("revision-required")}

    async def put(
        request: Request, parts: TheParts, access: Patient, record_id: Id, fields: Annotated[dict[str, object], body]
    ) -> Response:
        stored = await diary.put_record(
            parts,
            access,
            kind,
            canonical_id(kind, record_id),
            fields,
            expected=expected_by_put(request),
        )
        return _stored(stored)

    async def patch(
        request: Request,
        parts: TheParts,
        access: Patient,
        record_id: Id,
        fields: Annotated[dict[str, object], patch_body],
    ) -> Response:
        return _stored(
            await diary.patch_record(
                parts, access, kind, canonical_id(kind, record_id), fields, expected=expected_revision(request)
            )
        )

    async def delete(request: Request, parts: TheParts, access: Patient, record_id: Id) -> Response:
        await diary.delete_record(
            parts, access, kind, canonical_id(kind, record_id), expected=expected_revision(request)
        )
        return Response(status_code=204)

    extra: dict[str, Any] = {"parameters": [_IF_MATCH]}
    router.add_api_route(
        "/{id}",
        put,
        methods=["PUT"],
        name=f"put_{kind.name}",
        summary="Create the record, or write the named fields; with If-Match, replace it",
        responses={201: one | {"description": "Created"}, **answers},
        openapi_extra={"parameters": [_IF_MATCH, _IF_NEW]},
    )
    router.add_api_route(
        "/{id}",
        patch,
        methods=["PATCH"],
        name=f"patch_{kind.name}",
        summary="Write only the named fields (a merge patch; null means no answer)",
        responses={**answers, **problems(404)},
        openapi_extra=extra,
    )
    router.add_api_route(
        "/{id}",
        delete,
        methods=["DELETE"],
        name=f"delete_{kind.name}",
        summary="Delete the record; deleting it again changes nothing",
        status_code=204,
        responses=problems(404, 412, 422, 507),
        openapi_extra=extra,
    )


def _stored(stored: diary.Stored) -> Response:
    return Response(
        orjson.dumps(record_of(stored.record, stored.notices)),
        status_code=201 if stored.created else 200,
        headers={"ETag": revision_tag(stored.record.rev)},
        media_type="application/json",
    )


def _json(schema: str) -> dict[str, Any]:
    return {"description": "OK", "content": {"application/json": {"schema": reference(schema)}}}
