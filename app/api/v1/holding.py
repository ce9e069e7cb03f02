"""What a patient holds of sharing: the access log, the receipts, and the keys that check those (sharing, section 5)."""

from datetime import datetime
from typing import Annotated, Any, Final

import orjson
from fastapi import Query, Response
from pydantic import BaseModel

from app.api.deps import Patient, TheParts
from app.api.problems import problems
from app.api.v1.diary import From, Limit, To
from app.api.v1.records import reference
from app.api.v1.router import PREFIX, Router
from app.api.wire import WholeNumber
from app.domain.sharing.access_log import ActorKind, Link, Outcome
from app.domain.sharing.receipts import NOTICE
from app.services import holding

router = Router(prefix=PREFIX, tags=["sharing"])

_TEXT: Final = {"type": "string"}
_MAYBE_TEXT: Final = {"type": ["string", "null"]}
_MAYBE_DATE: Final = {"type": ["string", "null"], "format": "date"}
_ROW: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "seq": {"type": "integer", "minimum": 1},
        "at": {"type": "string", "format": "date-time"},
        "actor": {
            "type": "object",
            "required": ["kind", "label", "assurance"],
            "properties": {
                "kind": {"type": "string", "enum": [*ActorKind]},
                "label": _TEXT,
                "assurance": _TEXT,
            },
        },
        "grant_id": _MAYBE_TEXT,
        "share_id": _MAYBE_TEXT,
        "route": _TEXT,
        "conditions": {"type": "array", "items": _TEXT},
        "from": _MAYBE_DATE,
        "to": _MAYBE_DATE,
        "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
        "outcome": {"type": "string", "enum": [*Outcome]},
        "code": {**_MAYBE_TEXT, "description": "The problem's code where it was denied."},
        "hash": {"type": "string", "description": "Of this row and all before it, in hexadecimal."},
    },
}
_ROW["required"] = [*_ROW["properties"]]
SCHEMAS: Final = {
    "AccessLog": {
        "type": "object",
        "description": "Every answer served to others and every denial, the oldest first.",
        "required": ["items", "next_cursor"],
        "properties": {"items": {"type": "array", "items": _ROW}, "next_cursor": _MAYBE_TEXT},
    },
    "KeySet": {
        "type": "object",
        "description": "A JSON Web Key Set (RFC 7517).",
        "required": ["keys"],
        "properties": {
            "keys": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["kty", "crv", "x", "kid", "alg", "use"],
                    "properties": dict.fromkeys(("kty", "crv", "x", "kid", "alg", "use"), _TEXT),
                },
            }
        },
    },
    "SharingNotice": {"type": "string", "description": "What a patient is told before sharing."},
}


Numbered = Annotated[WholeNumber, Query(ge=0, le=2**53, description="`next_cursor` of the page before.")]


class ReceiptOut(BaseModel):
    """A consent, or its end, signed."""

    id: str
    consent_id: str
    issued_at: datetime
    jws: str
    """A compact JWS, signed with a key of `/v1/receipts/keys`."""


class ReceiptsOut(BaseModel):
    """The oldest first."""

    items: list[ReceiptOut]
    next_cursor: str | None
    """null on the last page."""


@router.get(
    "/me/access-log",
    responses={
        200: {"description": "OK", "content": {"application/json": {"schema": reference("AccessLog")}}},
        **problems(401, "wrong-role", 422),
    },
)
async def read_access_log(  # noqa: PLR0913 - a list is named by its window, place and size
    parts: TheParts,
    access: Patient,
    first: From = None,
    to: To = None,
    limit: Limit = 100,
    cursor: Numbered = 0,
) -> Response:
    """Who read what of the diary, and who was refused."""
    page = await holding.read_access_log(parts, access, first=first, last=to, after=cursor, limit=limit)
    body = {
        "items": [row_of(link) for link in page.links],
        "next_cursor": None if page.next_after is None else str(page.next_after),
    }
    return Response(orjson.dumps(body), media_type="application/json")


@router.get("/me/receipts", responses=problems(401, "wrong-role"))
async def list_receipts(parts: TheParts, access: Patient, limit: Limit = 100, cursor: Numbered = 0) -> ReceiptsOut:
    """A signed receipt of each consent and of its end."""
    page = await holding.list_receipts(parts, access, after=cursor, limit=limit)
    items = [ReceiptOut.model_validate(receipt, from_attributes=True) for receipt in page.receipts]
    return ReceiptsOut(items=items, next_cursor=None if page.next_after is None else str(page.next_after))


@router.get(
    "/receipts/keys",
    responses={200: {"description": "OK", "content": {"application/json": {"schema": reference("KeySet")}}}},
)
async def read_receipt_keys(parts: TheParts) -> Response:
    """The public keys that receipts are checked with."""
    return Response(orjson.dumps(parts.signer.key_set()), media_type="application/json", headers=_PUBLIC)


@router.get(
    "/receipts/notice",
    response_class=Response,
    responses={200: {"description": "OK", "content": {"text/plain": {"schema": reference("SharingNotice")}}}},
)
async def read_notice() -> Response:
    """What a patient is told before sharing; receipts hold its SHA-256."""
    return Response(NOTICE, media_type="text/plain", headers=_PUBLIC)


_PUBLIC: Final = {"Cache-Control": "public, max-age=3600"}


def row_of(link: Link) -> dict[str, object]:
    """A row as it is shown: what was hashed, and the hash."""
    return {**orjson.loads(link.text), "hash": link.hash.hex()}
